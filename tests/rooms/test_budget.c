/* test_budget.c - how many reminders one number gets a day: counted in a real Redis. */
#include "gateway/delivery/budget.h"
#include "tests/rooms/store_rig.h"

struct verdict {
    bool done, allowed;
};

static void on_verdict(void *arg, bool allowed)
{
    struct verdict *v = arg;

    *v = (struct verdict){ true, allowed };
}

static bool asked(const char *to, int64_t day, unsigned limit)
{
    struct verdict v = { false, false };

    assert_non_null(budget_ask(rig.store, slice_of(to), day, limit, on_verdict, &v));
    assert_false(v.done); /* never inside the call */
    wait_for(&v.done);
    return v.allowed;
}

static const char ani[] = "+6281200000001", budi[] = "+6281200000002";

static void only_reminders_and_bulk_count(void **state)
{
    (void)state;
    for (int c = 0; c < SMS_CLASSES; c++)
        assert_int_equal(budget_counts((enum sms_class)c), c == SMS_NOTICE || c == SMS_BULK);
}

static void one_number_has_its_limit_a_day_and_a_restart_forgets_nothing(void **state)
{
    (void)state;
    assert_true(asked(ani, 20000, 2));
    close_store();
    open_store();
    assert_true(asked(ani, 20000, 2));
    assert_false(asked(ani, 20000, 2));
    close_store();
    open_store();
    assert_false(asked(ani, 20000, 2));
    assert_true(asked(budi, 20000, 2));
    assert_true(asked(ani, 20001, 2)); /* another day */
    assert_in_range(raw_int("PTTL", "{19.06}daily:20000"), 1, 2 * 86400000);
}

static void what_was_not_sent_is_given_back_once(void **state)
{
    (void)state;
    assert_true(asked(ani, 20000, 1));
    store_daily_give(rig.store, 20000, slice_of(ani));
    store_daily_give(rig.store, 20000, slice_of(ani));
    assert_true(asked(ani, 20000, 1));
    assert_false(asked(ani, 20000, 1));
    /* A day that is over is not begun again. */
    store_daily_give(rig.store, 19000, slice_of(ani));
    assert_false(asked(ani, 20000, 1));
    assert_int_equal(raw_int("EXISTS", "{19.06}daily:19000"), 0);
}

static void nobody_hears_of_what_was_forgotten(void **state)
{
    struct verdict v = { false, false };

    (void)state;
    budget_forget(budget_ask(rig.store, slice_of(ani), 20000, 1, on_verdict, &v));
    budget_forget(NULL);
    assert_false(asked(ani, 20000, 1)); /* behind it */
    assert_false(v.done);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_reminders_and_bulk_count),
        cmocka_unit_test_setup_teardown(one_number_has_its_limit_a_day_and_a_restart_forgets_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_was_not_sent_is_given_back_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_hears_of_what_was_forgotten, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
