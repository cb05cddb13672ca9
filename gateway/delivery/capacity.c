/* capacity.c - how much may go by a provider now: its window, its rate, its binds.  See provider.h. */
#include "gateway/base/clock.h"
#include "gateway/delivery/provider.h"

/* SMS under way at once: of a provider that is being probed, one. */
static unsigned window_of(const struct provider *p)
{
    return p->circuit.state == CIRCUIT_PROBING ? 1 : p->window;
}

unsigned capacity_places(const struct provider *p, enum rank rank)
{
    unsigned window = window_of(p), kept = window >= 8 ? 1 + window / 16 : 0;

    if (rank == RANK_EMERGENCY)
        return window;
    if (rank >= RANK_ALERT && window > 1)
        kept += (window + 3) / 4;
    return window - kept;
}

int64_t capacity_wait_ms(struct provider *p, bool emergency)
{
    double needed = emergency || p->conf.rate < 2 ? 1 : 2;
    int64_t now = clock_mono_ms();

    if (p->throttled_until_ms > now)
        return p->throttled_until_ms - now;
    if (p->smpp)
        return smpp_provider_wait_ms(p->smpp, emergency);
    if (!p->conf.rate)
        return 0;
    p->tokens += (double)(now - p->tokens_ms) * p->conf.rate / 1000;
    p->tokens_ms = now;
    /* A second's worth may go at once, never more. */
    if (p->tokens > p->conf.rate)
        p->tokens = p->conf.rate;
    if (p->tokens >= needed)
        return 0;
    return (int64_t)((needed - p->tokens) * 1000 / p->conf.rate) + 1;
}

bool capacity_free(const struct provider *p)
{
    return p->under_way_n < window_of(p) && !p->delivery->draining &&
           (!p->by_smpp || (p->smpp && smpp_provider_room(p->smpp)));
}

bool capacity_helps(struct provider *p)
{
    return p->carrier == p && p->circuit.state == CIRCUIT_CLOSED && capacity_free(p) &&
           !capacity_wait_ms(p, true);
}
