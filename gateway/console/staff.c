/* staff.c - see staff.h. */
#include "gateway/console/staff.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/buf.h"
#include "gateway/base/stat.h"
#include "gateway/base/version.h"
#include "gateway/http/http.h"

enum {
    HEADERS_MAX = 16384,
    BODY_MAX = 2 << 20, /* an import of people */
    CONNECTIONS = 256,
    COMING_MAX = 8 << 20, /* of requests that are not whole yet */
    REQUEST_MS = 10000,
    IDLE_MS = 30000,
    PAGE_MAX = 1 << 20,
};

struct staff {
    struct http *http;
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

static void answer(struct staff *s, struct http_request *req, int code, const char *type, struct slice body)
{
    static const struct http_header guards[] = {
        { "X-Content-Type-Options", "nosniff" },
        { "X-Frame-Options", "DENY" },
        { "Referrer-Policy", "no-referrer" },
        { "Content-Security-Policy", "default-src 'none'" },
        { NULL, NULL },
    };

    http_reply(s->http, req,
               &(struct http_reply){ .status = code, .content_type = type, .body = body, .headers = guards });
}

static void livez(struct staff *s, struct http_request *req)
{
    answer(s, req, 200, "application/json", S("{\"status\":\"ok\"}\n"));
}

static void readyz(struct staff *s, struct http_request *req)
{
    struct buf b, why;
    enum staff_health h;

    buf_init(&b, PAGE_MAX);
    buf_init(&why, PAGE_MAX);
    h = s->ops.health(s->ops.arg, &why);
    buf_printf(&b, "{\"status\":\"%s\"", staff_health_name(h));
    if (why.n)
        buf_printf(&b, ",\"why\":[%.*s]", SLICE_ARG(buf_slice(&why)));
    buf_str(&b, "}\n");
    answer(s, req, h == STAFF_UNREADY ? 503 : 200, "application/json", buf_slice(&b));
    buf_free(&why);
    buf_free(&b);
}

static void metrics(struct staff *s, struct http_request *req)
{
    struct buf b;

    s->up_seconds->value = (uint64_t)(clock_mono_ms() - s->since_ms) / 1000;
    buf_init(&b, PAGE_MAX);
    stat_print(&b);
    answer(s, req, 200, "text/plain; version=0.0.4; charset=utf-8", buf_slice(&b));
    buf_free(&b);
}

static void version(struct staff *s, struct http_request *req)
{
    struct buf b;

    buf_init(&b, 128);
    buf_printf(&b, "{\"name\":\"kentongan\",\"version\":\"%s\"}\n", version_text);
    answer(s, req, 200, "application/json", buf_slice(&b));
    buf_free(&b);
}

static const struct {
    const char *path;
    void (*page)(struct staff *, struct http_request *);
} pages[] = {
    { "/livez", livez },
    { "/readyz", readyz },
    { "/metrics", metrics },
    { "/version", version },
};

static void on_request(void *arg, struct http_request *req)
{
    struct staff *s = arg;

    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (slice_is(req->head.path, pages[i].path)) {
            pages[i].page(s, req);
            return;
        }
    if (s->ops.request)
        s->ops.request(s->ops.arg, s->http, req);
    else
        answer(s, req, 404, "text/plain; charset=utf-8", S("nothing here\n"));
}

struct staff *staff_open(struct loop *loop, const struct address *at, const struct staff_ops *ops,
                         struct err *e)
{
    static const struct http_names names = { .cut = "staff_cut_total",
                                             .odd = "staff_odd_total",
                                             .open = "staff_connections",
                                             .crowded = "staff_crowded_total",
                                             .unwelcome = "staff_unwelcome_total" };
    static const struct http_limits limits = { .names = &names,
                                               .methods = HTTP1_GET | HTTP1_HEAD | HTTP1_POST,
                                               .header_bytes = HEADERS_MAX,
                                               .body_bytes = BODY_MAX,
                                               .connections = CONNECTIONS,
                                               .per_address = CONNECTIONS,
                                               .coming_bytes = COMING_MAX,
                                               .request_ms = REQUEST_MS,
                                               .idle_ms = IDLE_MS };
    struct staff *s = calloc(1, sizeof *s);

    if (!s) {
        err_set(e, "staff: out of memory");
        return NULL;
    }
    s->ops = *ops;
    s->since_ms = clock_mono_ms();
    s->up_seconds = stat_get(STAT_GAUGE, "up_seconds", "since the gateway started", NULL, NULL);
    s->http = http_open(loop, at->host, at->port, &limits, on_request, s, e);
    if (!s->http) {
        staff_close(s);
        return NULL;
    }
    return s;
}

unsigned staff_port(const struct staff *s)
{
    return http_port(s->http);
}

void staff_close(struct staff *s)
{
    if (!s)
        return;
    if (s->http)
        http_close(s->http);
    free(s);
}
