/* test_bundles.c - the rows of several commits in one entry of a sink's stream: each has an end of its own,
 * and is counted as one. */
#include "tests/rooms/store_rig.h"
#include "tests/support/rows.h"

#define STREAM "{19.06}st:sink:lokal"

enum {
    COMMITS = 5
};

static long long integer(const char *format, ...)
{
    redisContext *c = raw();
    redisReply *r;
    long long n;
    va_list ap;

    va_start(ap, format);
    r = redisvCommand(c, format, ap);
    va_end(ap);
    assert_non_null(r);
    if (r->type == REDIS_REPLY_ERROR)
        fail_msg("%s", r->str);
    n = r->type == REDIS_REPLY_INTEGER ? r->integer : (long long)r->elements;
    freeReplyObject(r);
    redisFree(c);
    return n;
}

/* --- what a consumer is given --- */

struct taken {
    unsigned n, recovered, want;
    char ids[64][48], bodies[64][300];
    unsigned attempts[64];
    bool enough;
};

static void on_entry(void *arg, const struct entry *e)
{
    struct taken *t = arg;

    assert_true(t->n < 64);
    snprintf(t->ids[t->n], sizeof t->ids[0], "%.*s", SLICE_ARG(e->id));
    shown_in(t->bodies[t->n], sizeof t->bodies[0], e->body);
    t->attempts[t->n++] = e->attempts;
    t->recovered += e->recovered;
    t->enough = t->n >= t->want;
}

static struct consumer *open_consumer(struct taken *t, unsigned want)
{
    memset(t, 0, sizeof *t);
    t->want = want;
    return consumer_open(rig.store, "sink:lokal", 32, on_entry, t);
}

/* So many commits in one call: "u-0", "u-1" … */
static void commit_together(unsigned n)
{
    static struct outcome o;
    struct answer answers[32] = { 0 };
    char ids[32][24];

    for (unsigned i = 0; i < n; i++) {
        struct inbound in;

        snprintf(ids[i], sizeof ids[i], "u-%u", i);
        in = sms_from(ids[i]);
        memset(&o, 0, sizeof o);
        o.rows_n = 2;
        o.rows[0] = (struct row){
            .kind = ROW_RECORD,
            .record = { .id = slice_of(ids[i]), .nomor = S("48217"), .form = S("timbang"), .version = 1 }
        };
        o.rows[1] = (struct row){ .kind = ROW_PERSON, .person = { .id = S("p-1"), .nama = S("Siti") } };
        store_commit(rig.store, &in, "emulator", &o, NULL, on_answer, &answers[i]);
    }
    for (unsigned i = 0; i < n; i++) {
        wait_for(&answers[i].done);
        assert_int_equal(answers[i].rc, STORE_OK);
    }
}

static void is_commit(const char *body, unsigned i)
{
    char id[24];

    snprintf(id, sizeof id, "\"u-%u\"", i);
    assert_non_null(strstr(body, id));
    assert_non_null(strstr(body, "\n{\"v\":1,\"row\":\"person\""));
    assert_null(strstr(strstr(body, "\"record\"") + 1, "\"record\"")); /* nobody else's */
}

/* --- the sums --- */

struct sums {
    struct store_audit_stream lokal;
    struct store_queue queue;
    struct store_figures figures;
    bool audited, queued, figured;
};

static void on_audit(void *arg, const struct store_audit *a)
{
    struct sums *s = arg;

    assert_non_null(a);
    for (unsigned i = 0; i < a->streams_n; i++)
        if (strcmp(a->streams[i].name, "sink:lokal") == 0)
            s->lokal = a->streams[i];
    s->audited = true;
}

static void on_queue(void *arg, const struct store_queue *q)
{
    struct sums *s = arg;

    assert_non_null(q);
    s->queue = *q;
    s->queued = true;
}

static void on_figures(void *arg, const struct store_figures *f)
{
    struct sums *s = arg;

    s->figures = *f;
    s->figured = true;
}

static struct sums sums(void)
{
    struct sums s = { 0 };

    store_figures(rig.store, on_figures, &s);
    wait_for(&s.figured); /* what ended in this turn has been said */
    s.figured = false;
    store_audit(rig.store, on_audit, &s);
    wait_for(&s.audited);
    store_queue(rig.store, S("sink:lokal"), on_queue, &s);
    wait_for(&s.queued);
    store_figures(rig.store, on_figures, &s);
    wait_for(&s.figured);
    assert_int_equal(s.lokal.missing, 0);
    assert_int_equal(s.queue.waiting, s.lokal.waiting + s.lokal.again);
    return s;
}

/* --- cases --- */

static void commits_that_leave_together_are_one_entry_and_end_one_by_one(void **state)
{
    struct taken t;
    struct consumer *c;
    struct sums s;

    (void)state;
    commit_together(COMMITS);
    assert_int_equal(integer("XLEN " STREAM), 1);
    assert_int_equal(integer("XLEN {19.06}st:sink:lain"), 1);
    s = sums();
    assert_int_equal(s.lokal.entered, COMMITS);
    assert_int_equal(s.lokal.waiting, COMMITS);
    assert_int_equal(s.figures.sink_waiting, 2 * COMMITS);
    c = open_consumer(&t, COMMITS);
    wait_for(&t.enough);
    for (unsigned i = 0; i < COMMITS; i++)
        is_commit(t.bodies[i], i);
    for (unsigned i = 1; i < COMMITS; i++)
        consumer_done(c, slice_of(t.ids[i]));
    s = sums();
    assert_int_equal(integer("XLEN " STREAM), 1);
    assert_int_equal(s.lokal.done, 0);
    consumer_done(c, slice_of(t.ids[0]));
    s = sums();
    assert_int_equal(integer("XLEN " STREAM), 0);
    assert_int_equal(s.lokal.done, COMMITS);
    assert_int_equal(s.lokal.waiting, 0);
    assert_int_equal(t.n, COMMITS);
    consumer_close(c);
}

static void a_piece_is_parked_or_tried_again_without_its_neighbours(void **state)
{
    struct taken t;
    struct consumer *c;
    struct sums s;

    (void)state;
    commit_together(COMMITS);
    c = open_consumer(&t, COMMITS);
    wait_for(&t.enough);
    t.enough = false;
    t.want = COMMITS + 1;
    consumer_done(c, slice_of(t.ids[0]));
    consumer_park(c, slice_of(t.ids[1]), "1 of them is broken");
    consumer_retry(c, slice_of(t.ids[3]), clock_wall_ms() + 300);
    consumer_done(c, slice_of(t.ids[2]));
    s = sums();
    assert_int_equal(s.lokal.waiting, COMMITS); /* not before all have ended */
    consumer_done(c, slice_of(t.ids[4]));
    s = sums();
    assert_int_equal(s.lokal.done, 3);
    assert_int_equal(s.lokal.parked, 1);
    assert_int_equal(s.lokal.waiting + s.lokal.again, 1);
    assert_int_equal(integer("XLEN {19.06}parked:sink:lokal"), 1);
    wait_for(&t.enough);
    assert_int_equal(t.n, COMMITS + 1);
    is_commit(t.bodies[COMMITS], 3);
    assert_int_equal(t.attempts[COMMITS], 1);
    consumer_done(c, slice_of(t.ids[COMMITS]));
    s = sums();
    assert_int_equal(s.lokal.done, 4);
    assert_int_equal(s.lokal.waiting + s.lokal.again, 0);
    consumer_close(c);
}

/* Of two that were stored nobody knows: what is there changes nothing. */
static void a_bundle_that_had_not_ended_comes_again_as_a_whole(void **state)
{
    struct taken t;
    struct consumer *c;
    struct sums s;

    (void)state;
    commit_together(COMMITS);
    c = open_consumer(&t, COMMITS);
    wait_for(&t.enough);
    consumer_done(c, slice_of(t.ids[0]));
    consumer_park(c, slice_of(t.ids[1]), "broken");
    close_store();
    open_store();
    c = open_consumer(&t, COMMITS);
    wait_for(&t.enough);
    assert_int_equal(t.recovered, COMMITS);
    s = sums();
    assert_int_equal(s.lokal.parked, 0);
    for (unsigned i = 0; i < COMMITS; i++)
        consumer_park(c, slice_of(t.ids[i]), "broken");
    s = sums();
    assert_int_equal(s.lokal.parked, COMMITS);
    assert_int_equal(s.lokal.waiting, 0);
    consumer_close(c);
}

/* The id of the only entry. */
static void id_of(char id[48])
{
    redisContext *c = raw();
    redisReply *r = redisCommand(c, "XRANGE " STREAM " - +");

    assert_int_equal(r->elements, 1);
    snprintf(id, 48, "%s", r->element[0]->element[0]->str);
    freeReplyObject(r);
    redisFree(c);
}

/* Its answer was lost, and the call is made again. */
static void what_is_said_twice_is_done_once(void **state)
{
    char id[48];

    (void)state;
    commit_together(COMMITS);
    id_of(id);
    for (unsigned i = 0; i < 2; i++)
        integer("FCALL kt6_scatter 5 " STREAM
                " {19.06}wait:sink:lokal {19.06}waitt:sink:lokal {19.06}parked:sink:lokal "
                "{19.06}count: %s 0 7 8 %s r99999999999999 %s pbroken %s",
                id, "", "", "");
    assert_int_equal(integer("ZCARD {19.06}wait:sink:lokal"), 1);
    assert_int_equal(integer("XLEN {19.06}parked:sink:lokal"), 1);
    assert_int_equal(sums().lokal.done, 3);
    integer("FLUSHALL");
    close_store();
    open_store();
    commit_together(COMMITS);
    id_of(id);
    for (unsigned i = 0; i < 2; i++)
        integer("FCALL kt6_done 2 " STREAM " {19.06}count: 1 %s 5", id);
    assert_int_equal(sums().lokal.done, COMMITS);
}

/* They know of no pieces: what they say is said of each. */
static void a_gateway_of_an_earlier_version_ends_them_too(void **state)
{
    static const struct {
        const char *call;
        unsigned done, again, parked;
    } said[] = {
        { "FCALL kt1_done 2 " STREAM " {19.06}count: %s", COMMITS, 0, 0 },
        { "FCALL kt1_retry 3 " STREAM
          " {19.06}wait:sink:lokal {19.06}waitt:sink:lokal %s 99999999999999 1 7 8",
          0, COMMITS, 0 },
        { "FCALL kt1_park 2 " STREAM " {19.06}parked:sink:lokal %s 0 7 broken 8 0", 0, 0, COMMITS },
    };
    struct sums s;
    char id[48];

    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        commit_together(COMMITS);
        id_of(id);
        integer(said[i].call, id);
        s = sums();
        assert_int_equal(s.lokal.done, said[i].done);
        assert_int_equal(s.lokal.again, said[i].again);
        assert_int_equal(s.lokal.parked, said[i].parked);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

static void entries_of_an_earlier_version_are_one_each(void **state)
{
    struct taken t;
    struct consumer *c;

    (void)state;
    integer("XADD " STREAM " * b %s", "one\ntwo");
    integer("XADD " STREAM " * b %s a 2 f 7", "three");
    integer("XADD " STREAM " * b %s k %s", "lengths that\ndo not fit", "5 7");
    integer("XADD " STREAM " * b %s k %s", "nor do\nthese", "x");
    c = open_consumer(&t, 4);
    wait_for(&t.enough);
    assert_string_equal(t.bodies[0], "one\ntwo");
    assert_string_equal(t.bodies[1], "three");
    assert_int_equal(t.attempts[1], 2);
    assert_string_equal(t.bodies[2], "lengths that\ndo not fit");
    assert_string_equal(t.bodies[3], "nor do\nthese");
    for (unsigned i = 0; i < 4; i++)
        consumer_done(c, slice_of(t.ids[i]));
    assert_int_equal(sums().lokal.done, 4);
    consumer_close(c);
}

struct moved {
    uint64_t n;
    bool done;
};

static void on_moved(void *arg, enum store_rc rc, uint64_t n)
{
    struct moved *m = arg;

    assert_int_equal(rc, STORE_OK);
    m->n = n;
    m->done = true;
}

static void what_is_moved_is_counted_by_pieces(void **state)
{
    struct moved m = { 0 };
    struct sums s;

    (void)state;
    commit_together(COMMITS);
    store_move(rig.store, S("sink:lain"), S("sink:lokal"), on_moved, &m);
    wait_for(&m.done);
    assert_int_equal(m.n, COMMITS);
    s = sums();
    assert_int_equal(s.lokal.entered, 2 * COMMITS);
    assert_int_equal(s.lokal.waiting, 2 * COMMITS);
    assert_int_equal(integer("HEXISTS {19.06}count: joined:{19.06}st:sink:lain"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(commits_that_leave_together_are_one_entry_and_end_one_by_one),
        CASE(a_piece_is_parked_or_tried_again_without_its_neighbours),
        CASE(a_bundle_that_had_not_ended_comes_again_as_a_whole),
        CASE(what_is_said_twice_is_done_once),
        CASE(a_gateway_of_an_earlier_version_ends_them_too),
        CASE(entries_of_an_earlier_version_are_one_each),
        CASE(what_is_moved_is_counted_by_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
