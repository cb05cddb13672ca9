/* clocks.c - waiting times.  See clocks.h. */
#include "flows/rows/clocks.h"

#include <stdio.h>

#include "gateway/conf/rules.h"

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
