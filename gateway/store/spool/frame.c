/* frame.c - see frame.h. */
#include "gateway/store/spool/frame.h"

#include <nettle/sha2.h>

static void put_u32(char *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (char)(v >> (8 * i) & 0xff);
}

static uint32_t get_u32(const char *p)
{
    uint32_t v = 0;

    for (int i = 3; i >= 0; i--)
        v = v << 8 | (unsigned char)p[i];
    return v;
}

static uint32_t checksum(struct slice s)
{
    struct sha256_ctx ctx;
    uint8_t digest[4];

    sha256_init(&ctx);
    sha256_update(&ctx, s.n, (const uint8_t *)s.p);
    sha256_digest(&ctx, sizeof digest, digest);
    return get_u32((const char *)digest);
}

void frame_add(struct buf *b, struct slice text)
{
    char head[FRAME_HEAD];

    put_u32(head, (uint32_t)text.n);
    put_u32(head + 4, checksum(text));
    buf_add(b, slice_make(head, sizeof head));
    buf_add(b, text);
}

enum frame frame_at(struct slice rest, struct slice *text)
{
    uint32_t n = rest.n < FRAME_HEAD ? 0 : get_u32(rest.p);

    if (rest.n < FRAME_HEAD)
        return FRAME_TORN;
    if (n == 0 || n > FRAME_MAX)
        return FRAME_DAMAGED;
    if (n > rest.n - FRAME_HEAD)
        return FRAME_TORN;
    *text = slice_make(rest.p + FRAME_HEAD, n);
    return checksum(*text) == get_u32(rest.p + 4) ? FRAME_WHOLE : FRAME_DAMAGED;
}

bool frame_take(struct slice *rest, struct slice *text, struct slice *lost)
{
    for (size_t at = 0; at < rest->n; at++) {
        struct slice here = slice_skip(*rest, at);

        /* Every text begins so: a checksum is computed only where a frame may be. */
        if (at && !slice_starts(slice_skip(here, FRAME_HEAD < here.n ? FRAME_HEAD : here.n), "{\"v\":"))
            continue;
        if (frame_at(here, text) != FRAME_WHOLE)
            continue;
        *lost = slice_take(*rest, at);
        *rest = slice_skip(here, FRAME_HEAD + text->n);
        return true;
    }
    *lost = *rest;
    *rest = slice_skip(*rest, rest->n);
    return false;
}
