/* provider.c - see provider.h.
 *
 * An SMS is taken from its lane, and waits in a queue of this room until the window and the rate let it go
 * (sending.c).  Only what can soon be sent is taken: what waits here when
 * the process dies comes back as "perhaps sent". */
#include "gateway/delivery/provider.h"

#include "flows/rows/clocks.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"

enum {
    UNSURE_MS = 50, /* until Redis has said what is ours */
    HELPED = 64,    /* emergencies that wait here for one provider or another */
};

/* --- taking and letting go --- */

static bool quiet_now(const struct delivery *d)
{
    return clock_quiet_ms(clock_wall_ms(), d->utc_offset_min) > 0;
}

/* Under way of this rank or above. */
static unsigned under_way_of(const struct provider *p, enum rank rank)
{
    unsigned n = 0;

    for (unsigned i = 0; i <= rank; i++)
        n += p->rank_n[i];
    return n;
}

/* The lane of this number with the oldest SMS that waits, of all that p carries; NULL when none has any. */
static struct lane *oldest(const struct provider *p, unsigned number)
{
    struct delivery *d = p->delivery;
    struct lane *first = NULL;

    for (unsigned i = 0; i < d->providers_n; i++) {
        struct provider *home = &d->provider[i];

        for (unsigned via = 0; home->carrier == p && via < home->vias_n; via++) {
            struct lane *l = &home->lane[number][via];

            if (l->waiting && (!first || l->waiting->first_ms < first->waiting->first_ms))
                first = l;
        }
    }
    return first;
}

static struct sending *past_the_store(const struct provider *p, enum rank least)
{
    struct delivery *d = p->delivery;
    struct sending *j = NULL;

    for (unsigned i = 0; i < d->providers_n && !j; i++)
        if (d->provider[i].carrier == p && d->provider[i].now.waiting)
            j = lane_first(&d->provider[i].now, clock_wall_ms(), least);
    return j;
}

/* Of this rank: past the store, or (when what we hold of them is surely ours) of its lanes.  What was taken
 * by day and still waits here is not sent in the night either. */
static struct sending *next_of(struct provider *p, enum rank rank, bool sure)
{
    struct sending *j = NULL;
    struct lane *l;

    if (under_way_of(p, RANK_BULK) >= capacity_places(p, rank) ||
        (rank >= RANK_ALERT && quiet_now(p->delivery)))
        return NULL;
    if (rank <= RANK_ANSWER)
        j = past_the_store(p, rank);
    l = j || !sure ? NULL : oldest(p, rank);
    return l ? lane_first(l, INT64_MAX, rank) : j;
}

static struct sending *next_waiting(struct provider *p, bool sure)
{
    struct sending *j = NULL;

    for (unsigned rank = 0; rank < RANKS && !j; rank++)
        j = next_of(p, (enum rank)rank, sure);
    return j;
}

/* An SMS by which a provider whose lanes another carries shows that it is well again: the least urgent that
 * may go, for it may have to be parked as "perhaps sent". */
static struct sending *next_probe(struct provider *p)
{
    unsigned first = quiet_now(p->delivery) ? RANK_ANSWER : RANK_BULK;

    if (p->circuit.state != CIRCUIT_PROBING || p->carrier == p || p->under_way_n)
        return NULL;
    for (unsigned n = first + 1; n-- > 0;)
        for (unsigned via = 0; via < p->vias_n; via++)
            if (p->lane[n][via].waiting)
                return lane_first(&p->lane[n][via], INT64_MAX, RANK_BULK);
    return lane_first(&p->now, clock_wall_ms(), RANK_BULK);
}

/* When the next of the lanes past the store is due; INT64_MAX: none waits. */
static int64_t next_due_ms(const struct provider *p)
{
    const struct delivery *d = p->delivery;
    int64_t due = INT64_MAX;

    for (unsigned i = 0; i < d->providers_n; i++)
        if (d->provider[i].carrier == p && lane_due_ms(&d->provider[i].now) < due)
            due = lane_due_ms(&d->provider[i].now);
    return due;
}

/* --- what is taken from the store --- */

/* What the window, and under a rate the next two seconds, have room for.  What is taken sooner waits here for
 * nothing, and would come back as "perhaps sent" if the process died. */
static unsigned room(const struct provider *p, unsigned window, unsigned waiting, unsigned under_way)
{
    unsigned taken = waiting + under_way;
    unsigned left = taken < window ? window - taken : 0;
    unsigned soon = 2 * p->conf.rate > waiting ? 2 * p->conf.rate - waiting : 0;

    return p->conf.rate && soon < left ? soon : left;
}

static bool idle(const struct provider *p)
{
    return p->delivery->draining || (p->by_smpp && (!p->smpp || !smpp_provider_ready(p->smpp)));
}

/* Those of this rank or above that wait in the lanes that p carries. */
static unsigned waiting_of(const struct provider *p, enum rank rank)
{
    const struct delivery *d = p->delivery;
    unsigned n = 0;

    for (unsigned i = 0; i < d->providers_n; i++)
        for (unsigned k = 0; d->provider[i].carrier == p && k <= rank; k++)
            for (unsigned via = 0; via < d->provider[i].vias_n; via++)
                n += d->provider[i].lane[k][via].waiting_n;
    return n;
}

/* Each rank takes as if those below it were not there: it goes first as soon as a place is free. */
void provider_set_windows(struct provider *p)
{
    struct delivery *d = p->delivery;
    unsigned more[RANKS];

    for (unsigned rank = 0; rank < RANKS; rank++) {
        enum rank all = rank >= RANK_ALERT ? RANK_BULK : (enum rank)rank;
        bool helped = rank == RANK_EMERGENCY && p->failover && !d->draining;
        bool shut = (idle(p) && !helped) || (rank >= RANK_ALERT && quiet_now(d));

        /* One that is helped with its emergencies takes them even when all its places hang. */
        more[rank] = shut     ? 0
                     : helped ? room(p, HELPED, waiting_of(p, all), 0)
                              : room(p, capacity_places(p, rank), waiting_of(p, all), under_way_of(p, all));
    }
    for (unsigned i = 0; i < d->providers_n; i++)
        for (unsigned k = 0; d->provider[i].carrier == p && k < PROVIDER_LANES; k++)
            for (unsigned via = 0; via < d->provider[i].vias_n; via++) {
                struct lane *l = &d->provider[i].lane[k][via];

                consumer_window(l->consumer, more[k] ? l->taken + more[k] : 0);
            }
}

/* Does an emergency wait? */
static bool has_emergency(const struct provider *p)
{
    struct delivery *d = p->delivery;

    for (unsigned i = 0; i < d->providers_n; i++)
        if (d->provider[i].carrier == p && d->provider[i].now.waiting &&
            lane_has(&d->provider[i].now, clock_wall_ms(), RANK_EMERGENCY))
            return true;
    return oldest(p, RANK_EMERGENCY) != NULL;
}

void provider_pump(struct provider *p)
{
    bool sure = true;
    int64_t due;

    while (capacity_free(p)) {
        int64_t wait = capacity_wait_ms(p, has_emergency(p));
        struct sending *j;

        if (wait) {
            loop_timer_set(p->pump, wait);
            provider_set_windows(p);
            return;
        }
        sure = store_sure(p->delivery->store);
        j = sure ? next_probe(p) : NULL;
        if (!j)
            j = next_waiting(p, sure);
        if (!j)
            break;
        if (p->conf.rate && !p->smpp)
            p->tokens -= 1;
        sending_start(p, j);
    }
    due = next_due_ms(p);
    if (due != INT64_MAX && capacity_free(p))
        loop_timer_set(p->pump, due - clock_wall_ms());
    if (!sure)
        loop_timer_set(p->pump, UNSURE_MS);
    provider_set_windows(p);
}

void provider_on_pump(void *arg)
{
    struct provider *p = arg;

    provider_pump(p);
    if (p->carrier != p)
        provider_pump(p->carrier);
}

/* One of its lanes' SMS came out of the store. */
void provider_on_entry(void *arg, const struct entry *e)
{
    struct lane *l = arg;
    struct err why = { "" };
    struct sending *j = sending_from_entry(l, e, &why);

    if (!j) {
        sending_count("broken");
        log_text(LOG_ERROR, "sms_broken", "%s", why.text);
        consumer_park(l->consumer, e->id, "broken");
        return;
    }
    if (sending_rank(j) == RANK_EMERGENCY && expected_came(l, j))
        return;
    lane_add(l, j);
    l->taken++;
    hedge_watch(j);
    if (sending_rank(j) == RANK_EMERGENCY)
        route_hurry(l->home);
    /* Not inside this call: the entry may only be ended after it. */
    loop_timer_set(l->home->pump, 0);
}
