/* receipts.c - which SMS a provider's id stands for: remembered for delivery reports, told to the message
 * log. */
#include <stdlib.h>

#include "gateway/store/stream/private.h"

enum {
    DLR_TTL_S = 7 * 86400,
};

struct question {
    struct store *store;
    void (*f)(void *, enum store_rc, struct slice);
    void *arg;
};

void store_dlr_put(struct store *s, const char *provider, struct slice their_id, struct slice uuid)
{
    struct key k;

    redis_begin(s->redis, 5);
    redis_str(s->redis, "SET");
    redis_part(s->redis, store_key(s, &k, "dlr", slice_of(provider), their_id));
    redis_part(s->redis, uuid);
    redis_str(s->redis, "EX");
    redis_i64(s->redis, DLR_TTL_S);
    redis_send(s->redis, store_ignore, s);
    message_log_their_id(s, provider, their_id, uuid);
}

static void on_dlr(void *arg, const redisReply *reply)
{
    struct question *q = arg;

    q->f(q->arg, redis_is_error(reply) ? STORE_UNAVAILABLE : STORE_OK, redis_slice(reply));
    free(q);
}

void store_dlr_get(struct store *s, const char *provider, struct slice their_id,
                   void (*f)(void *arg, enum store_rc, struct slice uuid), void *arg)
{
    struct question *q = malloc(sizeof *q);
    struct key k;

    if (!q)
        abort();
    *q = (struct question){ s, f, arg };
    redis_begin(s->redis, 2);
    redis_str(s->redis, "GET");
    redis_part(s->redis, store_key(s, &k, "dlr", slice_of(provider), their_id));
    redis_send(s->redis, on_dlr, q);
}
