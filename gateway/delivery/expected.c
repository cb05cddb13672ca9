/* expected.c - alarms that are committed and were not yet read from their lane: a slow Redis keeps none
 * waiting.
 *
 * Such an alarm waits past the store until its time.  When it comes out of the store before, that one is sent
 * and this one goes; when it comes later it is the same SMS, by number and text: one under way becomes it,
 * one that was sent ends it. */
#include "gateway/base/clock.h"
#include "gateway/delivery/provider.h"

enum {
    TOLD_MS = 10 * 60 * 1000, /* one that never came was another gateway's, or was decided anew */
    TOLD_MAX = 256,
};

static bool is_same(const struct sending *j, const struct sending *came)
{
    return j->expected && slice_eq(j->sms.to, came->sms.to) && slice_eq(j->sms.text, came->sms.text);
}

static void drop_told(struct delivery *d, struct sending *j)
{
    sending_unlist(j);
    d->told_n--;
    sending_free(j);
}

void expected_sent(struct sending *j)
{
    struct delivery *d = j->lane->home->delivery;
    int64_t now = clock_mono_ms();

    for (struct sending *k = d->told, *next; k; k = next) {
        next = k->next;
        if (now - k->due_ms > TOLD_MS)
            drop_told(d, k);
    }
    if (d->told_n == TOLD_MAX) {
        sending_free(j);
        return;
    }
    j->due_ms = now;
    sending_list(&d->told, j);
    d->told_n++;
}

void expected_forget(struct delivery *d)
{
    while (d->told)
        drop_told(d, d->told);
}

static bool is_untried(const struct sending *j, const struct sending *came)
{
    return !j->tried && is_same(j, came);
}

/* One that waits: the one that came goes in its place. */
static bool waits(struct provider *p, const struct sending *came)
{
    struct sending *j = lane_find(&p->now, is_untried, came);

    if (!j)
        return false;
    lane_leave(j);
    j->lane->taken--;
    sending_free(j);
    return true;
}

/* One under way, or about to go by another too, becomes the one that came. */
static bool is_under_way(const struct provider *by, struct lane *l, const struct sending *came)
{
    struct sending *j = by->under_way;

    while (j && !is_same(j, came))
        j = j->next;
    if (!j)
        j = lane_find(&by->now, is_same, came);
    if (!j)
        return false;
    j->id = arena_copy(&j->arena, came->id);
    j->sms.uuid = arena_copy(&j->arena, came->sms.uuid);
    if (j->arena.failed)
        return false;
    j->lane->taken--;
    j->lane = l;
    l->taken++;
    j->attempts += came->attempts;
    j->first_ms = came->first_ms;
    j->expected = false;
    return true;
}

static bool was_sent(struct lane *l, const struct sending *came)
{
    struct delivery *d = l->home->delivery;
    struct sending *j = d->told;

    while (j && !is_same(j, came))
        j = j->next;
    if (!j)
        return false;
    drop_told(d, j);
    store_log_sent(d->store, l->home->conf.name.p, came->sms.uuid, "sent", "sent", came->attempts + 1);
    consumer_done(l->consumer, came->id);
    return true;
}

bool expected_came(struct lane *l, struct sending *came)
{
    struct delivery *d = l->home->delivery;

    for (unsigned i = 0; i < d->providers_n; i++) {
        if (waits(&d->provider[i], came))
            return false;
        if (is_under_way(&d->provider[i], l, came)) {
            sending_free(came);
            return true;
        }
    }
    if (!was_sent(l, came))
        return false;
    sending_free(came);
    return true;
}
