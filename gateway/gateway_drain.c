/* gateway_drain.c - leaving: what is under way is finished, then every room is closed (SPEC 7). */
#include <malloc.h>

#include "gateway/base/arena.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/console/console.h"
#include "gateway/console/ctl.h"
#include "gateway/console/staff.h"
#include "gateway/delivery/delivery.h"
#include "gateway/district/msglog.h"
#include "gateway/district/signals.h"
#include "gateway/district/sink.h"
#include "gateway/ingress/ingress.h"
#include "gateway/ingress/smpp_in.h"
#include "gateway/inside.h"

enum {
    DRAIN_MS = 10000, /* SPEC 7: finish commits */
    SWEEP_MS = 20,
};

static void stopped(void *arg)
{
    struct gateway *g = arg;

    g->store = NULL;
    loop_stop(g->loop);
}

static void close_rooms(struct gateway *g)
{
    if (g->ingress)
        ingress_close(g->ingress);
    if (g->smpp_in)
        smpp_in_close(g->smpp_in);
    if (g->signals)
        signals_close(g->signals);
    if (g->delivery)
        delivery_close(g->delivery);
    if (g->smpp)
        smpp_hub_close(g->smpp); /* the last: it calls back those who wait for an answer */
    console_stop(g->console);
    if (g->staff)
        staff_close(g->staff);
    console_close(g->console);
    /* Behind the console, which only reads: whoever writes a file closes it last, and takes its -wal along.
     */
    for (unsigned i = 0; i < g->sinks_n; i++)
        sink_close(g->sinks[i]);
    msglog_close(g->msglog);
    if (g->ctl)
        ctl_close(g->ctl);
    g->ingress = NULL;
    g->smpp_in = NULL;
    g->smpp = NULL;
    g->signals = NULL;
    g->delivery = NULL;
    g->sinks_n = 0;
    g->msglog = NULL;
    g->staff = NULL;
    g->console = NULL;
    g->ctl = NULL;
    store_close(g->store, 5000, stopped, g);
}

void gateway_drain(struct gateway *g)
{
    if (g->draining)
        return;
    g->draining = true;
    g->drain_until_ms = clock_mono_ms() + DRAIN_MS;
    log_event(LOG_INFO, "draining", NULL);
    if (g->ingress)
        ingress_drain(g->ingress);
    if (g->pipeline)
        pipeline_drain(g->pipeline);
    if (g->delivery)
        delivery_drain(g->delivery);
    if (g->smpp)
        smpp_hub_drain(g->smpp);
    loop_timer_set(g->sweep, 1);
}

void gateway_on_sweep(void *arg)
{
    struct gateway *g = arg;
    unsigned left = g->pipeline ? pipeline_under_way(g->pipeline) : 0;

    if (!g->draining) {
        gateway_free_older(g);
        if (arena_sweep())
            malloc_trim(0);
        loop_timer_set(g->sweep, 1000);
        return;
    }
    if (g->smpp)
        left += smpp_hub_busy(g->smpp); /* to be unbound */
    if (left > 0 && clock_mono_ms() < g->drain_until_ms) {
        loop_timer_set(g->sweep, SWEEP_MS);
        return;
    }
    close_rooms(g);
}
