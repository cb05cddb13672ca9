/* segment_cut.c - what a text costs, and where it is cut.  See segment.h. */
#include "parsers/gsm7.h"
#include "parsers/segment.h"
#include "parsers/utf8.h"

enum {
    GSM7_ONE = 160,
    GSM7_MANY = 153,
    UCS2_ONE = 70,
    UCS2_MANY = 67,
};

static size_t cost_of(uint32_t cp, bool gsm7)
{
    return gsm7 ? gsm7_cost(cp) : (cp >= 0x10000 ? 2 : 1);
}

unsigned segment_cut(struct slice s, bool gsm7, struct slice *parts, unsigned max)
{
    size_t whole = 0, room, used = 0;
    struct slice start = s;
    unsigned n = 1;

    if (gsm7)
        gsm7_count(s, &whole);
    else
        whole = utf8_ucs2_units(s);
    room = gsm7 ? GSM7_MANY : UCS2_MANY;
    if (whole <= (size_t)(gsm7 ? GSM7_ONE : UCS2_ONE))
        s.n = 0; /* nothing is cut */
    while (s.n) {
        struct slice before = s;
        size_t cost = cost_of(utf8_next(&s), gsm7);

        if (used + cost > room) {
            if (n <= max)
                parts[n - 1] = slice_take(start, start.n - before.n);
            n++;
            start = before;
            used = 0;
        }
        used += cost;
    }
    if (n <= max)
        parts[n - 1] = start;
    return n;
}

bool segment_parts(struct slice s, unsigned *parts)
{
    bool gsm7 = gsm7_count(s, NULL);

    *parts = segment_cut(s, gsm7, NULL, 0);
    return gsm7;
}
