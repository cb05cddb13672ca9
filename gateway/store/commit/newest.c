/* newest.c - which version of a record may go to a receiver.  See commit.h. */
#include <stdlib.h>

#include "gateway/store/commit/private.h"

enum {
    KNOWN_MS = 90 * 24 * 3600, /* thousands of them */
    SENDING_MS = 120 * 1000,   /* longer than all requests of one record */
    KEYS = 2,
};

struct question {
    void (*f)(void *, const enum store_newest *);
    void *arg;
    unsigned n;
    enum store_newest may[];
};

static void on_turns(void *arg, const redisReply *reply)
{
    struct question *q = arg;
    bool good = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == q->n;

    for (unsigned i = 0; good && i < q->n; i++)
        q->may[i] = (enum store_newest)redis_int(reply->element[i], STORE_NEWEST_WAIT);
    q->f(q->arg, good ? q->may : NULL);
    free(q);
}

/* The newest version of each that is known, and who is sending it. */
static void begin(struct store *s, const char *function, unsigned args, struct slice sink,
                  const struct store_version *v, unsigned n)
{
    struct key k;

    redis_begin(s->redis, 3 + KEYS * n + args);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, function);
    redis_i64(s->redis, (int64_t)KEYS * n);
    for (unsigned i = 0; i < n; i++) {
        redis_part(s->redis, store_key(s, &k, "newest", sink, v[i].id));
        redis_part(s->redis, store_key(s, &k, "sending", sink, v[i].id));
    }
    redis_str(s->redis, s->consumer_name);
}

void store_newest_take(struct store *s, struct slice sink, const struct store_version *v, unsigned n,
                       void (*f)(void *arg, const enum store_newest *may), void *arg)
{
    struct question *q = malloc(sizeof *q + n * sizeof *q->may);

    if (!q)
        abort();
    q->f = f;
    q->arg = arg;
    q->n = n;
    begin(s, "kt1_newest", 3 + n, sink, v, n);
    redis_i64(s->redis, (int64_t)KNOWN_MS * 1000);
    redis_i64(s->redis, SENDING_MS);
    for (unsigned i = 0; i < n; i++)
        redis_i64(s->redis, v[i].version);
    redis_send(s->redis, on_turns, q);
}

void store_newest_give(struct store *s, struct slice sink, const struct store_version *v, unsigned n)
{
    if (!n)
        return;
    begin(s, "kt1_newest_give", 1, sink, v, n);
    redis_send(s->redis, store_ignore, s);
}
