/* figures_place.h - the figures of one place in one year as rows of table indicator_value. */
#ifndef KENTONGAN_DISTRICT_FIGURES_PLACE_H
#define KENTONGAN_DISTRICT_FIGURES_PLACE_H

#include "flows/rows/figures.h"
#include "gateway/base/buf.h"
#include "gateway/district/figures_db.h"
#include "gateway/model/ruleset.h"

/* What was counted, by indicator and month. */
struct figures_sums {
    struct figure of[INDICATORS_MOST][FIGURES_MONTHS];
    int last; /* month of the newest report; -1 = none */
};

struct figures_place {
    struct slice code, year, rows; /* rows: JSON [[indicator, month, n, d, n_year, d_year, computed_at] …] */
    unsigned from;                 /* the month of the first; those before stay as they are */
    struct figures_place *next;
};

/* Pure: appends the rows from month `from` on, beside what the place should reach.  now: RFC 3339. */
void figures_place_rows(const struct ruleset *, const struct figures_place *, const struct figures_sums *,
                        const char *now, struct buf *);
/* Puts them in the stead of what is there; within a transaction.  Blocking: for a thread that may wait. */
int figures_place_put(const struct figures_db *, const struct figures_place *, struct arena *,
                      struct err *) MUST_CHECK;

#endif
