/* arena.c - bump allocation with a limit.  See arena.h. */
#include "gateway/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 40 * 1024, /* all that a message usually needs at once, its outcome (model/outcome.h) among it */
    SPARE = 256, /* blocks that a thread keeps for its next arena: 10 MB, some for each message under way */
    ALIGN = 16,
    MANY = 25,     /* blocks, 1 MB: worth telling the system */
    PRINTED = 256, /* bytes of what is mostly printed at once */
};

struct arena_block {
    struct arena_block *next;
    size_t cap, used;
    _Alignas(ALIGN) char mem[];
};

/* Arenas come and go with every message: what one leaves, the next takes. */
static _Thread_local struct {
    struct arena_block *first;
    unsigned n, unused; /* so few there were at least */
} spare;

void arena_init(struct arena *a, size_t max_bytes)
{
    *a = (struct arena){ .max = max_bytes };
}

static struct arena_block *block_new(size_t need)
{
    struct arena_block *b = spare.first;
    size_t cap = need;

#ifndef ARENA_EMULATE
    cap = need > BLOCK ? need : BLOCK;
#endif
    if (b && cap == BLOCK) {
        spare.first = b->next;
        spare.n--;
        spare.unused = spare.n < spare.unused ? spare.n : spare.unused;
        b->used = 0;
        return b;
    }
    b = malloc(sizeof *b + cap);
    if (b)
        *b = (struct arena_block){ .cap = cap };
    return b;
}

static void block_free(struct arena_block *b)
{
#ifndef ARENA_EMULATE
    if (b->cap == BLOCK && spare.n < SPARE) {
        b->next = spare.first;
        spare.first = b;
        spare.n++;
        return;
    }
#endif
    free(b);
}

static void drop(unsigned n)
{
    spare.n -= n;
    for (; n > 0; n--) {
        struct arena_block *b = spare.first;

        spare.first = b->next;
        free(b);
    }
}

bool arena_sweep(void)
{
    unsigned n = spare.unused;

    drop(n);
    spare.unused = spare.n;
    return n >= MANY;
}

void arena_forget(void)
{
    drop(spare.n);
    spare.unused = 0;
}

void arena_free(struct arena *a)
{
    struct arena_block *b = a->head;

    a->head = NULL;
    a->used = 0;
    while (b) {
        struct arena_block *next = b->next;

        block_free(b);
        b = next;
    }
}

void arena_reset(struct arena *a)
{
    arena_free(a);
    a->failed = false;
}

void *arena_raw(struct arena *a, size_t n)
{
    struct arena_block *b = a->head;
    void *p;

    if (a->failed || n > a->max || a->used > a->max - n) {
        a->failed = true;
        return NULL;
    }
    a->used += n;
    n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
#ifdef ARENA_EMULATE
    b = NULL;
#endif
    if (!b || b->cap - b->used < n) {
        b = block_new(n);
        if (!b) {
            a->failed = true;
            return NULL;
        }
        b->next = a->head;
        a->head = b;
    }
    p = b->mem + b->used;
    b->used += n;
    return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
    void *p = arena_raw(a, n);

    return p ? memset(p, 0, n) : NULL;
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
    if (size && n > (size_t)-1 / size) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, n * size);
}

void *arena_keep(struct arena *a, const void *items, size_t n, size_t size)
{
    void *p = arena_calloc(a, n, size);

    if (p && n)
        memcpy(p, items, n * size);
    return p;
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    char *p = arena_raw(a, s.n + 1);

    if (!p)
        return slice_make("", 0);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return slice_make(p, s.n);
}

struct slice arena_str(struct arena *a, const char *cstr)
{
    return arena_copy(a, slice_of(cstr));
}

struct slice arena_hex(struct arena *a, uint64_t v)
{
    enum {
        DIGITS = 16
    };
    char *p = arena_raw(a, DIGITS + 1);

    if (!p)
        return slice_make("", 0);
    for (unsigned i = DIGITS; i-- > 0; v >>= 4)
        p[i] = "0123456789abcdef"[v & 15];
    p[DIGITS] = '\0';
    return slice_make(p, DIGITS);
}

struct slice arena_number(struct arena *a, struct slice before, uint64_t v, struct slice behind)
{
    char digits[20];
    size_t n = slice_decimal(digits, v);
    char *p;

    p = arena_raw(a, before.n + n + behind.n + 1);
    if (!p)
        return slice_make("", 0);
    if (before.n)
        memcpy(p, before.p, before.n);
    memcpy(p + before.n, digits, n);
    if (behind.n)
        memcpy(p + before.n + n, behind.p, behind.n);
    p[before.n + n + behind.n] = '\0';
    return slice_make(p, before.n + n + behind.n);
}

struct slice arena_join(struct arena *a, const struct slice *parts, unsigned n)
{
    size_t all = 0, at = 0;
    char *p;

    for (unsigned i = 0; i < n; i++)
        all += parts[i].n;
    p = arena_raw(a, all + 1);
    if (!p)
        return slice_make("", 0);
    for (unsigned i = 0; i < n; at += parts[i++].n)
        if (parts[i].n)
            memcpy(p + at, parts[i].p, parts[i].n);
    p[at] = '\0';
    return slice_make(p, at);
}

struct slice arena_printf(struct arena *a, const char *fmt, ...)
{
    char text[PRINTED]; /* most fit, and are formatted once */
    va_list ap, again;
    char *p = NULL;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n >= 0)
        p = arena_raw(a, (size_t)n + 1);
    if (p && (size_t)n < sizeof text)
        memcpy(p, text, (size_t)n + 1);
    else if (p)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p ? slice_make(p, (size_t)n) : slice_make("", 0);
}
