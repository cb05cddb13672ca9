/* suspects.h - items of a batch of which it is not known yet whether they are to blame for a fault or
 * everything is at fault: they are when another item is stored meanwhile. */
#ifndef KENTONGAN_DISTRICT_SUSPECTS_H
#define KENTONGAN_DISTRICT_SUSPECTS_H

#include "gateway/district/item.h"

enum {
    SUSPECTS = 3, /* refused one by one, nothing stored: then it is asked what is at fault */
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

/* They are to blame. */
static inline void suspects_refuse(struct item *items, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (items[i].later) {
            items[i].later = false;
            items[i].refused = true; /* for its reason */
        }
}

#endif
