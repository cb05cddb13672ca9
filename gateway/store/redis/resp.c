/* resp.c - the bytes of a command, and what a reply says.  See redis.h. */
#include <string.h>

#include "gateway/base/buf.h"
#include "gateway/store/redis/redis.h"

void redis_format_begin(struct buf *b, unsigned parts)
{
    buf_char(b, '*');
    buf_i64(b, parts);
    buf_add(b, S("\r\n"));
}

void redis_format_part(struct buf *b, struct slice s)
{
    char head[24] = "$"; /* some thirty of these for each message */
    size_t n = 1 + slice_decimal(head + 1, s.n);
    char *p = buf_more(b, n + s.n + 4);

    if (!p)
        return;
    memcpy(p, head, n);
    p[n++] = '\r';
    p[n++] = '\n';
    if (s.n)
        memcpy(p + n, s.p, s.n);
    p[n + s.n] = '\r';
    p[n + s.n + 1] = '\n';
}

void redis_format_i64(struct buf *b, int64_t v)
{
    char text[21] = "-";
    size_t minus = v < 0;

    redis_format_part(
        b, slice_make(text, minus + slice_decimal(text + minus, minus ? 0 - (uint64_t)v : (uint64_t)v)));
}

struct slice redis_slice(const redisReply *r)
{
    if (r && (r->type == REDIS_REPLY_STRING || r->type == REDIS_REPLY_STATUS))
        return slice_make(r->str, r->len);
    return slice_make("", 0);
}

int64_t redis_int(const redisReply *r, int64_t fallback)
{
    int64_t v;

    if (r && r->type == REDIS_REPLY_INTEGER)
        return r->integer;
    if (r && r->type == REDIS_REPLY_STRING && slice_to_i64(slice_make(r->str, r->len), &v))
        return v;
    return fallback;
}

int64_t redis_id_ms(struct slice id)
{
    uint64_t ms;

    return slice_to_u64(slice_cut(&id, '-'), &ms) ? (int64_t)ms : 0;
}
