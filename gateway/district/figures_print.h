/* figures_print.h - the figures of indicators as a table for people.  Blocking: for a thread that may wait.
 */
#ifndef KENTONGAN_DISTRICT_FIGURES_PRINT_H
#define KENTONGAN_DISTRICT_FIGURES_PRINT_H

#include "gateway/base/buf.h"
#include "gateway/district/figures_db.h"
#include "gateway/model/ruleset.h"

/* Appends the figures of a place, or of every puskesmas when it is empty, in a month ("2026-11"); nothing
 * where nothing was counted. */
int figures_print(const struct figures_db *, const struct ruleset *, struct slice place, struct slice month,
                  struct buf *out, struct err *) MUST_CHECK;

#endif
