/* smpp_link.c - what a bind reads, and its door.  See smpp_link.h; its states are in smpp_inside.h. */
#include "gateway/smpp/smpp_inside.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/base/stat.h"

enum {
    WINDOW_MAX = 1000,
    OWED_MAX = 1000,               /* requests of theirs under way; past it they are asked to come again */
    INPUT_FULL = 2 * SMPP_PDU_MAX, /* one that is whole, and what is behind it */
    OUTPUT_LOW = 1 << 15,
    READ_US = 4000, /* of a turn, for what they send */
    PAUSE_MS = 1000,
    PAUSE_MAX_MS = 30000,
    LINK_MAGIC = 0x736d7070,
};

/* --- what comes in --- */

static void on_resume(void *arg)
{
    struct smpp_link *l = arg;
    int64_t left = smpp_link_pause_ms(l);

    /* Timers run by a coarse clock: one that is early by a millisecond must not be the last. */
    if (left)
        loop_timer_set(l->resume, left);
    else
        l->ops.on_change(l->ops.arg, l);
}

/* The whole bind waits, longer each time; the answers to one window full of requests count once. */
static void throttled(struct smpp_link *l)
{
    int64_t now = clock_mono_ms();

    smpp_counter("smpp_throttled_total", "Requests that the SMSC refused to slow us down.")->value++;
    if (now < l->paused_until_ms)
        return;
    l->pause_ms = l->pause_ms ? l->pause_ms * 2 : PAUSE_MS;
    if (l->pause_ms > PAUSE_MAX_MS)
        l->pause_ms = PAUSE_MAX_MS;
    l->paused_until_ms = now + l->pause_ms / 2 + (int64_t)rnd_below((uint64_t)l->pause_ms / 2 + 1);
    loop_timer_set(l->resume, l->paused_until_ms - now + 1);
}

static void on_response(struct smpp_link *l, const struct smpp_pdu *p)
{
    struct smpp_request s;
    bool was_full = smpp_link_room(l) == 0;
    uint32_t status = p->status;

    if (!smpp_window_answered(&l->window, p, &s))
        return;
    if (p->command == SMPP_GENERIC_NACK && status == SMPP_ROK)
        status = SMPP_RUNKNOWNERR;
    if (s.cb) {
        struct smpp_result r = { .outcome = SMPP_ANSWERED, .pdu = p };
        struct smpp_pdu nack = { .command = p->command, .status = status };

        if (p->command == SMPP_GENERIC_NACK)
            r.pdu = &nack;
        if (smpp_verdict(status) == SMPP_THROTTLED)
            throttled(l);
        else if (status == SMPP_ROK && !smpp_link_pause_ms(l))
            l->pause_ms = 0;
        s.cb(s.arg, &r);
        if (was_full && smpp_link_room(l))
            l->ops.on_change(l->ops.arg, l);
        if (l->draining)
            loop_timer_set(l->tick, 0);
        return;
    }
    if (s.command == SMPP_ENQUIRE_LINK)
        l->enquired_ms = 0;
    else if (s.command == SMPP_UNBIND)
        smpp_link_down(l, "unbound");
    else if (l->state == LINK_BINDING)
        smpp_bind_answered(l, status);
}

static void on_deliver(struct smpp_link *l, const struct smpp_pdu *p)
{
    struct smpp_ticket t = { .link = l, .life = l->life, .command = p->command, .sequence = p->sequence };

    if (l->state != LINK_BOUND) {
        smpp_link_respond(l, p->command | SMPP_RESPONSE, p->sequence, SMPP_RINVBNDSTS);
        return;
    }
    l->owed++;
    if (l->draining)
        smpp_link_answer(&t, SMPP_RX_T_APPN);
    else if (l->owed > OWED_MAX)
        smpp_link_answer(&t, SMPP_RMSGQFUL);
    else
        l->ops.on_request(l->ops.arg, &t, p);
}

static void on_broken(struct smpp_link *l, const struct smpp_pdu *p, enum smpp_rc rc)
{
    bool message = p->command == SMPP_DELIVER_SM || p->command == SMPP_DATA_SM;

    smpp_counter("smpp_broken_pdus_total", "PDUs that could not be read or are not known.")->value++;
    if (p->command & SMPP_RESPONSE) {
        /* A response whose body is broken is an answer all the same. */
        if (rc != SMPP_UNKNOWN)
            on_response(l, p);
        return;
    }
    if (message && rc == SMPP_BAD_END) /* it is read all the same: nothing is refused for its last octets */
        on_deliver(l, p);
    else if (rc == SMPP_UNKNOWN)
        smpp_link_respond(l, SMPP_GENERIC_NACK, p->sequence, SMPP_RINVCMDID);
    else
        smpp_link_respond(l, message ? p->command | SMPP_RESPONSE : SMPP_GENERIC_NACK, p->sequence,
                          rc == SMPP_BAD_END ? SMPP_RINVTLVLEN : SMPP_RINVCMDLEN);
}

static void on_pdu(struct smpp_link *l, struct slice whole)
{
    struct smpp_pdu p;
    enum smpp_rc rc = smpp_decode(whole, &p);

    if (rc != SMPP_OK) {
        on_broken(l, &p, rc);
        return;
    }
    if (p.command & SMPP_RESPONSE) {
        on_response(l, &p);
        return;
    }
    switch (p.command) {
    case SMPP_DELIVER_SM:
    case SMPP_DATA_SM:
        on_deliver(l, &p);
        break;
    case SMPP_ENQUIRE_LINK:
        smpp_link_respond(l, SMPP_ENQUIRE_LINK | SMPP_RESPONSE, p.sequence, SMPP_ROK);
        break;
    case SMPP_UNBIND:
        smpp_link_respond(l, SMPP_UNBIND | SMPP_RESPONSE, p.sequence, SMPP_ROK);
        smpp_link_flush(l);
        smpp_link_down(l, "the SMSC unbound us");
        break;
    case SMPP_ALERT_NOTIFICATION: /* has no response, and tells us nothing */
    case SMPP_OUTBIND:
        break;
    default: /* a bind, a submit: not theirs to ask */
        smpp_link_respond(l, SMPP_GENERIC_NACK, p.sequence, SMPP_RINVCMDID);
    }
}

/* An impossible length: where the next PDU begins is not known any more. */
static void stream_lost(struct smpp_link *l)
{
    smpp_counter("smpp_broken_pdus_total", NULL)->value++;
    smpp_link_respond(l, SMPP_GENERIC_NACK, 0, SMPP_RINVCMDLEN);
    smpp_link_flush(l);
    smpp_link_down(l, "a PDU of an impossible length");
}

static void on_read(struct bufferevent *bev, void *arg)
{
    struct smpp_link *l = arg;
    struct evbuffer *in = bufferevent_get_input(bev);
    int64_t began = clock_mono_us();
    uint64_t life = l->life;

    if (l->magic != LINK_MAGIC || bev != l->bev)
        return;
    l->heard_ms = clock_mono_ms();
    while (!l->choked) {
        char head[4];
        ev_ssize_t got = evbuffer_copyout(in, head, sizeof head);
        size_t n, have = evbuffer_get_length(in);
        enum smpp_frame frame = smpp_frame(slice_make(head, got > 0 ? (size_t)got : 0), &n);

        if (frame == SMPP_FRAME_BAD) {
            stream_lost(l);
            return;
        }
        if (n == 0 || have < n)
            return;
        on_pdu(l, slice_make((const char *)evbuffer_pullup(in, (ev_ssize_t)n), n));
        if (l->life != life)
            return; /* the buffer dies with its connection, at the end of the turn */
        evbuffer_drain(in, n);
        if (clock_mono_us() - began > READ_US) {
            loop_timer_set(l->rest, 0);
            break;
        }
    }
    loop_enough(l->loop);
}

static void on_rest(void *arg)
{
    struct smpp_link *l = arg;

    if (l->bev)
        on_read(l->bev, l);
}

/* They read again. */
static void on_write(struct bufferevent *bev, void *arg)
{
    struct smpp_link *l = arg;

    if (bev != l->bev || !l->choked)
        return;
    l->choked = false;
    bufferevent_enable(bev, EV_READ);
    l->ops.on_change(l->ops.arg, l);
    on_read(bev, l);
}

/* --- a connection --- */

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct smpp_link *l = arg;

    if (bev != l->bev)
        return;
    if (what & BEV_EVENT_CONNECTED)
        smpp_bind_send(l);
    else
        smpp_link_down(l, l->state == LINK_CONNECTING ? "no connection" : "the SMSC closed the connection");
}

static void on_retry(void *arg)
{
    struct smpp_link *l = arg;

    if (l->draining || l->bev)
        return;
    l->bev = bufferevent_socket_new(loop_base(l->loop), -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    if (!l->bev) {
        loop_timer_set(l->retry, smpp_link_back_off(l));
        return;
    }
    bufferevent_setcb(l->bev, on_read, on_write, on_event, l);
    bufferevent_setwatermark(l->bev, EV_WRITE, OUTPUT_LOW, 0);
    bufferevent_setwatermark(l->bev, EV_READ, 0, INPUT_FULL);
    smpp_link_state(l, LINK_CONNECTING, "");
    loop_timer_set(l->tick, smpp_bind_tick_ms(l));
    if (smpp_bind_connect(l) != 0)
        smpp_link_down(l, "cannot connect");
}

/* --- the door --- */

struct line *smpp_link_line(const struct smpp_ticket *t)
{
    struct smpp_link *l = t->link;

    if (!l || !l->bev || l->life != t->life)
        return NULL;
    if (!l->line)
        l->line = line_new();
    return l->line;
}

bool smpp_link_bound(const struct smpp_link *l)
{
    return l->state == LINK_BOUND;
}

unsigned smpp_link_under_way(const struct smpp_link *l)
{
    return l->window.under_way;
}

int64_t smpp_link_pause_ms(const struct smpp_link *l)
{
    int64_t left = l->pause_ms ? l->paused_until_ms - clock_mono_ms() : 0;

    return left > 0 ? left : 0;
}

bool smpp_link_sends(const struct smpp_link *l)
{
    return l->state == LINK_BOUND && l->conf.mode != SMPP_RX;
}

unsigned smpp_link_room(const struct smpp_link *l)
{
    if (!smpp_link_sends(l) || l->choked || l->window.under_way >= l->conf.window || smpp_link_pause_ms(l))
        return 0;
    return l->conf.window - l->window.under_way;
}

bool smpp_link_send(struct smpp_link *l, struct smpp_pdu *p, smpp_sent_cb *cb, void *arg)
{
    return smpp_link_room(l) && smpp_link_request(l, p, cb, arg);
}

void smpp_link_answer(const struct smpp_ticket *t, uint32_t status)
{
    struct smpp_link *l = t->link;

    if (l->magic != LINK_MAGIC)
        abort();
    if (!l->bev || l->life != t->life)
        return;
    if (l->owed)
        l->owed--;
    smpp_link_respond(l, t->command | SMPP_RESPONSE, t->sequence, status);
    if (l->draining) /* not now: a page may follow its response */
        loop_timer_set(l->tick, 0);
}

void smpp_link_drain(struct smpp_link *l)
{
    l->draining = true;
    loop_timer_stop(l->retry);
    if (l->state == LINK_BOUND)
        smpp_bind_leave(l);
    else if (l->bev)
        smpp_link_down(l, "draining");
    else
        smpp_link_state(l, LINK_GONE, "draining");
}

bool smpp_link_busy(const struct smpp_link *l)
{
    return l->state != LINK_GONE;
}

struct smpp_link *smpp_link_open(struct loop *loop, const struct smpp_link_conf *conf,
                                 const struct smpp_link_ops *ops)
{
    struct smpp_link *l = calloc(1, sizeof *l);

    if (!l)
        return NULL;
    l->magic = LINK_MAGIC;
    l->loop = loop;
    l->conf = *conf;
    l->ops = *ops;
    l->window.sequence = conf->first_sequence ? conf->first_sequence - 1 : 0;
    if (l->conf.window > WINDOW_MAX)
        l->conf.window = WINDOW_MAX;
    buf_init(&l->out, SMPP_PDU_MAX);
    l->tick = loop_timer_new(loop, "smpp tick", smpp_bind_tick, l);
    l->retry = loop_timer_new(loop, "smpp connect", on_retry, l);
    l->resume = loop_timer_new(loop, "smpp throttled", on_resume, l);
    l->rest = loop_timer_new(loop, "smpp rest", on_rest, l);
    if (!l->tick || !l->retry || !l->resume || !l->rest) {
        smpp_link_close(l);
        return NULL;
    }
    loop_timer_set(l->retry, 0);
    return l;
}

static void free_link(void *arg)
{
    free(arg);
}

void smpp_link_close(struct smpp_link *l)
{
    struct smpp_pdu unbind = { .command = SMPP_UNBIND };

    l->draining = true;
    if (l->bev && l->state == LINK_BOUND && smpp_link_request(l, &unbind, NULL, NULL))
        smpp_link_flush(l);
    if (l->bev) {
        bufferevent_setcb(l->bev, NULL, NULL, NULL, NULL);
        bufferevent_free(l->bev);
        l->bev = NULL;
    }
    line_end(l->line, true);
    l->line = NULL;
    if (l->state == LINK_BOUND)
        smpp_link_state(l, LINK_GONE, "closed");
    smpp_window_lose(&l->window);
    if (l->dns)
        evdns_base_free(l->dns, 0);
    if (l->tick)
        loop_timer_free(l->tick);
    if (l->retry)
        loop_timer_free(l->retry);
    if (l->resume)
        loop_timer_free(l->resume);
    loop_timer_free(l->rest);
    buf_free(&l->out);
    l->magic = 0;
    loop_reap(l->loop, free_link, l);
}
