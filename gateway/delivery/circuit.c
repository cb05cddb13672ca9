/* circuit.c - see circuit.h. */
#include "gateway/delivery/circuit.h"

#include "gateway/base/log.h"
#include "gateway/base/stat.h"

static const char *const state_names[] = { "closed", "open", "probing" };

void circuit_init(struct circuit *c, const char *name, int64_t patience_ms)
{
    *c = (struct circuit){ .name = name, .patience_ms = patience_ms, .wait_ms = patience_ms };
    c->gauge =
        stat_get(STAT_GAUGE, "provider_circuit",
                 "How a provider is: 0 well, 1 down, 2 being probed by one SMS at a time.", "provider", name);
    c->opened = stat_get(STAT_COUNTER, "provider_down_total", "Times that a provider was found down.",
                         "provider", name);
    c->gauge->value = CIRCUIT_CLOSED;
}

/* The one place where the state changes. */
static void turn(struct circuit *c, enum circuit_state state, const char *why)
{
    if (c->state == state)
        return;
    log_event(state == CIRCUIT_CLOSED ? LOG_INFO : LOG_WARN, "provider_circuit", "provider", c->name, "from",
              state_names[c->state], "to", state_names[state], "why", why, NULL);
    c->opened->value += c->state == CIRCUIT_CLOSED && state == CIRCUIT_OPEN;
    c->state = state;
    c->gauge->value = state;
}

static void circuit_open(struct circuit *c, int64_t now_ms, const char *why)
{
    c->until_ms = now_ms + c->wait_ms;
    turn(c, CIRCUIT_OPEN, why);
}

/* A probe that failed: it is left alone twice as long. */
static void open_again(struct circuit *c, int64_t now_ms, const char *why)
{
    c->wait_ms = c->wait_ms * 2 < CIRCUIT_LONGEST_MS ? c->wait_ms * 2 : CIRCUIT_LONGEST_MS;
    circuit_open(c, now_ms, why);
}

void circuit_well(struct circuit *c, int64_t now_ms)
{
    (void)now_ms;
    c->failed = 0;
    c->wait_ms = c->patience_ms;
    turn(c, CIRCUIT_CLOSED, "sent");
}

void circuit_failed(struct circuit *c, bool urgent, int64_t now_ms)
{
    c->failed++;
    if (c->state == CIRCUIT_PROBING)
        open_again(c, now_ms, "probe failed");
    else if (c->state == CIRCUIT_CLOSED && urgent)
        circuit_open(c, now_ms, "an emergency failed");
    else if (c->state == CIRCUIT_CLOSED && c->failed >= CIRCUIT_FAILURES)
        circuit_open(c, now_ms, "failures in a row");
}

void circuit_refused(struct circuit *c, int64_t now_ms)
{
    if (c->state == CIRCUIT_PROBING)
        open_again(c, now_ms, "probe refused");
}

void circuit_hurry(struct circuit *c, int64_t now_ms)
{
    if (c->state == CIRCUIT_CLOSED && c->gone && c->until_ms > now_ms + CIRCUIT_HURRY_MS)
        c->until_ms = now_ms + CIRCUIT_HURRY_MS;
}

void circuit_bound(struct circuit *c, bool bound, int64_t now_ms)
{
    if (c->gone == !bound)
        return;
    c->gone = !bound;
    if (c->state == CIRCUIT_CLOSED && !bound)
        c->until_ms = now_ms + c->patience_ms;
    else if (c->state == CIRCUIT_OPEN && bound)
        c->until_ms = now_ms; /* a bind that stands again is worth a probe */
}

int64_t circuit_tick(struct circuit *c, int64_t now_ms)
{
    if (c->state == CIRCUIT_CLOSED && c->gone && now_ms >= c->until_ms)
        circuit_open(c, now_ms, "no bind");
    else if (c->state == CIRCUIT_PROBING && c->gone)
        circuit_open(c, now_ms, "no bind");
    else if (c->state == CIRCUIT_OPEN && !c->gone && now_ms >= c->until_ms)
        turn(c, CIRCUIT_PROBING, "waited");
    if ((c->state == CIRCUIT_CLOSED && c->gone) || (c->state == CIRCUIT_OPEN && !c->gone))
        return c->until_ms > now_ms ? c->until_ms - now_ms : 0;
    return -1;
}
