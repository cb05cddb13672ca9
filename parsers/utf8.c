/* utf8.c - see utf8.h. */
#include "parsers/utf8.h"

#include <string.h>

/* Length of the well-formed sequence at p, 0 when there is none. */
static unsigned sequence(const unsigned char *p, size_t n)
{
    unsigned char second_min = 0x80, second_max = 0xBF;
    unsigned len;

    if (p[0] < 0x80)
        return 1;
    if (p[0] >= 0xC2 && p[0] <= 0xDF)
        len = 2;
    else if (p[0] >= 0xE0 && p[0] <= 0xEF)
        len = 3;
    else if (p[0] >= 0xF0 && p[0] <= 0xF4)
        len = 4;
    else
        return 0;
    if (p[0] == 0xE0)
        second_min = 0xA0; /* overlong */
    else if (p[0] == 0xED)
        second_max = 0x9F; /* surrogates */
    else if (p[0] == 0xF0)
        second_min = 0x90;
    else if (p[0] == 0xF4)
        second_max = 0x8F;
    if (n < len || p[1] < second_min || p[1] > second_max)
        return 0;
    for (unsigned i = 2; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

bool utf8_valid(struct slice s)
{
    for (s = slice_skip(s, slice_printable(s)); s.n; s = slice_skip(s, slice_printable(s))) {
        unsigned len = sequence((const unsigned char *)s.p, s.n);

        if (!len)
            return false;
        s = slice_skip(s, len);
    }
    return true;
}

uint32_t utf8_next(struct slice *rest)
{
    static const unsigned char lead[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    const unsigned char *p = (const unsigned char *)rest->p;
    unsigned len;
    uint32_t cp;

    if (rest->n && p[0] < 0x80) { /* nearly always */
        *rest = slice_make(rest->p + 1, rest->n - 1);
        return p[0];
    }
    len = rest->n ? sequence(p, rest->n) : 0;
    if (!len) {
        *rest = slice_skip(*rest, rest->n ? 1 : 0);
        return 0xFFFD;
    }
    cp = p[0] & lead[len];
    for (unsigned i = 1; i < len; i++)
        cp = cp << 6 | (p[i] & 0x3F);
    *rest = slice_skip(*rest, len);
    return cp;
}

unsigned utf8_put(char out[4], uint32_t cp)
{
    if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
        cp = 0xFFFD;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

/* NULs are left out; bytes from 0x80 on become two. */
struct slice utf8_from_latin1(struct slice s, struct arena *a)
{
    char *out = arena_alloc(a, s.n * 2 + 1);
    size_t n = 0;

    if (!out)
        return slice_make("", 0);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i])
            n += utf8_put(out + n, (unsigned char)s.p[i]);
    return slice_make(out, n);
}

struct slice utf8_clean(struct slice s, struct arena *a, bool *broken)
{
    bool nul = s.n && memchr(s.p, '\0', s.n);
    char *out;
    size_t n = 0;

    if (!utf8_valid(s)) {
        if (broken)
            *broken = true;
        return utf8_from_latin1(s, a);
    }
    if (!nul)
        return s;
    if (broken)
        *broken = true;
    out = arena_alloc(a, s.n + 1);
    if (!out)
        return slice_make("", 0);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i])
            out[n++] = s.p[i];
    return slice_make(out, n);
}

static uint32_t unit(struct slice s, size_t at)
{
    return (uint32_t)(unsigned char)s.p[at] << 8 | (unsigned char)s.p[at + 1];
}

struct slice utf8_from_ucs2(struct slice s, struct arena *a)
{
    char *out = arena_alloc(a, s.n / 2 * 3 + 1);
    bool little = s.n >= 2 && unit(s, 0) == 0xFFFE;
    size_t n = 0;

    if (!out)
        return slice_make("", 0);
    for (size_t i = 0; i + 1 < s.n; i += 2) {
        uint32_t cp = unit(s, i);

        if (little)
            cp = (cp & 0xFF) << 8 | cp >> 8;
        if (cp >= 0xD800 && cp <= 0xDBFF && i + 3 < s.n) {
            uint32_t low = unit(s, i + 2);

            if (little)
                low = (low & 0xFF) << 8 | low >> 8;
            if (low >= 0xDC00 && low <= 0xDFFF) {
                cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
                i += 2;
            }
        }
        if (cp == 0xFEFF && i == 0)
            continue;
        if (cp == 0 || (little && i == 0))
            continue;
        n += utf8_put(out + n, cp);
    }
    return slice_make(out, n);
}

struct slice utf8_to_ucs2(struct slice s, struct arena *a)
{
    char *out = arena_alloc(a, s.n * 2 + 2);
    size_t n = 0;

    if (!out)
        return slice_make("", 0);
    while (s.n) {
        uint32_t cp = utf8_next(&s);

        if (cp >= 0x10000) {
            uint32_t high = 0xD800 + ((cp - 0x10000) >> 10);

            out[n++] = (char)(high >> 8);
            out[n++] = (char)high;
            cp = 0xDC00 + ((cp - 0x10000) & 0x3FF);
        }
        out[n++] = (char)(cp >> 8);
        out[n++] = (char)cp;
    }
    return slice_make(out, n);
}

size_t utf8_ucs2_units(struct slice s)
{
    size_t n = 0;

    while (s.n)
        n += utf8_next(&s) >= 0x10000 ? 2 : 1;
    return n;
}
