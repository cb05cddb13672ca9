/* pending.h - who waits for a reply: replies come in the order of the commands. */
#ifndef KENTONGAN_STORE_REDIS_PENDING_H
#define KENTONGAN_STORE_REDIS_PENDING_H

#include "gateway/store/redis/redis.h"

struct pending {
    redis_cb *cb;
    void *arg;
};

/* A ring; all zero is empty. */
struct pendings {
    struct pending *ring;
    unsigned cap, head, n; /* cap: a power of two */
    int64_t since_ms;      /* clock_mono_ms when it last had none and got one */
};

void pending_push(struct pendings *, redis_cb *, void *arg);
/* The oldest; there must be one. */
struct pending pending_pop(struct pendings *);
void pending_free(struct pendings *);

#endif
