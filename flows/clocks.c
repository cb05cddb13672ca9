/* clocks.c - waiting times.  See clocks.h. */
#include "flows/clocks.h"

int64_t clock_of(const struct ruleset *rules, struct slice name)
{
    static const struct {
        const char *name;
        int64_t minutes;
    } clocks[] = { { "E1", 15 },          { "E2", 120 },           { "E3", 24 * 60 },
                   { "hadir", 24 * 60 },  { "draft", 24 * 60 },    { "signal", 24 * 60 },
                   { "head", 24 * 60 },   { "episode", 14 * 1440 } };

    (void)rules;
    for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++)
        if (slice_is(name, clocks[i].name))
            return clocks[i].minutes * 60000;
    return INT64_C(60) * 60000;
}
