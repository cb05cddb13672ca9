/* clocks.c - waiting times.  See clocks.h. */
#include "flows/clocks.h"

#include "gateway/conf/rules.h"

int64_t clock_of(const struct ruleset *rules, struct slice name)
{
    static const struct {
        const char *name, *row;
        int64_t minutes; /* when the rules have no such row */
    } clocks[] = {
        { "E1", "referral_e1", 15 },      { "E2", "referral_e2", 120 },
        { "E3", "referral_e3", 24 * 60 }, { "hadir", "hadir", 24 * 60 },
        { "draft", "draft", 24 * 60 },    { "signal", "signal", 24 * 60 },
        { "head", "head", 24 * 60 },      { "episode", "episode", 14 * 24 * 60 },
    };

    for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        int64_t ms =
            slice_is(name, clocks[i].name) && rules->rules ? rules_clock_ms(rules->rules, clocks[i].row) : -1;

        if (slice_is(name, clocks[i].name))
            return ms > 0 ? ms : clocks[i].minutes * 60000;
    }
    return INT64_C(60) * 60000;
}
