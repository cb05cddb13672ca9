/* budget.h - how many SMS one number got today, so that a loop or a mistake costs the district a bounded sum
 * and a kader no night (PEERS 5.20).
 *
 * Counts notices and bulk alone: answers, alarms, alerts and steps of a referral are never held for it, nor
 * wait for the store.  The store counts, for all gateways of the district: a restart forgets nothing.  When
 * the store is away it is as if there were no limit: a reminder too many is better than one lost. */
#ifndef KENTONGAN_DELIVERY_BUDGET_H
#define KENTONGAN_DELIVERY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/store/store.h"

struct budget_question;

bool budget_counts(enum sms_class);
/* Counts one more of this day for the number, if its limit (> 0) allows it, and tells f, once, later, whether
 * it did. */
struct budget_question *budget_ask(struct store *, struct slice to, int64_t day, unsigned limit,
                                   void (*f)(void *arg, bool allowed), void *arg);
/* Nobody waits for the answer any more: f is not called. */
void budget_forget(struct budget_question *);

#endif
