/* satusehat_send.h - some records on their way to the ministry's platform: the patient is asked for, and made
 * where there is none, then the bundle goes; a token is fetched once for all records of one client.
 *
 * Knows HTTP and the platform, no file and no stream. */
#ifndef KENTONGAN_DISTRICT_SATUSEHAT_SEND_H
#define KENTONGAN_DISTRICT_SATUSEHAT_SEND_H

#include "gateway/district/outbox.h"
#include "gateway/loop/loop.h"
#include "gateway/model/ruleset.h"

struct sender;

/* What became of all of them, in the batch's arena.  trouble: the platform is away, those that it did not
 * answer are to come again, after_ms (0 = it did not say) from now; NULL: it answered all. */
typedef void sender_over(void *arg, const struct outbox_fate *, unsigned n, const struct err *trouble,
                         int64_t after_ms);

/* The URLs are copied.  NULL with an error. */
struct sender *sender_open(struct loop *, struct slice url, struct slice token_url, sender_over *, void *arg,
                           struct err *);
/* Sends a batch, which must outlive it; over comes once, from the loop, also inside this
 * call.  One batch at a time. */
void sender_send(struct sender *, const struct ruleset *, struct outbox_batch *);
/* After a reload: what is under way goes on by these. */
void sender_rules(struct sender *, const struct ruleset *);
/* Nothing comes any more.  NULL is none. */
void sender_close(struct sender *);

#endif
