/* hear.c - see hear.h. */
#include "flows/hear.h"

enum {
    MEMORY = 1 << 20,
};

enum hearing hear_text(const struct ruleset *rules, struct slice text, int64_t at_ms)
{
    enum hearing heard = HEARD_NOTHING;
    struct said said = { .next = NULL };
    struct arena a;

    arena_init(&a, MEMORY);
    if (!understand_sms(rules, slice_take(text, HEAR_MOST), at_ms, &a, &said))
        heard = HEARD_MESSAGE; /* nobody knows: it is let through */
    else if (said_is_emergency(&said))
        heard = HEARD_EMERGENCY;
    else if (said.kind != SAID_NOTHING)
        heard = HEARD_MESSAGE;
    arena_free(&a);
    return heard;
}
