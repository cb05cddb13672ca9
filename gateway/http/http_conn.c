/* http_conn.c - one connection: its life, and what it says.  See http_private.h.
 *
 * Nothing dies inside a callback about it: a connection that ended is freed at the end of the turn, or, with
 * a request that is not answered yet, once it is. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/http/http_private.h"

enum {
    OUT_MAX = 80 << 20, /* the largest page, and room */
    KEPT = 4096,        /* bytes of a buffer that a connection keeps for its next request */
};

/* Of one that waits for its answer: did its peer end it?  Or by a reset, whatever it waits for. */
static bool peer_left(void *arg)
{
    const struct conn *c = arg;
    ssize_t n;
    char byte;

    if (c->left && c->held)
        return true;
    n = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 ? c->held : n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
}

/* Did it end by a reset?  Then what the kernel had of our last answer was not read. */
static bool was_reset(int fd)
{
    struct tcp_info info;
    socklen_t n = sizeof info;

    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0 && info.tcpi_state == TCP_CLOSE;
}

struct conn *conn_new(struct http *h, int fd, const char *peer, event_callback_fn on_read)
{
    struct conn *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->in_ev = event_new(loop_base(h->loop), fd, EV_READ | EV_PERSIST, on_read, c);
    if (!c->in_ev || event_add(c->in_ev, NULL) != 0) {
        if (c->in_ev)
            event_free(c->in_ev);
        free(c);
        return NULL;
    }
    c->http = h;
    c->fd = fd;
    (void)!strncat(c->peer_text, peer, sizeof c->peer_text - 1);
    c->peer = slice_hash(slice_of(c->peer_text));
    buf_init(&c->in, (size_t)h->limits.header_bytes + h->limits.body_bytes + READ_CHUNK);
    buf_init(&c->out, OUT_MAX);
    /* One that never says anything is cut by the deadline of a request. */
    c->begun_ms = c->since_ms = c->moved_ms = clock_mono_ms();
    c->next = h->all;
    if (c->next)
        c->next->at = &c->next;
    c->at = &h->all;
    h->all = c;
    h->open->value = ++h->conns;
    return c;
}

struct line *http_line(struct http *h, struct http_request *req)
{
    struct conn *c = conn_of(req);

    (void)h;
    if (!c->line && (c->line = line_new())) {
        c->line->gone = peer_left;
        c->line->owner = c;
    }
    return c->line;
}

static void unlink_conn(struct conn *c)
{
    *c->at = c->next;
    if (c->next)
        c->next->at = c->at;
    loop_reap(c->http->loop, free, c);
}

/* All but the bytes of a request that is not answered yet. */
static void end(struct conn *c, bool broke)
{
    struct http *h = c->http;
    struct http_stream *stream = c->stream;

    h->coming -= c->bytes;
    c->bytes = 0;
    line_end(c->line, broke);
    c->line = NULL;
    event_free(c->in_ev);
    if (c->out_ev)
        event_free(c->out_ev);
    close(c->fd);
    c->fd = -1;
    buf_free(&c->out);
    h->open->value = --h->conns;
    if (!stream)
        return;
    c->held = false;
    c->stream = NULL;
    stream->gone(stream->arg);
    free(stream);
}

static void drop(struct conn *c)
{
    buf_free(&c->in);
    unlink_conn(c);
}

void conn_close(struct conn *c)
{
    if (c->fd < 0)
        return;
    end(c, c->held || was_reset(c->fd));
    if (!c->held)
        drop(c);
}

void conn_abandon(struct conn *c)
{
    if (c->fd >= 0)
        end(c, true);
    drop(c);
}

void conn_deafen(struct conn *c)
{
    if (!c->deaf)
        event_del(c->in_ev);
    c->deaf = true;
}

void conn_hear(struct conn *c)
{
    if (c->deaf)
        event_add(c->in_ev, NULL);
    c->deaf = false;
}

/* What it had to say is said: the next request, or the end. */
static void turn_to_next(struct conn *c)
{
    size_t rest = c->in.n - c->whole_n;

    c->spent = false;
    if (c->ends && !c->lingers) {
        conn_close(c);
        return;
    }
    if (rest)
        memmove(c->in.p, c->in.p + c->whole_n, rest);
    c->in.n = rest;
    c->seen = c->head_n = c->whole_n = 0;
    c->chunks = (struct http1_chunks){ .done = 0 };
    if (rest == 0 && c->in.cap > KEPT)
        buf_free(&c->in);
    if (c->ends) {
        /* To close while there is something unread would be a reset, and our words lost with it. */
        shutdown(c->fd, SHUT_WR);
        c->fading = true;
    } else if (rest) {
        c->again = true;
        c->begun_ms = clock_mono_ms();
        event_active(c->in_ev, EV_READ, 1);
    } else if (c->left) {
        conn_close(c);
        return;
    }
    conn_hear(c);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    conn_send(arg);
}

static void wait_for_room(struct conn *c)
{
    if (!c->out_ev)
        c->out_ev = event_new(loop_base(c->http->loop), c->fd, EV_WRITE, on_writable, c);
    if (!c->out_ev || event_add(c->out_ev, NULL) != 0)
        conn_close(c);
}

void conn_send(struct conn *c)
{
    if (c->out.failed) {
        conn_close(c);
        return;
    }
    while (c->out_at < c->out.n) {
        ssize_t n = send(c->fd, c->out.p + c->out_at, c->out.n - c->out_at, MSG_NOSIGNAL);

        if (n > 0) {
            c->out_at += (size_t)n;
            c->moved_ms = clock_mono_ms();
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            wait_for_room(c);
            return;
        } else if (errno != EINTR) {
            conn_close(c);
            return;
        }
    }
    c->out_at = 0;
    if (c->out.cap > KEPT)
        buf_free(&c->out);
    buf_clear(&c->out);
    if (!c->held && (c->whole_n || c->spent))
        turn_to_next(c);
    else if (!c->held)
        conn_hear(c);
}

void http_enough(struct http_request *req)
{
    struct conn *c = conn_of(req);

    if (!c->held || c->in.cap <= KEPT || c->in.n > c->whole_n)
        return;
    req->head = (struct http1_head){ .method = req->head.method,
                                     .since_1_1 = req->head.since_1_1,
                                     .closes = req->head.closes };
    req->body = slice_make("", 0);
    buf_free(&c->in);
    c->seen = c->head_n = c->whole_n = 0;
    c->spent = true;
}

void conn_answered(struct conn *c)
{
    c->held = false;
    if (c->fd < 0)
        drop(c);
    else
        conn_send(c);
}
