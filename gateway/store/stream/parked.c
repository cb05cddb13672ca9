/* parked.c - what was parked, for people: looking at it, putting it back, throwing it away.
 *
 * A message that could not be carried out goes back by a stream of its own, "inbound", whose consumer is
 * here: it leaves that stream when its commit is done, and a second time it would be a duplicate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/model/inbound_text.h"
#include "gateway/model/stream_tree.h"
#include "gateway/store/stream/private.h"

enum {
    NAME_MAX_BYTES = 96,
    OWN_STREAMS = 3, /* inbound, tally, log */
    MOST = 1000,
    WINDOW = 16,
    AGAIN_MS = 5000,
    MESSAGE_MEMORY = 1 << 20,
    SHOWN_MEMORY = 256 << 20,
};

/* Names of all streams that can have parked entries: number i of streams_n(). */
static unsigned streams_n(const struct store *s)
{
    return OWN_STREAMS + s->sinks_n + s->providers_n * STORE_LANES;
}

static void stream_name(const struct store *s, unsigned i, char out[NAME_MAX_BYTES])
{
    static const char *const own[OWN_STREAMS] = { "inbound", "tally", "log" };
    unsigned lane = i - OWN_STREAMS - s->sinks_n;

    if (i < OWN_STREAMS)
        snprintf(out, NAME_MAX_BYTES, "%s", own[i]);
    else if (i - OWN_STREAMS < s->sinks_n)
        snprintf(out, NAME_MAX_BYTES, "sink:%s", s->sinks[i - OWN_STREAMS]);
    else
        snprintf(out, NAME_MAX_BYTES, "sms:%s:%u", s->providers[lane / STORE_LANES], lane % STORE_LANES);
}

bool store_parked_is(const struct store *s, struct slice stream)
{
    char name[NAME_MAX_BYTES];

    for (unsigned i = 0; i < streams_n(s); i++) {
        stream_name(s, i, name);
        if (slice_is(stream, name))
            return true;
    }
    return false;
}

/* --- looking --- */

struct looking {
    struct store *store;
    void (*streams)(void *, const struct parked_stream *, unsigned);
    void (*entries)(void *, const struct parked_entry *, unsigned);
    void *arg;
};

static struct looking *looking_new(struct store *s, void *arg)
{
    struct looking *l = calloc(1, sizeof *l);

    if (!l)
        abort(); /* asked by a person, once */
    l->store = s;
    l->arg = arg;
    return l;
}

static void on_streams(void *arg, const redisReply *reply)
{
    struct looking *l = arg;
    unsigned n = streams_n(l->store);
    struct parked_stream *all = calloc(n, sizeof *all);
    char(*names)[NAME_MAX_BYTES] = calloc(n, sizeof *names);
    bool good = all && names && reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 * n;

    for (unsigned i = 0; good && i < n; i++) {
        stream_name(l->store, i, names[i]);
        all[i] = (struct parked_stream){ .name = slice_of(names[i]),
                                         .n = (uint64_t)redis_int(reply->element[2 * i], 0),
                                         .oldest_ms = redis_id_ms(redis_slice(reply->element[2 * i + 1])) };
    }
    l->streams(l->arg, good ? all : NULL, good ? n : 0);
    free(all);
    free(names);
    free(l);
}

void store_parked_streams(struct store *s, void (*f)(void *arg, const struct parked_stream *, unsigned n),
                          void *arg)
{
    struct looking *l = looking_new(s, arg);
    char name[NAME_MAX_BYTES];
    struct key k;

    l->streams = f;
    redis_begin(s->redis, 3 + streams_n(s));
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_parked");
    redis_i64(s->redis, streams_n(s));
    for (unsigned i = 0; i < streams_n(s); i++) {
        stream_name(s, i, name);
        redis_part(s->redis, store_key(s, &k, "parked", slice_of(name), S("")));
    }
    redis_send(s->redis, on_streams, l);
}

/* [id, [field, value …]] */
static struct parked_entry entry_of(const redisReply *r)
{
    struct parked_entry e = { .id = S("") };
    const redisReply *fields;

    if (r->type != REDIS_REPLY_ARRAY || r->elements != 2 || r->element[1]->type != REDIS_REPLY_ARRAY)
        return e;
    e.id = redis_slice(r->element[0]);
    e.first_ms = e.parked_ms = redis_id_ms(e.id);
    fields = r->element[1];
    for (size_t i = 0; i + 1 < fields->elements; i += 2) {
        struct slice name = redis_slice(fields->element[i]);
        const redisReply *value = fields->element[i + 1];

        if (slice_is(name, "b"))
            e.body = redis_slice(value);
        else if (slice_is(name, "reason"))
            e.reason = redis_slice(value);
        else if (slice_is(name, "a"))
            e.attempts = (unsigned)redis_int(value, 0);
        else if (slice_is(name, "f"))
            e.first_ms = redis_int(value, e.first_ms);
        else if (slice_is(name, "at"))
            e.parked_ms = redis_int(value, e.parked_ms);
    }
    return e;
}

static void on_entries(void *arg, const redisReply *reply)
{
    struct looking *l = arg;
    bool good = reply && reply->type == REDIS_REPLY_ARRAY;
    size_t n = good ? reply->elements : 0;
    struct parked_entry *all = calloc(n + 1, sizeof *all);
    struct arena shown;

    if (!all)
        abort();
    arena_init(&shown, SHOWN_MEMORY);
    for (size_t i = 0; i < n; i++) {
        all[i] = entry_of(reply->element[i]);
        all[i].body = stream_shown(all[i].body, &shown);
    }
    l->entries(l->arg, good ? all : NULL, (unsigned)n);
    arena_free(&shown);
    free(all);
    free(l);
}

void store_parked_read(struct store *s, struct slice stream, struct slice id, unsigned most,
                       void (*f)(void *arg, const struct parked_entry *, unsigned n), void *arg)
{
    struct looking *l = looking_new(s, arg);
    struct key k;

    l->entries = f;
    redis_begin(s->redis, 6);
    redis_str(s->redis, "XRANGE");
    redis_part(s->redis, store_key(s, &k, "parked", stream, S("")));
    redis_part(s->redis, id.n ? id : S("-"));
    redis_part(s->redis, id.n ? id : S("+"));
    redis_str(s->redis, "COUNT");
    redis_i64(s->redis, most < MOST ? most : MOST);
    redis_send(s->redis, on_entries, l);
}

/* --- changing --- */

struct changing {
    struct store *store;
    enum parked_rc rc;
    void (*f)(void *, enum parked_rc);
    void *arg;
};

static void on_changed(void *arg, const redisReply *reply)
{
    struct changing c = *(struct changing *)arg;

    free(arg);
    if (redis_is_error(reply))
        c.rc = PARKED_UNKNOWN;
    else
        c.rc = redis_int(reply, 0) > 0 ? PARKED_OK : PARKED_GONE;
    c.f(c.arg, c.rc);
}

static void say_never(void *arg)
{
    struct changing c = *(struct changing *)arg;

    free(arg);
    c.f(c.arg, PARKED_NEVER);
}

static struct changing *changing_new(struct store *s, void (*f)(void *, enum parked_rc), void *arg)
{
    struct changing *c = malloc(sizeof *c);

    if (!c)
        abort();
    *c = (struct changing){ .store = s, .f = f, .arg = arg };
    return c;
}

static void release_timer(struct store *s, const struct inbound *in, const struct parked_entry *e,
                          struct changing *c)
{
    struct slice id, due;
    struct buf text;
    struct key k;

    if (!due_parse(in->timer, &id, &due)) {
        loop_soon(s->loop, say_never, c);
        return;
    }
    redis_begin(s->redis, 11);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_release_timer");
    redis_i64(s->redis, 4);
    redis_part(s->redis, store_key(s, &k, "parked", S("inbound"), S("")));
    redis_part(s->redis, store_key(s, &k, "due", S(""), S("")));
    redis_part(s->redis, store_key(s, &k, "duet", S(""), S("")));
    redis_part(s->redis, store_count_key(s, &k));
    redis_part(s->redis, e->id);
    redis_part(s->redis, id);
    redis_part(s->redis, due);
    buf_init(&text, MESSAGE_MEMORY);
    due_text(&text, clock_wall_ms(), in->text);
    redis_part(s->redis, buf_slice(&text));
    buf_free(&text);
    redis_send(s->redis, on_changed, c);
}

/* in: the message that it is; NULL for anything else. */
static void release(struct store *s, struct slice stream, const struct parked_entry *e,
                    const struct inbound *in, struct changing *c)
{
    bool dup = in && in->provider_id.n;
    struct key k;

    redis_begin(s->redis, dup ? 8 : 7);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt2_release");
    redis_i64(s->redis, dup ? 4 : 3);
    redis_part(s->redis, store_key(s, &k, "parked", stream, S("")));
    redis_part(s->redis, store_key(s, &k, "st", stream, S("")));
    redis_part(s->redis, store_count_key(s, &k));
    if (dup)
        redis_part(s->redis, store_key(s, &k, "dup", in->provider, in->provider_id));
    redis_part(s->redis, e->id);
    redis_send(s->redis, on_changed, c);
}

void store_parked_release(struct store *s, struct slice stream, const struct parked_entry *e,
                          void (*f)(void *arg, enum parked_rc), void *arg)
{
    struct changing *c = changing_new(s, f, arg);
    struct err why = { "" };
    struct inbound in;
    struct arena arena;

    if (!slice_is(stream, "inbound")) {
        release(s, stream, e, NULL, c);
        return;
    }
    arena_init(&arena, MESSAGE_MEMORY);
    if (inbound_decode(e->body, &arena, &in, &why) != 0 || in.kind == INBOUND_USSD)
        loop_soon(s->loop, say_never, c);
    else if (in.timer.n)
        release_timer(s, &in, e, c);
    else
        release(s, stream, e, &in, c);
    arena_free(&arena);
}

void store_parked_drop(struct store *s, struct slice stream, struct slice id,
                       void (*f)(void *arg, enum parked_rc), void *arg)
{
    struct key k;

    redis_begin(s->redis, 6);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_drop");
    redis_i64(s->redis, 2);
    redis_part(s->redis, store_key(s, &k, "parked", stream, S("")));
    redis_part(s->redis, store_count_key(s, &k));
    redis_part(s->redis, id);
    redis_send(s->redis, on_changed, changing_new(s, f, arg));
}

/* --- messages on their way back --- */

struct released {
    struct store *store;
    struct consumer *consumer;
    void (*f)(void *, const struct inbound *, void *);
    void *arg;
};

static void on_released(void *arg, const struct entry *e)
{
    struct released *r = arg;
    struct err why = { "" };
    struct inbound in;
    struct arena arena;
    char *token;

    arena_init(&arena, MESSAGE_MEMORY);
    if (inbound_decode(e->body, &arena, &in, &why) != 0) {
        consumer_park(r->consumer, e->id, "broken");
    } else {
        in.released = true;
        token = strndup(e->id.p, e->id.n);
        if (!token)
            abort();
        r->f(r->arg, &in, token);
    }
    arena_free(&arena);
}

void store_released_done(struct store *s, void *token, bool taken)
{
    struct slice id = slice_of(token);

    if (taken)
        consumer_done(s->released->consumer, id);
    else
        consumer_retry(s->released->consumer, id, clock_wall_ms() + AGAIN_MS);
    free(token);
}

void store_on_released(struct store *s, void (*f)(void *arg, const struct inbound *, void *token), void *arg)
{
    struct released *r = calloc(1, sizeof *r);

    if (!r)
        abort(); /* one, at start-up */
    r->store = s;
    r->f = f;
    r->arg = arg;
    s->released = r;
    r->consumer = consumer_open(s, "inbound", WINDOW, on_released, r);
}

void released_free(struct store *s)
{
    free(s->released);
}
