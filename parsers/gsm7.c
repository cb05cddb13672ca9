/* gsm7.c - see gsm7.h. */
#include "parsers/gsm7.h"

#include <string.h>

#include "parsers/utf8.h"

enum {
    ESCAPE = 0x1B,
};

static const uint16_t basic[128] = {
    '@',    0xA3, '$',  0xA5,   0xE8, 0xE9,   0xF9,   0xEC,   0xF2,   0xC7,   '\n',   0xD8,   0xF8,
    '\r',   0xC5, 0xE5, 0x0394, '_',  0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8, 0x03A3, 0x0398,
    0x039E, 0,    0xC6, 0xE6,   0xDF, 0xC9,   ' ',    '!',    '"',    '#',    0xA4,   '%',    '&',
    '\'',   '(',  ')',  '*',    '+',  ',',    '-',    '.',    '/',    '0',    '1',    '2',    '3',
    '4',    '5',  '6',  '7',    '8',  '9',    ':',    ';',    '<',    '=',    '>',    '?',    0xA1,
    'A',    'B',  'C',  'D',    'E',  'F',    'G',    'H',    'I',    'J',    'K',    'L',    'M',
    'N',    'O',  'P',  'Q',    'R',  'S',    'T',    'U',    'V',    'W',    'X',    'Y',    'Z',
    0xC4,   0xD6, 0xD1, 0xDC,   0xA7, 0xBF,   'a',    'b',    'c',    'd',    'e',    'f',    'g',
    'h',    'i',  'j',  'k',    'l',  'm',    'n',    'o',    'p',    'q',    'r',    's',    't',
    'u',    'v',  'w',  'x',    'y',  'z',    0xE4,   0xF6,   0xF1,   0xFC,   0xE0,
};

static const struct {
    uint8_t septet;
    uint16_t cp;
} extension[] = {
    { 0x0A, '\f' }, { 0x14, '^' }, { 0x28, '{' }, { 0x29, '}' }, { 0x2F, '\\' },
    { 0x3C, '[' },  { 0x3D, '~' }, { 0x3E, ']' }, { 0x40, '|' }, { 0x65, 0x20AC },
};

enum {
    EXTENSIONS = sizeof extension / sizeof extension[0],
};

/* Digits, Latin letters and most signs keep their ASCII value. */
static bool is_itself(uint32_t cp)
{
    return cp >= 0x20 && cp < 0x7B && basic[cp] == cp;
}

/* How many bytes from the first on do: mostly all. */
static size_t run_of(struct slice s)
{
    size_t n = 0;

    while (n < s.n && is_itself((unsigned char)s.p[n]))
        n++;
    return n;
}

/* The septet of a code point: 0x100 set when it stands behind an escape; -1 when there is none. */
static int septet_of(uint32_t cp)
{
    if (is_itself(cp))
        return (int)cp;
    for (int i = 0; i < 128; i++)
        if (basic[i] == cp && i != ESCAPE)
            return i;
    for (unsigned i = 0; i < EXTENSIONS; i++)
        if (extension[i].cp == cp)
            return 0x100 | extension[i].septet;
    return -1;
}

unsigned gsm7_cost(uint32_t cp)
{
    int s = septet_of(cp);

    if (s < 0)
        return 0;
    return s & 0x100 ? 2 : 1;
}

bool gsm7_count(struct slice s, size_t *septets)
{
    bool all = true;
    size_t n = 0;

    while (s.n) {
        size_t run = run_of(s);
        unsigned cost;

        n += run;
        s = slice_skip(s, run);
        if (!s.n)
            break;
        cost = gsm7_cost(utf8_next(&s));
        n += cost;
        all = all && cost > 0;
    }
    if (septets)
        *septets = n;
    return all;
}

bool gsm7_encode(struct slice s, struct arena *a, struct slice *out)
{
    size_t n = 0, at = 0;
    char *p;

    if (!gsm7_count(s, &n))
        return false;
    p = arena_alloc(a, n + 1);
    if (!p)
        return false;
    while (s.n) {
        size_t run = run_of(s);
        int septet;

        memcpy(p + at, s.p, run);
        at += run;
        s = slice_skip(s, run);
        if (!s.n)
            break;
        septet = septet_of(utf8_next(&s));
        if (septet & 0x100)
            p[at++] = ESCAPE;
        p[at++] = (char)(septet & 0x7F);
    }
    *out = slice_make(p, at);
    return true;
}

struct slice gsm7_decode(struct slice s, struct arena *a)
{
    char *out = arena_alloc(a, s.n * 3 + 1);
    size_t n = 0;

    if (!out)
        return slice_make("", 0);
    for (size_t i = 0; i < s.n; i++) {
        unsigned septet = (unsigned char)s.p[i] & 0x7F;
        uint32_t cp = basic[septet];

        if (septet == ESCAPE) {
            if (++i == s.n)
                break;
            septet = (unsigned char)s.p[i] & 0x7F;
            cp = septet == ESCAPE ? ' ' : basic[septet];
            for (unsigned e = 0; e < EXTENSIONS; e++)
                if (extension[e].septet == septet)
                    cp = extension[e].cp;
        }
        n += utf8_put(out + n, cp);
    }
    return slice_make(out, n);
}
