/* figures_unit.h - the figures of one unit in one year (docs/indicators.md): from all its records, or from
 * what they were and from the records that were stored since.
 *
 * What is added changes the figures of those alone whom it is about: only their records are read again.
 * Blocking: for a thread that may wait. */
#ifndef KENTONGAN_DISTRICT_FIGURES_UNIT_H
#define KENTONGAN_DISTRICT_FIGURES_UNIT_H

#include "gateway/base/arena.h"
#include "gateway/district/figures_place.h"
#include "gateway/model/ruleset.h"

struct figures_unit {
    struct slice village, posyandu, year;
    struct slice since; /* the first record that is not counted; empty: all are to be counted */
};

/* sums: in, what was counted, if since is said; out, what is to be. */
int figures_unit_count(const struct figures_db *, const struct ruleset *, const struct figures_unit *,
                       struct arena *, struct figures_sums *sums, struct err *) MUST_CHECK;

#endif
