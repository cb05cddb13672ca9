/* ids.c - UUIDv5 in a namespace of our own.  See ids.h. */
#include "gateway/pipeline/ids.h"

#include <nettle/sha1.h>
#include <stdio.h>

/* Made once at random for Kentongan; changing it would change the id of every record. */
static const uint8_t namespace[16] = { 0x6b, 0x65, 0x6e, 0x74, 0x0f, 0x2d, 0x4c, 0x1e,
                                       0x9a, 0x67, 0x33, 0xd1, 0x58, 0xe0, 0x7b, 0xc4 };

/* By hand: two dozen are made for every message, and printf is what that would be spent on. */
static struct slice hyphenated(const uint8_t d[16], struct arena *a)
{
    static const char hex[] = "0123456789abcdef";
    char *p = arena_alloc(a, 37);
    size_t n = 0;

    if (!p)
        return slice_make("", 0);
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            p[n++] = '-';
        p[n++] = hex[d[i] >> 4];
        p[n++] = hex[d[i] & 15];
    }
    return slice_make(p, n);
}

struct slice ids_uuid(struct slice provider, struct slice message_id, unsigned index, struct arena *a)
{
    struct sha1_ctx ctx;
    uint8_t d[16];
    char tail[16];
    int n = snprintf(tail, sizeof tail, "/%u", index);

    sha1_init(&ctx);
    sha1_update(&ctx, sizeof namespace, namespace);
    sha1_update(&ctx, provider.n, (const uint8_t *)provider.p);
    sha1_update(&ctx, 1, (const uint8_t *)"/");
    sha1_update(&ctx, message_id.n, (const uint8_t *)message_id.p);
    sha1_update(&ctx, (size_t)n, (const uint8_t *)tail);
    sha1_digest(&ctx, sizeof d, d);
    d[6] = (uint8_t)((d[6] & 0x0f) | 0x50);
    d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
    return hyphenated(d, a);
}
