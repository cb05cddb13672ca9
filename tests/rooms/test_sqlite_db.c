/* test_sqlite_db.c - the district database: delivered twice, out of order, refused, migrated, viewed. */
#include <string.h>

#include "gateway/district/sqlite_db.h"
#include "gateway/district/views.h"
#include "gateway/model/record.h"
#include "tests/rooms/sqlite_rig.h"
#include "tests/support/rows.h"

static struct arena parts;

static int set_up(void **state)
{
    struct world *w = world_new("district.db");
    struct err e = { "" };

    assert_int_equal(sqlite_db_open(w->path, 100, &w->db, &e), SQLITE_DB_OK);
    arena_free(&parts);
    arena_init(&parts, 1 << 20);
    *state = w;
    return 0;
}

/* As another program sees it. */
static const char *ask(const struct world *w, const char *sql)
{
    const char *answer;
    sqlite3 *db;

    assert_int_equal(sqlite3_open_v2(w->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    answer = ask_of(db, sql);
    sqlite3_close(db);
    return answer;
}

static struct row weighing(unsigned version, const char *fields, const char *status)
{
    return (struct row){ .kind = ROW_RECORD,
                         .record = { .id = S("11111111-1111-5111-8111-111111111111"),
                                     .nomor = S("48217"),
                                     .form = S("timbang"),
                                     .klaster = S("2"),
                                     .version = version,
                                     .at = S("2026-11-21T09:00:00+07:00"),
                                     .received_at = S("2026-11-21T09:00:01+07:00"),
                                     .reporter = S("+6281200000001"),
                                     .role = S("kader"),
                                     .place = S("19.06.01.2004"),
                                     .posyandu = S("PSY001"),
                                     .fields = row_part(fields, &parts),
                                     .findings = row_part("[]", &parts),
                                     .status = slice_of(status),
                                     .provider = S("emulator"),
                                     .message_id = S("a-1") } };
}

static struct row child(const char *nama)
{
    return (struct row){ .kind = ROW_PERSON,
                         .person = { .id = S("22222222-2222-5222-8222-222222222222"),
                                     .nomor = S("1041"),
                                     .nama = slice_of(nama),
                                     .jk = S("P"),
                                     .tgl_lahir = S("2025-09-01"),
                                     .posyandu = S("PSY001") } };
}

static struct row answer_of(enum row_kind kind, const char *event)
{
    return (struct row){ .kind = kind,
                         .event = { .id = S("33333333-3333-5333-8333-333333333333"),
                                    .of = S("11111111-1111-5111-8111-111111111111"),
                                    .nomor = S("48217"),
                                    .event = slice_of(event),
                                    .at = S("2026-11-21T09:05:00+07:00"),
                                    .who = S("+6281200000002"),
                                    .role = S("bidan"),
                                    .place = S("PST001") } };
}

/* Delivers each row as an entry of its own, all in one batch. */
static void deliver(const struct world *w, const struct row *rows, unsigned n, int64_t first_ms)
{
    struct item items[8] = { 0 };
    struct buf text[8];
    struct err e = { "" };

    for (unsigned i = 0; i < n; i++) {
        buf_init(&text[i], 65536);
        rows_encode(&text[i], &rows[i], 1);
        items[i] = (struct item){ .body = buf_slice(&text[i]), .first_ms = first_ms };
    }
    assert_int_equal(sqlite_db_store(w->db, items, n, &e), SQLITE_DB_OK);
    for (unsigned i = 0; i < n; i++) {
        assert_string_equal(items[i].reason.text, "");
        assert_false(items[i].refused);
        buf_free(&text[i]);
    }
}

static void a_row_of_each_kind_is_stored_in_the_columns_of_the_contract(void **state)
{
    const struct world *w = *state;
    const struct row rows[] = { weighing(1, "{\"nama\":\"Siti\",\"bb\":9.2}", "valid"), child("Siti Aminah"),
                                answer_of(ROW_REFERRAL_EVENT, "terima"), answer_of(ROW_ALERT_EVENT, "ok") };

    deliver(w, rows, 4, 1000);
    assert_string_equal(ask(w,
                            "SELECT id||nomor||form||klaster||version||at||received_at||reporter||role||place"
                            "||posyandu||fields||findings||status||provider||message_id FROM record"),
                        "11111111-1111-5111-8111-11111111111148217timbang21"
                        "2026-11-21T09:00:00+07:002026-11-21T09:00:01+07:00+6281200000001kader19.06.01.2004"
                        "PSY001{\"nama\":\"Siti\",\"bb\":9.2}[]validemulatora-1");
    assert_string_equal(ask(w, "SELECT person_id FROM record"), "NULL");
    assert_string_equal(ask(w, "SELECT count(*) FROM record_history"), "1");
    assert_string_equal(ask(w, "SELECT nomor||nama||jk||tgl_lahir||tgl_lahir_exact||posyandu FROM person"),
                        "1041Siti AminahP2025-09-010PSY001");
    assert_string_equal(ask(w, "SELECT of||nomor||event||at||who||role||place FROM referral_event"),
                        "11111111-1111-5111-8111-11111111111148217terima2026-11-21T09:05:00+07:00"
                        "+6281200000002bidanPST001");
    assert_string_equal(ask(w, "SELECT event FROM alert_event"), "ok");
    assert_string_equal(ask(w, "SELECT words FROM alert_event"), "NULL");
    assert_string_equal(ask(w, "SELECT count(*) FROM record WHERE nomor = 48217"), "1");
}

static void delivering_twice_changes_nothing(void **state)
{
    const struct world *w = *state;
    const struct row rows[] = { weighing(1, "{\"bb\":9.2}", "valid"), child("Siti"),
                                answer_of(ROW_REFERRAL_EVENT, "terima"),
                                weighing(1, "{\"bb\":9.2}", "valid") };

    for (int i = 0; i < 3; i++)
        deliver(w, rows, 4, 1000);
    assert_string_equal(ask(w, "SELECT (SELECT count(*) FROM record)||(SELECT count(*) FROM record_history)||"
                               "(SELECT count(*) FROM person)||(SELECT count(*) FROM referral_event)"),
                        "1111");
}

static void an_older_version_never_overwrites_a_newer_and_history_keeps_each(void **state)
{
    const struct world *w = *state;
    const struct row rows[] = { weighing(2, "{\"bb\":9.3}", "corrected"),
                                weighing(1, "{\"bb\":9.2}", "valid"),
                                weighing(3, "{\"bb\":9.3}", "cancelled") };

    deliver(w, rows, 2, 1000);
    assert_string_equal(ask(w, "SELECT version||status||fields FROM record"), "2corrected{\"bb\":9.3}");
    assert_string_equal(
        ask(w, "SELECT group_concat(version) FROM (SELECT version FROM record_history ORDER BY 1)"), "1,2");
    deliver(w, rows + 2, 1, 1000);
    assert_string_equal(ask(w, "SELECT version||status FROM record"), "3cancelled");
}

static void an_older_person_never_overwrites_a_newer(void **state)
{
    const struct world *w = *state;
    const struct row newer = child("Siti Aminah"), older = child("Siti");

    deliver(w, &newer, 1, 2000);
    deliver(w, &older, 1, 1000);
    assert_string_equal(ask(w, "SELECT nama FROM person"), "Siti Aminah");
}

static void what_can_never_be_stored_is_refused_whole_and_disturbs_nobody(void **state)
{
    const struct world *w = *state;
    const struct row good = weighing(1, "{\"bb\":9.2}", "valid"),
                     event = answer_of(ROW_REFERRAL_EVENT, "terima");
    struct row pair[2] = { event, event };
    struct item items[4] = { 0 };
    struct buf both, fine;
    struct err e = { "" };

    pair[1].event.event = S(""); /* NOT NULL */
    buf_init(&both, 65536);
    rows_encode(&both, pair, 2);
    buf_init(&fine, 65536);
    rows_encode(&fine, &good, 1);
    items[0].body = S("{\"v\":1,\"row\":\"record\"");
    items[1].body = buf_slice(&both);
    items[2].body = S("{\"v\":99,\"row\":\"record\",\"id\":\"x\"}");
    items[3].body = buf_slice(&fine);
    assert_int_equal(sqlite_db_store(w->db, items, 4, &e), SQLITE_DB_OK);
    for (int i = 0; i < 3; i++) {
        assert_true(items[i].refused);
        assert_true(strlen(items[i].reason.text) > 0);
    }
    assert_false(items[3].refused);
    assert_string_equal(ask(w, "SELECT count(*) FROM referral_event"), "0");
    assert_string_equal(ask(w, "SELECT count(*) FROM record"), "1");
    buf_free(&both);
    buf_free(&fine);
}

/* All that was stored, but for when. */
static const char *all(const struct world *w)
{
    return ask(
        w, "SELECT (SELECT group_concat(id||nomor||version||at||reporter||fields||findings||status) FROM "
           "record_history)||(SELECT group_concat(id||event||who) FROM referral_event)||(SELECT "
           "group_concat(id||event) FROM alert_event)||(SELECT group_concat(id||nama||tgl_lahir_exact) FROM "
           "person)");
}

/* What waited in Redis when the program was replaced: lines of JSON, alone, beside packed ones, in one entry
 * with them. */
static void what_an_earlier_version_left_is_stored_the_same(void **state)
{
    const struct world *w = *state;
    const struct row rows[] = { weighing(1, "{\"nama\":\"Siti\",\"bb\":9.2}", "valid"), child("Siti Aminah"),
                                answer_of(ROW_REFERRAL_EVENT, "terima"), answer_of(ROW_ALERT_EVENT, "ok") };
    struct item items[3] = { 0 };
    struct buf packed;
    struct slice json, now;
    char want[2048];
    struct err e = { "" };

    deliver(w, rows, 4, 1000);
    snprintf(want, sizeof want, "%s", all(w));
    assert_non_null(strstr(want, "{\"nama\":\"Siti\",\"bb\":9.2}"));
    assert_int_equal(sqlite3_exec(w->db->db,
                                  "DELETE FROM record; DELETE FROM person; DELETE FROM referral_event; "
                                  "DELETE FROM alert_event",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    buf_init(&packed, 65536);
    rows_encode(&packed, rows, 4);
    json = stream_shown(buf_slice(&packed), &parts);
    assert_true(slice_starts(json, "{\"v\":1,\"row\":\"record\",\"version\":1,"));
    now = slice_skip(json, slice_find(json, '\n') + 1);
    items[0].body = slice_take(json, json.n - now.n - 1);
    buf_clear(&packed);
    rows_encode(&packed, &rows[1], 1);
    items[1].body = buf_slice(&packed);
    items[2].body = ARENA_JOIN(&parts, buf_slice(&packed), S("\n"), now, S("\n"), buf_slice(&packed));
    for (unsigned i = 0; i < 3; i++)
        items[i].first_ms = 1000;
    assert_int_equal(sqlite_db_store(w->db, items, 3, &e), SQLITE_DB_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_string_equal(items[i].reason.text, "");
    assert_string_equal(all(w), want);
    items[0].body = slice_take(buf_slice(&packed), packed.n - 1);
    assert_int_equal(sqlite_db_store(w->db, items, 1, &e), SQLITE_DB_OK);
    assert_true(items[0].refused);
    assert_string_equal(items[0].reason.text, "row: broken");
    buf_free(&packed);
}

static void a_locked_database_is_for_later_and_nothing_is_half_done(void **state)
{
    const struct world *w = *state;
    const struct row good = weighing(1, "{\"bb\":9.2}", "valid");
    struct item item = { 0 };
    struct buf text;
    struct err e = { "" };
    sqlite3 *other;

    buf_init(&text, 65536);
    rows_encode(&text, &good, 1);
    item.body = buf_slice(&text);
    assert_int_equal(sqlite3_open(w->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite_db_store(w->db, &item, 1, &e), SQLITE_DB_LATER);
    assert_non_null(strstr(e.text, "locked"));
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_int_equal(sqlite_db_store(w->db, &item, 1, &e), SQLITE_DB_OK);
    assert_string_equal(ask(w, "SELECT count(*) FROM record"), "1");
    buf_free(&text);
}

/* Schema 1 had every version in a table record_history. */
static void a_file_of_the_first_schema_is_led_on(void **state)
{
    struct world *w = *state;
    const struct row rows[] = { weighing(1, "{\"bb\":9.2}", "valid"),
                                weighing(2, "{\"bb\":9.3}", "corrected") };
    struct err e = { "" };
    sqlite3 *other;

    deliver(w, rows, 2, 1000);
    sqlite_file_close(w->db);
    assert_int_equal(sqlite3_open(w->path, &other), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(other,
                     "DROP TABLE indicator; DROP TABLE indicator_value; DROP TABLE indicator_due;"
                     "DROP TABLE indicator_base; DROP TABLE indicator_state; DROP TABLE forgotten;"
                     "DROP INDEX person_merged; ALTER TABLE person DROP COLUMN merged_into;"
                     "DROP INDEX person_posyandu; DROP INDEX record_reporter; DROP INDEX record_posyandu;"
                     "DROP INDEX record_form; DROP INDEX record_unknown;"
                     "ALTER TABLE alert_event DROP COLUMN disease; ALTER TABLE alert_event DROP COLUMN rules;"
                     "DROP VIEW record_history; ALTER TABLE record_older RENAME TO record_history;"
                     "INSERT INTO record_history SELECT * FROM record; PRAGMA user_version = 1",
                     NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(other);
    assert_int_equal(sqlite_db_open(w->path, 100, &w->db, &e), SQLITE_DB_OK);
    assert_string_equal(ask(w, "SELECT group_concat(version || json_extract(fields, '$.bb')) FROM"
                               " (SELECT * FROM record_history ORDER BY version)"),
                        "19.2,29.3");
    assert_string_equal(ask(w, "SELECT version FROM record"), "2");
    deliver(w, rows, 2, 1000);
    assert_string_equal(ask(w, "SELECT count(*) FROM record_history"), "2");
}

static void a_file_of_a_newer_program_is_left_alone(void **state)
{
    struct world *w = *state;
    struct sqlite_file *again;
    struct err e = { "" };
    sqlite3 *other;

    assert_string_equal(ask(w, "PRAGMA user_version"), "11");
    assert_int_equal(sqlite3_open(w->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "PRAGMA user_version = 77", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_int_equal(sqlite_db_open(w->path, 100, &again, &e), SQLITE_DB_NEVER);
    assert_null(again);
    assert_non_null(strstr(e.text, "newer"));
}

/* And whoever comes later under a number that is forgotten is not taken in. */
static void what_is_forgotten_goes_and_stays_away(void **state)
{
    const struct world *w = *state;
    const struct row rows[] = { weighing(1, "{\"bb\":9.2}", "valid"),
                                weighing(2, "{\"bb\":9.3}", "corrected") };
    struct row gone = { .kind = ROW_FORGET };
    char list[64];

    snprintf(list, sizeof list, "[\"%.*s\",\"1041\"]", SLICE_ARG(rows[0].record.nomor));
    gone.forget = (struct forget_row){ .id = S("1"),
                                       .at = S("2026-11-29T10:00:00Z"),
                                       .account = S("dewi"),
                                       .why = S("asked for"),
                                       .nomor = row_part(list, &parts) };
    deliver(w, rows, 2, 1000);
    deliver(w, &gone, 1, 2000);
    assert_string_equal(ask(w, "SELECT count(*) FROM record_history"), "0");
    assert_string_equal(ask(w, "SELECT nomor || account FROM forgotten WHERE nomor = '1041'"), "1041dewi");
    deliver(w, rows, 2, 3000);
    assert_string_equal(ask(w, "SELECT count(*) FROM record_history"), "0");
    assert_true(w->db->scour);
}

static void a_file_that_cannot_be_made_is_for_later(void **state)
{
    struct sqlite_file *db;
    struct err e = { "" };

    (void)state;
    assert_int_equal(sqlite_db_open("/nonexistent/district.db", 100, &db, &e), SQLITE_DB_LATER);
    assert_null(db);
}

static void views_have_a_column_for_each_field(void **state)
{
    const struct world *w = *state;
    static struct word letters[] = { { .code = SLICE("diare"), .letter = SLICE("A") },
                                     { .code = SLICE("malaria"), .letter = SLICE("B") } };
    static const struct word_list skdr = { .words = letters, .n = 2 };
    static struct form forms[2] = { { .name = SLICE("timbang"), .fields_n = 3 },
                                    { .name = SLICE("w2"), .fields_n = 1 } };
    struct form_set set = { .forms = forms, .n = 2 };
    const struct row row =
        weighing(1, "{\"nomor\":\"1041\",\"bb\":9.2,\"tanda\":[\"demam\",\"kejang\"]}", "valid");
    struct row weekly = weighing(1, "{\"A\":5,\"X\":120}", "valid");
    struct buf sql;
    struct err e = { "" };

    forms[0].fields[0] = (struct field){ .name = S("nomor"), .type = FIELD_NOMOR };
    forms[0].fields[1] = (struct field){ .name = S("bb"), .type = FIELD_NUMBER };
    forms[0].fields[2] = (struct field){ .name = S("tanda"), .type = FIELD_CHOICES };
    forms[1].fields[0] = (struct field){ .name = S("kode"), .type = FIELD_COUNTS, .list = &skdr };
    weekly.record.form = S("w2");
    weekly.record.id = S("44444444-4444-5444-8444-444444444444");
    deliver(w, &row, 1, 1000);
    deliver(w, &weekly, 1, 1000);
    buf_init(&sql, 65536);
    views_sql(&sql, VIEWS_SQLITE, &(struct ruleset){ .forms = set });
    for (int i = 0; i < 2; i++)
        assert_int_equal(sqlite_db_views(w->db, sql.p, &e), SQLITE_DB_OK);
    buf_free(&sql);
    assert_string_equal(
        ask(w, "SELECT nomor||'/'||field_nomor||'/'||bb||'/'||tanda||'/'||place FROM v_timbang"),
        "48217/1041/9.2/[\"demam\",\"kejang\"]/19.06.01.2004");
    assert_string_equal(ask(w, "SELECT A||'/'||X FROM v_w2"), "5/120");
    assert_string_equal(ask(w, "SELECT B FROM v_w2"), "NULL");
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, world_free)
    const struct CMUnitTest tests[] = {
        CASE(a_row_of_each_kind_is_stored_in_the_columns_of_the_contract),
        CASE(delivering_twice_changes_nothing),
        CASE(an_older_version_never_overwrites_a_newer_and_history_keeps_each),
        CASE(an_older_person_never_overwrites_a_newer),
        CASE(what_can_never_be_stored_is_refused_whole_and_disturbs_nobody),
        CASE(what_an_earlier_version_left_is_stored_the_same),
        CASE(a_locked_database_is_for_later_and_nothing_is_half_done),
        CASE(a_file_of_the_first_schema_is_led_on),
        CASE(a_file_of_a_newer_program_is_left_alone),
        CASE(what_is_forgotten_goes_and_stays_away),
        CASE(a_file_that_cannot_be_made_is_for_later),
        CASE(views_have_a_column_for_each_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
