/* orphans.c - streams in which something waits and that nobody opens: their provider or sink has another name
 * now, or none.  Looked for once Redis is up and now and then; moved by people (ctl move).
 *
 * The streams of a district are found by SCAN, some ms of Redis' time for a hundred thousand keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/log.h"
#include "gateway/store/stream/private.h"

enum {
    FIRST_MS = 1500, /* the rooms that open streams are open by then */
    LOOK_MS = 15 * 60000,
    RECOUNT_MS = 3000, /* while there are some */
    SCAN_COUNT = 2000,
    MOVE_MAX = 200,
};

struct orphans {
    struct store *store;
    struct loop_timer *tick;
    struct orphan found[STORE_ORPHANS];
    unsigned n;
    bool asking;
    unsigned counting; /* replies still to come */
    int64_t rounds;    /* of recounting, until the next scan */
};

static void scan(struct orphans *o, struct slice cursor);

static void on_count(void *arg, const redisReply *reply)
{
    struct orphan *found = arg;

    found->waiting_new += (uint64_t)redis_int(reply, 0);
    found->waiting = found->waiting_new;
}

static void count_end(void *arg, const redisReply *reply)
{
    struct orphans *o = arg;
    unsigned kept = 0;

    (void)reply;
    o->asking = false;
    for (unsigned i = 0; i < o->n; i++)
        if (o->found[i].waiting)
            o->found[kept++] = o->found[i];
    o->n = kept;
    for (unsigned i = 0; i < o->n; i++)
        if (!o->found[i].told) {
            o->found[i].told = true;
            log_event(LOG_WARN, "orphan", "stream", o->found[i].name, "remedy",
                      "the name is no longer configured: give it back, or `kentongan ctl move`", NULL);
        }
}

static void count(struct orphans *o)
{
    static const struct {
        const char *command, *kind;
    } lengths[] = { { "XLEN", "st" }, { "ZCARD", "wait" }, { "XLEN", "parked" } };
    struct redis *r = o->store->redis;
    struct key k;

    for (unsigned i = 0; i < o->n; i++) {
        o->found[i].waiting_new = 0;
        for (unsigned l = 0; l < sizeof lengths / sizeof *lengths; l++) {
            redis_begin(r, 2);
            redis_str(r, lengths[l].command);
            redis_part(r, store_key(o->store, &k, lengths[l].kind, slice_of(o->found[i].name), S("")));
            redis_send(r, on_count, &o->found[i]);
        }
    }
    redis_words(r, count_end, o, "PING", NULL);
}

static void take_name(struct orphans *o, struct slice key)
{
    struct key k;
    struct slice prefix = store_key(o->store, &k, "st", S(""), S("")), name = slice_skip(key, prefix.n);

    if (!slice_eq(slice_take(key, prefix.n), prefix) || name.n >= sizeof o->found->name ||
        consumers_has(o->store, name))
        return;
    for (unsigned i = 0; i < o->n; i++)
        if (slice_is(name, o->found[i].name))
            return;
    if (o->n == STORE_ORPHANS)
        return;
    o->found[o->n] = (struct orphan){ .name = "" };
    memcpy(o->found[o->n].name, name.p, name.n);
    o->n++;
}

static void on_scan(void *arg, const redisReply *reply)
{
    struct orphans *o = arg;

    if (!reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) {
        o->asking = false;
        return;
    }
    for (size_t i = 0; i < reply->element[1]->elements; i++)
        take_name(o, redis_slice(reply->element[1]->element[i]));
    if (slice_is(redis_slice(reply->element[0]), "0"))
        count(o);
    else
        scan(o, redis_slice(reply->element[0]));
}

static void scan(struct orphans *o, struct slice cursor)
{
    struct redis *r = o->store->redis;
    char pattern[STORE_KEY_MAX];
    struct key k;

    snprintf(pattern, sizeof pattern, "%.*s*", SLICE_ARG(store_key(o->store, &k, "st", S(""), S(""))));
    redis_begin(r, 8);
    redis_str(r, "SCAN");
    redis_part(r, cursor);
    redis_str(r, "MATCH");
    redis_str(r, pattern);
    redis_str(r, "COUNT");
    redis_i64(r, SCAN_COUNT);
    redis_str(r, "TYPE");
    redis_str(r, "stream");
    redis_send(r, on_scan, o);
}

static void on_tick(void *arg)
{
    struct orphans *o = arg;

    if (!o->store->up)
        return;
    loop_timer_set(o->tick, RECOUNT_MS);
    if (o->asking)
        return;
    if (o->rounds-- <= 0) {
        o->rounds = LOOK_MS / RECOUNT_MS;
        o->asking = true;
        scan(o, S("0"));
    } else if (o->n) {
        o->asking = true;
        count(o);
    }
}

const struct orphan *store_orphans(const struct store *s, unsigned *n)
{
    unsigned waiting = 0;

    while (waiting < s->orphans->n && s->orphans->found[waiting].waiting)
        waiting++;
    *n = waiting;
    return s->orphans->found;
}

/* --- moving --- */

struct moving {
    struct store *store;
    char from[STORE_STREAM_NAME], to[STORE_STREAM_NAME];
    uint64_t moved;
    void (*f)(void *, enum store_rc, uint64_t);
    void *arg;
};

static void ask_move(struct moving *m);

static void on_moved(void *arg, const redisReply *reply)
{
    struct moving *m = arg;
    int64_t n = redis_int(reply, 0);

    m->moved += n > 0 ? (uint64_t)n : 0;
    if (n > 0) {
        ask_move(m);
        return;
    }
    if (m->moved)
        log_event(LOG_WARN, "moved", "from", m->from, "to", m->to, NULL);
    consumers_wake(m->store, store_stream_bit(m->store, m->to));
    m->f(m->arg, redis_is_error(reply) ? STORE_UNAVAILABLE : STORE_OK, m->moved);
    loop_timer_set(m->store->orphans->tick, 0);
    free(m);
}

static void ask_move(struct moving *m)
{
    static const char *const kinds[] = { "st", "wait", "waitt", "parked" };
    struct redis *r = m->store->redis;
    struct key k;

    redis_begin(r, 11);
    redis_str(r, "FCALL");
    redis_str(r, "kt1_move");
    redis_i64(r, 7);
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        redis_part(r, store_key(m->store, &k, kinds[i], slice_of(m->from), S("")));
    redis_part(r, store_key(m->store, &k, "st", slice_of(m->to), S("")));
    redis_part(r, store_key(m->store, &k, "parked", slice_of(m->to), S("")));
    redis_part(r, store_count_key(m->store, &k));
    redis_i64(r, MOVE_MAX);
    redis_send(r, on_moved, m);
}

bool store_stream_opened(const struct store *s, struct slice stream)
{
    return consumers_has(s, stream);
}

void store_move(struct store *s, struct slice from, struct slice to,
                void (*f)(void *arg, enum store_rc, uint64_t moved), void *arg)
{
    struct moving *m = calloc(1, sizeof *m);

    if (!m || from.n >= sizeof m->from || to.n >= sizeof m->to)
        abort(); /* asked by a person, whose words are shorter */
    m->store = s;
    memcpy(m->from, from.p, from.n);
    memcpy(m->to, to.p, to.n);
    m->f = f;
    m->arg = arg;
    ask_move(m);
}

/* --- life --- */

void orphans_up(struct store *s)
{
    s->orphans->rounds = 0;
    loop_timer_set(s->orphans->tick, FIRST_MS);
}

void orphans_down(struct store *s)
{
    s->orphans->asking = false;
    loop_timer_stop(s->orphans->tick);
}

struct orphans *orphans_new(struct store *s)
{
    struct orphans *o = calloc(1, sizeof *o);

    if (!o)
        abort(); /* one, at start-up */
    o->store = s;
    o->tick = loop_timer_new(s->loop, "store: orphans", on_tick, o);
    return o;
}

void orphans_free(struct orphans *o)
{
    if (!o)
        return;
    loop_timer_free(o->tick);
    free(o);
}
