/* http_parts.h - parts of long SMS that come as HTTP requests of their own.
 *
 * They wait in memory alone, so none is acknowledged before the whole is: the telco is told to come again,
 * and brings the others meanwhile.  What waited too long is handed over with its gaps, as over SMPP. */
#ifndef KENTONGAN_INGRESS_HTTP_PARTS_H
#define KENTONGAN_INGRESS_HTTP_PARTS_H

#include "gateway/loop/loop.h"
#include "gateway/model/reason.h"
#include "parsers/segment.h"

struct http_parts;

/* `overdue` gets what waited for longer than wait_ms, and must say http_parts_end() for it, now or later. */
struct http_parts *http_parts_new(struct loop *, int64_t wait_ms,
                                  void (*overdue)(void *arg, const struct segment_whole *), void *arg);
void http_parts_free(struct http_parts *);
void http_parts_wait(struct http_parts *, int64_t wait_ms);
/* REASON_accepted: *whole is there, and http_parts_end() is due for it; REASON_part_waits; REASON_duplicate:
 * a repeat of a part whose message was taken; REASON_bad_shape, REASON_busy. */
enum reason http_parts_add(struct http_parts *, const struct segment_part *, int64_t now_ms, struct arena *,
                           struct segment_whole *whole);
/* Taken: its parts are known as repeats from now on.  Else it is tried again, by itself or by what comes
 * again. */
void http_parts_end(struct http_parts *, uint64_t whole_id, bool taken);

#endif
