/* plain.c - a commit as the plain commands that the commit function would call for it (commit.lua: commit),
 * out of the same keys and arguments. */
#include <string.h>

#include "gateway/store/commit/private.h"

enum {
    WRITES,
    SINKS,
    SMS,
    TIMERS,
    TALLIES,
    PEOPLE,
    LOGGED,
    FIRED,
}; /* places of commit_parts.counts */

/* Parts as Redis takes them, "$5\r\nhello\r\n", one after the other. */
struct walk {
    const char *at;
    struct slice whole; /* the part that was taken last */
    struct slice text;  /* what is in it */
};

static void next(struct walk *w)
{
    size_t n = 0;
    const char *p = w->at + 1;

    while (*p != '\r')
        n = n * 10 + (size_t)(*p++ - '0');
    p += 2;
    w->text = slice_make(p, n);
    w->whole = slice_make(w->at, (size_t)(p - w->at) + n + 2);
    w->at = p + n + 2;
}

static struct walk keys_of(const struct commit_parts *p)
{
    return (struct walk){ .at = p->bytes.p };
}

static struct walk args_of(const struct commit_parts *p)
{
    return (struct walk){ .at = p->bytes.p + p->args_at };
}

static bool has_dup(const struct commit_parts *p)
{
    struct walk a = args_of(p);

    next(&a);
    next(&a); /* its life; 0: none */
    return !slice_is(a.text, "0");
}

bool plain_can(const struct commit_parts *p)
{
    struct walk a = args_of(p);

    if (p->kind != 'c' || p->counts[TALLIES] || p->counts[PEOPLE] || p->counts[FIRED])
        return false;
    for (unsigned i = 0; i < 2u + 3u * p->counts[WRITES] + (p->counts[SINKS] > 0) + p->counts[SMS]; i++)
        next(&a);
    for (unsigned i = 0; i < p->counts[TIMERS]; i++) {
        next(&a);
        next(&a);
        if (slice_starts(a.text, ">"))
            return false; /* asks what waits */
        next(&a);
    }
    return true;
}

bool plain_unchanged(const struct alone *alone, const struct commit_parts *p, uint64_t before)
{
    struct walk k = keys_of(p);

    for (unsigned i = 0; i < p->counts[WRITES] + (unsigned)has_dup(p); i++) {
        next(&k);
        if (!alone_unchanged(alone, k.text, before))
            return false;
    }
    return true;
}

void plain_wrote(struct alone *alone, const struct commit_parts *p, uint64_t number)
{
    struct walk k = keys_of(p), a = args_of(p);

    if (p->kind == 'p' || has_dup(p)) {
        next(&k);
        alone_wrote(alone, k.text, number);
    }
    for (unsigned i = p->kind == 'c' && p->counts[FIRED] ? 0 : 2; i < 4; i++)
        next(&a);
    for (unsigned i = 0; p->kind == 'c' && i < p->counts[WRITES]; i++) {
        next(&k);
        next(&a);
        next(&a);
        if (!slice_is(a.text, "0"))
            alone_wrote(alone, k.text, number);
        next(&a);
    }
}

/* --- the commands --- */

struct sending {
    struct redis *redis;
    struct walk keys, args;
    redis_cb *cb;
    void *arg;
    unsigned n;
};

static void begin(struct sending *s, const char *command, unsigned parts)
{
    redis_begin(s->redis, 1 + parts);
    redis_str(s->redis, command);
}

static void end(struct sending *s)
{
    redis_send(s->redis, s->cb, s->arg);
    s->n++;
}

static void set(struct sending *s, struct slice key, struct slice life, struct slice value)
{
    begin(s, "PSETEX", 3);
    redis_formatted(s->redis, key);
    redis_formatted(s->redis, life);
    redis_formatted(s->redis, value);
    end(s);
}

static void subject(struct sending *s)
{
    struct slice life;
    bool written;

    next(&s->keys);
    next(&s->args); /* the revision that was seen */
    next(&s->args);
    life = s->args.whole;
    written = !slice_is(s->args.text, "0");
    next(&s->args);
    if (!written)
        return;
    if (s->args.text.n) {
        set(s, s->keys.whole, life, s->args.whole);
        return;
    }
    begin(s, "DEL", 1);
    redis_formatted(s->redis, s->keys.whole);
    end(s);
}

static void entry(struct sending *s, struct slice body)
{
    next(&s->keys);
    begin(s, "XADD", 4);
    redis_formatted(s->redis, s->keys.whole);
    redis_str(s->redis, "*");
    redis_str(s->redis, "b");
    redis_formatted(s->redis, body);
    end(s);
}

/* how: "NX" when it keeps what waits, else NULL. */
static void timer_set(struct sending *s, const struct walk *set, const struct walk *texts, struct slice id,
                      struct slice due, const char *how)
{
    begin(s, "ZADD", how ? 4 : 3);
    redis_formatted(s->redis, set->whole);
    if (how)
        redis_str(s->redis, how);
    redis_part(s->redis, due);
    redis_formatted(s->redis, id);
    end(s);
    next(&s->args);
    begin(s, how ? "HSETNX" : "HSET", 3);
    redis_formatted(s->redis, texts->whole);
    redis_formatted(s->redis, id);
    redis_formatted(s->redis, s->args.whole);
    end(s);
}

static void timer_off(struct sending *s, const struct walk *set, const struct walk *texts, struct slice id)
{
    begin(s, "ZREM", 2);
    redis_formatted(s->redis, set->whole);
    redis_formatted(s->redis, id);
    end(s);
    next(&s->args);
    begin(s, "HDEL", 2);
    redis_formatted(s->redis, texts->whole);
    redis_formatted(s->redis, id);
    end(s);
}

static void timers(struct sending *s, unsigned n)
{
    struct walk set, texts;

    if (!n)
        return;
    next(&s->keys);
    set = s->keys;
    next(&s->keys);
    texts = s->keys;
    for (unsigned i = 0; i < n; i++) {
        struct slice id;

        next(&s->args);
        id = s->args.whole;
        next(&s->args);
        if (slice_is(s->args.text, "0"))
            timer_off(s, &set, &texts, id);
        else if (slice_starts(s->args.text, "+"))
            timer_set(s, &set, &texts, id, slice_skip(s->args.text, 1), "NX");
        else
            timer_set(s, &set, &texts, id, s->args.text, NULL);
    }
}

/* In the order in which the function writes (commit.lua: write): what says that it was carried out comes
 * last.
 */
unsigned plain_send(struct redis *redis, const struct commit_parts *p, redis_cb *cb, void *arg)
{
    struct sending s = { .redis = redis, .keys = keys_of(p), .args = args_of(p), .cb = cb, .arg = arg },
                   before;
    struct slice id, life, dup = S("");

    next(&s.args);
    id = s.args.whole;
    next(&s.args);
    life = s.args.whole;
    if (!slice_is(s.args.text, "0")) {
        next(&s.keys);
        dup = s.keys.whole;
    }
    before = s;
    for (unsigned i = 0; i < p->counts[WRITES]; i++) {
        next(&s.keys);
        for (unsigned part = 0; part < 3; part++)
            next(&s.args);
    }
    if (p->counts[SINKS])
        next(&s.args); /* the rows: plain_rows() */
    for (unsigned i = 0; i < p->counts[SINKS]; i++)
        next(&s.keys);
    for (unsigned i = 0; i < p->counts[SMS]; i++) {
        next(&s.args);
        entry(&s, s.args.whole);
    }
    timers(&s, p->counts[TIMERS]);
    s.keys = before.keys;
    s.args = before.args;
    for (unsigned i = 0; i < p->counts[WRITES]; i++)
        subject(&s);
    if (dup.n)
        set(&s, dup, life, id);
    return s.n;
}

struct slice plain_rows(const struct commit_parts *p)
{
    struct walk a = args_of(p);

    if (!p->counts[SINKS])
        return S("");
    for (unsigned i = 0; i < 3u + 3u * p->counts[WRITES]; i++)
        next(&a);
    return a.text;
}
