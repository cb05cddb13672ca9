/* arena.c - bump allocation with a limit.  See arena.h. */
#include "gateway/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK = 8192, /* the first; each further one is twice as large, up to BLOCK_MAX */
    BLOCK_MAX = 16 * BLOCK,
    ALIGN = 16
};

struct arena_block {
    struct arena_block *next;
    size_t cap, used;
    _Alignas(ALIGN) char mem[];
};

void arena_init(struct arena *a, size_t max_bytes)
{
    *a = (struct arena){ .max = max_bytes };
}

static struct arena_block *block_new(size_t cap)
{
    struct arena_block *b = malloc(sizeof *b + cap);

    if (b)
        *b = (struct arena_block){ .cap = cap };
    return b;
}

void arena_reset(struct arena *a)
{
    struct arena_block *b = a->head, *keep = NULL;

    while (b) {
        struct arena_block *next = b->next;

#ifndef ARENA_EMULATE
        if (!next && b->cap == BLOCK) { /* the first block is kept: most messages need no other */
            keep = b;
            keep->used = 0;
            keep->next = NULL;
            break;
        }
#endif
        free(b);
        b = next;
    }
    a->head = keep;
    a->used = 0;
    a->failed = false;
}

void arena_free(struct arena *a)
{
    struct arena_block *b = a->head;

    while (b) {
        struct arena_block *next = b->next;

        free(b);
        b = next;
    }
    a->head = NULL;
    a->used = 0;
}

void *arena_alloc(struct arena *a, size_t n)
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
#ifdef ARENA_EMULATE
        b = block_new(n);
#else
        size_t cap = !b ? BLOCK : b->cap < BLOCK_MAX / 2 ? 2 * b->cap : BLOCK_MAX;

        b = block_new(n > cap ? n : cap);
#endif
        if (!b) {
            a->failed = true;
            return NULL;
        }
        b->next = a->head;
        a->head = b;
    }
    p = b->mem + b->used;
    b->used += n;
    return memset(p, 0, n);
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
    if (size && n > (size_t)-1 / size) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, n * size);
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    char *p = arena_alloc(a, s.n + 1);

    if (!p)
        return slice_make("", 0);
    if (s.n)
        memcpy(p, s.p, s.n);
    return slice_make(p, s.n);
}

struct slice arena_str(struct arena *a, const char *cstr)
{
    return arena_copy(a, slice_of(cstr));
}

struct slice arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    int n;
    char *p;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    p = n >= 0 ? arena_alloc(a, (size_t)n + 1) : NULL;
    if (p)
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p ? slice_make(p, (size_t)n) : slice_make("", 0);
}
