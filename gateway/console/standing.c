/* standing.c - see standing.h. */
#include "gateway/console/standing.h"

#include <stdlib.h>

#include "gateway/console/values.h"

static int64_t permille_of(int64_t n, int64_t d)
{
    return d > 0 ? (n * 1000 + d / 2) / d : 0;
}

/* A REAL of the database is a text here. */
static double number_of(const struct node *o)
{
    return !o ? 0 : o->kind == NODE_NUMBER ? (double)o->number : o->text.n ? strtod(o->text.p, NULL) : 0;
}

static int64_t target_of(const struct node *row, unsigned month)
{
    double year = number_of(node_get(row, "_target")) * 10;

    return (int64_t)((slice_is(node_text(row, "_jenis"), "year") ? year * month / 12 : year) + 0.5);
}

static const char *status_of(const struct standing *s, bool lower)
{
    bool there = lower ? s->permille <= s->target : s->permille >= s->target;
    bool up = lower ? s->now < s->before : s->now > s->before;

    if (there)
        return up || s->now == s->before ? "baik" : "kurang";
    return up ? "cukup" : "jelek";
}

struct standing standing_of(const struct node *row, unsigned month)
{
    struct standing s = { .permille = permille_of(node_int(row, "kumulatif"), node_int(row, "sasaran")),
                          .target = target_of(row, month),
                          .now = node_int(row, "bulan_ini"),
                          .before = node_int(row, "bulan_lalu"),
                          .counted = node_int(row, "sasaran") > 0 };

    if (s.target && s.counted)
        s.status = status_of(&s, slice_is(node_text(row, "_arah"), "lower"));
    return s;
}

void standing_put(struct node *row, const struct standing *s)
{
    struct arena *a = row->arena;

    values_int(row, "persen", (s->permille + 5) / 10);
    node_set(row, "status", node_of_text(a, s->status ? slice_of(s->status) : S("")));
    node_set(row, "arah",
             node_of_text(a, s->now > s->before   ? S("↑")
                             : s->now < s->before ? S("↓")
                                                  : S("–")));
}

unsigned standing_need(const struct standing *s)
{
    if (!s->status)
        return 0;
    return s->status[0] == 'j' ? 3 : s->status[0] == 'k' ? 2 : s->status[0] == 'c';
}
