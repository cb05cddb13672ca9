/* figures.c - what ctl, metrics and bench ask. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/store/private.h"
#include "gateway/store/store.h"

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

static void on_sink_joined(void *arg, const redisReply *reply)
{
    struct counting *c = arg;

    c->figures.sink_waiting += (uint64_t)queue_joined(reply);
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
        c->left++;
        queue_ask_joined(s, slice_of(name), on_sink_joined, c);
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
