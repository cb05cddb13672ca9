/* item.h - one entry of a stream on its way into a store of the district. */
#ifndef KENTONGAN_DISTRICT_ITEM_H
#define KENTONGAN_DISTRICT_ITEM_H

#include "gateway/model/record.h"

struct item {
    struct slice body; /* of a sink: rows (gateway/model/record.h) */
    int64_t first_ms;  /* when it was first committed: an older person row never overwrites a newer */
    bool refused;      /* out: can never be stored, nothing of it was; reason says why */
    bool later;        /* out: not stored now, another time */
    struct err reason;
};

/* This item can never be stored. */
static inline void item_refuse(struct item *item, const char *why)
{
    item->refused = true;
    err_set(&item->reason, "%s", why);
}

/* The next of its rows; false: there are no more, or it is refused, since this one is none. */
static inline bool item_row(struct item *item, struct rows *rows, struct row *out)
{
    int rc = rows_next(rows, out, &item->reason);

    item->refused = rc < 0;
    return rc > 0;
}

#endif
