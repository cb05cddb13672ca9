/* test_damm.c - the check digit of every number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "parsers/damm.h"

static void the_numbers_of_the_contract_are_valid(void **state)
{
    (void)state;
    assert_true(damm_valid(S("48217")));
    assert_true(damm_valid(S("51139")));
    assert_true(damm_valid(S("1041")));
    assert_false(damm_valid(S("48216")));
    assert_false(damm_valid(S("48271")));
    assert_false(damm_valid(S("")));
    assert_false(damm_valid(S("4821a")));
}

static void every_number_made_is_valid_and_every_wrong_digit_or_swap_is_found(void **state)
{
    struct arena a;

    (void)state;
    arena_init(&a, 1 << 20);
    for (uint64_t body = 100; body < 3000; body += 7) {
        struct slice s = damm_number(body, &a);
        char wrong[24];

        assert_true(damm_valid(s));
        for (size_t i = 0; i < s.n; i++) {
            for (char c = '0'; c <= '9'; c++) {
                for (size_t k = 0; k < s.n; k++)
                    wrong[k] = s.p[k];
                wrong[i] = c;
                assert_int_equal(damm_valid(slice_make(wrong, s.n)), c == s.p[i]);
            }
            if (i + 1 == s.n || s.p[i] == s.p[i + 1])
                continue;
            for (size_t k = 0; k < s.n; k++)
                wrong[k] = s.p[k];
            wrong[i] = s.p[i + 1];
            wrong[i + 1] = s.p[i];
            assert_false(damm_valid(slice_make(wrong, s.n)));
        }
        arena_reset(&a);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_of_the_contract_are_valid),
        cmocka_unit_test(every_number_made_is_valid_and_every_wrong_digit_or_swap_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
