/* staff.c - see staff.h. */
#include "gateway/console/staff.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/stat.h"

#ifndef KENTONGAN_VERSION
#define KENTONGAN_VERSION "unknown"
#endif

enum {
    HEADERS_MAX = 8192,
    BODY_MAX = 1024, /* nothing is posted here yet */
    IDLE_S = 30,
    PAGE_MAX = 1 << 20,
};

/* gateway/console/www/index.html, linked in as it stands (Makefile). */
extern const char _binary_gateway_console_www_index_html_start[];
extern const char _binary_gateway_console_www_index_html_end[];

struct staff {
    struct evhttp *http;
    struct evhttp_bound_socket *bound;
    struct staff_ops ops;
    struct stat *up_seconds;
    int64_t since_ms;
};

const char *staff_health_name(enum staff_health h)
{
    switch (h) {
    case STAFF_OK:
        return "ok";
    case STAFF_DEGRADED:
        return "degraded";
    case STAFF_UNREADY:
        break;
    }
    return "unready";
}

static void answer(struct evhttp_request *req, int code, const char *type, struct slice body)
{
    struct evkeyvalq *head = evhttp_request_get_output_headers(req);
    struct evbuffer *out = evhttp_request_get_output_buffer(req);

    evhttp_add_header(head, "Content-Type", type);
    evhttp_add_header(head, "Cache-Control", "no-store");
    evhttp_add_header(head, "X-Content-Type-Options", "nosniff");
    evhttp_add_header(head, "X-Frame-Options", "DENY");
    evhttp_add_header(head, "Referrer-Policy", "no-referrer");
    evhttp_add_header(head, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    evbuffer_add(out, body.p, body.n);
    evhttp_send_reply(req, code, NULL, NULL);
}

static void livez(struct staff *s, struct evhttp_request *req)
{
    (void)s;
    answer(req, 200, "application/json", S("{\"status\":\"ok\"}\n"));
}

static void readyz(struct staff *s, struct evhttp_request *req)
{
    enum staff_health h = s->ops.health(s->ops.arg);
    struct buf b;

    buf_init(&b, 128);
    buf_printf(&b, "{\"status\":\"%s\"}\n", staff_health_name(h));
    answer(req, h == STAFF_UNREADY ? 503 : 200, "application/json", buf_slice(&b));
    buf_free(&b);
}

static void metrics(struct staff *s, struct evhttp_request *req)
{
    struct buf b;

    s->up_seconds->value = (uint64_t)(clock_mono_ms() - s->since_ms) / 1000;
    buf_init(&b, PAGE_MAX);
    stat_print(&b);
    answer(req, 200, "text/plain; version=0.0.4; charset=utf-8", buf_slice(&b));
    buf_free(&b);
}

static void version(struct staff *s, struct evhttp_request *req)
{
    (void)s;
    answer(req, 200, "application/json",
           S("{\"name\":\"kentongan\",\"version\":\"" KENTONGAN_VERSION "\"}\n"));
}

static void front_page(struct staff *s, struct evhttp_request *req)
{
    uintptr_t from = (uintptr_t)_binary_gateway_console_www_index_html_start;

    (void)s;
    answer(req, 200, "text/html; charset=utf-8",
           slice_make((const char *)from, (uintptr_t)_binary_gateway_console_www_index_html_end - from));
}

static const struct {
    const char *path;
    void (*page)(struct staff *, struct evhttp_request *);
} pages[] = {
    { "/", front_page },     { "/livez", livez },     { "/readyz", readyz },
    { "/metrics", metrics }, { "/version", version },
};

static void on_request(struct evhttp_request *req, void *arg)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
    const char *path = uri ? evhttp_uri_get_path(uri) : NULL;

    for (size_t i = 0; path && i < sizeof pages / sizeof *pages; i++)
        if (strcmp(path, pages[i].path) == 0) {
            pages[i].page(arg, req);
            return;
        }
    answer(req, 404, "text/plain; charset=utf-8", S("nothing here; see /\n"));
}

/* Without it a kept-alive client waits 40 ms for each answer. */
static void no_delay(struct evhttp_bound_socket *bound)
{
    int on = 1;

    (void)setsockopt(evhttp_bound_socket_get_fd(bound), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

struct staff *staff_open(struct loop *loop, const struct address *at, const struct staff_ops *ops,
                         struct err *e)
{
    struct staff *s = calloc(1, sizeof *s);
    char host[64];

    if (s)
        s->http = evhttp_new(loop_base(loop));
    if (!s || !s->http || at->host.n >= sizeof host) {
        err_set(e, "staff: out of memory, or an address that is none");
        staff_close(s);
        return NULL;
    }
    s->ops = *ops;
    s->since_ms = clock_mono_ms();
    s->up_seconds = stat_get(STAT_GAUGE, "up_seconds", "since the gateway started", NULL, NULL);
    evhttp_set_max_headers_size(s->http, HEADERS_MAX);
    evhttp_set_max_body_size(s->http, BODY_MAX);
    evhttp_set_timeout(s->http, IDLE_S);
    evhttp_set_allowed_methods(s->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    evhttp_set_gencb(s->http, on_request, s);
    memcpy(host, at->host.p, at->host.n);
    host[at->host.n] = '\0';
    s->bound = evhttp_bind_socket_with_handle(s->http, host, (ev_uint16_t)at->port);
    if (!s->bound) {
        err_set(e,
                "staff: cannot listen on %s:%u; is another program there? See `staff:` in the configuration",
                host, at->port);
        staff_close(s);
        return NULL;
    }
    no_delay(s->bound);
    return s;
}

unsigned staff_port(const struct staff *s)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } at = { .v6 = { 0 } };
    socklen_t n = sizeof at;

    if (getsockname(evhttp_bound_socket_get_fd(s->bound), &at.any, &n) != 0)
        return 0;
    return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}

void staff_close(struct staff *s)
{
    if (!s)
        return;
    if (s->http)
        evhttp_free(s->http);
    free(s);
}
