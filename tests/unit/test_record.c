/* test_record.c - rows survive the way through Redis, and hostile text is refused with a reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/rows.h"

static struct arena arena;

/* As they go to the sinks; json: as people read them and an earlier version wrote them. */
static struct slice body_of(const struct row *rows, unsigned n, const char *json)
{
    struct slice body;
    struct buf b;

    buf_init(&b, 1 << 20);
    rows_encode(&b, rows, n);
    assert_false(b.failed);
    body = buf_into(&b, &arena);
    assert_int_equal(body.p[0], PACKED);
    if (json)
        assert_string_equal(arena_copy(&arena, stream_shown(body, &arena)).p, json);
    return body;
}

/* All of them, into out; how many there are. */
static unsigned rows_in(struct slice body, struct row out[8])
{
    struct row_list list;

    assert_int_equal(rows_all(body, &arena, &list, NULL), 0);
    assert_true(list.n <= 8);
    for (unsigned i = 0; i < list.n; i++)
        out[i] = list.all[i];
    return list.n;
}

static struct row only_row(struct slice body)
{
    struct row out[8];

    assert_int_equal(rows_in(body, out), 1);
    return out[0];
}

static void same(struct slice a, struct slice b)
{
    assert_true(slice_eq(a, b));
}

static const char record_json[] =
    "{\"v\":1,\"row\":\"record\",\"version\":3,\"id\":\"0190c0de-0000-7000-8000-00000000abcd\",\"nomor\":"
    "\"48217\","
    "\"form\":\"timbang\",\"klaster\":\"2\",\"at\":\"2026-11-21T09:00:00+07:00\",\"received_at\":"
    "\"2026-11-21T09:00:01+07:00\",\"reporter\":\"+6281200000001\",\"role\":\"kader\",\"place\":\"19.06.01."
    "2004\","
    "\"fields\":{\"nama\":\"Nu'man "
    "\\\"x\\\"\",\"bb\":9.2,\"tb\":76},\"findings\":[{\"id\":\"bgm\",\"version\":1}],"
    "\"status\":\"valid\",\"provider\":\"emulator\",\"message_id\":\"a\\\"b\\\\c\\n\xc3\xa9\"}";

static struct row record(void)
{
    return (struct row){ .kind = ROW_RECORD,
                         .record = { .id = S("0190c0de-0000-7000-8000-00000000abcd"),
                                     .nomor = S("48217"),
                                     .form = S("timbang"),
                                     .klaster = S("2"),
                                     .version = 3,
                                     .at = S("2026-11-21T09:00:00+07:00"),
                                     .received_at = S("2026-11-21T09:00:01+07:00"),
                                     .reporter = S("+6281200000001"),
                                     .role = S("kader"),
                                     .place = S("19.06.01.2004"),
                                     .fields = row_part(
                                         "{\"nama\":\"Nu'man \\\"x\\\"\",\"bb\":9.2,\"tb\":76}", &arena),
                                     .findings = row_part("[{\"id\":\"bgm\",\"version\":1}]", &arena),
                                     .status = S("valid"),
                                     .provider = S("emulator"),
                                     .message_id = S("a\"b\\c\n\xc3\xa9") } };
}

static void is_that_record(const struct row *out)
{
    const struct row in = record();

    assert_int_equal(out->kind, ROW_RECORD);
    assert_int_equal(out->record.version, 3);
    same(out->record.id, in.record.id);
    same(out->record.klaster, in.record.klaster);
    same(out->record.received_at, in.record.received_at);
    same(node_json(out->record.fields, &arena), node_json(in.record.fields, &arena));
    same(node_json(out->record.findings, &arena), node_json(in.record.findings, &arena));
    same(out->record.message_id, in.record.message_id);
    assert_int_equal(out->record.person_id.n, 0);
}

static void a_record_comes_back_as_it_was(void **state)
{
    const struct row in = record();
    struct slice body = body_of(&in, 1, record_json);
    struct row out = only_row(body);

    (void)state;
    is_that_record(&out);
    assert_true(body.n * 2 < strlen(record_json));
}

/* Redis may hold rows of the version before for days. */
static void what_an_earlier_version_wrote_is_read_the_same(void **state)
{
    struct slice line = slice_of(record_json), two;
    struct rows rows = rows_begin(line, &arena);
    struct row out[8];

    (void)state;
    assert_int_equal(rows_next(&rows, &out[0], NULL), 1);
    is_that_record(&out[0]);
    same(rows_json(&rows), line);
    assert_int_equal(rows_next(&rows, &out[0], NULL), 0);
    two = arena_printf(
        &arena, "\n%s \n{\"v\":1,\"row\":\"person\",\"tgl_lahir_exact\":true,\"id\":\"p\"}\n\n", record_json);
    assert_int_equal(rows_in(two, out), 2);
    is_that_record(&out[0]);
    assert_true(out[1].kind == ROW_PERSON && out[1].person.tgl_lahir_exact);
    same(stream_shown(two, &arena), two);
    assert_int_equal(rows_in(S(""), out), 0);
}

static void events_and_persons_come_back_as_they_were(void **state)
{
    const struct row rows[] = {
        { .kind = ROW_ALERT_EVENT,
          .event = { .id = S("e"), .nomor = S("51139"), .event = S("ok"), .words = S("siap") } },
        { .kind = ROW_PERSON, .person = { .id = S("p"), .nomor = S("1041"), .tgl_lahir_exact = true } },
        { .kind = ROW_PERSON, .person = { .id = S("q") } },
        { .kind = ROW_FORGET,
          .forget = { .id = S("1"), .nomor = row_part("[\"48217\"]", &arena), .who = S("+62812") } },
    };
    struct slice body =
        body_of(rows, 4,
                "{\"v\":1,\"row\":\"alert_event\",\"id\":\"e\",\"nomor\":\"51139\",\"event\":\"ok\","
                "\"words\":\"siap\"}\n"
                "{\"v\":1,\"row\":\"person\",\"tgl_lahir_exact\":true,\"id\":\"p\",\"nomor\":\"1041\"}\n"
                "{\"v\":1,\"row\":\"person\",\"tgl_lahir_exact\":false,\"id\":\"q\"}\n"
                "{\"v\":1,\"row\":\"forget\",\"id\":\"1\",\"nomor\":[\"48217\"],\"who\":\"+62812\"}");
    struct row out[8];

    (void)state;
    assert_int_equal(rows_in(body, out), 4);
    assert_int_equal(out[0].kind, ROW_ALERT_EVENT);
    same(out[0].event.words, rows[0].event.words);
    same(out[0].event.nomor, rows[0].event.nomor);
    assert_int_equal(out[1].kind, ROW_PERSON);
    assert_true(out[1].person.tgl_lahir_exact && !out[2].person.tgl_lahir_exact);
    same(out[1].person.nomor, rows[1].person.nomor);
    same(node_first(out[3].forget.nomor)->text, S("48217"));
    assert_null(out[3].forget.persons);
}

/* All of it with a reason, whichever row it is. */
static void is_refused(struct slice body)
{
    struct err e = { "" };
    struct row_list list;

    assert_int_equal(rows_all(body, &arena, &list, &e), -1);
    assert_true(strlen(e.text) > 0);
}

static void what_is_broken_is_refused_with_a_reason(void **state)
{
    static const char *const cases[] = {
        "{",
        "[]",
        "{\"row\":\"record\"}",
        "{\"v\":2,\"row\":\"record\"}",
        "{\"v\":1,\"row\":\"recipe\"}",
        "{\"v\":1,\"row\":\"record\",\"id\":7}",
        "{\"v\":1,\"row\":\"record\",\"id\":\"a\",\"id\":\"b\"}",
        "{\"v\":1,\"row\":\"record\"} trailing",
        "{\"v\":1,\"row\":\"record\",\"version\":3000000000}",
        "\x01",
        "\x01\x21",                                     /* a number */
        "\x01\xa0",                                     /* a row of nothing */
        "\x01\xa2\x01\x21\x02\x66person\x01",           /* more behind it */
        "\x01\xa2\x01\x21\x02\x66person\n\x01\xa2\x01", /* the second is cut off */
        "\x01\xa2\x01\x22\x02\x66person",               /* another version */
        "\x02\xa2\x01\x21\x02\x66person",
    };
    const struct row in = record();
    struct slice body = body_of(&in, 1, NULL);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        is_refused(slice_of(cases[i]));
    for (size_t n = 1; n < body.n; n++)
        is_refused(slice_take(body, n));
}

static void members_of_a_later_program_are_passed_over(void **state)
{
    struct row out = only_row(S("{\"v\":1,\"row\":\"person\",\"id\":\"p\",\"golongan_darah\":\"O\"}"));

    (void)state;
    same(out.person.id, S("p"));
    out = only_row(S("\x01\xa4\x01\x21\x02\x66person\xbf\x81\x21\x04\x61p"));
    same(out.person.id, S("p"));
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_comes_back_as_it_was),
        cmocka_unit_test(what_an_earlier_version_wrote_is_read_the_same),
        cmocka_unit_test(events_and_persons_come_back_as_they_were),
        cmocka_unit_test(what_is_broken_is_refused_with_a_reason),
        cmocka_unit_test(members_of_a_later_program_are_passed_over),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
