/* due.c - timers that are due, handed out once each.
 *
 * Looks every quarter of a second, and exactly when the next known one is due.  A timer stays in the due set
 * until the commit of its own message takes it off; until then it is remembered here as handed out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/store/commit/private.h"

enum {
    POLL_MS = 250,
    AGAIN_MS = 60000, /* still there: its message got lost in this process */
    AT_ONCE = 100,
    BUCKETS = 256,
};

struct handed {
    struct handed *next;
    int64_t due_ms, at_ms;
    size_t n;
    char id[];
};

struct due {
    struct store *store;
    struct clock_watch clock;
    struct loop_timer *poll;
    void (*f)(void *, struct slice, struct slice, int64_t);
    void *arg;
    struct slice root, root_text;
    struct handed *buckets[BUCKETS];
    unsigned handed_n;
    int64_t sweep_ms;
    bool asking;
    int64_t look_ms; /* when the set is looked at next; while asking: 0, or when the first timer set since is
                        due */
};

bool due_parse(struct slice provider_id, struct slice *id, struct slice *due)
{
    for (size_t i = provider_id.n; i-- > 1;)
        if (provider_id.p[i] == '@') {
            *id = slice_take(provider_id, i);
            *due = slice_skip(provider_id, i + 1);
            return slice_all_digits(*due);
        }
    return false;
}

void due_text(struct buf *b, int64_t set_ms, struct slice text)
{
    buf_char(b, '\1');
    buf_i64(b, set_ms);
    buf_char(b, '\1');
    buf_add(b, text);
}

/* One of an older version has no time before it. */
static struct slice plain_text(struct slice kept)
{
    if (!kept.n || kept.p[0] != '\1')
        return kept;
    kept = slice_skip(kept, 1);
    slice_cut(&kept, '\1');
    return kept;
}

static struct handed **place(struct due *d, struct slice id)
{
    struct handed **at = &d->buckets[slice_hash(id) % BUCKETS];

    while (*at && !slice_eq(slice_make((*at)->id, (*at)->n), id))
        at = &(*at)->next;
    return at;
}

static void drop(struct due *d, struct handed **at)
{
    struct handed *h = *at;

    *at = h->next;
    d->handed_n--;
    free(h);
}

/* Those that left the set another way (a commit that moved or stopped them): forgotten after their minute. */
static void sweep(struct due *d, int64_t now)
{
    d->sweep_ms = now + AGAIN_MS;
    for (unsigned i = 0; i < BUCKETS; i++)
        for (struct handed **at = &d->buckets[i]; *at;)
            if (now - (*at)->at_ms >= AGAIN_MS)
                drop(d, at);
            else
                at = &(*at)->next;
}

static void give(struct due *d, struct slice id, struct slice text, int64_t due_ms)
{
    struct handed **at = place(d, id), *h = *at;
    int64_t now = clock_mono_ms();

    if (h && h->due_ms == due_ms && now - h->at_ms < AGAIN_MS)
        return;
    if (!h) {
        h = malloc(sizeof *h + id.n);
        if (!h)
            abort();
        h->next = NULL;
        h->n = id.n;
        memcpy(h->id, id.p, id.n);
        *at = h;
        d->handed_n++;
    }
    h->due_ms = due_ms;
    h->at_ms = now;
    d->f(d->arg, id, text, due_ms);
}

static void look_at(struct due *d, int64_t due_ms)
{
    int64_t now = clock_wall_ms(), after = due_ms - now;

    after = after < 1 ? 1 : after < POLL_MS ? after : POLL_MS;
    d->look_ms = now + after;
    loop_timer_set(d->poll, after);
}

static void on_due(void *arg, const redisReply *reply)
{
    struct store *s = arg;
    struct due *d = s->due;
    int64_t next;

    d->asking = false;
    if (!reply)
        return;
    if (reply->type != REDIS_REPLY_ARRAY || !reply->elements) {
        store_refused(s, reply);
        return;
    }
    next = redis_int(reply->element[0], INT64_MAX);
    look_at(d, d->look_ms && d->look_ms < next ? d->look_ms : next);
    for (size_t i = 1; i + 2 < reply->elements; i += 3)
        give(d, redis_slice(reply->element[i]), plain_text(redis_slice(reply->element[i + 2])),
             redis_int(reply->element[i + 1], 0));
}

static void on_rebased(void *arg, const redisReply *reply)
{
    struct store *s = arg;
    int64_t n = redis_int(reply, 0);

    store_ignore(s, reply);
    if (n)
        log_text(LOG_WARN, "due", "%lld timers were set by a clock that was ahead: they keep their distance",
                 (long long)n);
}

/* What a clock has set that was ahead and has been corrected by so much (0: not seen by us) keeps its
 * distance from now: it would come late by all that the clock was wrong. */
static void rebase(struct store *s, int64_t ahead_ms)
{
    struct key k;

    redis_begin(s->redis, 7);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_rebase");
    redis_i64(s->redis, 2);
    redis_part(s->redis, store_key(s, &k, "due", S(""), S("")));
    redis_part(s->redis, store_key(s, &k, "duet", S(""), S("")));
    redis_i64(s->redis, clock_wall_ms());
    redis_i64(s->redis, ahead_ms);
    redis_send(s->redis, on_rebased, s);
}

static void poll(void *arg)
{
    struct store *s = arg;
    struct due *d = s->due;
    int64_t now = clock_mono_ms(), stepped;
    struct key k;

    if (!s->up || !d->f || d->asking)
        return;
    stepped = clock_stepped(&d->clock);
    if (stepped)
        log_text(LOG_WARN, "clock", "the clock of this machine was put %s by %lld s",
                 stepped > 0 ? "forward" : "back", (long long)(stepped > 0 ? stepped : -stepped) / 1000);
    if (stepped < 0)
        rebase(s, -stepped);
    if (now >= d->sweep_ms)
        sweep(d, now);
    d->asking = true;
    d->look_ms = 0;
    redis_begin(s->redis, 7);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_due");
    redis_i64(s->redis, 2);
    redis_part(s->redis, store_key(s, &k, "due", S(""), S("")));
    redis_part(s->redis, store_key(s, &k, "duet", S(""), S("")));
    redis_i64(s->redis, clock_wall_ms());
    redis_i64(s->redis, (int64_t)AT_ONCE + d->handed_n);
    redis_send(s->redis, on_due, s);
}

void due_over(struct store *s, struct slice provider_id, bool parked)
{
    struct slice id, due;
    struct handed **at;
    struct key k;

    if (!due_parse(provider_id, &id, &due))
        return;
    at = place(s->due, id);
    if (*at)
        drop(s->due, at);
    if (!parked || !s->up)
        return;
    redis_begin(s->redis, 7);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_undue");
    redis_i64(s->redis, 2);
    redis_part(s->redis, store_key(s, &k, "due", S(""), S("")));
    redis_part(s->redis, store_key(s, &k, "duet", S(""), S("")));
    redis_part(s->redis, id);
    redis_part(s->redis, due);
    redis_send(s->redis, store_ignore, s);
}

void due_known(struct store *s, int64_t due_ms)
{
    struct due *d = s->due;

    if (d->look_ms && d->look_ms <= due_ms)
        return;
    if (d->asking)
        d->look_ms = due_ms; /* the answer on its way may not know of it */
    else if (s->up)
        look_at(d, due_ms);
}

void store_on_due(struct store *s, void (*f)(void *, struct slice, struct slice, int64_t), void *arg)
{
    s->due->f = f;
    s->due->arg = arg;
    if (s->up)
        loop_timer_set(s->due->poll, 0);
}

/* Two commands: a text without its timer does no harm. */
static void set_root(struct store *s)
{
    struct due *d = s->due;
    struct buf text;
    struct key k;

    if (!d->root.n || !s->up)
        return;
    buf_init(&text, 4096);
    due_text(&text, clock_wall_ms(), d->root_text);
    redis_begin(s->redis, 4);
    redis_str(s->redis, "HSETNX");
    redis_part(s->redis, store_key(s, &k, "duet", S(""), S("")));
    redis_part(s->redis, d->root);
    redis_part(s->redis, buf_slice(&text));
    redis_send(s->redis, store_ignore, s);
    redis_begin(s->redis, 5);
    redis_str(s->redis, "ZADD");
    redis_part(s->redis, store_key(s, &k, "due", S(""), S("")));
    redis_str(s->redis, "NX");
    redis_i64(s->redis, clock_wall_ms());
    redis_part(s->redis, d->root);
    redis_send(s->redis, store_ignore, s);
    buf_free(&text);
}

void store_due_root(struct store *s, struct slice id, struct slice text)
{
    s->due->root = id;
    s->due->root_text = text;
    set_root(s);
}

void due_up(struct store *s)
{
    rebase(s, 0);
    set_root(s);
    loop_timer_set(s->due->poll, 0);
}

void due_down(struct store *s)
{
    struct due *d = s->due;

    loop_timer_stop(d->poll);
    d->asking = false;
    /* Their messages may have ended for want of Redis: handed out again when it is back.  One whose commit is
     * still under way is a duplicate then. */
    for (unsigned i = 0; i < BUCKETS; i++)
        while (d->buckets[i])
            drop(d, &d->buckets[i]);
}

struct due *due_new(struct store *s)
{
    struct due *d = calloc(1, sizeof *d);

    if (!d)
        abort();
    d->store = s;
    d->poll = loop_timer_new(s->loop, "store: due timers", poll, s);
    return d;
}

void due_free(struct due *d)
{
    if (!d)
        return;
    loop_timer_free(d->poll);
    for (unsigned i = 0; i < BUCKETS; i++)
        while (d->buckets[i])
            drop(d, &d->buckets[i]);
    free(d);
}
