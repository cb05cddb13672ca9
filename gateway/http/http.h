/* http.h - a listener with its guards.  The telcos' door and the staff's are two of them.
 *
 * Header and body size, who may connect and how many of each, a deadline for the whole request (a byte a
 * second is cut), only the methods asked for; what a request may look like is parsers/http1.h's.  A
 * connection has one request under way; what comes behind it waits.  Knows no provider and no page. */
#ifndef KENTONGAN_HTTP_HTTP_H
#define KENTONGAN_HTTP_HTTP_H

#include "gateway/base/err.h"
#include "gateway/base/line.h"
#include "gateway/base/slice.h"
#include "gateway/loop/loop.h"
#include "parsers/http1.h"

struct http;

/* One whole request, from on_request until it is answered; its bytes are borrowed so long. */
struct http_request {
    struct http1_head head;
    struct slice body;
};

/* What it is called in figures; strings of the program. */
struct http_names {
    /* requests cut for being slow, refused for odd headers; connections now, given up for others, turned away
     */
    const char *cut, *odd, *open, *crowded, *unwelcome;
};

struct http_limits {
    const struct http_names *names;
    unsigned methods;      /* HTTP1_GET | …; any other hears 501 */
    unsigned header_bytes; /* past it 431 */
    unsigned body_bytes;   /* past it 413, and no further reading */
    /* At most so many, and so many from one address: a new one then takes the place of one that waits for
     * nothing, strangers' first.  Fewer where the process has not so many descriptors: `others` are left to
     * everybody else. */
    unsigned connections, per_address, others;
    /* Of requests that are not whole yet, all together; past it the largest is cut. */
    size_t coming_bytes;
    /* May anybody call from this address?  Asked when it connects, before a byte is read.  NULL: yes. */
    bool (*welcomes)(void *arg, struct slice peer);
    unsigned request_ms; /* from the first byte of a request to its last */
    unsigned idle_ms;    /* between requests, and between two bytes */
};

/* on_request gets each whole request, which must be answered by http_reply exactly once, now or later. */
struct http *http_open(struct loop *, struct slice host, unsigned port, const struct http_limits *,
                       void (*on_request)(void *arg, struct http_request *), void *arg, struct err *);
unsigned http_port(const struct http *);
void http_stop_listening(struct http *);
/* Connections are closed; requests not yet answered die with them. */
void http_close(struct http *);

struct http_header {
    const char *name, *value;
};

struct http_reply {
    int status;
    const char *content_type; /* NULL: text/plain */
    struct slice body;
    unsigned retry_after_s;            /* 0: no such header */
    bool close;                        /* the connection with it */
    const struct http_header *headers; /* more of them, up to one without name; may be NULL.  Without a
                                          Cache-Control among them, nothing is kept by anybody */
};
void http_reply(struct http *, struct http_request *, const struct http_reply *);

/* What was wanted of its head and body is copied: while it waits for its answer, a long one need not be kept.
 */
void http_enough(struct http_request *);

/* An answer without end, sent part by part.  gone(arg) once, when the peer left or the listener closes; the
 * stream is no more then.  NULL, and the request answered, when memory is out. */
struct http_stream;
struct http_stream *http_stream_begin(struct http *, struct http_request *, const char *content_type,
                                      const struct http_header *, void (*gone)(void *arg), void *arg);
/* False, and nothing sent, while the peer has more than `most` bytes still to take. */
bool http_stream_send(struct http_stream *, struct slice, size_t most);
/* Ends the answer; gone is not called. */
void http_stream_end(struct http_stream *);

/* Numeric address of the peer, without "::ffff:"; valid as long as the request. */
struct slice http_peer(struct http_request *);
/* The connection that brought it: broken when it ended before its answer was through.  Borrowed; NULL when
 * nothing is known. */
struct line *http_line(struct http *, struct http_request *);

#endif
