/* pending.c - see pending.h. */
#include "gateway/store/redis/pending.h"

#include <stdlib.h>

#include "gateway/base/clock.h"

void pending_push(struct pendings *p, redis_cb *cb, void *arg)
{
    if (p->n == p->cap) {
        unsigned cap = p->cap ? p->cap * 2 : 256;
        struct pending *ring = malloc(cap * sizeof *ring);

        if (!ring)
            abort(); /* a forgotten callback would break the promise of exactly once */
        for (unsigned i = 0; i < p->n; i++)
            ring[i] = p->ring[(p->head + i) & (p->cap - 1)];
        free(p->ring);
        p->ring = ring;
        p->cap = cap;
        p->head = 0;
    }
    if (!p->n)
        p->since_ms = clock_mono_ms();
    p->ring[(p->head + p->n) & (p->cap - 1)] = (struct pending){ cb, arg };
    p->n++;
}

struct pending pending_pop(struct pendings *p)
{
    struct pending oldest = p->ring[p->head];

    p->head = (p->head + 1) & (p->cap - 1);
    p->n--;
    return oldest;
}

void pending_free(struct pendings *p)
{
    free(p->ring);
    *p = (struct pendings){ 0 };
}
