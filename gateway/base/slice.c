/* slice.c - borrowed runs of bytes.  See slice.h. */
#include "gateway/base/slice.h"

#include <string.h>

static char lower(char c)
{
    return (c >= 'A' && c <= 'Z') ? (char)(c + 32) : c;
}

bool slice_ieq(struct slice a, struct slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

int slice_cmp(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;

    if (c != 0)
        return c;
    return a.n < b.n ? -1 : a.n > b.n;
}

bool slice_one_edit_read(struct slice a, struct slice b)
{
    size_t i = 0;

    if (a.n > b.n) {
        struct slice t = a;

        a = b;
        b = t;
    }
    while (i < a.n && a.p[i] == b.p[i])
        i++;
    if (a.n != b.n)
        return slice_eq(slice_skip(a, i), slice_skip(b, i + 1));
    if (slice_eq(slice_skip(a, i + 1), slice_skip(b, i + 1)))
        return true;
    return i + 1 < a.n && a.p[i] == b.p[i + 1] && a.p[i + 1] == b.p[i] &&
           slice_eq(slice_skip(a, i + 2), slice_skip(b, i + 2));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
    while (s.n && is_blank(s.p[0]))
        s = slice_skip(s, 1);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

size_t slice_find(struct slice s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

    return at ? (size_t)(at - s.p) : (size_t)-1;
}

struct slice slice_cut(struct slice *rest, char sep)
{
    size_t at = slice_find(*rest, sep);
    struct slice head = *rest;

    if (at == (size_t)-1) {
        *rest = slice_skip(*rest, rest->n);
        return head;
    }
    head.n = at;
    *rest = slice_skip(*rest, at + 1);
    return head;
}

bool slice_all_digits(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

bool slice_has_digit(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            return true;
    return false;
}

bool slice_to_u64(struct slice s, uint64_t *out)
{
    uint64_t v = 0;

    if (!slice_all_digits(s))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        uint64_t d = (uint64_t)(s.p[i] - '0');

        if (v > (UINT64_MAX - d) / 10)
            return false;
        v = v * 10 + d;
    }
    *out = v;
    return true;
}

bool slice_to_i64(struct slice s, int64_t *out)
{
    bool minus = s.n && s.p[0] == '-';
    uint64_t v;

    if (!slice_to_u64(minus ? slice_skip(s, 1) : s, &v) || v > (uint64_t)INT64_MAX)
        return false;
    *out = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

uint64_t slice_hash(struct slice s)
{
    return slice_hash_on(1469598103934665603u, s);
}

unsigned slice_count(struct slice s, char c)
{
    unsigned n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == c;
    return n;
}

void slice_hex(char *out, const uint8_t *bytes, size_t n)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        *out++ = hex[bytes[i] >> 4];
        *out++ = hex[bytes[i] & 15];
    }
}

/* Has any of eight bytes this value? */
static uint64_t any_is(uint64_t eight, unsigned char c)
{
    uint64_t x = eight ^ (UINT64_C(0x0101010101010101) * c);

    return (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
}

static uint64_t any_below_blank(uint64_t eight)
{
    return (eight - UINT64_C(0x2020202020202020)) & ~eight & UINT64_C(0x8080808080808080);
}

/* Of a mask whose lowest bit is right (those above it may not be): how many bytes stand before it.  On a
 * machine that counts from the other end nothing is known but 0. */
static size_t bytes_before(uint64_t mask)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (size_t)__builtin_ctzll(mask) / 8;
#else
    return 0 * mask;
#endif
}

size_t slice_printable(struct slice s)
{
    size_t n = 0;
    uint64_t eight;

    for (; s.n - n >= sizeof eight; n += sizeof eight) {
        memcpy(&eight, s.p + n, sizeof eight);
        if (any_below_blank(eight) || (eight & UINT64_C(0x8080808080808080)) || any_is(eight, 0x7f))
            break;
    }
    while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7f)
        n++;
    return n;
}

/* As any_below_blank() and any_is() of each: their last step is the same for all, since no sign is above
 * 0x7f. */
static uint64_t must_be_escaped(uint64_t eight)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);

    return ((eight - ones * 0x20) | ((eight ^ ones * '"') - ones) | ((eight ^ ones * '\\') - ones) |
            ((eight ^ ones * 0x7f) - ones)) &
           ~eight & ones * 0x80;
}

size_t slice_plain(struct slice s)
{
    size_t n = 0;
    uint64_t eight;

    for (; s.n - n >= sizeof eight; n += sizeof eight) {
        memcpy(&eight, s.p + n, sizeof eight);
        eight = must_be_escaped(eight);
        if (eight) {
            n += bytes_before(eight);
            break;
        }
    }
    while (n < s.n && (unsigned char)s.p[n] >= 0x20 && s.p[n] != '"' && s.p[n] != '\\' && s.p[n] != 0x7f)
        n++;
    return n;
}

size_t slice_decimal(char *out, uint64_t v)
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
        "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
        "8081828384858687888990919293949596979899";
    char digits[20];
    size_t at = sizeof digits;

    for (; v >= 100; v /= 100)
        memcpy(digits + (at -= 2), pairs + 2 * (v % 100), 2);
    if (v >= 10)
        memcpy(digits + (at -= 2), pairs + 2 * v, 2);
    else
        digits[--at] = (char)('0' + v);
    memcpy(out, digits + at, sizeof digits - at);
    return sizeof digits - at;
}
