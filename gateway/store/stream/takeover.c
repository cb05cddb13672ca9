/* takeover.c - entries in other hands: ours, while we stood still; another gateway's, when it died (peers.c).
 */
#include "gateway/store/stream/consumer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/log.h"

enum {
    TAKE_MAX = 1000,
    OURS_MAX = 10000, /* more than any window */
};

/* [[id, consumer, idle, times] …]: all that is in our name.  Refused: as if nobody had taken anything. */
static void on_ours(void *arg, const redisReply *reply)
{
    struct consumer *c = arg;
    struct held *h;

    c->doubting = false;
    if (reply && reply->type != REDIS_REPLY_ARRAY)
        c->doubts--;
    for (size_t i = 0; reply && reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++)
        if (reply->element[i]->elements && (h = *held_place(c, redis_slice(reply->element[i]->element[0]))))
            h->doubts = c->doubts;
    consumer_replied(c);
}

void consumers_doubt(struct store *s)
{
    struct key k;

    for (struct consumer *c = s->consumers; c; c = c->next) {
        if (c->closed || !c->under_way || c->doubting)
            continue;
        c->doubts++;
        c->doubting = true;
        c->asking++;
        redis_begin(s->redis, 7);
        redis_str(s->redis, "XPENDING");
        redis_part(s->redis, consumer_key(c, &k, "st"));
        redis_str(s->redis, "g");
        redis_str(s->redis, "-");
        redis_str(s->redis, "+");
        redis_i64(s->redis, OURS_MAX);
        redis_str(s->redis, s->consumer_name);
        redis_send(s->redis, on_ours, c);
    }
}

bool consumers_doubting(const struct store *s)
{
    for (const struct consumer *c = s->consumers; c; c = c->next)
        if (c->doubting)
            return true;
    return false;
}

/* As takeover.lua has it: XCLAIM leaves alone what is in somebody's name. */
#define OTHERS "4000000000000"

/* By plain commands: a gateway of an earlier version may have brought a function library of its own. */
static void name_held(struct consumer *c)
{
    struct redis *r = c->store->redis;
    unsigned held = 0;
    struct key k;

    c->nameless = c->reading; /* what that read brings is not held yet */
    if (!c->under_way)
        return;
    for (unsigned i = 0; i < HELD_BUCKETS; i++)
        for (const struct held *h = c->buckets[i]; h; h = h->next)
            held += h->left > 0;
    c->asking++;
    redis_begin(r, 7 + held);
    redis_str(r, "XCLAIM");
    redis_part(r, consumer_key(c, &k, "st"));
    redis_str(r, "g");
    redis_str(r, c->store->consumer_name);
    redis_str(r, OTHERS);
    for (unsigned i = 0; i < HELD_BUCKETS; i++)
        for (const struct held *h = c->buckets[i]; h; h = h->next)
            if (h->left)
                redis_str(r, h->id);
    redis_str(r, "FORCE");
    redis_str(r, "JUSTID");
    redis_send(r, consumer_ignore, c);
}

void consumers_name(struct store *s)
{
    for (struct consumer *c = s->consumers; c; c = c->next)
        if (c->nameless)
            name_held(c);
}

void consumer_recover(struct consumer *c)
{
    c->recovering = true;
    c->restart = c->reading && c->reading_own; /* from the first on, when that read is here */
    if (!c->restart)
        snprintf(c->recovered, sizeof c->recovered, "0");
    c->more = true;
}

struct taking {
    struct consumer *consumer;
    char *from; /* NULL: nobody */
    bool strangers;
};

static void ask_take(struct consumer *c, char *from, bool strangers);

static void on_taken(void *arg, const redisReply *reply)
{
    struct taking t = *(struct taking *)arg;
    struct consumer *c = t.consumer;
    int64_t n = redis_int(reply, 0);

    free(arg);
    c->sought = c->sought || (!t.from && reply && reply->type == REDIS_REPLY_INTEGER);
    if (n > 0 && !c->closed) {
        if (t.from)
            log_event(LOG_WARN, "taken_over", "stream", c->stream, "gateway", t.from, NULL);
        c->strangers = c->strangers || t.strangers;
        consumer_recover(c);
        c->look = true;
        loop_again(c->store->loop);
    }
    if (n == TAKE_MAX && !c->closed)
        ask_take(c, t.from, t.strangers);
    else
        free(t.from);
    consumer_replied(c);
}

static void ask_take(struct consumer *c, char *from, bool strangers)
{
    struct store *s = c->store;
    struct taking *t = malloc(sizeof *t);
    struct key k;

    if (!t)
        abort();
    *t = (struct taking){ c, from, strangers };
    c->asking++;
    redis_begin(s->redis, from ? 7 : 6);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, from ? "kt1_take" : "kt5_strays");
    redis_i64(s->redis, 1);
    redis_part(s->redis, consumer_key(c, &k, "st"));
    if (from)
        redis_str(s->redis, from);
    redis_str(s->redis, s->consumer_name);
    redis_i64(s->redis, TAKE_MAX);
    redis_send(s->redis, on_taken, t);
}

void consumer_seek(struct consumer *c, bool strangers)
{
    ask_take(c, NULL, strangers);
}

static bool alarms(const struct consumer *c)
{
    struct slice name = slice_of(c->stream);

    /* 3: emergencies; 0: answers and referrals */
    return slice_starts(name, "sms:") && (c->stream[name.n - 1] == '3' || c->stream[name.n - 1] == '0');
}

void consumers_take(struct store *s, const char *from)
{
    for (int first = 1; first >= 0; first--)
        for (struct consumer *c = s->consumers; c; c = c->next)
            if (!c->closed && alarms(c) == (first == 1)) {
                char *name = strdup(from);

                if (!name)
                    abort();
                ask_take(c, name, true);
                consumer_seek(c, true);
            }
}
