/* json.c - see json.h. */
#include "parsers/json.h"

#include <jansson.h>
#include <string.h>

#include "gateway/base/buf.h"
#include "parsers/utf8.h"

enum {
    NUMBER_MAX = 15, /* digits that any machine holds */
    ESCAPE = 6,      /* \uXXXX */
};

/* --- mending --- */

/* The code unit of "\uXXXX" at the front, or -1. */
static int unit_of(struct slice s)
{
    int v = 0;

    if (s.n < ESCAPE || s.p[0] != '\\' || s.p[1] != 'u')
        return -1;
    for (unsigned i = 2; i < ESCAPE; i++) {
        char c = s.p[i];
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;

        if (d < 0)
            return -1;
        v = v << 4 | d;
    }
    return v;
}

/* Appends the escape at the front of s; returns how many bytes of s it took. */
static size_t add_escape(struct buf *b, struct slice s, bool *mended)
{
    int unit = unit_of(s);
    bool high = unit >= 0xD800 && unit < 0xDC00, low = unit >= 0xDC00 && unit < 0xE000;
    int next = high ? unit_of(slice_skip(s, ESCAPE)) : -1;
    size_t n = unit < 0 ? (s.n < 2 ? s.n : 2) : high && next >= 0xDC00 && next < 0xE000 ? 2 * ESCAPE : ESCAPE;

    if (low || (high && n == ESCAPE)) {
        buf_str(b, "\\ufffd");
        *mended = true;
    } else {
        buf_add(b, slice_take(s, n));
    }
    return n;
}

static bool of_number(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* Appends the number at the front of s, in quotes where it is long. */
static size_t add_number(struct buf *b, struct slice s)
{
    size_t n = 0;
    bool long_one;

    while (n < s.n && of_number(s.p[n]))
        n++;
    long_one = n > NUMBER_MAX || memchr(s.p, 'e', n) || memchr(s.p, 'E', n);
    if (long_one)
        buf_char(b, '"');
    buf_add(b, slice_take(s, n));
    if (long_one)
        buf_char(b, '"');
    return n;
}

static struct slice mend(struct slice s, struct arena *a, bool *mended)
{
    bool quoted = false;
    struct slice out;
    struct buf b;

    if (!s.n || (!memchr(s.p, '\\', s.n) && s.n < NUMBER_MAX))
        return s;
    buf_init(&b, 3 * s.n + 64);
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i];

        if (quoted && c == '\\') {
            i += add_escape(&b, slice_skip(s, i), mended);
        } else if (!quoted && (c == '-' || (c >= '0' && c <= '9'))) {
            i += add_number(&b, slice_skip(s, i));
        } else {
            quoted = quoted != (c == '"');
            buf_char(&b, c);
            i++;
        }
    }
    out = b.failed ? s : buf_into(&b, a);
    buf_free(&b);
    return out;
}

struct json_t *json_read(struct slice s, struct arena *a, bool *broken, int *line)
{
    json_error_t why = { .line = 1 };
    bool mended = false;
    json_t *root;

    s = mend(utf8_clean(s, a, &mended), a, &mended);
    root = json_loadb(s.n ? s.p : "", s.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
    if (broken)
        *broken = *broken || mended;
    if (line)
        *line = why.line;
    return root;
}

/* --- lists --- */

static void skip_blanks(struct slice *s)
{
    while (s->n && strchr(" \t\r\n", s->p[0]))
        *s = slice_skip(*s, 1);
}

/* One value off the front, up to a comma or bracket that is not its own. */
static struct slice cut_value(struct slice *s)
{
    bool quoted = false;
    unsigned depth = 0;
    size_t n = 0;
    struct slice value;

    for (; n < s->n; n++) {
        char c = s->p[n];

        if (quoted && c == '\\') {
            n++;
            continue;
        }
        if (c == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        if (depth == 0 && (c == ',' || c == ']' || c == '}'))
            break;
        if (c == '[' || c == '{')
            depth++;
        else if (c == ']' || c == '}')
            depth--;
    }
    value = slice_trim(slice_take(*s, n));
    *s = slice_skip(*s, n < s->n ? n : s->n);
    return value;
}

/* The value of a name in the object at the front; false when there is none, or more than one. */
static bool member(struct slice s, struct slice name, struct slice *value)
{
    unsigned found = 0;

    skip_blanks(&s);
    if (!slice_starts(s, "{"))
        return false;
    do {
        struct slice key;

        s = slice_skip(s, 1);
        skip_blanks(&s);
        if (!slice_starts(s, "\""))
            break;
        key = slice_take(slice_skip(s, 1), slice_find(slice_skip(s, 1), '"'));
        s = slice_skip(s, key.n + 2);
        skip_blanks(&s);
        if (!slice_starts(s, ":"))
            break;
        s = slice_skip(s, 1);
        if (slice_eq(key, name)) {
            found++;
            *value = cut_value(&s);
        } else {
            (void)cut_value(&s);
        }
    } while (slice_starts(s, ","));
    return found == 1 && slice_starts(s, "}") && !slice_trim(slice_skip(s, 1)).n;
}

int json_items(struct slice body, struct slice pointer, struct arena *a, struct slice **items)
{
    struct slice list = slice_trim(body), rest;
    unsigned n = 0;

    pointer = slice_skip(pointer, slice_starts(pointer, "/"));
    while (pointer.n)
        if (!member(list, slice_cut(&pointer, '/'), &list))
            return -1;
    if (!slice_starts(list, "["))
        return -1;
    rest = slice_skip(list, 1);
    skip_blanks(&rest);
    if (slice_is(rest, "]"))
        return 0;
    list = rest;
    do {
        (void)cut_value(&list);
        n++;
    } while (slice_starts(list, ",") && (list = slice_skip(list, 1)).n);
    if (!slice_is(list, "]"))
        return -1;
    *items = ARENA_ARRAY(a, struct slice, n);
    for (unsigned i = 0; *items && i < n; i++) {
        (*items)[i] = cut_value(&rest);
        rest = slice_skip(rest, 1); /* the comma */
    }
    return *items ? (int)n : -1;
}
