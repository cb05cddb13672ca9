/* alone.c - does nobody but this gateway write to the district's state?
 *
 * While that is so, what a job has seen can only have been changed by this gateway itself, which remembers
 * its last writes: a commit that none of them concerns needs no revision looked at, and leaves as plain
 * commands (plain.c), which cost Redis half of what a function does.  All others go by the commit function as
 * ever.
 *
 * It is known by a mark in Redis.  Whoever else writes takes the mark away first, in the same call
 * (shared.lua: not_alone); this gateway WATCHes it, so that a transaction behind that is refused as a whole,
 * and what was in it goes by the function. */
#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/store/commit/private.h"

enum {
    SLOTS = 1 << 16,        /* of last writes; keys that meet in one are taken for the same */
    COMPANY_MS = 30 * 1000, /* somebody else wrote: for so long we do not try to be alone again */
};

struct alone {
    char mark[2 * sizeof(uint64_t) + 1];
    uint64_t turn; /* counts the times that we were alone */
    bool held, guarded, asking;
    int64_t again_ms;
    uint64_t number, oldest; /* of the last commit; of the oldest that has not ended */
    uint64_t wrote[SLOTS];   /* the last commit that wrote there; 0: none */
};

struct alone *alone_new(void)
{
    struct alone *a = calloc(1, sizeof *a);
    uint64_t random = rnd_u64();

    if (!a)
        abort(); /* one, at start-up */
    slice_hex(a->mark, (const uint8_t *)&random, sizeof random);
    a->oldest = 1;
    return a;
}

void alone_free(struct alone *a)
{
    free(a);
}

struct slice alone_mark(const struct alone *a)
{
    return slice_of(a->mark);
}

/* --- the mark --- */

static struct slice mark_key(const struct store *s, struct key *k)
{
    return store_key(s, k, "alone", S(""), S(""));
}

void alone_over(struct store *s, bool company)
{
    struct alone *a = s->alone;

    a->held = a->guarded = false;
    a->again_ms = company ? clock_mono_ms() + COMPANY_MS : 0;
}

static void on_watch(void *arg, const redisReply *reply)
{
    struct store *s = arg;

    if (reply && reply->type == REDIS_REPLY_ERROR)
        store_refused(s, reply);
}

static void on_mark(void *arg, const redisReply *reply)
{
    struct store *s = arg;
    struct alone *a = s->alone;

    if (!reply || reply->type == REDIS_REPLY_ERROR) {
        alone_over(s, false);
        if (reply)
            store_refused(s, reply);
    } else if (!slice_eq(redis_slice(reply), alone_mark(a))) {
        alone_over(s, true);
    } else if (a->asking) {
        a->held = a->guarded = true;
        a->turn++;
        recall_clear(s->recall); /* what others wrote meanwhile is not in it */
    } else {
        a->guarded = a->held;
    }
    a->asking = false;
    loop_again(s->loop);
}

void alone_guard(struct store *s)
{
    struct key k;

    s->alone->guarded = false;
    redis_begin(s->redis, 2);
    redis_str(s->redis, "WATCH");
    redis_part(s->redis, mark_key(s, &k));
    redis_send(s->redis, on_watch, s);
    redis_begin(s->redis, 4);
    redis_str(s->redis,
              "FCALL_RO"); /* an older function library, which knows no mark, does not know this either */
    redis_str(s->redis, "kt4_mark");
    redis_i64(s->redis, 1);
    redis_part(s->redis, mark_key(s, &k));
    redis_send(s->redis, on_mark, s);
}

void alone_ask(struct store *s)
{
    struct alone *a = s->alone;
    struct key k;

    if (a->held || a->asking || clock_mono_ms() < a->again_ms)
        return;
    a->asking = true;
    redis_begin(s->redis, 3);
    redis_str(s->redis, "SET");
    redis_part(s->redis, mark_key(s, &k));
    redis_part(s->redis, alone_mark(a));
    redis_send(s->redis, on_watch, s);
    alone_guard(s);
}

uint64_t alone_now(const struct store *s)
{
    return s->alone->held ? s->alone->turn : 0;
}

bool alone_guarded(const struct store *s)
{
    return s->alone->guarded;
}

/* --- what we wrote ourselves --- */

uint64_t alone_number(struct alone *a)
{
    return ++a->number;
}

void alone_ended(struct alone *a, uint64_t oldest)
{
    a->oldest = oldest ? oldest : a->number + 1;
}

void alone_wrote(struct alone *a, struct slice key, uint64_t number)
{
    a->wrote[slice_hash(key) % SLOTS] = number;
}

bool alone_unchanged(const struct alone *a, struct slice key, uint64_t before)
{
    return a->wrote[slice_hash(key) % SLOTS] < before;
}

void alone_look(const struct store *s, struct store_seen *seen)
{
    if (seen->loads++)
        return; /* the first look counts */
    seen->turn = alone_now(s);
    seen->before = s->alone->oldest;
}
