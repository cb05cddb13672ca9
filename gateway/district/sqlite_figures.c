/* sqlite_figures.c - see sqlite_figures.h. */
#include "gateway/district/sqlite_figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flows/rows/figures.h"
#include "gateway/conf/programme.h"

enum {
    UNITS = 4, /* of one step: some ms each */
    MEMORY = 64 << 20,
    KEY_MAX = 128,
    REPORTS_BACK = 1, /* years */
};

/* Sums of a place and year, by indicator and month. */
struct sums {
    struct figure of[INDICATORS_MOST][FIGURES_MONTHS];
    int last; /* month of the newest report; -1 = none */
};

struct work {
    struct sqlite_file *db;
    const struct ruleset *rules;
    char now[40];
    bool anew, left;
    const char *year; /* of the unit at work */
    struct arena arena;
};

/* --- small things --- */

static sqlite3_stmt *prepare(struct sqlite_file *d, const char *sql, const struct slice *texts, unsigned n)
{
    sqlite3_stmt *st = NULL;

    if (sqlite3_prepare_v2(d->db, sql, -1, &st, NULL) != SQLITE_OK)
        return NULL;
    for (unsigned i = 0; i < n; i++)
        sqlite3_bind_text(st, (int)i + 1, texts[i].p ? texts[i].p : "", (int)texts[i].n, SQLITE_STATIC);
    return st;
}

/* Carries out a statement without rows. */
static int run(struct sqlite_file *d, const char *sql, const struct slice *texts, unsigned n)
{
    sqlite3_stmt *st = prepare(d, sql, texts, n);
    int rc = st ? sqlite3_step(st) : sqlite3_errcode(d->db);

    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static struct slice column(sqlite3_stmt *st, int i)
{
    return slice_make((const char *)sqlite3_column_text(st, i), (size_t)sqlite3_column_bytes(st, i));
}

static struct slice month_text(const struct work *w, unsigned month, char out[16])
{
    return slice_make(out, (size_t)snprintf(out, 16, "%.4s-%02u", w->year, month + 1));
}

/* --- what a place should reach --- */

static const struct place *village_of(const struct place *p)
{
    return p->level == PLACE_DESA || p->level == PLACE_KELURAHAN ? p : p->area;
}

static bool belongs(const struct directory *dir, const struct place *p, const struct place *to)
{
    return p == to ||
           (to->level == PLACE_PUSKESMAS ? directory_puskesmas(dir, village_of(p)) == to : p->area == to);
}

/* -1: nobody said.  A puskesmas should reach what its villages should. */
static int64_t group_of(const struct work *w, const struct place *p, struct slice group)
{
    const struct directory *dir = &w->rules->directory;
    unsigned year = (unsigned)strtoul(w->year, NULL, 10);
    int64_t sum = -1;

    if (p->level != PLACE_PUSKESMAS)
        return programme_target(w->rules->programme, p, year, group);
    for (unsigned i = 0; i < dir->places_n; i++) {
        const struct place *v = &dir->places[i];
        int64_t n = -1;

        if ((v->level == PLACE_DESA || v->level == PLACE_KELURAHAN) && directory_puskesmas(dir, v) == p)
            n = programme_target(w->rules->programme, v, year, group);
        if (n >= 0)
            sum = (sum < 0 ? 0 : sum) + n;
    }
    return sum;
}

static int64_t posyandu_of(const struct work *w, const struct place *p)
{
    const struct directory *dir = &w->rules->directory;
    int64_t n = 0;

    for (unsigned i = 0; i < dir->places_n; i++)
        n += dir->places[i].level == PLACE_POSYANDU && belongs(dir, &dir->places[i], p);
    return n;
}

/* The d of a month that is not counted from reports; -1 = not known. */
static int64_t planned(const struct work *w, const struct place *p, const struct indicator *in)
{
    int64_t n = -1;

    if (in->denominator == DENOMINATOR_POSYANDU)
        n = posyandu_of(w, p);
    else if (in->denominator == DENOMINATOR_GROUP && w->rules->programme)
        n = group_of(w, p, in->group);
    return n < 0 || in->denominator != DENOMINATOR_GROUP ? n : (n * in->percent + 50000) / 100000;
}

/* --- writing the rows of a place --- */

static void bind_or_null(sqlite3_stmt *st, int at, int64_t v)
{
    if (v < 0)
        sqlite3_bind_null(st, at);
    else
        sqlite3_bind_int64(st, at, v);
}

static int put_months(struct work *w, sqlite3_stmt *st, const struct place *p, const struct sums *s,
                      unsigned i)
{
    const struct indicator *in = &w->rules->indicators->all[i];
    bool counted = in->denominator == DENOMINATOR_COUNT;
    int64_t each = planned(w, p, in), n_year = 0, d_counted = 0;
    int rc = SQLITE_OK;

    for (int m = 0; m <= s->last && rc == SQLITE_OK; m++) {
        const struct figure *f = &s->of[i][m];
        int64_t d_year = counted ? (d_counted += f->d) : each < 0 || !in->monthly ? each : each * (m + 1);
        char month[16];

        n_year += f->n;
        if (n_year == 0 && d_year <= 0)
            continue;
        (void)month_text(w, (unsigned)m, month);
        sqlite3_bind_text(st, 1, in->id.p, (int)in->id.n, SQLITE_STATIC);
        sqlite3_bind_text(st, 2, p->code.p, (int)p->code.n, SQLITE_STATIC);
        sqlite3_bind_text(st, 3, month, -1, SQLITE_TRANSIENT);
        sqlite3_bind_int64(st, 4, f->n);
        bind_or_null(st, 5, counted ? f->d : each);
        sqlite3_bind_int64(st, 6, n_year);
        bind_or_null(st, 7, d_year);
        sqlite3_bind_text(st, 8, w->now, -1, SQLITE_STATIC);
        rc = sqlite3_step(st);
        sqlite3_reset(st);
        rc = rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    return rc;
}

static int put_place(struct work *w, const struct place *p, const struct sums *s)
{
    const struct slice key[] = { p->code, slice_of(w->year) };
    sqlite3_stmt *st;
    int rc = run(w->db, "DELETE FROM indicator_value WHERE place = ?1 AND month LIKE ?2 || '-%'", key, 2);

    if (rc != SQLITE_OK || s->last < 0)
        return rc;
    st = prepare(w->db,
                 "INSERT INTO indicator_value (indicator, place, month, n, d, n_year, d_year, computed_at)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                 NULL, 0);
    rc = st ? SQLITE_OK : sqlite3_errcode(w->db->db);
    for (unsigned i = 0; i < w->rules->indicators->n && rc == SQLITE_OK; i++)
        rc = put_months(w, st, p, s, i);
    sqlite3_finalize(st);
    return rc;
}

/* --- a unit --- */

static int put_base(struct work *w, struct slice village, struct slice posyandu, const struct sums *s)
{
    const struct slice key[] = { village, posyandu, slice_of(w->year) };
    sqlite3_stmt *st;
    int rc = run(w->db,
                 "DELETE FROM indicator_base WHERE village = ?1 AND posyandu = ?2 AND month LIKE ?3 || '-%'",
                 key, 3);

    st = rc == SQLITE_OK
             ? prepare(w->db, "INSERT INTO indicator_base VALUES (?1, ?2, ?3, ?4, ?5, ?6)", key, 2)
             : NULL;
    for (int m = 0; st && m <= s->last; m++)
        for (unsigned i = 0; i <= w->rules->indicators->n && (rc == SQLITE_OK || rc == SQLITE_DONE); i++) {
            bool mark = i == w->rules->indicators->n; /* that there were reports up to this month */
            struct figure f = mark ? (struct figure){ 1, 0 } : s->of[i][m];
            struct slice id = mark ? (struct slice)S("*") : w->rules->indicators->all[i].id;
            char month[16];

            if (!f.n && !f.d)
                continue;
            (void)month_text(w, (unsigned)m, month);
            sqlite3_bind_text(st, 3, month, -1, SQLITE_TRANSIENT);
            sqlite3_bind_text(st, 4, id.p, (int)id.n, SQLITE_STATIC);
            sqlite3_bind_int64(st, 5, f.n);
            sqlite3_bind_int64(st, 6, f.d);
            rc = sqlite3_step(st);
            sqlite3_reset(st);
        }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int count_reports(struct work *w, struct slice village, struct slice posyandu, struct sums *out)
{
    int year = (int)strtol(w->year, NULL, 10), rc;
    struct slice from = arena_printf(&w->arena, "%04d", year - REPORTS_BACK);
    const struct slice key[] = { village, posyandu, from, slice_of(w->year) };
    struct figures *f = figures_new(w->rules->indicators, &w->rules->forms, year, &w->arena);
    sqlite3_stmt *st =
        prepare(w->db,
                "SELECT id, form, coalesce((SELECT nullif(p.merged_into, '') FROM person AS p WHERE p.id = "
                "person_id),"
                " person_id), day, fields, findings FROM (SELECT *, " SQLITE_FIGURES_DAY
                " AS day FROM record WHERE coalesce(place, '') = ?1 AND coalesce(posyandu, '') = ?2 AND "
                "status <> 'cancelled')"
                " WHERE substr(day, 1, 4) IN (?3, ?4) ORDER BY day, received_at, id",
                key, 4);

    if (!f || !st) {
        sqlite3_finalize(st);
        return f ? sqlite3_errcode(w->db->db) : SQLITE_NOMEM;
    }
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        const struct counted_report r = { column(st, 0), column(st, 1), column(st, 2),
                                          column(st, 3), column(st, 4), column(st, 5) };

        figures_add(f, &r);
    }
    sqlite3_finalize(st);
    out->last = figures_last_month(f);
    for (unsigned i = 0; i < w->rules->indicators->n; i++)
        for (unsigned m = 0; m < FIGURES_MONTHS; m++)
            out->of[i][m] = figures_of(f, i, m);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int count_unit(struct work *w, struct slice unit)
{
    struct slice posyandu = unit, village = slice_cut(&posyandu, '/');
    const struct place *p = directory_place(&w->rules->directory, posyandu);
    const struct slice key[] = { unit, slice_of(w->year) };
    struct sums *s = ARENA_NEW(&w->arena, struct sums);
    int rc = s ? count_reports(w, village, posyandu, s) : SQLITE_NOMEM;

    if (rc == SQLITE_OK)
        rc = put_base(w, village, posyandu, s);
    if (rc == SQLITE_OK && p)
        rc = put_place(w, p, s);
    if (rc == SQLITE_OK)
        rc = run(w->db, "DELETE FROM indicator_due WHERE unit = ?1 AND year = ?2", key, 2);
    return rc;
}

/* --- places above --- */

static int add_up(struct work *w, struct slice village, struct sums *s)
{
    const struct slice key[] = { village, slice_of(w->year) };
    sqlite3_stmt *st =
        prepare(w->db,
                "SELECT indicator, CAST(substr(month, 6) AS INTEGER), sum(n), sum(d) FROM indicator_base"
                " WHERE village = ?1 AND month >= ?2 || '-01' AND month <= ?2 || '-12' GROUP BY 1, 2",
                key, 2);
    int rc = st ? SQLITE_OK : sqlite3_errcode(w->db->db);

    while (st && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        const struct indicator *in = indicator_by_id(w->rules->indicators, column(st, 0));
        int month = sqlite3_column_int(st, 1) - 1;

        if (month < 0 || month >= FIGURES_MONTHS)
            continue;
        s->last = month > s->last ? month : s->last;
        if (in) {
            struct figure *f = &s->of[in - w->rules->indicators->all][month];

            f->n += sqlite3_column_int64(st, 2);
            f->d += sqlite3_column_int64(st, 3);
        }
    }
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* A village, or a puskesmas with all its villages. */
static int sum_place(struct work *w, const struct place *p)
{
    const struct directory *dir = &w->rules->directory;
    struct sums *s = ARENA_NEW(&w->arena, struct sums);
    int rc = s ? SQLITE_OK : SQLITE_NOMEM;

    if (s)
        s->last = -1;
    if (s && p->level != PLACE_PUSKESMAS)
        rc = add_up(w, p->code, s);
    for (unsigned i = 0; s && p->level == PLACE_PUSKESMAS && i < dir->places_n && rc == SQLITE_OK; i++)
        if ((dir->places[i].level == PLACE_DESA || dir->places[i].level == PLACE_KELURAHAN) &&
            directory_puskesmas(dir, &dir->places[i]) == p)
            rc = add_up(w, dir->places[i].code, s);
    return rc == SQLITE_OK ? put_place(w, p, s) : rc;
}

/* --- a step --- */

static int step(void *arg, struct item *item)
{
    struct work *w = arg;
    struct slice units[UNITS + 1], years[UNITS + 1];
    sqlite3_stmt *st =
        prepare(w->db, "SELECT unit, year FROM indicator_due ORDER BY year DESC, unit LIMIT 5", NULL, 0);
    unsigned n = 0;
    int rc = st ? SQLITE_OK : sqlite3_errcode(w->db->db);

    (void)item;
    while (st && n < UNITS + 1 && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        units[n] = arena_copy(&w->arena, column(st, 0));
        years[n++] = arena_copy(&w->arena, column(st, 1));
    }
    sqlite3_finalize(st);
    rc = rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
    w->left = n > UNITS;
    n = n > UNITS ? UNITS : n;
    for (unsigned i = 0; i < n && rc == SQLITE_OK; i++) {
        w->year = years[i].p;
        rc = w->arena.failed ? SQLITE_NOMEM : count_unit(w, units[i]);
    }
    for (unsigned i = 0; i < n && rc == SQLITE_OK; i++) {
        struct slice rest = units[i], village = slice_cut(&rest, '/');
        const struct place *v = directory_place(&w->rules->directory, village),
                           *pkm = v ? directory_puskesmas(&w->rules->directory, v) : NULL;

        w->year = years[i].p;
        if (v)
            rc = sum_place(w, v);
        if (pkm && rc == SQLITE_OK)
            rc = sum_place(w, pkm);
    }
    return rc;
}

static enum sqlite_rc carry_out(struct work *w, int (*f)(void *, struct item *), struct err *e)
{
    struct item nothing = { .refused = false };
    enum sqlite_rc rc;

    arena_init(&w->arena, MEMORY);
    rc = sqlite_file_store(w->db, &nothing, 1, f, w, e);
    arena_free(&w->arena);
    return rc;
}

void sqlite_figures_time(int64_t wall_ms, char *out, size_t max)
{
    time_t t = (time_t)(wall_ms / 1000);
    struct tm tm;

    gmtime_r(&t, &tm);
    strftime(out, max, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

enum sqlite_rc sqlite_figures_step(struct sqlite_file *d, const struct ruleset *rules, int64_t now_ms,
                                   bool *left, struct err *e)
{
    struct work w = { .db = d, .rules = rules };
    enum sqlite_rc rc;

    *left = false;
    if (!rules->indicators)
        return SQLITE_DB_OK;
    sqlite_figures_time(now_ms, w.now, sizeof w.now);
    rc = carry_out(&w, step, e);
    *left = rc == SQLITE_DB_OK && w.left;
    return rc;
}

/* --- the rows in force --- */

static uint64_t hash_of(const struct ruleset *rules)
{
    uint64_t h = slice_hash(S("figures 1"));

    for (unsigned i = 0; i < rules->indicators->n; i++) {
        const struct indicator *in = &rules->indicators->all[i];

        h = slice_hash_on(slice_hash_on(h, in->id),
                          slice_make((const char *)&in->version, sizeof in->version));
    }
    for (unsigned i = 0; i < rules->directory.places_n; i++) {
        const struct place *p = &rules->directory.places[i];

        h = slice_hash_on(slice_hash_on(slice_hash_on(h, p->code), p->parent_code), p->area_code);
    }
    for (unsigned i = 0; rules->programme && i < rules->programme->targets_n; i++) {
        const struct target *t = &rules->programme->targets[i];

        h = slice_hash_on(t->place ? slice_hash_on(h, t->place->code) : h, t->group);
        h = slice_hash_on(h, slice_make((const char *)&t->count, sizeof t->count));
        h = slice_hash_on(h, slice_make((const char *)&t->year, sizeof t->year));
    }
    return h;
}

static int put_row(struct work *w, sqlite3_stmt *st, unsigned i)
{
    static const char *const denominators[] = { [DENOMINATOR_NONE] = "none",
                                                [DENOMINATOR_COUNT] = "month",
                                                [DENOMINATOR_GROUP] = "year",
                                                [DENOMINATOR_POSYANDU] = "month" };
    const struct indicator *in = &w->rules->indicators->all[i];
    const char grade[2] = { in->grade, '\0' };
    int rc;

    sqlite3_bind_text(st, 1, in->id.p, (int)in->id.n, SQLITE_STATIC);
    sqlite3_bind_text(st, 2, in->klaster.p, (int)in->klaster.n, SQLITE_STATIC);
    sqlite3_bind_text(st, 3, in->words.p, (int)in->words.n, SQLITE_STATIC);
    if (in->target >= 0)
        sqlite3_bind_double(st, 4, (double)in->target / 1000);
    else
        sqlite3_bind_null(st, 4);
    sqlite3_bind_text(st, 5, in->lower ? "lower" : "higher", -1, SQLITE_STATIC);
    sqlite3_bind_text(st, 6, grade, -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(st, 7, in->source.p, (int)in->source.n, SQLITE_STATIC);
    sqlite3_bind_int64(st, 8, in->version);
    sqlite3_bind_text(st, 9, in->monthly ? "month" : denominators[in->denominator], -1, SQLITE_STATIC);
    sqlite3_bind_int64(st, 10, i);
    rc = sqlite3_step(st);
    sqlite3_reset(st);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int put_rows(void *arg, struct item *item)
{
    struct work *w = arg;
    struct slice hash = arena_printf(&w->arena, "%016llx",
                                     (unsigned long long)hash_of(w->rules)); /* of what figures depend on */
    sqlite3_stmt *st = prepare(w->db, "SELECT 1 FROM indicator_state WHERE hash = ?1", &hash, 1);
    bool same = st && sqlite3_step(st) == SQLITE_ROW;
    int rc;

    (void)item;
    sqlite3_finalize(st);
    rc = run(w->db, "DELETE FROM indicator", NULL, 0);
    st = prepare(w->db, "INSERT INTO indicator VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)", NULL, 0);
    for (unsigned i = 0; st && i < w->rules->indicators->n && rc == SQLITE_OK; i++)
        rc = put_row(w, st, i);
    sqlite3_finalize(st);
    if (rc != SQLITE_OK || (same && !w->anew))
        return rc;
    rc = run(w->db, "DELETE FROM indicator_state", NULL, 0);
    if (rc == SQLITE_OK)
        rc = run(w->db, "INSERT INTO indicator_state VALUES (?1)", &hash, 1);
    if (rc == SQLITE_OK)
        rc = run(w->db, "DELETE FROM indicator_value", NULL, 0);
    if (rc == SQLITE_OK)
        rc = run(w->db, "DELETE FROM indicator_base", NULL, 0);
    return rc == SQLITE_OK ? run(w->db, "INSERT OR IGNORE INTO indicator_due " SQLITE_FIGURES_DUE, NULL, 0)
                           : rc;
}

enum sqlite_rc sqlite_figures_rows(struct sqlite_file *d, const struct ruleset *rules, bool anew,
                                   struct err *e)
{
    struct work w = { .db = d, .rules = rules, .anew = anew };

    return rules->indicators ? carry_out(&w, put_rows, e) : SQLITE_DB_OK;
}
