/* test_attempt.c - what becomes of an SMS after an attempt: the whole table of SPEC 6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "flows/rows/clocks.h"
#include "gateway/delivery/attempt.h"

enum {
    NOW = 1000000,
    LATER = 2000000,
};

static void every_end_has_its_row(void **state)
{
    static const struct {
        enum sms_class class;
        enum attempt_result result;
        int64_t expires_ms;
        bool recovered;
        enum attempt_next next;
        const char *reason;
    } rows[] = {
        { SMS_ANSWER, ATTEMPT_NONE, LATER, false, ATTEMPT_SEND, "due" },
        { SMS_ANSWER, ATTEMPT_NONE, NOW, false, ATTEMPT_DONE, "expired" },
        { SMS_EMERGENCY, ATTEMPT_NONE, NOW, false, ATTEMPT_SEND, "due" }, /* perhaps the clock jumped */
        { SMS_EMERGENCY, ATTEMPT_LATER, NOW, false, ATTEMPT_RETRY, "later" },
        { SMS_ANSWER, ATTEMPT_NONE, LATER, true, ATTEMPT_PARK, "unknown" },
        { SMS_NOTICE, ATTEMPT_NONE, LATER, true, ATTEMPT_PARK, "unknown" },
        { SMS_EMERGENCY, ATTEMPT_NONE, LATER, true, ATTEMPT_SEND, "due" },
        { SMS_REFERRAL, ATTEMPT_NONE, LATER, true, ATTEMPT_SEND, "due" },
        { SMS_ANSWER, ATTEMPT_ACCEPTED, LATER, false, ATTEMPT_DONE, "sent" },
        { SMS_ANSWER, ATTEMPT_ACCEPTED, NOW, false, ATTEMPT_DONE, "sent" },
        { SMS_ANSWER, ATTEMPT_REFUSED, LATER, false, ATTEMPT_PARK, "refused" },
        { SMS_EMERGENCY, ATTEMPT_REFUSED, LATER, false, ATTEMPT_PARK, "refused" },
        { SMS_ANSWER, ATTEMPT_LATER, LATER, false, ATTEMPT_RETRY, "later" },
        { SMS_ANSWER, ATTEMPT_LATER, NOW, false, ATTEMPT_DONE, "expired" },
        { SMS_ANSWER, ATTEMPT_UNKNOWN, LATER, false, ATTEMPT_PARK, "unknown" },
        { SMS_ALERT, ATTEMPT_UNKNOWN, LATER, false, ATTEMPT_PARK, "unknown" },
        { SMS_BULK, ATTEMPT_UNKNOWN, LATER, false, ATTEMPT_PARK, "unknown" },
        { SMS_EMERGENCY, ATTEMPT_UNKNOWN, LATER, false, ATTEMPT_RETRY, "later" },
        { SMS_REFERRAL, ATTEMPT_UNKNOWN, LATER, false, ATTEMPT_RETRY, "later" },
        { SMS_REFERRAL, ATTEMPT_UNKNOWN, NOW, false, ATTEMPT_DONE, "expired" },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct attempt a = { .class = rows[i].class,
                             .result = rows[i].result,
                             .now_ms = NOW,
                             .expires_ms = rows[i].expires_ms,
                             .recovered = rows[i].recovered };
        struct attempt_verdict v = attempt_judge(&a);

        assert_int_equal(v.next, rows[i].next);
        assert_string_equal(v.reason, rows[i].reason);
    }
}

static int64_t wait_of(unsigned attempts, uint32_t jitter, int64_t retry_after_ms)
{
    struct attempt a = { .class = SMS_ANSWER,
                         .result = ATTEMPT_LATER,
                         .attempts = attempts,
                         .now_ms = NOW,
                         .expires_ms = (int64_t)NOW + 86400000,
                         .retry_after_ms = retry_after_ms,
                         .jitter = jitter };

    return attempt_judge(&a).due_ms - NOW;
}

static void waits_double_up_to_ten_minutes_and_are_half_chance(void **state)
{
    (void)state;
    assert_int_equal(wait_of(0, 65535, 0), 2000);
    assert_int_equal(wait_of(1, 65535, 0), 4000);
    assert_int_equal(wait_of(5, 65535, 0), 64000);
    assert_int_equal(wait_of(20, 65535, 0), 600000);
    assert_int_equal(wait_of(4000000000u, 65535, 0), 600000);
    assert_int_equal(wait_of(0, 0, 0), 1000);
    assert_int_equal(wait_of(20, 0, 0), 300000);
    assert_in_range(wait_of(20, 32768, 0), 449000, 452000);
    assert_int_equal(wait_of(0, 0, 30000), 30000);
}

static void an_emergency_never_waits_long_for_its_next_try(void **state)
{
    struct attempt a = { .class = SMS_EMERGENCY,
                         .result = ATTEMPT_LATER,
                         .attempts = 30,
                         .now_ms = NOW,
                         .expires_ms = (int64_t)NOW + 86400000,
                         .retry_after_ms = 86400000,
                         .jitter = 65535 };

    (void)state;
    assert_int_equal(attempt_judge(&a).due_ms, NOW + 15000);
    a.retry_after_ms = 0;
    assert_int_equal(attempt_judge(&a).due_ms, NOW + 15000);
    a.result = ATTEMPT_UNKNOWN; /* it may have arrived: nobody's phone is to ring all day */
    assert_int_equal(attempt_judge(&a).due_ms, NOW + 600000);
}

static void the_last_chance_comes_before_it_is_old(void **state)
{
    struct attempt a = { .class = SMS_ANSWER,
                         .result = ATTEMPT_LATER,
                         .attempts = 10,
                         .now_ms = NOW,
                         .expires_ms = NOW + 5000,
                         .jitter = 65535 };

    (void)state;
    assert_int_equal(attempt_judge(&a).due_ms, NOW + 4500);
}

static void an_emergency_is_old_after_eight_tries(void **state)
{
    struct attempt a = { .class = SMS_EMERGENCY, .result = ATTEMPT_NONE, .now_ms = NOW, .expires_ms = NOW };

    (void)state;
    a.attempts = 7;
    assert_string_equal(attempt_judge(&a).reason, "due");
    a.attempts = 8;
    assert_string_equal(attempt_judge(&a).reason, "expired");
}

static void one_without_an_expiry_is_old_after_a_day(void **state)
{
    struct attempt a = { .class = SMS_ANSWER, .result = ATTEMPT_NONE, .first_ms = NOW };

    (void)state;
    a.now_ms = NOW + 86399999;
    assert_int_equal(attempt_judge(&a).next, ATTEMPT_SEND);
    a.now_ms++;
    assert_string_equal(attempt_judge(&a).reason, "expired");
}

static void quiet_hours_are_from_21_to_05_local(void **state)
{
    const int64_t midnight_wib = 1795194000000; /* 2026-11-21T00:00+07:00 */
    const int64_t minute = 60000;

    (void)state;
    assert_int_equal((midnight_wib + 7 * 60 * minute) % 86400000, 0);
    assert_int_equal(clock_quiet_ms(midnight_wib, 420), 5 * 60 * minute);
    assert_int_equal(clock_quiet_ms(midnight_wib + 299 * minute, 420), minute);
    assert_int_equal(clock_quiet_ms(midnight_wib + 300 * minute, 420), 0);
    assert_int_equal(clock_quiet_ms(midnight_wib + 1259 * minute, 420), 0);
    assert_int_equal(clock_quiet_ms(midnight_wib + 1260 * minute, 420), 480 * minute);
    assert_int_equal(clock_quiet_ms(midnight_wib + 1200 * minute, 540), 420 * minute); /* WIT */
    assert_int_equal(clock_quiet_ms(0, -60), 6 * 60 * minute);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_end_has_its_row),
        cmocka_unit_test(waits_double_up_to_ten_minutes_and_are_half_chance),
        cmocka_unit_test(an_emergency_never_waits_long_for_its_next_try),
        cmocka_unit_test(the_last_chance_comes_before_it_is_old),
        cmocka_unit_test(an_emergency_is_old_after_eight_tries),
        cmocka_unit_test(one_without_an_expiry_is_old_after_a_day),
        cmocka_unit_test(quiet_hours_are_from_21_to_05_local),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
