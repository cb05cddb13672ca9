/* buf.c - buffers with a limit.  See buf.h. */
#include "gateway/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST = 4096, /* bytes of the first allocation: more are hardly ever needed */
    SPARE = 16,   /* of these a thread keeps for its next buffers */
    PRINTED = 256 /* bytes of what is mostly printed at once */
};

/* A message makes some dozen buffers: what one leaves, the next takes.  Whose room is no more than FIRST has
 * one of these. */
static _Thread_local struct {
    char *p[SPARE];
    unsigned n;
} spare;

static char *first_new(void)
{
    return spare.n ? spare.p[--spare.n] : malloc(FIRST);
}

static void first_free(char *p)
{
#ifndef ARENA_EMULATE
    if (p && spare.n < SPARE) {
        spare.p[spare.n++] = p;
        return;
    }
#endif
    free(p);
}

void buf_forget(void)
{
    while (spare.n)
        free(spare.p[--spare.n]);
}

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){ .max = max_bytes };
}

void buf_free(struct buf *b)
{
    if (b->cap > FIRST)
        free(b->p);
    else
        first_free(b->p);
    *b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->p)
        b->p[0] = '\0';
}

static bool grow_more(struct buf *b, size_t n)
{
    size_t cap = b->cap ? b->cap : FIRST, need;
    char *p;

    if (b->failed || n > b->max || b->n > b->max - n) {
        b->failed = true;
        return false;
    }
    need = b->n + n + 1;
    while (cap < need)
        cap *= 2;
    if (cap - 1 > b->max)
        cap = need; /* so that who has the room is within the limit */
    p = cap > FIRST ? realloc(b->p, cap) : b->p ? b->p : first_new();
    if (!p) {
        b->failed = b->starved = true;
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

/* Room for n more bytes and the NUL. */
static inline bool grow(struct buf *b, size_t n)
{
    return (!b->failed && n < b->cap && b->n < b->cap - n) || grow_more(b, n);
}

char *buf_more(struct buf *b, size_t n)
{
    char *p;

    if (!grow(b, n))
        return NULL;
    p = b->p + b->n;
    b->n += n;
    p[n] = '\0';
    return p;
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

void buf_char(struct buf *b, char c)
{
    if (!grow(b, 1))
        return;
    b->p[b->n++] = c;
    b->p[b->n] = '\0';
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    char text[PRINTED]; /* most fit, and are formatted once */
    va_list ap, again;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < sizeof text)
        buf_add(b, slice_make(text, (size_t)n));
    else if (n >= 0 && grow(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}

void buf_i64(struct buf *b, int64_t v)
{
    char digits[20];
    size_t n = slice_decimal(digits, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);

    if (v < 0)
        buf_char(b, '-');
    buf_add(b, slice_make(digits, n));
}

static void escape(struct buf *b, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    const char code[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
    const char brief[2] = { '\\', c == '\n' ? 'n' : (char)c };

    if (c == '"' || c == '\\' || c == '\n')
        buf_add(b, slice_make(brief, sizeof brief));
    else
        buf_add(b, slice_make(code, sizeof code));
}

void buf_json(struct buf *b, struct slice s)
{
    size_t run = slice_plain(s);

    if (run == s.n && grow(b, s.n + 2)) { /* most texts have nothing to be escaped */
        char *p = b->p + b->n;

        *p++ = '"';
        if (s.n)
            memcpy(p, s.p, s.n);
        p[s.n] = '"';
        p[s.n + 1] = '\0';
        b->n += s.n + 2;
        return;
    }
    buf_char(b, '"');
    while (s.n) {
        run = slice_plain(s);
        buf_add(b, slice_take(s, run));
        if (run < s.n)
            escape(b, (unsigned char)s.p[run++]);
        s = slice_skip(s, run);
    }
    buf_char(b, '"');
}

struct slice buf_into(struct buf *b, struct arena *a)
{
    struct slice s = arena_copy(a, buf_slice(b));

    a->failed = a->failed || b->starved;
    buf_free(b);
    return s;
}

struct slice buf_slice(const struct buf *b)
{
    return slice_make(b->p ? b->p : "", b->n);
}
