/* session.c - see session.h. */
#include "gateway/console/session.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    IDLE_MS = 3600 * 1000,
    WHOLE_MS = 12 * IDLE_MS,
    TRIES = 1024,
    FORGET_MS = 15 * 60 * 1000,
    LOCK_MS = 60 * 1000,
    LOCK_MOST_MS = 3600 * 1000,
};

/* Wrong passwords of a pair, an address or an account. */
struct tries {
    uint64_t key;
    unsigned wrong;
    int64_t last_ms, locked_until_ms;
};

struct sessions {
    struct session all[SESSIONS_MAX];
    unsigned serial;
    struct tries tries[TRIES];
};

struct sessions *sessions_new(void)
{
    return calloc(1, sizeof(struct sessions));
}

void sessions_free(struct sessions *s)
{
    if (s)
        sodium_memzero(s, sizeof *s);
    free(s);
}

static void random_text(char out[SESSION_TEXT])
{
    unsigned char bytes[32];

    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(out, SESSION_TEXT, bytes, sizeof bytes);
}

static void hash_of(unsigned char hash[32], struct slice cookie)
{
    crypto_generichash(hash, 32, (const unsigned char *)cookie.p, cookie.n, NULL, 0);
}

static bool is_over(const struct session *s, int64_t now_ms)
{
    return now_ms - s->seen_ms > IDLE_MS || now_ms - s->began_ms > WHOLE_MS;
}

struct session *session_begin(struct sessions *all, const struct account *a, int64_t now_ms,
                              char cookie[SESSION_TEXT])
{
    struct session *s = &all->all[0];

    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        struct session *at = &all->all[i];

        if (!at->serial || is_over(at, now_ms)) {
            s = at;
            break;
        }
        if (at->seen_ms < s->seen_ms)
            s = at;
    }
    *s = (struct session){ .role = a->role, .once = a->once, .began_ms = now_ms, .seen_ms = now_ms };
    s->serial = ++all->serial;
    snprintf(s->name, sizeof s->name, "%s", a->name);
    snprintf(s->area, sizeof s->area, "%s", a->area);
    random_text(cookie);
    random_text(s->token);
    hash_of(s->hash, slice_of(cookie));
    return s;
}

struct session *session_find(struct sessions *all, struct slice cookie, int64_t now_ms)
{
    unsigned char hash[32];

    if (cookie.n != SESSION_TEXT - 1)
        return NULL;
    hash_of(hash, cookie);
    for (unsigned i = 0; i < SESSIONS_MAX; i++) {
        struct session *s = &all->all[i];

        if (!s->serial || sodium_memcmp(s->hash, hash, sizeof hash) != 0)
            continue;
        if (is_over(s, now_ms)) {
            session_end(all, s);
            return NULL;
        }
        s->seen_ms = now_ms;
        return s;
    }
    return NULL;
}

struct session *session_by_serial(struct sessions *all, unsigned serial)
{
    for (unsigned i = 0; serial && i < SESSIONS_MAX; i++)
        if (all->all[i].serial == serial)
            return &all->all[i];
    return NULL;
}

void session_end(struct sessions *all, struct session *s)
{
    (void)all;
    sodium_memzero(s, sizeof *s);
}

void sessions_end_of(struct sessions *all, const char *account)
{
    for (unsigned i = 0; i < SESSIONS_MAX; i++)
        if (all->all[i].serial && strcmp(all->all[i].name, account) == 0)
            session_end(all, &all->all[i]);
}

bool session_token_ok(const struct session *s, struct slice token)
{
    return token.n == SESSION_TEXT - 1 && sodium_memcmp(token.p, s->token, SESSION_TEXT - 1) == 0;
}

void session_say(struct session *s, bool good, struct slice said)
{
    size_t n = said.n < sizeof s->said - 1 ? said.n : sizeof s->said - 1;

    while (n < said.n && n > 0 && ((unsigned char)said.p[n] & 0xc0) == 0x80)
        n--;
    memcpy(s->said, said.p, n);
    s->said[n] = '\0';
    s->said_good = good;
}

struct slice session_keep(struct session *s, struct slice words)
{
    unsigned at = s->looked_n % SESSION_LOOKED;
    char random[SESSION_TEXT];

    for (unsigned i = 0; i < SESSION_LOOKED; i++)
        if (s->looked[i].key[0] && slice_is(words, s->looked[i].words))
            return slice_of(s->looked[i].key);
    random_text(random);
    snprintf(s->looked[at].key, SESSION_KEY, "~%.16s", random);
    snprintf(s->looked[at].words, SESSION_WORDS, "%.*s", SLICE_ARG(words));
    s->looked_n++;
    return slice_of(s->looked[at].key);
}

struct slice session_kept(const struct session *s, struct slice key)
{
    for (unsigned i = 0; s && slice_starts(key, "~") && i < SESSION_LOOKED; i++)
        if (slice_is(key, s->looked[i].key))
            return slice_of(s->looked[i].words);
    return key;
}

void session_reveal(struct session *s, struct slice path, int64_t until_ms)
{
    unsigned at = 0;

    for (unsigned i = 0; i < SESSION_REVEALS; i++)
        if (s->reveals[i].until_ms < s->reveals[at].until_ms)
            at = i;
    snprintf(s->reveals[at].path, sizeof s->reveals[at].path, "%.*s", SLICE_ARG(path));
    s->reveals[at].until_ms = until_ms;
}

bool session_may_see(const struct session *s, struct slice path, int64_t now_ms)
{
    for (unsigned i = 0; i < SESSION_REVEALS; i++)
        if (s->reveals[i].until_ms > now_ms && slice_is(path, s->reveals[i].path))
            return true;
    return false;
}

/* --- too many wrong passwords --- */

static uint64_t tries_key(struct slice account, struct slice address)
{
    uint64_t h = slice_hash_on(slice_hash(S("tries")), account);

    return slice_hash_on(slice_hash_on(h, S("\n")), address) | 1;
}

/* Its row; `make`: the one that was quiet the longest makes way. */
static struct tries *tries_of(struct sessions *s, uint64_t key, int64_t now_ms, bool make)
{
    struct tries *oldest = &s->tries[0];

    for (unsigned i = 0; i < TRIES; i++) {
        struct tries *t = &s->tries[i];

        if (t->key == key) {
            if (now_ms - t->last_ms > FORGET_MS && now_ms > t->locked_until_ms)
                t->wrong = 0;
            return t;
        }
        if (t->last_ms < oldest->last_ms)
            oldest = t;
    }
    if (!make)
        return NULL;
    *oldest = (struct tries){ .key = key };
    return oldest;
}

static const struct {
    bool account, address;
    unsigned most;
} bounds[] = { { true, true, 5 }, { false, true, 20 }, { true, false, 50 } };

static uint64_t bound_key(size_t i, struct slice account, struct slice address)
{
    return tries_key(bounds[i].account ? account : S("*"), bounds[i].address ? address : S("*"));
}

int64_t sessions_wait_ms(struct sessions *s, struct slice account, struct slice address, int64_t now_ms)
{
    int64_t wait = 0;

    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        const struct tries *t = tries_of(s, bound_key(i, account, address), now_ms, false);

        if (t && t->locked_until_ms - now_ms > wait)
            wait = t->locked_until_ms - now_ms;
    }
    return wait;
}

void sessions_tried(struct sessions *s, struct slice account, struct slice address, bool right,
                    int64_t now_ms)
{
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        struct tries *t = tries_of(s, bound_key(i, account, address), now_ms, !right);
        int64_t lock = LOCK_MS;

        if (!t)
            continue;
        if (right) {
            if (i == 0)
                t->wrong = 0;
            continue;
        }
        t->last_ms = now_ms;
        if (++t->wrong < bounds[i].most)
            continue;
        for (unsigned more = t->wrong - bounds[i].most; more && lock < LOCK_MOST_MS; more--)
            lock *= 2;
        t->locked_until_ms = now_ms + (lock < LOCK_MOST_MS ? lock : LOCK_MOST_MS);
    }
}
