/* test_whose.c - about whom bytes are: texts, JSON, and what is left when somebody is taken out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/model/whose.h"

static struct slice nomor[] = { SLICE("1041"), SLICE("48217") };
static struct slice names[] = { SLICE("Siti Aminah") };
static struct slice near_her[] = { SLICE("+6281200000001") };
static const struct whose her = {
    .nomor = nomor, .nomor_n = 2, .names = names, .names_n = 1, .near = near_her, .near_n = 1
};
static const struct whose telephone = { .msisdn = SLICE("+6281200000001") };

static void a_text_says_a_number_or_a_whole_name(void **state)
{
    static const struct {
        const char *text;
        enum whose_name name;
        bool says;
    } cases[] = {
        { "TIMBANG 1041 9,2", WHOSE_NUMBER, true },
        { "TIMBANG 11041 9,2", WHOSE_NUMBER, false },
        { "2T Siti 1041, BGM Budi", WHOSE_NUMBER, true },
        { "1041.", WHOSE_NUMBER, true },
        { "10415", WHOSE_NUMBER, false },
        { "siti aminah 14bl", WHOSE_NAME, true },
        { "SITI AMINAH", WHOSE_NUMBER, false },
        { "Siti Aminahwati", WHOSE_NAME, false },
        { "Rositi Aminah", WHOSE_NAME, false },
        { "", WHOSE_NAME, false },
        { "Siti  Aminah", WHOSE_NAME, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(whose_text(&her, slice_of(cases[i].text), cases[i].name), cases[i].says);
}

static void a_telephone_is_the_same_however_it_is_written(void **state)
{
    (void)state;
    assert_true(whose_text(&telephone, S("kader 081200000001."), WHOSE_NUMBER));
    assert_true(whose_text(&telephone, S("+6281200000001"), WHOSE_NUMBER));
    assert_true(whose_text(&telephone, S("dari 6281200000001"), WHOSE_NUMBER));
    assert_false(whose_text(&telephone, S("0812000000012"), WHOSE_NUMBER));
    assert_false(whose_text(&telephone, S("0912000000012"), WHOSE_NUMBER));
    assert_false(whose_text(&telephone, S("81200000001"), WHOSE_NUMBER));
}

/* What is left of `json`; NULL: it says nothing of her. */
static void left(const struct whose *w, const char *json, enum whose_name name, const char *want)
{
    const struct node *rest;
    struct arena a;
    struct buf b;

    arena_init(&a, 65536);
    buf_init(&b, 4096);
    rest = whose_without(w, node_read(slice_of(json), &a), name, &a);
    if (rest)
        node_write(&b, rest);
    if (!want)
        assert_null(rest);
    else
        assert_string_equal(b.p, want);
    buf_free(&b);
    arena_free(&a);
}

static void what_says_it_of_her_goes_and_the_rest_stays_as_it_stood(void **state)
{
    (void)state;
    left(&her, "{\"v\":1,\"all\":[{\"nomor\":\"1041\",\"bb\":9.20},{\"nomor\":\"1052\",\"bb\":8.10}]}",
         WHOSE_NUMBER, "{\"v\":1,\"all\":[{\"nomor\":\"1052\",\"bb\":8.10}]}");
    left(&her,
         "{\"drafts\":[{\"nomor\":\"777\",\"values\":{\"nama\":\"Siti "
         "Aminah\"}},{\"nomor\":\"778\"}],\"n\":1}",
         WHOSE_NAME, "{\"drafts\":[{\"nomor\":\"778\"}],\"n\":1}");
    left(&her, "{\"open\":[\"48217\",\"500\"],\"last\":{\"of\":\"48217\"}}", WHOSE_NUMBER,
         "{\"open\":[\"500\"]}");
    left(&her, "{\"all\":[]}", WHOSE_NAME, NULL);
    left(&her, "{\"bb\":1041}", WHOSE_NAME, NULL); /* a figure is no number of hers */
}

static void a_namesake_stays(void **state)
{
    static const char two[] =
        "{\"all\":[{\"nomor\":\"2099\",\"nama\":\"Siti Aminah\"},{\"nama\":\"Siti Aminah\"}]}";

    (void)state;
    left(&her, two, WHOSE_NAMELESS, "{\"all\":[{\"nomor\":\"2099\",\"nama\":\"Siti Aminah\"}]}");
    left(&her, two, WHOSE_NUMBER, NULL);
    left(&her, two, WHOSE_NAME, "{\"all\":[]}");
}

static void a_telephone_becomes_empty_where_it_stood(void **state)
{
    (void)state;
    left(&telephone,
         "{\"reporter\":\"+6281200000001\",\"nomor\":\"48217\",\"to\":[\"+6281200000001\",\"+62813\"],"
         "\"r\":{\"from\":\"+6281200000001\"}}",
         WHOSE_NUMBER, "{\"reporter\":\"\",\"nomor\":\"48217\",\"to\":[\"+62813\"],\"r\":{\"from\":\"\"}}");
}

static void nothing_is_half_done_when_memory_is_out(void **state)
{
    static const char json[] = "{\"all\":[{\"nomor\":\"1041\"},{\"nomor\":\"1052\"}]}";

    (void)state;
    for (size_t most = 0; most < 4096; most += 16) {
        const struct node *o, *rest;
        struct arena a;

        arena_init(&a, most);
        o = node_read(slice_of(json), &a);
        rest = whose_without(&her, o, WHOSE_NUMBER, &a);
        assert_true(!rest || !a.failed);
        arena_free(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_says_a_number_or_a_whole_name),
        cmocka_unit_test(a_telephone_is_the_same_however_it_is_written),
        cmocka_unit_test(what_says_it_of_her_goes_and_the_rest_stays_as_it_stood),
        cmocka_unit_test(a_namesake_stays),
        cmocka_unit_test(a_telephone_becomes_empty_where_it_stood),
        cmocka_unit_test(nothing_is_half_done_when_memory_is_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
