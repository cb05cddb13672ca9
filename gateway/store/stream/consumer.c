/* consumer.c - takes entries from one stream through the group "g", at most a window of them at a time.
 *
 * Reads without waiting on the shared connection: at once when a commit of this process wrote to the stream,
 * else every second.  An entry leaves the stream in the same call that says what became of it; such calls are
 * sent again after a lost connection and do nothing the second time.  After a crash the entries that were in
 * our hands come first, marked as recovered; those of another gateway that died come when its heart stands
 * still (peers.c), and by XAUTOCLAIM those of one that never had any. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/store/stream/private.h"

enum {
    POLL_MS = 1000,
    CLAIM_MS = 60000,
    CLAIM_IDLE_MS = 600000, /* longer than the longest attempt */
    READ_MAX = 256,
    BACK_MAX = 256,
    ID_MAX = 44,
    DONE_MAX = 512,
    TAKE_MAX = 1000,
    OURS_MAX = 10000, /* more than any window */
};

/* One entry that was handed out. */
struct held {
    struct held *next; /* in its bucket */
    char id[ID_MAX];
    unsigned attempts;
    int64_t first_ms;
    unsigned doubts; /* the consumer's, when it was known to be ours */
};

/* A call about entries, kept until it is answered. */
struct saying {
    struct consumer *consumer;
    struct saying *next;
    struct buf command;
    bool under_way;
    int64_t back_ms; /* a retry: when it comes back */
};

struct consumer {
    struct store *store;
    struct consumer *next, **self;
    char *stream;
    uint64_t bit;
    unsigned window, under_way;
    void (*on_entry)(void *, const struct entry *);
    void *arg;
    struct held *buckets[64];
    struct buf done; /* ids of this turn, each as a part of a command */
    unsigned done_n;
    struct saying *sayings;
    struct loop_timer *poll;
    unsigned asking;  /* replies of ours still to come */
    bool reading;     /* a read is under way */
    bool reading_own; /* of what we had already, not of new ones */
    bool recovering;  /* our own entries that we do not hold are not all read yet */
    bool strangers;   /* they may have been in the hands of someone who died */
    char recovered[ID_MAX];
    bool restart; /* they are to be read again from the first on */
    bool more;    /* there may be unread entries */
    bool woken;   /* there are new ones, which the read under way may not know of */
    bool look;    /* look again at the end of this turn */
    bool closed;
    unsigned doubts; /* so often others may have taken what we hold */
    bool doubting;   /* Redis is asked what of it is ours */
    int64_t claim_at_ms;
    struct clock_watch clock;
};

static void look(struct consumer *c);
static void say_done(struct consumer *c);

/* --- held entries --- */

static struct held **held_place(const struct consumer *c, struct slice id)
{
    struct held **at = (struct held **)&c->buckets[slice_hash(id) & 63];

    while (*at && !slice_is(id, (*at)->id))
        at = &(*at)->next;
    return at;
}

static struct held *held_take(struct consumer *c, struct slice id)
{
    struct held **at = held_place(c, id), *h = *at;

    if (h) {
        *at = h->next;
        c->under_way--;
        c->look = true;
        loop_again(c->store->loop);
    }
    return h;
}

bool consumer_holds(const struct consumer *c, struct slice id)
{
    const struct held *h = *held_place(c, id);

    return h && h->doubts == c->doubts;
}

void consumer_forget(struct consumer *c, struct slice id)
{
    free(held_take(c, id));
}

/* --- life and death --- */

static void consumer_free(void *arg)
{
    struct consumer *c = arg;

    *c->self = c->next;
    if (c->next)
        c->next->self = c->self;
    for (unsigned i = 0; i < 64; i++)
        while (c->buckets[i]) {
            struct held *h = c->buckets[i];

            c->buckets[i] = h->next;
            free(h);
        }
    while (c->sayings) {
        struct saying *s = c->sayings;

        c->sayings = s->next;
        buf_free(&s->command);
        free(s);
    }
    buf_free(&c->done);
    loop_timer_free(c->poll);
    free(c->stream);
    free(c);
}

static bool over(const struct consumer *c)
{
    return c->closed && !c->store->freeing && !c->asking && !c->sayings && !c->done_n;
}

static void reply_came(struct consumer *c)
{
    c->asking--;
    if (over(c))
        loop_reap(c->store->loop, consumer_free, c);
}

static struct slice stream_key(const struct consumer *c, struct key *k, const char *kind)
{
    return store_key(c->store, k, kind, slice_of(c->stream), S(""));
}

/* --- giving out --- */

static void hold(struct consumer *c, const struct entry *e)
{
    struct held **at = held_place(c, e->id), *h;

    if (*at || e->id.n >= ID_MAX)
        return;
    h = calloc(1, sizeof *h);
    if (!h)
        abort();
    memcpy(h->id, e->id.p, e->id.n);
    h->attempts = e->attempts;
    h->first_ms = e->first_ms;
    h->doubts = c->doubts;
    *at = h;
    c->under_way++;
    c->on_entry(c->arg, e);
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
        else if (slice_is(name, "a"))
            e.attempts = (unsigned)redis_int(value, 0);
        else if (slice_is(name, "f"))
            e.first_ms = redis_int(value, e.first_ms);
    }
    if (!c->closed)
        hold(c, &e);
}

/* --- asking --- */

static void on_group(void *arg, const redisReply *reply)
{
    struct consumer *c = arg;

    if (reply && reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "BUSYGROUP", 9) != 0)
        store_refused(c->store, reply);
    reply_came(c);
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
    reply_came(c);
    if (reply && !c->closed)
        look(c);
}

/* Few, fat reads: not one call per freed place. */
static bool room(const struct consumer *c)
{
    return c->window > c->under_way && (!c->under_way || c->window - c->under_way >= c->window / 4);
}

static void look(struct consumer *c)
{
    struct store *s = c->store;
    unsigned count = c->window > c->under_way ? c->window - c->under_way : 0;
    struct key k;

    if (c->closed || c->reading || !s->up || !room(c) || !(c->more || c->recovering))
        return;
    if (c->recovering && c->done_n)
        say_done(c); /* or what is done would come again */
    c->reading = true;
    c->reading_own = c->recovering;
    c->woken = false;
    c->asking++;
    redis_begin(s->redis, 9);
    redis_str(s->redis, "XREADGROUP");
    redis_str(s->redis, "GROUP");
    redis_str(s->redis, "g");
    redis_str(s->redis, s->consumer_name);
    redis_str(s->redis, "COUNT");
    redis_i64(s->redis, count < READ_MAX ? count : READ_MAX);
    redis_str(s->redis, "STREAMS");
    redis_part(s->redis, stream_key(c, &k, "st"));
    redis_str(s->redis, c->recovering ? c->recovered : ">");
    redis_send(s->redis, on_read, c);
}

static void poll_by(struct consumer *c, int64_t due_ms)
{
    int64_t after = due_ms - clock_wall_ms();

    loop_timer_set(c->poll, after < 0 ? 0 : after < POLL_MS ? after : POLL_MS);
}

static void on_back(void *arg, const redisReply *reply)
{
    struct consumer *c = arg;

    if (reply && reply->type == REDIS_REPLY_ERROR) {
        store_refused(c->store, reply);
    } else if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 && !c->closed) {
        int64_t next = redis_int(reply->element[1], 0);

        if (next)
            poll_by(c, next);
        c->more = c->more || redis_int(reply->element[0], 0) > 0;
        look(c);
    }
    reply_came(c);
}

static void on_claim(void *arg, const redisReply *reply)
{
    struct consumer *c = arg;

    if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements >= 2)
        for (size_t i = 0; i < reply->element[1]->elements; i++)
            give(c, reply->element[1]->element[i], true);
    else
        c->strangers = true; /* they are ours now, unseen: the next greeting reads them */
    reply_came(c);
}

static void ask_claim(struct consumer *c)
{
    struct store *s = c->store;
    struct key k;

    c->claim_at_ms = clock_mono_ms() + CLAIM_MS;
    c->asking++;
    redis_begin(s->redis, 8);
    redis_str(s->redis, "XAUTOCLAIM");
    redis_part(s->redis, stream_key(c, &k, "st"));
    redis_str(s->redis, "g");
    redis_str(s->redis, s->consumer_name);
    redis_i64(s->redis, CLAIM_IDLE_MS);
    redis_str(s->redis, "0");
    redis_str(s->redis, "COUNT");
    redis_i64(s->redis, c->window - c->under_way);
    redis_send(s->redis, on_claim, c);
}

static void on_rebased(void *arg, const redisReply *reply)
{
    struct consumer *c = arg;

    store_ignore(c->store, reply);
    reply_came(c);
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
    redis_part(s->redis, stream_key(c, &k, "wait"));
    redis_part(s->redis, stream_key(c, &k, "waitt"));
    redis_i64(s->redis, clock_wall_ms());
    redis_i64(s->redis, ahead_ms);
    redis_send(s->redis, on_rebased, c);
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
    stepped = clock_stepped(&c->clock);
    if (stepped < 0)
        rebase(c, -stepped);
    c->asking++;
    redis_begin(s->redis, 9);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_back");
    redis_i64(s->redis, 4);
    redis_part(s->redis, stream_key(c, &k, "st"));
    redis_part(s->redis, stream_key(c, &k, "wait"));
    redis_part(s->redis, stream_key(c, &k, "waitt"));
    redis_part(s->redis, store_count_key(s, &k));
    redis_i64(s->redis, clock_wall_ms());
    redis_i64(s->redis, BACK_MAX);
    redis_send(s->redis, on_back, c);
    c->more = true;
    if (!c->recovering && room(c) && clock_mono_ms() >= c->claim_at_ms)
        ask_claim(c);
}

/* --- what became of them --- */

static void saying_end(struct saying *s)
{
    struct consumer *c = s->consumer;
    struct saying **at = &c->sayings;

    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    if (s->back_ms && !c->closed)
        poll_by(c, s->back_ms);
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
    reply_came(c);
}

static void say(struct saying *s)
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

static void say_done(struct consumer *c)
{
    struct saying *s = saying_new(c);
    struct key k;

    redis_format_begin(&s->command, 5 + c->done_n);
    redis_format_part(&s->command, S("FCALL"));
    redis_format_part(&s->command, S("kt1_done"));
    redis_format_i64(&s->command, 2);
    redis_format_part(&s->command, stream_key(c, &k, "st"));
    redis_format_part(&s->command, store_count_key(c->store, &k));
    buf_add(&s->command, buf_slice(&c->done));
    buf_clear(&c->done);
    c->done_n = 0;
    if (c->store->up)
        say(s);
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
        say_done(c);
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
    redis_format_part(&s->command, stream_key(c, &k, "st"));
    redis_format_part(&s->command, stream_key(c, &k, "wait"));
    redis_format_part(&s->command, stream_key(c, &k, "waitt"));
    redis_format_part(&s->command, id);
    redis_format_i64(&s->command, due_ms);
    redis_format_i64(&s->command, (int64_t)h->attempts + 1);
    redis_format_i64(&s->command, h->first_ms);
    redis_format_i64(&s->command, clock_wall_ms());
    free(h);
    if (c->store->up)
        say(s);
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
    redis_format_part(&s->command, stream_key(c, &k, "st"));
    redis_format_part(&s->command, stream_key(c, &k, "parked"));
    redis_format_part(&s->command, id);
    redis_format_i64(&s->command, h->attempts);
    redis_format_i64(&s->command, h->first_ms);
    redis_format_part(&s->command, slice_of(reason));
    redis_format_i64(&s->command, clock_wall_ms());
    /* Of the log alone the oldest may go. */
    redis_format_i64(&s->command, strcmp(c->stream, "log") == 0 ? MESSAGE_LOG_PARKED : 0);
    free(h);
    if (c->store->up)
        say(s);
}

/* --- after we stood still --- */

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
    reply_came(c);
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
        redis_part(s->redis, stream_key(c, &k, "st"));
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

/* --- from a gateway that died --- */

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
    reply_came(c);
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
    redis_part(s->redis, stream_key(c, &k, "st"));
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

/* --- up, down, open, close --- */

void consumers_turn_end(void *arg)
{
    struct store *s = arg;

    for (struct consumer *c = s->consumers; c; c = c->next) {
        if (c->done_n)
            say_done(c);
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
    redis_part(s->redis, stream_key(c, &k, "st"));
    redis_str(s->redis, "g");
    redis_str(s->redis, "0");
    redis_str(s->redis, "MKSTREAM");
    redis_send(s->redis, on_group, c);
    for (struct saying *w = c->sayings; w; w = w->next)
        if (!w->under_way)
            say(w);
    rebase(c, 0);
    /* What was read but never arrived here comes again; what is held is not given out twice. */
    c->recovering = true;
    snprintf(c->recovered, sizeof c->recovered, "0");
    c->more = true;
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
    c->on_entry = on_entry;
    c->arg = arg;
    c->bit = store_stream_bit(s, stream);
    c->strangers = true;
    buf_init(&c->done, 64 * 1024);
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
        say_done(c);
    if (over(c))
        loop_reap(c->store->loop, consumer_free, c);
}

void consumer_window(struct consumer *c, unsigned window)
{
    c->window = window;
    c->look = true;
    loop_again(c->store->loop);
}
