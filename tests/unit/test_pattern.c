/* test_pattern.c - shapes by regular expressions: the whole slice or nothing, groups, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/pattern.h"

static void the_whole_slice_fits_or_nothing(void **state)
{
    static struct pattern day = { .shape = "(\\d{1,2})/(\\d{1,2})(?:/(\\d\\d))?" };
    static const struct {
        const char *typed;
        bool fits;
    } cases[] = {
        { "14/8/24", true }, { "14/8", true },       { "x14/8/24", false }, { "14/8/24x", false },
        { "", false },       { "14/8/24\n", false }, { "14/8/", false },    { "\xff\xfe", false },
    };
    struct slice g[PATTERN_GROUPS];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (pattern_fits(&day, slice_of(cases[i].typed), g) != cases[i].fits)
            fail_msg("%s", cases[i].typed);
}

static void groups_are_slices_and_empty_where_nothing_was_caught(void **state)
{
    static struct pattern day = { .shape = "(\\d{1,2})/(\\d{1,2})(?:/(\\d\\d))?" };
    struct slice g[PATTERN_GROUPS];

    (void)state;
    assert_true(pattern_fits(&day, S("14/8/24"), g));
    assert_true(slice_is(g[0], "14/8/24") && slice_is(g[1], "14") && slice_is(g[3], "24"));
    assert_true(pattern_fits(&day, S("5/12"), g));
    assert_true(slice_is(g[2], "12") && g[3].n == 0 && g[4].n == 0);
    assert_int_equal(pattern_int(g[2]), 12);
    assert_int_equal(pattern_int(S("")), 0);
    assert_int_equal(pattern_int(S("1x")), 0);
    assert_int_equal(pattern_int(S("9999999999")), 0);
}

static void the_first_row_that_fits_counts_and_lengths_refuse_early(void **state)
{
    static struct pattern rows[] = {
        { .shape = "(\\d+)", .shortest = 3, .longest = 4 },
        { .shape = "(\\d)(\\d*)" },
    };
    struct slice g[PATTERN_GROUPS];

    (void)state;
    assert_int_equal(pattern_first(rows, 2, S("123"), g), 0);
    assert_int_equal(pattern_first(rows, 2, S("12"), g), 1);
    assert_int_equal(pattern_first(rows, 2, S("12345"), g), 1);
    assert_int_equal(pattern_first(rows, 2, S("x"), g), -1);
}

static void hostile_input_stops_at_the_limit_and_does_not_fit(void **state)
{
    static struct pattern evil = { .shape = "(?:a+)+b|a{200}c" };
    char text[201];
    struct slice g[PATTERN_GROUPS];

    (void)state;
    memset(text, 'a', sizeof text);
    /* Without a limit this takes longer than the age of the world. */
    assert_false(pattern_fits(&evil, slice_make(text, 60), g));
    /* A sane subject still fits the same row afterwards. */
    assert_true(pattern_fits(&evil, S("aab"), g));
    /* The second branch would fit: the limit came first, so it does not. */
    text[200] = 'c';
    assert_false(pattern_fits(&evil, slice_make(text, 201), g));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_slice_fits_or_nothing),
        cmocka_unit_test(groups_are_slices_and_empty_where_nothing_was_caught),
        cmocka_unit_test(the_first_row_that_fits_counts_and_lengths_refuse_early),
        cmocka_unit_test(hostile_input_stops_at_the_limit_and_does_not_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
