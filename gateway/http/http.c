/* http.c - see http.h.
 *
 * evhttp tells neither when a request begins nor when a connection that never asked anything dies.  So each
 * connection's bufferevent is made here, with an ear on its input: the first byte starts the clock, the whole
 * request stops it, a sweep cuts what is late.  At the end of the turn that accepted it, the connection is
 * found behind its bufferevent and asked to tell its end.  No reference is kept past that: a bufferevent that
 * outlives its connection goes on listening on a descriptor that is soon somebody else's. */
#include "gateway/http/http_private.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/stat.h"

enum {
    SWEEP_MS = 500,
    HEAVY = 16384,     /* bytes of one request: it is read behind all others */
    ACCEPTED_MAX = 64, /* of one turn */
    HTTP_MAGIC = 0x68747470,
};

/* A connection that waits for its answer is not read from, so nobody else sees its end. */
static bool peer_left(void *arg)
{
    struct conn *c = arg;
    char byte;
    ssize_t n = recv(bufferevent_getfd(c->bev), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    return c->held && (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR));
}

/* Did it end by a reset?  Then what the kernel had of our last answer was not read. */
static bool was_reset(int fd)
{
    struct tcp_info info;
    socklen_t n = sizeof info;

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0 && info.tcpi_state == TCP_CLOSE;
}

static void conn_drop(struct http *h, struct conn **at)
{
    struct conn *c = *at;
    struct http_stream *stream = c->stream;

    h->coming -= c->bytes;
    if (c->line)
        line_end(c->line, c->held || was_reset(bufferevent_getfd(c->bev)));
    c->line = NULL;

    c->stream = NULL;
    if (stream) {
        stream->gone(stream->arg);
        /* evhttp lets go of a request that is still being answered: then it is ours to free. */
        if (!evhttp_request_get_connection(stream->req))
            evhttp_request_free(stream->req);
        free(stream);
    }
    *at = c->next;
    h->conns--;
    h->open->value = h->conns;
    if (c->fresh)
        c->http = NULL; /* on_accepted() comes yet */
    else
        free(c);
}

static void on_input(struct evbuffer *b, const struct evbuffer_cb_info *info, void *arg)
{
    struct conn *c = arg;
    struct http *h = c->http;

    (void)b;
    if (!info->n_added || c->held)
        return;
    if (!c->begun_ms)
        c->begun_ms = clock_mono_ms();
    c->bytes += info->n_added;
    h->coming += info->n_added;
    if (!c->heavy && c->bytes > HEAVY)
        c->heavy = bufferevent_priority_set(c->bev, LOOP_LAST) == 0;
    loop_enough(h->loop);
    if (h->coming > h->limits.coming_bytes)
        loop_timer_set(h->lighten, 0);
}

static void on_closed(struct evhttp_connection *evcon, void *arg)
{
    struct http *h = arg;
    struct bufferevent *bev = evhttp_connection_get_bufferevent(evcon);
    struct conn **at = http_conn(h, bev);

    if (!*at)
        return;
    evbuffer_remove_cb(bufferevent_get_input(bev), on_input, *at);
    conn_drop(h, at);
}

static struct slice address_of(struct evhttp_connection *evcon)
{
    char *address = NULL;
    ev_uint16_t port = 0;
    struct slice s;

    if (evcon)
        evhttp_connection_get_peer(evcon, &address, &port);
    s = slice_of(address);
    return slice_starts(s, "::ffff:") ? slice_skip(s, 7) : s;
}

/* What a caller from a wrong address hears, if it listens at all. */
static void turn_away(struct http *h, int fd)
{
    static const char no[] = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n"
                             "Content-Length: 23\r\nConnection: close\r\n\r\n{\"error\":\"bad_address\"}";

    h->unwelcome->value++;
    (void)!send(fd, no, sizeof no - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
}

/* Before anything of it was read: may it stay? */
static void judge(struct http *h, struct conn *c, struct evhttp_connection *evcon)
{
    struct slice peer = address_of(evcon);

    c->evcon = evcon;
    c->peer = slice_hash(peer) | 1;
    evhttp_connection_set_closecb(evcon, on_closed, h);
    if (h->limits.welcomes && !h->limits.welcomes(h->arg, peer)) {
        turn_away(h, bufferevent_getfd(c->bev));
        evhttp_connection_free(evcon);
    } else if (!http_has_place(h, c)) {
        evhttp_connection_free(evcon);
    }
}

/* evhttp's own callbacks carry its connection; none are left when it was freed already. */
static void on_accepted(void *arg)
{
    struct conn *c = arg;
    struct bufferevent *bev = c->bev;
    void *evcon = NULL;

    bufferevent_getcb(bev, NULL, NULL, NULL, &evcon);
    c->fresh = false;
    if (!c->http) {
        free(c);
    } else if (evcon) {
        judge(c->http, c, evcon);
    } else {
        evbuffer_remove_cb(bufferevent_get_input(bev), on_input, c);
        conn_drop(c->http, http_conn(c->http, bev));
    }
    bufferevent_decref(bev);
}

static struct bufferevent *on_accept(struct event_base *base, void *arg)
{
    struct http *h = arg;
    struct bufferevent *bev = bufferevent_socket_new(base, -1, 0);
    struct conn *c = bev ? calloc(1, sizeof *c) : NULL;
    struct conn **at;

    if (!c)
        return bev;
    c->http = h;
    c->bev = bev;
    /* A connection that never says anything is cut by the same deadline. */
    c->begun_ms = c->since_ms = clock_mono_ms();
    c->fresh = true;
    bufferevent_incref(bev);
    loop_soon(h->loop, on_accepted, c);
    evbuffer_add_cb(bufferevent_get_input(bev), on_input, c);
    at = http_conn(h, bev);
    c->next = *at;
    *at = c;
    h->open->value = ++h->conns;
    /* The rest of a crowd in the next turn: those of this one are judged at its end. */
    if (++h->accepted == ACCEPTED_MAX)
        http_pause(h, 0);
    return bev;
}

static void on_sweep(void *arg)
{
    struct http *h = arg;
    int64_t now = clock_mono_ms();

    for (unsigned i = 0; i < BUCKETS; i++) {
        struct conn **at = &h->bucket[i];

        while (*at) {
            struct conn *c = *at;

            if (c->begun_ms && !c->held && now - c->begun_ms > h->limits.request_ms) {
                /* evhttp reads the end of the stream and frees the connection. */
                shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
                c->begun_ms = now;
                h->cut->value++;
            }
            at = &c->next;
        }
    }
    h->accepted = 0;
    loop_timer_set(h->sweep, SWEEP_MS);
}

static bool all_digits(const char *s)
{
    return slice_all_digits(slice_of(s));
}

/* What evhttp lets through and a proxy in front may read otherwise. */
static bool is_odd(struct evhttp_request *req)
{
    struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
    unsigned lengths = 0, encodings = 0;
    struct evkeyval *kv;

    for (kv = headers->tqh_first; kv; kv = kv->next.tqe_next) {
        size_t n = strlen(kv->key);

        if (n == 0 || strpbrk(kv->key, " \t") != NULL)
            return true;
        if (evutil_ascii_strcasecmp(kv->key, "Content-Length") == 0) {
            if (++lengths > 1 || !all_digits(kv->value))
                return true;
        } else if (evutil_ascii_strcasecmp(kv->key, "Transfer-Encoding") == 0) {
            if (++encodings > 1 || evutil_ascii_strcasecmp(kv->value, "chunked") != 0)
                return true;
        }
    }
    return lengths && encodings;
}

static void on_whole_request(struct evhttp_request *req, void *arg)
{
    struct http *h = arg;
    struct evhttp_connection *evcon = evhttp_request_get_connection(req);
    struct conn *c = *http_conn(h, evhttp_connection_get_bufferevent(evcon));

    if (c) {
        c->begun_ms = 0;
        c->held = true;
        h->coming -= c->bytes;
        c->bytes = 0;
        if (c->heavy)
            c->heavy = bufferevent_priority_set(c->bev, LOOP_ORDINARY) != 0;
    }
    if (is_odd(req)) {
        h->refused->value++;
        http_reply(h, req,
                   &(struct http_reply){ .status = 400,
                                         .content_type = "application/json",
                                         .body = S("{\"error\":\"bad_request\"}"),
                                         .close = true });
        return;
    }
    h->on_request(h->arg, req);
}

struct slice http_peer(struct evhttp_request *req)
{
    return address_of(evhttp_request_get_connection(req));
}

struct line *http_line(struct http *h, struct evhttp_request *req)
{
    struct evhttp_connection *evcon = evhttp_request_get_connection(req);
    struct conn *c = evcon ? *http_conn(h, evhttp_connection_get_bufferevent(evcon)) : NULL;

    if (c && !c->line && (c->line = line_new())) {
        c->line->gone = peer_left;
        c->line->owner = c;
    }
    return c ? c->line : NULL;
}

static unsigned bound_port(struct evhttp_bound_socket *bound)
{
    struct sockaddr_storage at = { 0 };
    socklen_t n = sizeof at;
    uint64_t port = 0;
    char text[8] = "";

    if (getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &n) != 0 ||
        getnameinfo((struct sockaddr *)&at, n, NULL, 0, text, sizeof text, NI_NUMERICSERV) != 0 ||
        !slice_to_u64(slice_of(text), &port))
        return 0;
    return (unsigned)port;
}

static int listen_on(struct http *h, struct slice host, unsigned port, struct err *e)
{
    char name[64];
    int one = 1;

    snprintf(name, sizeof name, "%.*s", SLICE_ARG(host));
    h->bound = evhttp_bind_socket_with_handle(h->evhttp, name, (ev_uint16_t)port);
    if (!h->bound)
        return err_set(e, "cannot listen on %s:%u; is another program there?", name, port);
    /* Linux hands it on to accepted sockets: header and body leave in two writes. */
    setsockopt(evhttp_bound_socket_get_fd(h->bound), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    http_watch_accept(h);
    h->port = bound_port(h->bound);
    return 0;
}

struct http *http_open(struct loop *loop, struct slice host, unsigned port, const struct http_limits *limits,
                       void (*on_request)(void *, struct evhttp_request *), void *arg, struct err *e)
{
    struct http *h = calloc(1, sizeof *h);
    struct timeval idle = { .tv_sec = limits->idle_ms / 1000, .tv_usec = limits->idle_ms % 1000 * 1000 };

    if (!h)
        goto nomem;
    h->magic = HTTP_MAGIC;
    h->loop = loop;
    h->limits = *limits;
    http_cap(&h->limits);
    h->on_request = on_request;
    h->arg = arg;
    h->cut =
        stat_get(STAT_COUNTER, limits->names->cut, "Requests cut for taking too long to arrive.", NULL, NULL);
    h->refused = stat_get(STAT_COUNTER, limits->names->odd, "Requests refused for odd or doubled headers.",
                          NULL, NULL);
    h->open = stat_get(STAT_GAUGE, limits->names->open, "Connections now.", NULL, NULL);
    h->crowded = stat_get(STAT_COUNTER, limits->names->crowded,
                          "Connections given up, or turned away, because there were too many.", NULL, NULL);
    h->unwelcome = stat_get(STAT_COUNTER, limits->names->unwelcome,
                            "Connections from addresses from which nobody may call.", NULL, NULL);
    h->evhttp = evhttp_new(loop_base(loop));
    h->sweep = loop_timer_new(loop, "http sweep", on_sweep, h);
    h->resume = loop_timer_new(loop, "http accept", http_resume, h);
    h->lighten = loop_timer_new(loop, "http bytes", http_lighten, h);
    if (!h->evhttp || !h->sweep || !h->resume || !h->lighten)
        goto nomem;
    evhttp_set_max_headers_size(h->evhttp, limits->header_bytes);
    evhttp_set_max_body_size(h->evhttp, limits->body_bytes);
    evhttp_set_timeout_tv(h->evhttp, &idle);
    evhttp_set_allowed_methods(h->evhttp, (ev_uint16_t)limits->methods);
    evhttp_set_bevcb(h->evhttp, on_accept, h);
    evhttp_set_gencb(h->evhttp, on_whole_request, h);
    if (listen_on(h, host, port, e) != 0) {
        http_close(h);
        return NULL;
    }
    loop_timer_set(h->sweep, SWEEP_MS);
    return h;
nomem:
    if (h)
        http_close(h);
    err_set(e, "listener: out of memory");
    return NULL;
}

unsigned http_port(const struct http *h)
{
    return h->port;
}

void http_stop_listening(struct http *h)
{
    if (h->stopped)
        return;
    h->stopped = true;
    http_unwatch_accept(h);
    evhttp_del_accept_socket(h->evhttp, h->bound);
    h->bound = NULL;
}

void http_close(struct http *h)
{
    h->stopped = true;
    http_unwatch_accept(h);
    if (h->sweep)
        loop_timer_free(h->sweep);
    if (h->resume)
        loop_timer_free(h->resume);
    if (h->lighten)
        loop_timer_free(h->lighten);
    if (h->evhttp)
        evhttp_free(h->evhttp);
    for (unsigned i = 0; i < BUCKETS; i++)
        while (h->bucket[i]) {
            struct conn *c = h->bucket[i];

            line_end(c->line, true); /* its descriptor is gone: it cannot be asked any more */
            c->line = NULL;
            conn_drop(h, &h->bucket[i]);
        }
    free(h);
}
