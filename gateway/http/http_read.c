/* http_read.c - bytes until they are a request.  See http_private.h. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/http/http_private.h"

enum {
    HEAVY = 16384, /* bytes of one request: it is read behind all others */
};

static ssize_t receive(struct conn *c)
{
    struct http *h = c->http;
    ssize_t n = recv(c->fd, h->chunk, sizeof h->chunk, 0);

    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        conn_close(c);
        return 0;
    }
    if (n > 0)
        c->moved_ms = clock_mono_ms();
    return n > 0 ? n : 0;
}

/* It has something to say while it waits for its answer, or has not taken it yet. */
static void interrupted(struct conn *c)
{
    char byte;
    ssize_t n;

    if (c->stream || c->fading) {
        (void)receive(c); /* nobody asked */
        return;
    }
    n = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n >= 0) {
        c->left = n == 0;
        conn_deafen(c);
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        conn_close(c);
    }
}

static void count_bytes(struct conn *c, size_t n)
{
    struct http *h = c->http;

    if (!c->begun_ms)
        c->begun_ms = c->moved_ms;
    c->bytes += n;
    h->coming += n;
    if (!c->heavy && c->bytes > HEAVY)
        c->heavy = event_priority_set(c->in_ev, LOOP_LAST) == 0;
    if (h->coming > h->limits.coming_bytes)
        loop_timer_set(h->lighten, 0);
}

/* From here on it waits for its answer. */
static void hold(struct conn *c)
{
    c->held = true;
    c->begun_ms = 0;
    c->http->coming -= c->bytes;
    c->bytes = 0;
    if (c->heavy)
        c->heavy = event_priority_set(c->in_ev, LOOP_ORDINARY) != 0;
}

/* What cannot be read is where nobody knows the next one to begin. */
static void refuse(struct conn *c, int status, struct slice body)
{
    if (status == 400)
        c->http->refused->value++;
    hold(c);
    c->whole_n = c->in.n;
    c->req.head.method = HTTP1_OTHER; /* it may not have been read */
    c->req.head.closes = false;
    http_reply(c->http, &c->req,
               &(struct http_reply){
                   .status = status, .content_type = "application/json", .body = body, .close = true });
}

static void refuse_by(struct conn *c, enum http1_rc rc)
{
    if (rc == HTTP1_TOO_LARGE)
        refuse(c, 413, S("{\"error\":\"too_large\"}"));
    else
        refuse(c, 400, S("{\"error\":\"bad_request\"}"));
}

static enum http1_rc read_head(struct conn *c)
{
    c->head_at = c->in.p;
    return http1_head(slice_make(c->in.p, c->head_n), &c->req.head);
}

/* Blank lines before a request are nothing (RFC 9112, 2.2). */
static void skip_blank(struct conn *c)
{
    size_t n = 0;

    while (n < c->in.n && (c->in.p[n] == '\r' || c->in.p[n] == '\n'))
        n++;
    if (!n)
        return;
    memmove(c->in.p, c->in.p + n, c->in.n - n);
    c->in.n -= n;
}

/* True when its body may come. */
static bool take_head(struct conn *c)
{
    const struct http_limits *l = &c->http->limits;
    const struct http1_head *head = &c->req.head;
    enum http1_rc rc;

    if (c->seen == 0)
        skip_blank(c);
    c->head_n = http1_head_end(buf_slice(&c->in), &c->seen);
    if (c->head_n > l->header_bytes || (!c->head_n && c->in.n > l->header_bytes)) {
        refuse(c, 431, S("{\"error\":\"headers_too_large\"}"));
        return false;
    }
    if (!c->head_n)
        return false;
    rc = read_head(c);
    if (rc == HTTP1_OK && head->length > l->body_bytes)
        rc = HTTP1_TOO_LARGE;
    if (rc != HTTP1_OK) {
        refuse_by(c, rc);
        return false;
    }
    if (!(head->method & l->methods)) {
        refuse(c, 501, S("{\"error\":\"bad_method\"}"));
        return false;
    }
    if (head->continues && c->in.n == c->head_n) {
        buf_str(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
        conn_send(c);
    }
    return c->fd >= 0;
}

static enum http1_rc take_body(struct conn *c)
{
    const struct http1_head *head = &c->req.head;
    size_t n = c->in.n - c->head_n;
    enum http1_rc rc;

    if (!head->chunked) {
        c->req.body.n = head->length;
        return n < head->length ? HTTP1_MORE : HTTP1_OK;
    }
    rc = http1_chunks(&c->chunks, c->in.p + c->head_n, &n, c->http->limits.body_bytes);
    c->in.n = c->head_n + n;
    c->req.body.n = c->chunks.done;
    return rc;
}

/* As much of `in` as is a request is one. */
static void take(struct conn *c)
{
    enum http1_rc rc;

    if (!c->head_n && !take_head(c))
        return;
    rc = take_body(c);
    if (rc == HTTP1_MORE)
        return;
    if (rc == HTTP1_OK && c->head_at != c->in.p)
        rc = read_head(c);
    if (rc != HTTP1_OK) {
        refuse_by(c, rc);
        return;
    }
    c->req.body.p = c->in.p + c->head_n;
    c->whole_n = c->head_n + c->req.body.n;
    hold(c);
    c->http->on_request(c->http->arg, &c->req);
}

void http_on_read(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;
    struct loop *loop = c->http->loop;
    ssize_t n;

    (void)fd;
    (void)what;
    if (c->held || c->out.n || c->fading) {
        interrupted(c);
    } else if (c->again) {
        c->again = false;
        count_bytes(c, c->in.n);
        take(c);
    } else if ((n = receive(c)) > 0) {
        buf_add(&c->in, slice_make(c->http->chunk, (size_t)n));
        count_bytes(c, (size_t)n);
        if (c->in.failed)
            conn_close(c);
        else
            take(c);
    }
    loop_enough(loop);
}
