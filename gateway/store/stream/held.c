/* held.c - the entries that a consumer has in hand, and its end.  See consumer.h. */
#include "gateway/store/stream/consumer.h"

#include <stdlib.h>
#include <string.h>

struct held **held_place(const struct consumer *c, struct slice piece)
{
    struct slice id = slice_cut(&piece, '/');
    struct held **at = (struct held **)&c->buckets[slice_hash(id) % HELD_BUCKETS];

    while (*at && !slice_is(id, (*at)->id))
        at = &(*at)->next;
    return at;
}

struct held *held_new(struct consumer *c, struct held **at, const struct entry *e, unsigned pieces)
{
    struct held *h = calloc(1, sizeof *h + pieces * sizeof *h->fates);

    if (!h)
        abort();
    memcpy(h->id, e->id.p, e->id.n);
    h->attempts = e->attempts;
    h->first_ms = e->first_ms;
    h->doubts = c->doubts;
    h->pieces = h->left = pieces;
    *at = h;
    c->under_way += pieces;
    return h;
}

/* Behind the id of a bundle; of any other entry the only one. */
static unsigned piece_of(struct slice id, const struct held *h)
{
    uint64_t i;

    (void)slice_cut(&id, '/');
    return slice_to_u64(id, &i) && i < h->pieces ? (unsigned)i : 0;
}

struct held *held_end(struct consumer *c, struct slice id, int64_t due_ms, const char *reason)
{
    struct held **at = held_place(c, id), *h = *at;
    struct fate *f;

    if (!h || !h->left)
        return NULL;
    f = &h->fates[piece_of(id, h)];
    f->due_ms = due_ms;
    f->reason = reason ? strdup(reason) : NULL;
    if (reason && !f->reason)
        abort();
    h->scattered = h->scattered || due_ms || reason;
    c->under_way--;
    c->look = true;
    loop_again(c->store->loop);
    return --h->left ? NULL : h;
}

static void held_free(struct held *h)
{
    for (unsigned i = 0; i < h->pieces; i++)
        free(h->fates[i].reason);
    free(h);
}

void held_drop(struct consumer *c, struct held *h)
{
    if (!h || (c->reading && c->reading_own))
        return;
    *held_place(c, slice_of(h->id)) = h->next;
    held_free(h);
}

void held_sweep(struct consumer *c)
{
    for (unsigned i = 0; i < HELD_BUCKETS; i++)
        for (struct held **at = &c->buckets[i], *h; (h = *at);) {
            if (h->left) {
                at = &h->next;
                continue;
            }
            *at = h->next;
            held_free(h);
        }
}

bool consumer_holds(const struct consumer *c, struct slice id)
{
    const struct held *h = *held_place(c, id);

    return h && h->left && h->doubts == c->doubts;
}

void consumer_forget(struct consumer *c, struct slice id)
{
    held_drop(c, held_end(c, id, 0, NULL));
}

void consumer_free(void *arg)
{
    struct consumer *c = arg;

    *c->self = c->next;
    if (c->next)
        c->next->self = c->self;
    for (unsigned i = 0; i < HELD_BUCKETS; i++)
        while (c->buckets[i]) {
            struct held *h = c->buckets[i];

            c->buckets[i] = h->next;
            held_free(h);
        }
    while (c->sayings) {
        struct saying *s = c->sayings;

        c->sayings = s->next;
        buf_free(&s->command);
        free(s);
    }
    buf_free(&c->bundles);
    buf_free(&c->pieces);
    buf_free(&c->done);
    loop_timer_free(c->poll);
    free(c->stream);
    free(c);
}

bool consumer_over(const struct consumer *c)
{
    return c->closed && !c->store->freeing && !c->asking && !c->sayings && !c->done_n;
}

void consumer_replied(struct consumer *c)
{
    c->asking--;
    if (consumer_over(c))
        loop_reap(c->store->loop, consumer_free, c);
}

void consumer_ignore(void *arg, const redisReply *reply)
{
    struct consumer *c = arg;

    store_ignore(c->store, reply);
    consumer_replied(c);
}

struct slice consumer_key(const struct consumer *c, struct key *k, const char *kind)
{
    return store_key(c->store, k, kind, slice_of(c->stream), S(""));
}

void consumer_poll_by(struct consumer *c, int64_t due_ms)
{
    int64_t after = due_ms - clock_wall_ms();

    loop_timer_set(c->poll, after < 0 ? 0 : after < POLL_MS ? after : POLL_MS);
}
