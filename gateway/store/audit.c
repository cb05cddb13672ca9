/* audit.c - what went through and where the rest is, counted inside Redis at one moment (audit.lua), for
 * people and as metrics. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/stat.h"
#include "gateway/store/private.h"
#include "gateway/store/store.h"

enum {
    FIGURES_MS = 10000, /* between two looks for the metrics */
    HEAD = 11,          /* counts before those of streams, as audit.lua answers them */
    EACH = 9,
    STREAMS = STORE_SINKS + STORE_PROVIDERS * STORE_LANES + STORE_ORPHANS,
};

struct audit {
    struct store *store;
    struct loop_timer *tick;
    bool asking;
};

struct auditing {
    struct store *store;
    char names[STREAMS][STORE_STREAM_NAME];
    unsigned n, opened;
    void (*f)(void *, const struct store_audit *);
    void *arg;
};

static void name_streams(struct auditing *a)
{
    const struct store *s = a->store;
    const struct orphan *orphans;
    unsigned orphans_n;

    for (unsigned i = 0; i < s->sinks_n; i++)
        snprintf(a->names[a->n++], STORE_STREAM_NAME, "sink:%s", s->sinks[i]);
    for (unsigned i = 0; i < s->providers_n * STORE_LANES; i++)
        snprintf(a->names[a->n++], STORE_STREAM_NAME, "sms:%s:%u", s->providers[i / STORE_LANES],
                 i % STORE_LANES);
    a->opened = a->n;
    orphans = store_orphans(s, &orphans_n);
    for (unsigned i = 0; i < orphans_n && a->n < STREAMS; i++)
        snprintf(a->names[a->n++], STORE_STREAM_NAME, "%s", orphans[i].name);
}

/* KEYS of the first n streams, three each. */
static void put_streams(struct auditing *a, unsigned n)
{
    static const char *const kinds[] = { "st", "wait", "parked" };
    struct key k;

    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < 3; j++)
            redis_part(a->store->redis, store_key(a->store, &k, kinds[j], slice_of(a->names[i]), S("")));
}

static uint64_t at(const redisReply *r, size_t i)
{
    int64_t n = redis_int(r->element[i], 0);

    return n < 0 ? 0 : (uint64_t)n;
}

static void read_stream(struct store_audit_stream *s, const redisReply *r, size_t i)
{
    s->entered = redis_int(r->element[i], 0);
    s->done = at(r, i + 1);
    s->waiting = at(r, i + 2);
    s->again = at(r, i + 3);
    s->parked = at(r, i + 4);
    s->dropped = at(r, i + 5);
    s->moved = at(r, i + 6);
    s->in_hand = at(r, i + 7);
    s->oldest_ms = redis_id_ms(redis_slice(r->element[i + 8]));
    s->missing = s->entered - (int64_t)(s->done + s->waiting + s->again + s->parked + s->dropped + s->moved);
}

static void read_head(struct store_audit *a, const redisReply *r)
{
    uint64_t carried_again = at(r, 2), parked_again = at(r, 4), parked_else = at(r, 5);

    a->since_ms = redis_int(r->element[0], 0);
    a->carried_out = at(r, 1);
    a->parked_first = at(r, 3);
    a->parkings = a->parked_first + parked_again + parked_else;
    a->with_rows = at(r, 6);
    a->parked = at(r, 7);
    a->dropped = at(r, 8);
    a->released = at(r, 9);
    a->carried_again = carried_again;
    a->on_their_way = at(r, 10);
    a->missing = (int64_t)a->parkings - (int64_t)(a->parked + a->dropped + a->released);
}

static void on_audit(void *arg, const redisReply *reply)
{
    struct auditing *g = arg;
    struct store_audit_stream *streams = calloc(g->n + 1, sizeof *streams);
    struct store_audit a = { .streams = streams, .streams_n = g->n };
    bool good =
        streams && reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == HEAD + (size_t)EACH * g->n;

    if (good) {
        read_head(&a, reply);
        for (unsigned i = 0; i < g->n; i++) {
            streams[i].name = g->names[i];
            streams[i].opened = i < g->opened;
            read_stream(&streams[i], reply, HEAD + (size_t)EACH * i);
        }
        a.spooled = store_spool_kept(g->store);
    }
    g->f(g->arg, good ? &a : NULL);
    free(streams);
    free(g);
}

void store_audit(struct store *s, void (*f)(void *arg, const struct store_audit *), void *arg)
{
    struct auditing *g = calloc(1, sizeof *g);
    struct key k;

    if (!g)
        abort(); /* asked by a person, or every ten seconds */
    g->store = s;
    g->f = f;
    g->arg = arg;
    name_streams(g);
    redis_begin(s->redis, 3 + 4 + 3 * g->n);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_audit");
    redis_i64(s->redis, 4 + 3 * (int64_t)g->n);
    redis_part(s->redis, store_count_key(s, &k));
    redis_part(s->redis, store_key(s, &k, "parked", S("inbound"), S("")));
    redis_part(s->redis, store_key(s, &k, "st", S("inbound"), S("")));
    redis_part(s->redis, store_key(s, &k, "wait", S("inbound"), S("")));
    put_streams(g, g->n);
    redis_send(s->redis, on_audit, g);
}

/* --- metrics --- */

static void gauge(const char *name, const char *help, const char *label, const char *value, int64_t n)
{
    stat_get(STAT_GAUGE, name, help, label, value)->value = n < 0 ? 0 : (uint64_t)n;
}

static void gauge_message(const char *where, int64_t n)
{
    gauge("custody_messages", "messages that were accepted, by where they are", "where", where, n);
}

/* The sink whose stream it is; NULL: of none that this store has. */
static const char *sink_of(const struct store *s, const char *stream)
{
    for (unsigned i = 0; strncmp(stream, "sink:", 5) == 0 && i < s->sinks_n; i++)
        if (strcmp(stream + 5, s->sinks[i]) == 0)
            return s->sinks[i];
    return NULL;
}

static void gauge_streams(const struct store *s, const struct store_audit *a)
{
    int64_t missing = a->missing < 0 ? -a->missing : a->missing;

    for (unsigned i = 0; i < a->streams_n; i++) {
        const struct store_audit_stream *t = &a->streams[i];
        const char *sink = sink_of(s, t->name);

        missing += t->missing < 0 ? -t->missing : t->missing;
        if (!sink)
            continue;
        gauge("custody_sink_entered", "entries that were committed to a sink", "sink", sink, t->entered);
        gauge("custody_sink_done", "entries that it acknowledged", "sink", sink, (int64_t)t->done);
        gauge("custody_sink_open", "entries that wait for it", "sink", sink,
              (int64_t)(t->waiting + t->again));
        gauge("custody_sink_parked", "entries that wait for people", "sink", sink, (int64_t)t->parked);
        gauge("custody_sink_dropped", "entries that people dropped or moved", "sink", sink,
              (int64_t)(t->dropped + t->moved));
    }
    gauge("custody_missing", "what does not add up in ctl audit", NULL, NULL, missing);
}

static void on_figures(void *arg, const struct store_audit *a)
{
    struct audit *w = arg;

    w->asking = false;
    if (!a)
        return;
    gauge_message("carried_out", (int64_t)a->carried_out);
    gauge_message("parked_first", (int64_t)a->parked_first);
    gauge_message("spooled", (int64_t)a->spooled);
    gauge("custody_parked_messages", "messages and timers that wait for people", NULL, NULL,
          (int64_t)a->parked);
    gauge_streams(w->store, a);
}

static void on_tick(void *arg)
{
    struct audit *w = arg;

    loop_timer_set(w->tick, FIGURES_MS);
    if (!w->store->up || w->asking)
        return;
    w->asking = true;
    store_audit(w->store, on_figures, w);
}

/* --- life --- */

void audit_up(struct store *s)
{
    struct auditing a = { .store = s };
    struct key k;

    name_streams(&a);
    redis_begin(s->redis, 3 + 2 + 3 * a.opened + 1);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_count_begin");
    redis_i64(s->redis, 2 + 3 * (int64_t)a.opened);
    redis_part(s->redis, store_count_key(s, &k));
    redis_part(s->redis, store_key(s, &k, "parked", S("inbound"), S("")));
    put_streams(&a, a.opened);
    redis_i64(s->redis, clock_wall_ms());
    redis_send(s->redis, store_ignore, s);
    loop_timer_set(s->audit->tick, 0);
}

struct audit *audit_new(struct store *s)
{
    struct audit *w = calloc(1, sizeof *w);

    if (!w)
        abort(); /* one, at start-up */
    w->store = s;
    w->tick = loop_timer_new(s->loop, "store: audit", on_tick, w);
    return w;
}

void audit_free(struct audit *w)
{
    if (!w)
        return;
    loop_timer_free(w->tick);
    free(w);
}
