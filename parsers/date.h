/* date.h - calendar days: counting, writing, weeks.  Days are counted from 1970-01-01; no time zones here.
 *
 * Pure. */
#ifndef KENTONGAN_PARSERS_DATE_H
#define KENTONGAN_PARSERS_DATE_H

#include "gateway/base/arena.h"

struct date {
    int year, month, day;
};

bool date_valid(int year, int month, int day);
int64_t date_days(int year, int month, int day);
struct date date_of_days(int64_t days);
/* A wall clock as people read it. */
struct civil {
    struct date day;
    int hour, minute, second;
};

/* offset_min is the district's: Indonesia has no summer time. */
struct civil date_civil(int64_t wall_ms, int offset_min);
/* The local day of a wall clock. */
int64_t date_today(int64_t wall_ms, int utc_offset_min);
/* "2026-11-21" */
struct slice date_iso(int64_t days, struct arena *);
/* "2026-11-21T07:00:00+07:00", RFC 3339 with the offset. */
struct slice date_rfc3339(int64_t wall_ms, int offset_min, struct arena *);
bool date_parse_iso(struct slice, int64_t *days) MUST_CHECK;
/* Completed months from birth to today; negative when birth is to come. */
int64_t date_months_between(int64_t birth, int64_t today);

/* Epidemiological week: Sunday to Saturday, week 1 holds 4 January (DOMAIN 4.2). */
struct epi_week {
    int year, week;
};

struct epi_week date_epi_week(int64_t days);
/* The Sunday on which that week begins. */
int64_t date_epi_start(int year, int week);
/* 52 or 53. */
int date_epi_weeks(int year);

/* "2026-11" */
bool date_is_month(struct slice);
/* The first day of the month after that of a day. */
int64_t date_month_after(int64_t day);

#endif
