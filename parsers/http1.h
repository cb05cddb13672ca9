/* http1.h - a request of HTTP/1.0 or 1.1 as it stands on the wire (RFC 9112): its head, and a body in chunks.
 *
 * Pure, and strict where a proxy in front could read otherwise: doubled or odd lengths, both kinds of length,
 * folded lines, blanks around a name.  Lenient where only a sloppy telco is to be understood: a lone LF ends
 * a line, blanks may stand in the target. */
#ifndef KENTONGAN_PARSERS_HTTP1_H
#define KENTONGAN_PARSERS_HTTP1_H

#include "parsers/query.h"

enum {
    HTTP1_HEADERS = 64, /* a head with more is refused */
};

/* Bits, so that a set of them may be asked for. */
enum http1_method {
    HTTP1_GET = 1,
    HTTP1_HEAD = 2,
    HTTP1_POST = 4,
    HTTP1_PUT = 8,
    HTTP1_OTHER = 16,
};

enum http1_rc {
    HTTP1_OK,
    HTTP1_MORE,      /* not whole yet */
    HTTP1_BAD,       /* 400 */
    HTTP1_TOO_LARGE, /* 413 */
};

/* Borrows from the bytes it was read from. */
struct http1_head {
    enum http1_method method;
    struct slice target;      /* as it was asked for */
    struct slice path, query; /* of it: without scheme and host, "?" and fragment; neither is unescaped */
    struct param headers[HTTP1_HEADERS];
    unsigned headers_n;
    bool since_1_1; /* at least HTTP/1.1 */
    bool closes;    /* the connection is not kept */
    bool continues; /* it waits for 100 before it sends its body */
    bool chunked;   /* the body is; else it is `length` bytes */
    size_t length;
};

/* How many bytes of s the head is, the blank line at its end among them; 0: that is still to come.  *seen: 0
 * at first; where to go on looking when there are more. */
size_t http1_head_end(struct slice s, size_t *seen);
/* s: a whole head as http1_head_end() found it. */
enum http1_rc http1_head(struct slice s, struct http1_head *out);
/* The first header of that name, empty when there is none. */
struct slice http1_header(const struct http1_head *, const char *name);

/* Where the decoding of a body in chunks stands; all zero at first. */
struct http1_chunks {
    enum {
        CHUNK_SIZE,
        CHUNK_DATA,
        CHUNK_END,
        CHUNK_TRAILER,
    } state;
    size_t done; /* bytes of the body so far, at the beginning of the buffer */
    size_t left; /* of the chunk under way */
    size_t tail; /* bytes of trailers so far */
};

/* Decodes in place: of the *n bytes at p, the first `done` are body then, behind them stands what is not used
 * yet; *n is lowered by what fell away.  HTTP1_OK: the body is whole; what stands behind it is the next
 * request's. */
enum http1_rc http1_chunks(struct http1_chunks *, char *p, size_t *n, size_t max);

#endif
