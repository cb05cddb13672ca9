/* test_budget.c - how many reminders one number gets a day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/delivery/budget.h"

static struct budget b;

static int fresh(void **state)
{
    (void)state;
    memset(&b, 0, sizeof b);
    return 0;
}

static void only_reminders_and_bulk_count(void **state)
{
    (void)state;
    for (int c = 0; c < SMS_CLASSES; c++)
        assert_int_equal(budget_counts((enum sms_class)c), c == SMS_NOTICE || c == SMS_BULK);
}

static void one_number_has_its_limit_a_day(void **state)
{
    const struct slice ani = S("+6281200000001"), budi = S("+6281200000002");

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(budget_allows(&b, ani, 100, 3));
        budget_spend(&b, ani, 100);
    }
    assert_false(budget_allows(&b, ani, 100, 3));
    assert_true(budget_allows(&b, budi, 100, 3));
    assert_true(budget_allows(&b, ani, 100, 0)); /* off */
    assert_true(budget_allows(&b, ani, 101, 3)); /* another day */
    budget_spend(&b, budi, 101);
    assert_true(budget_allows(&b, ani, 101, 1));
    assert_false(budget_allows(&b, budi, 101, 1));
}

static void more_numbers_than_places_are_free(void **state)
{
    char to[24];

    (void)state;
    for (int i = 0; i < BUDGET_NUMBERS; i++) {
        snprintf(to, sizeof to, "+62812%08d", i);
        budget_spend(&b, slice_of(to), 7);
    }
    snprintf(to, sizeof to, "+62812%08d", 0);
    assert_false(budget_allows(&b, slice_of(to), 7, 1));
    snprintf(to, sizeof to, "+62812%08d", BUDGET_NUMBERS - 1);
    assert_true(budget_allows(&b, slice_of(to), 7, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(only_reminders_and_bulk_count, fresh),
        cmocka_unit_test_setup(one_number_has_its_limit_a_day, fresh),
        cmocka_unit_test_setup(more_numbers_than_places_are_free, fresh),
    };

    return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
