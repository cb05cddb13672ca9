/* suspects.h - items of a batch of which it is not known yet whether they are to blame for a fault or
 * everything is at fault: they are when another item is stored meanwhile, and they are refused once more
 * after that, for what was at fault may have been mended in the middle of a batch. */
#ifndef KENTONGAN_DISTRICT_SUSPECTS_H
#define KENTONGAN_DISTRICT_SUSPECTS_H

#include <stdint.h>

#include "gateway/district/item.h"

enum {
    SUSPECTS = 3, /* refused one by one, nothing stored: then it is asked what is at fault */
    SUSPECTS_SEEN = 4096,
};

/* Those that came under suspicion before, as hashes; all zero at first. */
struct suspects {
    uint64_t seen[SUSPECTS_SEEN];
    unsigned n; /* the next one's place */
};

static inline void suspect(struct item *item, const struct err *why)
{
    item->later = true;
    item->reason = *why;
}

/* The fault of one of them. */
static inline struct err suspects_fault(const struct item *items, unsigned n)
{
    struct err why = { "" };

    for (unsigned i = 0; i < n; i++)
        if (items[i].later)
            why = items[i].reason;
    return why;
}

static inline bool suspects_seen(struct suspects *known, const struct item *item)
{
    uint64_t hash = slice_hash(item->body);

    for (unsigned i = 0; i < SUSPECTS_SEEN; i++)
        if (known->seen[i] == hash) {
            known->seen[i] = 0;
            return true;
        }
    known->seen[known->n] = hash;
    known->n = (known->n + 1) % SUSPECTS_SEEN;
    return false;
}

/* Another one was stored: who comes under suspicion for the second time is to blame, the others come again.
 */
static inline void suspects_judge(struct suspects *known, struct item *items, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (items[i].later && suspects_seen(known, &items[i])) {
            items[i].later = false;
            items[i].refused = true; /* for its reason */
        }
}

#endif
