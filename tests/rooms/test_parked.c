/* test_parked.c - what was parked, on a real Redis: looked at, put back once, thrown away. */
#include "tests/rooms/store_rig.h"

struct seen {
    bool done, away;
    unsigned n;
    char text[4096]; /* "name n" or "id reason" of each, in lines */
    char id[48], body[2048];
};

static void on_streams(void *arg, const struct parked_stream *all, unsigned n)
{
    struct seen *s = arg;
    size_t at = 0;

    *s = (struct seen){ .done = true, .away = !all, .n = n };
    for (unsigned i = 0; i < n; i++)
        if (all[i].n)
            at +=
                (size_t)snprintf(s->text + at, sizeof s->text - at, "%.*s %llu %d\n", SLICE_ARG(all[i].name),
                                 (unsigned long long)all[i].n, all[i].oldest_ms > clock_wall_ms() - 60000);
}

static const char *streams(void)
{
    static struct seen s;

    s.done = false;
    store_parked_streams(rig.store, on_streams, &s);
    wait_for(&s.done);
    assert_false(s.away);
    return s.text;
}

struct changed {
    bool done;
    enum parked_rc rc;
};

static void on_changed(void *arg, enum parked_rc rc)
{
    *(struct changed *)arg = (struct changed){ true, rc };
}

static struct changed changed;

static void on_entries(void *arg, const struct parked_entry *all, unsigned n)
{
    struct seen *s = arg;

    *s = (struct seen){ .done = true, .away = !all, .n = n };
    if (!n)
        return;
    snprintf(s->id, sizeof s->id, "%.*s", SLICE_ARG(all[0].id));
    snprintf(s->text, sizeof s->text, "%.*s %u %lld", SLICE_ARG(all[0].reason), all[0].attempts,
             (long long)all[0].parked_ms);
    snprintf(s->body, sizeof s->body, "%.*s", SLICE_ARG(all[0].body));
}

static struct seen read_stream(const char *stream, const char *id)
{
    struct seen s = { .done = false };

    store_parked_read(rig.store, slice_of(stream), slice_of(id), 10, on_entries, &s);
    wait_for(&s.done);
    assert_false(s.away);
    return s;
}

/* Releases what was read. */
static enum parked_rc release(const char *stream, const struct seen *s)
{
    struct parked_entry e = { .id = slice_of(s->id), .body = slice_of(s->body) };

    changed.done = false;
    store_parked_release(rig.store, slice_of(stream), &e, on_changed, &changed);
    wait_for(&changed.done);
    return changed.rc;
}

static void park(struct inbound *in)
{
    struct answer a = { 0 };

    store_park_inbound(rig.store, in, "parked_error", 5, on_answer, &a);
    wait_for(&a.done);
    assert_int_equal(a.rc, STORE_OK);
}

struct back {
    bool came;
    unsigned n;
    char id[40], text[64];
    void *token;
};

static void on_back(void *arg, const struct inbound *in, void *token)
{
    struct back *b = arg;

    b->n++;
    snprintf(b->id, sizeof b->id, "%.*s", SLICE_ARG(in->provider_id));
    snprintf(b->text, sizeof b->text, "%.*s", SLICE_ARG(in->text));
    b->token = token;
    b->came = true;
}

static void a_released_message_is_carried_out_once_under_its_id(void **state)
{
    static const struct outcome nothing;
    struct inbound in = sms_from("p1");
    struct back b = { 0 };
    struct seen s;

    (void)state;
    assert_string_equal(streams(), "");
    store_on_released(rig.store, on_back, &b);
    park(&in);
    assert_string_equal(streams(), "inbound 1 1\n");
    s = read_stream("inbound", "");
    assert_int_equal(s.n, 1);
    assert_string_equal(s.text, "parked_error 0 5");
    assert_int_equal(load(&in, NULL, 0), STORE_DUPLICATE);
    assert_int_equal(release("inbound", &s), PARKED_OK);
    assert_int_equal(release("inbound", &s), PARKED_GONE);
    wait_for(&b.came);
    assert_string_equal(b.id, "p1");
    assert_string_equal(b.text, "TIMBANG siti");
    assert_int_equal(commit(&in, &nothing), STORE_OK);
    assert_int_equal(commit(&in, &nothing), STORE_DUPLICATE);
    store_released_done(rig.store, b.token, true);
    assert_string_equal(streams(), "");
    assert_int_equal(load(&in, NULL, 0), STORE_DUPLICATE);
    assert_int_equal(raw_int("XLEN", "{19.06}st:inbound"), 0);
    assert_int_equal(b.n, 1);
}

/* The key is another's: somebody carried the message out since. */
static void the_key_of_another_commit_is_left_alone(void **state)
{
    static const struct outcome nothing;
    struct inbound in = sms_from("p2");
    struct seen s;
    redisContext *c;

    (void)state;
    park(&in);
    c = raw();
    freeReplyObject(redisCommand(c, "DEL {19.06}dup:emulator:p2"));
    redisFree(c);
    assert_int_equal(commit(&in, &nothing), STORE_OK);
    s = read_stream("inbound", "");
    assert_int_equal(release("inbound", &s), PARKED_OK);
    assert_int_equal(commit(&in, &nothing), STORE_DUPLICATE);
}

static void a_released_timer_is_due_again(void **state)
{
    struct inbound timer = { .kind = INBOUND_TIMER,
                             .provider = S("timer"),
                             .provider_id = S("draft:1@5"),
                             .timer = S("draft:1@5"),
                             .text = S("{}") };
    struct seen s;

    (void)state;
    park(&timer);
    assert_int_equal(raw_int("ZCARD", "{19.06}due:"), 0);
    s = read_stream("inbound", "");
    assert_int_equal(release("inbound", &s), PARKED_OK);
    assert_int_equal(raw_int("ZCARD", "{19.06}due:"), 1);
    assert_int_equal(raw_int("HLEN", "{19.06}duet:"), 1);
    assert_int_equal(raw_int("XLEN", "{19.06}st:inbound"), 0);
    assert_string_equal(streams(), "");
}

/* Its caller hung up long ago: it would be taken for an answer to another page. */
static void a_ussd_step_is_never_released_but_dropped(void **state)
{
    struct inbound in = { .kind = INBOUND_USSD, .provider = S("emulator"), .from = S("+6281200000001") };
    struct seen s;

    (void)state;
    park(&in);
    s = read_stream("inbound", "");
    assert_int_equal(release("inbound", &s), PARKED_NEVER);
    assert_string_equal(streams(), "inbound 1 1\n");
    for (unsigned i = 0; i < 2; i++) {
        changed.done = false;
        store_parked_drop(rig.store, S("inbound"), slice_of(s.id), on_changed, &changed);
        wait_for(&changed.done);
        assert_int_equal(changed.rc, i ? PARKED_GONE : PARKED_OK);
    }
    assert_string_equal(streams(), "");
}

struct taken_one {
    bool came;
    char id[48];
    unsigned attempts;
    int64_t first_ms;
};

static void on_entry(void *arg, const struct entry *e)
{
    struct taken_one *t = arg;

    t->came = true;
    t->attempts = e->attempts;
    t->first_ms = e->first_ms;
    snprintf(t->id, sizeof t->id, "%.*s", SLICE_ARG(e->id));
}

static void a_row_goes_back_to_its_stream(void **state)
{
    struct taken_one t = { 0 };
    struct consumer *c = consumer_open(rig.store, "sink:lokal", 4, on_entry, &t);
    static struct outcome o = { .rows_n = 1, .rows = { { .kind = ROW_REFERRAL_EVENT } } };
    struct inbound in = sms_from("p3");
    int64_t first_ms;
    struct seen s;

    (void)state;
    assert_true(store_parked_is(rig.store, S("sink:lokal")));
    assert_true(store_parked_is(rig.store, S("sms:kannel:2")));
    assert_true(store_parked_is(rig.store, S("sms:kannel:3")));
    assert_false(store_parked_is(rig.store, S("sms:kannel:4")));
    assert_false(store_parked_is(rig.store, S("sink:")));
    assert_int_equal(commit(&in, &o), STORE_OK);
    wait_for(&t.came);
    first_ms = t.first_ms;
    consumer_park(c, slice_of(t.id), "refused");
    assert_string_equal(streams(), "sink:lokal 1 1\n");
    assert_int_equal(read_stream("sink:lokal", "1-1").n, 0);
    s = read_stream("sink:lokal", "");
    assert_int_equal(read_stream("sink:lokal", s.id).n, 1);
    t.came = false;
    assert_int_equal(release("sink:lokal", &s), PARKED_OK);
    wait_for(&t.came);
    assert_int_equal(t.attempts, 0);
    assert_int_equal(t.first_ms, first_ms);
    assert_string_equal(streams(), "");
    consumer_done(c, slice_of(t.id));
    consumer_close(c);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_released_message_is_carried_out_once_under_its_id),
        CASE(the_key_of_another_commit_is_left_alone),
        CASE(a_released_timer_is_due_again),
        CASE(a_ussd_step_is_never_released_but_dropped),
        CASE(a_row_goes_back_to_its_stream),
    };

    return cmocka_run_group_tests_name("parked", tests, NULL, NULL);
}
