/* test_loop.c - the order of a turn's end, timers, and wakes from another thread. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <event2/event.h>

#include "gateway/base/clock.h"
#include "gateway/loop/loop.h"

static struct loop *loop;
static char seen[64];
static struct loop_wake *wake;

static void note(char c)
{
    size_t n = strlen(seen);

    if (n + 1 < sizeof seen)
        seen[n] = c;
}

static void note_arg(void *arg)
{
    note(*(const char *)arg);
}

static void stop(void *arg)
{
    (void)arg;
    loop_stop(loop);
}

static void soon_again(void *arg)
{
    note('s');
    loop_soon(loop, note_arg, arg); /* next turn, not this one */
    loop_reap(loop, note_arg, "r");
}

static int set_up(void **state)
{
    struct err err;

    (void)state;
    memset(seen, 0, sizeof seen);
    loop = loop_new(&err);
    return loop ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

static void a_turn_ends_with_soon_then_hooks_then_the_dead(void **state)
{
    struct loop_timer *end = loop_timer_new(loop, "end", stop, NULL);

    (void)state;
    loop_at_turn_end(loop, note_arg, "h");
    loop_soon(loop, soon_again, "t");
    loop_soon(loop, note_arg, "u");
    loop_timer_set(end, 0);
    assert_int_equal(loop_run(loop), 0);
    assert_memory_equal(seen, "suhr", 4);
    loop_timer_set(end, 5);
    assert_int_equal(loop_run(loop), 0);
    assert_memory_equal(seen, "suhrth", 6);
}

static void a_hook_taken_off_runs_no_more(void **state)
{
    (void)state;
    loop_at_turn_end(loop, note_arg, "a");
    loop_at_turn_end(loop, note_arg, "b");
    loop_not_at_turn_end(loop, note_arg, "a");
    loop_soon(loop, stop, NULL);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(seen, "b");
}

static void a_timer_set_again_moves_and_a_stopped_one_is_silent(void **state)
{
    struct loop_timer *a = loop_timer_new(loop, "a", note_arg, "a");
    struct loop_timer *b = loop_timer_new(loop, "b", note_arg, "b");
    struct loop_timer *end = loop_timer_new(loop, "end", stop, NULL);

    (void)state;
    loop_timer_set(a, 0);
    loop_timer_set(a, 20);
    loop_timer_set(b, 10);
    loop_timer_set(end, 40);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(seen, "ba");
    loop_timer_set(a, 0);
    loop_timer_stop(a);
    loop_timer_set(end, 10);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(seen, "ba");
}

static void work_long(void *arg)
{
    int64_t until = clock_mono_us() + 20000;

    note(*(const char *)arg);
    while (clock_mono_us() < until)
        ;
}

static void what_is_ready_after_a_long_turn_waits_for_the_next(void **state)
{
    struct loop_timer *end = loop_timer_new(loop, "end", stop, NULL);

    (void)state;
    loop_at_turn_end(loop, note_arg, "h");
    for (int i = 0; i < 3; i++)
        loop_timer_set(loop_timer_new(loop, "w", work_long, "w"), 0);
    loop_timer_set(end, 100);
    assert_int_equal(loop_run(loop), 0);
    /* The first says when the turn began, the second that it was long: then the hook. */
    assert_memory_equal(seen, "wwhwh", 5);
}

static void ready(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    note(*(const char *)arg);
}

static void the_last_go_behind_and_few_at_a_time(void **state)
{
    struct event *e[8];

    (void)state;
    for (int i = 0; i < 8; i++) {
        e[i] = event_new(loop_base(loop), -1, 0, ready, i < 6 ? "l" : "o");
        if (i < 6)
            assert_int_equal(event_priority_set(e[i], LOOP_LAST), 0);
        event_active(e[i], EV_TIMEOUT, 1);
    }
    loop_soon(loop, stop, NULL);
    assert_int_equal(loop_run(loop), 0);
    assert_string_equal(seen, "oollllll");
    for (int i = 0; i < 8; i++)
        event_free(e[i]);
}

static void *other_thread(void *arg)
{
    (void)arg;
    loop_wake(wake);
    return NULL;
}

static void another_thread_wakes_the_loop(void **state)
{
    pthread_t t;

    (void)state;
    wake = loop_wake_new(loop, stop, NULL);
    assert_int_equal(pthread_create(&t, NULL, other_thread, NULL), 0);
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(pthread_join(t, NULL), 0);
    loop_wake_free(wake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_turn_ends_with_soon_then_hooks_then_the_dead, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_hook_taken_off_runs_no_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_timer_set_again_moves_and_a_stopped_one_is_silent, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_ready_after_a_long_turn_waits_for_the_next, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_last_go_behind_and_few_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_thread_wakes_the_loop, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
