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

struct taking {
    struct consumer *consumer;
    char *from;
};

static void ask_take(struct consumer *c, char *from);

static void on_taken(void *arg, const redisReply *reply)
{
    struct taking t = *(struct taking *)arg;
    struct consumer *c = t.consumer;
    int64_t n = redis_int(reply, 0);

    free(arg);
    if (n > 0 && !c->closed) {
        log_event(LOG_WARN, "taken_over", "stream", c->stream, "gateway", t.from, NULL);
        c->restart = c->reading && c->reading_own;
        c->recovering = c->strangers = true;
        if (!c->restart)
            snprintf(c->recovered, sizeof c->recovered, "0");
        c->look = true;
        loop_again(c->store->loop);
    }
    if (n == TAKE_MAX && !c->closed)
        ask_take(c, t.from);
    else
        free(t.from);
    consumer_replied(c);
}

static void ask_take(struct consumer *c, char *from)
{
    struct store *s = c->store;
    struct taking *t = malloc(sizeof *t);
    struct key k;

    if (!t || !from)
        abort();
    *t = (struct taking){ c, from };
    c->asking++;
    redis_begin(s->redis, 7);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_take");
    redis_i64(s->redis, 1);
    redis_part(s->redis, consumer_key(c, &k, "st"));
    redis_str(s->redis, from);
    redis_str(s->redis, s->consumer_name);
    redis_i64(s->redis, TAKE_MAX);
    redis_send(s->redis, on_taken, t);
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
            if (!c->closed && alarms(c) == (first == 1))
                ask_take(c, strdup(from));
}
