/* today.c - see today.h.  "2026-11-21;48217 siti aminah;48230 farel;" */
#include "flows/step/today.h"

bool today_next(struct slice *list, struct today_report *out)
{
    out->who = slice_cut(list, ';');
    out->nomor = slice_cut(&out->who, ' ');
    return out->nomor.n > 0;
}

struct slice today_of(struct slice list, struct slice day)
{
    return slice_eq(slice_cut(&list, ';'), day) ? list : slice_make("", 0);
}

struct slice today_with(struct slice list, struct slice day, const struct today_report *r, struct arena *a)
{
    struct slice kept = today_of(list, day), rest = kept, before = S(""), behind = kept;
    struct today_report one;
    unsigned n = slice_count(kept, ';');

    if (!r->nomor.n || !r->who.n)
        return list;
    for (size_t at = 0; today_next(&rest, &one); at = kept.n - rest.n)
        if (slice_eq(one.nomor, r->nomor)) { /* said anew: it is the newest */
            before = slice_take(kept, at);
            behind = rest;
            n--;
            break;
        }
    for (; n >= TODAY_REPORTS; n--)
        (void)today_next(before.n ? &before : &behind, &one);
    return ARENA_JOIN(a, day, S(";"), before, behind, r->nomor, S(" "), slice_take(r->who, TODAY_NAME),
                      S(";"));
}
