/* figures_unit.c - see figures_unit.h. */
#include "gateway/district/figures_unit.h"

#include <string.h>

enum {
    REPORTS_BACK = 1,    /* years */
    ADDED_MOST = 2048,   /* records, a batch of them; of more, all are counted */
    BEHIND_MOST = 16384, /* records of anybody since, among which they are looked for; some ms */
    PERSONS_MAX = 128 << 10,
};

struct counting_unit {
    const struct figures_db *db;
    const struct ruleset *rules;
    const struct figures_unit *unit;
    struct arena *arena;
    struct figures *now, *before; /* before: without what was added */
    /* Whom what was added is about. */
    uint64_t persons[ADDED_MOST];
    unsigned added;
    bool behind;    /* by more than BEHIND_MOST */
    struct buf ids; /* of those that have one: a JSON list */
    bool any_without;
};

/* --- asking --- */

enum {
    CELLS_FRESH = 8,
    CELLS_REPORTER = 9,
};

static struct counted_report report_of(const struct counting_unit *w, const struct slice *c)
{
    const struct person *by = directory_person(&w->rules->directory, c[CELLS_REPORTER]);

    return (struct counted_report){ .id = c[0],
                                    .form = c[1],
                                    .person_id = c[2],
                                    .day = c[3],
                                    .fields = c[4],
                                    .findings = c[5],
                                    .received_at = c[6],
                                    .by = by ? by->place_code : c[CELLS_REPORTER],
                                    .events = c[7] };
}

/* The unit's rows; by: "+" where another condition is the better one to look by.  IS NULL is for the index of
 * those without a posyandu (sqlite_db.c). */
static struct slice where_unit(const struct counting_unit *w, const char *by)
{
    const struct figures_unit *u = w->unit;

    return arena_printf(w->arena, "%s%s AND %s%s", u->village.n ? by : "",
                        u->village.n ? "place = $1" : "coalesce(place, $1) = ''", u->posyandu.n ? by : "",
                        u->posyandu.n ? "posyandu = $2" : "posyandu IS NULL AND coalesce(posyandu, $2) = ''");
}

/* Reports of the unit, of this year and those before that may matter, in the order of their days. */
static int ask_reports(struct counting_unit *w, const char *by, const char *which, const char *fresh,
                       void (*row)(void *, const struct slice *), struct err *e)
{
    int64_t year = 0;
    struct slice where = where_unit(w, by), before, ids = buf_slice(&w->ids), sql;

    (void)slice_to_i64(w->unit->year, &year);
    before = arena_printf(w->arena, "%04d", (int)year - REPORTS_BACK);
    sql = arena_printf(
        w->arena,
        "SELECT x.id, x.form, coalesce((SELECT nullif(p.merged_into, '') FROM person AS p WHERE p.id ="
        " x.person_id), x.person_id), x.day, x.fields, x.findings, x.received_at,"
        " (SELECT %s FROM referral_event AS e WHERE e.nomor = x.nomor AND e.of = CAST(x.id AS text)), "
        "x.fresh,"
        " x.reporter FROM (SELECT id, nomor, form, person_id, fields, findings, received_at, reporter, %s AS "
        "fresh, " FIGURES_DAY " AS day FROM record WHERE %.*s AND status <> 'cancelled'%s) AS x"
        " WHERE substr(x.day, 1, 4) IN ($3, $4) ORDER BY x.day, x.received_at, x.id",
        w->db->events_of, fresh, SLICE_ARG(where), which);
    if (w->arena->failed || w->ids.failed)
        return err_set(e, "out of memory");
    return figures_db_ask(
        w->db,
        &(struct figures_ask){ .sql = sql.p,
                               .texts = (const struct slice[]){ w->unit->village, w->unit->posyandu, before,
                                                                w->unit->year, w->unit->since, ids },
                               .texts_n = *which ? 6 : 4,
                               .row = row,
                               .arg = w },
        e);
}

/* --- all of it --- */

static void on_report(void *arg, const struct slice *c)
{
    struct counting_unit *w = arg;
    struct counted_report r = report_of(w, c);

    figures_add(w->now, &r);
}

static void on_signal(void *arg, const struct slice *c)
{
    struct counting_unit *w = arg;

    figures_add(w->now, &(struct counted_report){
                            .id = c[0], .day = slice_take(c[1], 10), .received_at = c[1], .events = c[2] });
}

/* Signals are those that name the village and no posyandu. */
static int ask_signals(struct counting_unit *w, struct err *e)
{
    struct slice year = w->unit->year;
    const struct slice key[] = { w->unit->village, arena_printf(w->arena, "%.*s-01", SLICE_ARG(year)),
                                 arena_printf(w->arena, "%.*s-12", SLICE_ARG(year)) };
    struct slice sql =
        arena_printf(w->arena,
                     "SELECT a.nomor, a.at, (SELECT %s FROM alert_event AS e WHERE e.nomor = a.nomor)"
                     " FROM (SELECT nomor, min(at) AS at FROM alert_event WHERE place = $1 AND event = 'sent'"
                     " GROUP BY nomor) AS a WHERE substr(a.at, 1, 7) >= $2 AND substr(a.at, 1, 7) <= $3"
                     " ORDER BY a.at, a.nomor",
                     w->db->events_of);

    if (w->arena->failed)
        return err_set(e, "out of memory");
    return figures_db_ask(
        w->db, &(struct figures_ask){ .sql = sql.p, .texts = key, .texts_n = 3, .row = on_signal, .arg = w },
        e);
}

static int count_all(struct counting_unit *w, struct figures_sums *sums, struct err *e)
{
    if (ask_reports(w, "", "", "1", on_report, e) || (!w->unit->posyandu.n && ask_signals(w, e)))
        return -1;
    sums->last = figures_last_month(w->now);
    for (unsigned i = 0; i < w->rules->indicators->n; i++)
        for (unsigned m = 0; m < FIGURES_MONTHS; m++)
            sums->of[i][m] = figures_of(w->now, i, m);
    return 0;
}

/* --- what was added --- */

static bool is_about(const struct counting_unit *w, uint64_t person)
{
    for (unsigned i = 0; i < w->added; i++)
        if (w->persons[i] == person)
            return true;
    return false;
}

static void on_added(void *arg, const struct slice *c)
{
    struct counting_unit *w = arg;
    struct counted_report r = report_of(w, c);

    if (w->added++ >= ADDED_MOST)
        return;
    w->persons[w->added - 1] = figures_person(w->now, &r);
    w->any_without = w->any_without || !r.person_id.n;
    if (!r.person_id.n)
        return;
    buf_char(&w->ids, w->ids.n ? ',' : '[');
    buf_json(&w->ids, r.person_id);
}

static void on_theirs(void *arg, const struct slice *c)
{
    struct counting_unit *w = arg;
    struct counted_report r = report_of(w, c);

    if (!is_about(w, figures_person(w->now, &r)))
        return;
    figures_add(w->now, &r);
    if (!slice_is(c[CELLS_FRESH], "1"))
        figures_add(w->before, &r);
}

static void on_behind(void *arg, const struct slice *c)
{
    struct counting_unit *w = arg;
    int64_t n;

    w->behind = slice_to_i64(c[0], &n) && n > BEHIND_MOST;
}

static int ask_behind(struct counting_unit *w, struct err *e)
{
    return figures_db_ask(w->db,
                          &(struct figures_ask){ .sql = "SELECT max(rowid) - CAST($1 AS INTEGER) FROM record",
                                                 .texts = &w->unit->since,
                                                 .texts_n = 1,
                                                 .row = on_behind,
                                                 .arg = w },
                          e);
}

#define FRESH "rowid >= CAST($5 AS INTEGER)"
#define THEIRS                                                                                               \
    " AND person_id IN (SELECT value FROM json_each($6) UNION SELECT id FROM person WHERE merged_into <> ''" \
    " AND merged_into IN (SELECT value FROM json_each($6)))"

static int count_added(struct counting_unit *w, struct figures_sums *sums, struct err *e)
{
    int last;

    buf_str(&w->ids, w->ids.n ? "]" : "[]");
    if (ask_reports(w, "+", THEIRS, FRESH, on_theirs, e) ||
        (w->any_without && ask_reports(w, "", " AND person_id IS NULL", FRESH, on_theirs, e)))
        return -1;
    last = figures_last_month(w->now);
    sums->last = last > sums->last ? last : sums->last;
    for (unsigned i = 0; i < w->rules->indicators->n; i++)
        for (unsigned m = 0; m < FIGURES_MONTHS; m++)
            sums->of[i][m] = figures_moved(w->before, w->now, i, m, sums->of[i][m]);
    return 0;
}

int figures_unit_count(const struct figures_db *db, const struct ruleset *rules, const struct figures_unit *u,
                       struct arena *a, struct figures_sums *sums, struct err *e)
{
    struct counting_unit w = { .db = db, .rules = rules, .unit = u, .arena = a };
    int64_t year = 0;
    bool added = u->since.n > 0;
    int rc = 0;

    (void)slice_to_i64(u->year, &year);
    buf_init(&w.ids, PERSONS_MAX);
    w.now = figures_new(rules->indicators, &rules->forms, (int)year, a);
    w.before = added ? figures_new(rules->indicators, &rules->forms, (int)year, a) : NULL;
    if (!w.now || (added && !w.before))
        return err_set(e, "out of memory");
    if (added)
        rc = ask_behind(&w, e);
    added = added && !w.behind;
    if (added && rc == 0)
        rc = ask_reports(&w, "+", " AND " FRESH, "1", on_added, e);
    if (rc == 0)
        rc = added && w.added <= ADDED_MOST ? count_added(&w, sums, e) : count_all(&w, sums, e);
    buf_free(&w.ids);
    return rc;
}
