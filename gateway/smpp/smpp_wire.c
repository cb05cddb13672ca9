/* smpp_wire.c - a bind's connection: its state, what is written to it, and how it is given up.  See
 * smpp_inside.h. */
#include "gateway/smpp/smpp_inside.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/socket.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/base/stat.h"

enum {
    OUTPUT_FULL = 1 << 17, /* some 7,000 responses that nobody reads */
    BACK_OFF_MS = 1000,
    BACK_OFF_MAX_MS = 60000,
    STEADY_MS = 5000, /* bound for so long: the next loss begins a new row of attempts */
};

static const char *const state_names[] = { "down", "connecting", "binding", "bound", "leaving", "gone" };

struct stat *smpp_counter(const char *name, const char *help)
{
    return stat_get(STAT_COUNTER, name, help, NULL, NULL);
}

void smpp_link_state(struct smpp_link *l, enum link_state next, const char *why)
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

int64_t smpp_link_back_off(struct smpp_link *l)
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

void smpp_link_down(struct smpp_link *l, const char *why)
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
    smpp_link_state(l, over ? LINK_GONE : LINK_DOWN, why);
    if (!over)
        loop_timer_set(l->retry, smpp_link_back_off(l));
    smpp_window_lose(&l->window);
    l->ops.on_change(l->ops.arg, l);
}

void smpp_link_flush(struct smpp_link *l)
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

void smpp_link_respond(struct smpp_link *l, uint32_t command, uint32_t sequence, uint32_t status)
{
    struct smpp_pdu p = { .command = command, .sequence = sequence, .status = status };

    write_pdu(l, &p);
}

bool smpp_link_request(struct smpp_link *l, struct smpp_pdu *p, smpp_sent_cb *cb, void *arg)
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
