/* receipts.c - which SMS a provider's id stands for: remembered for delivery reports, told to the message
 * log.
 *
 * A hash for each day, written once a turn with all ids of that turn: a key for each would cost Redis a
 * command, a name and a time to live of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/store/stream/private.h"

enum {
    DAYS = 7, /* that an id is known at least */
    DAY_S = 86400,
    TURN_IDS = 256,
};

/* Ids of one provider in this turn, each with its SMS, as parts of a command. */
struct turn_ids {
    char *provider;
    struct buf parts;
    unsigned n;
};

struct receipts {
    struct store *store;
    struct turn_ids of[STORE_PROVIDERS];
};

/* "dlrs:PROVIDER:20787" */
static struct slice day_key(const struct store *s, struct key *k, struct slice provider, int64_t day)
{
    char text[24];

    return store_key(s, k, "dlrs", provider,
                     slice_make(text, (size_t)snprintf(text, sizeof text, "%lld", (long long)day)));
}

static int64_t today(void)
{
    return clock_wall_ms() / 1000 / DAY_S;
}

/* --- remembering --- */

static void send(struct store *s, struct turn_ids *t)
{
    struct key k;
    struct slice key = day_key(s, &k, slice_of(t->provider), today());

    if (!t->parts.failed) {
        redis_begin(s->redis, 2 + 2 * t->n);
        redis_str(s->redis, "HSET");
        redis_part(s->redis, key);
        redis_formatted(s->redis, buf_slice(&t->parts));
        redis_send(s->redis, store_ignore, s);
        redis_begin(s->redis, 3);
        redis_str(s->redis, "EXPIRE");
        redis_part(s->redis, key);
        redis_i64(s->redis, (DAYS + 1) * DAY_S);
        redis_send(s->redis, store_ignore, s);
    }
    buf_clear(&t->parts);
    t->n = 0;
}

void receipts_turn_end(void *arg)
{
    struct store *s = arg;

    for (unsigned i = 0; i < STORE_PROVIDERS; i++)
        if (s->receipts->of[i].n)
            send(s, &s->receipts->of[i]);
}

static struct turn_ids *ids_of(struct receipts *r, const char *provider)
{
    struct turn_ids *t = r->of, *end = r->of + STORE_PROVIDERS;

    while (t < end && t->provider && strcmp(t->provider, provider) != 0)
        t++;
    if (t < end && t->provider)
        return t;
    if (t == end) { /* more names than ever are configured at once */
        t = r->of;
        if (t->n)
            send(r->store, t);
        free(t->provider);
    }
    t->provider = strdup(provider);
    if (!t->provider)
        abort(); /* once for each */
    return t;
}

/* As it would stand in a key: one that is too long as its digest. */
static struct slice id_field(const struct store *s, struct key *k, struct slice id)
{
    size_t before = store_key(s, k, "", S(""), S("")).n;

    return slice_skip(store_key(s, k, "", id, S("")), before);
}

void store_dlr_put(struct store *s, const char *provider, struct slice their_id, struct slice uuid)
{
    struct turn_ids *t = ids_of(s->receipts, provider);
    struct key k;

    redis_format_part(&t->parts, id_field(s, &k, their_id));
    redis_format_part(&t->parts, uuid);
    if (++t->n == TURN_IDS)
        send(s, t);
    loop_again(s->loop);
    message_log_their_id(s, provider, their_id, uuid);
}

/* --- finding --- */

struct question {
    struct store *store;
    char *provider, *id;
    void (*f)(void *, enum store_rc, struct slice);
    void *arg;
};

static void answer(struct question *q, const redisReply *reply)
{
    q->f(q->arg, redis_is_error(reply) ? STORE_UNAVAILABLE : STORE_OK, redis_slice(reply));
    free(q->provider);
    free(q->id);
    free(q);
}

static void on_before(void *arg, const redisReply *reply)
{
    answer(arg, reply);
}

/* The days before, tomorrow by a clock that was put back since, and how earlier versions kept it. */
static void ask_before(struct question *q)
{
    struct store *s = q->store;
    struct slice provider = slice_of(q->provider), id = slice_of(q->id);
    int64_t day = today();
    struct key k;

    redis_begin(s->redis, 3 + DAYS + 2 + 1);
    redis_str(s->redis, "FCALL_RO");
    redis_str(s->redis, "kt6_receipt");
    redis_i64(s->redis, DAYS + 2);
    redis_part(s->redis, day_key(s, &k, provider, day + 1));
    for (int i = 1; i <= DAYS; i++)
        redis_part(s->redis, day_key(s, &k, provider, day - i));
    redis_part(s->redis, store_key(s, &k, "dlr", provider, id));
    redis_part(s->redis, id_field(s, &k, id));
    redis_send(s->redis, on_before, q);
}

static void on_today(void *arg, const redisReply *reply)
{
    if (reply && reply->type == REDIS_REPLY_NIL)
        ask_before(arg);
    else
        answer(arg, reply);
}

void store_dlr_get(struct store *s, const char *provider, struct slice their_id,
                   void (*f)(void *arg, enum store_rc, struct slice uuid), void *arg)
{
    struct question *q = malloc(sizeof *q);
    struct key k;

    if (!q)
        abort();
    *q = (struct question){ s, strdup(provider), strndup(their_id.p, their_id.n), f, arg };
    if (!q->provider || !q->id)
        abort();
    receipts_turn_end(s); /* it may be one of this turn */
    redis_begin(s->redis, 3);
    redis_str(s->redis, "HGET");
    redis_part(s->redis, day_key(s, &k, slice_of(provider), today()));
    redis_part(s->redis, id_field(s, &k, their_id));
    redis_send(s->redis, on_today, q);
}

/* --- life --- */

struct receipts *receipts_new(struct store *s)
{
    struct receipts *r = calloc(1, sizeof *r);

    if (!r)
        abort(); /* one, at start-up */
    r->store = s;
    for (unsigned i = 0; i < STORE_PROVIDERS; i++)
        buf_init(&r->of[i].parts, TURN_IDS * 1024);
    return r;
}

void receipts_free(struct receipts *r)
{
    for (unsigned i = 0; r && i < STORE_PROVIDERS; i++) {
        free(r->of[i].provider);
        buf_free(&r->of[i].parts);
    }
    free(r);
}
