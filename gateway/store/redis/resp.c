/* resp.c - the bytes of a command, and what a reply says.  See redis.h. */
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
    buf_char(b, '$');
    buf_i64(b, (int64_t)s.n);
    buf_add(b, S("\r\n"));
    buf_add(b, s);
    buf_add(b, S("\r\n"));
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
