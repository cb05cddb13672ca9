/* test_packed.c - a tree as bytes and back; the names that are numbers there stay what they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flows/step/blob.h"
#include "gateway/base/buf.h"
#include "gateway/model/stream_tree.h"

static struct arena arena;

static struct slice packed(const struct node *o)
{
    struct slice s;
    struct buf b;

    buf_init(&b, 1 << 20);
    node_pack(&b, o, blob_names());
    s = buf_into(&b, &arena);
    buf_free(&b);
    return s;
}

static struct slice json(const struct node *o)
{
    struct slice s;
    struct buf b;

    buf_init(&b, 1 << 20);
    node_write(&b, o);
    s = buf_into(&b, &arena);
    buf_free(&b);
    return s;
}

static const struct node *unpacked(struct slice s)
{
    return node_unpack(s, blob_names(), &arena);
}

/* By way of the tree that was read from JSON, and of the one that was read from bytes. */
static void same(struct slice text)
{
    struct slice once = packed(node_read(text, &arena));
    const struct node *o = unpacked(once);

    assert_non_null(o);
    assert_string_equal(json(o).p, text.p);
    assert_true(slice_eq(packed(o), once));
    arena_reset(&arena);
}

static void what_is_packed_reads_the_same(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "\"\"",
        "null",
        "[null,true,false]",
        "{\"v\":1,\"kind\":\"child\",\"never heard of\":{\"n\":\"48217\",\"\":1}}",
        "[0,15,16,255,256,65535,65536,16777215,16777216,4294967295,4294967296,281474976710655,"
        "281474976710656,"
        "9223372036854775807,-1,-16,-17,-257,-1795222800000,-9223372036854775807]",
        "[1.5,1e3]",
        "[\"2026-11-21\",\"2026-13-21\",\"2026-11-00\",\"0000-01-01\",\"9999-12-31\",\"2026-11-2x\",\"2026/"
        "11/21\"]",
        "[\"2026-11-21T07:30:00+07:00\",\"2026-11-21T23:59:59+09:30\",\"2026-11-21T24:00:00+07:00\","
        "\"2026-11-21T07:30:00-07:00\",\"2026-11-21T07:30:00+07:07\",\"2026-11-21t07:30:00+07:00\"]",
        "[\"0190c0de-0000-7000-8000-00000000abcd\",\"0190c0de-0000-7000-8000-00000000abcD\","
        "\"0190c0de00000-7000-8000-00000000abcd\",\"0190c0de-0000-7000-8000-00000000abc-\"]",
        "[\"48217\",\"+6281200000001\",\"a \\\"b\\\" \\\\ c\",\"\xc3\xa9\"]",
        "\"thirty-one bytes and some more of them, so that their number stands behind\"",
        "[[[[[[[[[[1]]]]]]]]]]",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct slice text = json(node_read(slice_of(texts[i]), &arena));

        same(arena_copy(&arena, text));
    }
}

static void long_texts_and_lists_are_read(void **state)
{
    static const unsigned sizes[] = { 30, 31, 48, 57, 63, 64, 4095, 4096, 70000 };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct node *list = node_list(&arena), *o = node_object(&arena);
        struct slice text = arena_printf(&arena, "%0*u", (int)sizes[i], 7);

        node_set_named(o, text, node_of_text(&arena, text));
        for (unsigned k = 0; k < sizes[i] && k < 5000; k++)
            node_add(list, node_of_int(&arena, k));
        node_add(list, o);
        same(json(list));
    }
}

/* As forget.lua looks for one: a run of digits that is it. */
static bool speaks(struct slice bytes, struct slice number)
{
    for (size_t i = 0; i < bytes.n;) {
        size_t n = 0;

        while (i + n < bytes.n && bytes.p[i + n] >= '0' && bytes.p[i + n] <= '9')
            n++;
        if (slice_eq(slice_make(bytes.p + i, n), number))
            return true;
        i += n + 1;
    }
    return false;
}

static void a_number_stands_there_as_it_is(void **state)
{
    struct slice number = S("48217");

    (void)state;
    for (int64_t v = -300; v < 300; v++) {
        struct node *o = node_list(&arena);

        node_add(o, node_of_int(&arena, v));
        node_add(o, node_of_text(&arena, number));
        node_add(o, node_of_int(&arena, v));
        assert_true(speaks(packed(o), number));
        arena_reset(&arena);
    }
    for (unsigned i = 0; i < PACKED_NAMES; i++)
        if (blob_names()->by_number[i].n) {
            struct node *o = node_object(&arena);

            node_put(o, "a", number);
            node_set_named(o, blob_names()->by_number[i], node_of_text(&arena, number));
            node_set_named(o, blob_names()->by_number[i], node_list(&arena));
            assert_true(speaks(packed(o), number));
        }
    for (int n = 5; n < 300; n++) {
        struct node *o = node_list(&arena);

        node_add(o, node_of_text(&arena, arena_printf(&arena, "48217%*s", n, "")));
        assert_true(speaks(packed(o), number));
        arena_reset(&arena);
    }
}

/* What a program writes that knows a name more: that member is passed over. */
static void a_name_of_a_newer_program_is_passed_over(void **state)
{
    const struct node *o = unpacked(S("\x01\xa3\x01\x21\xbf\xa1\xbf\x81\x65"
                                      "48217"
                                      "\x0c\x65"
                                      "48225"));

    (void)state;
    assert_non_null(o);
    assert_int_equal(node_int(o, "v"), 1);
    assert_true(slice_is(node_text(o, "nik"), "48225"));
}

static void broken_bytes_are_none(void **state)
{
    static const struct slice cases[] = {
        SLICE(""),                                         /* nothing */
        SLICE("\x01"),                                     /* no value */
        SLICE("\x02\x01"),                                 /* another version */
        SLICE("\x01\x02\x02"),                             /* more behind it */
        SLICE("\x01\x03"),                                 /* a simple value that there is not */
        SLICE("\x01\x30"),                                 /* a number's width that there is not */
        SLICE("\x01\x3f\1\1\1\1\1\1"),                     /* a number cut off */
        SLICE("\x01\x3f\xff\xff\xff\xff\xff\xff\xff\xff"), /* one too large */
        SLICE("\x01\x62"
              "a"),            /* a text cut off */
        SLICE("\x01\x7f\x30"), /* a length that is none */
        SLICE("\x01\x7f\xff\xff\xff\xff\xff\xff\xff"),
        SLICE("\x01\x82\x01"), /* a list cut off */
        SLICE("\x01\x9f\xff\xff\xff\xff\xff\x80"),
        SLICE("\x01\xa1"), /* an object without a name */
        SLICE("\x01\xa1\x00\x01"),
        SLICE("\x01\xa1\xc5\x01"),
        SLICE("\x01\xa1\xff\x81"),
        SLICE("\x01\xc0\x01"),         /* a uuid cut off */
        SLICE("\x01\xc1\xff\xff\xff"), /* a date of no month */
        SLICE("\x01\xc2\x21\x00\x00\xff\xff\xff\x00"),
        SLICE("\x01\xc3\x01"), /* a form of text that there is not */
        SLICE("\x01\xe1{"),    /* JSON that is none */
    };
    char deep[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (unpacked(cases[i]))
            fail_msg("case %zu was read", i);
    memset(deep, 0x81, sizeof deep);
    deep[0] = PACKED;
    deep[sizeof deep - 1] = 0;
    assert_null(unpacked(slice_make(deep, sizeof deep)));
    assert_non_null(unpacked(slice_make("\x01\x81\x81\x81\x00", 5)));
}

/* A tree of every length of arena: never half of it. */
static void a_full_arena_is_none(void **state)
{
    struct slice bytes = packed(
        node_read(S("{\"a\":[1,2,{\"id\":\"0190c0de-0000-7000-8000-00000000abcd\"}],\"b\":[1.5]}"), &arena));
    struct slice want = json(unpacked(bytes));
    bool whole = false;

    (void)state;
    for (size_t n = 0; n < 20000 && !whole; n += 16) {
        struct arena small;
        const struct node *o;

        arena_init(&small, n);
        o = node_unpack(bytes, blob_names(), &small);
        whole = o != NULL;
        assert_true(!o || slice_eq(json(o), want));
        arena_free(&small);
    }
    assert_true(whole);
}

/* Bytes that earlier versions left have these numbers in them. */
struct kept {
    unsigned char number;
    const char *name;
};

#define NAME(i, text) { i, #text },
static const struct kept blob_kept[] = {
#include "tests/unit/names_kept.def"
};
static const struct kept stream_kept[] = {
#include "tests/unit/stream_names_kept.def"
};
#undef NAME

static void keep_their_names(const struct packed_names *names, const char *def, const struct kept *kept,
                             size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!slice_is(names->by_number[kept[i].number], kept[i].name))
            fail_msg("%s: %u is \"%s\" in what earlier versions kept", def, kept[i].number, kept[i].name);
    assert_int_equal(names->n, n); /* a new one: a row in …_kept.def too */
    for (unsigned i = 0; i < names->n; i++) {
        const struct packed_name *one = &names->sorted[i];

        if (i && names->sorted[i - 1].order >= one->order)
            fail_msg("%s: \"%s\" is not in its place", def, one->text.p);
        if (!one->number || (one->number >= '0' && one->number <= '9') ||
            !slice_eq(names->by_number[one->number], one->text))
            fail_msg("%s: \"%s\" has not a number of its own", def, one->text.p);
    }
}

static void a_number_keeps_its_name(void **state)
{
    (void)state;
    keep_their_names(blob_names(), "flows/step/names.def", blob_kept, sizeof blob_kept / sizeof *blob_kept);
    keep_their_names(stream_names(), "gateway/model/stream_names.def", stream_kept,
                     sizeof stream_kept / sizeof *stream_kept);
}

static void what_is_kept_is_shown_as_json(void **state)
{
    struct node *o = blob_new(&arena);
    struct slice blob;

    (void)state;
    node_put(o, "kind", S("child"));
    blob = blob_done(o, &arena);
    assert_int_equal(blob.p[0], PACKED);
    assert_false(blob_is_foreign(blob, &arena));
    assert_true(slice_is(blob_shown(blob, &arena), "{\"v\":1,\"kind\":\"child\"}"));
    assert_true(slice_is(blob_shown(S("{\"v\":1}"), &arena), "{\"v\":1}"));
    assert_int_equal(blob_shown(slice_take(blob, blob.n - 1), &arena).n, 0);
    assert_true(blob_is_foreign(S("\x02\xa1\x01\x21"), &arena));
    assert_true(blob_is_foreign(S("\x01\xa1\x01\x22"), &arena));
}

/* As they stand in an entry of a stream: packed, of an earlier version, or both. */
static void several_are_taken_one_by_one(void **state)
{
    struct slice s, two;
    struct buf b;

    (void)state;
    buf_init(&b, 1024);
    node_pack(&b, node_read(S("{\"v\":1,\"nama\":\"Siti\\nP\"}"), &arena), stream_names());
    buf_str(&b, "\n{\"v\":1}\n");
    node_pack(&b, node_read(S("{\"uuid\":\"0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a\"}"), &arena),
              stream_names());
    s = two = buf_slice(&b);
    assert_true(slice_is(node_text(stream_next(&s, &arena), "nama"), "Siti\nP"));
    assert_int_equal(node_int(stream_next(&s, &arena), "v"), 1);
    assert_int_equal(node_text(stream_next(&s, &arena), "uuid").n, 36);
    assert_int_equal(s.n, 0);
    assert_true(slice_is(stream_shown(two, &arena), "{\"v\":1,\"nama\":\"Siti\\nP\"}\n{\"v\":1}\n"
                                                    "{\"uuid\":\"0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a\"}"));
    s = slice_take(two, 4);
    assert_null(stream_next(&s, &arena));
    assert_int_equal(s.n, 0);
    buf_free(&b);
}

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_packed_reads_the_same),  CASE(long_texts_and_lists_are_read),
        CASE(a_number_stands_there_as_it_is), CASE(a_name_of_a_newer_program_is_passed_over),
        CASE(broken_bytes_are_none),          CASE(a_full_arena_is_none),
        CASE(a_number_keeps_its_name),        CASE(what_is_kept_is_shown_as_json),
        CASE(several_are_taken_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
