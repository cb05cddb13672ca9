/* gateway_reload.c - another configuration, other people: a new generation in the place of the old one. */
#include "flows/rows/clocks.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/delivery/delivery.h"
#include "gateway/district/msglog.h"
#include "gateway/district/sink.h"
#include "gateway/generation.h"
#include "gateway/ingress/ingress.h"
#include "gateway/ingress/smpp_in.h"
#include "gateway/inside.h"
#include "gateway/reload.h"

static void swap_in(struct gateway *g, struct generation *next)
{
    next->older = g->now;
    g->now->replaced_ms = clock_mono_ms();
    g->now = next;
    if (!g->pipeline)
        return;
    pipeline_ruleset(g->pipeline, next->rules);
    ingress_reload(g->ingress, next->config, next->rules);
    smpp_in_reload(g->smpp_in, next->config, next->rules);
}

bool gateway_seat_people(struct gateway *g, const struct person *const *stored, unsigned n)
{
    struct people merged;
    struct generation *next;
    struct arena scratch;

    arena_init(&scratch, RULESET_ARENA);
    next = generation_with_people(g->now, stored, n, &scratch, &merged);
    if (next)
        swap_in(g, next);
    if (next && merged.imports_n)
        store_people_put(g->store, merged.imports, merged.imports_n, NULL, NULL);
    arena_free(&scratch);
    return next;
}

static bool is_held(void *arg, const struct ruleset *rules)
{
    const struct gateway *g = arg;

    return pipeline_holds(g->pipeline, rules);
}

void gateway_free_older(struct gateway *g)
{
    generation_free_older(g->now, clock_mono_ms(), is_held, g);
}

static bool other_address(const struct address *a, const struct address *b)
{
    return a->port != b->port || !slice_eq(a->host, b->host);
}

/* What was read on its thread takes the place of what runs. */
static bool take(void *arg, struct generation *next)
{
    struct gateway *g = arg;
    const struct generation *old = g->now; /* lives on behind the next */

    if (g->draining)
        return false;
    gateway_free_older(g);
    next->needs_restart = other_address(&old->config->listen, &next->config->listen) ||
                          other_address(&old->config->staff, &next->config->staff) ||
                          !slice_eq(old->config->state, next->config->state);
    swap_in(g, next);
    if (!gateway_seat_people(g, (const struct person *const *)old->stored, old->stored_n))
        log_event(LOG_ERROR, "people", "why", "more people than memory", NULL); /* those of the file alone */
    delivery_reload(g->delivery, next->config);
    smpp_hub_reload(g->smpp, next->config);
    for (unsigned i = 0; i < g->sinks_n; i++)
        sink_reload(g->sinks[i], next->rules);
    msglog_keep(g->msglog, clock_of(next->rules, "raw_messages"));
    return true;
}

int gateway_open_reload(struct gateway *g, struct err *e)
{
    g->reload = reload_new(g->loop, take, g);
    return g->reload ? 0 : err_set(e, "out of memory, or of threads");
}
