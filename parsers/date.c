/* date.c - calendar arithmetic.  See date.h.  Day counting after Howard Hinnant's civil calendar algorithms.
 */
#include "parsers/date.h"

#include <string.h>

#include "parsers/text.h"

static bool leap(int y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

bool date_valid(int y, int m, int d)
{
    static const int last[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    if (y < 1800 || y > 2200 || m < 1 || m > 12 || d < 1)
        return false;
    return d <= last[m - 1] + (m == 2 && leap(y));
}

int64_t date_days(int y, int m, int d)
{
    int64_t era, yoe, doy, doe, year = y - (m <= 2);

    era = (year >= 0 ? year : year - 399) / 400;
    yoe = year - era * 400;
    doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct date date_of_days(int64_t z)
{
    int64_t era, doe, yoe, doy, mp;
    struct date d;

    z += 719468;
    era = (z >= 0 ? z : z - 146096) / 146097;
    doe = z - era * 146097;
    yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    mp = (5 * doy + 2) / 153;
    d.day = (int)(doy - (153 * mp + 2) / 5 + 1);
    d.month = (int)(mp < 10 ? mp + 3 : mp - 9);
    d.year = (int)(yoe + era * 400 + (d.month <= 2));
    return d;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

int64_t date_today(int64_t wall_ms, int utc_offset_min)
{
    return floor_div(wall_ms + (int64_t)utc_offset_min * 60000, 86400000);
}

struct civil date_civil(int64_t wall_ms, int offset_min)
{
    int64_t s = floor_div(wall_ms, 1000) + (int64_t)offset_min * 60, day = floor_div(s, 86400);
    int rest = (int)(s - day * 86400);

    return (struct civil){ date_of_days(day), rest / 3600, rest / 60 % 60, rest % 60 };
}

static void digits(char *p, int n, int v)
{
    while (n-- > 0) {
        p[n] = (char)('0' + v % 10);
        v /= 10;
    }
}

static void put_day(char *p, const struct date *d)
{
    digits(p, 4, d->year);
    digits(p + 5, 2, d->month);
    digits(p + 8, 2, d->day);
}

/* Without printf: a step writes dozens of days. */
struct slice date_iso(int64_t days, struct arena *a)
{
    struct date d = date_of_days(days);
    char *p = arena_alloc(a, sizeof "YYYY-MM-DD");

    if (!p || d.year < 0 || d.year > 9999)
        return slice_make("", 0);
    memcpy(p, "0000-00-00", sizeof "YYYY-MM-DD");
    put_day(p, &d);
    return slice_make(p, 10);
}

struct slice date_rfc3339(int64_t wall_ms, int offset_min, struct arena *a)
{
    static const char shape[] = "0000-00-00T00:00:00+00:00";
    int away = offset_min < 0 ? -offset_min : offset_min;
    struct civil c = date_civil(wall_ms, offset_min);
    char *p = arena_raw(a, sizeof shape);

    if (!p || c.day.year < 0 || c.day.year > 9999)
        return slice_make("", 0);
    memcpy(p, shape, sizeof shape);
    put_day(p, &c.day);
    digits(p + 11, 2, c.hour);
    digits(p + 14, 2, c.minute);
    digits(p + 17, 2, c.second);
    if (offset_min < 0)
        p[19] = '-';
    digits(p + 20, 2, away / 60);
    digits(p + 23, 2, away % 60);
    return slice_make(p, sizeof shape - 1);
}

bool date_parse_iso(struct slice s, int64_t *days)
{
    int v[3] = { 0 };
    static const unsigned from[] = { 0, 5, 8 }, len[] = { 4, 2, 2 };

    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
        return false;
    for (unsigned k = 0; k < 3; k++)
        for (unsigned i = from[k]; i < from[k] + len[k]; i++) {
            if (!text_is_digit(s.p[i]))
                return false;
            v[k] = v[k] * 10 + (s.p[i] - '0');
        }
    if (!date_valid(v[0], v[1], v[2]))
        return false;
    *days = date_days(v[0], v[1], v[2]);
    return true;
}

int64_t date_months_between(int64_t birth, int64_t today)
{
    struct date b = date_of_days(birth), t = date_of_days(today);

    return (int64_t)(t.year - b.year) * 12 + (t.month - b.month) - (t.day < b.day);
}

/* The Sunday on which week 1 of the year begins.  Day 0 was a Thursday. */
static int64_t first_sunday(int year)
{
    int64_t jan4 = date_days(year, 1, 4);

    return jan4 - (jan4 + 4) % 7;
}

struct epi_week date_epi_week(int64_t days)
{
    struct epi_week w = { .year = date_of_days(days).year + 1 };

    while (days < first_sunday(w.year))
        w.year--;
    w.week = (int)((days - first_sunday(w.year)) / 7) + 1;
    return w;
}

int64_t date_epi_start(int year, int week)
{
    return first_sunday(year) + 7 * (int64_t)(week - 1);
}

int date_epi_weeks(int year)
{
    return (int)((first_sunday(year + 1) - first_sunday(year)) / 7);
}

bool date_is_month(struct slice s)
{
    uint64_t month = 0;

    return s.n == 7 && s.p[4] == '-' && slice_all_digits(slice_take(s, 4)) &&
           slice_all_digits(slice_skip(s, 5)) && slice_to_u64(slice_skip(s, 5), &month) && month >= 1 &&
           month <= 12;
}

int64_t date_month_after(int64_t day)
{
    struct date c = date_of_days(day);

    return date_days(c.month == 12 ? c.year + 1 : c.year, c.month % 12 + 1, 1);
}
