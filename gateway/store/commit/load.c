/* load.c - subjects and the duplicate key of one message, in one MGET.
 *
 * Reads only; all writing is commit.c's. */
#include <stdlib.h>

#include "gateway/base/clock.h"
#include "gateway/store/commit/private.h"

enum {
    RECALL_MS = 20 * 1000, /* what was remembered longer ago may have run out in Redis meanwhile */
};

struct load {
    struct store *store;
    struct subject *subjects;
    unsigned n;
    bool dup;                      /* the first value is the duplicate key */
    bool recalls;                  /* a message's first load */
    int64_t since_ms;              /* of what is recalled */
    struct store_seen look, *seen; /* when this load left; of all loads of its message */
    struct arena *arena;
    store_load_cb *cb;
    void *arg;
    enum store_rc rc;
};

static const char *const kinds[SUBJECT_KINDS] = {
    [SUBJECT_SENDER] = "s:sender",     [SUBJECT_SESSION] = "s:session", [SUBJECT_NUMBER] = "s:number",
    [SUBJECT_NAME] = "s:name",         [SUBJECT_EPISODE] = "s:episode", [SUBJECT_VILLAGE] = "s:village",
    [SUBJECT_POSYANDU] = "s:posyandu",
};

struct slice store_subject_key(const struct store *s, struct key *k, const struct subject_ref *ref)
{
    return store_key(s, k, kinds[ref->kind], ref->id, S(""));
}

bool store_rev_parse(struct slice hex, uint64_t *out)
{
    uint64_t v = 0;

    if (hex.n < STORE_REV)
        return false;
    for (unsigned i = 0; i < STORE_REV; i++) {
        char c = hex.p[i];

        if (c >= '0' && c <= '9')
            v = v << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            v = v << 4 | (uint64_t)(c - 'a' + 10);
        else
            return false;
    }
    *out = v;
    return v != 0;
}

void store_rev_text(uint64_t rev, char out[STORE_REV + 1])
{
    uint8_t bytes[STORE_REV / 2];

    for (unsigned i = STORE_REV / 2; i-- > 0; rev >>= 8)
        bytes[i] = (uint8_t)rev;
    slice_hex(out, bytes, sizeof bytes);
    out[STORE_REV] = '\0';
}

/* text: "" when there is no such key. */
static enum store_rc take_subject(struct load *l, struct subject *subject, struct slice text)
{
    subject->rev = 0;
    subject->recalled = false;
    subject->blob = slice_make("", 0);
    if (slice_empty(text))
        return STORE_OK;
    if (!store_rev_parse(text, &subject->rev))
        return STORE_UNAVAILABLE;
    subject->blob = arena_copy(l->arena, slice_skip(text, STORE_REV));
    return l->arena->failed ? STORE_UNAVAILABLE : STORE_OK;
}

/* Not what was read before a commit that has ended since. */
static bool still_so(const struct load *l, struct slice key)
{
    return l->look.turn == alone_now(l->store) && alone_unchanged(l->store->alone, key, l->look.before);
}

static enum store_rc take_value(struct load *l, struct subject *subject, const redisReply *value)
{
    struct slice key;
    struct key k;

    if (l->recalls && recall_takes(subject->ref.kind)) {
        key = store_subject_key(l->store, &k, &subject->ref);
        if (still_so(l, key))
            recall_put(l->store->recall, key, redis_slice(value));
    }
    return take_subject(l, subject, redis_slice(value));
}

static enum store_rc take(struct load *l, const redisReply *reply)
{
    unsigned at = l->dup ? 1 : 0;
    enum store_rc rc = STORE_OK;

    if (!reply)
        return STORE_UNAVAILABLE;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != l->n + at) {
        if (reply->type == REDIS_REPLY_ERROR)
            store_refused(l->store, reply);
        return STORE_UNAVAILABLE;
    }
    if (l->dup && reply->element[0]->type != REDIS_REPLY_NIL)
        return STORE_DUPLICATE;
    if (l->dup)
        l->seen->undoubled = true;
    for (unsigned i = 0; i < l->n && rc == STORE_OK; i++)
        rc = take_value(l, &l->subjects[i], reply->element[i + at]);
    return rc;
}

static void on_reply(void *arg, const redisReply *reply)
{
    struct load *l = arg;
    enum store_rc rc = take(l, reply);

    if (rc == STORE_DUPLICATE)
        l->store->figures.duplicates++;
    l->cb(l->arg, rc);
    free(l);
}

static void answer(void *arg)
{
    struct load *l = arg;

    l->cb(l->arg, l->rc);
    free(l);
}

/* True when all are remembered: a duplicate is found out by the commit. */
static bool recalled(struct load *l)
{
    struct slice value;
    struct key k;

    for (unsigned i = 0; i < l->n && l->rc == STORE_OK; i++) {
        struct subject *subject = &l->subjects[i];

        if (!recall_takes(subject->ref.kind) ||
            !recall_get(l->store->recall, store_subject_key(l->store, &k, &subject->ref), l->since_ms,
                        &value))
            return false; /* all are loaded */
        l->rc = take_subject(l, subject, value);
        subject->recalled = true;
    }
    return true;
}

bool store_recall(struct store *s, struct subject *subject, struct arena *arena)
{
    struct load l = { .store = s, .subjects = subject, .n = 1, .arena = arena, .rc = STORE_OK };

    return recalled(&l) && l.rc == STORE_OK;
}

void store_load(struct store *s, struct store_seen *seen, struct subject *subjects, unsigned n,
                struct arena *arena, store_load_cb *cb, void *arg)
{
    const struct inbound *in = seen ? seen->in : NULL;
    struct load *l = malloc(sizeof *l);
    struct redis *redis;
    struct key k;

    if (!l)
        abort();
    *l = (struct load){
        .store = s, .subjects = subjects, .n = n, .arena = arena, .cb = cb, .arg = arg, .seen = seen
    };
    alone_look(s, &l->look);
    l->recalls = in && !seen->loads;
    if (seen)
        alone_look(s, seen);
    l->dup = in && in->provider_id.n > 0 && !in->timer.n && !seen->undoubled; /* a timer: its commit knows */
    l->since_ms = clock_mono_ms() - RECALL_MS;
    l->rc = s->up ? STORE_OK : STORE_UNAVAILABLE;
    if (!s->up || (!l->dup && !n) || (l->recalls && n && recalled(l))) {
        loop_soon(s->loop, answer, l);
        return;
    }
    redis = wire_of(s, l->recalls ? in->from : subjects[0].ref.id);
    redis_begin(redis, 1 + (l->dup ? 1 : 0) + n);
    redis_str(redis, "MGET");
    if (l->dup)
        redis_part(redis, store_key(s, &k, "dup", in->provider, in->provider_id));
    for (unsigned i = 0; i < n; i++)
        redis_part(redis, store_subject_key(s, &k, &subjects[i].ref));
    redis_send(redis, on_reply, l);
}
