/* tally.c - small questions beside the commit: days of cases, SMS of a day, delivery ids, figures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/store/store_private.h"

enum {
    DLR_TTL_S = 7 * 86400,
    DAILY_TTL_MS = 2 * 86400000, /* from the last number that is new to the day */
};

void store_ignore(void *arg, const redisReply *reply)
{
    struct store *s = arg;

    if (reply && reply->type == REDIS_REPLY_ERROR)
        store_refused(s, reply);
}

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
        int64_t n = redis_int(reply->element[i + 1], 0);

        if (!n)
            continue;
        if (!first)
            buf_char(&b, ',');
        first = false;
        buf_json(&b, redis_slice(reply->element[i]));
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

/* --- delivery ids --- */

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
    struct question *q = question_new(s, f, arg);
    struct key k;

    redis_begin(s->redis, 2);
    redis_str(s->redis, "GET");
    redis_part(s->redis, store_key(s, &k, "dlr", slice_of(provider), their_id));
    redis_send(s->redis, on_dlr, q);
}

/* --- figures --- */

struct counting {
    struct store *store;
    struct store_figures figures;
    unsigned left;
    void (*f)(void *, const struct store_figures *);
    void *arg;
};

static void counted(struct counting *c)
{
    if (--c->left)
        return;
    c->f(c->arg, &c->figures);
    free(c);
}

/* "cmdstat_fcall:calls=3,usec=120,…" */
static void on_commandstats(void *arg, const redisReply *reply)
{
    struct counting *c = arg;
    const char *at = reply && reply->type == REDIS_REPLY_STRING ? strstr(reply->str, "cmdstat_fcall:") : NULL;

    at = at ? strstr(at, "usec=") : NULL;
    if (at)
        c->figures.redis_usec = strtoull(at + strlen("usec="), NULL, 10);
    counted(c);
}

static void on_sink_length(void *arg, const redisReply *reply)
{
    struct counting *c = arg;

    c->figures.sink_waiting += (uint64_t)redis_int(reply, 0);
    counted(c);
}

static void on_lane_length(void *arg, const redisReply *reply)
{
    struct counting *c = arg;

    c->figures.lane_waiting += (uint64_t)redis_int(reply, 0);
    counted(c);
}

static void on_log_length(void *arg, const redisReply *reply)
{
    struct counting *c = arg;

    c->figures.log_waiting += (uint64_t)redis_int(reply, 0);
    counted(c);
}

static void on_due_length(void *arg, const redisReply *reply)
{
    struct counting *c = arg;

    c->figures.due_waiting = (uint64_t)redis_int(reply, 0);
    counted(c);
}

static void on_parked(void *arg, const struct parked_stream *all, unsigned n)
{
    struct counting *c = arg;

    for (unsigned i = 0; i < n; i++)
        c->figures.parked += all[i].n;
    counted(c);
}

static void ask_length(struct counting *c, const char *command, const char *kind, const char *name,
                       redis_cb *cb)
{
    struct redis *r = c->store->redis;
    struct key k;

    c->left++;
    redis_begin(r, 2);
    redis_str(r, command);
    redis_part(r, store_key(c->store, &k, kind, slice_of(name), S("")));
    redis_send(r, cb, c);
}

void store_figures(struct store *s, void (*f)(void *arg, const struct store_figures *), void *arg)
{
    struct counting *c = calloc(1, sizeof *c);
    char name[96];

    if (!c)
        abort();
    c->store = s;
    c->f = f;
    c->arg = arg;
    c->figures = s->figures;
    c->figures.reconnects = redis_connects(s->redis) ? redis_connects(s->redis) - 1 : 0;
    c->left = 2;
    redis_words(s->redis, on_commandstats, c, "INFO", "commandstats", NULL);
    store_parked_streams(s, on_parked, c);
    for (unsigned i = 0; i < s->sinks_n; i++) {
        snprintf(name, sizeof name, "sink:%s", s->sinks[i]);
        ask_length(c, "XLEN", "st", name, on_sink_length);
        ask_length(c, "ZCARD", "wait", name, on_sink_length);
    }
    for (unsigned i = 0; i < s->providers_n * STORE_LANES; i++) {
        snprintf(name, sizeof name, "sms:%s:%u", s->providers[i / STORE_LANES], i % STORE_LANES);
        ask_length(c, "XLEN", "st", name, on_lane_length);
        ask_length(c, "ZCARD", "wait", name, on_lane_length);
    }
    ask_length(c, "XLEN", "st", "log", on_log_length);
    ask_length(c, "ZCARD", "wait", "log", on_log_length);
    ask_length(c, "ZCARD", "due", "", on_due_length);
}
