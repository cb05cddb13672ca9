/* calendar.h - days and clocks of the Gregorian calendar from milliseconds, without the C library's time
 * zone.
 *
 * Pure.  Days count from 1970-01-01. */
#ifndef KENTONGAN_FLOWS_CALENDAR_H
#define KENTONGAN_FLOWS_CALENDAR_H

#include "gateway/base/arena.h"

struct civil {
    int year;
    unsigned month, day, hour, minute, second;
};

/* Local time: offset_min is the district's (Indonesia has no summer time). */
struct civil calendar_civil(int64_t ms, int offset_min);
int64_t calendar_day(int64_t ms, int offset_min);
struct civil calendar_of_day(int64_t day);
int64_t calendar_days(int year, unsigned month, unsigned day);
/* "2026-11-21"; false when it is none. */
bool calendar_parse(struct slice iso, int64_t *day);
struct slice calendar_iso(int64_t day, struct arena *);

#endif
