/* test_base.c - slices, arenas, buffers with a limit, figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/base/err.h"
#include "gateway/base/stat.h"

static void a_cut_gives_the_part_before_and_leaves_the_rest(void **state)
{
    struct slice rest = S("a##c");

    (void)state;
    assert_true(slice_is(slice_cut(&rest, '#'), "a"));
    assert_true(slice_is(slice_cut(&rest, '#'), ""));
    assert_true(slice_is(slice_cut(&rest, '#'), "c"));
    assert_int_equal(rest.n, 0);
}

static void digits_become_numbers_without_overflow(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        uint64_t v;
    } cases[] = { { "0", true, 0 },
                  { "18446744073709551615", true, UINT64_MAX },
                  { "18446744073709551616", false, 0 },
                  { "", false, 0 },
                  { "-1", false, 0 },
                  { "1 ", false, 0 },
                  { "007", true, 7 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t v = 0;

        assert_int_equal(slice_to_u64(slice_of(cases[i].text), &v), cases[i].ok);
        if (cases[i].ok)
            assert_true(v == cases[i].v);
    }
}

static void an_arena_past_its_limit_fails_and_stays_failed(void **state)
{
    struct arena a;

    (void)state;
    arena_init(&a, 100);
    assert_non_null(arena_alloc(&a, 60));
    assert_null(arena_alloc(&a, 60));
    assert_true(a.failed);
    assert_true(slice_is(arena_str(&a, "a text that is longer than what is left"), ""));
    arena_reset(&a);
    assert_false(a.failed);
    assert_non_null(arena_alloc(&a, 60));
    assert_null(arena_calloc(&a, SIZE_MAX / 2, 4));
    arena_free(&a);
}

static void arena_memory_is_zeroed_even_when_used_again(void **state)
{
    struct arena a;
    unsigned char *p;

    (void)state;
    arena_init(&a, 1 << 16);
    p = arena_alloc(&a, 64);
    memset(p, 0xff, 64);
    arena_reset(&a);
    p = arena_alloc(&a, 64);
    for (int i = 0; i < 64; i++)
        assert_int_equal(p[i], 0);
    arena_free(&a);
}

static void a_buffer_past_its_limit_fails_once_for_all(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 8);
    buf_str(&b, "12345");
    buf_printf(&b, "%s", "678910");
    assert_true(b.failed);
    buf_str(&b, "x");
    assert_true(slice_is(buf_slice(&b), "12345"));
    buf_clear(&b);
    buf_str(&b, "12345678");
    assert_false(b.failed);
    buf_free(&b);
}

static void json_strings_are_escaped(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 200);
    buf_json(&b, slice_make("a\"b\\c\n\x01\x7f\xc3\xa9", 10));
    assert_string_equal(b.p, "\"a\\\"b\\\\c\\n\\u0001\\u007f\xc3\xa9\"");
    buf_clear(&b);
    buf_json(&b, slice_make(NULL, 0));
    assert_string_equal(b.p, "\"\"");
    buf_free(&b);
}

static void a_fault_is_said_once_however_often_its_place_is_used(void **state)
{
    struct mark m = { .file = "f.yaml", .line = 3, .col = 2 };
    struct faults f = { 0 };

    (void)state;
    fault_add(&f, m, "wrong");
    fault_add(&f, m, "wrong");
    fault_warn(&f, m, "odd");
    fault_warn(&f, m, "odd");
    assert_int_equal(f.n, 2);
    assert_int_equal(faults_count(&f), 1);
    assert_string_equal(f.lines[0], "f.yaml:3:2: wrong");
    assert_string_equal(f.lines[1], "f.yaml:3:2: warning: odd");
    faults_free(&f);
}

static void figures_are_printed_by_family_with_one_head(void **state)
{
    struct stat *a = stat_get(STAT_COUNTER, "tested_total", "Things tested.", "kind", "one");
    struct stat_hist *h = stat_hist_get("tested_seconds", "How long.");
    struct buf b;

    (void)state;
    stat_get(STAT_GAUGE, "between", "Another.", NULL, NULL)->value = 3;
    a->value = 2;
    stat_get(STAT_COUNTER, "tested_total", NULL, "kind", "two")->value = 5;
    assert_ptr_equal(stat_get(STAT_COUNTER, "tested_total", NULL, "kind", "one"), a);
    stat_observe_us(h, 900);
    stat_observe_us(h, 3500);
    assert_int_equal(stat_quantile_us(h, 0.5), 4000);
    buf_init(&b, 1 << 16);
    stat_print(&b);
    assert_non_null(
        strstr(b.p, "# HELP kentongan_tested_total Things tested.\n# TYPE kentongan_tested_total counter\n"
                    "kentongan_tested_total{kind=\"one\"} 2\nkentongan_tested_total{kind=\"two\"} 5\n"));
    assert_non_null(strstr(b.p, "kentongan_between 3\n"));
    assert_non_null(strstr(b.p, "kentongan_tested_seconds_bucket{le=\"0.001\"} 1\n"));
    assert_non_null(strstr(b.p, "kentongan_tested_seconds_bucket{le=\"+Inf\"} 2\n"));
    assert_non_null(strstr(b.p, "kentongan_tested_seconds_count 2\n"));
    buf_free(&b);
}

/* Two digits at a time: at every length, and where a digit more begins. */
static void a_number_is_written_as_printf_writes_it(void **state)
{
    uint64_t power = 1;

    (void)state;
    for (unsigned i = 0; i < 20; i++, power *= 10)
        for (int64_t d = -1; d <= 1; d++) {
            uint64_t v = power + (uint64_t)d;
            char want[24], out[24] = "";

            snprintf(want, sizeof want, "%llu", (unsigned long long)v);
            assert_int_equal(slice_decimal(out, v), strlen(want));
            assert_string_equal(out, want);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_written_as_printf_writes_it),
        cmocka_unit_test(a_cut_gives_the_part_before_and_leaves_the_rest),
        cmocka_unit_test(digits_become_numbers_without_overflow),
        cmocka_unit_test(an_arena_past_its_limit_fails_and_stays_failed),
        cmocka_unit_test(arena_memory_is_zeroed_even_when_used_again),
        cmocka_unit_test(a_buffer_past_its_limit_fails_once_for_all),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(a_fault_is_said_once_however_often_its_place_is_used),
        cmocka_unit_test(figures_are_printed_by_family_with_one_head),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
