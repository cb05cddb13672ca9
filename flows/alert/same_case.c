/* same_case.c - see same_case.h. */
#include "flows/alert/same_case.h"

#include "flows/step/names.h"

enum {
    EDIT_LETTERS = 8, /* "ani P" and "adi P" are two people */
};

#define CASE(key, m) MEMBER(struct same_case, key, m)
SHARED_CODEC(same_case_codec, struct same_case, CASE(nomor, nomor), CASE(who, who), CASE(by, by),
             CASE(other, other), CASE(day, day), CASE(told, told));

static void forget(struct same_cases *cases, unsigned i)
{
    for (unsigned k = i + 1; k < cases->n; k++)
        cases->all[k - 1] = cases->all[k];
    cases->n--;
}

static bool alike(const struct same_case *a, const struct same_case *b)
{
    return !slice_eq(a->by, b->by) &&
           (slice_eq(a->who, b->who) ||
            (a->who.n >= EDIT_LETTERS && b->who.n >= EDIT_LETTERS && slice_one_edit(a->who, b->who)));
}

bool same_cases_note(struct same_cases *cases, const struct node *signal, int64_t day, int64_t days)
{
    struct same_case now = { .nomor = node_text(signal, "nomor"),
                             .who = node_text(signal, "who"),
                             .by = node_text(signal, "by"),
                             .day = day };

    if (!now.nomor.n || !now.who.n)
        return false;
    for (unsigned i = cases->n; i-- > 0;)
        if (slice_eq(cases->all[i].nomor, now.nomor) || cases->all[i].day + days <= day)
            forget(cases, i);
    if (node_int(signal, "delta") <= 0) {
        for (unsigned i = 0; i < cases->n; i++)
            if (slice_eq(cases->all[i].other, now.nomor))
                cases->all[i].other = slice_make("", 0);
        return true;
    }
    if (cases->n == SAME_CASES)
        forget(cases, 0);
    for (unsigned i = 0; i < cases->n && !now.other.n; i++)
        if (alike(&cases->all[i], &now))
            now.other = cases->all[i].nomor;
    cases->all[cases->n++] = now;
    return true;
}

const struct same_case *same_cases_next(struct same_cases *cases)
{
    for (unsigned i = 0; i < cases->n; i++)
        if (cases->all[i].other.n && !cases->all[i].told) {
            cases->all[i].told = true;
            return &cases->all[i];
        }
    return NULL;
}
