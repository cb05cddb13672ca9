/* http_reply.c - what is answered: once, or without end.  See http.h. */
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/clock.h"
#include "gateway/http/http_private.h"

static const char *phrase(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 413:
        return "Payload Too Large";
    case 431:
        return "Request Header Fields Too Large";
    case 303:
        return "See Other";
    case 429:
        return "Too Many Requests";
    case 503:
        return "Service Unavailable";
    case 501:
        return "Not Implemented";
    default:
        return "Answer";
    }
}

/* A second's replies say the same. */
static const char *date_of(struct http *h)
{
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm tm;

    if (now != h->date_s && gmtime_r(&now, &tm)) {
        h->date_s = now;
        evutil_date_rfc1123(h->date, sizeof h->date, &tm);
    }
    return h->date;
}

static void add_header(struct buf *out, const char *name, const char *value)
{
    buf_str(out, name);
    buf_add(out, S(": "));
    buf_str(out, value);
    buf_add(out, S("\r\n"));
}

/* What is not of this file might say more than one. */
static bool is_one_line(const char *s)
{
    return !strpbrk(s, "\r\n");
}

static bool has_header(const struct http_header *headers, const char *name)
{
    for (; headers && headers->name; headers++)
        if (slice_ieq(slice_of(headers->name), slice_of(name)))
            return true;
    return false;
}

/* All of a head but its end. */
static void add_head(struct conn *c, int status, const char *content_type, const struct http_header *headers)
{
    struct buf *out = &c->out;

    buf_add(out, S("HTTP/1.1 "));
    buf_i64(out, status);
    buf_char(out, ' ');
    buf_str(out, phrase(status));
    buf_add(out, S("\r\n"));
    add_header(out, "Date", date_of(c->http));
    add_header(out, "Content-Type", content_type && is_one_line(content_type) ? content_type : "text/plain");
    if (c->ends)
        add_header(out, "Connection", "close");
    else if (!c->req.head.since_1_1)
        add_header(out, "Connection", "keep-alive");
    if (!has_header(headers, "Cache-Control"))
        add_header(out, "Cache-Control", "no-store");
    for (; headers && headers->name; headers++)
        if (is_one_line(headers->name) && is_one_line(headers->value))
            add_header(out, headers->name, headers->value);
}

static void add_number(struct buf *out, const char *name, uint64_t n)
{
    buf_str(out, name);
    buf_i64(out, (int64_t)n);
    buf_add(out, S("\r\n"));
}

/* Is this the last that it hears?  By its own wish, or by ours: then it may be saying more. */
static void decide_end(struct conn *c, bool close)
{
    c->ends = close || !c->http->listener || c->req.head.closes;
    c->lingers = c->ends && !c->req.head.closes;
}

void http_reply(struct http *h, struct http_request *req, const struct http_reply *r)
{
    struct conn *c = conn_of(req);

    (void)h;
    if (c->fd < 0) {
        conn_answered(c);
        return;
    }
    if (c->left && c->line)
        (void)line_broke(c->line);
    c->known = r->status == 200;
    c->since_ms = clock_mono_ms();
    decide_end(c, r->close);
    add_head(c, r->status, r->content_type, r->headers);
    if (r->retry_after_s)
        add_number(&c->out, "Retry-After: ", r->retry_after_s);
    add_number(&c->out, "Content-Length: ", r->body.n);
    buf_add(&c->out, S("\r\n"));
    if (req->head.method != HTTP1_HEAD)
        buf_add(&c->out, r->body);
    conn_answered(c);
}

struct http_stream *http_stream_begin(struct http *h, struct http_request *req, const char *content_type,
                                      const struct http_header *headers, void (*gone)(void *), void *arg)
{
    struct conn *c = conn_of(req);
    struct http_stream *s = c->fd < 0 ? NULL : calloc(1, sizeof *s);

    if (!s) {
        http_reply(h, req, &(struct http_reply){ .status = 503, .retry_after_s = 5 });
        return NULL;
    }
    *s = (struct http_stream){ .conn = c, .gone = gone, .arg = arg };
    c->stream = s;
    /* HTTP/1.0 knows no chunks: there its end is that of the connection. */
    decide_end(c, !req->head.since_1_1);
    add_head(c, 200, content_type, headers);
    if (req->head.since_1_1)
        add_header(&c->out, "Transfer-Encoding", "chunked");
    buf_add(&c->out, S("\r\n"));
    /* Its end is to be seen while it listens. */
    conn_hear(c);
    return s;
}

bool http_stream_send(struct http_stream *s, struct slice text, size_t most)
{
    struct conn *c = s->conn;
    bool chunked = c->req.head.since_1_1;

    if (c->out.n - c->out_at > most)
        return false;
    if (text.n == 0)
        return true;
    if (chunked)
        buf_printf(&c->out, "%zx\r\n", text.n);
    buf_add(&c->out, text);
    if (chunked)
        buf_add(&c->out, S("\r\n"));
    conn_send(c);
    return true;
}

void http_stream_end(struct http_stream *s)
{
    struct conn *c = s->conn;

    c->stream = NULL;
    free(s);
    if (c->req.head.since_1_1)
        buf_add(&c->out, S("0\r\n\r\n"));
    conn_answered(c);
}
