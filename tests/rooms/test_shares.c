/* test_shares.c - who may have how much under way, and who goes first in a row: shares.h, turns.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "gateway/pipeline/shares.h"
#include "gateway/pipeline/turns.h"

enum {
    PLACES = 4096
};

/* As much as it gets, of what is free. */
static unsigned flood(struct share *s, unsigned *free)
{
    while (*free && share_has_room(s, *free)) {
        s->n++;
        --*free;
    }
    return s->n;
}

static void one_that_floods_leaves_a_quarter(void **state)
{
    static struct shares shares;
    unsigned free = PLACES;

    (void)state;
    assert_int_equal(flood(share_of(&shares, S("telko")), &free), PLACES * 3 / 4);
    assert_true(share_has_room(share_of(&shares, S("kannel")), free));
}

static void however_many_flood_there_is_room_for_one_more(void **state)
{
    static struct shares shares;
    static const char *const names[] = { "a", "b", "c", "d", "e" };
    unsigned free = PLACES;

    (void)state;
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_in_range(flood(share_of(&shares, slice_of(names[i])), &free), 1, PLACES);
        assert_in_range(free, 1, PLACES);
    }
    assert_int_equal(share_of(&shares, S("a"))->n, PLACES * 3 / 4);
}

static void more_names_than_places_share_one(void **state)
{
    static struct shares shares;
    char name[8];

    (void)state;
    for (unsigned i = 0; i < 3 * SHARES; i++)
        share_of(&shares, slice_make(name, (size_t)snprintf(name, sizeof name, "n%u", i)))->n++;
    assert_int_equal(share_of(&shares, S("n0"))->n, 1);
    assert_int_equal(shares.of[SHARES - 1].n, 2 * SHARES + 1);
}

static unsigned started[8], started_n;
static struct turn row[4];

static void start(struct turn *t)
{
    started[started_n++] = (unsigned)(t - row);
}

static void leave(void *loop)
{
    turn_leave(&row[started[started_n - 1]]);
    if (started_n == 4)
        loop_stop(loop);
    else
        loop_soon(loop, leave, loop);
}

static void an_urgent_one_goes_next_and_the_rest_keep_their_order(void **state)
{
    static struct turns turns;
    struct err e = { "" };
    struct loop *loop = loop_new(&e);

    (void)state;
    assert_non_null(loop);
    turns = (struct turns){ .loop = loop, .start = start };
    assert_true(turn_enter(&turns, &row[0], S("+62812"), false));
    assert_false(turn_enter(&turns, &row[1], S("+62812"), false));
    assert_false(turn_enter(&turns, &row[2], S("+62812"), false));
    assert_false(turn_enter(&turns, &row[3], S("+62812"), true));
    assert_int_equal(turns_before(&turns, S("+62812")), 4);
    assert_int_equal(turns_before(&turns, S("+62813")), 0);
    started[started_n++] = 0;
    loop_soon(loop, leave, loop);
    assert_int_equal(loop_run(loop), 0);
    assert_int_equal(started[1], 3);
    assert_int_equal(started[2], 1);
    assert_int_equal(started[3], 2);
    assert_int_equal(turns_before(&turns, S("+62812")), 0);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_floods_leaves_a_quarter),
        cmocka_unit_test(however_many_flood_there_is_room_for_one_more),
        cmocka_unit_test(more_names_than_places_share_one),
        cmocka_unit_test(an_urgent_one_goes_next_and_the_rest_keep_their_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
