/* figures.h - counts the indicators of one posyandu in one year from its reports (SPEC 8, DISTRICT 2).
 *
 * Pure.  Reports come in the order of their days, those of the year before too: what must be complete (all
 * doses, the visits of a pregnancy) may have begun then.  A person is known by person_id, else NIK, else
 * name; a weekly report is about the week of where it comes from. */
#ifndef KENTONGAN_FLOWS_ROWS_FIGURES_H
#define KENTONGAN_FLOWS_ROWS_FIGURES_H

#include "gateway/base/node.h"
#include "gateway/conf/indicators.h"

enum {
    FIGURES_MONTHS = 12,
};

/* Of one indicator in one month: n has `less` taken off; d is 0 where it is not counted from reports. */
struct figure {
    int64_t n, d;
};

struct counted_report {
    struct slice id, form, person_id, day; /* day: "2026-11-21"; form empty: a signal of early warning */
    struct slice received_at;              /* RFC 3339 */
    struct slice fields, findings;         /* JSON */
    struct slice by;     /* where who sent it works: of a weekly report, whose week it is; or her number */
    struct slice events; /* JSON: [["sent", RFC 3339] …], what came of its referral, or of the signal */
};

struct figures;

/* NULL when the arena is full.  Everything lives in it. */
struct figures *figures_new(const struct indicator_set *, const struct form_set *, int year, struct arena *);
void figures_add(struct figures *, const struct counted_report *);
/* Whom a report is about: the figures of one do not depend on reports about others, but for those by
 * posyandu. */
uint64_t figures_person(const struct figures *, const struct counted_report *);
/* After the last report. */
struct figure figures_of(const struct figures *, unsigned indicator, unsigned month);
/* What was counted of all, when reports were added: now and before are of those alone whom they are about. */
struct figure figures_moved(const struct figures *before, const struct figures *now, unsigned indicator,
                            unsigned month, struct figure was);
/* The last month, 0 to 11, of which anything was reported; -1 for none. */
int figures_last_month(const struct figures *);

#endif
