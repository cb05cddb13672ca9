/* delivery.c - the life of delivery: providers and their lanes are opened, reloaded, drained and closed here.
 * What is sent when is provider.c's, who helps whom out route.c's.
 *
 * A provider that names another in `sms_via` (africastalking for USSD, Kannel for SMS) has lanes of its own
 * in the store; here they are the carrier's, under its window and rate. */
#include "gateway/delivery/delivery.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/delivery/budget.h"
#include "gateway/delivery/provider.h"
#include "gateway/delivery/smpp_send.h"

enum {
    WINDOW = 10, /* when the configuration states none */
    INBOX_MAX = 100000,
    EMULATED = 200,      /* at least, for the emulator: nothing of it is ever under way */
    PATIENCE_MS = 30000, /* with a provider that is down, when the configuration states none */
    NOW_MAX = 1000,      /* SMS past the store that may wait */
};

/* SMPP has no shapes over HTTP: its name is all that is asked for here. */
static const struct dialect smpp_dialect = { .name = "smpp" };

/* The one whose lanes hold the SMS of provider `via`; NULL when nobody's do. */
static struct provider *home_of(struct delivery *d, struct slice via)
{
    for (unsigned i = 0; i < d->providers_n; i++) {
        struct provider *p = &d->provider[i];

        for (unsigned k = 0; k < p->vias_n; k++)
            if (slice_eq(p->via[k], via))
                return p;
    }
    return NULL;
}

/* Past the store: into the lane of that name, or the default's.  NULL: nobody can send it, or there is no
 * room. */
static struct sending *past(struct delivery *d, struct slice via, const struct sms *sms, int64_t due_ms)
{
    struct provider *named = sms->provider.n ? home_of(d, sms->provider) : NULL;
    struct provider *own = named ? named : home_of(d, via), *p = own ? own : d->by_default;
    bool room = p && (p->now.taken < NOW_MAX || (sms->class == SMS_EMERGENCY && !due_ms));
    struct sending *j = room ? sending_from_sms(&p->now, sms, clock_wall_ms()) : NULL;

    if (!j)
        return NULL;
    j->due_ms = due_ms;
    lane_add(&p->now, j);
    hedge_watch(j);
    p->now.taken++;
    if (sms->class == SMS_EMERGENCY)
        route_hurry(p);
    loop_timer_set(p->pump, 0);
    return j;
}

void delivery_now(struct delivery *d, struct slice via, const struct sms *sms)
{
    if (!past(d, via, sms, 0))
        sending_count("broken");
}

void delivery_expect(struct delivery *d, struct slice via, const struct sms *sms, int64_t after_ms)
{
    struct sending *j;

    if (store_gateways(d->store) > 1)
        return; /* another may read it: nobody would know it again */
    j = past(d, via, sms, clock_wall_ms() + after_ms);
    if (j)
        j->expected = true;
}

/* Quiet hours begin and end. */
static void on_dawn(void *arg)
{
    struct delivery *d = arg;

    for (unsigned i = 0; i < d->providers_n; i++)
        provider_pump(&d->provider[i]);
    loop_timer_set(d->dawn, 20000);
}

/* --- life --- */

static const struct dialect *dialect_of(struct slice name)
{
    return slice_is(name, smpp_dialect.name) ? &smpp_dialect : dialect_by_name(name);
}

static bool sends(const struct provider_conf *p)
{
    const struct dialect *d = dialect_of(p->dialect);

    return d && (d == &smpp_dialect || d->in_process || d->encode_send);
}

static void provider_conf_take(struct provider *p, const struct config *c, const struct provider_conf *pc)
{
    struct arena *a = &p->arena;
    struct slice token = pc->token;

    arena_reset(a);
    p->dialect = dialect_of(pc->dialect);
    p->by_smpp = p->dialect == &smpp_dialect;
    p->circuit.patience_ms = pc->failover_after_ms ? pc->failover_after_ms : PATIENCE_MS;
    p->conf = (struct provider_conf){ .name = arena_copy(a, pc->name),
                                      .dialect = arena_copy(a, pc->dialect),
                                      .window = pc->window,
                                      .rate = pc->rate };
    p->conf.shape = pc->shape ? shape_copy_send(pc->shape, a) : NULL;
    p->conf.send.url = arena_copy(a, pc->send.url);
    p->conf.send.username = arena_copy(a, pc->send.username);
    p->conf.send.password = arena_copy(a, pc->send.password);
    p->conf.send.from = arena_copy(a, pc->send.from.n ? pc->send.from : c->short_code);
    p->dlr_url = slice_make("", 0);
    if (c->public_url.n)
        p->dlr_url =
            arena_printf(a, "%.*s/dlr/%.*s%s%.*s", (int)(c->public_url.n - slice_ends(c->public_url, "/")),
                         c->public_url.p, SLICE_ARG(pc->name), token.n ? "/" : "", SLICE_ARG(token));
    p->window = pc->window ? pc->window : WINDOW;
    if (p->dialect->in_process && p->window < EMULATED)
        p->window = EMULATED;
    p->tokens_ms = clock_mono_ms();
    p->tokens = pc->rate ? 1 : 0;
}

/* The lanes of provider `name` in the store, carried by p. */
static int lanes_open(struct provider *p, struct slice name)
{
    static const unsigned numbers[PROVIDER_LANES] = {
        [RANK_EMERGENCY] = 3, [RANK_ANSWER] = 0, [RANK_ALERT] = 1, [RANK_BULK] = 2
    };
    struct delivery *d = p->delivery;
    unsigned via = p->vias_n;
    char stream[128];

    if (via == PROVIDER_VIAS)
        return -1;
    p->vias_n++;
    p->via[via] = arena_copy(&p->names, name);
    for (unsigned i = 0; i < PROVIDER_LANES; i++) {
        struct lane *l = &p->lane[i][via];

        lane_init(l, p, i);
        snprintf(stream, sizeof stream, "sms:%.*s:%u", SLICE_ARG(name), numbers[i]);
        l->consumer = consumer_open(d->store, stream, 0, provider_on_entry, l);
        if (!l->consumer)
            return -1;
    }
    return 0;
}

static int provider_open(struct delivery *d, const struct config *c, const struct provider_conf *pc)
{
    struct provider *p = &d->provider[d->providers_n++];

    p->delivery = d;
    arena_init(&p->arena, 65536);
    arena_init(&p->names, 4096);
    lane_init(&p->now, p, RANK_ANSWER);
    p->carrier = p;
    p->pump = loop_timer_new(d->loop, "delivery pump", provider_on_pump, p);
    p->watch = loop_timer_new(d->loop, "delivery watch", route_on_watch, p);
    provider_conf_take(p, c, pc);
    circuit_init(&p->circuit, arena_copy(&p->names, pc->name).p, p->circuit.patience_ms);
    if (p->dialect->in_process && !d->inbox && !(d->inbox = inbox_new(d->loop, INBOX_MAX)))
        return -1;
    if (!p->pump || !p->watch || lanes_open(p, pc->name) != 0)
        return -1;
    for (unsigned i = 0; i < c->providers_n; i++)
        if (slice_eq(c->providers[i].sms_via, pc->name) && lanes_open(p, c->providers[i].name) != 0)
            return -1;
    return 0;
}

struct delivery *delivery_open(struct loop *loop, struct store *store, const struct config *c, struct err *e)
{
    struct delivery *d = calloc(1, sizeof *d);

    if (!d)
        goto nomem;
    d->loop = loop;
    d->store = store;
    d->utc_offset_min = c->utc_offset_min;
    d->daily = c->daily;
    d->http = http_send_new(loop, e);
    d->dawn = loop_timer_new(loop, "delivery dawn", on_dawn, d);
    if (!d->http || !d->dawn)
        goto nomem;
    for (unsigned i = 0; i < c->providers_n; i++) {
        const struct provider_conf *pc = &c->providers[i];

        if (sends(pc) && !pc->sms_via.n && provider_open(d, c, pc) != 0)
            goto nomem;
    }
    d->by_default = home_of(d, c->default_provider);
    route_begin(d, c);
    for (unsigned i = 0; i < d->providers_n; i++)
        provider_set_windows(&d->provider[i]);
    loop_timer_set(d->dawn, 20000);
    return d;
nomem:
    if (d)
        delivery_close(d);
    err_set(e, "delivery: out of memory");
    return NULL;
}

void delivery_reload(struct delivery *d, const struct config *c)
{
    d->utc_offset_min = c->utc_offset_min;
    d->daily = c->daily;
    d->by_default = home_of(d, c->default_provider);
    for (unsigned i = 0; i < d->providers_n; i++) {
        struct provider *p = &d->provider[i];
        const struct provider_conf *pc = config_provider(c, p->conf.name);

        if (pc && dialect_of(pc->dialect) == p->dialect) {
            provider_conf_take(p, c, pc);
        } else {
            log_event(LOG_WARN, "provider_needs_restart", NULL);
        }
    }
    route_begin(d, c);
    for (unsigned i = 0; i < d->providers_n; i++)
        provider_pump(&d->provider[i]);
}

static void on_smpp_change(void *arg, struct smpp_provider *changed)
{
    struct delivery *d = arg;

    for (unsigned i = 0; i < d->providers_n && !d->draining; i++)
        if (d->provider[i].smpp == changed) {
            route_bound(&d->provider[i]);
            provider_pump(&d->provider[i]);
        }
}

void delivery_smpp(struct delivery *d, struct smpp_hub *hub)
{
    for (unsigned i = 0; i < d->providers_n; i++)
        if (d->provider[i].by_smpp)
            d->provider[i].smpp = smpp_hub_provider(hub, d->provider[i].conf.name);
    smpp_hub_on_change(hub, on_smpp_change, d);
}

void delivery_drain(struct delivery *d)
{
    d->draining = true;
    for (unsigned i = 0; i < d->providers_n; i++)
        provider_set_windows(&d->provider[i]);
}

unsigned delivery_under_way(const struct delivery *d)
{
    unsigned n = 0;

    for (unsigned i = 0; i < d->providers_n; i++)
        n += d->provider[i].under_way_n;
    return n;
}

static void provider_close(struct provider *p)
{
    for (unsigned i = 0; i < PROVIDER_LANES * p->vias_n; i++) {
        struct lane *l = &p->lane[i / p->vias_n][i % p->vias_n];

        if (l->consumer)
            consumer_close(l->consumer);
        lane_clear(l);
    }
    lane_clear(&p->now);
    while (p->under_way) {
        struct sending *j = p->under_way;

        if (j->smpp)
            smpp_send_cancel(j->smpp);
        budget_forget(j->question);
        sending_unlist(j);
        sending_free(j);
    }
    loop_timer_free(p->pump);
    loop_timer_free(p->watch);
    arena_free(&p->arena);
    arena_free(&p->names);
}

struct inbox *delivery_inbox(struct delivery *d)
{
    return d->inbox;
}

void delivery_close(struct delivery *d)
{
    http_send_free(d->http);
    for (unsigned i = 0; i < d->providers_n; i++)
        provider_close(&d->provider[i]);
    expected_forget(d);
    loop_timer_free(d->dawn);
    inbox_free(d->inbox);
    free(d);
}
