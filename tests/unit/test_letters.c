/* test_letters.c - UTF-8, UCS-2, GSM-7, counting and joining of parts, forms and JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/gsm7.h"
#include "parsers/query.h"
#include "parsers/segment.h"
#include "parsers/ussd_text.h"
#include "parsers/utf8.h"

static struct arena arena;

static int fresh(void **state)
{
    (void)state;
    arena_free(&arena);
    arena_init(&arena, 1 << 22);
    return 0;
}

static int tidy(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

#define assert_slice(s, lit)                                                                                 \
    do {                                                                                                     \
        struct slice got_ = (s), want_ = S(lit);                                                             \
        assert_int_equal(got_.n, want_.n);                                                                   \
        assert_memory_equal(got_.p, want_.p, want_.n);                                                       \
    } while (0)

/* --- UTF-8 --- */

static void only_well_formed_utf8_is_valid(void **state)
{
    static const struct {
        struct slice s;
        bool valid;
    } rows[] = {
        { SLICE(""), true },
        { SLICE("abc"), true },
        { SLICE("caf\xC3\xA9"), true },
        { SLICE("\xE2\x80\x9D"), true },
        { SLICE("\xF0\x9F\x98\x80"), true },
        { SLICE("\xED\x9F\xBF"), true },
        { SLICE("\xF4\x8F\xBF\xBF"), true },
        { SLICE("caf\xE9"), false },
        { SLICE("\xC0\x80"), false }, /* overlong NUL */
        { SLICE("\xC1\xBF"), false },
        { SLICE("\xE0\x9F\xBF"), false },     /* overlong */
        { SLICE("\xF0\x8F\xBF\xBF"), false }, /* overlong */
        { SLICE("\xED\xA0\x80"), false },     /* surrogate */
        { SLICE("\xF4\x90\x80\x80"), false }, /* past the end */
        { SLICE("\xF5\x80\x80\x80"), false },
        { SLICE("\xE2\x80"), false },
        { SLICE("\xE2"), false },
        { SLICE("\x80"), false },
        { SLICE("\xE2\x28\xA1"), false },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(utf8_valid(rows[i].s), rows[i].valid);
}

static void every_code_point_comes_back(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        char out[4];
        struct slice s = slice_make(out, utf8_put(out, cp));

        assert_true(utf8_valid(s));
        assert_int_equal(utf8_next(&s), cp >= 0xD800 && cp <= 0xDFFF ? 0xFFFD : cp);
        assert_int_equal(s.n, 0);
    }
}

static void broken_text_is_read_as_latin_1_and_nul_is_cut_out(void **state)
{
    bool broken = false;

    (void)state;
    assert_slice(utf8_clean(S("bersih"), &arena, &broken), "bersih");
    assert_false(broken);
    assert_slice(utf8_clean(S("a\0b\0"), &arena, &broken), "ab");
    assert_true(broken);
    broken = false;
    assert_slice(utf8_clean(S("\xE9\0\xC3\xA9"), &arena, &broken), "\xC3\xA9\xC3\x83\xC2\xA9");
    assert_true(broken);
    assert_slice(utf8_clean(S(""), &arena, NULL), "");
}

static void ucs2_comes_and_goes(void **state)
{
    (void)state;
    assert_slice(utf8_from_ucs2(S("\0Y\0A"), &arena), "YA");
    assert_slice(utf8_from_ucs2(S("\xFE\xFF\0Y\0A"), &arena), "YA");
    assert_slice(utf8_from_ucs2(S("\xFF\xFEY\0A\0"), &arena), "YA");
    assert_slice(utf8_from_ucs2(S("\xD8\x3D\xDE\x00"), &arena), "\xF0\x9F\x98\x80");
    assert_slice(utf8_from_ucs2(S("\xD8\x3D\0A"), &arena), "\xEF\xBF\xBD"
                                                           "A");
    assert_slice(utf8_from_ucs2(S("\0Y\0"), &arena), "Y");
    assert_slice(utf8_to_ucs2(S("Y\xF0\x9F\x98\x80"), &arena), "\0Y\xD8\x3D\xDE\x00");
    assert_int_equal(utf8_ucs2_units(S("Y\xF0\x9F\x98\x80\xE2\x80\x9D")), 4);
}

/* --- GSM-7 --- */

static void the_alphabet_is_that_of_gsm_03_38(void **state)
{
    /* DOMAIN 8.1, without the escape. */
    static const char order[] =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOP"
        "QRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    struct slice rest = slice_of(order), septets;
    char all[127];
    unsigned n = 0;

    (void)state;
    for (unsigned i = 0; i < 128; i++)
        if (i != 0x1B)
            all[n++] = (char)i;
    assert_true(gsm7_encode(rest, &arena, &septets));
    assert_int_equal(septets.n, 127);
    assert_memory_equal(septets.p, all, 127);
    assert_true(slice_eq(gsm7_decode(septets, &arena), rest));
}

static void the_extension_table_costs_two(void **state)
{
    struct slice out;
    size_t n = 0;

    (void)state;
    assert_true(gsm7_encode(S("^{}\\[~]|€\f"), &arena, &out));
    assert_slice(out, "\x1B\x14\x1B\x28\x1B\x29\x1B\x2F\x1B\x3C\x1B\x3D\x1B\x3E\x1B\x40\x1B\x65\x1B\x0A");
    assert_slice(gsm7_decode(out, &arena), "^{}\\[~]|€\f");
    assert_true(gsm7_count(S("a€"), &n));
    assert_int_equal(n, 3);
    assert_false(gsm7_count(S("a“b”"), &n));
    assert_false(gsm7_encode(S("`"), &arena, &out));
    assert_slice(gsm7_decode(S("\x1B\x41\x1B"), &arena), "A");
}

/* --- parts --- */

static unsigned parts(const char *letter, unsigned n)
{
    struct buf b;
    unsigned count;

    buf_init(&b, 100000);
    for (unsigned i = 0; i < n; i++)
        buf_str(&b, letter);
    segment_parts(buf_slice(&b), &count);
    buf_free(&b);
    return count;
}

static void parts_are_counted_as_handsets_do(void **state)
{
    static const struct {
        const char *letter;
        unsigned n, parts;
    } rows[] = {
        { "a", 0, 1 },  { "a", 160, 1 }, { "a", 161, 2 }, { "a", 306, 2 }, { "a", 307, 3 }, { "€", 80, 1 },
        { "€", 81, 2 }, { "“", 70, 1 },  { "“", 71, 2 },  { "“", 134, 2 }, { "“", 135, 3 }, { "😀", 35, 1 },
        { "😀", 36, 2 }, { "€", 152, 2 }, { "€", 153, 3 }, { "😀", 66, 2 },  { "😀", 67, 3 },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(parts(rows[i].letter, rows[i].n), rows[i].parts);
}

static struct segment_part part(const char *from, unsigned ref, unsigned total, unsigned seq,
                                const char *text)
{
    return (struct segment_part){ .provider = S("p"),
                                  .from = slice_of(from),
                                  .to = S("98120"),
                                  .ref = ref,
                                  .total = total,
                                  .seq = seq,
                                  .text = slice_of(text) };
}

static void two_senders_with_one_reference_never_mix(void **state)
{
    struct segment_set *set = segment_new(8, 1000);
    struct segment_part a2 = part("a", 7, 2, 2, "a2"), a1 = part("a", 7, 2, 1, "a1");
    struct segment_part b1 = part("b", 7, 2, 1, "b1"), b2 = part("b", 7, 2, 2, "b2");
    struct segment_whole whole;

    (void)state;
    assert_int_equal(segment_add(set, &a2, 0, &arena, &whole), SEGMENT_WAITING);
    assert_int_equal(segment_add(set, &b1, 0, &arena, &whole), SEGMENT_WAITING);
    assert_int_equal(segment_add(set, &a2, 0, &arena, &whole), SEGMENT_REPEATED);
    assert_int_equal(segment_add(set, &a1, 0, &arena, &whole), SEGMENT_COMPLETE);
    assert_slice(whole.text, "a1a2");
    assert_int_equal(segment_add(set, &b2, 0, &arena, &whole), SEGMENT_COMPLETE);
    assert_slice(whole.text, "b1b2");
    segment_free(set);
}

static void what_came_is_handed_over_in_time(void **state)
{
    struct segment_set *set = segment_new(2, 1000);
    struct segment_part p = part("a", 7, 3, 3, "tiga"), q = part("a", 8, 2, 1, "x"),
                        r = part("a", 9, 2, 1, "y");
    struct segment_part bad = part("a", 9, 2, 3, "z");
    struct segment_whole whole, out;

    (void)state;
    assert_int_equal(segment_add(set, &p, 0, &arena, &whole), SEGMENT_WAITING);
    assert_int_equal(segment_add(set, &q, 900, &arena, &whole), SEGMENT_WAITING);
    assert_int_equal(segment_add(set, &r, 900, &arena, &whole), SEGMENT_FULL);
    assert_int_equal(segment_add(set, &bad, 900, &arena, &whole), SEGMENT_BAD);
    assert_false(segment_overdue(set, 999, &arena, &out));
    assert_true(segment_overdue(set, 1000, &arena, &out));
    assert_slice(out.text, "[...][...]tiga");
    assert_slice(out.from, "a");
    assert_false(segment_overdue(set, 1000, &arena, &out));
    segment_free(set);
}

/* --- forms --- */

static void order_and_spelling_of_parameters_do_not_matter(void **state)
{
    static const char *const same[] = { "a=1+2&b=%41", "b=A&a=1%202", "&&b=%41&c&=x&a=1+2&",
                                        "a=1%202&b=A&a=zwei" };

    (void)state;
    for (unsigned i = 0; i < sizeof same / sizeof same[0]; i++) {
        struct params f = { .n = 0 };

        params_add_query(&f, slice_of(same[i]), &arena);
        assert_slice(params_get(&f, PARAM_NAMES("x", "a")), "1 2");
        assert_slice(params_get(&f, PARAM_NAMES("b")), "A");
    }
}

static void malformed_escapes_stay_as_typed(void **state)
{
    struct params f = { .n = 0 };

    (void)state;
    params_add_query(&f, S("a=%&b=%4&c=%zz&d=%00"), &arena);
    assert_slice(params_get(&f, PARAM_NAMES("a")), "%");
    assert_slice(params_get(&f, PARAM_NAMES("b")), "%4");
    assert_slice(params_get(&f, PARAM_NAMES("c")), "%zz");
    assert_slice(params_get(&f, PARAM_NAMES("d")), "\0");
    assert_null(params_find(&f, PARAM_NAMES("e")));
}

static void more_parameters_than_any_dialect_sends_are_left_out(void **state)
{
    struct params f = { .n = 0 };
    struct buf b;

    (void)state;
    buf_init(&b, 10000);
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "p%d=%d&", i, i);
    params_add_query(&f, buf_slice(&b), &arena);
    assert_int_equal(f.n, PARAMS_MAX);
    buf_free(&b);
}

static void json_members_become_text(void **state)
{
    struct params f = { .n = 0 };

    (void)state;
    assert_int_equal(
        params_add_json(&f, S("{\"a\":\"x\\u0000y\",\"b\":12,\"c\":true,\"d\":[1],\"e\":null,\"f\":9.2}"),
                        &arena, NULL),
        0);
    assert_slice(params_get(&f, PARAM_NAMES("a")), "x\0y");
    assert_slice(params_get(&f, PARAM_NAMES("b")), "12");
    assert_slice(params_get(&f, PARAM_NAMES("c")), "true");
    assert_slice(params_get(&f, PARAM_NAMES("f")), "9.2");
    assert_null(params_find(&f, PARAM_NAMES("d")));
    assert_int_equal(params_add_json(&f, S("[1]"), &arena, NULL), -1);
    assert_int_equal(params_add_json(&f, S("{\"a\":1}x"), &arena, NULL), -1);
    assert_int_equal(params_add_json(&f, S(""), &arena, NULL), -1);
    f.n = 0;
    assert_int_equal(params_add_json(&f, S("{\"a\":\"caf\xE9\0\"}"), &arena, NULL), 0);
    assert_slice(params_get(&f, PARAM_NAMES("a")), "caf\xC3\xA9");
}

static void what_is_escaped_is_read_back(void **state)
{
    char all[255];
    struct params f = { .n = 0 };
    struct buf b;

    (void)state;
    for (int i = 0; i < 255; i++)
        all[i] = (char)(i + 1);
    buf_init(&b, 4096);
    query_pair(&b, "x", slice_make(all, sizeof all));
    query_pair(&b, "y", S(""));
    params_add_query(&f, buf_slice(&b), &arena);
    assert_int_equal(f.item[0].value.n, 255);
    assert_memory_equal(f.item[0].value.p, all, 255);
    assert_int_equal(f.n, 2);
    buf_free(&b);
}

static void ussd_steps_are_counted_by_parts(void **state)
{
    (void)state;
    assert_int_equal(ussd_text_step(S("")), 1);
    assert_int_equal(ussd_text_step(S("1")), 2);
    assert_int_equal(ussd_text_step(S("1*2*Siti")), 4);
    assert_int_equal(ussd_text_step(S("1*")), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_well_formed_utf8_is_valid, fresh),
        cmocka_unit_test_setup(every_code_point_comes_back, fresh),
        cmocka_unit_test_setup(broken_text_is_read_as_latin_1_and_nul_is_cut_out, fresh),
        cmocka_unit_test_setup(ucs2_comes_and_goes, fresh),
        cmocka_unit_test_setup(the_alphabet_is_that_of_gsm_03_38, fresh),
        cmocka_unit_test_setup(the_extension_table_costs_two, fresh),
        cmocka_unit_test_setup(parts_are_counted_as_handsets_do, fresh),
        cmocka_unit_test_setup(two_senders_with_one_reference_never_mix, fresh),
        cmocka_unit_test_setup(what_came_is_handed_over_in_time, fresh),
        cmocka_unit_test_setup(order_and_spelling_of_parameters_do_not_matter, fresh),
        cmocka_unit_test_setup(malformed_escapes_stay_as_typed, fresh),
        cmocka_unit_test_setup(more_parameters_than_any_dialect_sends_are_left_out, fresh),
        cmocka_unit_test_setup(json_members_become_text, fresh),
        cmocka_unit_test_setup(what_is_escaped_is_read_back, fresh),
        cmocka_unit_test_setup(ussd_steps_are_counted_by_parts, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, tidy);
}
