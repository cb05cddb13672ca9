/* slice.h - a borrowed run of bytes: pointer and length, never owned, not NUL-terminated.
 *
 * The one string type of the house.  Whoever hands out a slice says how long it lives; most live in
 * the arena of the message.  Knows no telecom word. */
#ifndef KENTONGAN_BASE_SLICE_H
#define KENTONGAN_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* NULL gives the empty slice. */
static inline struct slice slice_of(const char *cstr)
{
    return (struct slice){ .p = cstr, .n = cstr ? strlen(cstr) : 0 };
}

static inline struct slice slice_make(const char *p, size_t n)
{
    return (struct slice){ .p = p, .n = n };
}

/* Words of a text are compared with many others: mostly the length or the first byte says no. */
static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || (a.p[0] == b.p[0] && memcmp(a.p, b.p, a.n) == 0));
}

static inline bool slice_is(struct slice a, const char *cstr)
{
    return slice_eq(a, slice_of(cstr));
}

bool slice_ieq(struct slice a, struct slice b); /* ASCII case folded */
int slice_cmp(struct slice a, struct slice b);  /* bytewise, like memcmp, shorter first */
/* One byte put in, left out or changed, or two neighbours swapped: a slip of the finger.  Equal ones too. */
bool slice_one_edit_read(struct slice a,
                         struct slice b); /* slice_one_edit(), where nothing speaks against it */
static inline bool slice_one_edit(struct slice a, struct slice b)
{
    /* Of three letters or more one slip leaves the first or the last. */
    return a.n <= b.n + 1 && b.n <= a.n + 1 &&
           (a.n < 3 || b.n < 3 || a.p[0] == b.p[0] || a.p[a.n - 1] == b.p[b.n - 1]) &&
           slice_one_edit_read(a, b);
}
static inline bool slice_starts(struct slice s, const char *prefix)
{
    size_t n = strlen(prefix);

    return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

static inline bool slice_ends(struct slice s, const char *suffix)
{
    size_t n = strlen(suffix);

    return s.n >= n && memcmp(s.p + s.n - n, suffix, n) == 0;
}

struct slice slice_trim(struct slice s); /* blanks, tabs, CR and LF off both ends */

static inline struct slice slice_skip(struct slice s, size_t n)
{
    if (n > s.n)
        n = s.n;
    return (struct slice){ .p = n ? s.p + n : s.p, .n = s.n - n };
}

static inline struct slice slice_take(struct slice s, size_t n)
{
    return (struct slice){ .p = s.p, .n = n < s.n ? n : s.n };
}

/* Offset of c, or (size_t)-1. */
size_t slice_find(struct slice s, char c);
/* Cuts *rest at the first `sep`: returns the part before, leaves the part behind (empty at the end). */
struct slice slice_cut(struct slice *rest, char sep);
/* Decimal digits only, at least one, no overflow. */
bool slice_to_u64(struct slice s, uint64_t *out);
bool slice_to_i64(struct slice s, int64_t *out);
bool slice_all_digits(struct slice s);
bool slice_has_digit(struct slice s);
/* A 64-bit FNV-1a hash: for tables in memory, never for security. */
uint64_t slice_hash(struct slice s);
/* The hash of what gave h, with s behind it. */
static inline uint64_t slice_hash_on(uint64_t h, struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
    return h;
}
/* n bytes as 2n hexadecimal digits; a number in decimal, at most 20 digits: how many.  Without printf:
 * several for each message. */
void slice_hex(char *out, const uint8_t *bytes, size_t n);
size_t slice_decimal(char *out, uint64_t v);
/* How many bytes from the first on are printable ASCII. */
size_t slice_printable(struct slice s);
/* How many bytes from the first on JSON takes as they stand: up to a quote, backslash, control character or
 * DEL. */
size_t slice_plain(struct slice s);
/* How often c stands in it. */
unsigned slice_count(struct slice s, char c);

static inline bool slice_empty(struct slice s)
{
    return s.n == 0;
}

#endif
