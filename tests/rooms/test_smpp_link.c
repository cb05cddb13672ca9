/* test_smpp_link.c - one bind against a scripted SMSC on a socket: what it says, byte for byte, and when.
 *
 * The SMSC of these tests reads and writes PDUs by hand on a socket of this process, from a timer of the same
 * loop; nothing sleeps. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "gateway/base/clock.h"
#include "gateway/smpp/smpp_link.h"

enum {
    IN_MAX = 1 << 22,
    PATIENCE_MS = 10000,
};

static struct {
    struct loop *loop;
    struct smpp_link *link;
    struct loop_timer *poll;
    int listener, fd;
    unsigned port;
    char in[IN_MAX];
    size_t in_n;
    unsigned binds, unbinds, enquiries, submits, deliver_resps, nacks, connections;
    uint32_t last_sequence, sequences[4096], last_status;
    size_t last_resp_n;
    bool mute_submits, mute_enquiries, refuse_bind, deaf;
    uint32_t submit_status;
    bool (*until)(void);
    int64_t give_up_ms;
    bool timed_out;
    /* what the link told */
    unsigned changes, answered, lost, accepted, requests;
    struct smpp_ticket ticket;
    char text[256];
} t;

static void put(const struct smpp_pdu *p)
{
    struct buf b;

    buf_init(&b, SMPP_PDU_MAX);
    assert_true(smpp_encode(&b, p));
    assert_int_equal(send(t.fd, b.p, b.n, MSG_NOSIGNAL), b.n);
    buf_free(&b);
}

static void answer(const struct smpp_pdu *p, uint32_t status)
{
    put(&(struct smpp_pdu){ .command = p->command | SMPP_RESPONSE,
                            .sequence = p->sequence,
                            .status = status,
                            .message_id = S("7") });
}

static void smsc_pdu(const struct smpp_pdu *p)
{
    switch (p->command) {
    case SMPP_BIND_TRANSCEIVER:
        t.binds++;
        answer(p, t.refuse_bind ? SMPP_RINVPASWD : SMPP_ROK);
        break;
    case SMPP_UNBIND:
        t.unbinds++;
        answer(p, SMPP_ROK);
        break;
    case SMPP_ENQUIRE_LINK:
        t.enquiries++;
        if (!t.mute_enquiries)
            answer(p, SMPP_ROK);
        break;
    case SMPP_SUBMIT_SM:
        t.sequences[t.submits++ % 4096] = p->sequence;
        if (!t.mute_submits)
            answer(p, t.submit_status);
        break;
    case SMPP_DELIVER_SM | SMPP_RESPONSE:
        t.deliver_resps++;
        t.last_status = p->status;
        t.last_resp_n = p->whole.n;
        break;
    case SMPP_GENERIC_NACK:
        t.nacks++;
        t.last_status = p->status;
        break;
    default:
        break;
    }
    t.last_sequence = p->sequence;
}

static void smsc_read(void)
{
    struct smpp_pdu p;
    size_t n, at = 0;
    ssize_t got;

    if (t.deaf)
        return;
    got = 1;
    while (t.in_n < IN_MAX && (got = recv(t.fd, t.in + t.in_n, IN_MAX - t.in_n, MSG_DONTWAIT)) > 0)
        t.in_n += (size_t)got;
    if (got == 0) {
        close(t.fd);
        t.fd = -1;
    }
    while (smpp_frame(slice_make(t.in + at, t.in_n - at), &n) == SMPP_FRAME_WHOLE) {
        assert_int_not_equal(smpp_decode(slice_make(t.in + at, n), &p), SMPP_BAD_BODY);
        smsc_pdu(&p);
        at += n;
    }
    memmove(t.in, t.in + at, t.in_n - at);
    t.in_n -= at;
}

static void on_poll(void *arg)
{
    (void)arg;
    if (t.fd < 0) {
        t.fd = accept4(t.listener, NULL, NULL, SOCK_NONBLOCK);
        t.connections += t.fd >= 0;
        t.in_n = 0;
    }
    if (t.fd >= 0)
        smsc_read();
    t.timed_out = clock_mono_ms() > t.give_up_ms;
    if (t.timed_out || t.until())
        loop_stop(t.loop);
    else
        loop_timer_set(t.poll, 1);
}

static void run_until(bool (*until)(void))
{
    t.until = until;
    t.give_up_ms = clock_mono_ms() + PATIENCE_MS;
    loop_timer_set(t.poll, 0);
    assert_int_equal(loop_run(t.loop), 0);
    assert_false(t.timed_out);
}

/* --- what the link tells --- */

static void on_request(void *arg, const struct smpp_ticket *ticket, const struct smpp_pdu *p)
{
    (void)arg;
    t.requests++;
    t.ticket = *ticket;
    snprintf(t.text, sizeof t.text, "%.*s", SLICE_ARG(p->text));
}

static void on_change(void *arg, struct smpp_link *l)
{
    (void)arg;
    (void)l;
    t.changes++;
}

static void on_sent(void *arg, const struct smpp_result *r)
{
    (void)arg;
    t.answered += r->outcome == SMPP_ANSWERED;
    t.accepted += r->outcome == SMPP_ANSWERED && r->pdu->status == SMPP_ROK;
    t.lost += r->outcome == SMPP_LOST;
}

static void open_link(unsigned window, int64_t enquire_ms, int64_t response_ms, uint32_t first)
{
    struct smpp_link_conf c = { .provider = "p",
                                .host = S("127.0.0.1"),
                                .port = t.port,
                                .system_id = S("u"),
                                .password = S("p"),
                                .system_type = S(""),
                                .window = window,
                                .enquire_ms = enquire_ms,
                                .response_ms = response_ms,
                                .first_sequence = first };
    struct smpp_link_ops ops = { .on_request = on_request, .on_change = on_change };

    t.link = smpp_link_open(t.loop, &c, &ops);
    assert_non_null(t.link);
}

static bool send_one(void)
{
    struct smpp_pdu p = { .command = SMPP_SUBMIT_SM, .to = { 1, 1, S("62812") }, .text = S("halo") };

    return smpp_link_send(t.link, &p, on_sent, NULL);
}

static bool is_bound(void)
{
    return smpp_link_bound(t.link);
}

static int setup(void **state)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    struct err e;

    (void)state;
    memset(&t, 0, sizeof t);
    t.fd = -1;
    t.loop = loop_new(&e);
    t.poll = loop_timer_new(t.loop, "poll", on_poll, NULL);
    t.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(t.listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(t.listener, 8), 0);
    getsockname(t.listener, (struct sockaddr *)&a, &n);
    t.port = ntohs(a.sin_port);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    if (t.link)
        smpp_link_close(t.link);
    loop_timer_free(t.poll);
    loop_free(t.loop);
    if (t.fd >= 0)
        close(t.fd);
    close(t.listener);
    return 0;
}

/* --- the cases --- */

static bool five_answered(void)
{
    return t.answered == 5;
}

static void sequence_numbers_go_round_and_skip_zero(void **state)
{
    (void)state;
    open_link(10, 60000, 60000, SMPP_SEQUENCE_MAX - 1); /* the bind takes this one */
    run_until(is_bound);
    for (int i = 0; i < 5; i++)
        assert_true(send_one());
    run_until(five_answered);
    assert_int_equal(t.sequences[0], SMPP_SEQUENCE_MAX);
    assert_int_equal(t.sequences[1], 1);
    assert_int_equal(t.sequences[4], 4);
    assert_int_equal(t.accepted, 5);
}

static bool three_came(void)
{
    return t.submits == 3;
}

static bool three_lost(void)
{
    return t.lost == 3;
}

static void the_window_is_kept_and_silence_is_lost_in_time(void **state)
{
    (void)state;
    open_link(3, 60000, 200, 0);
    run_until(is_bound);
    t.mute_submits = true;
    assert_int_equal(smpp_link_room(t.link), 3);
    for (int i = 0; i < 3; i++)
        assert_true(send_one());
    assert_int_equal(smpp_link_room(t.link), 0);
    assert_false(send_one());
    run_until(three_came);
    run_until(three_lost);
    assert_int_equal(smpp_link_room(t.link), 3);
    assert_true(smpp_link_bound(t.link));
}

static bool late_came(void)
{
    return t.nacks == 0 && t.enquiries >= 1;
}

static void an_answer_that_comes_too_late_or_twice_is_nobodys(void **state)
{
    struct smpp_pdu p = { .command = SMPP_SUBMIT_SM };

    (void)state;
    open_link(3, 300, 200, 0);
    run_until(is_bound);
    t.mute_submits = true;
    for (int i = 0; i < 3; i++)
        assert_true(send_one());
    run_until(three_lost);
    p.sequence = t.sequences[0];
    answer(&p, SMPP_ROK);
    answer(&p, SMPP_ROK);
    t.enquiries = 0;
    run_until(late_came);
    assert_int_equal(t.answered, 0);
    assert_int_equal(t.lost, 3);
    assert_int_equal(smpp_link_room(t.link), 3);
}

static bool bound_again(void)
{
    return t.binds == 2 && is_bound();
}

static void an_smsc_that_does_not_answer_enquire_link_is_left_and_bound_again(void **state)
{
    (void)state;
    open_link(3, 100, 200, 0);
    run_until(is_bound);
    t.mute_submits = t.mute_enquiries = true;
    assert_true(send_one());
    run_until(bound_again);
    assert_int_equal(t.lost, 1);
    assert_int_equal(t.connections, 2);
}

static bool throttled(void)
{
    return t.answered >= 2;
}

static bool resumed(void)
{
    return t.changes > 0 && smpp_link_room(t.link) > 0;
}

static void throttling_holds_the_whole_bind_once_for_one_window(void **state)
{
    int64_t pause;

    (void)state;
    open_link(10, 60000, 60000, 0);
    run_until(is_bound);
    t.submit_status = SMPP_RTHROTTLED;
    assert_true(send_one());
    assert_true(send_one());
    run_until(throttled);
    pause = smpp_link_pause_ms(t.link);
    assert_in_range(pause, 1, 1000); /* two of one window are one reason, not two */
    assert_int_equal(smpp_link_room(t.link), 0);
    assert_false(send_one());
    t.changes = 0;
    t.submit_status = SMPP_ROK;
    run_until(resumed); /* and it was told */
    assert_true(send_one());
}

static bool asked(void)
{
    return t.requests > 0;
}

static bool told(void)
{
    return t.deliver_resps > 0;
}

static void deliver(const char *text)
{
    put(&(struct smpp_pdu){
        .command = SMPP_DELIVER_SM, .sequence = 99, .from = { 1, 1, S("62812") }, .text = slice_of(text) });
}

static void a_deliver_sm_is_answered_when_we_say_so_and_with_its_octet(void **state)
{
    (void)state;
    open_link(10, 60000, 60000, 0);
    run_until(is_bound);
    deliver("TIMBANG");
    run_until(asked);
    assert_string_equal(t.text, "TIMBANG");
    assert_int_equal(t.deliver_resps, 0);
    smpp_link_answer(&t.ticket, SMPP_RX_T_APPN);
    run_until(told);
    assert_int_equal(t.last_sequence, 99);
    assert_int_equal(t.last_status, SMPP_RX_T_APPN);
    assert_int_equal(t.last_resp_n, 17);
}

static bool gone(void)
{
    return !smpp_link_bound(t.link);
}

static void an_answer_for_a_connection_that_died_is_not_said_to_the_next(void **state)
{
    struct smpp_ticket old;

    (void)state;
    open_link(10, 60000, 60000, 0);
    run_until(is_bound);
    deliver("satu");
    run_until(asked);
    old = t.ticket;
    close(t.fd);
    t.fd = -1;
    run_until(gone);
    run_until(bound_again);
    smpp_link_answer(&old, SMPP_ROK);
    t.requests = 0;
    deliver("dua");
    run_until(asked);
    assert_int_equal(t.deliver_resps, 0);
    smpp_link_answer(&t.ticket, SMPP_ROK);
    run_until(told);
    assert_int_equal(t.deliver_resps, 1);
}

static bool nacked(void)
{
    return t.nacks > 0 || t.connections > 1;
}

static void hostile_lengths_end_the_connection(void **state)
{
    static const char *const lies[] = { "\xff\xff\xff\xff", "\x00\x00\x00\x0f", "\x00\x00\x40\x01", "HTTP" };

    (void)state;
    open_link(10, 60000, 60000, 0);
    for (unsigned i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        run_until(is_bound);
        t.nacks = 0;
        assert_int_equal(send(t.fd, lies[i], 4, MSG_NOSIGNAL), 4);
        run_until(gone);
        run_until(nacked);
        assert_int_equal(t.last_status, SMPP_RINVCMDLEN);
        t.connections = 0;
    }
}

static bool left(void)
{
    return !smpp_link_busy(t.link);
}

static void a_drain_waits_for_what_is_owed_and_unbinds(void **state)
{
    struct smpp_ticket first;

    (void)state;
    open_link(10, 60000, 60000, 0);
    run_until(is_bound);
    deliver("satu");
    run_until(asked);
    first = t.ticket;
    smpp_link_drain(t.link);
    deliver("dua");
    run_until(told); /* the second is asked to come again */
    assert_int_equal(t.last_status, SMPP_RX_T_APPN);
    assert_int_equal(t.requests, 1);
    assert_int_equal(t.unbinds, 0);
    smpp_link_answer(&first, SMPP_ROK);
    run_until(left);
    assert_int_equal(t.unbinds, 1);
    assert_int_equal(t.deliver_resps, 2);
}

/* 32 MiB of enquiries whose answers nobody reads: we stop reading rather than keep them all. */
static bool flooded(void)
{
    struct buf b;
    ssize_t n = 1;

    buf_init(&b, SMPP_PDU_MAX);
    for (int i = 0; i < 500; i++)
        assert_true(smpp_encode(&b, &(struct smpp_pdu){ .command = SMPP_ENQUIRE_LINK, .sequence = 5 }));
    /* PDUs of 16 octets: where one was cut, the next send goes on. */
    while (n > 0 && t.submits < (32u << 20)) {
        n = send(t.fd, b.p + t.submits % 16, b.n - t.submits % 16, MSG_NOSIGNAL | MSG_DONTWAIT);
        t.submits += n > 0 ? (unsigned)n : 0;
    }
    buf_free(&b);
    /* Full both ways: they do not take more from us. */
    t.changes += n < 0;
    return t.submits >= (32u << 20) || t.changes > 100;
}

static void a_peer_that_reads_nothing_does_not_fill_our_memory(void **state)
{
    int small = 4096, large = 1 << 20;

    (void)state;
    open_link(10, 60000, 60000, 0);
    run_until(is_bound);
    setsockopt(t.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    t.deaf = true;
    t.submits = 0;
    run_until(flooded);
    assert_true(t.submits < (32u << 20));
    /* It reads again, and all goes on. */
    setsockopt(t.fd, SOL_SOCKET, SO_RCVBUF, &large, sizeof large);
    t.deaf = false;
    t.changes = 0;
    run_until(resumed);
    assert_true(is_bound());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sequence_numbers_go_round_and_skip_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(the_window_is_kept_and_silence_is_lost_in_time, setup, teardown),
        cmocka_unit_test_setup_teardown(an_answer_that_comes_too_late_or_twice_is_nobodys, setup, teardown),
        cmocka_unit_test_setup_teardown(an_smsc_that_does_not_answer_enquire_link_is_left_and_bound_again,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(throttling_holds_the_whole_bind_once_for_one_window, setup, teardown),
        cmocka_unit_test_setup_teardown(a_deliver_sm_is_answered_when_we_say_so_and_with_its_octet, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_answer_for_a_connection_that_died_is_not_said_to_the_next, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(hostile_lengths_end_the_connection, setup, teardown),
        cmocka_unit_test_setup_teardown(a_drain_waits_for_what_is_owed_and_unbinds, setup, teardown),
        cmocka_unit_test_setup_teardown(a_peer_that_reads_nothing_does_not_fill_our_memory, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
