/* test_company.c - what a gateway has in hand when it is the only one, and when another comes or was there.
 */
#include "tests/rooms/store_rig.h"

#define STREAM "{19.06}st:sink:lokal"

struct taken {
    unsigned n, recovered, want;
    char first[44];
    bool enough;
};

static void on_entry(void *arg, const struct entry *e)
{
    struct taken *t = arg;

    if (!t->n++)
        snprintf(t->first, sizeof t->first, "%.*s", SLICE_ARG(e->id));
    t->recovered += e->recovered;
    t->enough = t->n >= t->want;
}

static long long integer(const char *command)
{
    redisContext *c = raw();
    redisReply *r = redisCommand(c, command);
    long long n;

    assert_non_null(r);
    assert_int_not_equal(r->type, REDIS_REPLY_ERROR);
    n = r->type == REDIS_REPLY_INTEGER ? r->integer : (long long)r->elements;
    freeReplyObject(r);
    redisFree(c);
    return n;
}

static void add(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        integer("XADD " STREAM " * b row");
}

/* So many are in somebody's name. */
static unsigned named(void)
{
    return (unsigned)integer("XPENDING " STREAM " g - + 100");
}

struct watch {
    struct loop_timer *timer;
    unsigned want;
    bool done;
};

static void look(void *arg)
{
    struct watch *w = arg;

    w->done = named() == w->want;
    loop_timer_set(w->timer, 50);
}

static void wait_for_named(unsigned n)
{
    struct watch w = { .want = n };

    w.timer = loop_timer_new(rig.loop, "test: look", look, &w);
    loop_timer_set(w.timer, 0);
    wait_for(&w.done);
    loop_timer_free(w.timer);
}

static void the_only_one_names_what_it_holds_when_another_comes(void **state)
{
    struct taken t = { .want = 3 };
    struct consumer *c = consumer_open(rig.store, "sink:lokal", 8, on_entry, &t);

    (void)state;
    add(3);
    wait_for(&t.enough);
    assert_int_equal(named(), 0);
    consumer_done(c, slice_of(t.first));
    integer("HINCRBY {19.06}gateways: other 1");
    wait_for_named(2);
    assert_int_equal(integer("XREADGROUP GROUP g other COUNT 9 STREAMS " STREAM " >"), 0);
    assert_int_equal(integer("XLEN " STREAM), 2);
    consumer_close(c);
}

static void what_the_only_one_held_when_it_died_is_recovered(void **state)
{
    struct taken t = { .want = 2 }, again = { .want = 3 };

    (void)state;
    consumer_open(rig.store, "sink:lokal", 2, on_entry, &t);
    add(3);
    wait_for(&t.enough);
    assert_int_equal(named(), 0);
    close_store();
    open_store();
    consumer_open(rig.store, "sink:lokal", 8, on_entry, &again);
    wait_for(&again.enough);
    assert_int_equal(again.n, 3);
    assert_int_equal(again.recovered, 2);
    assert_string_equal(again.first, t.first); /* the older ones first */
}

/* It had read without a name, and never saw us. */
static void what_another_held_when_it_died_is_ours_when_its_heart_stands_still(void **state)
{
    struct taken t = { .want = 3 };

    (void)state;
    integer("HINCRBY {19.06}gateways: other 7");
    integer("XGROUP CREATE " STREAM " g 0 MKSTREAM");
    add(2);
    assert_int_equal(integer("XREADGROUP GROUP g other COUNT 2 NOACK STREAMS " STREAM " >"), 1);
    close_store();
    open_store();
    consumer_open(rig.store, "sink:lokal", 8, on_entry, &t);
    add(1);
    wait_for(&t.enough);
    assert_int_equal(t.n, 3);
    assert_int_equal(t.recovered, 2);
    assert_int_equal(named(), 3); /* with another's row there, all have a name */
}

/* The connection was lost with a reply under way: read by nobody, and not sent either. */
static void what_was_read_and_never_arrived_comes_again(void **state)
{
    struct taken t = { .want = 2 };

    (void)state;
    integer("XGROUP CREATE " STREAM " g 0 MKSTREAM");
    add(2);
    integer("XREADGROUP GROUP g me COUNT 2 NOACK STREAMS " STREAM " >");
    consumer_open(rig.store, "sink:lokal", 8, on_entry, &t);
    wait_for(&t.enough);
    assert_int_equal(t.n, 2);
}

static void add_and_read(void)
{
    redisContext *c = raw();

    for (int i = 0; i < 2; i++)
        redisAppendCommand(c, i == 0 ? "XADD " STREAM " * b row"
                                     : "XREADGROUP GROUP g me COUNT 9 NOACK STREAMS " STREAM " >");
    for (int i = 0; i < 2; i++) {
        void *reply;

        assert_int_equal(redisGetReply(c, &reply), REDIS_OK);
        freeReplyObject(reply);
    }
    redisFree(c);
}

/* Its commands lay in Redis' buffers while the new connection was greeted already. */
static void what_a_lost_connection_reads_late_comes_all_the_same(void **state)
{
    struct taken t = { .want = 1 }, late = { .want = 1 };

    (void)state;
    consumer_open(rig.store, "sink:lokal", 8, on_entry, &t);
    add(1);
    wait_for(&t.enough); /* it has looked for what stands in nobody's name */
    add_and_read();
    t = late;
    wait_for(&t.enough);
    assert_int_equal(t.n, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_only_one_names_what_it_holds_when_another_comes),
        CASE(what_the_only_one_held_when_it_died_is_recovered),
        CASE(what_another_held_when_it_died_is_ours_when_its_heart_stands_still),
        CASE(what_was_read_and_never_arrived_comes_again),
        CASE(what_a_lost_connection_reads_late_comes_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
