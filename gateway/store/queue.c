/* queue.c - what waits in one stream, for people: how many, how old, how many are parked. */
#include <stdio.h>
#include <stdlib.h>

#include "gateway/store/private.h"
#include "gateway/store/store.h"

struct looking {
    struct store_queue queue;
    unsigned left;
    bool lost;
    void (*f)(void *, const struct store_queue *);
    void *arg;
};

static void seen(struct looking *l, const redisReply *reply)
{
    l->lost = l->lost || redis_is_error(reply);
    if (--l->left)
        return;
    l->f(l->arg, l->lost ? NULL : &l->queue);
    free(l);
}

static void older(struct looking *l, int64_t ms)
{
    if (ms && (!l->queue.oldest_ms || ms < l->queue.oldest_ms))
        l->queue.oldest_ms = ms;
}

static void on_length(void *arg, const redisReply *reply)
{
    struct looking *l = arg;

    l->queue.waiting += (uint64_t)redis_int(reply, 0);
    seen(l, reply);
}

static void on_parked(void *arg, const redisReply *reply)
{
    struct looking *l = arg;

    l->queue.parked = (uint64_t)redis_int(reply, 0);
    seen(l, reply);
}

/* [[id, [field, value …]]] */
static void on_first(void *arg, const redisReply *reply)
{
    struct looking *l = arg;
    const redisReply *entry, *fields;

    if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 1 &&
        reply->element[0]->elements == 2) {
        entry = reply->element[0];
        fields = entry->element[1];
        older(l, redis_id_ms(redis_slice(entry->element[0])));
        for (size_t i = 0; i + 1 < fields->elements; i += 2)
            if (slice_is(redis_slice(fields->element[i]), "f"))
                older(l, redis_int(fields->element[i + 1], 0));
    }
    seen(l, reply);
}

/* [id]: what waits for another try keeps the id that it had in the stream. */
static void on_first_waiting(void *arg, const redisReply *reply)
{
    struct looking *l = arg;

    if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 1)
        older(l, redis_id_ms(redis_slice(reply->element[0])));
    seen(l, reply);
}

/* --- bundles --- */

void queue_ask_joined(struct store *s, struct slice stream, redis_cb *cb, void *arg)
{
    static const char *const kinds[] = { "joined", "apart" };
    char field[STORE_KEY_MAX + 8];
    struct key k;

    redis_begin(s->redis, 4);
    redis_str(s->redis, "HMGET");
    redis_part(s->redis, store_count_key(s, &k));
    for (unsigned i = 0; i < 2; i++) {
        snprintf(field, sizeof field, "%s:%.*s", kinds[i], SLICE_ARG(store_key(s, &k, "st", stream, S(""))));
        redis_str(s->redis, field);
    }
    redis_send(s->redis, cb, arg);
}

int64_t queue_joined(const redisReply *reply)
{
    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
        return 0;
    return redis_int(reply->element[0], 0) - redis_int(reply->element[1], 0);
}

static void on_joined(void *arg, const redisReply *reply)
{
    struct looking *l = arg;

    l->queue.waiting += (uint64_t)queue_joined(reply);
    seen(l, reply);
}

/* COMMAND KEY [word …] */
struct asking {
    const char *command, *kind, *words[5];
    redis_cb *cb;
};

static void ask(struct store *s, struct looking *l, struct slice stream, const struct asking *a)
{
    unsigned n = 0;
    struct key k;

    while (n < 5 && a->words[n])
        n++;
    l->left++;
    redis_begin(s->redis, n + 2);
    redis_str(s->redis, a->command);
    redis_part(s->redis, store_key(s, &k, a->kind, stream, S("")));
    for (unsigned i = 0; i < n; i++)
        redis_str(s->redis, a->words[i]);
    redis_send(s->redis, a->cb, l);
}

void store_queue(struct store *s, struct slice stream, void (*f)(void *, const struct store_queue *),
                 void *arg)
{
    static const struct asking asked[] = {
        { "XLEN", "st", { 0 }, on_length },
        { "ZCARD", "wait", { 0 }, on_length },
        { "XLEN", "parked", { 0 }, on_parked },
        { "XRANGE", "st", { "-", "+", "COUNT", "1" }, on_first },
        { "ZRANGE", "wait", { "0", "0" }, on_first_waiting },
    };
    struct looking *l = calloc(1, sizeof *l);

    if (!l)
        abort(); /* asked by a person, once */
    l->f = f;
    l->arg = arg;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        ask(s, l, stream, &asked[i]);
    l->left++;
    queue_ask_joined(s, stream, on_joined, l);
}
