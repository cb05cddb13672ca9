/* nik.c - identity numbers.  See nik.h. */
#include "parsers/nik.h"

#include "parsers/date.h"

enum {
    NONE = -1000000
};

static int two(struct slice s, size_t at)
{
    return (s.p[at] - '0') * 10 + (s.p[at + 1] - '0');
}

/* Provinces of the Kemendagri list, those of 2022 in Papua included. */
static bool province(int pp)
{
    return (pp >= 11 && pp <= 19) || pp == 21 || (pp >= 31 && pp <= 36) || (pp >= 51 && pp <= 53) ||
           (pp >= 61 && pp <= 65) || (pp >= 71 && pp <= 76) || pp == 81 || pp == 82 || (pp >= 91 && pp <= 97);
}

static int day(struct slice s)
{
    int dd = two(s, 6);

    return dd > 40 ? dd - 40 : dd;
}

void nik_births(struct slice s, int64_t today, int64_t out[2])
{
    int n = 0;

    out[0] = out[1] = NONE;
    for (int century = 2000; century >= 1900; century -= 100) {
        int y = century + two(s, 10);
        int64_t d;

        if (!date_valid(y, two(s, 8), day(s)))
            continue;
        d = date_days(y, two(s, 8), day(s));
        if (d <= today)
            out[n++] = d;
    }
}

bool nik_valid(struct slice s, int64_t today)
{
    int64_t births[2];

    if (s.n != 16 || !slice_all_digits(s) || !province(two(s, 0)) || two(s, 2) == 0)
        return false;
    if (two(s, 12) == 0 && two(s, 14) == 0)
        return false;
    nik_births(s, today, births);
    return births[0] != NONE;
}

char nik_sex(struct slice s)
{
    return two(s, 6) > 40 ? 'P' : 'L';
}
