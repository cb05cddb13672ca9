/* figures_print.c - see figures_print.h. */
#include "gateway/district/figures_print.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/arena.h"

#define FIGURES_OF                                                                                           \
    "SELECT v.place, i.id, v.n, v.d, v.n_year, v.d_year, i.target *"                                         \
    " CASE i.denominator WHEN 'year' THEN CAST(substr(v.month, 6) AS integer) / 12.0 ELSE 1 END,"            \
    " i.grade, i.words FROM indicator_value v JOIN indicator i ON i.id = v.indicator WHERE v.month = $1"

enum column {
    PLACE,
    INDICATOR,
    N,
    D,
    N_YEAR,
    D_YEAR,
    TARGET,
    GRADE,
    WORDS,
};

struct printing {
    const struct directory *dir;
    struct buf *out;
    struct slice month;
    struct arena names;
    struct slice last;
    bool one; /* place; else every puskesmas */
};

static void percent(struct buf *b, struct slice n_text, struct slice d_text)
{
    int64_t n, d;

    if (!slice_to_i64(n_text, &n))
        n = 0;
    if (!d_text.p || !slice_to_i64(d_text, &d) || d <= 0)
        buf_printf(b, " %11lld %7s", (long long)n, "");
    else
        buf_printf(b, " %5lld/%-5lld %6.1f%%", (long long)n, (long long)d, 100.0 * (double)n / (double)d);
}

static void on_row(void *arg, const struct slice *c)
{
    struct printing *p = arg;
    const struct place *at = directory_place(p->dir, c[PLACE]);
    struct buf *b = p->out;
    char target[32] = "";

    if (!p->one && (!at || at->level != PLACE_PUSKESMAS))
        return;
    if (!slice_eq(c[PLACE], p->last)) {
        p->last = arena_copy(&p->names, c[PLACE]);
        buf_printf(b, "%s%.*s %.*s, %.*s\n%-16s %19s %20s %9s\n", b->n ? "\n" : "", SLICE_ARG(p->last),
                   at ? (int)at->name.n : 0, at ? at->name.p : "", SLICE_ARG(p->month), "indicator", "month",
                   "since January", "target");
    }
    buf_printf(b, "%-16.*s", SLICE_ARG(c[INDICATOR]));
    percent(b, c[N], c[D]);
    percent(b, c[N_YEAR], c[D_YEAR]);
    snprintf(target, sizeof target, "%.*s", SLICE_ARG(slice_take(c[TARGET], sizeof target - 1)));
    if (target[0])
        buf_printf(b, " %7.1f%%", strtod(target, NULL));
    else
        buf_printf(b, " %8s", "");
    buf_printf(b, "  %.*s %.*s\n", SLICE_ARG(c[GRADE]), SLICE_ARG(c[WORDS]));
}

int figures_print(const struct figures_db *db, const struct ruleset *rules, struct slice place,
                  struct slice month, struct buf *out, struct err *e)
{
    struct printing p = { .dir = &rules->directory, .out = out, .month = month, .one = place.n > 0 };
    const struct slice key[] = { month, place };
    const struct figures_ask ask = { .sql = place.n ? FIGURES_OF " AND v.place = $2 ORDER BY i.position"
                                                    : FIGURES_OF " ORDER BY v.place, i.position",
                                     .texts = key,
                                     .texts_n = place.n ? 2 : 1,
                                     .row = on_row,
                                     .arg = &p };
    int rc;

    arena_init(&p.names, 1 << 20);
    rc = figures_db_ask(db, &ask, e);
    arena_free(&p.names);
    return rc;
}
