/* gateway_inbound.c - inbounds that come from inside: timers, signals, what the spool kept, what people
 * released. */
#include <stdio.h>
#include <stdlib.h>

#include "flows/flow.h"
#include "gateway/base/clock.h"
#include "gateway/console/console.h"
#include "gateway/delivery/delivery.h"
#include "gateway/inside.h"

enum {
    TIMER_MAX = 256 * 1024, /* memory for one timer */
};

void gateway_submit(void *arg, const struct inbound *in, answer_cb *cb, void *cb_arg)
{
    struct gateway *g = arg;

    pipeline_submit(g->pipeline, in, cb, cb_arg);
}

void gateway_park(void *arg, const struct inbound *in, const char *why, answer_cb *cb, void *cb_arg)
{
    struct gateway *g = arg;

    pipeline_park(g->pipeline, in, REASON_parked_error, why, cb, cb_arg);
}

void gateway_heard(void *arg, const struct inbound *in, enum reason reason)
{
    struct gateway *g = arg;

    if (g->console)
        console_heard(g->console, in, reason);
}

void gateway_send_now(void *arg, struct slice via, const struct sms *sms)
{
    struct gateway *g = arg;

    if (g->delivery)
        delivery_now(g->delivery, via, sms);
}

void gateway_expect(void *arg, struct slice via, const struct sms *sms, int64_t after_ms)
{
    struct gateway *g = arg;

    if (g->delivery)
        delivery_expect(g->delivery, via, sms, after_ms);
}

void gateway_on_due(void *arg, struct slice id, struct slice text, int64_t due_ms)
{
    struct gateway *g = arg;
    struct inbound in;
    struct arena arena;

    arena_init(&arena, TIMER_MAX);
    if (flow_due(id, text, due_ms, clock_wall_ms(), &arena, &in))
        pipeline_submit(g->pipeline, &in, NULL, NULL);
    arena_free(&arena);
}

/* A message that the store keeps until it was carried out: of the spool, or released by people. */
struct kept {
    struct gateway *gateway;
    void *token;
    void (*done)(struct store *, void *token, bool taken);
};

static void on_replayed(void *arg, const struct answer *a)
{
    struct kept *k = arg;
    bool again = a->reason == REASON_spooled || a->reason == REASON_spool_full || a->reason == REASON_busy ||
                 a->reason == REASON_draining;

    k->done(k->gateway->store, k->token, !again);
    free(k);
}

static void replay(struct gateway *g, const struct inbound *in, void *token,
                   void (*done)(struct store *, void *, bool))
{
    struct kept *k = malloc(sizeof *k);

    if (!k) {
        done(g->store, token, false);
        return;
    }
    *k = (struct kept){ .gateway = g, .token = token, .done = done };
    pipeline_replay(g->pipeline, in, on_replayed, k);
}

void gateway_on_spooled(void *arg, const struct inbound *in, void *token)
{
    replay(arg, in, token, store_spool_done);
}

void gateway_on_released(void *arg, const struct inbound *in, void *token)
{
    replay(arg, in, token, store_released_done);
}

void gateway_on_news(void *arg, struct slice line)
{
    struct gateway *g = arg;
    struct inbound in = { .kind = INBOUND_SIGNAL, .provider = S("signal"), .text = line };
    char id[64];

    in.received_ms = clock_wall_ms();
    in.provider_id =
        slice_make(id, (size_t)snprintf(id, sizeof id, "pws-%016llx-%lld",
                                        (unsigned long long)slice_hash(line), (long long)in.received_ms));
    pipeline_submit(g->pipeline, &in, NULL, NULL);
}
