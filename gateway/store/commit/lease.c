/* lease.c - numbers leased from the district's sequence in blocks of 100.
 *
 * A lost answer only leaves a gap, so asking again is always right; no number is ever handed out twice.  The
 * highest is noted in <state>/seq: a Redis that lost its data, or an older one, is told to go on from there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/store/commit/private.h"

enum {
    BLOCK = 100,
    LOW = 30,       /* left: ask for more */
    BLOCKS_MAX = 8, /* asked for at once when one block does not last */
    HAVE_MAX = BLOCK * (BLOCKS_MAX + 2),
    FIRST_BODY = 100, /* SPEC 2.4 */
};

struct waiter {
    void (*f)(void *);
    void *arg;
};

struct lease {
    struct store *store;
    uint64_t have[HAVE_MAX];
    unsigned n;
    uint64_t highest;       /* ever seen: leased, noted, in the district database */
    int note_fd;            /* <state>/seq; -1: cannot be written */
    bool forgot;            /* the sequence stood below */
    unsigned blocks, asked; /* asked: blocks of the question under way, 0 = none */
    bool dry;               /* someone waited for it */
    struct waiter *waiters;
    unsigned waiters_n, waiters_cap;
};

/* What a former life has leased; a note that cannot be read is none. */
static void note_open(struct lease *l)
{
    char path[4096], text[32] = "";
    uint64_t seen;

    snprintf(path, sizeof path, "%s/seq", l->store->state_dir);
    l->note_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (l->note_fd < 0 || pread(l->note_fd, text, sizeof text - 1, 0) < 0)
        log_text(LOG_WARN, "lease", "%s cannot be used (%s)", path, strerror(errno));
    if (slice_to_u64(slice_trim(slice_of(text)), &seen) && seen > l->highest)
        l->highest = seen;
}

/* Not synced: it counts when Redis has lost what it synced. */
static void note(const struct lease *l)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%20llu\n", (unsigned long long)l->highest);

    if (l->note_fd >= 0 && pwrite(l->note_fd, text, (size_t)n, 0) != n)
        log_text(LOG_WARN, "lease", "the highest number cannot be noted (%s)", strerror(errno));
}

struct lease *lease_new(struct store *s, uint64_t seen)
{
    struct lease *l = calloc(1, sizeof *l);

    if (!l)
        abort();
    l->store = s;
    l->blocks = 1;
    l->highest = seen >= FIRST_BODY ? seen : FIRST_BODY - 1;
    note_open(l);
    return l;
}

bool store_forgot(const struct store *s)
{
    return s->lease && s->lease->forgot;
}

void store_remembers(struct store *s)
{
    s->lease->forgot = false;
}

void lease_free(struct lease *l)
{
    if (!l)
        return;
    if (l->note_fd >= 0)
        close(l->note_fd);
    free(l->waiters);
    free(l);
}

/* Each waiter once, from the end of the turn. */
static void wake_waiters(struct lease *l)
{
    for (unsigned i = 0; i < l->waiters_n; i++)
        loop_soon(l->store->loop, l->waiters[i].f, l->waiters[i].arg);
    l->waiters_n = 0;
}

static void ask(struct lease *l);

static void on_block(void *arg, const redisReply *reply)
{
    struct store *s = arg;
    struct lease *l = s->lease;
    unsigned blocks = l->asked;
    uint64_t first, last;

    l->asked = 0;
    if (!reply)
        return;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2) {
        store_refused(s, reply);
        return;
    }
    last = (uint64_t)redis_int(reply->element[0], 0);
    first = last - (uint64_t)blocks * BLOCK + 1;
    if (redis_int(reply->element[1], 0)) {
        l->forgot = true;
        log_text(LOG_ERROR, "lease",
                 "this Redis has forgotten: numbers up to %llu were given, it knew fewer.  `kentongan ctl "
                 "rebuild` "
                 "refills it from the district database",
                 (unsigned long long)first - 1);
    }
    l->highest = last;
    note(l);
    for (uint64_t body = first; body <= last && l->n < HAVE_MAX; body++)
        l->have[l->n++] = body;
    if (l->dry && l->blocks < BLOCKS_MAX)
        l->blocks *= 2;
    l->dry = false;
    wake_waiters(l);
}

static void ask(struct lease *l)
{
    struct store *s = l->store;
    struct key k;

    if (l->asked || !s->up || l->n + l->blocks * BLOCK > HAVE_MAX)
        return;
    l->asked = l->blocks;
    redis_begin(s->redis, 6);
    redis_str(s->redis, "FCALL");
    redis_str(s->redis, "kt1_lease");
    redis_i64(s->redis, 1);
    redis_part(s->redis, store_key(s, &k, "seq", S(""), S("")));
    redis_i64(s->redis, (int64_t)l->highest);
    redis_i64(s->redis, (int64_t)l->asked * BLOCK);
    redis_send(s->redis, on_block, s);
}

void lease_up(struct store *s)
{
    if (s->lease->n < LOW)
        ask(s->lease);
}

void lease_down(struct store *s)
{
    wake_waiters(s->lease);
}

bool store_lease_peek(struct store *s, uint64_t *bodies, unsigned n)
{
    struct lease *l = s->lease;

    if (l->n < n) {
        l->dry = true;
        ask(l);
        return false;
    }
    if (n)
        memcpy(bodies, l->have, n * sizeof *bodies);
    return true;
}

void store_lease_take(struct store *s, unsigned k)
{
    struct lease *l = s->lease;

    if (k > l->n)
        abort(); /* more than were looked at: two reports would share a number */
    l->n -= k;
    memmove(l->have, l->have + k, l->n * sizeof *l->have);
    if (l->n < LOW * l->blocks)
        ask(l);
}

void store_lease_wait(struct store *s, void (*f)(void *), void *arg)
{
    struct lease *l = s->lease;

    if (!s->up || !l->asked) {
        ask(l);
        if (!l->asked) {
            loop_soon(s->loop, f, arg);
            return;
        }
    }
    if (l->waiters_n == l->waiters_cap) {
        l->waiters_cap = l->waiters_cap ? l->waiters_cap * 2 : 32;
        l->waiters = realloc(l->waiters, l->waiters_cap * sizeof *l->waiters);
        if (!l->waiters)
            abort();
    }
    l->waiters[l->waiters_n++] = (struct waiter){ f, arg };
}
