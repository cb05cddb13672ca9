/* test_store.c - loads, commits, leases, streams and timers against a real, managed redis-server. */
#include <dirent.h>

#include "tests/rooms/store_rig.h"
#include "tests/support/rows.h"

static struct outcome *full_outcome(void)
{
    static struct outcome o;

    memset(&o, 0, sizeof o);
    o.writes_n = 1;
    o.writes[0] = (struct subject_write){ .ref = { SUBJECT_SENDER, S("+6281200000001") },
                                          .blob = S("{\"v\":1}"),
                                          .ttl_ms = 60000 };
    o.rows_n = 2;
    o.rows[0] =
        (struct row){ .kind = ROW_RECORD,
                      .record = { .id = S("u-1"), .nomor = S("48217"), .form = S("timbang"), .version = 1 } };
    o.rows[1] = (struct row){ .kind = ROW_PERSON, .person = { .id = S("p-1"), .nama = S("Siti") } };
    o.sms_n = 1;
    o.sms[0] = (struct sms){ .to = S("+6281200000001"), .text = S("Diterima"), .class = SMS_ANSWER };
    o.timers_n = 1;
    o.timers[0] = (struct timer){ .id = S("draft:1"), .text = S("hm"), .due_ms = INT64_C(99999999999999) };
    o.tallies_n = 1;
    o.tallies[0] = (struct tally){ .village = S("19.06.01.2004"),
                                   .disease = S("diare"),
                                   .day = S("2026-11-21"),
                                   .puskesmas = S("PKM01"),
                                   .delta = 2 };
    return &o;
}

static void a_commit_is_loaded_again(void **state)
{
    struct inbound in = sms_from("a1"), next = sms_from("a2");
    struct subject sub = { .ref = { SUBJECT_SENDER, S("+6281200000001") } };

    (void)state;
    assert_int_equal(load(&in, &sub, 1), STORE_OK);
    assert_int_equal(sub.rev, 0);
    assert_int_equal(commit(&in, full_outcome()), STORE_OK);
    assert_int_equal(load(&in, NULL, 0), STORE_DUPLICATE);
    assert_int_equal(load(&next, &sub, 1), STORE_OK);
    assert_true(sub.rev != 0);
    assert_true(slice_is(sub.blob, "{\"v\":1}"));
    assert_int_equal(raw_int("XLEN", "{19.06}st:sink:lokal"), 1);
    assert_int_equal(raw_int("XLEN", "{19.06}st:sink:lain"), 1);
    assert_int_equal(raw_int("XLEN", "{19.06}st:sms:emulator:0"), 1);
    assert_int_equal(raw_int("XLEN", "{19.06}st:tally"), 1);
    assert_int_equal(raw_int("ZCARD", "{19.06}due:"), 1);
}

/* One write of a sender, with the revision that was seen. */
static struct outcome *sender_outcome(uint64_t rev)
{
    static struct outcome o;

    memset(&o, 0, sizeof o);
    o.writes_n = 1;
    o.writes[0] = (struct subject_write){ .ref = { SUBJECT_SENDER, S("+6281200000001") },
                                          .seen_rev = rev,
                                          .blob = S("{\"v\":1,\"n\":2}"),
                                          .ttl_ms = 60000 };
    return &o;
}

static void a_sender_is_recalled_until_it_is_otherwise_in_redis(void **state)
{
    struct inbound first = sms_from("r1"), second = sms_from("r2"), third = sms_from("r3");
    struct subject sub = { .ref = { SUBJECT_SENDER, S("+6281200000001") } };

    (void)state;
    assert_int_equal(commit(&first, sender_outcome(0)), STORE_OK);
    assert_int_equal(load(&second, &sub, 1), STORE_OK);
    assert_true(sub.recalled);
    assert_true(slice_is(sub.blob, "{\"v\":1,\"n\":2}"));
    /* The same message again: known at the commit. */
    assert_int_equal(commit(&first, sender_outcome(sub.rev)), STORE_DUPLICATE);
    assert_int_equal(commit(&second, sender_outcome(sub.rev)), STORE_OK);
    /* Its life ran out, or another gateway took it away. */
    assert_int_equal(load(&third, &sub, 1), STORE_OK);
    assert_int_equal(raw_int("DEL", "{19.06}s:sender:+6281200000001"), 1);
    assert_int_equal(commit(&third, sender_outcome(sub.rev)), STORE_CONFLICT);
    assert_int_equal(load(&third, &sub, 1), STORE_OK);
    assert_false(sub.recalled);
    assert_int_equal(sub.rev, 0);
    assert_int_equal(commit(&third, sender_outcome(0)), STORE_OK);
}

static void what_is_only_checked_is_a_conflict_too(void **state)
{
    struct inbound in = sms_from("k1"), step = sms_from("");
    struct subject sub = { .ref = { SUBJECT_SENDER, S("+6281200000001") } };
    struct outcome *o;

    (void)state;
    assert_int_equal(commit(&in, sender_outcome(0)), STORE_OK);
    assert_int_equal(load(&step, &sub, 1), STORE_OK);
    assert_true(sub.recalled);
    assert_int_equal(raw_int("DEL", "{19.06}s:sender:+6281200000001"), 1);
    o = sender_outcome(0);
    o->writes[0].ref = (struct subject_ref){ SUBJECT_SESSION, S("+6281200000001/*123#") };
    o->writes[o->writes_n++] =
        (struct subject_write){ .ref = sub.ref, .seen_rev = sub.rev, .check_only = true };
    assert_int_equal(commit(&step, o), STORE_CONFLICT);
    assert_int_equal(raw_int("EXISTS", "{19.06}s:session:+6281200000001/*123#"), 0);
    o->writes[1].seen_rev = 0;
    assert_int_equal(commit(&step, o), STORE_OK);
    assert_int_equal(raw_int("EXISTS", "{19.06}s:session:+6281200000001/*123#"), 1);
}

static void the_same_id_is_a_duplicate_and_changes_nothing(void **state)
{
    struct inbound in = sms_from("b1");

    (void)state;
    assert_int_equal(commit(&in, full_outcome()), STORE_OK);
    assert_int_equal(commit(&in, full_outcome()), STORE_DUPLICATE);
    assert_int_equal(raw_int("XLEN", "{19.06}st:sink:lokal"), 1);
}

static void a_moved_revision_is_a_conflict_and_changes_nothing(void **state)
{
    struct inbound a = sms_from("c1"), b = sms_from("c2");

    (void)state;
    assert_int_equal(commit(&a, full_outcome()), STORE_OK);
    assert_int_equal(commit(&b, full_outcome()), STORE_CONFLICT);
    assert_int_equal(raw_int("XLEN", "{19.06}st:sink:lokal"), 1);
    assert_int_equal(raw_int("EXISTS", "{19.06}dup:emulator:c2"), 0);
}

static void a_subject_is_rewritten_checked_and_deleted(void **state)
{
    struct inbound in = { .kind = INBOUND_USSD, .provider = S("emulator") };
    struct subject sub = { .ref = { SUBJECT_SESSION, S("+62812/*123#") } };
    static struct outcome o;
    uint64_t first;

    (void)state;
    o.writes_n = 1;
    o.writes[0] = (struct subject_write){ .ref = sub.ref, .blob = S("one"), .ttl_ms = 60000 };
    assert_int_equal(commit(&in, &o), STORE_OK);
    assert_int_equal(load(&in, &sub, 1), STORE_OK);
    first = sub.rev;
    o.writes[0].seen_rev = first;
    o.writes[0].blob = S("two");
    assert_int_equal(commit(&in, &o), STORE_OK);
    assert_int_equal(commit(&in, &o), STORE_CONFLICT);
    assert_int_equal(load(&in, &sub, 1), STORE_OK);
    assert_true(sub.rev != first);
    assert_true(slice_is(sub.blob, "two"));
    o.writes[0].seen_rev = first;
    o.writes[0].check_only = true;
    assert_int_equal(commit(&in, &o), STORE_CONFLICT);
    o.writes[0].seen_rev = sub.rev;
    assert_int_equal(commit(&in, &o), STORE_OK);
    o.writes[0].check_only = false;
    o.writes[0].blob = S("");
    assert_int_equal(commit(&in, &o), STORE_OK);
    assert_int_equal(load(&in, &sub, 1), STORE_OK);
    assert_int_equal(sub.rev, 0);
}

static void raise_flag(void *arg)
{
    *(bool *)arg = true;
}

static void leased_numbers_begin_at_100_and_never_repeat(void **state)
{
    uint64_t want = 100, got[12];
    bool woken;

    (void)state;
    while (want < 1000) {
        if (!store_lease_peek(rig.store, got, 12)) {
            woken = false;
            store_lease_wait(rig.store, raise_flag, &woken);
            assert_false(woken);
            wait_for(&woken);
            continue;
        }
        for (unsigned i = 0; i < 12; i++)
            assert_int_equal(got[i], want + i);
        store_lease_take(rig.store, 7);
        want += 7;
    }
}

static void numbers_go_on_upwards_when_redis_forgot_its_sequence(void **state)
{
    uint64_t got[100], highest = 0;

    (void)state;
    for (unsigned round = 0; round < 6; round++) {
        bool woken = false;

        while (!store_lease_peek(rig.store, got, 100)) {
            woken = false;
            store_lease_wait(rig.store, raise_flag, &woken);
            wait_for(&woken);
        }
        assert_true(got[0] > highest);
        highest = got[99];
        store_lease_take(rig.store, 100);
        if (round == 2)
            assert_int_equal(raw_int("DEL", "{19.06}seq:"), 1);
    }
}

/* --- consumers --- */

struct taken {
    unsigned n, recovered, attempts;
    char ids[64][44];
    char body[4096], raw[4096];
    size_t raw_n;
    unsigned want;
    bool enough;
};

static void on_entry(void *arg, const struct entry *e)
{
    struct taken *t = arg;

    snprintf(t->ids[t->n % 64], sizeof t->ids[0], "%.*s", SLICE_ARG(e->id));
    shown_in(t->body, sizeof t->body, e->body);
    t->raw_n = e->body.n < sizeof t->raw ? e->body.n : 0;
    memcpy(t->raw, e->body.p, t->raw_n);
    t->n++;
    t->recovered += e->recovered;
    t->attempts = e->attempts;
    t->enough = t->n >= t->want;
}

static void commit_n(const char *prefix, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        char id[32];
        struct inbound in;
        struct outcome *o = full_outcome();

        snprintf(id, sizeof id, "%s%u", prefix, i);
        in = sms_from(id);
        o->writes_n = 0;
        assert_int_equal(commit(&in, o), STORE_OK);
    }
}

static void a_consumer_gets_what_is_committed_at_once(void **state)
{
    struct taken t = { .want = 3 };
    struct consumer *c = consumer_open(rig.store, "sink:lokal", 8, on_entry, &t);
    int64_t before = clock_mono_ms();

    (void)state;
    commit_n("d", 3);
    wait_for(&t.enough);
    assert_true(clock_mono_ms() - before < 900); /* not by the one-second look */
    assert_non_null(strstr(t.body, "\"row\":\"record\""));
    assert_non_null(strstr(t.body, "\n{\"v\":1,\"row\":\"person\""));
    for (unsigned i = 0; i < 3; i++)
        consumer_done(c, slice_of(t.ids[i]));
    commit_n("e", 1); /* its answer comes behind what was said */
    assert_int_equal(raw_int("XLEN", "{19.06}st:sink:lokal"), 1);
    consumer_close(c);
}

static void a_retry_comes_back_with_one_more_attempt(void **state)
{
    struct taken t = { .want = 1 };
    struct consumer *c = consumer_open(rig.store, "sms:emulator:0", 1, on_entry, &t);
    struct arena arena;
    struct lane_sms sms;
    struct err err;

    (void)state;
    commit_n("f", 1);
    wait_for(&t.enough);
    assert_int_equal(t.attempts, 0);
    t.enough = false;
    consumer_retry(c, slice_of(t.ids[0]), clock_wall_ms() + 100);
    wait_for(&t.enough);
    assert_int_equal(t.n, 2);
    assert_int_equal(t.attempts, 1);
    assert_int_equal(t.recovered, 0);
    arena_init(&arena, 65536);
    assert_true(t.raw_n < strlen(t.body));
    /* As it was put there, and as an earlier version put it. */
    for (unsigned i = 0; i < 2; i++) {
        struct slice body = i ? slice_of(t.body) : slice_make(t.raw, t.raw_n);

        assert_int_equal(sms_decode(body, &arena, &sms, &err), 0);
        assert_true(slice_is(sms.text, "Diterima"));
        assert_true(slice_is(sms.question_provider, "emulator"));
        assert_int_equal(sms.uuid.n, 36);
        assert_int_equal(sms_decode(slice_take(body, body.n - 1), &arena, &sms, &err), -1);
    }
    arena_free(&arena);
    consumer_park(c, slice_of(t.ids[1]), "no_way");
    commit_n("g", 1);
    assert_int_equal(raw_int("XLEN", "{19.06}st:sms:emulator:0"), 1);
    assert_int_equal(raw_int("XLEN", "{19.06}parked:sms:emulator:0"), 1);
    consumer_close(c);
}

static void what_was_under_way_at_the_end_is_recovered(void **state)
{
    struct taken t = { .want = 2 }, again = { .want = 3 };

    (void)state;
    consumer_open(rig.store, "sink:lokal", 2, on_entry, &t);
    commit_n("h", 3);
    wait_for(&t.enough);
    assert_int_equal(t.n, 2);
    close_store();
    open_store();
    consumer_open(rig.store, "sink:lokal", 8, on_entry, &again);
    wait_for(&again.enough);
    assert_int_equal(again.n, 3);
    assert_int_equal(again.recovered, 2);
}

/* --- timers --- */

struct fired {
    unsigned n;
    char id[64];
    int64_t due_ms;
    bool done;
};

static void on_due(void *arg, struct slice id, struct slice text, int64_t due_ms)
{
    struct fired *f = arg;

    assert_true(slice_is(text, "hm"));
    snprintf(f->id, sizeof f->id, "%.*s", SLICE_ARG(id));
    f->due_ms = due_ms;
    f->n++;
    f->done = true;
}

static void a_timer_fires_once_and_its_commit_takes_it_off(void **state)
{
    struct fired f = { 0 };
    struct inbound in = sms_from("i1"), timer = { .kind = INBOUND_TIMER, .provider = S("timer") };
    struct outcome *o = full_outcome();

    (void)state;
    store_on_due(rig.store, on_due, &f);
    o->timers[0].due_ms = clock_wall_ms() + 120;
    assert_int_equal(commit(&in, o), STORE_OK);
    wait_for(&f.done);
    assert_string_equal(f.id, "draft:1");
    assert_true(clock_wall_ms() >= f.due_ms);
    assert_true(clock_wall_ms() - f.due_ms < 100);
    /* It is looked for several times more before its message is committed. */
    while (clock_wall_ms() < f.due_ms + 600)
        assert_int_equal(load(&in, NULL, 0), STORE_DUPLICATE);
    assert_int_equal(f.n, 1);
    timer.timer = arena_printf(&rig.arena, "%s@%lld", f.id, (long long)f.due_ms);
    memset(o, 0, sizeof *o);
    assert_int_equal(commit(&timer, o), STORE_OK);
    assert_int_equal(raw_int("ZCARD", "{19.06}due:"), 0);
    assert_int_equal(raw_int("EXISTS", "{19.06}duet:"), 0);
}

static void a_timer_that_sets_itself_again_fires_again(void **state)
{
    struct fired f = { 0 };
    struct inbound in = sms_from("n1"), timer = { .kind = INBOUND_TIMER, .provider = S("timer") };
    struct outcome *o = full_outcome();

    (void)state;
    store_on_due(rig.store, on_due, &f);
    o->timers[0].due_ms = clock_wall_ms() + 30;
    assert_int_equal(commit(&in, o), STORE_OK);
    for (unsigned i = 1; i <= 3; i++) {
        wait_for(&f.done);
        f.done = false;
        assert_int_equal(f.n, i);
        timer.timer = arena_printf(&rig.arena, "%s@%lld", f.id, (long long)f.due_ms);
        memset(o, 0, sizeof *o);
        o->timers_n = i < 3;
        o->timers[0] = (struct timer){ .id = S("draft:1"), .text = S("hm"), .due_ms = f.due_ms + 40 };
        assert_int_equal(commit(&timer, o), STORE_OK);
    }
    assert_int_equal(raw_int("ZCARD", "{19.06}due:"), 0);
}

static void a_timer_is_carried_out_once_and_never_when_it_was_moved(void **state)
{
    struct inbound in = sms_from("o1"), again = sms_from("o2");
    struct inbound timer = {
        .kind = INBOUND_TIMER, .provider = S("timer"), .provider_id = S("draft:1@5"), .timer = S("draft:1@5")
    };
    struct outcome *o = full_outcome();
    static struct outcome nothing;

    (void)state;
    o->timers[0].due_ms = 5;
    assert_int_equal(commit(&in, o), STORE_OK);
    memset(o, 0, sizeof *o);
    o->timers_n = 1;
    o->timers[0] = (struct timer){ .id = S("draft:1"), .text = S("hm"), .due_ms = 7 };
    assert_int_equal(commit(&again, o), STORE_OK);
    assert_int_equal(commit(&timer, &nothing), STORE_DUPLICATE); /* moved */
    assert_int_equal(raw_int("ZCARD", "{19.06}due:"), 1);
    timer.timer = S("draft:1@7");
    assert_int_equal(commit(&timer, &nothing), STORE_OK);
    assert_int_equal(raw_int("ZCARD", "{19.06}due:"), 0);
    assert_int_equal(commit(&timer, &nothing), STORE_DUPLICATE); /* another gateway had it too */
    assert_int_equal(raw_int("EXISTS", "{19.06}dup:timer:draft:1@7"), 0);
}

static void what_a_dead_gateway_held_is_claimed(void **state)
{
    struct taken t = { .want = 1 };
    redisContext *c;

    (void)state;
    commit_n("p", 1);
    c = raw();
    freeReplyObject(redisCommand(c, "XGROUP CREATE {19.06}st:sink:lokal g 0"));
    freeReplyObject(redisCommand(c, "XREADGROUP GROUP g other COUNT 1 STREAMS {19.06}st:sink:lokal >"));
    freeReplyObject(redisCommand(c, "XGROUP CREATECONSUMER {19.06}st:sink:lokal g other"));
    {
        redisReply *r = redisCommand(c, "XRANGE {19.06}st:sink:lokal - +");
        const char *id = r->element[0]->element[0]->str;

        freeReplyObject(redisCommand(c, "XCLAIM {19.06}st:sink:lokal g other 0 %s IDLE 900000", id));
        freeReplyObject(r);
    }
    redisFree(c);
    consumer_open(rig.store, "sink:lokal", 4, on_entry, &t);
    wait_for(&t.enough);
    assert_int_equal(t.recovered, 1);
}

/* --- parking, days of cases, delivery ids --- */

static void a_message_that_cannot_be_carried_out_is_parked_once(void **state)
{
    struct inbound in = sms_from("q1");
    static const struct outcome nothing;
    struct answer a = { 0 }, again = { 0 };

    (void)state;
    store_park_inbound(rig.store, &in, "parked_crash", 5, on_answer, &a);
    wait_for(&a.done);
    assert_int_equal(a.rc, STORE_OK);
    store_park_inbound(rig.store, &in, "parked_crash", 5, on_answer, &again);
    wait_for(&again.done);
    assert_int_equal(again.rc, STORE_DUPLICATE);
    assert_int_equal(commit(&in, &nothing), STORE_DUPLICATE);
    assert_int_equal(raw_int("XLEN", "{19.06}parked:inbound"), 1);
    assert_int_equal(raw_int("XLEN", "{19.06}st:log"), 1); /* people find it */
}

static void a_timer_that_cannot_be_carried_out_is_parked_and_never_handed_out_again(void **state)
{
    struct inbound in = sms_from("q2");
    struct inbound timer = {
        .kind = INBOUND_TIMER, .provider = S("timer"), .provider_id = S("draft:1@5"), .timer = S("draft:1@5")
    };
    struct outcome *o = full_outcome();
    struct answer a = { 0 };

    (void)state;
    o->timers[0].due_ms = 5;
    assert_int_equal(commit(&in, o), STORE_OK);
    store_park_inbound(rig.store, &timer, "parked_crash", 5, on_answer, &a);
    wait_for(&a.done);
    assert_int_equal(a.rc, STORE_OK);
    assert_int_equal(load(&in, NULL, 0), STORE_DUPLICATE); /* behind the removal */
    assert_int_equal(raw_int("ZCARD", "{19.06}due:"), 0);
    assert_int_equal(raw_int("XLEN", "{19.06}parked:inbound"), 1);
}

struct told {
    bool done;
    enum store_rc rc;
    char text[200];
};

static void on_text(void *arg, enum store_rc rc, struct slice text)
{
    struct told *t = arg;

    t->rc = rc;
    snprintf(t->text, sizeof t->text, "%.*s", SLICE_ARG(text));
    t->done = true;
}

static void cases_are_counted_for_village_and_puskesmas(void **state)
{
    struct told t = { 0 };
    struct inbound in = sms_from("s0");
    struct outcome *o = full_outcome();

    (void)state;
    commit_n("r", 2); /* two cases each */
    o->writes_n = 0;
    o->tallies[0].village = S("19.06.01.2005");
    o->tallies[0].delta = -1;
    assert_int_equal(commit(&in, o), STORE_OK);
    store_tally_read(rig.store, S("19.06.01.2004"), S("diare"), on_text, &t);
    wait_for(&t.done);
    assert_int_equal(t.rc, STORE_OK);
    assert_string_equal(t.text, "{\"2026-11-21\":4}");
    t.done = false;
    store_tally_read(rig.store, S("PKM01"), S("diare"), on_text, &t);
    wait_for(&t.done);
    assert_string_equal(t.text, "{\"2026-11-21\":3}");
    assert_true(raw_int("TTL", "{19.06}t:19.06.01.2004:diare") > 6000000);
}

static void a_week_that_is_said_again_stands_in_place_of_the_first(void **state)
{
    struct inbound in = sms_from("w2");
    struct told t = { 0 };

    (void)state;
    for (int64_t n = 14; n >= -1; n = n == 14 ? 0 : n - 1) {
        struct outcome *o = calloc(1, sizeof *o);
        char id[16];

        assert_non_null(o);
        o->reason = "accepted";
        snprintf(id, sizeof id, "w2-%lld", (long long)n);
        in.provider_id = slice_of(id);
        o->tallies[o->tallies_n++] = (struct tally){
            .village = S("PKM02"), .disease = S("w2:diare"), .day = S("2026-11-15"), .delta = n, .whole = true
        };
        assert_int_equal(commit(&in, o), STORE_OK);
        t.done = false;
        store_tally_read(rig.store, S("PKM02"), S("w2:diare"), on_text, &t);
        wait_for(&t.done);
        assert_string_equal(t.text, n == 14  ? "{\"2026-11-15\":14}"
                                    : n == 0 ? "{\"2026-11-15\":0}" /* said, and none */
                                             : "{}");
        free(o);
    }
}

/* Two of one puskesmas say the same week: when one is taken back, the other's count stands (RULINGS 58). */
static void of_two_reports_of_a_week_the_other_counts_when_one_is_taken_back(void **state)
{
    static const struct {
        const char *nomor;
        int64_t n;
        const char *counts;
    } said[] = { { "48217", 14, "{\"2026-11-15\":14}" }, { "48225", 20, "{\"2026-11-15\":20}" },
                 { "48225", -1, "{\"2026-11-15\":14}" }, { "48225", 9, "{\"2026-11-15\":9}" },
                 { "48217", -1, "{\"2026-11-15\":9}" },  { "48225", -1, "{}" } };
    struct inbound in = sms_from("w2");
    struct told t = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct outcome *o = calloc(1, sizeof *o);
        char id[16];

        assert_non_null(o);
        o->reason = "accepted";
        snprintf(id, sizeof id, "two-%zu", i);
        in.provider_id = slice_of(id);
        o->tallies[o->tallies_n++] = (struct tally){ .village = S("PKM03"),
                                                     .disease = S("w2:diare"),
                                                     .day = S("2026-11-15"),
                                                     .nomor = slice_of(said[i].nomor),
                                                     .delta = said[i].n,
                                                     .whole = true };
        assert_int_equal(commit(&in, o), STORE_OK);
        t.done = false;
        store_tally_read(rig.store, S("PKM03"), S("w2:diare"), on_text, &t);
        wait_for(&t.done);
        assert_string_equal(t.text, said[i].counts);
        free(o);
    }
}

/* A village that has cases every day for years: what is read of it at each case does not grow. */
static void days_of_cases_are_bounded(void **state)
{
    struct inbound in = sms_from("years");
    struct outcome *o = calloc(1, sizeof *o);
    redisContext *c = raw();

    (void)state;
    assert_non_null(o);
    for (int day = 0; day < 1500; day++)
        freeReplyObject(redisCommand(c, "HSET {19.06}t:PKM02:diare %d-%02d-%02d 3", 2020 + day / 336,
                                     1 + day / 28 % 12, 1 + day % 28));
    o->reason = "accepted";
    o->tallies[o->tallies_n++] =
        (struct tally){ .village = S("PKM02"), .disease = S("diare"), .day = S("2026-11-15"), .delta = 2 };
    assert_int_equal(commit(&in, o), STORE_OK);
    assert_in_range(raw_int("HLEN", "{19.06}t:PKM02:diare"), 130, 600);
    in.provider_id = S("years-2");
    assert_int_equal(commit(&in, o), STORE_OK);
    assert_in_range(raw_int("HLEN", "{19.06}t:PKM02:diare"), 130, 150);
    for (int day = 0; day < 2; day++) {
        redisReply *r = redisCommand(c, "HEXISTS {19.06}t:PKM02:diare %s", day ? "2026-11-15" : "2023-01-01");

        assert_int_equal(r->integer, day); /* the newest stay */
        freeReplyObject(r);
    }
    redisFree(c);
    free(o);
}

static int64_t set_timer(const char *id, int64_t due_ms, enum timer_how how)
{
    static int n;
    struct inbound in;
    struct outcome *o = calloc(1, sizeof *o);
    redisContext *c = raw();
    redisReply *r;
    int64_t at = -1;
    char name[16];

    assert_non_null(o);
    o->reason = "accepted";
    snprintf(name, sizeof name, "how-%d", n++);
    in = sms_from(name);
    o->timers[o->timers_n++] =
        (struct timer){ .id = slice_of(id), .text = S("{}"), .due_ms = due_ms, .how = how };
    assert_int_equal(commit(&in, o), STORE_OK);
    free(o);
    r = redisCommand(c, "ZSCORE {19.06}due: %s", id);
    if (r->type == REDIS_REPLY_STRING)
        at = atoll(r->str);
    freeReplyObject(r);
    redisFree(c);
    return at;
}

static void a_timer_is_kept_or_moved_on(void **state)
{
    const int64_t far = clock_wall_ms() + 1000000;

    (void)state;
    assert_int_equal(set_timer("ingat:x", far, TIMER_MOVE), -1); /* none waits */
    assert_int_equal(set_timer("ingat:x", far, TIMER_KEEP), far);
    assert_int_equal(set_timer("ingat:x", far + 5, TIMER_KEEP), far);
    assert_int_equal(set_timer("ingat:x", far - 5, TIMER_MOVE), far); /* never to an earlier time */
    assert_int_equal(set_timer("ingat:x", far + 7, TIMER_MOVE), far + 7);
    assert_int_equal(set_timer("ingat:x", 0, TIMER_SET), -1);
}

static void a_delivery_id_finds_our_message_again(void **state)
{
    struct told t = { 0 };

    (void)state;
    store_dlr_put(rig.store, "kannel", S("their-1"), S("our-1"));
    store_dlr_get(rig.store, "kannel", S("their-1"), on_text, &t);
    wait_for(&t.done);
    assert_string_equal(t.text, "our-1");
    t.done = false;
    store_dlr_get(rig.store, "emulator", S("their-1"), on_text, &t);
    wait_for(&t.done);
    assert_int_equal(t.rc, STORE_OK);
    assert_string_equal(t.text, "");
}

static const char *dlr_of(const char *their_id)
{
    static struct told t;

    t.done = false;
    store_dlr_get(rig.store, "kannel", slice_of(their_id), on_text, &t);
    wait_for(&t.done);
    assert_int_equal(t.rc, STORE_OK);
    return t.text;
}

static void a_delivery_id_is_known_for_a_week_and_the_newest_counts(void **state)
{
    const long long day = clock_wall_ms() / 86400000;
    redisContext *c = raw();
    char longest[1001], key[64];

    (void)state;
    memset(longest, 'x', 1000);
    longest[1000] = '\0';
    for (unsigned i = 0; i < 300; i++) {
        char theirs[16], ours[16];

        snprintf(theirs, sizeof theirs, "t-%u", i);
        snprintf(ours, sizeof ours, "o-%u", i);
        store_dlr_put(rig.store, "kannel", slice_of(theirs), slice_of(ours));
    }
    store_dlr_put(rig.store, "kannel", slice_of(longest), S("long"));
    assert_string_equal(dlr_of("t-0"), "o-0");
    assert_string_equal(dlr_of("t-299"), "o-299");
    assert_string_equal(dlr_of(longest), "long");
    store_dlr_put(rig.store, "kannel", S("t-0"), S("again"));
    assert_string_equal(dlr_of("t-0"), "again");
    snprintf(key, sizeof key, "{19.06}dlrs:kannel:%lld", day);
    assert_in_range(raw_int("TTL", key), 7 * 86400, 8 * 86400);
    freeReplyObject(redisCommand(c, "HSET {19.06}dlrs:kannel:%lld a old b seven", day - 7));
    freeReplyObject(redisCommand(c, "HSET {19.06}dlrs:kannel:%lld a new", day - 3));
    freeReplyObject(redisCommand(c, "SET {19.06}dlr:kannel:earlier ours"));
    redisFree(c);
    assert_string_equal(dlr_of("a"), "new");
    assert_string_equal(dlr_of("b"), "seven");
    assert_string_equal(dlr_of("earlier"), "ours"); /* as an earlier version kept it */
    assert_string_equal(dlr_of("nobody"), "");
}

/* --- the message log --- */

static void a_commit_is_one_entry_of_the_log_with_all_that_came_of_it(void **state)
{
    struct taken t = { .want = 1 };
    struct consumer *c = consumer_open(rig.store, "log", 8, on_entry, &t);
    struct outcome *o = full_outcome();
    struct inbound in = sms_from("log1");

    (void)state;
    o->writes_n = 0;
    o->reason = "accepted";
    assert_int_equal(commit(&in, o), STORE_OK);
    wait_for(&t.enough);
    assert_non_null(strstr(t.body, "\"row\":\"in\""));
    assert_non_null(strstr(t.body, "\"from\":\"+6281200000001\""));
    assert_non_null(strstr(t.body, "\"text\":\"TIMBANG siti\""));
    assert_non_null(strstr(t.body, "\"reason\":\"accepted\""));
    assert_non_null(strstr(t.body, "\"rows\":[{\"row\":\"record\""));
    assert_non_null(strstr(t.body, "\"sms\":[{\"by\":\"emulator\",\"sms\":{\"class\":"));
    /* Not again for the same message. */
    assert_int_equal(commit(&in, o), STORE_DUPLICATE);
    assert_int_equal(raw_int("XLEN", "{19.06}st:log"), 1);
    consumer_done(c, slice_of(t.ids[0]));
    consumer_close(c);
}

/* A step of a dialogue leaves none: nobody looks for it, and Redis' time is dear. */
static void a_step_that_leads_to_nothing_is_not_in_the_log(void **state)
{
    static struct outcome o;
    struct inbound in = { .kind = INBOUND_USSD, .provider = S("emulator"), .from = S("+6281200000001") };

    (void)state;
    o = (struct outcome){ .writes_n = 1 };
    o.writes[0] = (struct subject_write){ .ref = { SUBJECT_SESSION, S("+6281200000001/*123#") },
                                          .blob = S("{}"),
                                          .ttl_ms = 60000 };
    assert_int_equal(commit(&in, &o), STORE_OK);
    assert_int_equal(raw_int("XLEN", "{19.06}st:log"), 0);
}

static void what_became_of_sms_is_one_entry_a_turn_and_outlives_a_lost_connection(void **state)
{
    struct taken t = { .want = 1 };
    struct consumer *c = consumer_open(rig.store, "log", 8, on_entry, &t);
    redisContext *other = raw();

    (void)state;
    commit_n("log", 1);
    wait_for(&t.enough);
    consumer_done(c, slice_of(t.ids[0]));
    t = (struct taken){ .want = 1 };
    /* The connection dies before the turn ends in which it is said. */
    freeReplyObject(redisCommand(other, "CLIENT KILL TYPE normal"));
    store_log_sent(rig.store, "emulator", S("u1"), "sent", "sent", 1);
    store_log_sent(rig.store, "emulator", S(""), "sent", "sent", 1); /* past the store: no line */
    store_dlr_put(rig.store, "emulator", S("theirs"), S("u2"));
    wait_for(&t.enough);
    assert_int_equal(t.n, 1);
    assert_non_null(strstr(t.body, "\"row\":\"sent\",\"uuid\":\"u1\",\"provider\":\"emulator\""));
    assert_non_null(strstr(t.body, "}\n{\"v\":1,\"row\":\"id\",\"uuid\":\"u2\""));
    consumer_done(c, slice_of(t.ids[0]));
    consumer_close(c);
    redisFree(other);
}

static void ids_of_any_length_and_bytes_are_keys(void **state)
{
    static char long_id[2000];
    struct inbound in = sms_from("x"), other;
    static const struct outcome nothing;

    (void)state;
    memset(long_id, 'a', sizeof long_id);
    in.provider_id = slice_make(long_id, sizeof long_id);
    other = in;
    other.provider_id.n--;
    assert_int_equal(commit(&in, &nothing), STORE_OK);
    assert_int_equal(commit(&in, &nothing), STORE_DUPLICATE);
    assert_int_equal(commit(&other, &nothing), STORE_OK);
    in.provider_id = S("a\r\n$5\r\n\xff{}");
    assert_int_equal(commit(&in, &nothing), STORE_OK);
    assert_int_equal(load(&in, NULL, 0), STORE_DUPLICATE);
}

/* --- spool --- */

struct spooled {
    unsigned n, full;
    bool done;
    enum spool_rc rc;
};

static void on_spool(void *arg, enum spool_rc rc)
{
    struct spooled *s = arg;

    s->n++;
    s->rc = rc;
    s->done = true;
}

struct given {
    unsigned n, want;
    char order[64];
    void *tokens[64];
    bool enough;
};

static void on_given(void *arg, const struct inbound *in, void *token)
{
    struct given *g = arg;

    g->tokens[g->n] = token;
    g->order[g->n++] = in->provider_id.p[0];
    g->enough = g->n >= g->want;
}

static void spool(const char *id, bool urgent)
{
    struct inbound in = sms_from(id);
    struct spooled s = { 0 };

    in.urgent = urgent;
    store_spool(rig.store, &in, on_spool, &s);
    assert_false(s.done);
    wait_for(&s.done);
    assert_int_equal(s.rc, SPOOL_OK);
}

static unsigned spool_files(const char *append)
{
    char path[300], file[600];
    struct dirent *e;
    unsigned n = 0;
    DIR *d;

    snprintf(path, sizeof path, "%s/spool", rig.folder);
    d = opendir(path);
    assert_non_null(d);
    while ((e = readdir(d)))
        if (strstr(e->d_name, ".spool")) {
            n++;
            if (append) {
                FILE *f;

                snprintf(file, sizeof file, "%s/%s", path, e->d_name);
                f = fopen(file, "a");
                assert_non_null(f);
                fputs(append, f);
                fclose(f);
            }
        }
    closedir(d);
    return n;
}

static void what_was_spooled_comes_back_urgent_first_and_goes_when_taken(void **state)
{
    struct given g = { .want = 4 };

    (void)state;
    spool("1", false);
    spool("2", true);
    spool("3", false);
    close_store();
    assert_int_equal(spool_files("torn"), 1);
    open_store();
    spool("4", true);
    assert_int_equal(spool_files(NULL), 2);
    store_on_spooled(rig.store, on_given, &g);
    wait_for(&g.enough);
    assert_string_equal(g.order, "2413");
    store_spool_done(rig.store, g.tokens[1], true);
    assert_int_equal(spool_files(NULL), 1); /* the second file is taken as a whole */
    store_spool_done(rig.store, g.tokens[0], true);
    store_spool_done(rig.store, g.tokens[2], true);
    assert_int_equal(spool_files(NULL), 1);
    /* Redis went away again under the last: it is spooled again, which changes nothing, and comes again. */
    spool("3", false);
    g.want = 5;
    g.enough = false;
    store_spool_done(rig.store, g.tokens[3], false);
    wait_for(&g.enough);
    assert_string_equal(g.order, "24133");
    store_spool_done(rig.store, g.tokens[4], true);
    assert_int_equal(spool_files(NULL), 0);
}

static void a_full_spool_says_so(void **state)
{
    static char text[60000];
    struct inbound in = sms_from("x");
    struct spooled s = { 0 };

    (void)state;
    memset(text, 'a', sizeof text);
    in.text = slice_make(text, sizeof text);
    for (unsigned i = 0; i < 1100; i++)
        store_spool(rig.store, &in, on_spool, &s);
    wait_for(&s.done);
    assert_int_equal(s.n, 1100);
    assert_int_equal(s.rc, SPOOL_OK);
    for (unsigned i = 0; i < 100 && s.rc == SPOOL_OK; i++) {
        s.done = false;
        store_spool(rig.store, &in, on_spool, &s);
        wait_for(&s.done);
    }
    assert_int_equal(s.rc, SPOOL_FULL);
}

int main(void)
{
    const char *only = getenv("TEST_ONLY");
    const struct CMUnitTest tests[] = {
        CASE(a_commit_is_loaded_again),
        CASE(a_week_that_is_said_again_stands_in_place_of_the_first),
        CASE(of_two_reports_of_a_week_the_other_counts_when_one_is_taken_back),
        CASE(days_of_cases_are_bounded),
        CASE(a_timer_is_kept_or_moved_on),
        CASE(a_sender_is_recalled_until_it_is_otherwise_in_redis),
        CASE(what_is_only_checked_is_a_conflict_too),
        CASE(the_same_id_is_a_duplicate_and_changes_nothing),
        CASE(a_moved_revision_is_a_conflict_and_changes_nothing),
        CASE(a_subject_is_rewritten_checked_and_deleted),
        CASE(leased_numbers_begin_at_100_and_never_repeat),
        CASE(numbers_go_on_upwards_when_redis_forgot_its_sequence),
        CASE(a_consumer_gets_what_is_committed_at_once),
        CASE(a_retry_comes_back_with_one_more_attempt),
        CASE(what_was_under_way_at_the_end_is_recovered),
        CASE(a_timer_fires_once_and_its_commit_takes_it_off),
        CASE(a_timer_that_sets_itself_again_fires_again),
        CASE(a_timer_is_carried_out_once_and_never_when_it_was_moved),
        CASE(what_a_dead_gateway_held_is_claimed),
        CASE(a_message_that_cannot_be_carried_out_is_parked_once),
        CASE(a_timer_that_cannot_be_carried_out_is_parked_and_never_handed_out_again),
        CASE(cases_are_counted_for_village_and_puskesmas),
        CASE(a_delivery_id_finds_our_message_again),
        CASE(a_delivery_id_is_known_for_a_week_and_the_newest_counts),
        CASE(a_commit_is_one_entry_of_the_log_with_all_that_came_of_it),
        CASE(a_step_that_leads_to_nothing_is_not_in_the_log),
        CASE(what_became_of_sms_is_one_entry_a_turn_and_outlives_a_lost_connection),
        CASE(ids_of_any_length_and_bytes_are_keys),
        CASE(what_was_spooled_comes_back_urgent_first_and_goes_when_taken),
        CASE(a_full_spool_says_so),
    };

    if (only)
        cmocka_set_test_filter(only);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
