/* test_ministry.c - the ministry's platform without the platform: answers of any shape, what a record needs,
 * the outbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "gateway/conf/fhir.h"
#include "gateway/conf/forms.h"
#include "gateway/conf/places.h"
#include "gateway/district/ministry.h"
#include "gateway/district/outbox.h"
#include "tests/support/rows.h"

static struct arena arena;
static struct ruleset rules;
static struct facility_set facilities;
static struct facility all[2];
static struct nakes staff[] = { { SLICE("+6281200000002"), SLICE("1906014501900001"), SLICE("N1") },
                                { SLICE("+6281200000003"), SLICE("1906014501880002"), SLICE("") } };

static int load(void **state)
{
    struct faults faults = { 0 };

    (void)state;
    arena_init(&arena, 256 << 20);
    if (forms_load("config/forms", &arena, &faults, &rules.forms) != 0 ||
        places_load("config/places.csv", "config/people.csv", &arena, &faults, &rules.directory) != 0)
        return -1;
    rules.fhir = fhir_map_load("config/forms", &rules.forms, &arena, &faults);
    all[0] = (struct facility){ .place = directory_place(&rules.directory, S("PKM01")),
                                .organization = S("O-PKM"),
                                .client_id = S("kami"),
                                .client_secret = S("x") };
    all[1] = (struct facility){ .place = directory_place(&rules.directory, S("PSY001")),
                                .organization = S("O-PSY"),
                                .location = S("L-PSY") };
    facilities = (struct facility_set){ all, 2, staff, 2 };
    rules.facilities = &facilities;
    faults_free(&faults);
    return rules.fhir ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* --- answers --- */

#define ISSUE(text)     "{\"severity\":\"error\",\"code\":\"invalid\",\"details\":{\"text\":\"" text "\"}}"
#define OUTCOME(issues) "{\"resourceType\":\"OperationOutcome\",\"issue\":[" issues "]}"

static void the_first_cause_is_told_whatever_the_shape(void **state)
{
    static const struct {
        const char *answer;
        int64_t rule;
        enum ministry_fate fate;
        const char *stage;
    } rows[] = {
        { "", 0, MINISTRY_REFUSED, "" },
        { "<html>502</html>", 0, MINISTRY_REFUSED, "" },
        { "[]", 0, MINISTRY_REFUSED, "" },
        { "{\"issue\":7}", 0, MINISTRY_REFUSED, "" },
        { OUTCOME(""), 0, MINISTRY_REFUSED, "" },
        { OUTCOME("null"), 0, MINISTRY_REFUSED, "" },
        { OUTCOME(ISSUE("RuleNumber")), 0, MINISTRY_REFUSED, "" },
        { OUTCOME(ISSUE("RuleNumber: 99999999999999999999")), 9999999, MINISTRY_REFUSED, "" },
        { OUTCOME(ISSUE("a RuleNumber:20007 b")), 20007, MINISTRY_WAIT, "" },
        { OUTCOME("{\"code\":\"duplicate\"}"), 20002, MINISTRY_THERE, "" },
        { OUTCOME(ISSUE("RuleNumber: 20012") "," ISSUE("RuleNumber: 10383")), 10383, MINISTRY_STAGE,
          "needs_ihs" },
        { OUTCOME(ISSUE("RuleNumber: 10383") "," ISSUE("RuleNumber: 20012")), 10383, MINISTRY_STAGE,
          "needs_ihs" },
        { OUTCOME(ISSUE("RuleNumber: 20013") "," ISSUE("RuleNumber: 20012")), 20013, MINISTRY_REFUSED, "" },
        { OUTCOME(ISSUE("RuleNumber: 20012") "," ISSUE("RuleNumber: 31415")), 31415, MINISTRY_REFUSED, "" },
        { OUTCOME(ISSUE("RuleNumber: 10306")), 10306, MINISTRY_STAGE, "needs_lot" },
        { OUTCOME("{\"code\":\"x\",\"diagnostics\":\"RuleNumber: 20003\"}"), 20003, MINISTRY_STAGE,
          "needs_credentials" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ministry_fault f;

        ministry_fault(rules.fhir->ministry, slice_of(rows[i].answer), &arena, &f);
        if (f.rule != rows[i].rule || f.fate != rows[i].fate || !slice_is(f.stage, rows[i].stage) || !f.why.n)
            fail_msg("row %zu: %lld %d %.*s", i, (long long)f.rule, (int)f.fate, SLICE_ARG(f.why));
    }
}

static void searches_of_any_shape(void **state)
{
    struct slice id;

    (void)state;
    assert_int_equal(ministry_found(S(""), &arena, &id), -1);
    assert_int_equal(ministry_found(S("{\"resourceType\":\"OperationOutcome\"}"), &arena, &id), -1);
    assert_int_equal(ministry_found(S("{\"resourceType\":\"Bundle\",\"total\":0}"), &arena, &id), 0);
    assert_int_equal(ministry_found(S("{\"resourceType\":\"Bundle\",\"entry\":[{}]}"), &arena, &id), 0);
    assert_int_equal(
        ministry_found(S("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"id\":\"P1\"}}]}"), &arena,
                       &id),
        1);
    assert_true(slice_is(id, "P1"));
    assert_int_equal(
        ministry_found(S("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"id\":\"P1\"}},{"
                         "\"resource\":{\"id\":\"P2\"}}]}"),
                       &arena, &id),
        2);
}

static void what_was_taken_is_known_by_either_member(void **state)
{
    static const char bundle[] =
        "{\"entry\":[{\"resource\":{\"identifier\":[{\"value\":\"r:bb\"}]}},{\"resource\":"
        "{\"identifier\":[{\"value\":\"r\"}]}}]}";
    static const char answer[] =
        "{\"entry\":[{\"response\":{\"resourceType\":\"Observation\",\"resourceID\":\"1\"}},{\"response\":{"
        "\"location\":\"https://x/fhir-r4/v1/Encounter/2/_history/9\"}}]}";
    const struct node *before = node_read(S("{\"r:tb\":\"Observation/0\",\"r\":\"Encounter/old\"}"), &arena);
    struct slice ids = ministry_ids(slice_of(bundle), slice_of(answer), NULL, &arena);

    (void)state;
    assert_string_equal(ids.p, "{\"r:bb\":\"Observation/1\",\"r\":\"Encounter/2\"}");
    ids = ministry_ids(slice_of(bundle), slice_of(answer), before, &arena);
    assert_string_equal(ids.p,
                        "{\"r:tb\":\"Observation/0\",\"r\":\"Encounter/old\",\"r:bb\":\"Observation/1\"}");
    assert_int_equal(ministry_ids(slice_of(bundle), S("{\"entry\":[]}"), NULL, &arena).n, 0);
    assert_int_equal(ministry_ids(slice_of(bundle), S("?"), NULL, &arena).n, 0);
}

/* --- what a record needs --- */

static struct record report(const char *form, const char *role, const char *fields)
{
    return (struct record){ .id = S("11111111-1111-5111-8111-111111111111"),
                            .nomor = S("48217"),
                            .form = slice_of(form),
                            .version = 2,
                            .at = S("2026-11-21T09:00:00+07:00"),
                            .received_at = S("2026-11-21T09:00:00+07:00"),
                            .reporter = S("+6281200000001"),
                            .role = slice_of(role),
                            .place = S("19.06.01.2004"),
                            .posyandu = S("PSY001"),
                            .fields = row_part(fields, &arena),
                            .findings = row_part("[]", &arena),
                            .status = S("checked") };
}

static void each_lack_is_named_in_its_turn(void **state)
{
#define NIK  "\"nik\":\"1906014903960003\""
#define NAME "\"nama\":\"Sri\""
    static const struct {
        const char *form, *role, *fields, *posyandu, *by, *stage;
    } rows[] = {
        { "bumil", "kader", "{" NAME "}", "PSY001", "+6281200000002", "needs_nik" },
        { "bumil", "kader", "{" NAME "," NIK "}", "PSY001", "+6281200000002", NULL },
        { "bumil", "kader", "{" NAME "," NIK "}", "PSY001", "", "needs_ihs" },
        { "bumil", "kader", "{" NAME "," NIK "}", "PSY001", "+6281200000003", "needs_ihs" },
        { "bumil", "kader", "{" NAME "," NIK "}", "PSY002", "+6281200000002", "needs_location" },
        { "bumil", "kader", "{" NAME "," NIK "}", "PSY200", "+6281200000002", "needs_credentials" },
        { "bumil", "kader", "{" NAME "," NIK "}", "PSY999", "+6281200000002", "needs_credentials" },
        { "imunisasi", "kader", "{" NAME "," NIK ",\"vaksin\":[\"mr1\"]}", "PSY001", "+6281200000002", NULL },
        { "imunisasi", "bidan", "{" NAME "," NIK ",\"vaksin\":[\"mr1\"]}", "PSY001", "+6281200000002",
          "needs_lot" },
        { "imunisasi", "bidan", "{" NAME "," NIK ",\"vaksin\":[\"vita\"]}", "PSY001", "+6281200000002",
          NULL },
        { "imunisasi", "bidan", "{" NAME "," NIK "}", "PSY001", "+6281200000002", NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct record r = report(rows[i].form, rows[i].role, rows[i].fields);
        struct ministry_person nobody = { 0 };
        struct ministry_need need;

        r.posyandu = slice_of(rows[i].posyandu);
        ministry_need(&rules, &r, &nobody, slice_of(rows[i].by), &arena, &need);
        if (!slice_is(slice_of(need.stage), rows[i].stage ? rows[i].stage : ""))
            fail_msg("row %zu: %s", i, need.stage ? need.stage : "nothing");
    }
}

static void a_baby_is_known_by_its_mother_until_it_has_a_number(void **state)
{
    struct record r =
        report("lahir", "kader", "{\"nama\":\"Mawar\",\"jk\":\"L\",\"tgl\":\"2026-11-20\"," NIK "}");
    struct ministry_person nobody = { 0 }, own = { .nik = S("1906012011260001"), .name = S("Budi") };
    struct ministry_need need;
    struct buf b;

    (void)state;
    ministry_need(&rules, &r, &nobody, S("+6281200000002"), &arena, &need);
    assert_true(need.mothers);
    assert_true(slice_is(need.name, "By Ny Mawar"));
    assert_true(slice_is(need.born, "2026-11-20"));
    assert_true(slice_is(need.gender, "male"));
    assert_non_null(
        strstr(ministry_patient_query(rules.fhir, &need, &arena).p, "nik-ibu%7C1906014903960003&birthdate"));
    ministry_need(&rules, &r, &own, S("+6281200000002"), &arena, &need);
    assert_false(need.mothers);
    assert_true(slice_is(need.nik, "1906012011260001"));
    buf_init(&b, 4096);
    assert_true(ministry_patient(rules.fhir, &need, &arena, &b));
    assert_non_null(strstr(b.p, "1906012004")); /* the village */
    need.born = S("2026");
    assert_false(ministry_patient(rules.fhir, &need, &arena, &b)); /* no day, no Patient */
    buf_free(&b);
}

static void what_is_none_of_the_platforms_is_not_kept(void **state)
{
    struct record sick = report("kasus", "kader", "{\"penyakit\":\"diare\",\"jumlah\":3}");
    struct record named = report("kasus", "kader", "{\"penyakit\":\"diare\"," NAME "}");
    struct record skdn = report("skdn", "kader", "{\"s\":60}"), sent = report("rujuk", "kader", "{" NAME "}");
    struct record dead = report("wafat", "kader", "{" NAME "}");

    (void)state;
    assert_false(ministry_wants(rules.fhir, &sick));
    assert_true(ministry_wants(rules.fhir, &named));
    assert_false(ministry_wants(rules.fhir, &skdn));
    assert_false(ministry_wants(rules.fhir, &sent));
    assert_false(ministry_wants(rules.fhir, &dead));
}

/* --- the outbox --- */

static struct sqlite_file *box;

static void put(const struct row *row)
{
    struct item item = { .first_ms = 1 };
    struct err e = { "" };
    struct buf b;

    buf_init(&b, 1 << 16);
    rows_encode(&b, row, 1);
    item.body = buf_slice(&b);
    assert_int_equal(outbox_put(box, rules.fhir, &item, 1, &e), SQLITE_DB_OK);
    assert_false(item.refused);
    buf_free(&b);
}

static void put_version(unsigned version, const char *status, const char *person)
{
    struct row row = { .kind = ROW_RECORD, .record = report("timbang", "kader", "{" NAME ",\"bb\":9.2}") };

    row.record.version = version;
    row.record.status = slice_of(status);
    row.record.person_id = slice_of(person);
    if (strcmp(status, "checked") == 0)
        row.record.checked_by = S("+6281200000002");
    put(&row);
}

/* "stage n, …" of all that is not sent. */
static const char *stages(void)
{
    static char text[1024];
    struct outbox_count counts[OUTBOX_STAGES];
    struct err e = { "" };
    uint64_t sent;
    unsigned n;

    assert_int_equal(outbox_counts(box, counts, &n, &sent, &e), SQLITE_DB_OK);
    text[0] = '\0';
    if (n > 0)
        snprintf(text, sizeof text, "%s %llu", counts[0].stage, (unsigned long long)counts[0].n);
    assert_true(n < 2); /* it is one record */
    return text;
}

static unsigned take(struct outbox_batch *b)
{
    struct err e = { "" };

    assert_int_equal(outbox_take(box, INT64_MAX, b, &e), SQLITE_DB_OK);
    return b->n;
}

static void settle(unsigned version, const char *stage, const char *ids)
{
    struct outbox_fate f = { .id = S("11111111-1111-5111-8111-111111111111"),
                             .version = version,
                             .stage = stage,
                             .ids = slice_of(ids) };
    struct err e = { "" };

    assert_int_equal(outbox_settle(box, &f, 1, &e), SQLITE_DB_OK);
}

static void open_box(char *path)
{
    struct err e = { "" };
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(outbox_open(path, &box, &e), SQLITE_DB_OK);
}

static void close_box(const char *path)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    char name[64];

    sqlite_file_close(box);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
}

static void a_cancelled_one_is_withdrawn_if_it_was_sent_and_forgotten_if_not(void **state)
{
    char path[] = "/tmp/kentongan-outbox-XXXXXX";
    struct outbox_batch b = { .n = 0 };

    (void)state;
    arena_init(&b.arena, 1 << 20);
    open_box(path);
    put_version(1, "valid", "");
    put_version(2, "cancelled", "");
    assert_string_equal(stages(), "");
    assert_int_equal(take(&b), 0);
    put_version(3, "checked", "");
    assert_int_equal(take(&b), 1);
    put_version(4, "cancelled", ""); /* while version 3 is under way */
    assert_string_equal(stages(), "");
    settle(3, OUTBOX_SENT, "{\"a\":\"Observation/1\"}");
    assert_int_equal(take(&b), 1);
    assert_int_equal(b.rows[0].version, 4);
    close_box(path);
    arena_free(&b.arena);
}

static void a_record_stands_in_one_stage_in_its_newest_version(void **state)
{
    char path[] = "/tmp/kentongan-outbox-XXXXXX";
    struct row person = { .kind = ROW_PERSON, .person = { .id = S("p1"), .nomor = S("1041") } };
    struct outbox_batch b = { .n = 0 };

    (void)state;
    arena_init(&b.arena, 1 << 20);
    open_box(path);
    put_version(1, "valid", "p1");
    assert_string_equal(stages(), "needs_check 1");
    assert_int_equal(take(&b), 0);
    put_version(2, "checked", "p1");
    put_version(1, "valid", "p1"); /* late: it changes nothing */
    assert_string_equal(stages(), "ready 1");
    assert_int_equal(take(&b), 1);
    assert_true(slice_is(b.rows[0].checked_by, "+6281200000002"));
    settle(2, "needs_nik", "");
    put(&person); /* no NIK in it */
    assert_string_equal(stages(), "needs_nik 1");
    person.person.nik = S("1906012011260001");
    put(&person);
    assert_string_equal(stages(), "ready 1");
    take(&b);
    assert_true(slice_is(b.rows[0].person_nik, "1906012011260001"));
    put_version(3, "corrected", "p1"); /* while version 2 is under way */
    assert_string_equal(stages(), "needs_check 1");
    settle(2, OUTBOX_SENT, "{\"a\":\"Observation/1\"}");
    assert_int_equal(take(&b), 1); /* what was sent is to be withdrawn */
    assert_int_equal(b.rows[0].version, 3);
    settle(9, OUTBOX_SENT, ""); /* of no version that is there */
    settle(3, OUTBOX_SENT, "");
    assert_string_equal(stages(), "");
    put_version(4, "checked", "p1");
    assert_int_equal(take(&b), 1);
    assert_int_equal(b.rows[0].version, 4);
    assert_true(b.rows[0].ids.n > 0);
    settle(4, OUTBOX_SENT, "");
    assert_string_equal(stages(), "");
    put_version(5, "cancelled", "p1"); /* what was sent is withdrawn, not forgotten */
    assert_int_equal(take(&b), 1);
    assert_int_equal(b.rows[0].version, 5);
    assert_true(slice_is(b.rows[0].checked_by, "+6281200000002"));
    close_box(path);
    arena_free(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_cause_is_told_whatever_the_shape),
        cmocka_unit_test(searches_of_any_shape),
        cmocka_unit_test(what_was_taken_is_known_by_either_member),
        cmocka_unit_test(each_lack_is_named_in_its_turn),
        cmocka_unit_test(a_baby_is_known_by_its_mother_until_it_has_a_number),
        cmocka_unit_test(what_is_none_of_the_platforms_is_not_kept),
        cmocka_unit_test(a_record_stands_in_one_stage_in_its_newest_version),
        cmocka_unit_test(a_cancelled_one_is_withdrawn_if_it_was_sent_and_forgotten_if_not),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
