/* people.c - the district's people as one hash, and a revision by which every gateway hears of a change.
 *
 * A commit writes people too (commit.lua); this file reads them, follows the revision, and takes imports. */
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/model/people.h"
#include "gateway/store/commit/private.h"

enum {
    POLL_MS = 1000,
    READ_MAX = 32 << 20, /* memory for one reading: some 150,000 people */
    ROW_MAX = 64 << 10,
};

struct people_watch {
    struct store *store;
    struct loop_timer *poll;
    void (*f)(void *, const struct person *const *, unsigned);
    void *arg;
    int64_t seen; /* revision of the last reading; -1 = none yet */
    int64_t reading;
    bool asking;
};

/* Who can be read: how many. */
static unsigned read_rows(const redisReply *reply, struct arena *arena, struct person **all)
{
    struct arena row;
    struct person p;
    unsigned n = 0;

    arena_init(&row, ROW_MAX);
    for (size_t i = 0; i < reply->elements; i++, arena_reset(&row))
        if (person_decode(redis_slice(reply->element[i]), &row, &p) &&
            (all[n] = ARENA_NEW(arena, struct person)))
            *all[n++] = person_copy(&p, arena);
    return n;
}

static void on_rows(void *arg, const redisReply *reply)
{
    struct store *s = arg;
    struct people_watch *w = s->people;
    struct person **all;
    struct arena arena;
    unsigned n = 0;

    w->asking = false;
    loop_timer_set(w->poll, POLL_MS);
    if (!reply || reply->type != REDIS_REPLY_ARRAY) {
        if (reply)
            store_refused(s, reply);
        return;
    }
    arena_init(&arena, READ_MAX);
    all = ARENA_ARRAY(&arena, struct person *, reply->elements + 1);
    if (all)
        n = read_rows(reply, &arena, all);
    if (arena.failed) {
        log_event(LOG_ERROR, "people", "why", "more people than memory", NULL);
    } else {
        w->seen = w->reading;
        w->f(w->arg, (const struct person *const *)all, n);
    }
    arena_free(&arena);
}

static void on_revision(void *arg, const redisReply *reply)
{
    struct store *s = arg;
    struct people_watch *w = s->people;
    struct key k;

    w->reading = 0;
    if (reply && reply->type != REDIS_REPLY_ERROR)
        (void)!slice_to_i64(redis_slice(reply), &w->reading);
    if (!reply || reply->type == REDIS_REPLY_ERROR || w->reading == w->seen) {
        w->asking = false;
        loop_timer_set(w->poll, POLL_MS);
        return;
    }
    redis_begin(s->redis, 2);
    redis_str(s->redis, "HVALS");
    redis_part(s->redis, store_key(s, &k, "people", S(""), S("")));
    redis_send(s->redis, on_rows, s);
}

static void poll(void *arg)
{
    struct store *s = arg;
    struct people_watch *w = s->people;
    struct key k;

    if (!s->up || !w->f || w->asking)
        return;
    w->asking = true;
    redis_begin(s->redis, 2);
    redis_str(s->redis, "GET");
    redis_part(s->redis, store_key(s, &k, "people:rev", S(""), S("")));
    redis_send(s->redis, on_revision, s);
}

void store_on_people(struct store *s, void (*f)(void *, const struct person *const *, unsigned), void *arg)
{
    s->people->f = f;
    s->people->arg = arg;
    people_changed_now(s);
}

void people_changed_now(struct store *s)
{
    if (s->up && !s->people->asking)
        loop_timer_set(s->people->poll, 0);
}

void people_down(struct store *s)
{
    s->people->asking = false;
    loop_timer_stop(s->people->poll);
}

struct people_watch *people_new(struct store *s)
{
    struct people_watch *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    w->store = s;
    w->seen = -1;
    w->poll = loop_timer_new(s->loop, "store: people", poll, s);
    return w;
}

void people_free(struct people_watch *w)
{
    if (!w)
        return;
    loop_timer_free(w->poll);
    free(w);
}

/* --- imports --- */

struct putting {
    struct store *store;
    void (*f)(void *, enum store_rc);
    void *arg;
};

static void on_put(void *arg, const redisReply *reply)
{
    struct putting p = *(struct putting *)arg;

    free(arg);
    if (reply && reply->type == REDIS_REPLY_ERROR)
        store_refused(p.store, reply);
    else if (reply)
        people_changed_now(p.store);
    if (p.f)
        p.f(p.arg, reply && reply->type == REDIS_REPLY_INTEGER ? STORE_OK : STORE_UNAVAILABLE);
}

void store_people_put(struct store *s, const struct person *all, unsigned n, void (*f)(void *, enum store_rc),
                      void *arg)
{
    struct putting *p = malloc(sizeof *p);
    struct buf text;
    struct key k;

    if (!p)
        abort();
    *p = (struct putting){ .store = s, .f = f, .arg = arg };
    buf_init(&text, 4096);
    redis_begin(s->redis, 5 + 2 * n);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_people");
    redis_i64(s->redis, 2);
    redis_part(s->redis, store_key(s, &k, "people", S(""), S("")));
    redis_part(s->redis, store_key(s, &k, "people:rev", S(""), S("")));
    for (unsigned i = 0; i < n; i++) {
        buf_clear(&text);
        person_encode(&text, &all[i]);
        redis_part(s->redis, all[i].msisdn);
        redis_part(s->redis, buf_slice(&text));
    }
    redis_send(s->redis, on_put, p);
    buf_free(&text);
}
