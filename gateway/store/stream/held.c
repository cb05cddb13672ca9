/* held.c - the entries that a consumer has in hand, and its end.  See consumer.h. */
#include "gateway/store/stream/consumer.h"

#include <stdlib.h>
#include <string.h>

struct held **held_place(const struct consumer *c, struct slice id)
{
    struct held **at = (struct held **)&c->buckets[slice_hash(id) % HELD_BUCKETS];

    while (*at && !slice_is(id, (*at)->id))
        at = &(*at)->next;
    return at;
}

struct held *held_take(struct consumer *c, struct slice id)
{
    struct held **at = held_place(c, id), *h = *at;

    if (h) {
        *at = h->next;
        c->under_way--;
        c->look = true;
        loop_again(c->store->loop);
    }
    return h;
}

bool consumer_holds(const struct consumer *c, struct slice id)
{
    const struct held *h = *held_place(c, id);

    return h && h->doubts == c->doubts;
}

void consumer_forget(struct consumer *c, struct slice id)
{
    free(held_take(c, id));
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
            free(h);
        }
    while (c->sayings) {
        struct saying *s = c->sayings;

        c->sayings = s->next;
        buf_free(&s->command);
        free(s);
    }
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
