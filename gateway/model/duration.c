/* duration.c - spans of time.  See duration.h. */
#include "gateway/model/duration.h"

bool duration_parse(struct slice s, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {
        { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 },
    };
    size_t n = 0;
    int64_t v;

    while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
        n++;
    if (n == 0 || !slice_to_i64(slice_take(s, n), &v))
        return false;
    *ms = 0;
    if (v == 0 && n == s.n)
        return true;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (slice_is(slice_skip(s, n), units[i].unit) && v <= INT64_C(3153600000000) / units[i].ms) {
            *ms = v * units[i].ms;
            return true;
        }
    return false;
}
