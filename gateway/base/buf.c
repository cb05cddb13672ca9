/* buf.c - buffers with a limit.  See buf.h. */
#include "gateway/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST = 512 /* bytes of the first allocation */
};

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){ .max = max_bytes };
}

void buf_free(struct buf *b)
{
    free(b->p);
    *b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->p)
        b->p[0] = '\0';
}

/* Room for n more bytes and the NUL. */
static bool grow(struct buf *b, size_t n)
{
    size_t cap = b->cap ? b->cap : FIRST;
    char *p;

    if (b->failed || n > b->max || b->n > b->max - n) {
        b->failed = true;
        return false;
    }
    if (b->n + n + 1 <= b->cap)
        return true;
    while (cap < b->n + n + 1)
        cap *= 2;
    p = realloc(b->p, cap);
    if (!p) {
        b->failed = true;
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

void buf_add(struct buf *b, struct slice s)
{
    if (!grow(b, s.n))
        return;
    if (s.n)
        memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
    b->p[b->n] = '\0';
}

void buf_str(struct buf *b, const char *cstr)
{
    buf_add(b, slice_of(cstr));
}

void buf_char(struct buf *b, char c)
{
    if (!grow(b, 1))
        return;
    b->p[b->n++] = c;
    b->p[b->n] = '\0';
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0 && grow(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void buf_i64(struct buf *b, int64_t v)
{
    char digits[20], *p = digits + sizeof digits;
    uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

    do
        *--p = (char)('0' + left % 10);
    while (left /= 10);
    if (v < 0)
        *--p = '-';
    buf_add(b, slice_make(p, (size_t)(digits + sizeof digits - p)));
}

void buf_json(struct buf *b, struct slice s)
{
    static const char hex[] = "0123456789abcdef";
    size_t from = 0;

    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        char esc[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
        size_t n = 0;

        if (c == '"' || c == '\\') {
            esc[1] = (char)c;
            n = 2;
        } else if (c == '\n') {
            esc[1] = 'n';
            n = 2;
        } else if (c < 0x20 || c == 0x7f) {
            n = 6;
        }
        if (n) {
            buf_add(b, slice_take(slice_skip(s, from), i - from));
            buf_add(b, slice_make(esc, n));
            from = i + 1;
        }
    }
    buf_add(b, slice_skip(s, from));
    buf_char(b, '"');
}

struct slice buf_slice(const struct buf *b)
{
    return slice_make(b->p ? b->p : "", b->n);
}
