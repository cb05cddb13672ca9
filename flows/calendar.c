/* calendar.c - Howard Hinnant's days_from_civil and back.  See calendar.h. */
#include "flows/calendar.h"

enum {
    DAY_S = 24 * 60 * 60
};

int64_t calendar_days(int year, unsigned month, unsigned day)
{
    int64_t y = (int64_t)year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400;
    unsigned yoe = (unsigned)(y - era * 400),
             doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

struct civil calendar_of_day(int64_t day)
{
    int64_t days = day + 719468, era = (days >= 0 ? days : days - 146096) / 146097;
    unsigned doe = (unsigned)(days - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    struct civil c = { .day = doy - (153 * mp + 2) / 5 + 1, .month = mp < 10 ? mp + 3 : mp - 9 };

    c.year = (int)(yoe + era * 400) + (c.month <= 2);
    return c;
}

static int64_t local_seconds(int64_t ms, int offset_min)
{
    return ms / 1000 - (ms % 1000 < 0) + (int64_t)offset_min * 60;
}

int64_t calendar_day(int64_t ms, int offset_min)
{
    int64_t s = local_seconds(ms, offset_min);

    return s / DAY_S - (s % DAY_S < 0);
}

struct civil calendar_civil(int64_t ms, int offset_min)
{
    int64_t day = calendar_day(ms, offset_min), s = local_seconds(ms, offset_min) - day * DAY_S;
    struct civil c = calendar_of_day(day);

    c.hour = (unsigned)(s / 3600);
    c.minute = (unsigned)(s / 60 % 60);
    c.second = (unsigned)(s % 60);
    return c;
}

bool calendar_parse(struct slice iso, int64_t *day)
{
    uint64_t y, m, d;
    struct civil back;

    if (iso.n != 10 || iso.p[4] != '-' || iso.p[7] != '-' || !slice_to_u64(slice_take(iso, 4), &y) ||
        !slice_to_u64(slice_take(slice_skip(iso, 5), 2), &m) || !slice_to_u64(slice_skip(iso, 8), &d) ||
        m < 1 || m > 12 || d < 1 || d > 31)
        return false;
    *day = calendar_days((int)y, (unsigned)m, (unsigned)d);
    back = calendar_of_day(*day);
    return back.month == m && back.day == d;
}

struct slice calendar_iso(int64_t day, struct arena *a)
{
    struct civil c = calendar_of_day(day);

    return arena_printf(a, "%04d-%02u-%02u", c.year, c.month, c.day);
}
