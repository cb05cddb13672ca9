/* sqlite_figures.h - the tables of indicators in the district database (docs/indicators.md): kept up to date
 * from what is due, made anew from the records when the rows changed.
 *
 * A unit is a posyandu of a village, or what the village reports without one, in one year.  A record that is
 * stored marks its unit as due in the same transaction; a step counts units anew from their records, then
 * sums up the villages and puskesmas above.  So figures kept up to date and figures rebuilt are the same by
 * construction.  Blocking: the worker's. */
#ifndef KENTONGAN_DISTRICT_SQLITE_FIGURES_H
#define KENTONGAN_DISTRICT_SQLITE_FIGURES_H

#include "gateway/base/buf.h"
#include "gateway/district/sqlite_file.h"
#include "gateway/model/ruleset.h"

/* Day of the event: of the month that a form names, of its date, else of the report. */
#define SQLITE_FIGURES_DAY                                                                                   \
    "coalesce(json_extract(fields, '$.bulan') || '-01', json_extract(fields, '$.tgl'), substr(at, 1, 10))"
/* unit and year of records; what is complete only with this report may be counted in the year of the report.
 */
#define SQLITE_FIGURES_DUE                                                                                   \
    "SELECT DISTINCT coalesce(place, '') || '/' || coalesce(posyandu, ''), e.value FROM record,"             \
    " json_each(json_array(substr(" SQLITE_FIGURES_DAY ", 1, 4), substr(received_at, 1, 4))) e"

/* Puts the rows in force into table indicator; when they, the places or the targets changed since the figures
 * were counted, everything is due.  `anew`: in any case. */
enum sqlite_rc sqlite_figures_rows(struct sqlite_file *, const struct ruleset *, bool anew,
                                   struct err *) MUST_CHECK;
/* Counts some units that are due, in one transaction.  *left: there are more. */
enum sqlite_rc sqlite_figures_step(struct sqlite_file *, const struct ruleset *, int64_t now_ms, bool *left,
                                   struct err *) MUST_CHECK;
/* RFC 3339 in UTC, as in computed_at. */
void sqlite_figures_time(int64_t wall_ms, char *out, size_t max);
/* The figures of a place, or of every puskesmas when it is empty, in a month, as a table for people. */
enum sqlite_rc sqlite_figures_print(struct sqlite_file *, const struct ruleset *, struct slice place,
                                    struct slice month, struct buf *, struct err *) MUST_CHECK;
/* What became of signals, by disease, and how many in a hundred staff called true (view nilai_sinyal). */
enum sqlite_rc sqlite_figures_signals(struct sqlite_file *, struct buf *, struct err *) MUST_CHECK;

#endif
