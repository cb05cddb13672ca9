/* verdicts.c - what became of an entry: done, to be tried again, or parked.
 *
 * An entry leaves the stream in the same call that says so; such calls are kept until they are answered, sent
 * again after a lost connection, and do nothing the second time. */
#include "gateway/store/stream/consumer.h"

#include <stdlib.h>
#include <string.h>

enum {
    DONE_MAX = 512,
};

static void saying_end(struct saying *s)
{
    struct consumer *c = s->consumer;
    struct saying **at = &c->sayings;

    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    if (s->back_ms && !c->closed)
        consumer_poll_by(c, s->back_ms);
    buf_free(&s->command);
    free(s);
}

static void on_said(void *arg, const redisReply *reply)
{
    struct saying *s = arg;
    struct consumer *c = s->consumer;

    s->under_way = false;
    if (reply && reply->type == REDIS_REPLY_ERROR)
        store_refused(c->store, reply);
    else if (reply)
        saying_end(s);
    consumer_replied(c);
}

void consumer_say(struct saying *s)
{
    s->under_way = true;
    s->consumer->asking++;
    redis_send_raw(s->consumer->store->redis, buf_slice(&s->command), on_said, s);
}

static struct saying *saying_new(struct consumer *c)
{
    struct saying *s = calloc(1, sizeof *s), **at = &c->sayings;

    if (!s)
        abort();
    s->consumer = c;
    buf_init(&s->command, 1024 * 1024);
    while (*at)
        at = &(*at)->next;
    *at = s;
    return s;
}

void consumer_say_done(struct consumer *c)
{
    struct saying *s = saying_new(c);
    struct key k;

    redis_format_begin(&s->command, 5 + c->done_n);
    redis_format_part(&s->command, S("FCALL"));
    redis_format_part(&s->command, S("kt1_done"));
    redis_format_i64(&s->command, 2);
    redis_format_part(&s->command, consumer_key(c, &k, "st"));
    redis_format_part(&s->command, store_count_key(c->store, &k));
    buf_add(&s->command, buf_slice(&c->done));
    buf_clear(&c->done);
    c->done_n = 0;
    if (c->store->up)
        consumer_say(s);
}

void consumer_done(struct consumer *c, struct slice id)
{
    struct held *h = held_take(c, id);

    if (!h)
        return;
    redis_format_part(&c->done, id);
    c->done_n++;
    free(h);
    if (c->done_n == DONE_MAX)
        consumer_say_done(c);
}

void consumer_retry(struct consumer *c, struct slice id, int64_t due_ms)
{
    struct held *h = held_take(c, id);
    struct saying *s;
    struct key k;

    if (!h)
        return;
    s = saying_new(c);
    s->back_ms = due_ms;
    redis_format_begin(&s->command, 11);
    redis_format_part(&s->command, S("FCALL"));
    redis_format_part(&s->command, S("kt1_retry"));
    redis_format_i64(&s->command, 3);
    redis_format_part(&s->command, consumer_key(c, &k, "st"));
    redis_format_part(&s->command, consumer_key(c, &k, "wait"));
    redis_format_part(&s->command, consumer_key(c, &k, "waitt"));
    redis_format_part(&s->command, id);
    redis_format_i64(&s->command, due_ms);
    redis_format_i64(&s->command, (int64_t)h->attempts + 1);
    redis_format_i64(&s->command, h->first_ms);
    redis_format_i64(&s->command, clock_wall_ms());
    free(h);
    if (c->store->up)
        consumer_say(s);
}

void consumer_park(struct consumer *c, struct slice id, const char *reason)
{
    struct held *h = held_take(c, id);
    struct saying *s;
    struct key k;

    if (!h)
        return;
    s = saying_new(c);
    redis_format_begin(&s->command, 11);
    redis_format_part(&s->command, S("FCALL"));
    redis_format_part(&s->command, S("kt1_park"));
    redis_format_i64(&s->command, 2);
    redis_format_part(&s->command, consumer_key(c, &k, "st"));
    redis_format_part(&s->command, consumer_key(c, &k, "parked"));
    redis_format_part(&s->command, id);
    redis_format_i64(&s->command, h->attempts);
    redis_format_i64(&s->command, h->first_ms);
    redis_format_part(&s->command, slice_of(reason));
    redis_format_i64(&s->command, clock_wall_ms());
    /* Of the log alone the oldest may go. */
    redis_format_i64(&s->command, strcmp(c->stream, "log") == 0 ? MESSAGE_LOG_PARKED : 0);
    free(h);
    if (c->store->up)
        consumer_say(s);
}
