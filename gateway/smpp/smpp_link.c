/* smpp_link.c - see smpp_link.h.
 *
 *   down -> connecting -> binding -> bound -> leaving -> gone
 *     ^---------'------------'---------'   (back-off with jitter)
 *
 * link_state() is the one place that changes it.  A connection that is given up dies at the end of the turn,
 * so that the PDU in hand stays readable. */
#include "gateway/smpp/smpp_link.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/base/stat.h"
#include "gateway/smpp/smpp_window.h"

enum {
    WINDOW_MAX = 1000,
    OWED_MAX = 1000,               /* requests of theirs under way; past it they are asked to come again */
    INPUT_FULL = 2 * SMPP_PDU_MAX, /* one that is whole, and what is behind it */
    OUTPUT_FULL = 1 << 17,         /* some 7,000 responses that nobody reads */
    OUTPUT_LOW = 1 << 15,
    CONNECT_MS = 10000,
    UNBIND_MS = 2000,
    TICK_MS = 1000,
    BACK_OFF_MS = 1000,
    BACK_OFF_MAX_MS = 60000,
    REFUSED_MS = 30000, /* a bind that was refused is not asked again sooner */
    STEADY_MS = 5000,   /* bound for so long: the next loss begins a new row of attempts */
    PAUSE_MS = 1000,
    PAUSE_MAX_MS = 30000,
    LINK_MAGIC = 0x736d7070,
};

enum link_state {
    LINK_DOWN,
    LINK_CONNECTING,
    LINK_BINDING,
    LINK_BOUND,
    LINK_LEAVING, /* unbind is out */
    LINK_GONE,
};
static const char *const state_names[] = { "down", "connecting", "binding", "bound", "leaving", "gone" };

struct smpp_link {
    unsigned magic;
    struct loop *loop;
    struct smpp_link_conf conf;
    struct smpp_link_ops ops;
    enum link_state state;
    struct bufferevent *bev;
    struct evdns_base *dns;
    struct loop_timer *tick, *retry, *resume;
    struct smpp_window window;
    struct line *line; /* this connection, for those who outlive it */
    unsigned owed;     /* requests of theirs on this connection without an answer */
    uint64_t life;
    int64_t since_ms, heard_ms, enquired_ms;
    int64_t paused_until_ms, pause_ms, retry_at_least_ms;
    unsigned attempts;
    bool draining, choked; /* choked: they do not read what we write */
    struct buf out;
};

static void on_read(struct bufferevent *, void *);
static void on_write(struct bufferevent *, void *);
static void on_event(struct bufferevent *, short, void *);

static struct stat *counter(const char *name, const char *help)
{
    return stat_get(STAT_COUNTER, name, help, NULL, NULL);
}

/* --- states --- */

static void link_state(struct smpp_link *l, enum link_state next, const char *why)
{
    enum link_state before = l->state;

    l->state = next;
    l->since_ms = clock_mono_ms();
    log_event(next == LINK_DOWN && before == LINK_BOUND ? LOG_WARN : LOG_INFO, "smpp_link", "provider",
              l->conf.provider, "from", state_names[before], "to", state_names[next], "why", why, NULL);
    if (before == LINK_BOUND || next == LINK_BOUND)
        stat_get(STAT_GAUGE, "smpp_bound", "Binds that stand now.", NULL, NULL)->value +=
            next == LINK_BOUND ? 1 : (uint64_t)-1;
}

static void free_bev(void *arg)
{
    bufferevent_free(arg);
}

static int64_t back_off(struct smpp_link *l)
{
    int64_t ms = BACK_OFF_MS;

    for (unsigned i = 0; i < l->attempts && ms < BACK_OFF_MAX_MS; i++)
        ms *= 2;
    l->attempts++;
    if (ms > BACK_OFF_MAX_MS)
        ms = BACK_OFF_MAX_MS;
    if (ms < l->retry_at_least_ms)
        ms = l->retry_at_least_ms;
    l->retry_at_least_ms = 0;
    return ms / 2 + (int64_t)rnd_below((uint64_t)ms / 2 + 1);
}

/* The connection is given up. */
static void link_down(struct smpp_link *l, const char *why)
{
    bool was_bound = l->state == LINK_BOUND, over = l->draining;

    if (!l->bev)
        return;
    if (was_bound && clock_mono_ms() - l->since_ms >= STEADY_MS)
        l->attempts = 0;
    bufferevent_disable(l->bev, EV_READ | EV_WRITE);
    bufferevent_setcb(l->bev, NULL, NULL, NULL, NULL);
    loop_reap(l->loop, free_bev, l->bev);
    l->bev = NULL;
    l->life++;
    line_end(l->line, true);
    l->line = NULL;
    l->owed = 0;
    l->choked = false;
    loop_timer_stop(l->tick);
    link_state(l, over ? LINK_GONE : LINK_DOWN, why);
    if (!over)
        loop_timer_set(l->retry, back_off(l));
    smpp_window_lose(&l->window);
    l->ops.on_change(l->ops.arg, l);
}

/* --- writing --- */

/* Last words on a connection that is about to be closed: what the socket takes at once. */
static void flush_now(struct smpp_link *l)
{
    struct evbuffer *out = bufferevent_get_output(l->bev);
    size_t n = evbuffer_get_length(out);
    unsigned char *p = n ? evbuffer_pullup(out, -1) : NULL;

    if (p)
        (void)!send(bufferevent_getfd(l->bev), p, n, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void write_pdu(struct smpp_link *l, const struct smpp_pdu *p)
{
    buf_clear(&l->out);
    if (!smpp_encode(&l->out, p))
        return;
    bufferevent_write(l->bev, l->out.p, l->out.n);
    if (!l->choked && evbuffer_get_length(bufferevent_get_output(l->bev)) > OUTPUT_FULL) {
        l->choked = true;
        bufferevent_disable(l->bev, EV_READ);
        log_event(LOG_WARN, "smpp_choked", "provider", l->conf.provider, NULL);
    }
}

static void respond(struct smpp_link *l, uint32_t command, uint32_t sequence, uint32_t status)
{
    struct smpp_pdu p = { .command = command, .sequence = sequence, .status = status };

    write_pdu(l, &p);
}

static bool request(struct smpp_link *l, struct smpp_pdu *p, smpp_sent_cb *cb, void *arg)
{
    struct smpp_request *r = smpp_window_new(&l->window);

    if (!r)
        return false;
    p->sequence = r->sequence;
    p->status = 0;
    buf_clear(&l->out);
    if (!smpp_encode(&l->out, p)) {
        smpp_window_undo(r);
        return false;
    }
    smpp_window_sent(&l->window, r, p->command, clock_mono_ms(), cb, arg);
    write_pdu(l, p);
    return true;
}

/* --- connecting --- */

static int64_t tick_ms(const struct smpp_link *l)
{
    int64_t ms = TICK_MS;

    if (l->conf.response_ms / 4 < ms)
        ms = l->conf.response_ms / 4;
    if (l->conf.enquire_ms / 4 < ms)
        ms = l->conf.enquire_ms / 4;
    return ms < 20 ? 20 : ms;
}

static bool numeric(struct slice host, unsigned port, struct sockaddr_storage *ss, int *n)
{
    char text[64];
    struct sockaddr_in *v4 = (struct sockaddr_in *)ss;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;

    memset(ss, 0, sizeof *ss);
    if (host.n >= sizeof text)
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        *n = sizeof *v4;
        return true;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        *n = sizeof *v6;
        return true;
    }
    return false;
}

static int start_connect(struct smpp_link *l)
{
    struct sockaddr_storage ss;
    char host[256];
    int n;

    if (numeric(l->conf.host, l->conf.port, &ss, &n))
        return bufferevent_socket_connect(l->bev, (struct sockaddr *)&ss, n);
    if (l->conf.host.n >= sizeof host)
        return -1;
    memcpy(host, l->conf.host.p, l->conf.host.n);
    host[l->conf.host.n] = '\0';
    if (!l->dns)
        l->dns = evdns_base_new(loop_base(l->loop),
                                EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    return l->dns ? bufferevent_socket_connect_hostname(l->bev, l->dns, AF_UNSPEC, host, (int)l->conf.port)
                  : -1;
}

static void on_retry(void *arg)
{
    struct smpp_link *l = arg;

    if (l->draining || l->bev)
        return;
    l->bev = bufferevent_socket_new(loop_base(l->loop), -1, BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
    if (!l->bev) {
        loop_timer_set(l->retry, back_off(l));
        return;
    }
    bufferevent_setcb(l->bev, on_read, on_write, on_event, l);
    bufferevent_setwatermark(l->bev, EV_WRITE, OUTPUT_LOW, 0);
    bufferevent_setwatermark(l->bev, EV_READ, 0, INPUT_FULL);
    link_state(l, LINK_CONNECTING, "");
    loop_timer_set(l->tick, tick_ms(l));
    if (start_connect(l) != 0)
        link_down(l, "cannot connect");
}

static void send_bind(struct smpp_link *l)
{
    static const uint32_t commands[] = {
        [SMPP_TRX] = SMPP_BIND_TRANSCEIVER, [SMPP_TX] = SMPP_BIND_TRANSMITTER, [SMPP_RX] = SMPP_BIND_RECEIVER
    };
    struct smpp_pdu p = { .command = commands[l->conf.mode],
                          .system_id = l->conf.system_id,
                          .password = l->conf.password,
                          .system_type = l->conf.system_type,
                          .version = SMPP_VERSION };
    int on = 1;

    setsockopt(bufferevent_getfd(l->bev), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    bufferevent_enable(l->bev, EV_READ | EV_WRITE);
    link_state(l, LINK_BINDING, "");
    l->heard_ms = clock_mono_ms();
    if (!request(l, &p, NULL, NULL))
        link_down(l, "system_id, password or system_type is longer than SMPP allows");
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct smpp_link *l = arg;

    if (bev != l->bev)
        return;
    if (what & BEV_EVENT_CONNECTED)
        send_bind(l);
    else
        link_down(l, l->state == LINK_CONNECTING ? "no connection" : "the SMSC closed the connection");
}

/* --- what comes in --- */

static void bound(struct smpp_link *l, uint32_t status)
{
    if (status != SMPP_ROK) {
        log_event(LOG_ERROR, "smpp_bind_refused", "provider", l->conf.provider, "status",
                  smpp_status_name(status), "remedy", "compare system_id, password and bind with the SMSC's",
                  NULL);
        if (status != SMPP_RALYBND && status != SMPP_RSYSERR)
            l->retry_at_least_ms = REFUSED_MS;
        link_down(l, "bind refused");
        return;
    }
    link_state(l, LINK_BOUND, "");
    l->enquired_ms = 0;
    l->ops.on_change(l->ops.arg, l);
}

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

    counter("smpp_throttled_total", "Requests that the SMSC refused to slow us down.")->value++;
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
        else if (status == SMPP_ROK && clock_mono_ms() > l->paused_until_ms)
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
        link_down(l, "unbound");
    else if (l->state == LINK_BINDING)
        bound(l, status);
}

static void on_deliver(struct smpp_link *l, const struct smpp_pdu *p)
{
    struct smpp_ticket t = { .link = l, .life = l->life, .command = p->command, .sequence = p->sequence };

    if (l->state != LINK_BOUND) {
        respond(l, p->command | SMPP_RESPONSE, p->sequence, SMPP_RINVBNDSTS);
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

    counter("smpp_broken_pdus_total", "PDUs that could not be read or are not known.")->value++;
    if (p->command & SMPP_RESPONSE) {
        /* A response whose body is broken is an answer all the same. */
        if (rc != SMPP_UNKNOWN)
            on_response(l, p);
        return;
    }
    if (message && rc == SMPP_BAD_END) /* it is read all the same: nothing is refused for its last octets */
        on_deliver(l, p);
    else if (rc == SMPP_UNKNOWN)
        respond(l, SMPP_GENERIC_NACK, p->sequence, SMPP_RINVCMDID);
    else
        respond(l, message ? p->command | SMPP_RESPONSE : SMPP_GENERIC_NACK, p->sequence,
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
        respond(l, SMPP_ENQUIRE_LINK | SMPP_RESPONSE, p.sequence, SMPP_ROK);
        break;
    case SMPP_UNBIND:
        respond(l, SMPP_UNBIND | SMPP_RESPONSE, p.sequence, SMPP_ROK);
        flush_now(l);
        link_down(l, "the SMSC unbound us");
        break;
    case SMPP_ALERT_NOTIFICATION: /* has no response, and tells us nothing */
    case SMPP_OUTBIND:
        break;
    default: /* a bind, a submit: not theirs to ask */
        respond(l, SMPP_GENERIC_NACK, p.sequence, SMPP_RINVCMDID);
    }
}

/* An impossible length: where the next PDU begins is not known any more. */
static void stream_lost(struct smpp_link *l)
{
    counter("smpp_broken_pdus_total", NULL)->value++;
    respond(l, SMPP_GENERIC_NACK, 0, SMPP_RINVCMDLEN);
    flush_now(l);
    link_down(l, "a PDU of an impossible length");
}

static void on_read(struct bufferevent *bev, void *arg)
{
    struct smpp_link *l = arg;
    struct evbuffer *in = bufferevent_get_input(bev);
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
    }
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

/* --- time --- */

static void time_out(struct smpp_link *l, int64_t now)
{
    static const struct smpp_result lost = { .outcome = SMPP_LOST };
    uint64_t life = l->life;
    struct smpp_request r;

    while (l->life == life && smpp_window_overdue(&l->window, now - l->conf.response_ms, &r)) {
        if (!r.cb) { /* bind, enquire_link, unbind: nobody is there */
            link_down(l, "the SMSC does not answer");
            return;
        }
        counter("smpp_response_timeouts_total", "Requests whose response never came.")->value++;
        r.cb(r.arg, &lost);
    }
}

static void leave(struct smpp_link *l)
{
    struct smpp_pdu unbind = { .command = SMPP_UNBIND };

    if (l->state != LINK_BOUND || l->window.under_way || l->owed)
        return;
    link_state(l, LINK_LEAVING, "draining");
    if (!request(l, &unbind, NULL, NULL))
        link_down(l, "draining");
}

static void on_tick(void *arg)
{
    struct smpp_link *l = arg;
    int64_t now = clock_mono_ms();
    struct smpp_pdu enquire = { .command = SMPP_ENQUIRE_LINK };

    if (!l->bev)
        return;
    loop_timer_set(l->tick, tick_ms(l));
    if (l->state == LINK_CONNECTING && now - l->since_ms > CONNECT_MS) {
        link_down(l, "no connection in time");
        return;
    }
    if (l->state == LINK_LEAVING && now - l->since_ms > UNBIND_MS) {
        link_down(l, "unbind was not answered");
        return;
    }
    time_out(l, now);
    if (l->state == LINK_BOUND && l->draining)
        leave(l);
    if (l->state != LINK_BOUND || l->enquired_ms || now - l->heard_ms < l->conf.enquire_ms)
        return;
    l->enquired_ms = now;
    (void)!request(l, &enquire, NULL, NULL);
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
    int64_t left = l->paused_until_ms - clock_mono_ms();

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
    return smpp_link_room(l) && request(l, p, cb, arg);
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
    respond(l, t->command | SMPP_RESPONSE, t->sequence, status);
    if (l->draining) /* not now: a page may follow its response */
        loop_timer_set(l->tick, 0);
}

void smpp_link_drain(struct smpp_link *l)
{
    l->draining = true;
    loop_timer_stop(l->retry);
    if (l->state == LINK_BOUND)
        leave(l);
    else if (l->bev)
        link_down(l, "draining");
    else
        link_state(l, LINK_GONE, "draining");
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
    l->tick = loop_timer_new(loop, "smpp tick", on_tick, l);
    l->retry = loop_timer_new(loop, "smpp connect", on_retry, l);
    l->resume = loop_timer_new(loop, "smpp throttled", on_resume, l);
    if (!l->tick || !l->retry || !l->resume) {
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
    if (l->bev && l->state == LINK_BOUND && request(l, &unbind, NULL, NULL))
        flush_now(l);
    if (l->bev) {
        bufferevent_setcb(l->bev, NULL, NULL, NULL, NULL);
        bufferevent_free(l->bev);
        l->bev = NULL;
    }
    line_end(l->line, true);
    l->line = NULL;
    if (l->state == LINK_BOUND)
        link_state(l, LINK_GONE, "closed");
    smpp_window_lose(&l->window);
    if (l->dns)
        evdns_base_free(l->dns, 0);
    if (l->tick)
        loop_timer_free(l->tick);
    if (l->retry)
        loop_timer_free(l->retry);
    if (l->resume)
        loop_timer_free(l->resume);
    buf_free(&l->out);
    l->magic = 0;
    loop_reap(l->loop, free_link, l);
}
