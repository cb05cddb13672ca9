/* test_store_kill.c - what the store promises when Redis, a connection or the gateway itself is killed. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/model/stream_names.h"
#include "gateway/store/redis/shared.h"
#include "tests/rooms/store_rig.h"
#include "tests/support/rows.h"

static struct arena parts;

static long redis_pid(void)
{
    char path[300], text[32] = "";
    FILE *f;

    snprintf(path, sizeof path, "%s/redis/redis.lock", rig.folder);
    f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    fclose(f);
    return strtol(text, NULL, 10);
}

/* --- load: commits in a window, each with a row that names it --- */

enum {
    LOAD_MAX = 20000
};

struct load {
    unsigned total, window, begun, ended, ok, unknown, other;
    unsigned kill_every; /* ended commits between two kills */
    void (*kill)(void);
    int report; /* descriptor that hears the number of each commit that is OK, or -1 */
    char state[LOAD_MAX];
    struct outcome outcome;
    bool done;
};

struct one {
    struct load *load;
    unsigned n;
};

static void begin_more(struct load *l);

static void on_committed(void *arg, enum store_rc rc)
{
    struct one *one = arg;
    struct load *l = one->load;
    uint32_t n = one->n;

    l->ended++;
    l->ok += rc == STORE_OK;
    l->unknown += rc == STORE_UNAVAILABLE;
    l->other += rc == STORE_DUPLICATE || rc == STORE_CONFLICT;
    l->state[n] = rc == STORE_OK ? 'o' : 'u';
    free(one);
    if (l->report >= 0 && rc == STORE_OK)
        assert_int_equal(write(l->report, &n, sizeof n), sizeof n);
    if (l->kill && l->ended % l->kill_every == 0 && l->ended < l->total)
        l->kill();
    l->done = l->ended == l->total;
    begin_more(l);
}

static void begin_one(struct load *l)
{
    struct one *one = malloc(sizeof *one);
    char id[24];
    struct inbound in;

    assert_non_null(one);
    *one = (struct one){ l, l->begun++ };
    snprintf(id, sizeof id, "k%u", one->n);
    in = sms_from(id);
    l->outcome.rows[0].record.message_id = slice_of(id);
    store_commit(rig.store, &in, "emulator", &l->outcome, NULL, on_committed, one);
}

static void begin_more(struct load *l)
{
    while (l->begun < l->total && l->begun - l->ended < l->window)
        begin_one(l);
}

static void load_init(struct load *l, unsigned total, unsigned window)
{
    memset(l, 0, sizeof *l);
    arena_free(&parts);
    arena_init(&parts, 1 << 16);
    l->total = total;
    l->window = window;
    l->report = -1;
    l->outcome.rows_n = 1;
    l->outcome.rows[0] =
        (struct row){ .kind = ROW_RECORD,
                      .record = { .id = S("6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
                                  .nomor = S("48217"),
                                  .form = S("timbang"),
                                  .version = 1,
                                  .fields = row_part("{\"nama\":\"Siti Aminah\",\"bb\":9.2}", &parts) } };
    l->outcome.sms_n = 1;
    l->outcome.sms[0] =
        (struct sms){ .to = S("+6281200000001"), .text = S("Diterima 48217: Siti"), .class = SMS_ANSWER };
}

/* How often each commit stands in the stream of the first sink. */
static void count_rows(unsigned char *times, unsigned total)
{
    redisContext *c = raw();
    redisReply *r = redisCommand(c, "XRANGE {19.06}st:sink:lokal - +");

    assert_int_equal(r->type, REDIS_REPLY_ARRAY);
    memset(times, 0, total);
    for (size_t i = 0; i < r->elements; i++) {
        const redisReply *body = r->element[i]->element[1]->element[1];
        unsigned found = 0;

        for (size_t at = 0; at + 3 < body->len; at++) {
            const unsigned char *p = (const unsigned char *)body->str + at;
            unsigned long n;

            if (p[0] != NAME_message_id || p[1] >> 5 != 3 || p[2] != 'k') /* as packed.c has a text */
                continue;
            n = strtoul((const char *)p + 3, NULL, 10);
            assert_true(n < total);
            times[n]++;
            found++;
        }
        assert_true(found > 0);
    }
    freeReplyObject(r);
    redisFree(c);
}

static void check_exactly_once(const struct load *l)
{
    static unsigned char times[LOAD_MAX];

    count_rows(times, l->total);
    for (unsigned i = 0; i < l->total; i++) {
        if (l->state[i] == 'o')
            assert_int_equal(times[i], 1);
        else
            assert_true(times[i] <= 1);
    }
}

static void kill_redis(void)
{
    assert_int_equal(kill((pid_t)redis_pid(), SIGKILL), 0);
}

static void kill_connection(void)
{
    redisContext *c = raw();
    redisReply *r = redisCommand(c, "CLIENT KILL TYPE normal SKIPME yes");

    assert_int_equal(r->type, REDIS_REPLY_INTEGER);
    freeReplyObject(r);
    redisFree(c);
}

/* Ours is dropped with its answers unread: what Redis did meanwhile is unheard. */
static void drop_connection(void)
{
    raw_int("XLEN", "{19.06}st:sink:lokal"); /* behind what has left */
    redis_drop(rig.store->redis, "test");
}

static void cut_either_end(void)
{
    static unsigned n;

    if (n++ % 2)
        kill_connection();
    else
        drop_connection();
}

static struct load work;

static void commits_outlive_their_connection_exactly_once(void **state)
{
    (void)state;
    load_init(&work, 4000, 64);
    work.kill = cut_either_end;
    work.kill_every = 173;
    begin_more(&work);
    wait_for(&work.done);
    assert_int_equal(work.ok, 4000); /* one that was applied unheard is not called a duplicate */
    check_exactly_once(&work);
}

static void what_redis_said_yes_to_survives_its_kill_exactly_once(void **state)
{
    long first = redis_pid();

    (void)state;
    load_init(&work, 3000, 64);
    work.kill = kill_redis;
    work.kill_every = 500;
    begin_more(&work);
    wait_for(&work.done);
    assert_true(redis_pid() != first);
    assert_int_equal(work.other, 0);
    assert_true(work.ok > 2000);
    check_exactly_once(&work);
}

static void stop(void *arg)
{
    (void)arg;
    loop_stop(rig.loop);
}

/* A dialogue without ids: the step that was applied unheard is known by its own mark in the subject. */
static void a_ussd_step_applied_unheard_is_not_a_conflict(void **state)
{
    struct inbound in = { .kind = INBOUND_USSD, .provider = S("emulator") };
    struct subject sub = { .ref = { SUBJECT_SESSION, S("+62812/*123#") } };
    static struct outcome o;

    (void)state;
    o.writes_n = 1;
    for (unsigned i = 0; i < 60; i++) {
        struct answer a = { 0 };
        char text[16];

        snprintf(text, sizeof text, "step %u", i);
        while (load(&in, &sub, 1) == STORE_UNAVAILABLE)
            ; /* the line that was cut last time is not back yet */
        o.writes[0] = (struct subject_write){
            .ref = sub.ref, .seen_rev = sub.rev, .blob = slice_of(text), .ttl_ms = 60000
        };
        store_commit(rig.store, &in, "emulator", &o, NULL, on_answer, &a);
        if (i % 3 == 0) {
            /* One turn: it leaves.  Then the line is cut before its answer is read. */
            loop_soon(rig.loop, stop, NULL);
            assert_int_equal(loop_run(rig.loop), 0);
            assert_false(a.done);
            drop_connection();
        }
        wait_for(&a.done);
        assert_int_equal(a.rc, STORE_OK);
        while (load(&in, &sub, 1) == STORE_UNAVAILABLE)
            ;
        assert_true(slice_is(sub.blob, text));
    }
}

/* A write that a crash cut inside a transaction. */
static void leave_half_a_transaction(void)
{
    char path[256];
    FILE *f;

    snprintf(path, sizeof path, "%s/redis/appendonlydir/appendonly.aof.1.incr.aof", rig.folder);
    f = fopen(path, "a");
    assert_non_null(f);
    fprintf(f,
            "*1\r\n$5\r\nMULTI\r\n*5\r\n$4\r\nXADD\r\n$20\r\n{19.06}st:sink:lokal\r\n$15\r\n%013lld-0\r\n$"
            "1\r\nb\r\n"
            "$18\r\n\"message_id\":\"k0\"}\r\n*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$9\r\nha",
            (long long)clock_wall_ms());
    assert_int_equal(fclose(f), 0);
}

/* Killed, and dead: its sockets are closed. */
static void end_redis(void)
{
    redisContext *c = raw();
    void *reply;

    kill_redis();
    assert_int_equal(redisGetReply(c, &reply), REDIS_ERR);
    redisFree(c);
}

/* The next server is there. */
static void await_redis(void)
{
    struct inbound in = sms_from("none");
    struct subject sub = { .ref = { SUBJECT_SENDER, S("+62812") } };

    while (load(&in, &sub, 1) == STORE_UNAVAILABLE)
        ;
}

static void half_a_transaction_is_no_part_of_the_next(void **state)
{
    (void)state;
    load_init(&work, 0, 8);
    for (int i = 0; i < 3; i++) { /* what was written behind it is read at the start after the next */
        work.total += 50;
        work.done = false;
        begin_more(&work);
        wait_for(&work.done);
        end_redis();
        leave_half_a_transaction();
        await_redis();
    }
    work.total++;
    work.done = false;
    begin_more(&work);
    wait_for(&work.done);
    assert_int_equal(work.ok, work.total);
    check_exactly_once(&work);
}

/* --- the gateway itself --- */

struct seen {
    unsigned n, recovered, want;
    bool enough;
};

static void on_entry(void *arg, const struct entry *e)
{
    struct seen *s = arg;

    s->n++;
    s->recovered += e->recovered;
    s->enough = s->n >= s->want;
}

/* A gateway of its own that commits and consumes until it is killed. */
static _Noreturn void be_a_gateway(int report)
{
    static struct load l;
    static struct seen seen;
    struct err err;

    rig.loop = loop_new(&err);
    rig.late = loop_timer_new(rig.loop, "late", on_late, NULL);
    open_store();
    consumer_open(rig.store, "sink:lain", 5, on_entry, &seen);
    load_init(&l, LOAD_MAX, 32);
    l.report = report;
    begin_more(&l);
    wait_for(&l.done);
    for (;;)
        pause();
}

static void a_killed_gateway_leaves_redis_to_the_next_and_loses_nothing(void **state)
{
    static unsigned char times[LOAD_MAX];
    static char ok[LOAD_MAX];
    struct seen seen = { .want = 200 };
    int ends[2];
    unsigned heard = 0;
    uint32_t n;
    long server;
    pid_t child;

    (void)state;
    close_store(); /* the child opens its own */
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        be_a_gateway(ends[1]);
    }
    close(ends[1]);
    memset(ok, 0, sizeof ok);
    while (heard < 2000 && read(ends[0], &n, sizeof n) == (ssize_t)sizeof n) {
        ok[n] = 1;
        heard++;
    }
    server = redis_pid();
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    while (read(ends[0], &n, sizeof n) == (ssize_t)sizeof n)
        ok[n] = 1;
    close(ends[0]);

    open_store();
    assert_int_equal(redis_pid(), server); /* taken over, not started anew */
    count_rows(times, LOAD_MAX);
    for (unsigned i = 0; i < LOAD_MAX; i++) {
        assert_true(times[i] <= 1);
        assert_true(!ok[i] || times[i] == 1);
    }
    consumer_open(rig.store, "sink:lain", 1000, on_entry, &seen);
    wait_for(&seen.enough);
    assert_true(seen.recovered >= 5 && seen.recovered < 200); /* they were in the dead one's hands */
}

static void a_second_gateway_on_the_same_folder_is_told_so(void **state)
{
    struct store_options o = options();
    struct err err = { "" };

    (void)state;
    assert_null(store_open(rig.loop, &o, on_ready, NULL, &err));
    assert_non_null(strstr(err.text, "another gateway"));
    assert_non_null(strstr(err.text, "state"));
}

static void a_closed_store_leaves_no_server_and_no_socket(void **state)
{
    char path[300];
    long server = redis_pid();

    (void)state;
    snprintf(path, sizeof path, "%s/redis/redis.sock", rig.folder);
    assert_int_equal(access(path, F_OK), 0);
    close_store();
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(kill((pid_t)server, 0), -1);
}

/* --- durability --- */

static void raw_do(const char *command)
{
    redisContext *c = raw();
    redisReply *r = redisCommand(c, command);

    assert_int_equal(r->type, REDIS_REPLY_STATUS);
    freeReplyObject(r);
    redisFree(c);
}

static void a_forgetful_redis_is_refused_when_strict_and_only_then(void **state)
{
    char address[300], *folder = rig_folder();
    struct store_options o = options();
    struct store *mine = rig.store;
    struct err err = { "" };

    (void)state;
    raw_do("CONFIG SET appendfsync everysec");
    snprintf(address, sizeof address, "unix:%s/redis/redis.sock", rig.folder);
    o.managed = false;
    o.address = address;
    o.state_dir = folder;
    for (int strict = 1; strict >= 0; strict--) {
        o.strict = strict == 1;
        rig.ready = false;
        rig.store = store_open(rig.loop, &o, on_ready, NULL, &err);
        assert_non_null(rig.store);
        wait_for(&rig.ready);
        assert_int_equal(strstr(rig.ready_err.text, "appendfsync") != NULL, strict == 1);
        assert_int_equal(store_up(rig.store), strict == 0);
        close_store();
    }
    rig.store = mine;
    rig_folder_remove(folder);
}

/* --- figures, printed and not judged --- */

static struct store_figures figures;
static bool counted;

static void on_figures(void *arg, const struct store_figures *f)
{
    (void)arg;
    figures = *f;
    counted = true;
}

static void figures_of_this_machine(void **state)
{
    int64_t before;

    (void)state;
    load_init(&work, 20000, 200);
    before = clock_mono_us();
    begin_more(&work);
    wait_for(&work.done);
    before = clock_mono_us() - before;
    assert_int_equal(work.ok, 20000);
    counted = false;
    store_figures(rig.store, on_figures, NULL);
    wait_for(&counted);
    assert_int_equal(figures.commits, 20000);
    assert_int_equal(figures.sink_waiting, 40000);
    print_message("commits: %.0f/s pipelined by 200 (one row to two sinks, one SMS); Redis %.1f us each\n",
                  20000.0 * 1e6 / (double)before, (double)figures.redis_usec / 20000.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(commits_outlive_their_connection_exactly_once),
        CASE(what_redis_said_yes_to_survives_its_kill_exactly_once),
        CASE(half_a_transaction_is_no_part_of_the_next),
        CASE(a_ussd_step_applied_unheard_is_not_a_conflict),
        CASE(a_killed_gateway_leaves_redis_to_the_next_and_loses_nothing),
        CASE(a_second_gateway_on_the_same_folder_is_told_so),
        CASE(a_closed_store_leaves_no_server_and_no_socket),
        CASE(a_forgetful_redis_is_refused_when_strict_and_only_then),
        CASE(figures_of_this_machine),
    };
    const char *only = getenv("TEST_ONLY");

    if (only)
        cmocka_set_test_filter(only);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
