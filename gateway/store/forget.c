/* forget.c - see forget.h. */
#include "gateway/store/forget.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/rnd.h"
#include "gateway/store/redis/shared.h"

enum {
    LEFT_MAX = 1 << 20,
    TAG_MAX = 64, /* "{19.06}" */
};

struct seeking {
    struct store *store;
    struct store_seek what;
    char pattern[STORE_KEY_MAX], tag[TAG_MAX];
    unsigned under_way, changed;
    bool all, lost;
};

static void step(struct seeking *s, struct slice cursor);

static void end(struct seeking *s)
{
    if (s->under_way || !(s->all || s->lost))
        return;
    s->what.done(s->what.arg, s->lost ? STORE_UNAVAILABLE : STORE_OK, s->changed);
    free(s);
}

static void on_changed(void *arg, const redisReply *reply)
{
    struct seeking *s = arg;

    s->under_way--;
    s->lost = s->lost || redis_is_error(reply);
    s->changed += redis_int(reply, 0) > 0;
    end(s);
}

/* What else changes with it: the set of a hash of texts, the revision of the people; how it is counted. */
struct beside {
    char key[STORE_KEY_MAX], count[STORE_KEY_MAX + 16];
    const char *how;
};

static struct beside beside_of(const struct seeking *s, struct slice key)
{
    struct beside b = { .how = "" };

    if (slice_starts(key, "duet:")) {
        snprintf(b.key, sizeof b.key, "%sdue:", s->tag);
        b.how = "ZREM";
    } else if (slice_starts(key, "waitt:")) {
        struct slice stream = slice_skip(key, strlen("waitt:"));

        snprintf(b.key, sizeof b.key, "%swait:%.*s", s->tag, SLICE_ARG(stream));
        snprintf(b.count, sizeof b.count, "done:%sst:%.*s", s->tag, SLICE_ARG(stream));
        b.how = "ZREM";
    } else if (slice_is(key, "people:")) {
        snprintf(b.key, sizeof b.key, "%speople:rev:", s->tag);
        b.how = "INCR";
    } else if (slice_starts(key, "st:")) {
        snprintf(b.count, sizeof b.count, "done:%s%.*s", s->tag, SLICE_ARG(key));
    } else if (slice_starts(key, "parked:")) {
        snprintf(b.count, sizeof b.count, "dropped:%s%.*s", s->tag, SLICE_ARG(key));
    }
    return b;
}

/* whole: the key with its tag; seen: the value as Redis has it. */
static void change(struct seeking *s, struct slice whole, const struct held *h, struct slice seen,
                   const struct buf *left)
{
    struct beside b = beside_of(s, h->key);
    bool subject = slice_starts(h->key, "s:");
    struct buf fresh;
    struct key k;

    buf_init(&fresh, LEFT_MAX + STORE_REV);
    if (left->n && subject)
        buf_printf(&fresh, "%016llx", (unsigned long long)rnd_u64());
    buf_add(&fresh, buf_slice(left));
    s->under_way++;
    redis_begin(s->store->redis, 11);
    redis_str(s->store->redis, "FCALL");
    redis_str(s->store->redis, "kt1_forget");
    redis_i64(s->store->redis, 3);
    redis_part(s->store->redis, whole);
    redis_str(s->store->redis, b.key[0] ? b.key : s->tag);
    redis_part(s->store->redis, store_count_key(s->store, &k));
    redis_part(s->store->redis, h->field);
    redis_part(s->store->redis, seen);
    redis_part(s->store->redis, buf_slice(&fresh));
    redis_str(s->store->redis, b.how);
    redis_str(s->store->redis, b.count);
    redis_send(s->store->redis, on_changed, s);
    buf_free(&fresh);
}

static void look(struct seeking *s, struct slice whole, struct slice field, struct slice value)
{
    struct held h = { .key = slice_skip(whole, strlen(s->tag)), .field = field, .value = value };
    enum held_do what;
    struct buf left;

    if (slice_starts(h.key, "s:"))
        h.value = slice_skip(value, STORE_REV);
    buf_init(&left, LEFT_MAX);
    what = s->what.each(s->what.arg, &h, &left);
    if (what == HELD_GOES)
        buf_clear(&left);
    if (what == HELD_GOES || (what == HELD_CHANGES && left.n && !left.failed))
        change(s, whole, &h, value, &left);
    buf_free(&left);
}

static void on_step(void *arg, const redisReply *reply)
{
    struct seeking *s = arg;
    bool good = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements % 3 == 1;

    s->under_way--;
    if (!good || s->lost) {
        if (reply && reply->type == REDIS_REPLY_ERROR)
            store_refused(s->store, reply);
        s->lost = true;
        end(s);
        return;
    }
    s->under_way++; /* not before all of it was looked at */
    for (size_t i = 1; i < reply->elements; i += 3)
        look(s, redis_slice(reply->element[i]), redis_slice(reply->element[i + 1]),
             redis_slice(reply->element[i + 2]));
    s->under_way--;
    s->all = slice_is(redis_slice(reply->element[0]), "0");
    if (s->all)
        end(s);
    else
        step(s, redis_slice(reply->element[0]));
}

static void step(struct seeking *s, struct slice cursor)
{
    struct redis *r = s->store->redis;

    s->under_way++;
    redis_begin(r, 6 + s->what.numbers_n + s->what.words_n);
    redis_str(r, "FCALL_RO");
    redis_str(r, "kt1_seek");
    redis_i64(r, 0);
    redis_part(r, cursor);
    redis_str(r, s->pattern);
    redis_i64(r, s->what.numbers_n);
    for (unsigned i = 0; i < s->what.numbers_n; i++)
        redis_part(r, s->what.numbers[i]);
    for (unsigned i = 0; i < s->what.words_n; i++)
        redis_part(r, s->what.words[i]);
    redis_send(r, on_step, s);
}

void store_seek(struct store *store, const struct store_seek *what)
{
    struct seeking *s = calloc(1, sizeof *s);

    if (!s)
        abort(); /* asked by a person, once */
    s->store = store;
    s->what = *what;
    snprintf(s->tag, sizeof s->tag, "{%s}", store->district);
    snprintf(s->pattern, sizeof s->pattern, "{%s}%.*s", store->district, SLICE_ARG(what->keys));
    step(s, S("0"));
}

/* --- sinks --- */

struct telling {
    void (*done)(void *, enum store_rc);
    void *arg;
    unsigned left;
    bool lost;
};

static void on_told(void *arg, const redisReply *reply)
{
    struct telling *t = arg;

    t->lost = t->lost || redis_is_error(reply);
    if (--t->left)
        return;
    t->done(t->arg, t->lost ? STORE_UNAVAILABLE : STORE_OK);
    free(t);
}

static void tell_nobody(void *arg)
{
    struct telling *t = arg;

    t->done(t->arg, STORE_OK);
    free(t);
}

void store_tell_sinks(struct store *s, struct slice row, void (*done)(void *, enum store_rc), void *arg)
{
    struct telling *t = calloc(1, sizeof *t);
    struct key k;

    if (!t)
        abort();
    *t = (struct telling){ .done = done, .arg = arg, .left = s->sinks_n };
    if (!s->sinks_n)
        loop_soon(s->loop, tell_nobody, t);
    for (unsigned i = 0; i < s->sinks_n; i++) {
        char name[STORE_KEY_MAX];

        snprintf(name, sizeof name, "sink:%s", s->sinks[i]);
        redis_begin(s->redis, 5);
        redis_str(s->redis, "XADD");
        redis_part(s->redis, store_key(s, &k, "st", slice_of(name), S("")));
        redis_str(s->redis, "*");
        redis_str(s->redis, "b");
        redis_part(s->redis, row);
        redis_send(s->redis, on_told, t);
    }
}

static void on_rewritten(void *arg, const redisReply *reply)
{
    (void)arg;
    (void)reply; /* one is under way, or Redis is somebody else's: it comes when it comes */
}

void store_rewrite(struct store *s)
{
    redis_words(s->redis, on_rewritten, NULL, "BGREWRITEAOF", NULL);
}
