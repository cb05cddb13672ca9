/* figures_rows.c - see figures_rows.h. */
#include "gateway/district/figures_rows.h"

#include "gateway/base/buf.h"
#include "gateway/conf/indicators.h"
#include "gateway/conf/programme.h"
#include "gateway/district/figures_count.h"

enum {
    MEMORY = 4 << 20,
    ROWS_MAX = 1 << 20,
};

struct rows_work {
    const struct figures_db *db;
    const struct ruleset *rules;
    bool anew;
    struct arena arena;
};

static uint64_t hash_on(uint64_t h, const void *p, size_t n)
{
    return slice_hash_on(h, slice_make(p, n));
}

/* Of all that figures depend on. */
static uint64_t hash_of(const struct ruleset *rules)
{
    uint64_t h = slice_hash(S("figures 3"));

    for (unsigned i = 0; i < rules->indicators->n; i++) {
        const struct indicator *in = &rules->indicators->all[i];

        h = hash_on(slice_hash_on(h, in->id), &in->version, sizeof in->version);
    }
    for (unsigned i = 0; i < rules->directory.places_n; i++) {
        const struct place *p = &rules->directory.places[i];

        h = slice_hash_on(slice_hash_on(slice_hash_on(h, p->code), p->parent_code), p->area_code);
    }
    for (unsigned i = 0; rules->programme && i < rules->programme->targets_n; i++) {
        const struct target *t = &rules->programme->targets[i];

        h = slice_hash_on(t->place ? slice_hash_on(h, t->place->code) : h, t->group);
        h = hash_on(hash_on(h, &t->count, sizeof t->count), &t->year, sizeof t->year);
    }
    return h;
}

static void add_text(struct buf *b, struct slice s)
{
    buf_json(b, s);
    buf_char(b, ',');
}

static void add_row(struct buf *b, const struct indicator *in, unsigned position)
{
    static const char *const denominators[] = { [DENOMINATOR_NONE] = "none",
                                                [DENOMINATOR_COUNT] = "month",
                                                [DENOMINATOR_GROUP] = "year",
                                                [DENOMINATOR_POSYANDU] = "month",
                                                [DENOMINATOR_WEEKS] = "month" };

    buf_str(b, position ? ",[" : "[");
    add_text(b, in->id);
    add_text(b, in->klaster);
    add_text(b, in->words);
    if (in->target >= 0)
        buf_printf(b, "%lld.%03d,", (long long)(in->target / 1000), (int)(in->target % 1000));
    else
        buf_str(b, "null,");
    add_text(b, in->lower ? S("lower") : S("higher"));
    add_text(b, slice_make(&in->grade, 1));
    add_text(b, in->source);
    add_text(b, slice_of(in->monthly ? "month" : denominators[in->denominator]));
    buf_printf(b, "%u,%u]", in->version, position);
}

static struct slice rows_json(const struct indicator_set *set, struct arena *a)
{
    struct slice json;
    struct buf b;

    buf_init(&b, ROWS_MAX);
    buf_char(&b, '[');
    for (unsigned i = 0; i < set->n; i++)
        add_row(&b, &set->all[i], i);
    buf_char(&b, ']');
    json = buf_into(&b, a);
    return json;
}

static int run(const struct figures_db *db, const char *sql, struct slice text, struct err *e)
{
    return figures_db_ask(db, &(struct figures_ask){ .sql = sql, .texts = &text, .texts_n = text.n > 0 }, e);
}

static int put(struct rows_work *w, struct err *e)
{
    struct slice sql = arena_printf(
        &w->arena,
        "INSERT INTO indicator (id, klaster, words, target, direction, grade, source, denominator, version,"
        " position) SELECT e.value ->> 0, e.value ->> 1, e.value ->> 2,"
        " CAST(e.value ->> 3 AS double precision), e.value ->> 4, e.value ->> 5, e.value ->> 6,"
        " e.value ->> 7, CAST(e.value ->> 8 AS integer), CAST(e.value ->> 9 AS integer) FROM %s",
        w->db->rows_of);
    struct slice json = rows_json(w->rules->indicators, &w->arena);

    if (w->arena.failed)
        return err_set(e, "out of memory");
    return run(w->db, "DELETE FROM indicator", S(""), e) || run(w->db, sql.p, json, e) ? -1 : 0;
}

int figures_rows_put(const struct figures_db *db, const struct ruleset *rules, struct err *e)
{
    struct rows_work w = { .db = db, .rules = rules };
    int rc;

    arena_init(&w.arena, MEMORY);
    rc = put(&w, e);
    arena_free(&w.arena);
    return rc;
}

static void on_same(void *arg, const struct slice *cells)
{
    (void)cells;
    *(bool *)arg = true;
}

static int put_all(void *arg, struct err *e)
{
    struct rows_work *w = arg;
    struct slice hash = arena_printf(&w->arena, "%016llx", (unsigned long long)hash_of(w->rules));
    bool same = false;
    const struct figures_ask look = { .sql = "SELECT hash FROM indicator_state WHERE hash = $1",
                                      .texts = &hash,
                                      .texts_n = 1,
                                      .row = on_same,
                                      .arg = &same };

    if (figures_db_ask(w->db, &look, e) || put(w, e))
        return -1;
    if (same && !w->anew)
        return 0;
    return run(w->db, "DELETE FROM indicator_state", S(""), e) ||
                   run(w->db, "INSERT INTO indicator_state (hash) VALUES ($1)", hash, e) ||
                   run(w->db, "DELETE FROM indicator_value", S(""), e) ||
                   run(w->db, "DELETE FROM indicator_base", S(""), e) ||
                   run(w->db,
                       "INSERT INTO indicator_due (unit, year)"
                       " SELECT coalesce(place, '') || '/' || coalesce(posyandu, ''), substr(" FIGURES_DAY
                       ", 1, 4) FROM record UNION"
                       " SELECT coalesce(place, '') || '/' || coalesce(posyandu, ''), substr(received_at, 1, "
                       "4)"
                       " FROM record UNION SELECT coalesce(place, '') || '/', substr(at, 1, 4)"
                       " FROM alert_event WHERE event = 'sent' ORDER BY 1, 2"
                       " ON CONFLICT (unit, year) DO UPDATE SET turn = indicator_due.turn + 1, since = NULL",
                       S(""), e)
               ? -1
               : 0;
}

int figures_rows(const struct figures_db *db, const struct ruleset *rules, bool anew, struct err *e)
{
    struct rows_work w = { .db = db, .rules = rules, .anew = anew };
    int rc;

    if (!rules->indicators)
        return 0;
    arena_init(&w.arena, MEMORY);
    rc = figures_transaction(db, put_all, &w, e);
    arena_free(&w.arena);
    return rc;
}
