/* figures_copy.h - the counted indicators once more in an SQLite file on the gateway's host, where no
 * database of the district is one: what the console reads (docs/indicators.md).  Counts alone, nobody's name.
 *
 * Blocking: for a thread that may wait. */
#ifndef KENTONGAN_DISTRICT_FIGURES_COPY_H
#define KENTONGAN_DISTRICT_FIGURES_COPY_H

#include "gateway/district/figures_count.h"
#include "gateway/district/sqlite_file.h"

/* Opens or makes the file; *out is NULL unless it is good. */
int figures_copy_open(const char *path, struct sqlite_file **out, struct err *) MUST_CHECK;
/* Makes it what the database says. */
int figures_copy_all(struct sqlite_file *, const struct figures_db *, const struct ruleset *,
                     struct err *) MUST_CHECK;
/* What was counted just now. */
int figures_copy_changed(struct sqlite_file *, const struct figures_step *, struct err *) MUST_CHECK;

#endif
