/* figures_count.c - see figures_count.h. */
#include "gateway/district/figures_count.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/buf.h"
#include "gateway/base/clock.h"
#include "gateway/district/figures_unit.h"

enum {
    UNITS = 8,    /* of one step, at most; what lies above them is summed up once */
    STEP_MS = 20, /* after so long no other unit is begun: records wait for the thread */
    JSON_MAX = 4 << 20,
};

struct due_unit {
    struct figures_unit unit;
    struct slice name, turn; /* name: "VILLAGE/POSYANDU" */
    unsigned from;           /* the first month whose figures changed */
};

struct work {
    const struct figures_db *db;
    const struct ruleset *rules;
    struct figures_step *step;
    struct arena *arena;
    char now[40];
    struct slice year, first, december; /* of what is at work; first: the month from which it is put */
    unsigned from;                      /* that month */
};

/* --- small things --- */

static int ask(const struct work *w, const char *sql, const struct slice *texts, unsigned n, struct err *e)
{
    return figures_db_ask(w->db, &(struct figures_ask){ .sql = sql, .texts = texts, .texts_n = n }, e);
}

static void of_year(struct work *w, struct slice year, unsigned from)
{
    w->year = year;
    w->from = from;
    w->first = arena_printf(w->arena, "%.*s-%02u", SLICE_ARG(year), from + 1);
    w->december = arena_printf(w->arena, "%.*s-12", SLICE_ARG(year));
}

static void add_month(struct buf *b, struct slice year, unsigned month)
{
    buf_printf(b, "\"%.*s-%02u\"", SLICE_ARG(year), month + 1);
}

static int64_t number(struct slice s)
{
    int64_t n;

    return slice_to_i64(s, &n) ? n : 0;
}

static int put_place(struct work *w, const struct place *p, const struct figures_sums *s, struct err *e)
{
    struct figures_place *out = ARENA_NEW(w->arena, struct figures_place);
    struct buf b;

    if (!out)
        return err_set(e, "out of memory");
    *out =
        (struct figures_place){ .code = p->code, .year = w->year, .from = w->from, .next = w->step->changed };
    w->step->changed = out;
    buf_init(&b, JSON_MAX);
    figures_place_rows(w->rules, out, s, w->now, &b);
    out->rows = buf_into(&b, w->arena);
    return figures_place_put(w->db, out, w->arena, e);
}

/* --- a unit --- */

static void add_base(const struct work *w, struct buf *b, const struct figures_sums *s, int m)
{
    for (unsigned i = 0; i <= w->rules->indicators->n; i++) {
        bool mark = i == w->rules->indicators->n; /* that there were reports up to this month */
        struct figure f = mark ? (struct figure){ 1, 0 } : s->of[i][m];

        if (!f.n && !f.d)
            continue;
        buf_str(b, b->n > 1 ? ",[" : "[");
        add_month(b, w->year, (unsigned)m);
        buf_char(b, ',');
        buf_json(b, mark ? (struct slice)S("*") : w->rules->indicators->all[i].id);
        buf_printf(b, ",%lld,%lld]", (long long)f.n, (long long)f.d);
    }
}

static int put_base(struct work *w, const struct figures_unit *u, const struct figures_sums *s, struct err *e)
{
    const struct slice gone[] = { u->village, u->posyandu, w->first, w->december };
    struct slice put[] = { S("[]"), u->village, u->posyandu };
    struct slice sql =
        arena_printf(w->arena,
                     "INSERT INTO indicator_base (village, posyandu, month, indicator, n, d)"
                     " SELECT CAST($2 AS text), CAST($3 AS text), e.value ->> 0, e.value ->> 1,"
                     " CAST(e.value ->> 2 AS bigint), CAST(e.value ->> 3 AS bigint) FROM %s",
                     w->db->rows_of);
    struct buf b;

    buf_init(&b, JSON_MAX);
    buf_char(&b, '[');
    for (int m = (int)w->from; m <= s->last; m++)
        add_base(w, &b, s, m);
    buf_char(&b, ']');
    put[0] = buf_into(&b, w->arena);
    if (w->arena->failed)
        return err_set(e, "out of memory");
    if (ask(w,
            "DELETE FROM indicator_base WHERE village = $1 AND posyandu = $2 AND month >= $3 AND month <= $4",
            gone, 4, e))
        return -1;
    return put[0].n > 2 ? ask(w, sql.p, put, 3, e) : 0;
}

struct adding {
    const struct indicator_set *set;
    struct figures_sums *sums;
};

static void on_base(void *arg, const struct slice *c)
{
    struct adding *a = arg;
    const struct indicator *in = indicator_by_id(a->set, c[0]);
    int month = (int)number(slice_skip(c[1], 5)) - 1;

    if (month < 0 || month >= FIGURES_MONTHS)
        return;
    a->sums->last = month > a->sums->last ? month : a->sums->last;
    if (in) {
        struct figure *f = &a->sums->of[in - a->set->all][month];

        f->n += number(c[2]);
        f->d += number(c[3]);
    }
}

/* What was counted of it. */
static int read_base(struct work *w, const struct figures_unit *u, struct figures_sums *s, struct err *e)
{
    const struct slice key[] = { u->village, u->posyandu, w->first, w->december };
    struct adding a = { w->rules->indicators, s };

    s->last = -1;
    return figures_db_ask(
        w->db,
        &(struct figures_ask){ .sql = "SELECT indicator, month, n, d FROM indicator_base WHERE village = $1"
                                      " AND posyandu = $2 AND month >= $3 AND month <= $4",
                               .texts = key,
                               .texts_n = 4,
                               .row = on_base,
                               .arg = &a },
        e);
}

/* A month that nothing was reported of by then is another one too. */
static unsigned first_moved(const struct work *w, const struct figures_sums *was,
                            const struct figures_sums *s)
{
    int last = was->last < s->last ? was->last : s->last;

    for (int m = 0; m <= last; m++)
        for (unsigned i = 0; i < w->rules->indicators->n; i++)
            if (was->of[i][m].n != s->of[i][m].n || was->of[i][m].d != s->of[i][m].d)
                return (unsigned)m;
    return was->last == s->last ? FIGURES_MONTHS : (unsigned)(last + 1);
}

static int count_unit(struct work *w, struct due_unit *due, struct err *e)
{
    const struct figures_unit *u = &due->unit;
    const struct place *p = directory_place(&w->rules->directory, u->posyandu);
    struct figures_sums *s = ARENA_NEW(w->arena, struct figures_sums),
                        *was = ARENA_NEW(w->arena, struct figures_sums);

    of_year(w, u->year, 0);
    if (!s || !was || w->arena->failed)
        return err_set(e, "out of memory");
    if (u->since.n && read_base(w, u, was, e))
        return -1;
    *s = *was;
    if (figures_unit_count(w->db, w->rules, u, w->arena, s, e))
        return -1;
    due->from = u->since.n ? first_moved(w, was, s) : 0;
    if (due->from == FIGURES_MONTHS)
        return 0;
    of_year(w, u->year, due->from);
    if (put_base(w, u, s, e))
        return -1;
    return p ? put_place(w, p, s, e) : 0;
}

/* --- places above --- */

static int add_up(const struct work *w, struct slice village, struct figures_sums *s, struct err *e)
{
    struct slice january = arena_printf(w->arena, "%.*s-01", SLICE_ARG(w->year));
    const struct slice key[] = { village, january, w->december };
    struct adding a = { w->rules->indicators, s };

    return figures_db_ask(
        w->db,
        &(struct figures_ask){ .sql =
                                   "SELECT indicator, month, sum(n), sum(d) FROM indicator_base WHERE village"
                                   " = $1 AND month >= $2 AND month <= $3 GROUP BY indicator, month",
                               .texts = key,
                               .texts_n = 3,
                               .row = on_base,
                               .arg = &a },
        e);
}

/* A village, or a puskesmas with all its villages. */
static int sum_place(struct work *w, const struct place *p, struct err *e)
{
    const struct directory *dir = &w->rules->directory;
    struct figures_sums *s = ARENA_NEW(w->arena, struct figures_sums);
    int rc;

    if (!s)
        return err_set(e, "out of memory");
    s->last = -1;
    rc = add_up(w, p->code, s, e);
    for (unsigned i = 0; p->level == PLACE_PUSKESMAS && i < dir->places_n && rc == 0; i++)
        if ((dir->places[i].level == PLACE_DESA || dir->places[i].level == PLACE_KELURAHAN) &&
            directory_puskesmas(dir, &dir->places[i]) == p)
            rc = add_up(w, dir->places[i].code, s, e);
    return rc == 0 ? put_place(w, p, s, e) : rc;
}

/* By a unit before, whose posyandu lies there too. */
static bool is_summed(const struct work *w, const struct place *p)
{
    for (const struct figures_place *c = w->step->changed; c; c = c->next)
        if (slice_eq(c->code, p->code) && slice_eq(c->year, w->year))
            return true;
    return false;
}

/* from: the first month that changed in any unit of the step. */
static int sum_above(struct work *w, const struct figures_unit *u, unsigned from, struct err *e)
{
    const struct directory *dir = &w->rules->directory;
    const struct place *v = directory_place(dir, u->village), *pkm = v ? directory_puskesmas(dir, v) : NULL;

    of_year(w, u->year, from);
    if (v && v->level != PLACE_POSYANDU && v != pkm && !is_summed(w, v) && sum_place(w, v, e))
        return -1;
    return pkm && !is_summed(w, pkm) ? sum_place(w, pkm, e) : 0;
}

/* --- a step --- */

struct due {
    struct due_unit units[UNITS + 1];
    unsigned n, most;
    struct arena *arena;
};

static void on_due(void *arg, const struct slice *c)
{
    struct due *d = arg;
    struct due_unit *u = &d->units[d->n];
    struct slice rest;

    if (d->n > d->most)
        return;
    *u = (struct due_unit){ .name = arena_copy(d->arena, c[0]), .turn = arena_copy(d->arena, c[2]) };
    rest = u->name;
    u->unit.village = slice_cut(&rest, '/');
    u->unit.posyandu = rest;
    u->unit.year = arena_copy(d->arena, c[1]);
    u->unit.since = arena_copy(d->arena, c[3]);
    d->n++;
}

/* What was stored meanwhile has turned it on: then it stays due. */
static int end_unit(struct work *w, const struct due_unit *u, struct err *e)
{
    const struct slice key[] = { u->name, u->unit.year, u->turn };

    return ask(w, "DELETE FROM indicator_due WHERE unit = $1 AND year = $2 AND turn = CAST($3 AS bigint)",
               key, 3, e);
}

static int count_due(void *arg, struct err *e)
{
    struct work *w = arg;
    struct due due = { .most = w->db->units, .arena = w->arena };
    /* In turn: while records come for all of them, none is counted again before all others were. */
    struct slice after = slice_of(w->step->after),
                 sql = arena_printf(
                     w->arena,
                     "SELECT unit, year, turn, coalesce(CAST(since AS text), '') FROM indicator_due"
                     " ORDER BY year DESC, unit <= $1, unit LIMIT %u",
                     due.most + 1);
    const struct figures_ask look = {
        .sql = sql.p, .texts = &after, .texts_n = 1, .row = on_due, .arg = &due
    };
    int64_t began = clock_mono_ms();
    unsigned n = 0, from = FIGURES_MONTHS;

    w->step->changed = NULL;
    if (w->arena->failed)
        return err_set(e, "out of memory");
    if (figures_db_ask(w->db, &look, e))
        return -1;
    for (; n < due.n && n < due.most && (n == 0 || clock_mono_ms() - began < STEP_MS); n++) {
        if (count_unit(w, &due.units[n], e))
            return -1;
        from = due.units[n].from < from ? due.units[n].from : from;
        snprintf(w->step->after, sizeof w->step->after, "%.*s", SLICE_ARG(due.units[n].name));
    }
    w->step->left = due.n > n;
    for (unsigned i = 0; i < n; i++)
        if (due.units[i].from < FIGURES_MONTHS && sum_above(w, &due.units[i].unit, from, e))
            return -1;
    for (unsigned i = 0; i < n; i++) /* last of all: nothing is waited for while these are held */
        if (end_unit(w, &due.units[i], e))
            return -1;
    return 0;
}

int figures_transaction(const struct figures_db *db, int (*f)(void *, struct err *), void *arg, struct err *e)
{
    struct err ignored;

    for (const char *const *b = db->begin; *b; b++)
        if (figures_db_ask(db, &(struct figures_ask){ .sql = *b }, e))
            goto undo;
    if (f(arg, e) == 0 && figures_db_ask(db, &(struct figures_ask){ .sql = "COMMIT" }, e) == 0)
        return 0;
undo:
    (void)figures_db_ask(db, &(struct figures_ask){ .sql = "ROLLBACK" }, &ignored);
    return -1;
}

void figures_time(int64_t wall_ms, char *out, size_t max)
{
    time_t t = (time_t)(wall_ms / 1000);
    struct tm tm;

    gmtime_r(&t, &tm);
    strftime(out, max, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

int figures_step(const struct figures_db *db, const struct ruleset *rules, int64_t now_ms,
                 struct figures_step *step, struct err *e)
{
    struct work w = { .db = db, .rules = rules, .step = step, .arena = step->arena };

    step->left = false;
    step->changed = NULL;
    if (!rules->indicators)
        return 0;
    figures_time(now_ms, w.now, sizeof w.now);
    return figures_transaction(db, count_due, &w, e);
}
