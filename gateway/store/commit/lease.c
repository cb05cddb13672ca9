/* lease.c - numbers leased from the district's sequence in blocks of 100.
 *
 * A lost answer only leaves a gap, so asking again is always right; no number is ever handed out twice. */
#include <stdlib.h>
#include <string.h>

#include "gateway/base/log.h"
#include "gateway/store/commit/private.h"

enum {
    BLOCK = 100,
    LOW = 30,       /* left: ask for more */
    BLOCKS_MAX = 8, /* asked for at once when one block does not last */
    HAVE_MAX = BLOCK * (BLOCKS_MAX + 2),
};

struct waiter {
    void (*f)(void *);
    void *arg;
};

struct lease {
    struct store *store;
    uint64_t have[HAVE_MAX];
    unsigned n;
    uint64_t highest; /* ever leased by this process */
    uint64_t behind;  /* the sequence went backwards by so much: it is pushed on with the next question */
    unsigned blocks, asked; /* asked: blocks of the question under way, 0 = none */
    bool dry;               /* someone waited for it */
    struct waiter *waiters;
    unsigned waiters_n, waiters_cap;
};

struct lease *lease_new(struct store *s)
{
    struct lease *l = calloc(1, sizeof *l);

    if (!l)
        abort();
    l->store = s;
    l->blocks = 1;
    return l;
}

void lease_free(struct lease *l)
{
    if (!l)
        return;
    free(l->waiters);
    free(l);
}

/* Each waiter once, from the end of the turn. */
static void wake_waiters(struct lease *l)
{
    for (unsigned i = 0; i < l->waiters_n; i++)
        loop_soon(l->store->loop, l->waiters[i].f, l->waiters[i].arg);
    l->waiters_n = 0;
}

static void ask(struct lease *l);

static void on_block(void *arg, const redisReply *reply)
{
    struct store *s = arg;
    struct lease *l = s->lease;
    unsigned blocks = l->asked;
    uint64_t first, last;

    l->asked = 0;
    if (!reply)
        return;
    if (reply->type != REDIS_REPLY_INTEGER) {
        store_refused(s, reply);
        return;
    }
    last = (uint64_t)reply->integer;
    first = last - (uint64_t)blocks * BLOCK + 1;
    if (first <= l->highest) {
        log_text(LOG_ERROR, "lease",
                 "the sequence of numbers went backwards: was this Redis emptied?  See `ctl rebuild`");
        l->behind = l->highest > last ? l->highest - last : 0;
        ask(l);
        return;
    }
    l->behind = 0;
    l->highest = last;
    for (uint64_t body = first; body <= last && l->n < HAVE_MAX; body++)
        l->have[l->n++] = body;
    if (l->dry && l->blocks < BLOCKS_MAX)
        l->blocks *= 2;
    l->dry = false;
    wake_waiters(l);
}

static void ask(struct lease *l)
{
    struct store *s = l->store;
    struct key k;

    if (l->asked || !s->up || l->n + l->blocks * BLOCK > HAVE_MAX)
        return;
    l->asked = l->blocks;
    redis_begin(s->redis, 3);
    redis_str(s->redis, "INCRBY");
    redis_part(s->redis, store_key(s, &k, "seq", S(""), S("")));
    redis_i64(s->redis, (int64_t)(l->behind + (uint64_t)l->asked * BLOCK));
    redis_send(s->redis, on_block, s);
}

void lease_up(struct store *s)
{
    if (s->lease->n < LOW)
        ask(s->lease);
}

void lease_down(struct store *s)
{
    wake_waiters(s->lease);
}

bool store_lease_peek(struct store *s, uint64_t *bodies, unsigned n)
{
    struct lease *l = s->lease;

    if (l->n < n) {
        l->dry = true;
        ask(l);
        return false;
    }
    if (n)
        memcpy(bodies, l->have, n * sizeof *bodies);
    return true;
}

void store_lease_take(struct store *s, unsigned k)
{
    struct lease *l = s->lease;

    if (k > l->n)
        abort(); /* more than were looked at: two reports would share a number */
    l->n -= k;
    memmove(l->have, l->have + k, l->n * sizeof *l->have);
    if (l->n < LOW * l->blocks)
        ask(l);
}

void store_lease_wait(struct store *s, void (*f)(void *), void *arg)
{
    struct lease *l = s->lease;

    if (!s->up || !l->asked) {
        ask(l);
        if (!l->asked) {
            loop_soon(s->loop, f, arg);
            return;
        }
    }
    if (l->waiters_n == l->waiters_cap) {
        l->waiters_cap = l->waiters_cap ? l->waiters_cap * 2 : 32;
        l->waiters = realloc(l->waiters, l->waiters_cap * sizeof *l->waiters);
        if (!l->waiters)
            abort();
    }
    l->waiters[l->waiters_n++] = (struct waiter){ f, arg };
}
