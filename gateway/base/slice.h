/* slice.h - a borrowed run of bytes: pointer and length, never owned, not NUL-terminated.
 *
 * The one string type of the house.  Whoever hands out a slice says how long it lives; most live in
 * the arena of the message.  Knows no telecom word. */
#ifndef KENTONGAN_BASE_SLICE_H
#define KENTONGAN_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
    const char *p;
    size_t n;
};

/* SLICE("literal"): usable in initialisers too. */
#define SLICE(lit)                                                                                           \
    {                                                                                                        \
        .p = (lit), .n = sizeof(lit) - 1                                                                     \
    }
#define S(lit) ((struct slice)SLICE(lit))
/* For "%.*s". */
#define SLICE_ARG(s) (int)(s).n, (s).p

struct slice slice_of(const char *cstr); /* NULL gives the empty slice */
struct slice slice_make(const char *p, size_t n);
bool slice_eq(struct slice a, struct slice b);
bool slice_is(struct slice a, const char *cstr);
bool slice_ieq(struct slice a, struct slice b); /* ASCII case folded */
int slice_cmp(struct slice a, struct slice b);  /* bytewise, like memcmp, shorter first */
bool slice_starts(struct slice s, const char *prefix);
bool slice_ends(struct slice s, const char *suffix);
struct slice slice_trim(struct slice s); /* blanks, tabs, CR and LF off both ends */
struct slice slice_skip(struct slice s, size_t n);
struct slice slice_take(struct slice s, size_t n);
/* Offset of c, or (size_t)-1. */
size_t slice_find(struct slice s, char c);
/* Cuts *rest at the first `sep`: returns the part before, leaves the part behind (empty at the end). */
struct slice slice_cut(struct slice *rest, char sep);
/* Decimal digits only, at least one, no overflow. */
bool slice_to_u64(struct slice s, uint64_t *out);
bool slice_to_i64(struct slice s, int64_t *out);
bool slice_all_digits(struct slice s);
/* A 64-bit FNV-1a hash: for tables in memory, never for security. */
uint64_t slice_hash(struct slice s);

static inline bool slice_empty(struct slice s)
{
    return s.n == 0;
}

#endif
