/* shares.c - see shares.h. */
#include "gateway/pipeline/shares.h"

struct share *share_of(struct shares *s, struct slice name)
{
    uint64_t who = slice_hash(name) | 1;
    unsigned i = 0;

    while (i < SHARES - 1 && s->of[i].who && s->of[i].who != who)
        i++;
    s->of[i].who = who;
    return &s->of[i];
}

bool share_has_room(const struct share *s, unsigned free)
{
    return s->n < (uint64_t)SHARE_TIMES * free;
}
