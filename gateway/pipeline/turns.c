/* turns.c - see turns.h. */
#include "gateway/pipeline/turns.h"

static void start_later(void *arg)
{
    struct turn *t = arg;

    t->all->start(t);
}

static unsigned lane_of(struct slice sender)
{
    return (unsigned)(slice_hash(sender) % TURN_LANES);
}

unsigned turns_before(const struct turns *all, struct slice sender)
{
    return slice_empty(sender) ? 0 : all->lanes[lane_of(sender)].n;
}

bool turn_enter(struct turns *all, struct turn *t, struct slice sender, bool urgent)
{
    struct turn_lane *lane;
    struct turn **at;

    t->all = all;
    t->lane = TURN_LANES;
    if (slice_empty(sender))
        return true;
    t->lane = lane_of(sender);
    lane = &all->lanes[t->lane];
    at = &lane->first;
    while (*at && !(urgent && at != &lane->first))
        at = &(*at)->next_in_lane;
    t->next_in_lane = *at;
    *at = t;
    return ++lane->n == 1;
}

static bool shares_subject(const struct turn *holder, const struct subject_ref *refs, unsigned n)
{
    for (unsigned i = 0; i < holder->held_n; i++)
        for (unsigned k = 0; k < n; k++)
            if (holder->held[i].kind == refs[k].kind && slice_eq(holder->held[i].id, refs[k].id))
                return true;
    return false;
}

void turn_hold(struct turn *t, const struct subject_ref *refs, unsigned n, struct arena *a)
{
    if (t->holds)
        return;
    t->held_n = 0;
    for (unsigned i = 0; i < n; i++) {
        struct subject_ref *ref = &t->held[t->held_n];

        ref->kind = refs[i].kind;
        ref->id = arena_copy(a, refs[i].id);
        t->held_n += !a->failed;
    }
    t->holds = true;
    t->holders_next = t->all->holders;
    t->all->holders = t;
}

static void let_go(struct turn *t)
{
    struct turn **at = &t->all->holders, *w = t->waiting;

    if (!t->holds)
        return;
    while (*at != t)
        at = &(*at)->holders_next;
    *at = t->holders_next;
    t->holds = false;
    t->waiting = NULL;
    while (w) {
        struct turn *next = w->wait_next;

        loop_soon(t->all->loop, start_later, w);
        w = next;
    }
}

bool turn_must_wait(struct turn *t, const struct subject_ref *refs, unsigned n)
{
    for (struct turn *h = t->all->holders; h; h = h->holders_next)
        if (h != t && shares_subject(h, refs, n)) {
            struct turn **at = &h->waiting;

            let_go(t);
            while (*at)
                at = &(*at)->wait_next;
            *at = t;
            t->wait_next = NULL;
            return true;
        }
    return false;
}

void turn_leave(struct turn *t)
{
    if (!t->all)
        return;
    let_go(t);
    if (t->lane == TURN_LANES)
        return;
    t->all->lanes[t->lane].first = t->next_in_lane;
    t->all->lanes[t->lane].n--;
    if (t->next_in_lane)
        loop_soon(t->all->loop, start_later, t->next_in_lane);
}
