/* same_case.c - see same_case.h. */
#include "flows/alert/same_case.h"

enum {
    EDIT_LETTERS = 8, /* "ani P" and "adi P" are two people */
};

void same_cases_load(const struct node *blob, struct same_cases *out)
{
    *out = (struct same_cases){ .n = 0 };
    for (const struct node *c = node_first(node_get(blob, "cases")); c && out->n < SAME_CASES; c = c->next)
        out->all[out->n++] = (struct same_case){ .nomor = node_text(c, "nomor"),
                                                 .who = node_text(c, "who"),
                                                 .by = node_text(c, "by"),
                                                 .other = node_text(c, "other"),
                                                 .day = node_int(c, "day"),
                                                 .told = node_bool(c, "told") };
}

void same_cases_put(struct node *blob, const struct same_cases *cases)
{
    struct node *list = blob && cases->n ? node_list(blob->arena) : NULL;

    for (unsigned i = 0; list && i < cases->n; i++) {
        const struct same_case *c = &cases->all[i];
        struct node *o = node_object(blob->arena);

        node_put(o, "nomor", c->nomor);
        node_put(o, "who", c->who);
        node_put(o, "by", c->by);
        node_put(o, "other", c->other);
        node_put_int(o, "day", c->day);
        node_put_bool(o, "told", c->told);
        node_add(list, o);
    }
    if (list)
        node_set(blob, "cases", list);
}

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
