/* recall.c - the state of those who were here just now, so that the next message or USSD step of the same
 * sender needs no question to Redis.
 *
 * A guess, never more: the pipeline has every subject that came from here checked by the commit (`recalled`
 * in subject.h), so that one which another gateway has changed is a conflict and is loaded.  Values are kept
 * as they stand in Redis.  Each key has one slot by its hash; whoever comes later takes it. */
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/store/commit/private.h"

enum {
    SLOTS = 8192, /* a power of two */
    BYTES_MAX = 16 << 20,
};

struct slot {
    char *text; /* key, then value; NULL: free */
    uint32_t key_n, value_n;
    int64_t put_ms;
};

struct recall {
    struct slot slots[SLOTS];
    size_t bytes;
    unsigned hand; /* the next to go when memory is used up */
};

static struct slot *slot_of(struct recall *r, struct slice key)
{
    return &r->slots[slice_hash(key) % SLOTS];
}

static bool holds(const struct slot *p, struct slice key)
{
    return p->text && slice_eq(slice_make(p->text, p->key_n), key);
}

static void empty(struct recall *r, struct slot *p)
{
    if (!p->text)
        return;
    r->bytes -= p->key_n + p->value_n;
    free(p->text);
    p->text = NULL;
}

bool recall_get(const struct recall *r, struct slice key, int64_t since_ms, struct slice *value)
{
    const struct slot *p = &r->slots[slice_hash(key) % SLOTS];

    if (!holds(p, key) || p->put_ms < since_ms)
        return false;
    *value = slice_make(p->text + p->key_n, p->value_n);
    return true;
}

void recall_put(struct recall *r, struct slice key, struct slice value)
{
    struct slot *p = slot_of(r, key);
    size_t n = key.n + value.n;

    empty(r, p);
    if (n > BYTES_MAX / 256)
        return;
    while (r->bytes + n > BYTES_MAX)
        empty(r, &r->slots[r->hand++ % SLOTS]);
    p->text = malloc(n);
    if (!p->text)
        return;
    memcpy(p->text, key.p, key.n);
    memcpy(p->text + key.n, value.p, value.n);
    p->key_n = (uint32_t)key.n;
    p->value_n = (uint32_t)value.n;
    p->put_ms = clock_mono_ms();
    r->bytes += n;
}

void recall_drop(struct recall *r, struct slice key)
{
    struct slot *p = slot_of(r, key);

    if (holds(p, key))
        empty(r, p);
}

void recall_clear(struct recall *r)
{
    for (unsigned i = 0; i < SLOTS; i++)
        empty(r, &r->slots[i]);
}

struct recall *recall_new(void)
{
    struct recall *r = calloc(1, sizeof *r);

    if (!r)
        abort(); /* one, at start-up */
    return r;
}

void recall_free(struct recall *r)
{
    if (r)
        recall_clear(r);
    free(r);
}
