/* test_node.c - our own JSON in an arena: what is read, what is refused, and that writing gives it back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/node.h"

static struct arena arena;

static int fresh(void **state)
{
    (void)state;
    arena_init(&arena, 1 << 20);
    return 0;
}

static int done(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void members_are_found_by_name_and_kind(void **state)
{
    const struct node *o = node_read(
        S(" { \"v\" : 1, \"nama\":\"Siti \\\"A\\\" \\u00e9\\ud83d\\ude00\\n\",\"at\":-1795000000000, "
          "\"ya\":true,"
          "\"tidak\":false,\"kosong\":null,\"bb\":9.25e1,\"daftar\":[1,\"a\",{}],\"\":{\"x\":\"y\"}} "),
        &arena);
    const struct node *list = node_get(o, "daftar");

    (void)state;
    assert_non_null(o);
    assert_int_equal(node_int(o, "v"), 1);
    assert_true(node_int(o, "at") == INT64_C(-1795000000000));
    assert_true(slice_is(node_text(o, "nama"), "Siti \"A\" \xC3\xA9\xF0\x9F\x98\x80\n"));
    assert_true(node_bool(o, "ya"));
    assert_false(node_bool(o, "tidak"));
    assert_int_equal(node_get(o, "kosong")->kind, NODE_NULL);
    assert_true(slice_is(node_get(o, "bb")->raw, "9.25e1"));
    assert_int_equal(node_int(o, "bb"), 9);
    assert_int_equal(list->n, 3);
    assert_true(slice_is(list->first->next->text, "a"));
    assert_true(slice_is(node_text(node_get(o, ""), "x"), "y"));
    /* Another kind, or nothing there, reads as nothing. */
    assert_int_equal(node_text(o, "v").n, 0);
    assert_int_equal(node_int(o, "nama"), 0);
    assert_null(node_get(o, "hilang"));
    assert_null(node_get(NULL, "v"));
    assert_null(node_first(NULL));
}

static void what_is_no_json_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "'a'",
        "\"a",
        "\"a\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\t\"",
        "\"\\n\t\"",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "tru",
        "nul",
        "1 2",
        "[1 2]",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1,\"a\":2}",
        "99999999999999999999",
        "\"\\",
        "[",
        "\"\\u",
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (node_read(slice_of(cases[i]), &arena))
            fail_msg("read as JSON: %s", cases[i]);
        assert_false(arena.failed);
    }
}

static void depth_ends(void **state)
{
    char deep[200];

    (void)state;
    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    assert_null(node_read(slice_make(deep, 200), &arena));
    assert_non_null(node_read(slice_make(deep + 80, 40), &arena));
}

static void what_is_made_can_be_read(void **state)
{
    struct node *o = node_object(&arena), *list = node_list(&arena);
    const char *want = "{\"nama\":\"a\\\"b\",\"n\":-5,\"ya\":true,\"l\":[\"x\",0,{\"raw\":1.50}]}";
    struct buf b;

    (void)state;
    node_put(o, "nama", S("a\"b"));
    node_put(o, "kosong", S(""));
    node_put_int(o, "n", -5);
    node_put_int(o, "null", 0);
    node_put_bool(o, "ya", true);
    node_put_bool(o, "tidak", false);
    node_add(list, node_of_text(&arena, S("x")));
    node_add(list, node_of_int(&arena, 0));
    node_add(list, node_of_raw(&arena, S("{\"raw\":1.50}")));
    node_set(o, "l", list);
    buf_init(&b, 1000);
    node_write(&b, o);
    assert_string_equal(b.p, want);
    assert_true(slice_is(node_text(node_read(buf_slice(&b), &arena), "nama"), "a\"b"));
    buf_clear(&b);
    node_write(
        &b, node_replaced(node_read(slice_of(want), &arena), S("n"), node_of_int(&arena, INT64_MIN), &arena));
    assert_string_equal(b.p, "{\"nama\":\"a\\\"b\",\"n\":-9223372036854775808,\"ya\":true,"
                             "\"l\":[\"x\",0,{\"raw\":1.50}]}");
    assert_true(slice_is(node_text(node_read(S("{\"nama\":\"a\x7f"
                                               "b\x7f\"}"),
                                             &arena),
                                   "nama"),
                         "a\x7f"
                         "b\x7f"));
    buf_clear(&b);
    node_write(&b, node_replaced(NULL, S("baru"), node_of_int(&arena, 1), &arena));
    assert_string_equal(b.p, "{\"baru\":1}");
    buf_free(&b);
}

static void an_arena_that_is_full_gives_no_half_tree(void **state)
{
    struct arena small;

    (void)state;
    arena_init(&small, 3 * sizeof(struct node));
    assert_null(node_read(S("[1,2,3,4,5,6,7,8]"), &small));
    assert_true(small.failed);
    arena_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(members_are_found_by_name_and_kind, fresh, done),
        cmocka_unit_test_setup_teardown(what_is_no_json_is_refused, fresh, done),
        cmocka_unit_test_setup_teardown(depth_ends, fresh, done),
        cmocka_unit_test_setup_teardown(what_is_made_can_be_read, fresh, done),
        cmocka_unit_test_setup_teardown(an_arena_that_is_full_gives_no_half_tree, fresh, done),
    };

    return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
