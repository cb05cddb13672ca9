/* today.c - see today.h.  "2026-11-21;48217 siti aminah;48230 farel;" */
#include "flows/step/today.h"

#include "gateway/base/buf.h"

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
    struct slice rest = today_of(list, day), all = rest;
    struct today_report one;
    unsigned n = 0;
    struct buf b;

    if (!r->nomor.n || !r->who.n)
        return list;
    while (today_next(&rest, &one))
        n += !slice_eq(one.nomor, r->nomor);
    buf_init(&b, list.n + TODAY_NAME + 32);
    buf_add(&b, day);
    buf_char(&b, ';');
    while (today_next(&all, &one))
        if (!slice_eq(one.nomor, r->nomor) && n-- < TODAY_REPORTS) {
            buf_add(&b, one.nomor);
            buf_char(&b, ' ');
            buf_add(&b, one.who);
            buf_char(&b, ';');
        }
    buf_add(&b, r->nomor);
    buf_char(&b, ' ');
    buf_add(&b, slice_take(r->who, TODAY_NAME));
    buf_char(&b, ';');
    return buf_into(&b, a);
}
