/* today.h - what a sender filed today, by whose names she speaks of it (struct sender_state).
 *
 * Pure.  A help for reading: what a number is, and whether it still stands, its own blob says. */
#ifndef KENTONGAN_FLOWS_STEP_TODAY_H
#define KENTONGAN_FLOWS_STEP_TODAY_H

#include "gateway/base/arena.h"
#include "gateway/base/slice.h"

enum {
    TODAY_REPORTS = 40, /* the last so many */
    TODAY_NAME = 24,    /* letters kept of a name */
};

struct today_report {
    struct slice nomor, who; /* who: as child_called() has it */
};

/* The list with a report of this day (ISO) behind the others, or in the place of its number; those of another
 * day are forgotten. */
struct slice today_with(struct slice list, struct slice day, const struct today_report *, struct arena *);
/* The first of the list, which is the rest from then on; false: there is none.  What stands first of all is
 * the day: today_of(). */
bool today_next(struct slice *list, struct today_report *);
/* What is there of this day. */
struct slice today_of(struct slice list, struct slice day);

#endif
