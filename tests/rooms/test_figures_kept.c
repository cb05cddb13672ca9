/* test_figures_kept.c - indicators in SQLite that are kept up to date equal those that are built anew,
 * whatever is stored, taken back or forgotten, whenever it is counted, and wherever counting breaks off. */
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/district/figures_count.h"
#include "gateway/district/figures_rows.h"
#include "gateway/district/figures_sqlite.h"
#include "gateway/district/sqlite_db.h"
#include "gateway/model/record.h"
#include "tests/rooms/sqlite_rig.h"
#include "tests/support/rows.h"
#include "tests/support/sample.h"

enum {
    ROUNDS = 12,
    BATCHES = 12, /* of a round */
    BATCH = 24,
    RECORDS = 400, /* so many numbers: what comes under one again is a correction */
    CHILDREN = 30,
    MANY = 17000, /* records: who waits while so many come is counted from all (figures_unit.c) */
    STEP_MEMORY = 64 << 20,
    DUMP_MAX = 32 << 20,
};

struct kept {
    struct world *w;
    const struct ruleset *rules;
    struct figures_db db;
    char after[80];
    uint32_t seed;
    unsigned versions[RECORDS], next; /* next: of those that come once */
    struct arena parts;               /* of the rows of a batch */
    int breaks_off;                   /* the statement of a step that fails; 0: none */
};

static unsigned below(struct kept *k, unsigned n)
{
    k->seed = k->seed * 1664525U + 1013904223U;
    return (k->seed >> 8) % n;
}

#define ONE_OF(k, list) ((list)[below(k, sizeof(list) / sizeof *(list))])

/* --- rows --- */

static const struct {
    const char *posyandu, *village;
} places[] = { { "PSY001", "19.06.01.2004" }, { "PSY002", "19.06.01.2004" }, { "PSY003", "19.06.01.2004" },
               { "PSY012", "19.06.01.2007" }, { "", "19.06.01.2004" },       { "", "19.06.01" } };

static const char *fields_of(struct kept *k, const char *form, const char *day, char *out, size_t max)
{
    static const char *const mothers[] = { "Sri", "Ana", "Eti", "sri" };
    static const char *const doses[] = { "hb0", "bcg", "opv1", "dpt1", "dpt2", "dpt3", "mr1", "vita" };

    if (strcmp(form, "bumil") == 0)
        snprintf(out, max, "{\"nama\":\"%s\",\"ukh\":%u,\"k\":%u,\"lila\":%u,\"ttd\":%u}", ONE_OF(k, mothers),
                 5 + below(k, 35), 1 + below(k, 6), 21 + below(k, 6), below(k, 60));
    else if (strcmp(form, "nifas") == 0)
        snprintf(out, max, "{\"nama\":\"%s\",\"hari\":%u}", ONE_OF(k, mothers), below(k, 43));
    else if (strcmp(form, "imunisasi") == 0)
        snprintf(out, max, "{\"vaksin\":[\"%s\",\"%s\"]}", ONE_OF(k, doses), ONE_OF(k, doses));
    else if (strcmp(form, "skdn") == 0)
        snprintf(out, max, "{\"s\":60,\"k\":50,\"d\":%u,\"n\":%u,\"bulan\":\"%.7s\"}", below(k, 60),
                 below(k, 20), day);
    else if (strcmp(form, "w2") == 0)
        snprintf(out, max, "{\"minggu\":%u,\"A\":3}", 40 + below(k, 8));
    else if (strcmp(form, "wafat") == 0)
        snprintf(out, max, "{\"nama\":\"Y\",\"jk\":\"P\",\"umur\":\"%ubl\"}", 1 + below(k, 90));
    else
        snprintf(out, max, "{\"bb\":%u,\"tb\":70}", 5 + below(k, 9));
    return out;
}

static void day_of(struct kept *k, char out[32])
{
    static const char *const months[] = { "2025-12", "2026-01", "2026-06", "2026-10", "2026-11", "2026-11" };

    snprintf(out, 32, "%s-%02uT09:00:00+07:00", ONE_OF(k, months), 1 + below(k, 28));
}

static void record(struct kept *k, struct buf *b, unsigned id, bool child)
{
    static const char *const forms[] = { "bumil", "nifas", "timbang", "timbang", "imunisasi",
                                         "skdn",  "wafat", "rujuk",   "w2" };
    static const char *const says[] = { "N", "T", "O", "B" }, *const ends[] = { "corrected", "cancelled" };
    const char *form = child ? "timbang" : ONE_OF(k, forms);
    unsigned place = below(k, sizeof places / sizeof *places), version = 1;
    char uuid[64], nomor[16], person[16], day[32], fields[160], findings[80];
    struct row row = { .kind = ROW_RECORD };

    if (id < RECORDS)
        version = ++k->versions[id];
    snprintf(uuid, sizeof uuid, "00000000-0000-5000-8000-%012u", id);
    snprintf(nomor, sizeof nomor, "%u", 1000 + id);
    snprintf(person, sizeof person, "c%u", below(k, child ? 100000 : CHILDREN));
    snprintf(findings, sizeof findings,
             "[{\"id\":\"nt\",\"say\":\"%s\"},{\"id\":\"growth.bgm\",\"say\":\"x\"}]", ONE_OF(k, says));
    day_of(k, day);
    row.record =
        (struct record){ .id = slice_of(uuid),
                         .nomor = slice_of(nomor),
                         .form = slice_of(form),
                         .version = version,
                         .at = slice_of(day),
                         .received_at = S("2026-12-03T09:00:00+07:00"),
                         .reporter = S("+6281200000001"),
                         .place = slice_of(places[place].village),
                         .posyandu = slice_of(places[place].posyandu),
                         .fields = row_part(fields_of(k, form, day, fields, sizeof fields), &k->parts),
                         .findings = row_part(findings, &k->parts),
                         .status = slice_of(version == 1 ? "valid" : ONE_OF(k, ends)) };
    if (strcmp(form, "timbang") == 0 || strcmp(form, "imunisasi") == 0)
        row.record.person_id = slice_of(person);
    rows_encode(b, &row, 1);
}

static void person(struct kept *k, struct buf *b)
{
    char id[16], other[16], nomor[16];
    unsigned n = below(k, CHILDREN);
    struct row row = { .kind = ROW_PERSON };

    snprintf(id, sizeof id, "c%u", n);
    snprintf(nomor, sizeof nomor, "%u", 5000 + n);
    snprintf(other, sizeof other, "c%u", below(k, CHILDREN));
    row.person = (struct person_row){ .id = slice_of(id),
                                      .nomor = slice_of(nomor),
                                      .nama = S("Anak"),
                                      .merged_into = below(k, 2) ? slice_of(other) : (struct slice)S("") };
    rows_encode(b, &row, 1);
}

static void event(struct kept *k, struct buf *b, enum row_kind kind)
{
    static const char *const names[] = { "sent", "terima", "hadir", "benar", "bukan", "escalated" };
    char id[64], of[64], nomor[16], at[32];
    unsigned n = below(k, RECORDS);
    struct row row = { .kind = kind };

    snprintf(id, sizeof id, "00000000-0000-5000-9000-%012u", k->next++);
    snprintf(of, sizeof of, "00000000-0000-5000-8000-%012u", n);
    snprintf(nomor, sizeof nomor, "%u", kind == ROW_ALERT_EVENT ? 90000 + n % 20 : 1000 + n);
    day_of(k, at);
    row.event = (struct event_row){ .id = slice_of(id),
                                    .of = slice_of(of),
                                    .nomor = slice_of(nomor),
                                    .event = slice_of(ONE_OF(k, names)),
                                    .at = slice_of(at),
                                    .place = S("19.06.01.2004") };
    rows_encode(b, &row, 1);
}

static void forget(struct kept *k, struct buf *b)
{
    char nomor[64], persons[32];
    struct row row = { .kind = ROW_FORGET };
    unsigned child = below(k, CHILDREN);

    snprintf(nomor, sizeof nomor, "[\"%u\",\"%u\"]", 1000 + below(k, RECORDS), 5000 + child);
    snprintf(persons, sizeof persons, "[\"c%u\"]", child);
    row.forget = (struct forget_row){ .id = S("1"),
                                      .at = S("2026-12-03T09:00:00Z"),
                                      .nomor = row_part(nomor, &k->parts),
                                      .persons = row_part(persons, &k->parts) };
    rows_encode(b, &row, 1);
}

static void any_row(struct kept *k, struct buf *b)
{
    unsigned kind = below(k, 40);

    if (kind < 20)
        record(k, b, RECORDS + k->next++, false);
    else if (kind < 32)
        record(k, b, below(k, RECORDS), false);
    else if (kind < 35)
        person(k, b);
    else if (kind < 37)
        event(k, b, ROW_REFERRAL_EVENT);
    else if (kind < 39)
        event(k, b, ROW_ALERT_EVENT);
    else if (below(k, 4) == 0)
        forget(k, b);
    else
        record(k, b, RECORDS + k->next++, true);
}

/* A batch; with `many` it is of children who are weighed for the first time. */
static void store(struct kept *k, unsigned n, bool many)
{
    struct item *items = calloc(n, sizeof *items);
    struct buf *text = calloc(n, sizeof *text);
    struct err e = { "" };

    arena_init(&k->parts, 64 << 20);
    for (unsigned i = 0; i < n; i++) {
        buf_init(&text[i], 65536);
        if (many)
            record(k, &text[i], RECORDS + k->next++, true);
        else
            any_row(k, &text[i]);
        items[i] = (struct item){ .body = buf_slice(&text[i]), .first_ms = 1000 + k->next };
    }
    assert_int_equal(sqlite_db_store(k->w->db, items, n, &e), SQLITE_DB_OK);
    if (k->w->db->scour)
        assert_int_equal(sqlite_file_scour(k->w->db, &e), SQLITE_DB_OK);
    k->w->db->scour = false;
    for (unsigned i = 0; i < n; i++) {
        assert_string_equal(items[i].reason.text, "");
        buf_free(&text[i]);
    }
    free(text);
    free(items);
    arena_free(&k->parts);
}

/* --- counting --- */

static int ask_or_break(void *self, const struct figures_ask *ask, struct err *e)
{
    struct kept *k = self;
    struct figures_db db = figures_sqlite(k->w->db->db);

    if (k->breaks_off && --k->breaks_off == 0)
        return err_set(e, "broken off");
    return figures_db_ask(&db, ask, e);
}

static bool step(const struct figures_db *db, const struct ruleset *rules, char after[80])
{
    struct figures_step s = { .left = false };
    struct arena arena;
    struct err e = { "" };

    arena_init(&arena, STEP_MEMORY);
    s.arena = &arena;
    memcpy(s.after, after, sizeof s.after);
    if (figures_step(db, rules, clock_wall_ms(), &s, &e))
        assert_string_equal(e.text, "broken off");
    memcpy(after, s.after, sizeof s.after);
    arena_free(&arena);
    return s.left;
}

static void count_all(struct kept *k)
{
    k->breaks_off = 0;
    while (step(&k->db, k->rules, k->after))
        ;
    assert_string_equal(ask_of(k->w->db->db, "SELECT count(*) FROM indicator_due"), "0");
}

/* All figures, but for when they were counted. */
static void dump(sqlite3 *db, struct buf *b)
{
    static const char *const sql[] = {
        "SELECT place || ' ' || month || ' ' || indicator || ' ' || n || ' ' || coalesce(d, '-') || ' ' || "
        "n_year"
        " || ' ' || coalesce(d_year, '-') FROM indicator_value ORDER BY 1",
        "SELECT village || '/' || posyandu || ' ' || month || ' ' || indicator || ' ' || n || ' ' || d"
        " FROM indicator_base ORDER BY 1"
    };

    buf_init(b, DUMP_MAX);
    for (unsigned i = 0; i < 2; i++) {
        sqlite3_stmt *st;

        assert_int_equal(sqlite3_prepare_v2(db, sql[i], -1, &st, NULL), SQLITE_OK);
        while (sqlite3_step(st) == SQLITE_ROW) {
            buf_str(b, (const char *)sqlite3_column_text(st, 0));
            buf_char(b, '\n');
        }
        sqlite3_finalize(st);
    }
}

/* What is wrong first, for people. */
static void same(const struct buf *kept, const struct buf *anew)
{
    struct slice a = buf_slice(kept), b = buf_slice(anew);

    assert_false(kept->failed || anew->failed);
    while (a.n || b.n) {
        char left[200], right[200];
        struct slice x = slice_cut(&a, '\n'), y = slice_cut(&b, '\n');

        snprintf(left, sizeof left, "%.*s", SLICE_ARG(x));
        snprintf(right, sizeof right, "%.*s", SLICE_ARG(y));
        assert_string_equal(left, right);
    }
}

/* In a copy, so that what is kept goes on as it is. */
static void equals_anew(struct kept *k)
{
    char path[300], sql[400], after[80] = "";
    struct sqlite_file *copy;
    struct buf kept, anew;
    struct figures_db db;
    struct err e = { "" };

    snprintf(path, sizeof path, "%s.anew", k->w->path);
    remove(path);
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", path);
    assert_int_equal(sqlite3_exec(k->w->db->db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite_db_open(path, 100, &copy, &e), SQLITE_DB_OK);
    db = figures_sqlite(copy->db);
    assert_int_equal(figures_rows(&db, k->rules, true, &e), 0);
    while (step(&db, k->rules, after))
        ;
    dump(k->w->db->db, &kept);
    dump(copy->db, &anew);
    assert_true(anew.n > 1000);
    same(&kept, &anew);
    buf_free(&kept);
    buf_free(&anew);
    sqlite_file_close(copy);
}

/* --- tests --- */

static int set_up(void **state)
{
    struct kept *k = calloc(1, sizeof *k);
    const char *seed = getenv("SEED");
    struct err e = { "" };

    k->w = world_new("district.db");
    k->rules = sample_rules();
    k->seed = seed ? (uint32_t)strtoul(seed, NULL, 10) : 11;
    assert_non_null(k->rules);
    assert_int_equal(sqlite_db_open(k->w->path, 100, &k->w->db, &e), SQLITE_DB_OK);
    k->db = figures_sqlite(k->w->db->db);
    k->db.self = k;
    k->db.ask = ask_or_break;
    assert_int_equal(figures_rows(&k->db, k->rules, false, &e), 0);
    *state = k;
    return 0;
}

static int tear_down(void **state)
{
    struct kept *k = *state;
    void *world = k->w;

    free(k);
    sample_free();
    return world_free(&world);
}

static void whatever_comes_kept_equals_anew(void **state)
{
    struct kept *k = *state;

    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < BATCHES; i++) {
            store(k, 1 + below(k, BATCH), false);
            for (unsigned steps = below(k, 4); steps; steps--) {
                k->breaks_off = below(k, 3) ? 0 : 1 + (int)below(k, 40);
                step(&k->db, k->rules, k->after);
            }
        }
        count_all(k);
        equals_anew(k);
    }
}

static void who_waited_while_many_came_is_counted_too(void **state)
{
    struct kept *k = *state;

    for (unsigned round = 0; round < 2; round++) {
        store(k, BATCH, false);
        store(k, MANY, true);
        store(k, BATCH, false);
        count_all(k);
        equals_anew(k);
    }
}

/* Records go on coming for the first ones: the last are counted all the same. */
static void units_are_counted_in_turn(void **state)
{
    struct kept *k = *state;
    unsigned rounds = 0;

    store(k, 200, true);
    while (
        strcmp(ask_of(k->w->db->db, "SELECT count(DISTINCT village || posyandu) FROM indicator_base"), "6")) {
        assert_true(++rounds < 50);
        k->db.units = 1;
        step(&k->db, k->rules, k->after);
        store(k, 50, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whatever_comes_kept_equals_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_waited_while_many_came_is_counted_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(units_are_counted_in_turn, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
