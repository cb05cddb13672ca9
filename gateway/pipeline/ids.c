/* ids.c - UUIDv5 in a namespace of our own.  See ids.h. */
#include "gateway/pipeline/ids.h"

#include <nettle/sha1.h>

#include "gateway/base/uuid.h"

/* Made once at random for Kentongan; changing it would change the id of every record. */
static const uint8_t namespace[16] = { 0x6b, 0x65, 0x6e, 0x74, 0x0f, 0x2d, 0x4c, 0x1e,
                                       0x9a, 0x67, 0x33, 0xd1, 0x58, 0xe0, 0x7b, 0xc4 };

struct slice ids_uuid(struct slice provider, struct slice message_id, unsigned index, struct arena *a)
{
    struct sha1_ctx ctx;
    uint8_t d[16];
    char tail[24] = "/";
    size_t n = 1 + slice_decimal(tail + 1, index);

    sha1_init(&ctx);
    sha1_update(&ctx, sizeof namespace, namespace);
    sha1_update(&ctx, provider.n, (const uint8_t *)provider.p);
    sha1_update(&ctx, 1, (const uint8_t *)"/");
    sha1_update(&ctx, message_id.n, (const uint8_t *)message_id.p);
    sha1_update(&ctx, n, (const uint8_t *)tail);
    sha1_digest(&ctx, sizeof d, d);
    return arena_str(a, uuid5_text(d).text);
}
