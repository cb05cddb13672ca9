/* test_delivery.c - lanes, window, rate, attempts: a store that is a list in memory, and a provider that is
 * an evhttp server on the same loop. */
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "gateway/base/clock.h"
#include "gateway/base/stat.h"
#include "gateway/delivery/delivery.h"
#include "gateway/store/store.h"

enum {
    ENTRIES = 64,
};

/* --- the store's part, as store.h promises it --- */

struct fake_entry {
    char id[16];
    unsigned lane, attempts;
    int64_t first_ms;
    bool recovered, taken;
    struct lane_sms sms;
    const char *end; /* "done", "retry", or the reason of parking */
    int64_t due_ms;
};

struct consumer {
    void (*on_entry)(void *, const struct entry *);
    void *arg;
    char stream[64];
    unsigned lane, window, taken;
};

static struct {
    struct loop *loop;
    struct loop_timer *turn, *deadline;
    struct fake_entry entry[ENTRIES];
    unsigned n, ended, opened;
    struct consumer consumer[16];
    /* the provider */
    struct evhttp *evhttp;
    struct evhttp_request *held[ENTRIES];
    unsigned requests, held_n, most_held;
    int status;
    const char *says;
    bool hold, store_away;
    unsigned gateways;            /* 0: one */
    const char *taken_by_another; /* the id of one */
    int unsure;                   /* so often store_sure() says no */
    char order[256];              /* the texts in the order they came */
    char body[2048], head[2048], key[64];
    bool late;
    char dlr[160], log[64];
} world;

static void hand_out(void *arg)
{
    (void)arg;
    for (unsigned c = 0; c < world.opened; c++) {
        struct consumer *k = &world.consumer[c];

        for (unsigned i = 0; i < world.n && k->on_entry; i++) {
            struct fake_entry *e = &world.entry[i];
            struct entry out = { .id = slice_of(e->id),
                                 .body = slice_of(e->id),
                                 .attempts = e->attempts,
                                 .first_ms = e->first_ms,
                                 .recovered = e->recovered };

            if (e->taken || e->lane != k->lane || k->taken >= k->window)
                continue;
            e->taken = true;
            k->taken++;
            k->on_entry(k->arg, &out);
        }
    }
}

struct consumer *consumer_open(struct store *s, const char *stream, unsigned window,
                               void (*on_entry)(void *, const struct entry *), void *arg)
{
    struct consumer *c = &world.consumer[world.opened++];

    (void)s;
    *c = (struct consumer){ .on_entry = on_entry, .arg = arg, .window = window };
    snprintf(c->stream, sizeof c->stream, "%s", stream);
    c->lane = (unsigned)(stream[strlen(stream) - 1] - '0');
    loop_timer_set(world.turn, 0);
    return c;
}

void consumer_close(struct consumer *c)
{
    c->on_entry = NULL;
}

void consumer_window(struct consumer *c, unsigned window)
{
    if (window > c->window)
        loop_timer_set(world.turn, 0);
    c->window = window;
}

/* The message log hears of every end, before the entry leaves its lane. */
static void log_has(const char *how)
{
    char wanted[64];

    if (strcmp(how, "broken") == 0)
        return; /* no SMS could be read */
    if (strcmp(how, "retry") == 0)
        snprintf(wanted, sizeof wanted, "telko queued %s", strstr(world.log, "budget") ? "budget" : "later");
    else if (strcmp(how, "done") != 0)
        snprintf(wanted, sizeof wanted, "telko parked %s", how);
    else
        snprintf(wanted, sizeof wanted, "telko %s",
                 strstr(world.log, "expired") ? "expired expired" : "sent sent");
    if (world.opened == 3)
        assert_string_equal(world.log, wanted);
    assert_true(world.log[0]);
    world.log[0] = '\0';
}

static struct fake_entry *ended(struct consumer *c, struct slice id, const char *how)
{
    for (unsigned i = 0; i < world.n; i++) {
        struct fake_entry *e = &world.entry[i];

        if (slice_is(id, e->id)) {
            assert_true(e->taken);
            assert_null(e->end);
            e->end = how;
            log_has(how);
            c->taken--;
            world.ended++;
            loop_timer_set(world.turn, 0);
            if (world.ended == world.n)
                loop_stop(world.loop);
            return e;
        }
    }
    fail_msg("no entry of this id is under way");
    return NULL;
}

void consumer_done(struct consumer *c, struct slice id)
{
    ended(c, id, "done");
}

void consumer_retry(struct consumer *c, struct slice id, int64_t due_ms)
{
    ended(c, id, "retry")->due_ms = due_ms;
}

void consumer_park(struct consumer *c, struct slice id, const char *reason)
{
    ended(c, id, reason);
}

bool store_sure(const struct store *s)
{
    (void)s;
    return world.unsure-- <= 0;
}

unsigned store_gateways(const struct store *s)
{
    (void)s;
    return world.gateways ? world.gateways : 1;
}

bool consumer_holds(const struct consumer *c, struct slice id)
{
    (void)c;
    return !world.taken_by_another || !slice_is(id, world.taken_by_another);
}

void consumer_forget(struct consumer *c, struct slice id)
{
    for (unsigned i = 0; i < world.n; i++)
        if (slice_is(id, world.entry[i].id))
            world.entry[i].end = "forgotten";
    c->taken--;
    if (++world.ended == world.n)
        loop_stop(world.loop);
}

int sms_decode(struct slice body, struct arena *a, struct lane_sms *out, struct err *e)
{
    (void)a;
    for (unsigned i = 0; i < world.n; i++)
        if (slice_is(body, world.entry[i].id) && world.entry[i].sms.text.n) {
            *out = world.entry[i].sms;
            return 0;
        }
    return err_set(e, "no SMS");
}

void store_log_sent(struct store *s, const char *provider, struct slice uuid, const char *state,
                    const char *why, unsigned attempts)
{
    (void)s;
    assert_true(attempts > 0);
    if (uuid.n)
        snprintf(world.log, sizeof world.log, "%s %s %s", provider, state, why);
}

void store_dlr_put(struct store *s, const char *provider, struct slice their_id, struct slice uuid)
{
    size_t n = strlen(world.dlr);

    (void)s;
    snprintf(world.dlr + n, sizeof world.dlr - n, "%s%s %.*s %.*s", n ? "\n" : "", provider,
             SLICE_ARG(their_id), SLICE_ARG(uuid));
}

/* One number, one day. */
static struct asked {
    void (*f)(void *, enum store_rc, bool);
    void *arg;
    bool counted;
} asked[ENTRIES];
static unsigned asked_n, counted_n;

static void answer_daily(void *arg)
{
    struct asked *a = arg;

    a->f(a->arg, world.store_away ? STORE_UNAVAILABLE : STORE_OK, a->counted);
}

void store_daily_take(struct store *s, int64_t day, struct slice to, unsigned limit,
                      void (*f)(void *arg, enum store_rc, bool counted), void *arg)
{
    struct asked *a = &asked[asked_n++ % ENTRIES];

    (void)s;
    assert_true(day > 20000);
    assert_true(slice_is(to, "+6281234567890"));
    *a = (struct asked){ f, arg, !world.store_away && counted_n < limit };
    counted_n += a->counted;
    loop_soon(world.loop, answer_daily, a);
}

void store_daily_give(struct store *s, int64_t day, struct slice to)
{
    (void)s;
    (void)day;
    (void)to;
    assert_true(counted_n > 0);
    counted_n--;
}

/* --- the provider's part --- */

static void provider_answers(struct evhttp_request *req)
{
    struct evbuffer *b = evbuffer_new();

    evbuffer_add_printf(b, "%s", world.says);
    evhttp_send_reply(req, world.status, "x", b);
    evbuffer_free(b);
}

static void on_request(struct evhttp_request *req, void *arg)
{
    struct evbuffer *in = evhttp_request_get_input_buffer(req);
    struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
    const char *key = evhttp_find_header(headers, "apiKey");
    size_t n = evbuffer_get_length(in);
    struct slice body;

    (void)arg;
    if (n >= sizeof world.body)
        n = sizeof world.body - 1;
    evbuffer_remove(in, world.body, n);
    world.body[n] = '\0';
    snprintf(world.key, sizeof world.key, "%s", key ? key : "");
    body = slice_of(world.body);
    if (strlen(world.order) < sizeof world.order - 8)
        snprintf(world.order + strlen(world.order), 8, "%.*s ", (int)(body.n < 6 ? body.n : 6), body.p);
    world.head[0] = '\0';
    for (struct evkeyval *kv = headers->tqh_first; kv; kv = kv->next.tqe_next)
        snprintf(world.head + strlen(world.head), sizeof world.head - strlen(world.head), "%s: %s\n", kv->key,
                 kv->value);
    world.requests++;
    if (!world.hold) {
        provider_answers(req);
        return;
    }
    world.held[world.held_n++] = req;
    if (world.held_n > world.most_held)
        world.most_held = world.held_n;
}

static void on_late(void *arg)
{
    (void)arg;
    world.late = true;
    loop_stop(world.loop);
}

/* --- one world per test --- */

static struct config config;
static char url[128];
static struct delivery *delivery;

static int setup(void **state)
{
    struct sockaddr_in at;
    socklen_t n = sizeof at;
    struct evhttp_bound_socket *bound;

    (void)state;
    memset(&world, 0, sizeof world);
    memset(&config, 0, sizeof config);
    asked_n = counted_n = 0;
    world.loop = loop_new(NULL);
    world.turn = loop_timer_new(world.loop, "store", hand_out, NULL);
    world.deadline = loop_timer_new(world.loop, "deadline", on_late, NULL);
    world.evhttp = evhttp_new(loop_base(world.loop));
    evhttp_set_gencb(world.evhttp, on_request, NULL);
    bound = evhttp_bind_socket_with_handle(world.evhttp, "127.0.0.1", 0);
    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &n);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/cgi-bin/sendsms", ntohs(at.sin_port));
    world.status = 202;
    world.says = "0: Accepted for delivery";
    config.public_url = S("https://sms.dinkes.example");
    config.short_code = S("98120");
    config.providers_n = 1;
    config.providers[0] = (struct provider_conf){ .name = S("telko"), .dialect = S("kannel"), .window = 4 };
    config.providers[0].send =
        (struct send_conf){ .url = slice_of(url), .username = S("u"), .password = S("p") };
    /* It is noon, whatever the clock says. */
    config.utc_offset_min = (int)(720 - clock_wall_ms() / 60000 % 1440);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (delivery)
        delivery_close(delivery);
    delivery = NULL;
    evhttp_free(world.evhttp);
    loop_free(world.loop);
    return 0;
}

static struct fake_entry *put(const char *text, unsigned lane, enum sms_class class)
{
    struct fake_entry *e = &world.entry[world.n++];

    snprintf(e->id, sizeof e->id, "%u-0", world.n);
    e->lane = lane;
    e->first_ms = clock_wall_ms();
    e->sms = (struct lane_sms){ .to = S("+6281234567890"),
                                .text = slice_of(text),
                                .uuid = S("uuid-1"),
                                .class = class,
                                .expires_ms = e->first_ms + 3600000 };
    return e;
}

/* Until every entry is ended, or the time is over. */
static void run(int64_t ms)
{
    struct err e = { "" };

    if (!delivery)
        delivery = delivery_open(world.loop, NULL, &config, &e);
    assert_non_null(delivery);
    world.late = false;
    loop_timer_set(world.turn, 0);
    loop_timer_set(world.deadline, ms);
    assert_int_equal(loop_run(world.loop), 0);
    loop_timer_stop(world.deadline);
}

/* --- cases --- */

static void an_sms_goes_out_by_post_and_is_done(void **state)
{
    struct fake_entry *e = put("Halo", 0, SMS_ANSWER);

    (void)state;
    run(5000);
    assert_string_equal(e->end, "done");
    assert_string_equal(world.body, "Halo");
    assert_non_null(strstr(world.head, "X-Kannel-Username: u\nX-Kannel-Password: p\nX-Kannel-From: 98120\n"
                                       "X-Kannel-To: +6281234567890\nX-Kannel-Coding: 0\n"));
    assert_non_null(
        strstr(world.head, "X-Kannel-DLR-Url: https://sms.dinkes.example/dlr/telko?uuid=uuid-1&type=%d"));
}

static void answers_overtake_alerts_and_bulk(void **state)
{
    (void)state;
    config.providers[0].window = 1;
    put("c1", 2, SMS_BULK);
    put("c2", 2, SMS_BULK);
    put("b1", 1, SMS_ALERT);
    put("b2", 1, SMS_ALERT);
    put("a1", 0, SMS_ANSWER);
    put("a2", 0, SMS_EMERGENCY);
    run(5000);
    assert_false(world.late);
    /* Whatever was taken first, the two of lane 0 are not behind a second of the lower lanes. */
    assert_int_equal(world.requests, 6);
    assert_true(strstr(world.order, "a2") < strstr(world.order, "b2"));
    assert_true(strstr(world.order, "a2") < strstr(world.order, "c2"));
    assert_true(strstr(world.order, "b2") < strstr(world.order, "c2"));
}

static void the_window_is_shared_by_the_lanes(void **state)
{
    (void)state;
    world.hold = true;
    for (int i = 0; i < 6; i++) {
        put("a", 0, SMS_ANSWER);
        put("b", 1, SMS_ALERT);
    }
    run(500);
    assert_true(world.late);
    assert_int_equal(world.most_held, 4);
    assert_int_equal(delivery_under_way(delivery), 4);
    for (unsigned i = 0; i < 4; i++)
        provider_answers(world.held[i]);
    world.hold = false;
    run(5000);
    assert_int_equal(world.ended, 12);
}

static void an_emergency_finds_a_place_in_a_window_full_of_answers(void **state)
{
    (void)state;
    world.hold = true;
    config.providers[0].window = 8;
    for (int i = 0; i < 12; i++)
        put("a", 0, SMS_ANSWER);
    run(300);
    assert_true(world.late);
    put("e", 3, SMS_EMERGENCY);
    run(300);
    assert_non_null(strstr(world.order, "e"));
    assert_int_equal(world.held_n, 8);
}

static void under_a_rate_an_emergency_leaves_at_once(void **state)
{
    int64_t begun;

    (void)state;
    config.providers[0].rate = 10;
    for (int i = 0; i < 40; i++)
        put("a", 0, SMS_ANSWER);
    run(1500);
    assert_true(world.late);
    put("e", 3, SMS_EMERGENCY);
    begun = clock_mono_ms();
    while (!strstr(world.order, "e") && clock_mono_ms() - begun < 2000)
        run(20);
    assert_in_range(clock_mono_ms() - begun, 0, 100);
}

static void the_rate_spreads_them(void **state)
{
    int64_t begun = clock_mono_ms();

    (void)state;
    config.providers[0].rate = 10;
    for (int i = 0; i < 6; i++)
        put("a", 0, SMS_ANSWER);
    run(5000);
    assert_int_equal(world.ended, 6);
    assert_in_range(clock_mono_ms() - begun, 450, 2000);
}

static void under_a_rate_only_what_is_soon_sent_is_taken(void **state)
{
    unsigned taken = 0;

    (void)state;
    config.providers[0].rate = 1;
    config.providers[0].window = 10;
    world.hold = true;
    for (int i = 0; i < 20; i++)
        put("a", 0, SMS_ANSWER);
    run(300);
    for (unsigned i = 0; i < world.n; i++)
        taken += world.entry[i].taken;
    assert_in_range(taken, 1, 3);
    assert_int_equal(world.requests, 1);
}

static void a_provider_that_says_later_is_tried_again(void **state)
{
    struct fake_entry *e = put("x", 0, SMS_ANSWER);

    (void)state;
    world.status = 503;
    run(5000);
    assert_string_equal(e->end, "retry");
    assert_true(e->due_ms > clock_wall_ms() - 1000);
}

static void a_provider_that_refuses_parks_it(void **state)
{
    struct fake_entry *e = put("x", 0, SMS_ANSWER);

    (void)state;
    world.status = 400;
    run(5000);
    assert_string_equal(e->end, "refused");
}

static void nobody_there_is_later_not_unknown(void **state)
{
    struct fake_entry *e = put("x", 0, SMS_ANSWER);

    (void)state;
    config.providers[0].send.url = S("http://127.0.0.1:1/");
    run(5000);
    assert_string_equal(e->end, "retry");
}

static void hang_up(struct evhttp_request *req)
{
    evhttp_connection_free(evhttp_request_get_connection(req));
}

static void a_lost_answer_repeats_only_emergencies(void **state)
{
    struct fake_entry *answer = put("a", 0, SMS_ANSWER), *emergency = put("e", 0, SMS_EMERGENCY);

    (void)state;
    world.hold = true;
    run(300);
    assert_int_equal(world.held_n, 2);
    hang_up(world.held[0]);
    hang_up(world.held[1]);
    run(5000);
    assert_string_equal(answer->end, "unknown");
    assert_string_equal(emergency->end, "retry");
}

static void a_kept_connection_that_dies_is_no_reason_to_repeat(void **state)
{
    struct fake_entry *second;

    (void)state;
    put("a", 0, SMS_ANSWER);
    run(5000);
    world.hold = true;
    second = put("b", 0, SMS_ANSWER);
    run(300);
    assert_int_equal(world.held_n, 1);
    hang_up(world.held[0]);
    world.hold = false;
    run(5000);
    assert_string_equal(second->end, "unknown");
    assert_int_equal(world.requests, 2);
}

static void what_was_in_dead_hands_is_sent_again_only_in_an_emergency(void **state)
{
    struct fake_entry *answer = put("a", 0, SMS_ANSWER), *emergency = put("e", 0, SMS_REFERRAL);

    (void)state;
    answer->recovered = emergency->recovered = true;
    run(5000);
    assert_string_equal(answer->end, "unknown");
    assert_string_equal(emergency->end, "done");
    assert_int_equal(world.requests, 1);
}

static void what_another_took_while_we_stood_still_is_not_sent(void **state)
{
    struct fake_entry *taken = put("a", 3, SMS_EMERGENCY), *ours = put("b", 3, SMS_EMERGENCY);

    (void)state;
    world.taken_by_another = taken->id;
    world.unsure = 3; /* and none of them before Redis has said so */
    run(5000);
    assert_string_equal(taken->end, "forgotten");
    assert_string_equal(ours->end, "done");
    assert_int_equal(world.requests, 1);
    assert_string_equal(world.order, "b ");
}

static void old_news_is_not_sent(void **state)
{
    struct fake_entry *e = put("x", 0, SMS_ANSWER);

    (void)state;
    e->sms.expires_ms = clock_wall_ms() - 1;
    run(5000);
    assert_string_equal(e->end, "done");
    assert_int_equal(world.requests, 0);
}

static void who_had_enough_reminders_today_gets_the_rest_tomorrow(void **state)
{
    struct fake_entry *first, *second, *answer;

    (void)state;
    config.daily = 1;
    first = put("a", 1, SMS_NOTICE);
    run(5000);
    assert_string_equal(first->end, "done");
    second = put("b", 1, SMS_NOTICE);
    answer = put("c", 0, SMS_ANSWER);
    run(5000);
    assert_string_equal(second->end, "retry");
    assert_true(second->due_ms > clock_wall_ms() + 4 * 3600 * 1000);
    assert_string_equal(answer->end, "done");
    assert_string_equal(world.order, "a c ");
    assert_int_equal(asked_n, 2); /* an answer waits for nobody */
}

static void what_was_not_taken_does_not_count(void **state)
{
    (void)state;
    config.daily = 1;
    world.status = 503;
    put("a", 1, SMS_NOTICE);
    run(5000);
    assert_int_equal(counted_n, 0);
    world.status = 202;
    put("b", 1, SMS_NOTICE);
    run(5000);
    assert_string_equal(world.entry[1].end, "done");
    assert_int_equal(counted_n, 1);
}

static void a_reminder_is_not_held_because_nobody_can_count(void **state)
{
    struct fake_entry *e;

    (void)state;
    config.daily = 1;
    world.store_away = true;
    e = put("a", 1, SMS_NOTICE);
    run(5000);
    assert_string_equal(e->end, "done");
}

static void an_entry_that_is_no_sms_is_parked(void **state)
{
    struct fake_entry *e = put("", 0, SMS_ANSWER);

    (void)state;
    run(5000);
    assert_string_equal(e->end, "broken");
}

static void the_night_holds_all_but_lane_0(void **state)
{
    struct fake_entry *answer = put("a", 0, SMS_ANSWER), *alert = put("b", 1, SMS_ALERT);

    (void)state;
    config.utc_offset_min += 660; /* 23:00 */
    run(400);
    assert_true(world.late);
    assert_string_equal(answer->end, "done");
    assert_null(alert->end);
    config.utc_offset_min -= 660;
    delivery_reload(delivery, &config);
    run(5000);
    assert_string_equal(alert->end, "done");
}

static void what_was_taken_by_day_is_not_sent_by_night(void **state)
{
    struct fake_entry *alert;

    (void)state;
    config.providers[0].rate = 1;
    config.providers[0].window = 10;
    world.hold = true;
    put("a", 0, SMS_ANSWER); /* uses up the second */
    alert = put("b", 1, SMS_ALERT);
    run(100);
    assert_true(alert->taken);
    config.utc_offset_min += 660; /* 23:00 */
    delivery_reload(delivery, &config);
    world.hold = false;
    provider_answers(world.held[0]);
    run(1500);
    assert_null(alert->end);
    assert_string_equal(world.order, "a ");
}

static void an_alert_that_grows_old_in_the_night_is_counted_not_sent(void **state)
{
    struct stat *expired = stat_get(STAT_COUNTER, "sms_out_total", NULL, "outcome", "expired");
    uint64_t before = expired->value;
    struct fake_entry *alert = put("b", 1, SMS_ALERT);

    (void)state;
    alert->sms.expires_ms = clock_wall_ms() + 100;
    config.utc_offset_min += 660; /* 23:00 */
    run(300);
    assert_null(alert->end);
    config.utc_offset_min -= 660;
    delivery_reload(delivery, &config);
    run(5000);
    assert_string_equal(alert->end, "done");
    assert_int_equal(world.requests, 0);
    assert_int_equal(expired->value, before + 1);
}

static void draining_takes_nothing_more(void **state)
{
    struct fake_entry *late;

    (void)state;
    put("a", 0, SMS_ANSWER);
    run(5000);
    delivery_drain(delivery);
    late = put("b", 0, SMS_ANSWER);
    run(300);
    assert_null(late->end);
}

static void africastalking_tells_its_id(void **state)
{
    struct fake_entry *e = put("x", 0, SMS_ANSWER);

    (void)state;
    config.providers[0].dialect = S("africastalking");
    world.status = 201;
    world.says = "{\"SMSMessageData\":{\"Recipients\":[{\"statusCode\":101,\"messageId\":\"ATPid_9\"}]}}";
    run(5000);
    assert_string_equal(e->end, "done");
    assert_string_equal(world.key, "p");
    assert_string_equal(world.dlr, "telko ATPid_9 uuid-1");
}

static void vonage_tells_an_id_of_each_part(void **state)
{
    struct fake_entry *whole = put("x", 0, SMS_ANSWER), *half;

    (void)state;
    config.providers[0].dialect = S("vonage");
    world.status = 200;
    world.says =
        "{\"messages\":[{\"message-id\":\"A\",\"status\":\"0\"},{\"message-id\":\"B\",\"status\":\"0\"}]}";
    run(5000);
    assert_string_equal(whole->end, "done");
    assert_string_equal(world.dlr, "telko A uuid-1\ntelko B uuid-1");
    /* Half of an SMS went: for people, and its report is not lost. */
    world.dlr[0] = '\0';
    world.says = "{\"messages\":[{\"message-id\":\"C\",\"status\":\"0\"},{\"status\":\"7\"}]}";
    half = put("y", 0, SMS_ANSWER);
    run(5000);
    assert_string_equal(half->end, "unknown");
    assert_string_equal(world.dlr, "telko C uuid-1");
}

static void one_provider_carries_the_sms_of_another(void **state)
{
    (void)state;
    config.providers[1] =
        (struct provider_conf){ .name = S("at"), .dialect = S("africastalking"), .sms_via = S("telko") };
    config.providers_n = 2;
    put("x", 0, SMS_ANSWER);
    run(5000);
    assert_int_equal(world.opened, 8);
    assert_string_equal(world.consumer[5].stream, "sms:at:0");
    assert_int_equal(world.requests, 1);
}

static void stop_when_sent(void *arg)
{
    (void)arg;
    if (delivery_under_way(delivery) == 0 && world.requests >= 3)
        loop_stop(world.loop);
}

static void past_the_store_it_is_tried_until_it_is_taken(void **state)
{
    struct sms sms = { .to = S("+6281234567890"),
                       .text = S("satu"),
                       .class = SMS_EMERGENCY,
                       .expires_ms = clock_wall_ms() + 60000 };

    (void)state;
    run(50); /* opens */
    world.status = 503;
    delivery_now(delivery, S("telko"), &sms);
    run(100);
    assert_string_equal(world.order, "satu ");
    assert_null(strstr(world.head, "DLR"));
    /* The next does not wait behind the one that waits for its second try. */
    world.status = 202;
    sms.text = S("dua");
    delivery_now(delivery, S("telko"), &sms);
    run(100);
    assert_string_equal(world.order, "satu dua ");
    loop_at_turn_end(world.loop, stop_when_sent, NULL);
    run(4000);
    assert_string_equal(world.order, "satu dua satu ");
    delivery_now(delivery, S("tidakada"), &sms);
}

/* --- committed, and not read from its lane yet --- */

static void expect(const char *text, int64_t after_ms)
{
    struct sms sms = { .to = S("+6281234567890"),
                       .text = slice_of(text),
                       .class = SMS_EMERGENCY,
                       .expires_ms = clock_wall_ms() + 60000 };

    run(20); /* opens */
    delivery_expect(delivery, S("telko"), &sms, after_ms);
}

static void an_alarm_that_comes_in_time_is_sent_once(void **state)
{
    struct fake_entry *e;

    (void)state;
    expect("e", 200);
    e = put("e", 3, SMS_EMERGENCY);
    run(5000);
    assert_string_equal(e->end, "done");
    run(400);
    assert_int_equal(world.requests, 1);
}

static void an_alarm_that_does_not_come_goes_out_and_is_known_when_it_comes(void **state)
{
    struct fake_entry *e, *other;

    (void)state;
    expect("e", 100);
    run(60);
    assert_int_equal(world.requests, 0);
    run(300);
    assert_string_equal(world.order, "e ");
    e = put("e", 3, SMS_EMERGENCY);
    run(5000);
    assert_string_equal(e->end, "done");
    assert_int_equal(world.requests, 1);
    /* Once: the same said again is said again. */
    other = put("e", 3, SMS_EMERGENCY);
    run(5000);
    assert_string_equal(other->end, "done");
    assert_int_equal(world.requests, 2);
}

static void an_alarm_that_comes_while_it_is_under_way_is_that_one(void **state)
{
    struct fake_entry *e;

    (void)state;
    world.hold = true;
    expect("e", 0);
    run(200);
    assert_int_equal(world.held_n, 1);
    e = put("e", 3, SMS_EMERGENCY);
    run(200);
    assert_null(e->end);
    provider_answers(world.held[0]);
    run(5000);
    assert_string_equal(e->end, "done");
    assert_int_equal(world.requests, 1);
}

static void an_alarm_that_was_not_taken_is_tried_by_the_one_that_comes(void **state)
{
    struct fake_entry *e;

    (void)state;
    world.status = 503;
    expect("e", 0);
    run(200);
    assert_int_equal(world.requests, 1);
    world.status = 202;
    e = put("e", 3, SMS_EMERGENCY);
    run(5000);
    assert_string_equal(e->end, "done");
    run(3000);
    assert_int_equal(world.requests, 2);
}

static void where_another_gateway_may_read_it_nothing_is_expected(void **state)
{
    (void)state;
    world.gateways = 2;
    expect("e", 0);
    run(300);
    assert_int_equal(world.requests, 0);
}

static void what_has_no_way_of_its_own_goes_by_the_default(void **state)
{
    struct sms sms = { .to = S("+6281234567890"), .text = S("e"), .class = SMS_EMERGENCY };

    (void)state;
    config.default_provider = S("telko");
    run(20);
    delivery_now(delivery, S("tidakada"), &sms);
    run(200);
    assert_string_equal(world.order, "e ");
}

static void on_waited(void *arg)
{
    *(bool *)arg = true;
    loop_stop(world.loop);
}

static void the_emulator_shows_what_was_sent(void **state)
{
    bool waited = false;
    struct buf b;

    (void)state;
    config.providers[0].dialect = S("emulator");
    put("Satu \"dua\"", 0, SMS_ANSWER)->recovered = true;
    put("Tiga", 1, SMS_ALERT);
    run(5000);
    assert_int_equal(world.requests, 0);
    assert_string_equal(world.entry[0].end, "done");
    buf_init(&b, 10000);
    inbox_print(delivery_inbox(delivery), S("+6281234567890"), 0, 420, &b);
    assert_non_null(
        strstr(b.p, "[{\"id\":1,\"to\":\"+6281234567890\",\"text\":\"Satu \\\"dua\\\"\",\"at\":\"20"));
    assert_non_null(strstr(b.p, "+07:00\",\"parts\":1},{\"id\":2,"));
    buf_clear(&b);
    inbox_print(delivery_inbox(delivery), S("+6281234567890"), 2, 420, &b);
    assert_string_equal(b.p, "[]");
    buf_clear(&b);
    inbox_print(delivery_inbox(delivery), S("+62899"), 0, 420, &b);
    assert_string_equal(b.p, "[]");
    buf_free(&b);
    assert_non_null(inbox_wait(delivery_inbox(delivery), S("+6281234567890"), 2, 10000, on_waited, &waited));
    put("Empat", 0, SMS_ANSWER);
    run(5000);
    run(200);
    assert_true(waited);
}

static void the_inbox_is_bounded(void **state)
{
    struct inbox *inbox = inbox_new(world.loop, 3);
    struct buf b;

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_true(inbox_add(inbox, S("+62811111111"), S("x"), 0));
    buf_init(&b, 10000);
    inbox_print(inbox, S(""), 0, 0, &b);
    assert_null(strstr(b.p, "\"id\":2,"));
    assert_non_null(strstr(b.p, "[{\"id\":3,"));
    assert_non_null(strstr(b.p, "{\"id\":5,"));
    buf_free(&b);
    inbox_free(inbox);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_sms_goes_out_by_post_and_is_done),
        CASE(answers_overtake_alerts_and_bulk),
        CASE(the_window_is_shared_by_the_lanes),
        CASE(the_rate_spreads_them),
        CASE(an_emergency_finds_a_place_in_a_window_full_of_answers),
        CASE(under_a_rate_an_emergency_leaves_at_once),
        CASE(under_a_rate_only_what_is_soon_sent_is_taken),
        CASE(a_provider_that_says_later_is_tried_again),
        CASE(a_provider_that_refuses_parks_it),
        CASE(nobody_there_is_later_not_unknown),
        CASE(a_lost_answer_repeats_only_emergencies),
        CASE(a_kept_connection_that_dies_is_no_reason_to_repeat),
        CASE(what_another_took_while_we_stood_still_is_not_sent),
        CASE(what_was_in_dead_hands_is_sent_again_only_in_an_emergency),
        CASE(old_news_is_not_sent),
        CASE(who_had_enough_reminders_today_gets_the_rest_tomorrow),
        CASE(what_was_not_taken_does_not_count),
        CASE(a_reminder_is_not_held_because_nobody_can_count),
        CASE(an_entry_that_is_no_sms_is_parked),
        CASE(the_night_holds_all_but_lane_0),
        CASE(what_was_taken_by_day_is_not_sent_by_night),
        CASE(an_alert_that_grows_old_in_the_night_is_counted_not_sent),
        CASE(draining_takes_nothing_more),
        CASE(africastalking_tells_its_id),
        CASE(vonage_tells_an_id_of_each_part),
        CASE(one_provider_carries_the_sms_of_another),
        CASE(past_the_store_it_is_tried_until_it_is_taken),
        CASE(an_alarm_that_comes_in_time_is_sent_once),
        CASE(an_alarm_that_does_not_come_goes_out_and_is_known_when_it_comes),
        CASE(an_alarm_that_comes_while_it_is_under_way_is_that_one),
        CASE(an_alarm_that_was_not_taken_is_tried_by_the_one_that_comes),
        CASE(where_another_gateway_may_read_it_nothing_is_expected),
        CASE(what_has_no_way_of_its_own_goes_by_the_default),
        CASE(the_emulator_shows_what_was_sent),
        CASE(the_inbox_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
