/* route.c - failover: whose SMS go by whom.
 *
 * A provider that is down (circuit.h) has its lanes carried by the next of its `failover` chain that is well,
 * under that one's window and rate, most urgent lanes first.  When it has been left alone long enough, one of
 * its own SMS at a time goes by it (provider.c), and the first that it takes brings its lanes home.
 *
 * An SMS is never in two hands: what is under way stays with who tries it until that is over, and what then
 * becomes of it is attempt.h's to say.  So an answer that was lost is repeated by the helper only for the
 * classes that may be sent twice. */
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/stat.h"
#include "gateway/delivery/provider.h"

/* The first of the chain that is well; else one that is being probed; else itself: then its SMS wait for it
 * as if it had no helper. */
static struct provider *choose(struct provider *home)
{
    struct provider *probed = NULL, *p = home;

    for (unsigned i = 0; p && i < CONFIG_PROVIDERS; i++, p = p->failover) {
        if (p->circuit.state == CIRCUIT_CLOSED)
            return p;
        if (p != home && p->circuit.state == CIRCUIT_PROBING && !probed)
            probed = p;
    }
    return probed ? probed : home;
}

/* The one place where a carrier changes. */
static void carry(struct provider *home, struct provider *by)
{
    struct provider *before = home->carrier;

    if (before == by)
        return;
    log_event(LOG_WARN, "provider_failover", "provider", home->circuit.name, "from", before->circuit.name,
              "to", by->circuit.name, NULL);
    home->carrier = by;
    loop_timer_set(before->pump, 0);
    loop_timer_set(by->pump, 0);
}

static void watch(struct provider *p, int64_t now)
{
    enum circuit_state before = p->circuit.state;
    int64_t again = circuit_tick(&p->circuit, now);

    if (again >= 0)
        loop_timer_set(p->watch, again);
    else
        loop_timer_stop(p->watch);
    if (p->circuit.state != before)
        loop_timer_set(p->pump, 0); /* a probe may go */
}

void route_update(struct delivery *d)
{
    int64_t now = clock_mono_ms();

    for (unsigned i = 0; i < d->providers_n; i++)
        watch(&d->provider[i], now);
    for (unsigned i = 0; i < d->providers_n; i++)
        carry(&d->provider[i], choose(&d->provider[i]));
}

void route_attempted(struct provider *p, enum sms_class class, enum attempt_result result, bool excused)
{
    int64_t now = clock_mono_ms();

    switch (result) {
    case ATTEMPT_ACCEPTED:
        circuit_well(&p->circuit, now);
        break;
    case ATTEMPT_REFUSED:
        circuit_refused(&p->circuit, now);
        break;
    case ATTEMPT_LATER:
    case ATTEMPT_UNKNOWN:
        if (!excused)
            circuit_failed(&p->circuit, class == SMS_EMERGENCY && p->failover, now);
        break;
    case ATTEMPT_NONE:
        return;
    }
    route_update(p->delivery);
}

void route_hurry(struct provider *p)
{
    if (!p->failover || !p->circuit.gone)
        return;
    circuit_hurry(&p->circuit, clock_mono_ms());
    route_update(p->delivery);
}

void route_bound(struct provider *p)
{
    circuit_bound(&p->circuit, p->smpp && smpp_provider_bound(p->smpp), clock_mono_ms());
    route_update(p->delivery);
}

void route_on_watch(void *arg)
{
    struct provider *p = arg;

    route_update(p->delivery);
}

void route_begin(struct delivery *d, const struct config *c)
{
    for (unsigned i = 0; i < d->providers_n; i++) {
        struct provider *p = &d->provider[i];
        const struct provider_conf *pc = config_provider(c, p->conf.name);

        p->failover = NULL;
        for (unsigned k = 0; pc && pc->failover.n && k < d->providers_n; k++)
            if (slice_eq(d->provider[k].conf.name, pc->failover) && k != i)
                p->failover = &d->provider[k];
        p->failed_over =
            stat_get(STAT_COUNTER, "sms_failover_total",
                     "SMS of a provider that was down, tried by its failover.", "provider", p->circuit.name);
        p->hedged = stat_get(STAT_COUNTER, "sms_hedged_total",
                             "Emergencies that another did not take in time, and this provider was handed.",
                             "provider", p->circuit.name);
        if (p->by_smpp)
            circuit_bound(&p->circuit, p->smpp && smpp_provider_bound(p->smpp), clock_mono_ms());
    }
    route_update(d);
}
