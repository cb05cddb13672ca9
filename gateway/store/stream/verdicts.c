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

    redis_format_begin(&s->command, 6 + c->done_n + c->bundles_n);
    redis_format_part(&s->command, S("FCALL"));
    redis_format_part(&s->command, S("kt6_done"));
    redis_format_i64(&s->command, 2);
    redis_format_part(&s->command, consumer_key(c, &k, "st"));
    redis_format_part(&s->command, store_count_key(c->store, &k));
    redis_format_i64(&s->command, c->bundles_n);
    buf_add(&s->command, buf_slice(&c->bundles));
    buf_add(&s->command, buf_slice(&c->pieces));
    buf_add(&s->command, buf_slice(&c->done));
    buf_clear(&c->bundles);
    buf_clear(&c->pieces);
    buf_clear(&c->done);
    c->done_n = c->bundles_n = 0;
    if (c->store->up)
        consumer_say(s);
}

static void say_all_done(struct consumer *c, const struct held *h)
{
    if (h->pieces > 1) {
        redis_format_part(&c->bundles, slice_of(h->id));
        redis_format_i64(&c->pieces, h->pieces);
        c->bundles_n++;
    } else {
        redis_format_part(&c->done, slice_of(h->id));
    }
    c->done_n++;
    if (c->done_n == DONE_MAX)
        consumer_say_done(c);
}

static void say_retry(struct consumer *c, const struct held *h)
{
    struct saying *s = saying_new(c);
    struct key k;

    s->back_ms = h->fates[0].due_ms;
    redis_format_begin(&s->command, 11);
    redis_format_part(&s->command, S("FCALL"));
    redis_format_part(&s->command, S("kt1_retry"));
    redis_format_i64(&s->command, 3);
    redis_format_part(&s->command, consumer_key(c, &k, "st"));
    redis_format_part(&s->command, consumer_key(c, &k, "wait"));
    redis_format_part(&s->command, consumer_key(c, &k, "waitt"));
    redis_format_part(&s->command, slice_of(h->id));
    redis_format_i64(&s->command, h->fates[0].due_ms);
    redis_format_i64(&s->command, (int64_t)h->attempts + 1);
    redis_format_i64(&s->command, h->first_ms);
    redis_format_i64(&s->command, clock_wall_ms());
    if (c->store->up)
        consumer_say(s);
}

static void say_park(struct consumer *c, const struct held *h)
{
    struct saying *s = saying_new(c);
    struct key k;

    redis_format_begin(&s->command, 11);
    redis_format_part(&s->command, S("FCALL"));
    redis_format_part(&s->command, S("kt1_park"));
    redis_format_i64(&s->command, 2);
    redis_format_part(&s->command, consumer_key(c, &k, "st"));
    redis_format_part(&s->command, consumer_key(c, &k, "parked"));
    redis_format_part(&s->command, slice_of(h->id));
    redis_format_i64(&s->command, h->attempts);
    redis_format_i64(&s->command, h->first_ms);
    redis_format_part(&s->command, slice_of(h->fates[0].reason));
    redis_format_i64(&s->command, clock_wall_ms());
    /* Of the log alone the oldest may go. */
    redis_format_i64(&s->command, strcmp(c->stream, "log") == 0 ? MESSAGE_LOG_PARKED : 0);
    if (c->store->up)
        consumer_say(s);
}

static void format_fate(struct buf *command, const struct fate *f)
{
    struct buf text;

    buf_init(&text, 64 * 1024);
    if (f->reason)
        buf_printf(&text, "p%s", f->reason);
    else if (f->due_ms)
        buf_printf(&text, "r%lld", (long long)f->due_ms);
    redis_format_part(command, buf_slice(&text));
    buf_free(&text);
}

static void say_scattered(struct consumer *c, const struct held *h)
{
    static const char *const kinds[] = { "st", "wait", "waitt", "parked" };
    struct saying *s = saying_new(c);
    struct key k;

    redis_format_begin(&s->command, 3 + 5 + 4 + h->pieces);
    redis_format_part(&s->command, S("FCALL"));
    redis_format_part(&s->command, S("kt6_scatter"));
    redis_format_i64(&s->command, 5);
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        redis_format_part(&s->command, consumer_key(c, &k, kinds[i]));
    redis_format_part(&s->command, store_count_key(c->store, &k));
    redis_format_part(&s->command, slice_of(h->id));
    redis_format_i64(&s->command, h->attempts);
    redis_format_i64(&s->command, h->first_ms);
    redis_format_i64(&s->command, clock_wall_ms());
    for (unsigned i = 0; i < h->pieces; i++) {
        int64_t due_ms = h->fates[i].due_ms;

        if (due_ms && (!s->back_ms || due_ms < s->back_ms))
            s->back_ms = due_ms;
        format_fate(&s->command, &h->fates[i]);
    }
    if (c->store->up)
        consumer_say(s);
}

/* Nothing is said before the last of its pieces has ended. */
static void say_end(struct consumer *c, struct held *h)
{
    if (!h)
        return;
    if (!h->scattered)
        say_all_done(c, h);
    else if (h->pieces > 1)
        say_scattered(c, h);
    else if (h->fates[0].reason)
        say_park(c, h);
    else
        say_retry(c, h);
    held_drop(c, h);
}

void consumer_done(struct consumer *c, struct slice id)
{
    say_end(c, held_end(c, id, 0, NULL));
}

void consumer_retry(struct consumer *c, struct slice id, int64_t due_ms)
{
    say_end(c, held_end(c, id, due_ms, NULL));
}

void consumer_park(struct consumer *c, struct slice id, const char *reason)
{
    say_end(c, held_end(c, id, 0, reason));
}
