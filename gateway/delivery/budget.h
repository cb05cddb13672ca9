/* budget.h - how many SMS one number got today, so that a loop or a mistake costs the district a bounded sum
 * and a kader no night (PEERS 5.20).
 *
 * Pure.  Counts notices and bulk alone: answers, alarms, alerts and steps of a referral are never held for
 * it.  In memory: a restart begins anew.  When more numbers than there are places had one today, those past
 * them are free. */
#ifndef KENTONGAN_DELIVERY_BUDGET_H
#define KENTONGAN_DELIVERY_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/model/outcome.h"

enum {
    BUDGET_NUMBERS = 16384, /* a power of two */
};

struct budget {
    int64_t day; /* that is counted, local */
    unsigned used;
    struct {
        uint64_t number; /* a hash; 0 = free place */
        unsigned sent;
    } of[BUDGET_NUMBERS];
};

bool budget_counts(enum sms_class);
/* May one more be sent on this day?  limit 0: always. */
bool budget_allows(const struct budget *, struct slice to, int64_t day, unsigned limit);
/* One was. */
void budget_spend(struct budget *, struct slice to, int64_t day);

#endif
