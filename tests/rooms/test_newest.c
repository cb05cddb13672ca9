/* test_newest.c - which version of a record may go to a receiver: told by a real Redis to all gateways. */
#include "tests/rooms/store_rig.h"

struct told {
    unsigned n;
    bool done, away;
    enum store_newest may[2];
};

static void on_may(void *arg, const enum store_newest *may)
{
    struct told *t = arg;

    t->done = true;
    t->away = !may;
    for (unsigned i = 0; may && i < t->n; i++)
        t->may[i] = may[i];
}

static enum store_newest may_go(const char *id, uint32_t version)
{
    struct store_version v = { slice_of(id), version };
    struct told t = { .n = 1 };

    store_newest_take(rig.store, S("lain"), &v, 1, on_may, &t);
    assert_false(t.done); /* never inside the call */
    wait_for(&t.done);
    assert_false(t.away);
    return t.may[0];
}

static void give(const char *id)
{
    struct store_version v = { slice_of(id), 1 };

    store_newest_give(rig.store, S("lain"), &v, 1);
}

static void an_older_version_is_known_as_such(void **state)
{
    (void)state;
    assert_int_equal(may_go("a", 2), STORE_NEWEST_GOES);
    assert_int_equal(may_go("a", 2), STORE_NEWEST_GOES); /* the same again may be a retry */
    assert_int_equal(may_go("a", 3), STORE_NEWEST_GOES);
    assert_int_equal(may_go("a", 2), STORE_NEWEST_OLD);
    assert_int_equal(may_go("a", 1), STORE_NEWEST_OLD);
    assert_int_equal(may_go("b", 2), STORE_NEWEST_GOES);
    close_store();
    open_store();
    assert_int_equal(may_go("a", 2), STORE_NEWEST_OLD);
    assert_in_range(raw_int("PTTL", "{19.06}newest:lain:a"), 1, INT64_C(90) * 86400000);
    assert_int_equal(may_go("c", 1), STORE_NEWEST_GOES);
    assert_int_equal(raw_int("EXISTS", "{19.06}newest:lain:c"), 0);
}

static void of_a_batch_only_the_newest_goes(void **state)
{
    struct store_version v[2] = { { S("a"), 2 }, { S("a"), 3 } };
    struct told t = { .n = 2 };

    (void)state;
    store_newest_take(rig.store, S("lain"), v, 2, on_may, &t);
    wait_for(&t.done);
    assert_int_equal(t.may[0], STORE_NEWEST_OLD);
    assert_int_equal(t.may[1], STORE_NEWEST_GOES);
}

static void what_another_gateway_is_sending_waits(void **state)
{
    redisContext *c = raw();

    (void)state;
    assert_int_equal(may_go("a", 2), STORE_NEWEST_GOES);
    assert_in_range(raw_int("PTTL", "{19.06}sending:lain:a"), 1, 120000);
    give("a");
    assert_int_equal(may_go("b", 2), STORE_NEWEST_GOES); /* behind it */
    assert_int_equal(raw_int("EXISTS", "{19.06}sending:lain:a"), 0);
    freeReplyObject(redisCommand(c, "SET {19.06}sending:lain:a another"));
    redisFree(c);
    assert_int_equal(may_go("a", 3), STORE_NEWEST_WAIT);
    assert_int_equal(may_go("a", 2), STORE_NEWEST_OLD); /* the newer one is on its way */
    give("a");                                          /* not ours to give */
    assert_int_equal(may_go("a", 3), STORE_NEWEST_WAIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_older_version_is_known_as_such, set_up, tear_down),
        cmocka_unit_test_setup_teardown(of_a_batch_only_the_newest_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_another_gateway_is_sending_waits, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("newest", tests, NULL, NULL);
}
