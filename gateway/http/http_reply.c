/* http_reply.c - what is answered: once, or without end.  See http.h. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gateway/base/clock.h"
#include "gateway/http/http_private.h"

struct conn **http_conn(struct http *h, const struct bufferevent *bev)
{
    struct conn **at = &h->bucket[((uintptr_t)bev >> 6) % BUCKETS];

    while (*at && (*at)->bev != bev)
        at = &(*at)->next;
    return at;
}

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
    case 303:
        return "See Other";
    case 429:
        return "Too Many Requests";
    case 503:
        return "Service Unavailable";
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

void http_reply(struct http *h, struct evhttp_request *req, const struct http_reply *r)
{
    struct evhttp_connection *evcon = evhttp_request_get_connection(req);
    struct conn *c = evcon ? *http_conn(h, evhttp_connection_get_bufferevent(evcon)) : NULL;
    struct evkeyvalq *out = evhttp_request_get_output_headers(req);
    struct evbuffer *body = evbuffer_new();
    char number[16];

    if (c && c->line)
        (void)line_broke(c->line);
    if (c) {
        c->held = false;
        c->known = r->status == 200;
        c->since_ms = clock_mono_ms();
    }
    evhttp_add_header(out, "Date", date_of(h));
    if (r->content_type)
        evhttp_add_header(out, "Content-Type", r->content_type);
    else
        evhttp_add_header(out, "Content-Type", "text/plain");
    if (r->retry_after_s) {
        snprintf(number, sizeof number, "%u", r->retry_after_s);
        evhttp_add_header(out, "Retry-After", number);
    }
    if (r->close || h->stopped)
        evhttp_add_header(out, "Connection", "close");
    for (const struct http_header *more = r->headers; more && more->name; more++)
        evhttp_add_header(out, more->name, more->value);
    if (!evhttp_find_header(out, "Cache-Control"))
        evhttp_add_header(out, "Cache-Control", "no-store");
    if (body && r->body.n)
        evbuffer_add(body, r->body.p, r->body.n);
    evhttp_send_reply(req, r->status, phrase(r->status), body);
    if (body)
        evbuffer_free(body);
}

struct http_stream *http_stream_begin(struct http *h, struct evhttp_request *req, const char *content_type,
                                      const struct http_header *headers, void (*gone)(void *), void *arg)
{
    struct evhttp_connection *evcon = evhttp_request_get_connection(req);
    struct bufferevent *bev = evcon ? evhttp_connection_get_bufferevent(evcon) : NULL;
    struct conn *c = bev ? *http_conn(h, bev) : NULL;
    struct http_stream *s = c ? calloc(1, sizeof *s) : NULL;
    struct evkeyvalq *out = evhttp_request_get_output_headers(req);

    if (!s) {
        http_reply(h, req, &(struct http_reply){ .status = 503, .retry_after_s = 5 });
        return NULL;
    }
    *s = (struct http_stream){ .conn = c, .req = req, .gone = gone, .arg = arg };
    c->stream = s;
    evhttp_add_header(out, "Content-Type", content_type);
    evhttp_add_header(out, "Cache-Control", "no-store");
    for (; headers && headers->name; headers++)
        evhttp_add_header(out, headers->name, headers->value);
    /* The peer says nothing more: silence is no reason to hang up. */
    bufferevent_set_timeouts(bev, NULL, NULL);
    evhttp_send_reply_start(req, 200, "OK");
    return s;
}

bool http_stream_send(struct http_stream *s, struct slice text, size_t most)
{
    struct evbuffer *part;

    if (evbuffer_get_length(bufferevent_get_output(s->conn->bev)) > most)
        return false;
    part = evbuffer_new();
    if (!part)
        return false;
    evbuffer_add(part, text.p, text.n);
    evhttp_send_reply_chunk(s->req, part);
    evbuffer_free(part);
    return true;
}

void http_stream_end(struct http_stream *s)
{
    struct evhttp_request *req = s->req;

    s->conn->held = false;
    s->conn->stream = NULL;
    free(s);
    evhttp_send_reply_end(req);
}
