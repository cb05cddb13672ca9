/* text.c - plain text out of what phones send.  See text.h. */
#include "parsers/text.h"

#include <string.h>

#include "parsers/date.h"

uint32_t text_rune_read(const char *p, const char *end, unsigned *len)
{
    const unsigned char *s = (const unsigned char *)p;
    size_t left = (size_t)(end - p);

    if (left < 2) {
        *len = 1;
        return s[0];
    }
    if (s[0] < 0xe0) {
        *len = 2;
        return (uint32_t)(s[0] & 0x1f) << 6 | (s[1] & 0x3f);
    }
    if (s[0] < 0xf0 && left >= 3) {
        *len = 3;
        return (uint32_t)(s[0] & 0x0f) << 12 | (uint32_t)(s[1] & 0x3f) << 6 | (s[2] & 0x3f);
    }
    if (left >= 4) {
        *len = 4;
        return (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3f) << 12 | (uint32_t)(s[2] & 0x3f) << 6 |
               (s[3] & 0x3f);
    }
    *len = (unsigned)left;
    return 0xfffd;
}

/* Bytes of the valid sequence at s, or 0. */
static unsigned valid_len(const unsigned char *s, size_t left)
{
    unsigned n;

    if (s[0] < 0x80)
        return s[0] != 0;
    if (s[0] >= 0xc2 && s[0] < 0xe0)
        n = 2;
    else if (s[0] >= 0xe0 && s[0] < 0xf0)
        n = 3;
    else if (s[0] >= 0xf0 && s[0] < 0xf5)
        n = 4;
    else
        return 0;
    if (left < n)
        return 0;
    for (unsigned i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
        (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

static bool is_valid(struct slice s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t i = 0;

    while (i < s.n) {
        unsigned n = valid_len(p + i, s.n - i);

        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

struct slice text_valid_utf8(struct slice s, struct arena *a)
{
    char *out;
    size_t n = 0;
    bool valid;

    if (is_valid(s))
        return s;
    out = arena_alloc(a, s.n * 2 + 1);
    if (!out)
        return (struct slice){ 0 };
    /* Without its NULs it may be valid after all. */
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i])
            out[n++] = s.p[i];
    valid = is_valid((struct slice){ .p = out, .n = n });
    if (valid)
        return (struct slice){ .p = out, .n = n };
    n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c >= 0x80) {
            out[n++] = (char)(0xc0 | c >> 6);
            out[n++] = (char)(0x80 | (c & 0x3f));
        } else if (c) {
            out[n++] = (char)c;
        }
    }
    return (struct slice){ .p = out, .n = n };
}

char text_base_letter(uint32_t r)
{
    /* U+00C0 … U+017F; '.' = no Latin letter with one base. */
    static const char base[] =
        "AAAAAAACEEEEIIIIDNOOOOO.OUUUUY..aaaaaaaceeeeiiiidnooooo.ouuuuy.y"
        "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi..JjKkkLlLlLlLlLlNnNnNnnNnOoOoOo.."
        "RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
    char c;

    if (r < 0xc0 || r >= 0xc0 + sizeof base - 1)
        return 0;
    c = base[r - 0xc0];
    return c == '.' ? 0 : c;
}

/* Decimal digits of any script are their digits, letters of mathematical alphabets their letters (RULINGS
 * 50); 0: neither. */
static char plain_of(uint32_t r)
{
    /* The noughts of Unicode 14 (category Nd), each followed by its one to nine. */
    static const uint32_t noughts[] = {
        0x660,   0x6f0,   0x7c0,   0x966,   0x9e6,   0xa66,   0xae6,   0xb66,   0xbe6,   0xc66,
        0xce6,   0xd66,   0xde6,   0xe50,   0xed0,   0xf20,   0x1040,  0x1090,  0x17e0,  0x1810,
        0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,  0xa8d0,
        0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136,
        0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50,
        0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0
    };
    size_t low = 0, high = sizeof noughts / sizeof *noughts;

    if (r < noughts[0])
        return 0;
    if (r >= 0x1d7ce && r <= 0x1d7ff)
        return (char)('0' + (r - 0x1d7ce) % 10);
    if (r >= 0x1d400 && r <= 0x1d6a3)
        return "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[(r - 0x1d400) % 52];
    while (low + 1 < high) {
        size_t middle = (low + high) / 2;

        if (noughts[middle] <= r)
            low = middle;
        else
            high = middle;
    }
    return r - noughts[low] < 10 ? (char)('0' + (r - noughts[low])) : 0;
}

static bool is_blank_rune(uint32_t r)
{
    return r == 0xa0 || r == 0x1680 || (r >= 0x2000 && r <= 0x200a) || r == 0x202f || r == 0x205f ||
           r == 0x3000 || r == 0x09 || r == 0x0b || r == 0x0c;
}

static bool is_zero_width(uint32_t r)
{
    return r == 0xad || (r >= 0x200b && r <= 0x200f) || (r >= 0x202a && r <= 0x202e) ||
           (r >= 0x2060 && r <= 0x2064) || r == 0xfeff || (r >= 0xfe00 && r <= 0xfe0f) || r == 0x0d ||
           (r < 0x20 && r != '\n' && r != '\t') || (r >= 0x7f && r < 0xa0) || (r >= 0x300 && r <= 0x36f);
}

/* Strokes over the letter before, and control characters: no blank, and no part of a number. */
static bool is_mark(uint32_t r)
{
    return (r >= 0x300 && r <= 0x36f) || (r < 0x20 && r != 0x0d) || (r >= 0x7f && r < 0xa0);
}

static char ascii_of(uint32_t r)
{
    if ((r >= 0x2010 && r <= 0x2015) || r == 0x2212 || r == 0xfe58 || r == 0xfe63)
        return '-';
    if (r == 0x2018 || r == 0x2019 || r == 0x201a || r == 0x201b || r == 0x2032 || r == 0xb4 || r == 0x2bc ||
        r == '`')
        return '\'';
    if (r == 0x201c || r == 0x201d || r == 0x201e || r == 0x201f || r == 0x2033 || r == 0xab || r == 0xbb)
        return '"';
    if (r >= 0xff01 && r <= 0xff5e)
        return (char)(r - 0xff01 + '!');
    if (r == 0x2044 || r == 0x2215)
        return '/';
    if (r == 0x2028 || r == 0x2029 || r == 0x85)
        return '\n';
    if (r == 0x2022 || r == 0xb7)
        return '*';
    return 0;
}

static const char *fraction_of(uint32_t r)
{
    return r == 0xbd ? ",5" : r == 0xbc ? ",25" : r == 0xbe ? ",75" : NULL;
}

/* Emoji: noise where they stand alone.  What points, counts or reckons is none, whatever block it lies in:
 * arrows, letters and numbers in circles, plus and minus. */
static bool is_picture(uint32_t r)
{
    if (r == 0x200d || r == 0x20e3)
        return true;
    if ((r >= 0x2460 && r <= 0x24ff) || (r >= 0x25b2 && r <= 0x25c5) || (r >= 0x2776 && r <= 0x2b1a) ||
        (r >= 0x1f100 && r <= 0x1f10c))
        return false;
    return (r >= 0x2300 && r <= 0x2bff) || (r >= 0x1f000 && r <= 0x1faff);
}

struct plain {
    const char *p, *end;
    char *out;
    size_t n;
};

static bool number_mark(char c)
{
    return c == ',' || c == '.' || c == '/' || c == '-';
}

/* A number stands right before, or its mark. */
static bool behind_number(const struct plain *x)
{
    char last = x->n ? x->out[x->n - 1] : 0, before = x->n > 1 ? x->out[x->n - 2] : 0;

    return text_is_digit(last) || (number_mark(last) && text_is_digit(before));
}

static bool before_number(const struct plain *x, const char *p)
{
    unsigned n;
    uint32_t r;

    if (p >= x->end)
        return false;
    r = text_rune(p, x->end, &n);
    if (r < 0x80 && number_mark((char)r) && p + 1 < x->end)
        r = (unsigned char)p[1];
    return (r < 0x80 && text_is_digit((char)r)) || (r >= 0x80 && text_is_digit(plain_of(r)));
}

/* A run of pictures parts words like a blank; inside a number it stays, and makes it unreadable (RULINGS 50).
 */
static void pictures(struct plain *x)
{
    const char *start = x->p;

    while (x->p < x->end) {
        unsigned n;
        uint32_t r = text_rune(x->p, x->end, &n);

        if (!is_picture(r) && !is_zero_width(r))
            break;
        x->p += n;
    }
    if (!behind_number(x) || !before_number(x, x->p)) {
        x->out[x->n++] = ' ';
        return;
    }
    memcpy(x->out + x->n, start, (size_t)(x->p - start));
    x->n += (size_t)(x->p - start);
}

static void rune_plain(struct plain *x)
{
    unsigned len;
    uint32_t r = text_rune(x->p, x->end, &len);
    char ascii = ascii_of(r);
    const char *fraction = fraction_of(r);

    if (!ascii && is_picture(r)) {
        pictures(x);
        return;
    }
    if (!ascii)
        ascii = plain_of(r);
    if (ascii == '*' && r >= 0x80 && behind_number(x) && before_number(x, x->p + len))
        ascii = 0; /* `9·8`: no bullet, and who knows what (RULINGS 50) */
    if (ascii) {
        x->out[x->n++] = ascii;
    } else if (fraction && !(x->p + len < x->end && text_is_digit(x->p[len]))) {
        if (!x->n || !text_is_digit(x->out[x->n - 1]))
            x->out[x->n++] = '0';
        memcpy(x->out + x->n, fraction, strlen(fraction));
        x->n += strlen(fraction);
    } else if (r == 0x2026) {
        x->out[x->n++] = ' ';
    } else if (is_blank_rune(r)) {
        x->out[x->n++] = ' ';
    } else if (!is_zero_width(r) || (is_mark(r) && (behind_number(x) || before_number(x, x->p + len)))) {
        memcpy(x->out + x->n, x->p, len);
        x->n += len;
    }
    x->p += len;
}

/* Nothing in it that text_plain() changes, nor text_valid_utf8(). */
static bool is_plain(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        i += slice_printable(slice_skip(s, i));
        if (i < s.n && s.p[i] != '\n')
            return false;
    }
    return slice_find(s, '`') == (size_t)-1;
}

struct slice text_plain(struct slice s, struct arena *a)
{
    struct plain x = { .p = s.p, .end = s.p + s.n };

    if (is_plain(s))
        return s;
    x.out = arena_alloc(a, s.n * 2 + 4);
    if (!x.out)
        return (struct slice){ 0 };
    while (x.p < x.end)
        rune_plain(&x);
    return (struct slice){ .p = x.out, .n = x.n };
}

struct slice text_clean(struct slice s, struct arena *a)
{
    return is_plain(s) ? s : text_plain(text_valid_utf8(s, a), a);
}

static bool digits(const char *p, unsigned n, int *out)
{
    *out = 0;
    for (unsigned i = 0; i < n; i++) {
        if (!text_is_digit(p[i]))
            return false;
        *out = *out * 10 + (p[i] - '0');
    }
    return true;
}

bool text_rfc3339(struct slice s, int64_t *ms)
{
    int y, mo, d, h, mi, sec, oh = 0, om = 0;
    int64_t days;
    size_t z = 19;

    if (s.n < 20 || !digits(s.p, 4, &y) || s.p[4] != '-' || !digits(s.p + 5, 2, &mo) || s.p[7] != '-' ||
        !digits(s.p + 8, 2, &d) || (s.p[10] != 'T' && s.p[10] != 't' && s.p[10] != ' ') ||
        !digits(s.p + 11, 2, &h) || s.p[13] != ':' || !digits(s.p + 14, 2, &mi) || s.p[16] != ':' ||
        !digits(s.p + 17, 2, &sec))
        return false;
    if (s.p[z] == '.')
        for (z++; z < s.n && text_is_digit(s.p[z]); z++)
            ;
    if (z >= s.n || !date_valid(y, mo, d) || h > 23 || mi > 59 || sec > 60)
        return false;
    if (s.p[z] != 'Z' && s.p[z] != 'z') {
        if (s.n - z != 6 || (s.p[z] != '+' && s.p[z] != '-') || !digits(s.p + z + 1, 2, &oh) ||
            s.p[z + 3] != ':' || !digits(s.p + z + 4, 2, &om) || oh > 23 || om > 59)
            return false;
        if (s.p[z] == '-') {
            oh = -oh;
            om = -om;
        }
    } else if (s.n - z != 1) {
        return false;
    }
    days = date_days(y, mo, d);
    *ms = (((days * 24 + h - oh) * 60 + mi - om) * 60 + sec) * 1000;
    return true;
}

struct slice text_folded(struct slice s, struct arena *a)
{
    char *low = arena_alloc(a, s.n + 1);

    for (size_t i = 0; low && i < s.n; i++)
        low[i] = text_lower(s.p[i]);
    return low ? slice_make(low, s.n) : s;
}

struct slice text_lowered(struct slice text, struct arena *a)
{
    char *low = arena_alloc(a, text.n);

    for (size_t i = 0; low && i < text.n; i++)
        low[i] = text_lower(text.p[i]);
    return low ? slice_make(low, text.n) : text;
}
