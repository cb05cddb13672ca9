/* key.c - keys of a district.  See shared.h. */
#include <nettle/sha2.h>
#include <string.h>

#include "gateway/store/redis/shared.h"

struct slice store_key(const struct store *s, struct key *k, const char *kind, struct slice a, struct slice b)
{
    struct sha256_ctx ctx;
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct slice district = slice_of(s->district), kind_of = slice_of(kind);
    size_t at = 0;

    k->text[at++] = '{';
    memcpy(k->text + at, district.p, district.n);
    at += district.n;
    k->text[at++] = '}';
    memcpy(k->text + at, kind_of.p, kind_of.n);
    at += kind_of.n;
    k->text[at++] = ':';

    if (a.n + b.n + 2 + at <= sizeof k->text) {
        if (a.n)
            memcpy(k->text + at, a.p, a.n);
        at += a.n;
        if (b.n) {
            k->text[at++] = ':';
            memcpy(k->text + at, b.p, b.n);
            at += b.n;
        }
        return slice_make(k->text, at);
    }
    sha256_init(&ctx);
    sha256_update(&ctx, a.n, (const uint8_t *)a.p);
    sha256_update(&ctx, 1, (const uint8_t *)":");
    sha256_update(&ctx, b.n, (const uint8_t *)b.p);
    sha256_digest(&ctx, sizeof digest, digest);
    k->text[at++] = '#';
    slice_hex(k->text + at, digest, sizeof digest);
    return slice_make(k->text, at + 2 * sizeof digest);
}

struct slice store_count_key(const struct store *s, struct key *k)
{
    return store_key(s, k, "count", S(""), S(""));
}
