/* inbox.h - what the emulator's handsets have received: all since start, oldest first, bounded. */
#ifndef KENTONGAN_DELIVERY_INBOX_H
#define KENTONGAN_DELIVERY_INBOX_H

#include "gateway/base/buf.h"
#include "gateway/loop/loop.h"

struct inbox;
struct inbox_wait;

/* At most `max` SMS; past it the oldest go and are counted. */
struct inbox *inbox_new(struct loop *, unsigned max);
/* Waits still under way are ended without a call. */
void inbox_free(struct inbox *);
/* False when memory is out. */
bool inbox_add(struct inbox *, struct slice to, struct slice text, int64_t at_ms) MUST_CHECK;
/* `[{"id":1,"to":…,"text":…,"at":…,"parts":1}]`: those with an id above `after`; an empty number:
 * everybody's. */
void inbox_print(const struct inbox *, struct slice msisdn, uint64_t after, int utc_offset_min, struct buf *);
/* f once, from the loop, never inside this call: when one with an id above `after` is there, or the time is
 * over. The number is borrowed until then.  NULL when memory is out. */
struct inbox_wait *inbox_wait(struct inbox *, struct slice msisdn, uint64_t after, int64_t ms,
                              void (*f)(void *), void *arg);
/* Ends it without a call. */
void inbox_wait_cancel(struct inbox_wait *);

#endif
