/* hedge.c - an emergency that is not taken in time goes by another provider too, where one can help out: a
 * hedged request.  In time is what latency.h says of whoever tries it.
 *
 * What only waits changes its queue, and soon.  What is under way leaves a straggler behind, and its heir
 * goes: each provider tries an SMS once before it is judged, and the first that takes it ends it.  When a
 * straggler fails while the heir still waits for its turn, the heir is judged as it would have been; one
 * whose heir is gone is the circuit's to hear of, and nobody else's.  The entry in the store stays one: ended
 * once. */
#include "gateway/base/clock.h"
#include "gateway/base/stat.h"
#include "gateway/delivery/provider.h"

enum {
    WAIT_MS = 200, /* for a place, a token or a bind; and until somebody may be able to help */
};

_Static_assert(CONFIG_PROVIDERS <= 32, "struct sending has a bit for each in `tried`");

/* Who of its home and the chain behind it can send it at once. */
static struct provider *helper_of(const struct sending *j)
{
    struct provider *p = j->lane->home, *waits_for = j->queue ? j->queue->home->carrier : NULL;

    for (unsigned i = 0; p && i < CONFIG_PROVIDERS; i++, p = p->failover) {
        uint32_t bit = UINT32_C(1) << (p - p->delivery->provider);

        if (p != waits_for && !(j->tried & bit) && capacity_helps(p))
            return p;
    }
    return NULL;
}

static void hand_to(struct provider *helper, struct sending *j)
{
    helper->hedged->value++;
    lane_add(&helper->now, j);
    hedge_watch(j);
    loop_timer_set(helper->pump, 0);
}

static int64_t patience_ms(const struct sending *j)
{
    if (j->by) /* the second to try it has half as long: it is late already */
        return j->began_ms + latency_patience_ms(&j->by->latency) / (j->straggler ? 2 : 1) - clock_mono_ms();
    return j->due_ms > clock_wall_ms() ? j->due_ms - clock_wall_ms() + WAIT_MS : WAIT_MS;
}

static void on_impatient(void *arg)
{
    struct sending *j = sending_of(arg), *heir = j;
    struct provider *helper;

    if (j->straggles)
        return;
    if (j->by && patience_ms(j) > 0) { /* it has just begun */
        loop_timer_set(j->patience, patience_ms(j));
        return;
    }
    helper = helper_of(j);
    if (helper && j->by)
        heir = sending_heir(j);
    if (!helper || !heir) {
        loop_timer_set(j->patience, WAIT_MS);
        return;
    }
    if (heir == j)
        lane_leave(j);
    hand_to(helper, heir);
}

bool hedge_pass(struct sending *j)
{
    struct provider *helper = j->sms.class == SMS_EMERGENCY && j->lane->home->failover ? helper_of(j) : NULL;

    if (!helper)
        return false;
    sending_part(j);
    j->attempts++;
    hand_to(helper, j);
    return true;
}

void hedge_watch(struct sending *j)
{
    const struct provider *home = j->lane->home;

    if (j->sms.class != SMS_EMERGENCY || !home->failover)
        return;
    if (!j->patience)
        j->patience = loop_timer_new(home->delivery->loop, "delivery patience", on_impatient, j);
    if (j->patience)
        loop_timer_set(j->patience, patience_ms(j));
}

struct sending *hedge_ended(struct sending *j, enum attempt_result *result)
{
    struct sending *heir = j->heir;

    if (!j->straggles) {
        if (j->taken)
            *result = ATTEMPT_ACCEPTED;
        return j;
    }
    while (heir && heir->straggles)
        heir = heir->heir;
    sending_free(j);
    if (!heir)
        return NULL;
    if (heir->by) {
        heir->taken = heir->taken || *result == ATTEMPT_ACCEPTED;
        return NULL;
    }
    lane_leave(heir);
    return heir;
}
