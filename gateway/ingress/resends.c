/* resends.c - see resends.h.
 *
 * A table of sets: the one that was seen longest ago goes for a new one. */
#include "gateway/ingress/resends.h"

#include <nettle/sha2.h>
#include <stdlib.h>

enum {
    SETS = 4096,
    WAYS = 4,
    BUCKET_MS = 10 * 60 * 1000, /* SPEC 4 */
    HEARD_MS = 5000,            /* RULINGS 53: an answer later than this may have found nobody */
};

struct first {
    uint64_t key; /* of provider, sender, receiver and text */
    uint64_t ticket;
    uint64_t whole;
    int64_t bucket, received_ms;  /* wall, for the id */
    int64_t came_ms, answered_ms; /* mono; answered 0: not yet */
    struct line *line;
    unsigned again; /* how many messages with this text were before it in the bucket */
    bool refused;   /* it was asked to come again */
};

struct resends {
    struct first set[SETS][WAYS];
    uint64_t last;
};

struct resends *resends_new(void)
{
    return calloc(1, sizeof(struct resends));
}

void resends_free(struct resends *r)
{
    for (unsigned i = 0; r && i < SETS * WAYS; i++)
        line_drop(r->set[i / WAYS][i % WAYS].line);
    free(r);
}

static uint64_t key_of(const struct inbound *in)
{
    const struct slice parts[] = { in->provider, in->from, in->to, in->text };
    uint64_t h = 0;

    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++)
        h = (h ^ slice_hash(parts[i])) * 1099511628211U;
    return h ? h : 1;
}

/* A hash of sender, text and ten minutes; and which of several it is. */
static struct slice made_id(const struct inbound *in, int64_t bucket, unsigned again, struct arena *a)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx ctx;
    char hex[2 * 16 + 1] = "";

    sha256_init(&ctx);
    sha256_update(&ctx, sizeof bucket, (const uint8_t *)&bucket);
    sha256_update(&ctx, in->from.n, (const uint8_t *)in->from.p);
    sha256_update(&ctx, 1, (const uint8_t *)"");
    sha256_update(&ctx, in->text.n, (const uint8_t *)in->text.p);
    sha256_digest(&ctx, sizeof digest, digest);
    slice_hex(hex, digest, 16);
    return again ? arena_printf(a, "h-%s-%u", hex, again) : arena_printf(a, "h-%s", hex);
}

static bool may_be_unheard(const struct first *f, const struct resend_way *way, int64_t now)
{
    if (way->whole && way->whole == f->whole)
        return true;
    return f->refused || line_broke(f->line) ||
           (f->answered_ms ? f->answered_ms : now) - f->came_ms > HEARD_MS;
}

uint64_t resends_take(struct resends *r, struct inbound *in, const struct resend_way *way, int64_t now,
                      struct arena *a)
{
    uint64_t key = key_of(in);
    struct first *set = r->set[key % SETS], *f = set;
    int64_t bucket = in->received_ms / BUCKET_MS;

    if (in->kind != INBOUND_SMS || in->provider_id.n)
        return 0;
    for (unsigned i = 0; i < WAYS && f->key != key; i++)
        if (set[i].key == key || set[i].came_ms < f->came_ms)
            f = &set[i];
    if (f->key != key || in->received_ms - f->received_ms >= BUCKET_MS) {
        line_drop(f->line);
        *f = (struct first){ .key = key, .bucket = bucket, .received_ms = in->received_ms };
    } else {
        if (!may_be_unheard(f, way, now)) {
            f->again = f->bucket == bucket ? f->again + 1 : 0;
            f->bucket = bucket;
            f->received_ms = in->received_ms;
        }
        line_drop(f->line);
    }
    f->line = line_hold(way->line);
    f->whole = way->whole;
    f->came_ms = now;
    f->answered_ms = 0;
    f->refused = false;
    f->ticket = ++r->last * SETS + key % SETS;
    in->provider_id = made_id(in, f->bucket, f->again, a);
    return f->ticket;
}

void resends_answered(struct resends *r, uint64_t ticket, bool taken, int64_t now)
{
    for (unsigned i = 0; ticket && i < WAYS; i++) {
        struct first *f = &r->set[ticket % SETS][i];

        if (f->ticket != ticket)
            continue;
        f->answered_ms = now;
        f->refused = !taken;
    }
}
