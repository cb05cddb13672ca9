/* consumer.c - takes entries from one stream through the group "g", at most a window of them at a time.
 *
 * While no other gateway is there, entries are read in nobody's name: Redis then keeps no list of who has
 * them, nor writes one down.  They stay in the stream until they are done, below the mark up to which the
 * group has read: so they are found after a crash (takeover.lua: strays), and get our name when another
 * gateway comes (takeover.c).
 *
 * Reads without waiting on the shared connection: at once when a commit of this process wrote to the stream,
 * else every second.  After a crash the entries that were in our hands come first, marked as recovered; those
 * of another gateway that died come when its heart stands still (takeover.c), and by XAUTOCLAIM those of one
 * that never had any. */
#include "gateway/store/stream/consumer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLAIM_MS = 60000,
    AGAIN_MS = 5000,        /* Redis has then carried out what it still had of a connection that was lost */
    CLAIM_IDLE_MS = 600000, /* longer than the longest attempt */
    READ_MAX = 256,
    BACK_MAX = 256,
};

static void look(struct consumer *c);

/* --- giving out --- */

/* A bundle in its pieces: how long each is stands in `lengths`.  One whose lengths do not fit is one piece,
 * as verdicts.lua sees it. */
static unsigned pieces_of(struct slice body, struct slice lengths)
{
    unsigned n = 0;
    uint64_t length;
    size_t at = 0;

    while (lengths.n && slice_to_u64(slice_cut(&lengths, ' '), &length) && length <= body.n) {
        at += (size_t)length + 1;
        n++;
    }
    return !lengths.n && n && at == body.n + 1 ? n : 1;
}

static void hold(struct consumer *c, struct entry *e, struct slice lengths)
{
    struct held **at = held_place(c, e->id);
    struct slice id = e->id, rest = e->body;
    unsigned pieces = pieces_of(e->body, lengths);
    char piece[ID_MAX + 12];
    uint64_t length;

    if (*at || e->id.n >= ID_MAX)
        return;
    held_new(c, at, e, pieces);
    c->fattest = pieces > c->fattest ? pieces : c->fattest;
    if (pieces == 1)
        c->on_entry(c->arg, e);
    for (unsigned i = 0; pieces > 1 && i < pieces; i++) {
        (void)slice_to_u64(slice_cut(&lengths, ' '), &length);
        e->id = slice_make(piece, (size_t)snprintf(piece, sizeof piece, "%.*s/%u", SLICE_ARG(id), i));
        e->body = slice_take(rest, (size_t)length);
        rest = slice_skip(rest, (size_t)length + 1);
        c->on_entry(c->arg, e);
    }
}

/* An entry that was deleted while someone held it: out of the group. */
static void forget(struct consumer *c, struct slice id)
{
    redis_format_part(&c->done, id);
    c->done_n++;
    loop_again(c->store->loop);
}

/* [id, [field, value …]] */
static void give(struct consumer *c, const redisReply *r, bool recovered)
{
    struct entry e = { .recovered = recovered };
    struct slice lengths = S("");
    const redisReply *fields;

    if (r->type != REDIS_REPLY_ARRAY || r->elements != 2)
        return;
    e.id = redis_slice(r->element[0]);
    e.first_ms = redis_id_ms(e.id);
    fields = r->element[1];
    if (fields->type != REDIS_REPLY_ARRAY) {
        forget(c, e.id);
        return;
    }
    for (size_t i = 0; i + 1 < fields->elements; i += 2) {
        struct slice name = redis_slice(fields->element[i]);
        const redisReply *value = fields->element[i + 1];

        if (slice_is(name, "b"))
            e.body = redis_slice(value);
        else if (slice_is(name, "k"))
            lengths = redis_slice(value);
        else if (slice_is(name, "a"))
            e.attempts = (unsigned)redis_int(value, 0);
        else if (slice_is(name, "f"))
            e.first_ms = redis_int(value, e.first_ms);
    }
    if (!c->closed)
        hold(c, &e, lengths);
}

/* --- asking --- */

static void on_group(void *arg, const redisReply *reply)
{
    struct consumer *c = arg;

    if (reply && reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "BUSYGROUP", 9) != 0)
        store_refused(c->store, reply);
    consumer_replied(c);
}

static void on_read(void *arg, const redisReply *reply)
{
    struct consumer *c = arg;
    const redisReply *entries = NULL;
    bool recovering = c->reading_own;

    c->reading = false;
    if (reply && reply->type == REDIS_REPLY_ERROR) {
        store_refused(c->store, reply); /* NOGROUP: the greeting makes the group again */
    } else if (reply) {
        if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 1 && reply->element[0]->elements == 2)
            entries = reply->element[0]->element[1];
        c->more = (entries && entries->elements) || c->woken;
        if (recovering && !c->restart && !(entries && entries->elements)) {
            c->recovering = false;
            c->strangers = false;
            c->more = true;
        }
        if (entries && entries->elements)
            c->fattest = 1;
        for (size_t i = 0; entries && i < entries->elements; i++) {
            if (recovering) {
                struct slice id = redis_slice(entries->element[i]->element[0]);

                snprintf(c->recovered, sizeof c->recovered, "%.*s", SLICE_ARG(id));
            }
            give(c, entries->element[i], recovering && c->strangers);
        }
        if (c->restart) /* more became ours meanwhile: from the first on */
            snprintf(c->recovered, sizeof c->recovered, "0");
        c->restart = false;
    }
    if (c->reading_own)
        held_sweep(c);
    consumer_replied(c);
    if (reply && !c->closed)
        look(c);
}

/* What stands in nobody's name, no gateway that lives has in its hands: it named it when it heard us. */
static bool nobody_elses(const struct store *s)
{
    return s->company == COMPANY_NONE || s->company == COMPANY_SETTLED;
}

/* Few, fat reads: not one call per freed place. */
static bool room(const struct consumer *c)
{
    return c->window > c->under_way && (!c->under_way || c->window - c->under_way >= c->window / 4);
}

static void look(struct consumer *c)
{
    struct store *s = c->store;
    unsigned count = c->window > c->under_way ? (c->window - c->under_way) / c->fattest : 0;
    bool nameless;
    struct key k;

    if (c->closed || c->reading || !s->up || s->company == COMPANY_UNKNOWN || !room(c) ||
        !(c->more || c->recovering))
        return;
    if (c->recovering && c->done_n)
        consumer_say_done(c); /* or what is done would come again */
    c->reading = true;
    c->reading_own = c->recovering;
    c->woken = false;
    c->asking++;
    nameless = c->sought && !c->recovering && s->company == COMPANY_NONE;
    c->nameless = c->nameless || nameless;
    redis_begin(s->redis, 9 + nameless);
    redis_str(s->redis, "XREADGROUP");
    redis_str(s->redis, "GROUP");
    redis_str(s->redis, "g");
    redis_str(s->redis, s->consumer_name);
    redis_str(s->redis, "COUNT");
    redis_i64(s->redis, !count ? 1 : count < READ_MAX ? count : READ_MAX);
    if (nameless)
        redis_str(s->redis, "NOACK");
    redis_str(s->redis, "STREAMS");
    redis_part(s->redis, consumer_key(c, &k, "st"));
    redis_str(s->redis, c->recovering ? c->recovered : ">");
    redis_send(s->redis, on_read, c);
}

static void on_back(void *arg, const redisReply *reply)
{
    struct consumer *c = arg;

    if (reply && reply->type == REDIS_REPLY_ERROR) {
        store_refused(c->store, reply);
    } else if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 && !c->closed) {
        int64_t next = redis_int(reply->element[1], 0);

        if (next)
            consumer_poll_by(c, next);
        c->more = c->more || redis_int(reply->element[0], 0) > 0;
        look(c);
    }
    consumer_replied(c);
}

static void on_claim(void *arg, const redisReply *reply)
{
    struct consumer *c = arg;

    if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements >= 2)
        for (size_t i = 0; i < reply->element[1]->elements; i++)
            give(c, reply->element[1]->element[i], true);
    else
        c->strangers = true; /* they are ours now, unseen: the next greeting reads them */
    consumer_replied(c);
}

static void ask_claim(struct consumer *c)
{
    struct store *s = c->store;
    struct key k;

    c->claim_at_ms = clock_mono_ms() + CLAIM_MS;
    c->asking++;
    redis_begin(s->redis, 8);
    redis_str(s->redis, "XAUTOCLAIM");
    redis_part(s->redis, consumer_key(c, &k, "st"));
    redis_str(s->redis, "g");
    redis_str(s->redis, s->consumer_name);
    redis_i64(s->redis, CLAIM_IDLE_MS);
    redis_str(s->redis, "0");
    redis_str(s->redis, "COUNT");
    redis_i64(s->redis, c->window - c->under_way);
    redis_send(s->redis, on_claim, c);
}

/* As in due.c. */
static void rebase(struct consumer *c, int64_t ahead_ms)
{
    struct store *s = c->store;
    struct key k;

    c->asking++;
    redis_begin(s->redis, 7);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_rebase_waiting");
    redis_i64(s->redis, 2);
    redis_part(s->redis, consumer_key(c, &k, "wait"));
    redis_part(s->redis, consumer_key(c, &k, "waitt"));
    redis_i64(s->redis, clock_wall_ms());
    redis_i64(s->redis, ahead_ms);
    redis_send(s->redis, consumer_ignore, c);
}

static void on_poll(void *arg)
{
    struct consumer *c = arg;
    struct store *s = c->store;
    int64_t stepped;
    struct key k;

    loop_timer_set(c->poll, POLL_MS);
    if (!s->up || c->closed)
        return;
    if (nobody_elses(s) && !c->sought)
        consumer_seek(c, false);
    stepped = clock_stepped(&c->clock);
    if (stepped < 0)
        rebase(c, -stepped);
    c->asking++;
    redis_begin(s->redis, 9);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_back");
    redis_i64(s->redis, 4);
    redis_part(s->redis, consumer_key(c, &k, "st"));
    redis_part(s->redis, consumer_key(c, &k, "wait"));
    redis_part(s->redis, consumer_key(c, &k, "waitt"));
    redis_part(s->redis, store_count_key(s, &k));
    redis_i64(s->redis, clock_wall_ms());
    redis_i64(s->redis, BACK_MAX);
    redis_send(s->redis, on_back, c);
    c->more = true;
    if (c->recovering || !room(c) || clock_mono_ms() < c->claim_at_ms)
        return;
    ask_claim(c);
    if (!c->again)
        return;
    c->again = false;
    c->sought = false;
    consumer_recover(c);
}

/* --- up, down, open, close --- */

void consumers_turn_end(void *arg)
{
    struct store *s = arg;

    for (struct consumer *c = s->consumers; c; c = c->next) {
        if (c->done_n)
            consumer_say_done(c);
        if (c->look) {
            c->look = false;
            look(c);
        }
    }
}

static void consumer_up(struct consumer *c)
{
    struct store *s = c->store;
    struct key k;

    c->asking++;
    redis_begin(s->redis, 6);
    redis_str(s->redis, "XGROUP");
    redis_str(s->redis, "CREATE");
    redis_part(s->redis, consumer_key(c, &k, "st"));
    redis_str(s->redis, "g");
    redis_str(s->redis, "0");
    redis_str(s->redis, "MKSTREAM");
    redis_send(s->redis, on_group, c);
    for (struct saying *w = c->sayings; w; w = w->next)
        if (!w->under_way)
            consumer_say(w);
    rebase(c, 0);
    consumer_recover(c);
    c->sought = false;
    c->again = true;
    c->claim_at_ms = clock_mono_ms() + AGAIN_MS;
    if (s->company != COMPANY_UNKNOWN)
        loop_timer_set(c->poll, 0);
}

void consumers_begin(struct store *s)
{
    for (struct consumer *c = s->consumers; c; c = c->next)
        if (!c->closed)
            loop_timer_set(c->poll, 0);
}

void consumers_up(struct store *s)
{
    for (struct consumer *c = s->consumers; c; c = c->next)
        consumer_up(c);
}

void consumers_down(struct store *s)
{
    for (struct consumer *c = s->consumers; c; c = c->next)
        loop_timer_stop(c->poll);
}

void consumers_free(struct store *s)
{
    struct consumer *next;

    for (struct consumer *c = s->consumers; c; c = next) {
        next = c->next;
        consumer_free(c);
    }
}

bool consumers_has(const struct store *s, struct slice stream)
{
    for (const struct consumer *c = s->consumers; c; c = c->next)
        if (!c->closed && slice_is(stream, c->stream))
            return true;
    return false;
}

void consumers_wake(struct store *s, uint64_t streams)
{
    for (struct consumer *c = s->consumers; c; c = c->next)
        if (c->bit & streams) {
            c->more = c->woken = true;
            c->look = true;
            loop_again(s->loop);
        }
}

struct consumer *consumer_open(struct store *s, const char *stream, unsigned window,
                               void (*on_entry)(void *arg, const struct entry *), void *arg)
{
    struct consumer *c = calloc(1, sizeof *c);

    if (!c || !(c->stream = strdup(stream)))
        abort(); /* a few, at start-up */
    c->store = s;
    c->window = window;
    c->fattest = 1;
    c->on_entry = on_entry;
    c->arg = arg;
    c->bit = store_stream_bit(s, stream);
    c->strangers = true;
    buf_init(&c->done, 64 * 1024);
    buf_init(&c->bundles, 64 * 1024);
    buf_init(&c->pieces, 64 * 1024);
    c->poll = loop_timer_new(s->loop, "store: consumer", on_poll, c);
    c->next = s->consumers;
    c->self = &s->consumers;
    if (c->next)
        c->next->self = &c->next;
    s->consumers = c;
    if (s->up)
        consumer_up(c);
    return c;
}

void consumer_close(struct consumer *c)
{
    c->closed = true;
    loop_timer_stop(c->poll);
    if (c->done_n)
        consumer_say_done(c);
    if (consumer_over(c))
        loop_reap(c->store->loop, consumer_free, c);
}

void consumer_window(struct consumer *c, unsigned window)
{
    c->window = window;
    c->look = true;
    loop_again(c->store->loop);
}
