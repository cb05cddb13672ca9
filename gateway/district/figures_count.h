/* figures_count.h - the tables of indicators in a district database (docs/indicators.md): kept up to date
 * from what is due, made anew from the records when the rows changed.
 *
 * A unit is a posyandu of a village, or what the village reports without one, in one year.  A record that is
 * stored marks its unit as due in the same transaction; a step counts units (figures_unit.h), then sums up
 * the villages and puskesmas above.  Figures kept up to date and figures rebuilt are the same.  Blocking: for
 * a thread that may wait. */
#ifndef KENTONGAN_DISTRICT_FIGURES_COUNT_H
#define KENTONGAN_DISTRICT_FIGURES_COUNT_H

#include "gateway/base/arena.h"
#include "gateway/district/figures_place.h"
#include "gateway/model/ruleset.h"

struct figures_step {
    char after[80];                /* in and out: the unit that was counted last */
    bool left;                     /* out: there are more */
    struct figures_place *changed; /* out: in the arena */
    struct arena *arena;
};

/* Counts some units that are due, in one transaction.  -1: nothing was changed. */
int figures_step(const struct figures_db *, const struct ruleset *, int64_t now_ms, struct figures_step *,
                 struct err *) MUST_CHECK;
/* f in one transaction. */
int figures_transaction(const struct figures_db *, int (*f)(void *arg, struct err *), void *arg,
                        struct err *) MUST_CHECK;
/* RFC 3339 in UTC, as in computed_at. */
void figures_time(int64_t wall_ms, char *out, size_t max);

#endif
