/* test_alone.c - a gateway that writes alone and one that has company leave the same in a real Redis, and
 * neither overwrites what it has not seen. */
#include <glob.h>
#include <sys/stat.h>

#include "tests/rooms/store_rig.h"

enum {
    BESIDE = 3 /* with them a commit is worth a transaction */
};

/* What is heard, with what it has seen. */
struct heard {
    char id[24];
    struct inbound in;
    struct store_seen seen;
    struct subject subject;
    struct answer answer;
};

/* A message, and steps of dialogues beside it that concern nobody else. */
struct message {
    struct heard own, beside[BESIDE];
};

static const struct subject_ref sender = { SUBJECT_SENDER, S("+6281200000001") };

static void begin_heard(struct heard *h, const char *id)
{
    memset(h, 0, sizeof *h);
    snprintf(h->id, sizeof h->id, "%s", id);
    h->in = sms_from(h->id);
    h->seen.in = &h->in;
    h->subject.ref = sender;
}

static void begin(struct message *m, const char *id)
{
    begin_heard(&m->own, id);
    for (unsigned i = 0; i < BESIDE; i++) {
        struct heard *h = &m->beside[i];

        begin_heard(h, id);
        snprintf(h->id, sizeof h->id, "%s/%u", id, i);
        h->in.provider_id = S("");
        h->subject.ref = (struct subject_ref){ SUBJECT_SESSION, slice_of(h->id) };
    }
}

static enum store_rc look_one(struct store *s, struct heard *h, unsigned n)
{
    h->answer.done = false;
    store_load(s, &h->seen, &h->subject, n, &rig.arena, on_answer, &h->answer);
    wait_for(&h->answer.done);
    return h->answer.rc;
}

/* First its duplicate key alone, so that the rest is not recalled. */
static enum store_rc look(struct store *s, struct message *m)
{
    enum store_rc rc = look_one(s, &m->own, 0);

    for (unsigned i = 0; i < BESIDE; i++)
        assert_int_equal(look_one(s, &m->beside[i], 1), STORE_OK);
    return rc == STORE_OK ? look_one(s, &m->own, 1) : rc;
}

static void send_one(struct store *s, struct heard *h, struct outcome *o)
{
    o->writes[0].seen_rev = h->subject.rev;
    h->answer.done = false;
    store_commit(s, &h->in, "emulator", o, &h->seen, on_answer, &h->answer);
}

/* rows: those beside it have some for the sinks, too. */
static void send_beside(struct store *s, struct message *m, struct outcome *o, bool rows)
{
    static struct outcome step;

    send_one(s, &m->own, o);
    for (unsigned i = 0; i < BESIDE; i++) {
        memset(&step, 0, sizeof step);
        step.writes_n = 1;
        step.writes[0] =
            (struct subject_write){ .ref = m->beside[i].subject.ref, .blob = S("step"), .ttl_ms = 60000 };
        step.rows_n = rows && i < 2 ? 1 : 0;
        step.rows[0] = (struct row){ .kind = ROW_PERSON, .person = { .id = i ? S("p-1") : S("p-22") } };
        send_one(s, &m->beside[i], &step);
    }
}

static void send(struct store *s, struct message *m, struct outcome *o)
{
    send_beside(s, m, o, false);
}

static enum store_rc ends(struct message *m)
{
    for (unsigned i = 0; i < BESIDE; i++) {
        wait_for(&m->beside[i].answer.done);
        assert_int_equal(m->beside[i].answer.rc, STORE_OK);
    }
    wait_for(&m->own.answer.done);
    return m->own.answer.rc;
}

static struct outcome *writes(const char *blob)
{
    static struct outcome o;

    memset(&o, 0, sizeof o);
    o.writes_n = 1;
    o.writes[0] = (struct subject_write){ .ref = sender, .blob = slice_of(blob), .ttl_ms = 60000 };
    return &o;
}

static enum store_rc one(struct store *s, const char *id, const char *blob)
{
    struct message m;
    enum store_rc rc;

    begin(&m, id);
    rc = look(s, &m);
    if (rc != STORE_OK)
        return rc;
    send(s, &m, writes(blob));
    return ends(&m);
}

static char *text_of(const char *command)
{
    redisContext *c = raw();
    redisReply *r = redisCommand(c, command);
    static char text[4096];

    snprintf(text, sizeof text, "%s", r->type == REDIS_REPLY_STRING ? r->str : "");
    freeReplyObject(r);
    redisFree(c);
    return text;
}

static unsigned transactions(void)
{
    const char *at = strstr(text_of("INFO commandstats"), "cmdstat_exec:calls=");

    return at ? (unsigned)atoi(at + strlen("cmdstat_exec:calls=")) : 0;
}

/* --- another gateway on the same Redis --- */

static struct store *another;

static void open_another(void)
{
    static char address[256], state[256];
    struct store_options o = options();
    struct err err = { "" };

    snprintf(address, sizeof address, "unix:%s/redis/redis.sock", rig.folder);
    snprintf(state, sizeof state, "%s/another", rig.folder);
    mkdir(state, 0700);
    o.managed = false;
    o.address = address;
    o.state_dir = state;
    rig.ready = false;
    another = store_open(rig.loop, &o, on_ready, NULL, &err);
    assert_non_null(another);
    wait_for(&rig.ready);
    assert_string_equal(rig.ready_err.text, "");
}

static void close_another(void)
{
    rig.closed = false;
    store_close(another, 3000, on_closed, NULL);
    wait_for(&rig.closed);
}

/* --- cases --- */

static void what_is_alone_goes_as_a_transaction(void **state)
{
    unsigned before;

    (void)state;
    assert_int_equal(one(rig.store, "a1", "first"), STORE_OK); /* finds that it is alone */
    before = transactions();
    assert_int_equal(one(rig.store, "a2", "second"), STORE_OK);
    assert_int_equal(transactions(), before + 1);
    assert_string_equal(text_of("GET {19.06}s:sender:+6281200000001") + 16, "second");
    assert_int_equal(one(rig.store, "a2", "again"), STORE_DUPLICATE);
}

static void what_another_gateway_wrote_is_not_overwritten(void **state)
{
    struct message m;
    unsigned before;

    (void)state;
    open_another();
    assert_int_equal(one(rig.store, "b1", "ours"), STORE_OK);
    begin(&m, "b2");
    assert_int_equal(look(rig.store, &m), STORE_OK);
    assert_int_equal(one(another, "b3", "theirs"), STORE_OK);
    before = transactions();
    send(rig.store, &m, writes("ours too"));
    assert_int_equal(ends(&m), STORE_CONFLICT);
    assert_int_equal(transactions(), before + 1); /* it was tried, and refused */
    assert_string_equal(text_of("GET {19.06}s:sender:+6281200000001") + 16, "theirs");
    begin(&m, "b2");
    assert_int_equal(look(rig.store, &m), STORE_OK);
    send(rig.store, &m, writes("ours at last"));
    assert_int_equal(ends(&m), STORE_OK);
    assert_string_equal(text_of("GET {19.06}s:sender:+6281200000001") + 16, "ours at last");
    assert_int_equal(one(another, "b2", "theirs"), STORE_DUPLICATE);
    close_another();
}

static void of_two_that_saw_the_same_one_is_a_conflict(void **state)
{
    struct message a, b;

    (void)state;
    assert_int_equal(one(rig.store, "c1", "first"), STORE_OK);
    begin(&a, "c2");
    begin(&b, "c3");
    assert_int_equal(look(rig.store, &a), STORE_OK);
    assert_int_equal(look(rig.store, &b), STORE_OK);
    send(rig.store, &a, writes("a"));
    send(rig.store, &b, writes("b"));
    assert_int_equal(ends(&a), STORE_OK);
    assert_int_equal(ends(&b), STORE_CONFLICT);
    assert_string_equal(text_of("GET {19.06}s:sender:+6281200000001") + 16, "a");
}

static void the_same_id_twice_under_way_is_a_duplicate(void **state)
{
    struct message a, b;

    (void)state;
    assert_int_equal(one(rig.store, "d1", "first"), STORE_OK);
    begin(&a, "d2");
    begin(&b, "d3");
    b.own.in.provider_id = S("d2");
    b.own.subject.ref.id = S("+6281200000002");
    assert_int_equal(look(rig.store, &a), STORE_OK);
    assert_int_equal(look(rig.store, &b), STORE_OK);
    send(rig.store, &a, writes("a"));
    send(rig.store, &b, writes("b"));
    assert_int_equal(ends(&a), STORE_OK);
    assert_int_equal(ends(&b), STORE_DUPLICATE);
}

/* Whatever else writes subjects: as gateways of the version before do, and what forgets a person. */
static void every_other_writer_ends_it(void **state)
{
    static const char *const others[] = {
        "FCALL kt3_commits 2 {19.06}count: {19.06}st:log 0 - 100",
        "FCALL kt2_commits 2 {19.06}count: {19.06}st:log 0 - 100",
        "FCALL kt1_forget 2 {19.06}s:number:1 {19.06}count: - - - - -",
    };

    (void)state;
    for (unsigned i = 0; i < sizeof others / sizeof *others; i++) {
        struct message m;
        unsigned before;
        redisContext *c;
        redisReply *r;

        assert_int_equal(one(rig.store, "f1", "first"), STORE_OK);
        begin(&m, "f2");
        assert_int_equal(look(rig.store, &m), STORE_OK);
        c = raw();
        r = redisCommand(c, others[i]);
        if (r->type == REDIS_REPLY_ERROR)
            fail_msg("%s", r->str);
        freeReplyObject(r);
        redisFree(c);
        before = transactions();
        send(rig.store, &m, writes("second"));
        assert_int_equal(ends(&m), STORE_OK);
        assert_int_equal(transactions(), before + 1); /* refused, and carried out by the function */
        assert_string_equal(text_of("GET {19.06}s:sender:+6281200000001") + 16, "second");
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

/* Everything that Redis holds of the district, without what differs by time: as text. */
static char *all_of(const char *district)
{
    static const char script[] =
        "local out = {} "
        "for _, k in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do "
        "  local kind, v = redis.call('TYPE', k).ok, nil "
        "  if kind == 'string' then v = string.sub(redis.call('GET', k), 17) .. (redis.call('PTTL', k) > 0 "
        "and ' lives' or '') "
        "  elseif kind == 'hash' then local t = redis.call('HGETALL', k) local u = {} "
        "    for i = 1, #t, 2 do u[#u + 1] = t[i] .. '=' .. string.gsub(string.gsub(t[i + 1], '\\1%d+\\1', "
        "''), 'since.*', '') end "
        "    table.sort(u) v = table.concat(u, ';') "
        "  elseif kind == 'zset' then v = table.concat(redis.call('ZRANGE', k, 0, -1, 'WITHSCORES'), ';') "
        "  elseif kind == 'stream' then local u = {} "
        "    for _, e in ipairs(redis.call('XRANGE', k, '-', '+')) do u[#u + 1] = table.concat(e[2], '=') "
        "end "
        "    v = table.concat(u, '|') end "
        "  if v and not string.find(k, 'alone') and not string.find(k, 'count') and not string.find(k, "
        "'seq') "
        "     and not string.find(k, 'log') and not string.find(k, 'gateways') and not string.find(k, "
        "'dup:commit') then "
        "    out[#out + 1] = string.sub(k, #ARGV[1] + 1) .. ' ' .. kind .. ' ' .. v end "
        "end table.sort(out) return table.concat(out, '\\n')";
    redisContext *c = raw();
    redisReply *r = redisCommand(c, "EVAL %s 0 %s", script, district);
    char *text = strdup(r->str);

    if (r->type != REDIS_REPLY_STRING)
        fail_msg("%s", r->str);
    freeReplyObject(r);
    redisFree(c);
    return text;
}

static struct outcome *many_things(unsigned i)
{
    struct outcome *o = writes("sender");

    o->writes[o->writes_n++] = (struct subject_write){ .ref = { SUBJECT_NUMBER, i ? S("48218") : S("48217") },
                                                       .blob = S("report"),
                                                       .ttl_ms = 60000 };
    o->writes[o->writes_n++] =
        (struct subject_write){ .ref = { SUBJECT_VILLAGE, S("19.06.01.2004") }, .check_only = true };
    o->rows_n = 1;
    o->rows[0] =
        (struct row){ .kind = ROW_RECORD,
                      .record = { .id = S("u-1"), .nomor = S("48217"), .form = S("timbang"), .version = 1 } };
    o->sms_n = 2;
    o->sms[0] = (struct sms){
        .to = S("+6281200000001"), .text = S("Diterima"), .class = SMS_ANSWER, .expires_ms = 1
    };
    o->sms[1] = (struct sms){
        .to = S("+6281200000009"), .text = S("Ada rujukan"), .class = SMS_REFERRAL, .expires_ms = 1
    };
    o->timers_n = 3;
    o->timers[0] = (struct timer){ .id = S("set"),
                                   .text = i ? S("two") : S("one"),
                                   .due_ms = INT64_C(99999999999990) + i };
    o->timers[1] = (struct timer){ .id = S("kept"),
                                   .text = i ? S("two") : S("one"),
                                   .due_ms = INT64_C(99999999999990) + i,
                                   .how = TIMER_KEEP };
    o->timers[2] =
        (struct timer){ .id = i ? S("gone") : S("other"), .due_ms = i ? 0 : INT64_C(99999999999999) };
    return o;
}

/* The same three messages, alone or not: what is left in Redis. */
static char *left(bool alone, unsigned *tried)
{
    unsigned before;
    char *all;

    before = transactions();
    for (unsigned i = 0; i < 3; i++) {
        struct message m;
        struct outcome *o;

        begin(&m, i == 0 ? "e0" : i == 1 ? "e1" : "e2");
        assert_int_equal(look(rig.store, &m), STORE_OK);
        for (unsigned k = 0; !alone && k < BESIDE; k++)
            m.own.seen.turn = m.beside[k].seen.turn = 0;
        o = many_things(i % 2);
        if (i == 2) { /* deletes */
            o->writes[1].blob = S("");
            o->writes[1].ref.id = S("48219");
            o->sms_n = o->rows_n = 0;
        }
        send_beside(rig.store, &m, o, i == 1);
        assert_int_equal(ends(&m), STORE_OK);
    }
    *tried = transactions() - before;
    all = all_of("{19.06}");
    return all;
}

/* Redis' file, of which a write may be cut short. */
static char *file_of_redis(void)
{
    char pattern[300], *text;
    glob_t found;
    long size;
    FILE *f;

    snprintf(pattern, sizeof pattern, "%s/redis/appendonlydir/*.incr.aof", rig.folder);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    f = fopen(found.gl_pathv[0], "r");
    assert_non_null(f);
    fseek(f, 0, SEEK_END);
    size = ftell(f);
    rewind(f);
    text = calloc(1, (size_t)size + 1);
    assert_int_equal(fread(text, 1, (size_t)size, f), size);
    fclose(f);
    globfree(&found);
    for (long i = 0; i < size; i++)
        if (!text[i])
            text[i] = ' '; /* what is packed has such bytes */
    return text;
}

/* What says that a commit was carried out comes behind all that it leads to, and its rows before anything
 * else. */
static void assert_order(void)
{
    static const char *const others[] = { "}st:sms:", "}due:", "}duet:", "}s:sender:", "}s:number:" };
    char *text = file_of_redis(), *dup = strstr(text, "dup:emulator:e1"), *multi = text, *rows = NULL;

    assert_non_null(dup);
    *dup = 0;
    for (char *p = text; (p = strstr(p, "\r\nMULTI\r\n")); p++)
        multi = p;
    for (char *p = multi; (p = strstr(p, "}st:sink:")); p++)
        rows = p;
    assert_non_null(rows);
    for (unsigned i = 0; i < sizeof others / sizeof *others; i++) {
        const char *first = strstr(multi, others[i]);

        if (!first)
            fail_msg("%s comes behind the duplicate key", others[i]);
        if (first < rows)
            fail_msg("%s comes before the rows", others[i]);
    }
    free(text);
}

static void both_ways_leave_the_same(void **state)
{
    unsigned tried;
    char *first, *second;

    first = left(false, &tried);
    assert_int_equal(tried, 0);
    assert_non_null(strstr(first, "st:sms:emulator"));
    assert_non_null(strstr(first, "=k=")); /* the rows of the second and of those beside it */
    assert_order();
    assert_int_equal(tear_down(state), 0);
    assert_int_equal(set_up(state), 0);
    assert_int_equal(one(rig.store, "x", "x"), STORE_OK);
    close_store();
    open_store();
    {
        redisContext *c = raw();

        freeReplyObject(
            redisCommand(c, "DEL {19.06}s:sender:+6281200000001 {19.06}dup:emulator:x {19.06}s:session:x/0 "
                            "{19.06}s:session:x/1 {19.06}s:session:x/2"));
        redisFree(c);
    }
    second = left(true, &tried);
    assert_true(tried >= 2); /* the first finds that it is alone */
    assert_string_equal(first, second);
    assert_order();
    free(first);
    free(second);
}

static void set_wrong_type(void)
{
    redisContext *c = raw();

    freeReplyObject(redisCommand(c, "SET {19.06}st:sink:lain x"));
    redisFree(c);
}

/* Somebody's hand in Redis.  Others beside them are carried out. */
static void rows_that_find_no_stream_are_not_accepted(void **state)
{
    unsigned before;

    for (unsigned alone = 0; alone < 2; alone++) {
        struct message m;

        assert_int_equal(one(rig.store, "x", "x"), STORE_OK);
        set_wrong_type();
        before = transactions();
        begin(&m, "e0");
        assert_int_equal(look(rig.store, &m), STORE_OK);
        for (unsigned k = 0; !alone && k < BESIDE; k++)
            m.own.seen.turn = m.beside[k].seen.turn = 0;
        send_beside(rig.store, &m, writes("first"), true);
        wait_for(&m.own.answer.done);
        assert_int_equal(m.own.answer.rc, STORE_OK);
        for (unsigned i = 0; i < BESIDE; i++) {
            wait_for(&m.beside[i].answer.done);
            assert_int_equal(m.beside[i].answer.rc, i < 2 ? STORE_UNAVAILABLE : STORE_OK);
        }
        assert_int_equal(transactions(), before + alone);
        assert_int_equal(tear_down(state), 0);
        assert_int_equal(set_up(state), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_alone_goes_as_a_transaction),
        CASE(what_another_gateway_wrote_is_not_overwritten),
        CASE(of_two_that_saw_the_same_one_is_a_conflict),
        CASE(the_same_id_twice_under_way_is_a_duplicate),
        CASE(every_other_writer_ends_it),
        CASE(both_ways_leave_the_same),
        CASE(rows_that_find_no_stream_are_not_accepted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
