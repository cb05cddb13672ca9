/* figures_rows.h - the rows of indicators.yaml that are in force, as table indicator (docs/indicators.md).
 * Blocking: for a thread that may wait. */
#ifndef KENTONGAN_DISTRICT_FIGURES_ROWS_H
#define KENTONGAN_DISTRICT_FIGURES_ROWS_H

#include "gateway/district/figures_db.h"
#include "gateway/model/ruleset.h"

/* Puts the rows into the table; when they, the places or the targets changed since the figures were counted,
 * everything is due.  `anew`: in any case.  One transaction. */
int figures_rows(const struct figures_db *, const struct ruleset *, bool anew, struct err *) MUST_CHECK;
/* The rows alone, within a transaction. */
int figures_rows_put(const struct figures_db *, const struct ruleset *, struct err *) MUST_CHECK;

#endif
