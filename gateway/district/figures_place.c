/* figures_place.c - see figures_place.h. */
#include "gateway/district/figures_place.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/conf/programme.h"
#include "parsers/date.h"

/* --- what a place should reach --- */

struct counted_place {
    const struct ruleset *rules;
    const char *now;
    int year, from;
    char month[FIGURES_MONTHS][16]; /* as JSON */
};

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
static int64_t group_of(const struct counted_place *w, const struct place *p, struct slice group)
{
    const struct directory *dir = &w->rules->directory;
    unsigned year = (unsigned)w->year;
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

static int64_t places_of(const struct counted_place *w, const struct place *p, enum place_level level)
{
    const struct directory *dir = &w->rules->directory;
    int64_t n = 0;

    for (unsigned i = 0; i < dir->places_n; i++)
        n += dir->places[i].level == level && belongs(dir, &dir->places[i], p);
    return n;
}

/* A week is reported when it is over: so many Mondays has the month. */
static int64_t weeks_of(const struct counted_place *w, int month)
{
    int year = w->year;
    int64_t from = date_days(year, month + 1, 1),
            to = month == 11 ? date_days(year + 1, 1, 1) : date_days(year, month + 2, 1), n = 0;

    for (; from < to; from++)
        n += (from % 7 + 7) % 7 == 4; /* 1970-01-01 was a Thursday */
    return n;
}

/* The d of a month that is not counted from reports; -1 = not known. */
static int64_t planned(const struct counted_place *w, const struct place *p, const struct indicator *in,
                       int month)
{
    int64_t n = -1;

    if (in->denominator == DENOMINATOR_POSYANDU)
        return places_of(w, p, PLACE_POSYANDU);
    if (in->denominator == DENOMINATOR_WEEKS)
        return p->level == PLACE_KECAMATAN ? places_of(w, p, PLACE_PUSKESMAS) * weeks_of(w, month) : -1;
    if (in->denominator == DENOMINATOR_GROUP && w->rules->programme)
        n = group_of(w, p, in->group);
    return n < 0 ? n : (n * in->percent + 50000) / 100000;
}

/* --- the rows of a place --- */

static void add_number(struct buf *b, int64_t v)
{
    buf_char(b, ',');
    buf_i64(b, v);
}

static void add_or_null(struct buf *b, int64_t v)
{
    if (v < 0)
        buf_str(b, ",null");
    else
        add_number(b, v);
}

static void add_months(const struct counted_place *w, struct buf *b, const struct place *p,
                       const struct figures_sums *s, unsigned i)
{
    const struct indicator *in = &w->rules->indicators->all[i];
    bool counted = in->denominator == DENOMINATOR_COUNT;
    int64_t n_year = 0, d_year = 0, group = counted ? -1 : planned(w, p, in, 0);

    for (int m = 0; m <= s->last && (in->denominator != DENOMINATOR_WEEKS || group >= 0); m++) {
        const struct figure *f = &s->of[i][m];
        int64_t d = counted ? f->d : in->denominator == DENOMINATOR_WEEKS ? planned(w, p, in, m) : group;

        n_year += f->n;
        d_year = d < 0 ? -1 : counted || in->monthly ? d_year + d : d;
        if (m < w->from || (n_year == 0 && d_year <= 0))
            continue;
        buf_str(b, b->n > 1 ? ",[" : "[");
        buf_json(b, in->id);
        buf_char(b, ',');
        buf_str(b, w->month[m]);
        add_number(b, f->n);
        add_or_null(b, d);
        add_number(b, n_year);
        add_or_null(b, d_year);
        buf_str(b, ",\"");
        buf_str(b, w->now);
        buf_str(b, "\"]");
    }
}

void figures_place_rows(const struct ruleset *rules, const struct figures_place *p,
                        const struct figures_sums *sums, const char *now, struct buf *b)
{
    const struct place *place = directory_place(&rules->directory, p->code);
    struct counted_place w = { .rules = rules, .now = now };
    uint64_t year;

    if (!place || !slice_to_u64(p->year, &year))
        return;
    w.year = (int)year;
    w.from = (int)p->from;
    for (int m = 0; m < FIGURES_MONTHS; m++)
        snprintf(w.month[m], sizeof w.month[m], "\"%04d-%02d\"", w.year % 10000, m + 1);
    buf_char(b, '[');
    for (unsigned i = 0; sums->last >= 0 && i < rules->indicators->n; i++)
        add_months(&w, b, place, sums, i);
    buf_char(b, ']');
}

int figures_place_put(const struct figures_db *db, const struct figures_place *p, struct arena *a,
                      struct err *e)
{
    const struct slice gone[] = { p->code, arena_printf(a, "%.*s-%02u", SLICE_ARG(p->year), p->from + 1),
                                  arena_printf(a, "%.*s-12", SLICE_ARG(p->year)) };
    const struct slice put[] = { p->rows, p->code };
    struct figures_ask delete = {
        .sql = "DELETE FROM indicator_value WHERE place = $1 AND month >= $2 AND month <= $3",
        .texts = gone,
        .texts_n = 3
    };
    struct figures_ask insert = { .texts = put, .texts_n = 2 };

    insert.sql = arena_printf(a,
                              "INSERT INTO indicator_value (indicator, place, month, n, d, n_year, d_year,"
                              " computed_at) SELECT e.value ->> 0, CAST($2 AS text), e.value ->> 1,"
                              " CAST(e.value ->> 2 AS bigint), CAST(e.value ->> 3 AS bigint),"
                              " CAST(e.value ->> 4 AS bigint), CAST(e.value ->> 5 AS bigint), e.value ->> 6"
                              " FROM %s",
                              db->rows_of)
                     .p;
    if (a->failed)
        return err_set(e, "out of memory");
    if (figures_db_ask(db, &delete, e))
        return -1;
    return p->rows.n > 2 ? figures_db_ask(db, &insert, e) : 0;
}
