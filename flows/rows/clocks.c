/* clocks.c - waiting times.  See clocks.h. */
#include "flows/rows/clocks.h"

#include <stdio.h>

#include "gateway/conf/rules.h"

enum {
    DAY_MS = 24 * 60 * 60 * 1000,
    QUIET_FROM_MS = 21 * 60 * 60 * 1000,
    QUIET_TO_MS = 5 * 60 * 60 * 1000,
};

int64_t clock_of(const struct ruleset *rules, const char *id)
{
    int64_t ms = rules->rules ? rules_clock_ms(rules->rules, id) : -1;

    return ms > 0 ? ms : INT64_C(3600000);
}

int64_t clock_by_urgency(const struct ruleset *rules, const char *id, struct slice urgency)
{
    char row[48];

    snprintf(row, sizeof row, "%s_%s", id,
             slice_is(urgency, "E1")   ? "e1"
             : slice_is(urgency, "E3") ? "e3"
                                       : "e2");
    return clock_of(rules, row);
}

int64_t clock_quiet_ms(int64_t now_ms, int utc_offset_min)
{
    int64_t of_day = (now_ms + (int64_t)utc_offset_min * 60000) % DAY_MS;

    if (of_day < 0)
        of_day += DAY_MS;
    if (of_day >= QUIET_FROM_MS)
        return DAY_MS - of_day + QUIET_TO_MS;
    return of_day < QUIET_TO_MS ? QUIET_TO_MS - of_day : 0;
}
