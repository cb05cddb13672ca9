/* test_failover.c - two providers that are HTTP servers, a real Redis between us and them: whatever one of
 * them does, no SMS is lost and none is doubled. */
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define RIG_PROVIDERS "satu", "dua"
#include "tests/rooms/store_rig.h"

#include "gateway/base/stat.h"
#include "gateway/delivery/delivery.h"

enum {
    TEXTS = 64,
    REQUESTS = 512,
};

struct server {
    struct evhttp *http;
    char url[64];
    int status; /* 0: hangs up instead of answering */
    bool hold;  /* answers nothing at all */
    unsigned requests,
        got[TEXTS]; /* got: of each text, how often it was taken; with status 0: how often seen */
    char first[REQUESTS][8];
    struct evhttp_request *held[REQUESTS];
    unsigned held_n;
};

static struct server server[2];
static struct config config;
static struct delivery *delivery;
static unsigned sent;

static unsigned taken(void)
{
    unsigned n = 0;

    for (unsigned i = 0; i < TEXTS; i++)
        n += server[0].status && server[0].got[i] ? 1 : server[1].got[i] ? 1 : 0;
    return n;
}

static void on_request(struct evhttp_request *req, void *arg)
{
    struct server *s = arg;
    struct evbuffer *in = evhttp_request_get_input_buffer(req);
    char body[64] = "";
    unsigned text;

    evbuffer_remove(in, body, sizeof body - 1);
    text = (unsigned)atoi(body + 1) % TEXTS;
    snprintf(s->first[s->requests++ % REQUESTS], 8, "%s", body);
    if (s->hold) {
        s->held[s->held_n++] = req;
    } else if (s->status == 0) {
        s->got[text]++;
        evhttp_connection_free(evhttp_request_get_connection(req));
    } else {
        s->got[text] += s->status == 202;
        evhttp_send_reply(req, s->status, "x", NULL);
    }
}

static void serve(struct server *s)
{
    struct sockaddr_in at;
    socklen_t n = sizeof at;
    struct evhttp_bound_socket *bound;

    memset(s, 0, sizeof *s);
    s->status = 202;
    s->http = evhttp_new(loop_base(rig.loop));
    evhttp_set_gencb(s->http, on_request, s);
    bound = evhttp_bind_socket_with_handle(s->http, "127.0.0.1", 0);
    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &n);
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%u/", ntohs(at.sin_port));
}

static void open_delivery(void)
{
    struct err e = { "" };

    delivery = delivery_open(rig.loop, rig.store, &config, &e);
    assert_non_null(delivery);
}

static int begin(void **state)
{
    if (set_up(state) != 0)
        return -1;
    sent = 0;
    memset(&config, 0, sizeof config);
    config.short_code = S("98120");
    config.providers_n = 2;
    for (unsigned i = 0; i < 2; i++) {
        serve(&server[i]);
        config.providers[i] = (struct provider_conf){
            .name = i ? S("dua") : S("satu"), .dialect = S("kannel"), .window = 4, .failover_after_ms = 100
        };
        config.providers[i].send = (struct send_conf){ .url = slice_of(server[i].url) };
    }
    config.providers[0].failover = S("dua");
    /* It is noon, whatever the clock says. */
    config.utc_offset_min = (int)(720 - clock_wall_ms() / 60000 % 1440);
    open_delivery();
    return 0;
}

static int end(void **state)
{
    delivery_close(delivery);
    for (unsigned i = 0; i < 2; i++)
        evhttp_free(server[i].http);
    return tear_down(state);
}

/* Commits n SMS of a class, texts "x<number>". */
static void put(unsigned n, enum sms_class class)
{
    for (unsigned i = 0; i < n; i++, sent++) {
        struct inbound in = sms_from(arena_printf(&rig.arena, "m%u", sent).p);
        struct outcome *o = ARENA_NEW(&rig.arena, struct outcome);
        struct answer a = { 0 };

        o->reason = "accepted";
        o->sms[0] = (struct sms){ .to = S("+6281200000001"),
                                  .text = arena_printf(&rig.arena, "x%u", sent),
                                  .class = class,
                                  .expires_ms = clock_wall_ms() + 3600000 };
        o->sms_n = 1;
        store_commit(rig.store, &in, "satu", o, NULL, on_answer, &a);
        wait_for(&a.done);
        assert_int_equal(a.rc, STORE_OK);
    }
}

static unsigned circuit(void)
{
    return (unsigned)stat_get(STAT_GAUGE, "provider_circuit", NULL, "provider", "satu")->value;
}

/* --- waiting for a condition --- */

static bool (*condition)(long long);
static long long condition_arg;
static bool flag;
static struct loop_timer *asking;

static void on_asking(void *arg)
{
    (void)arg;
    flag = condition(condition_arg);
    if (!flag)
        loop_timer_set(asking, 5);
}

static void until(bool (*f)(long long), long long n)
{
    condition = f;
    condition_arg = n;
    flag = false;
    asking = loop_timer_new(rig.loop, "asking", on_asking, NULL);
    loop_timer_set(asking, 0);
    wait_for(&flag);
    loop_timer_free(asking);
}

static bool are_taken(long long n)
{
    return taken() >= n;
}

static bool are_held(long long n)
{
    return server[0].held_n >= n;
}

static bool second_holds(long long n)
{
    return server[1].held_n >= n;
}

static bool by_second(long long text)
{
    return server[1].got[text] > 0;
}

static bool by_first(long long text)
{
    return server[0].got[text] > 0;
}

static bool is_circuit(long long state)
{
    return circuit() == state;
}

static bool are_parked(long long n)
{
    return raw_int("XLEN", "{19.06}parked:sms:satu:0") == n;
}

static bool lanes_are_empty(long long n)
{
    return raw_int("XLEN", "{19.06}st:sms:satu:0") == n && raw_int("XLEN", "{19.06}st:sms:satu:1") == n &&
           raw_int("XLEN", "{19.06}st:sms:satu:2") == n && raw_int("XLEN", "{19.06}st:sms:satu:3") == n &&
           raw_int("ZCARD", "{19.06}wait:sms:satu:0") == n && raw_int("ZCARD", "{19.06}wait:sms:satu:2") == n;
}

/* --- cases --- */

static void all_goes_by_the_other_and_comes_back(void **state)
{
    (void)state;
    server[0].status = 503;
    put(8, SMS_BULK);
    put(8, SMS_ANSWER);
    put(4, SMS_EMERGENCY);
    until(are_taken, 20);
    assert_int_not_equal(circuit(), 0);
    for (unsigned i = 0; i < 20; i++)
        assert_int_equal(server[1].got[i], 1);
    server[0].status = 202;
    until(is_circuit, 2); /* the next SMS is the probe that brings them home */
    put(1, SMS_BULK);
    until(by_first, 20);
    until(is_circuit, 0); /* once its answer is here */
    put(1, SMS_ANSWER);
    until(by_first, 21);
    until(lanes_are_empty, 0);
    for (unsigned i = 0; i < sent; i++)
        assert_int_equal(server[0].got[i] + server[1].got[i], 1);
}

static void one_emergency_that_is_not_taken_goes_by_the_other_at_once(void **state)
{
    (void)state;
    server[0].status = 503;
    put(1, SMS_EMERGENCY);
    until(by_second, 0);
    assert_int_equal(server[0].requests, 1);
    assert_int_equal(server[1].got[0], 1);
}

static void a_lost_answer_is_repeated_by_the_other_only_in_an_emergency(void **state)
{
    (void)state;
    server[0].status = 0;
    put(4, SMS_ANSWER);
    put(6, SMS_EMERGENCY);
    for (unsigned i = 4; i < 10; i++)
        until(by_second, i);
    until(lanes_are_empty, 0);
    until(are_parked, server[0].got[0] + server[0].got[1] + server[0].got[2] + server[0].got[3]);
    for (unsigned i = 0; i < 4; i++) /* an answer that the first saw is never shown by the second */
        assert_int_equal(server[0].got[i] + server[1].got[i], 1);
    for (unsigned i = 4; i < 10; i++)
        assert_int_equal(server[1].got[i], 1);
}

static void perhaps_sent_stays_so_after_a_crash(void **state)
{
    (void)state;
    server[0].hold = true;
    put(1, SMS_ANSWER);
    put(1, SMS_REFERRAL);
    until(are_held, 2);
    delivery_close(delivery);
    close_store();
    evhttp_free(server[0].http);
    serve(&server[0]);
    server[0].status = 503;
    open_store();
    open_delivery();
    put(6, SMS_ANSWER);
    until(are_taken, 7);
    until(lanes_are_empty, 0);
    until(are_parked, 1);
    assert_int_equal(server[1].got[0], 0);
    for (unsigned i = 1; i < 8; i++)
        assert_int_equal(server[1].got[i], 1);
}

static void a_full_bulk_lane_leaves_room_for_an_answer(void **state)
{
    (void)state;
    server[0].hold = true; /* bulk hangs */
    put(12, SMS_BULK);
    until(are_held, 3);
    put(1, SMS_ANSWER);
    until(are_held, 4);
    assert_string_equal(server[0].first[3], "x12");
    assert_int_equal(delivery_under_way(delivery), 4);
}

static void under_a_rate_an_answer_is_the_next_to_go(void **state)
{
    unsigned before;

    (void)state;
    config.providers[0].rate = 5;
    delivery_reload(delivery, &config);
    put(15, SMS_BULK);
    put(1, SMS_EMERGENCY);
    before = server[0].requests;
    until(by_first, 15);
    /* Only what the rate had let go already was before it. */
    assert_in_range(server[0].requests, before + 1, before + 3);
}

/* Everything that a server held is answered like that. */
static void answer_held(struct server *s, int status)
{
    s->hold = false;
    for (unsigned i = 0; i < s->held_n; i++)
        evhttp_send_reply(s->held[i], status, "x", NULL);
    s->held_n = 0;
}

static void one_emergency_without_an_answer_goes_by_the_other_too(void **state)
{
    (void)state;
    server[0].hold = true;
    put(1, SMS_EMERGENCY);
    until(by_second, 0);
    assert_int_equal(circuit(), 0); /* slow, perhaps: nothing else leaves it */
    until(lanes_are_empty, 0);
    answer_held(&server[0], 503);
    put(1, SMS_ANSWER);
    until(are_taken, 2);
    assert_int_equal(server[0].got[0] + server[1].got[0], 1);
}

static void as_many_emergencies_as_come_do_not_wait_for_places_that_hang(void **state)
{
    (void)state;
    server[0].hold = true;
    put(12, SMS_EMERGENCY);
    until(are_taken, 12);
    until(lanes_are_empty, 0);
    assert_in_range(server[0].requests, 1, 4);
    for (unsigned i = 0; i < 12; i++)
        assert_int_equal(server[1].got[i], 1);
}

static void whoever_takes_it_first_ends_it(void **state)
{
    (void)state;
    server[0].hold = server[1].hold = true;
    put(1, SMS_EMERGENCY);
    until(second_holds, 1);
    answer_held(&server[0], 202);
    put(1, SMS_ANSWER); /* its answer is behind the other's */
    until(by_first, 1);
    answer_held(&server[1], 503);
    until(lanes_are_empty, 0);
    assert_int_equal(server[0].requests + server[1].requests, 3);
}

static void one_that_both_refuse_to_answer_is_tried_again_later(void **state)
{
    (void)state;
    server[0].hold = server[1].hold = true;
    put(1, SMS_EMERGENCY);
    until(second_holds, 1);
    answer_held(&server[1], 503);
    answer_held(&server[0], 503);
    until(are_taken, 1);
    until(lanes_are_empty, 0);
    assert_int_equal(server[0].got[0] + server[1].got[0], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_goes_by_the_other_and_comes_back, begin, end),
        cmocka_unit_test_setup_teardown(one_emergency_that_is_not_taken_goes_by_the_other_at_once, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_lost_answer_is_repeated_by_the_other_only_in_an_emergency, begin,
                                        end),
        cmocka_unit_test_setup_teardown(perhaps_sent_stays_so_after_a_crash, begin, end),
        cmocka_unit_test_setup_teardown(a_full_bulk_lane_leaves_room_for_an_answer, begin, end),
        cmocka_unit_test_setup_teardown(under_a_rate_an_answer_is_the_next_to_go, begin, end),
        cmocka_unit_test_setup_teardown(one_emergency_without_an_answer_goes_by_the_other_too, begin, end),
        cmocka_unit_test_setup_teardown(as_many_emergencies_as_come_do_not_wait_for_places_that_hang, begin,
                                        end),
        cmocka_unit_test_setup_teardown(whoever_takes_it_first_ends_it, begin, end),
        cmocka_unit_test_setup_teardown(one_that_both_refuse_to_answer_is_tried_again_later, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
