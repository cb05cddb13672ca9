/* test_record.c - rows survive the way through Redis, and hostile text is refused with a reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/model/record.h"

static struct arena arena;

static struct row there_and_back(const struct row *in)
{
    struct row out;
    struct err e = { "" };
    struct buf b;

    buf_init(&b, 1 << 20);
    row_encode(&b, in);
    assert_false(b.failed);
    assert_memory_equal(b.p, "{\"v\":1,\"row\":\"", 14);
    assert_null(memchr(b.p, '\n', b.n));
    assert_int_equal(row_decode(buf_slice(&b), &arena, &out, &e), 0);
    buf_free(&b);
    return out;
}

static void same(struct slice a, struct slice b)
{
    assert_true(slice_eq(a, b));
}

static void a_record_comes_back_as_it_was(void **state)
{
    const struct row in = { .kind = ROW_RECORD,
                            .record = { .id = S("id-1"),
                                        .nomor = S("48217"),
                                        .form = S("timbang"),
                                        .klaster = S("2"),
                                        .version = 3,
                                        .at = S("2026-11-21T09:00:00+07:00"),
                                        .received_at = S("2026-11-21T09:00:01+07:00"),
                                        .reporter = S("+6281200000001"),
                                        .role = S("kader"),
                                        .place = S("19.06.01.2004"),
                                        .fields = S("{\"nama\":\"Nu'man \\\"x\\\"\",\"bb\":9.2,\"tb\":76}"),
                                        .findings = S("[{\"id\":\"bgm\",\"version\":1}]"),
                                        .status = S("valid"),
                                        .provider = S("emulator"),
                                        .message_id = S("a\"b\\c\n\xc3\xa9") } };
    struct row out;

    (void)state;
    out = there_and_back(&in);
    assert_int_equal(out.kind, ROW_RECORD);
    assert_int_equal(out.record.version, 3);
    same(out.record.id, in.record.id);
    same(out.record.klaster, in.record.klaster);
    same(out.record.received_at, in.record.received_at);
    same(out.record.fields, in.record.fields);
    same(out.record.findings, in.record.findings);
    same(out.record.message_id, in.record.message_id);
    assert_int_equal(out.record.person_id.n, 0);
}

static void an_event_and_a_person_come_back_as_they_were(void **state)
{
    const struct row event = {
        .kind = ROW_ALERT_EVENT,
        .event = { .id = S("e"), .nomor = S("51139"), .event = S("ok"), .words = S("siap") }
    };
    const struct row person = { .kind = ROW_PERSON,
                                .person = { .id = S("p"), .nomor = S("1041"), .tgl_lahir_exact = true } };
    struct row out;

    (void)state;
    out = there_and_back(&event);
    assert_int_equal(out.kind, ROW_ALERT_EVENT);
    same(out.event.words, event.event.words);
    same(out.event.nomor, event.event.nomor);
    out = there_and_back(&person);
    assert_int_equal(out.kind, ROW_PERSON);
    assert_true(out.person.tgl_lahir_exact);
    same(out.person.nomor, person.person.nomor);
}

static void broken_text_is_refused_with_a_reason(void **state)
{
    static const char *const cases[] = {
        "",
        "{",
        "[]",
        "{\"row\":\"record\"}",
        "{\"v\":2,\"row\":\"record\"}",
        "{\"v\":1,\"row\":\"recipe\"}",
        "{\"v\":1,\"row\":\"record\",\"id\":7}",
        "{\"v\":1,\"row\":\"record\",\"id\":\"a\",\"id\":\"b\"}",
        "{\"v\":1,\"row\":\"record\"} trailing",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct row out;
        struct err e = { "" };

        assert_int_equal(row_decode(slice_of(cases[i]), &arena, &out, &e), -1);
        assert_true(strlen(e.text) > 0);
    }
}

static void members_of_a_later_program_are_passed_over(void **state)
{
    struct row out;
    struct err e = { "" };

    (void)state;
    assert_int_equal(
        row_decode((struct slice)S("{\"v\":1,\"row\":\"person\",\"id\":\"p\",\"golongan_darah\":\"O\"}"),
                   &arena, &out, &e),
        0);
    same(out.person.id, (struct slice)S("p"));
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
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
        cmocka_unit_test(an_event_and_a_person_come_back_as_they_were),
        cmocka_unit_test(broken_text_is_refused_with_a_reason),
        cmocka_unit_test(members_of_a_later_program_are_passed_over),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
