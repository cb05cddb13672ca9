/* test_codec.c - what is kept by a table is what is read by it, and what another hand wrote does no harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/codec.h"

enum colour {
    RED,
    GREEN,
    COLOURS,
};

struct leaf {
    struct slice name;
    int64_t at_ms;
};

struct tree {
    struct slice name;
    int64_t big;
    int small;
    unsigned n;
    bool yes;
    unsigned rare;
    struct slice scarce;
    enum colour colour, said;
    struct leaf one, many[3];
    unsigned many_n;
    struct slice texts[2];
    unsigned texts_n;
    bool flag;
    const struct node *part;
};

/* By their order. */
#define NAMES(X)                                                                                             \
    X(2, at)                                                                                                 \
    X(3, big)                                                                                                \
    X(7, colour)                                                                                             \
    X(13, flag)                                                                                              \
    X(10, many)                                                                                              \
    X(5, n)                                                                                                  \
    X(1, name)                                                                                               \
    X(9, one)                                                                                                \
    X(14, part)                                                                                              \
    X(8, said)                                                                                               \
    X(4, small)                                                                                              \
    X(11, texts)                                                                                             \
    X(12, v)                                                                                                 \
    X(6, yes)
enum {
#define NUMBER(i, text) NAME_##text = (i),
    NAMES(NUMBER) NAME_rare = 0, /* one that is kept by its letters */
    NAME_scarce = 0,
};
#define SORTED(i, text)    { PACKED_ORDER(#text), SLICE(#text), i },
#define BY_NUMBER(i, text) [i] = SLICE(#text),
static const struct packed_name sorted[] = { NAMES(SORTED) };
static const struct slice by_number[PACKED_NAMES] = { NAMES(BY_NUMBER) };
static const struct packed_names names = { sorted, sizeof sorted / sizeof *sorted, by_number };

static const char *const colours[] = { "red", "green" };

CODEC(leaf_codec, struct leaf, MEMBER(struct leaf, name, name), MEMBER(struct leaf, at, at_ms));
CODEC(tree_codec, struct tree, MEMBER(struct tree, name, name), MEMBER(struct tree, big, big),
      MEMBER(struct tree, small, small), MEMBER(struct tree, n, n), MEMBER(struct tree, yes, yes),
      MEMBER(struct tree, rare, rare), MEMBER_ONE_OF(struct tree, colour, colour, COLOURS),
      MEMBER_SAID(struct tree, said, said, colours), MEMBER_IN(struct tree, one, one, leaf_codec),
      MEMBER_LIST(struct tree, many, many, many_n, leaf_codec),
      MEMBER_SLICES(struct tree, texts, texts, texts_n), MEMBER(struct tree, scarce, scarce),
      MEMBER_VERSION(v, 1), MEMBER_ALWAYS(struct tree, flag, flag), MEMBER(struct tree, part, part));

static bool unpack(struct arena *a, struct slice s, struct tree *to)
{
    struct packed_reader r = { (const unsigned char *)s.p + 1, (const unsigned char *)s.p + s.n, &names, a };

    memset(to, 0, sizeof *to);
    return codec_unpack(&r, &tree_codec, to) && r.p == r.end;
}

/* Straight out of the bytes it is the same; cut off, it is none. */
static void unpacks_to(struct arena *a, struct slice s)
{
    struct tree back;
    struct buf again;

    buf_init(&again, 4096);
    assert_true(unpack(a, s, &back));
    codec_pack(&again, &tree_codec, &back);
    assert_true(slice_eq(buf_slice(&again), s));
    for (size_t n = 2; n < s.n; n++)
        assert_false(unpack(a, slice_take(s, n), &back));
    buf_free(&again);
}

static const struct node *kept(struct arena *a, const struct tree *t)
{
    struct node *o = node_object(a);
    struct buf b;
    struct slice s;

    buf_init(&b, 4096);
    codec_put(o, &tree_codec, t);
    node_pack(&b, o, &names);
    s = arena_copy(a, buf_slice(&b));
    buf_clear(&b);
    codec_pack(&b, &tree_codec, t);
    assert_true(slice_eq(buf_slice(&b), s));
    unpacks_to(a, s);
    buf_free(&b);
    return node_unpack(s, &names, a);
}

/* As JSON, which earlier versions kept. */
static struct slice written(struct arena *a, const struct tree *t)
{
    struct slice s;
    struct buf b;

    buf_init(&b, 4096);
    assert_non_null(kept(a, t));
    node_write(&b, kept(a, t));
    s = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    return s;
}

static void what_is_written_is_read(void **state)
{
    struct tree t = { .name = S("a \"b\""),
                      .big = INT64_MIN + 1,
                      .small = -7,
                      .n = 4000000000u,
                      .yes = true,
                      .rare = 70000,
                      .scarce = S("s"),
                      .colour = GREEN,
                      .said = GREEN,
                      .one = { S("one"), 1 },
                      .many = { { S("x"), 2 }, { S(""), 0 } },
                      .many_n = 2,
                      .texts = { S("p"), S("") },
                      .texts_n = 2 };
    struct tree back = { .many_n = 3, .name = S("old"), .yes = true };
    struct arena a;
    struct slice once;

    (void)state;
    arena_init(&a, 1 << 20);
    t.part = node_packed((struct node *)(uintptr_t)node_read(S("{\"name\":[1,9.5,\"x\"]}"), &a), &names, &a);
    once = written(&a, &t);
    assert_true(codec_get(node_read(once, &a), &tree_codec, &back));
    assert_true(back.big == t.big && back.small == -7 && back.n == t.n && back.yes && back.colour == GREEN &&
                back.said == GREEN && back.many_n == 2 && back.texts_n == 2 && back.rare == 70000 &&
                slice_is(back.scarce, "s"));
    assert_true(slice_eq(back.name, t.name) && slice_is(back.one.name, "one") && back.one.at_ms == 1 &&
                back.many[0].at_ms == 2 && slice_is(back.texts[0], "p"));
    back.part = t.part; /* what was read of JSON has no bytes */
    assert_true(slice_eq(once, written(&a, &back)));
    assert_true(slice_is(node_json(back.part, &a), "{\"name\":[1,9.5,\"x\"]}"));
    memset(&back, 0xa5, sizeof back);
    assert_true(codec_get(kept(&a, &t), &tree_codec, &back));
    assert_true(slice_eq(once, written(&a, &back)));
    arena_free(&a);
}

static void nothing_takes_no_bytes_and_reads_as_nothing(void **state)
{
    struct tree back = { .name = S("old"), .many_n = 3, .yes = true, .one = { S("old"), 9 } };
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 20);
    /* An enum kept as its word says its first word too. */
    assert_true(slice_is(written(&a, &(struct tree){ 0 }), "{\"said\":\"red\",\"v\":1,\"flag\":false}"));
    assert_true(codec_get(NULL, &tree_codec, &back));
    assert_true(!back.name.n && !back.many_n && !back.yes && !back.one.name.n && !back.one.at_ms);
    arena_free(&a);
}

static void other_hands_do_no_harm(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        { "{}", true },
        { "{\"newer\":{\"deep\":[1,2]},\"name\":\"x\"}", true },
        { "{\"texts\":[\"b\"],\"name\":\"x\"}", true }, /* another order */
        { "{\"name\":null}", true },
        { "{\"name\":5}", false },
        { "{\"big\":\"5\"}", false },
        { "{\"small\":2147483648}", false },
        { "{\"n\":-1}", false },
        { "{\"n\":4294967296}", false },
        { "{\"colour\":2}", false },
        { "{\"colour\":-1}", false },
        { "{\"said\":\"blue\"}", false },
        { "{\"said\":1}", false },
        { "{\"yes\":1}", false },
        { "{\"one\":[]}", false },
        { "{\"one\":{\"at\":\"x\"}}", false },
        { "{\"many\":{}}", false },
        { "{\"many\":[{},{},{},{},{}]}", true }, /* as many as there is room for */
        { "{\"many\":[7]}", false },
        { "{\"texts\":[1]}", false },
        { "[]", false },
        { "\"x\"", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a;
        struct tree t;

        arena_init(&a, 1 << 20);
        memset(&t, 0xa5, sizeof t);
        if (codec_get(node_read(slice_of(cases[i].text), &a), &tree_codec, &t) != cases[i].good)
            fail_msg("%s", cases[i].text);
        assert_true(t.colour < COLOURS && t.said < COLOURS && t.many_n <= 3 && t.texts_n <= 2);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(nothing_takes_no_bytes_and_reads_as_nothing),
        cmocka_unit_test(other_hands_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
