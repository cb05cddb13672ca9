/* delivery.h - SMS out: per provider four lanes, one window, one rate; what to do after each attempt is
 * attempt.h's to say.
 *
 * Lane 0 (answers, E1, referral steps) goes before 1 (alerts, notices) before 2 (bulk); quiet hours hold all
 * but lane 0. */
#ifndef KENTONGAN_DELIVERY_DELIVERY_H
#define KENTONGAN_DELIVERY_DELIVERY_H

#include "gateway/base/err.h"
#include "gateway/conf/config.h"
#include "gateway/delivery/inbox.h"
#include "gateway/loop/loop.h"
#include "gateway/smpp/smpp_hub.h"
#include "gateway/store/store.h"

struct delivery;

/* Copies what it needs of the configuration. */
struct delivery *delivery_open(struct loop *, struct store *, const struct config *, struct err *);
/* Addresses, passwords, windows, rates; a provider that is new or gone needs a restart. */
void delivery_reload(struct delivery *, const struct config *);
/* Past the store, while Redis is away (SPEC 6): kept in memory alone, tried while it is news.  `via` is the
 * provider of the question; copies the SMS. */
void delivery_now(struct delivery *, struct slice via, const struct sms *);
/* An alarm that is committed: it comes out of the store, and goes past it when it has not come after so long.
 * Sent once either way: it is known again by number and text when it comes. */
void delivery_expect(struct delivery *, struct slice via, const struct sms *, int64_t after_ms);
/* Providers of dialect smpp send by these binds; until then they hold all.  The hub outlives delivery. */
void delivery_smpp(struct delivery *, struct smpp_hub *);
/* Takes nothing more; what is under way is finished. */
void delivery_drain(struct delivery *);
/* SMS under way, over all providers. */
unsigned delivery_under_way(const struct delivery *);
/* Attempts under way are cut; their SMS are recovered at the next start. */
void delivery_close(struct delivery *);
/* The emulator's; NULL when no provider speaks that dialect. */
struct inbox *delivery_inbox(struct delivery *);

#endif
