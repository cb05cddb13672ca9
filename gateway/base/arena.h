/* arena.h - one arena per message (or per loaded configuration): allocate freely, free once.
 *
 * Memory is zeroed.  An arena has a limit; past it every call returns NULL and the arena stays failed, so a
 * caller may check once at the end.  Built with -DARENA_EMULATE each allocation is its own malloc, so that
 * ASan sees inside. */
#ifndef KENTONGAN_BASE_ARENA_H
#define KENTONGAN_BASE_ARENA_H

#include "gateway/base/err.h"
#include "gateway/base/slice.h"

struct arena_block;

struct arena {
    struct arena_block *head;
    size_t used, max;
    bool failed;
    struct arena *scratch; /* what is needed only while something is loaded; NULL: it lies here too */
};

void arena_init(struct arena *, size_t max_bytes);
/* Everything handed out is gone; the arena may be used again. */
void arena_reset(struct arena *);
/* As reset; the arena may live in what it handed out, and is gone with it then. */
void arena_free(struct arena *);
/* Of the blocks that this thread keeps for its next arenas, those go that it did not need since it was asked
 * last: true when they are many.  The other: all of them. */
bool arena_sweep(void);
void arena_forget(void);
void *arena_alloc(struct arena *, size_t n);
/* Not zeroed: for what is written before it is read. */
void *arena_raw(struct arena *, size_t n);
/* Where something goes that nobody needs any more once what this arena holds is loaded. */
static inline struct arena *arena_scratch(struct arena *a)
{
    return a->scratch ? a->scratch : a;
}
/* n items of `size` bytes, overflow checked. */
void *arena_calloc(struct arena *, size_t n, size_t size);
#define ARENA_NEW(a, type)      ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_calloc((a), (n), sizeof(type)))
/* n items out of a scratch, to stay. */
void *arena_keep(struct arena *, const void *items, size_t n, size_t size);

/* Copies; the bytes behind the returned slice end in a NUL, so .p may be used as a C string. */
struct slice arena_copy(struct arena *, struct slice);
struct slice arena_str(struct arena *, const char *cstr);
/* v in decimal, and what stands before and behind: "14bl", "120/80". */
struct slice arena_number(struct arena *, struct slice before, uint64_t v, struct slice behind);
/* Its sixteen hexadecimal digits. */
struct slice arena_hex(struct arena *, uint64_t);
/* The parts one behind the other; for what every message writes. */
struct slice arena_join(struct arena *, const struct slice *parts, unsigned n);
#define ARENA_JOIN(a, ...)                                                                                   \
    arena_join((a), (const struct slice[]){ __VA_ARGS__ },                                                   \
               sizeof((const struct slice[]){ __VA_ARGS__ }) / sizeof(struct slice))
struct slice arena_printf(struct arena *, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
