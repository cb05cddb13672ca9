/* tally.c - small questions beside the commit: days of cases, SMS of a day. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/store/commit/private.h"

enum {
    DAILY_TTL_MS = 2 * 86400000, /* from the last number that is new to the day */
};

/* --- a question whose answer is one text --- */

struct question {
    struct store *store;
    void (*f)(void *, enum store_rc, struct slice);
    void *arg;
};

static struct question *question_new(struct store *s, void (*f)(void *, enum store_rc, struct slice),
                                     void *arg)
{
    struct question *q = malloc(sizeof *q);

    if (!q)
        abort();
    *q = (struct question){ s, f, arg };
    return q;
}

static void on_tally(void *arg, const redisReply *reply)
{
    struct question *q = arg;
    struct buf b;
    bool first = true;

    buf_init(&b, 65536);
    buf_char(&b, '{');
    for (size_t i = 0; reply && reply->type == REDIS_REPLY_ARRAY && i + 1 < reply->elements; i += 2) {
        struct slice day = redis_slice(reply->element[i]);
        int64_t n = redis_int(reply->element[i + 1], 0);

        if (slice_find(day, '/') < day.n)
            continue; /* what one report said of it */
        if (!first)   /* a zero too: somebody said it */
            buf_char(&b, ',');
        first = false;
        buf_json(&b, day);
        buf_printf(&b, ":%lld", (long long)n);
    }
    buf_char(&b, '}');
    q->f(q->arg, redis_is_error(reply) || b.failed ? STORE_UNAVAILABLE : STORE_OK, buf_slice(&b));
    buf_free(&b);
    free(q);
}

void store_tally_read(struct store *s, struct slice place, struct slice disease,
                      void (*f)(void *arg, enum store_rc, struct slice json), void *arg)
{
    struct question *q = question_new(s, f, arg);
    struct key k;

    redis_begin(s->redis, 2);
    redis_str(s->redis, "HGETALL");
    redis_part(s->redis, store_key(s, &k, "t", place, disease));
    redis_send(s->redis, on_tally, q);
}

/* --- SMS of a day to a number --- */

struct daily {
    void (*f)(void *, enum store_rc, bool);
    void *arg;
};

static void on_daily(void *arg, const redisReply *reply)
{
    struct daily d = *(struct daily *)arg;

    free(arg);
    d.f(d.arg, redis_is_error(reply) ? STORE_UNAVAILABLE : STORE_OK, redis_int(reply, 0) == 1);
}

static void daily_begin(struct store *s, const char *function, unsigned args, int64_t day, struct slice to)
{
    char text[24];
    struct key k;

    snprintf(text, sizeof text, "%lld", (long long)day);
    redis_begin(s->redis, 5 + args);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, function);
    redis_i64(s->redis, 1);
    redis_part(s->redis, store_key(s, &k, "daily", slice_of(text), S("")));
    redis_part(s->redis, to);
}

void store_daily_take(struct store *s, int64_t day, struct slice to, unsigned limit,
                      void (*f)(void *arg, enum store_rc, bool counted), void *arg)
{
    struct daily *d = malloc(sizeof *d);

    if (!d)
        abort();
    *d = (struct daily){ f, arg };
    daily_begin(s, "kt1_daily", 2, day, to);
    redis_i64(s->redis, limit);
    redis_i64(s->redis, DAILY_TTL_MS);
    redis_send(s->redis, on_daily, d);
}

void store_daily_give(struct store *s, int64_t day, struct slice to)
{
    daily_begin(s, "kt1_daily_give", 0, day, to);
    redis_send(s->redis, store_ignore, s);
}
