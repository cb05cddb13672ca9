/* http_send.h - POST requests, and GET where a provider knows nothing else, by libcurl on the event loop.
 *
 * Only http and https, no redirects, a bounded answer, nothing of the request in a log, its URL least of all.
 */
#ifndef KENTONGAN_DELIVERY_HTTP_SEND_H
#define KENTONGAN_DELIVERY_HTTP_SEND_H

#include "gateway/base/err.h"
#include "gateway/base/slice.h"
#include "gateway/loop/loop.h"
#include "parsers/dialect.h"

struct http_send; /* the engine */
struct http_call; /* one request */

struct http_send *http_send_new(struct loop *, struct err *);
/* Calls under way are cut without a callback. */
void http_send_free(struct http_send *);

enum http_outcome {
    HTTP_ANSWERED,    /* status and body are there */
    HTTP_NOT_REACHED, /* no connection: nothing of the request left */
    HTTP_LOST,        /* it left, or may have; no whole answer came */
};

struct http_result {
    enum http_outcome outcome;
    int status;
    struct slice body;      /* valid during the call; 64 KiB at most */
    int64_t retry_after_ms; /* of the header; 0 = none */
    const char *why;        /* what curl says of it; no name or address in it */
    bool kept;              /* over a connection of before, which the other side may have closed meanwhile */
};

/* Copies the request.  done exactly once, from the loop, never inside this call.  False when memory is out
 * (done is not called). */
bool http_send_start(struct http_send *, const struct wire_send *, int64_t timeout_ms,
                     void (*done)(void *, const struct http_result *), void *arg) MUST_CHECK;

#endif
