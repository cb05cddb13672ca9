/* test_circuit.c - when a provider counts as down, and when it may be tried again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "gateway/base/log.h"
#include "gateway/delivery/circuit.h"
#include "gateway/delivery/latency.h"

static struct circuit c;

static int begin(void **state)
{
    (void)state;
    log_init(LOG_ERROR, NULL);
    circuit_init(&c, "telko", 1000);
    return 0;
}

static void failures(unsigned n, int64_t now_ms)
{
    while (n--)
        circuit_failed(&c, false, now_ms);
}

static void five_failures_in_a_row_open_it(void **state)
{
    (void)state;
    failures(4, 0);
    circuit_well(&c, 0);
    failures(4, 0);
    assert_int_equal(c.state, CIRCUIT_CLOSED);
    circuit_refused(&c, 0); /* a number that nobody can reach says nothing about the provider */
    assert_int_equal(c.state, CIRCUIT_CLOSED);
    failures(1, 0);
    assert_int_equal(c.state, CIRCUIT_OPEN);
}

static void one_emergency_is_enough_where_somebody_can_help(void **state)
{
    (void)state;
    circuit_failed(&c, true, 0);
    assert_int_equal(c.state, CIRCUIT_OPEN);
}

static void a_bind_that_is_gone_has_a_second_while_an_emergency_waits(void **state)
{
    (void)state;
    c.patience_ms = 30000;
    circuit_hurry(&c, 0); /* it stands */
    circuit_bound(&c, false, 0);
    assert_int_equal(circuit_tick(&c, 100), 29900);
    circuit_hurry(&c, 100);
    circuit_hurry(&c, 500); /* the next one does not put it off */
    assert_int_equal(circuit_tick(&c, 600), 500);
    (void)circuit_tick(&c, 1100);
    assert_int_equal(c.state, CIRCUIT_OPEN);
}

static void each_probe_that_fails_doubles_the_wait_up_to_ten_minutes(void **state)
{
    int64_t now = 0, wait = 1000;

    (void)state;
    failures(5, now);
    for (unsigned i = 0; i < 12; i++) {
        assert_int_equal(circuit_tick(&c, now), wait);
        assert_int_equal(circuit_tick(&c, now + wait - 1), 1);
        assert_int_equal(c.state, CIRCUIT_OPEN);
        now += wait;
        assert_int_equal(circuit_tick(&c, now), -1);
        assert_int_equal(c.state, CIRCUIT_PROBING);
        if (i % 2)
            failures(1, now);
        else
            circuit_refused(&c, now);
        wait = wait * 2 < CIRCUIT_LONGEST_MS ? wait * 2 : CIRCUIT_LONGEST_MS;
    }
    (void)circuit_tick(&c, now + wait);
    circuit_well(&c, now + wait);
    assert_int_equal(c.state, CIRCUIT_CLOSED);
    failures(5, now + wait);
    assert_int_equal(circuit_tick(&c, now + wait), 1000); /* patience begins anew */
}

static void a_bind_may_be_gone_for_a_while(void **state)
{
    (void)state;
    circuit_bound(&c, false, 0);
    assert_int_equal(circuit_tick(&c, 999), 1);
    circuit_bound(&c, true, 999);
    assert_int_equal(circuit_tick(&c, 5000), -1);
    assert_int_equal(c.state, CIRCUIT_CLOSED);
    circuit_bound(&c, false, 6000);
    (void)circuit_tick(&c, 7000);
    assert_int_equal(c.state, CIRCUIT_OPEN);
    assert_int_equal(circuit_tick(&c, 99000), -1); /* without a bind there is nothing to probe with */
    circuit_bound(&c, true, 99000);
    (void)circuit_tick(&c, 99000);
    assert_int_equal(c.state, CIRCUIT_PROBING);
    circuit_bound(&c, false, 99001);
    (void)circuit_tick(&c, 99001);
    assert_int_equal(c.state, CIRCUIT_OPEN);
}

static int64_t patience_after(unsigned n, int64_t ms)
{
    struct latency l = { 0 };

    while (n--)
        latency_took(&l, ms);
    return latency_patience_ms(&l);
}

static void an_emergency_has_more_patience_with_one_that_is_usually_slow(void **state)
{
    (void)state;
    assert_int_equal(patience_after(0, 0), LATENCY_LEAST_MS);
    assert_int_equal(patience_after(50, 20), LATENCY_LEAST_MS);
    assert_in_range(patience_after(1, 2000), 4000, LATENCY_MOST_MS);
    assert_in_range(patience_after(50, 2000), 2001, 2200);
    assert_int_equal(patience_after(50, 60000), LATENCY_MOST_MS);
}

/* Between 1 and 3 s, as it comes: not every second alarm goes twice. */
static void one_whose_time_varies_is_waited_for(void **state)
{
    struct latency l = { 0 };
    unsigned twice = 0;

    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        int64_t ms = 1000 + i * 7919 % 2000;

        twice += i > 10 && ms > latency_patience_ms(&l);
        latency_took(&l, ms);
    }
    assert_int_equal(twice, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(five_failures_in_a_row_open_it, begin),
        cmocka_unit_test_setup(one_emergency_is_enough_where_somebody_can_help, begin),
        cmocka_unit_test_setup(a_bind_that_is_gone_has_a_second_while_an_emergency_waits, begin),
        cmocka_unit_test_setup(each_probe_that_fails_doubles_the_wait_up_to_ten_minutes, begin),
        cmocka_unit_test_setup(a_bind_may_be_gone_for_a_while, begin),
        cmocka_unit_test(an_emergency_has_more_patience_with_one_that_is_usually_slow),
        cmocka_unit_test(one_whose_time_varies_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
