/* texts.c - the catalogue: looking up and filling.  See texts.h; texts_load.c loads it.
 *
 * Filling is on the way of every message: one look-up, one allocation, one pass. */
#include <string.h>

#include "gateway/conf/texts_rows.h"
#include "parsers/text.h"
#include "parsers/utf8.h"

bool text_is_safe(char c)
{
    /* a bit each for the blank, most marks and the digits; for the letters */
    static const uint64_t bits[2] = { UINT64_C(0xffffffef00000000), UINT64_C(0x7fffffe07fffffe) };
    unsigned char u = (unsigned char)c;

    return u < 128 && (bits[u >> 6] >> (u & 63) & 1);
}

enum {
    VALUE_MAX = 512, /* of a slot's value more is never looked at */
};

/* --- folding a value to safe characters, and cutting it --- */

/* What every phone shows in place of a code point; 0: leave it out. */
static char fold_one(uint32_t cp, bool lines)
{
    if (cp < 0x80 && (text_is_safe((char)cp) || (cp == '\n' && lines)))
        return (char)cp;
    switch (cp) {
    case '[':
    case '{':
        return '(';
    case ']':
    case '}':
        return ')';
    case '\\':
    case '|':
        return '/';
    case '`':
    case 0xB4: /* acute accent, and the curly quotes */
    case 0x2018:
    case 0x2019:
        return '\'';
    case 0x201C:
    case 0x201D:
        return '"';
    case '~':
    case 0x2013: /* dashes */
    case 0x2014:
        return '-';
    default:
        return cp < 0x80 || cp == 0xA0 ? ' ' : text_base_letter(cp);
    }
}

/* Valid UTF-8 in, safe ASCII out, blanks closed; at most max bytes. */
static size_t fold(struct slice s, bool lines, char *out, size_t max)
{
    size_t n = 0;

    while (s.n && n < max) {
        char c = *s.p;

        if (text_is_safe(c)) { /* nearly every byte */
            s.p++;
            s.n--;
        } else {
            c = fold_one(utf8_next(&s), lines);
        }
        if (c == '\0' || (c == ' ' && (n == 0 || out[n - 1] == ' ')))
            continue;
        out[n++] = c;
    }
    while (n && out[n - 1] == ' ')
        n--;
    return n;
}

/* Length that fits the budget together with ".."; *dots says that they are needed. */
static size_t cut_length(const char *p, size_t n, unsigned budget, bool *dots)
{
    size_t at, hard;

    *dots = n > budget;
    if (!*dots)
        return n;
    hard = at = budget > 2 ? budget - 2 : 0;
    while (at && p[at] != ' ' && p[at] != '\n')
        at--;
    while (at && strchr(" \n,;:-.", p[at - 1]))
        at--;
    if (at > 0 && at * 2 >= hard)
        return at;
    /* One long word: cut inside it, but never inside a number. */
    at = hard;
    while (at && strchr("0123456789,./-", p[at - 1]))
        at--;
    while (at && p[at - 1] == ' ')
        at--;
    return at;
}

struct slice text_cut(struct slice s, unsigned budget, struct arena *arena)
{
    char folded[VALUE_MAX], *out;
    size_t n = fold(s, false, folded, sizeof folded);
    bool dots;

    n = cut_length(folded, n, budget, &dots);
    out = arena_alloc(arena, n + 3);
    if (!out)
        return S("");
    memcpy(out, folded, n);
    for (int i = 0; dots && i < 2; i++)
        out[n++] = '.';
    return slice_make(out, n);
}

/* --- filling --- */

const struct text *texts_find_in(const struct language *l, struct slice key)
{
    if (!l->texts)
        return NULL;
    for (size_t i = slice_hash(key) & l->mask; l->texts[i].key.n; i = (i + 1) & l->mask)
        if (slice_eq(l->texts[i].key, key))
            return &l->texts[i];
    return NULL;
}

const struct language *texts_find_language(const struct text_set *set, struct slice name)
{
    for (unsigned i = 0; i < set->n; i++)
        if (slice_eq(set->languages[i].name, name))
            return &set->languages[i];
    return NULL;
}

static const struct text *find(const struct text_set *set, struct slice language, struct slice key)
{
    const struct language *l = texts_find_language(set, language);
    const struct text *t = l ? texts_find_in(l, key) : NULL;

    if (t)
        return t;
    l = texts_find_language(set, S("id"));
    return l ? texts_find_in(l, key) : NULL;
}

/* What is being written; past the end only the length is counted. */
struct page {
    char *p;
    size_t n, max;
    size_t unused;  /* what slots that grow left of their budgets, cut at a word */
    bool over, cut; /* cut: one of these */
};

static void put(struct page *out, const char *p, size_t n)
{
    char before = out->n ? out->p[out->n - 1] : '\n', *to = out->p;
    size_t at = out->n;

    for (size_t i = 0; i < n; i++) {
        if (p[i] == ' ' && (before == ' ' || before == '\n'))
            continue;
        if (p[i] == '\n' && before == ' ')
            at--;
        if (at == out->max) {
            out->over = true;
            break;
        }
        to[at++] = before = p[i];
    }
    out->n = at;
}

/* What a text has for its slots beside their budgets. */
struct room {
    unsigned less, more;
};

static void put_slot(struct page *out, const struct part *part, struct room *room, bool lines,
                     struct slice value)
{
    char folded[VALUE_MAX];
    size_t whole = fold(value, lines, folded, sizeof folded), n = whole;
    unsigned budget = part->budget > room->less ? part->budget - room->less : 0;
    bool dots = false;

    if (part->grows && whole > budget && room->more) {
        unsigned lacks = (unsigned)whole - budget, gets = lacks < room->more ? lacks : room->more;

        budget += gets;
        room->more -= gets;
    }
    if (!part->keep)
        n = cut_length(folded, n, budget, &dots);
    put(out, folded, n);
    if (dots)
        put(out, "..", 2);
    if (dots && part->grows) {
        out->cut = true;
        out->unused += budget > n + 2 ? budget - n - 2 : 0;
    }
}

static void fill(struct page *out, const struct text *t, const struct text_fill *fills, unsigned n,
                 struct room room)
{
    *out = (struct page){ .p = out->p, .max = t->limit };
    for (unsigned i = 0; i < t->n; i++) {
        const struct part *part = &t->parts[i];

        if (!part->slot) {
            /* "Kelubi , kades": the slot between was empty. */
            if (out->n && out->p[out->n - 1] == ' ' && part->literal.n &&
                (part->literal.p[0] == ',' || part->literal.p[0] == '.'))
                out->n--;
            put(out, part->literal.p, part->literal.n);
        }
        for (unsigned f = 0; part->slot && f < n; f++)
            if (strcmp(fills[f].slot, part->name.p) == 0) {
                put_slot(out, part, &room, t->lines, fills[f].value);
                break;
            }
    }
    while (out->n && out->p[out->n - 1] == ' ')
        out->n--;
}

struct slice text_fill(const struct text_set *set, struct slice language, const char *key,
                       const struct text_fill *fills, unsigned n, struct arena *arena)
{
    const struct text *t = find(set, language, slice_of(key));
    struct page out = { 0 };

    if (!t)
        return arena_str(arena, key);
    out.p = arena_alloc(arena, t->limit + 1);
    if (!out.p)
        return S("");
    fill(&out, t, fills, n, (struct room){ 0 });
    if (out.cut && !out.over && out.n + out.unused < t->limit)
        fill(&out, t, fills, n, (struct room){ .more = (unsigned)(t->limit - out.n - out.unused) });
    /* Only a number longer than declared leads here: what may be cut gives way to it. */
    for (unsigned shrink = 4; out.over && shrink < t->limit; shrink += 4)
        fill(&out, t, fills, n, (struct room){ .less = shrink });
    out.p[out.n] = '\0';
    return slice_make(out.p, out.n);
}

bool text_exists(const struct text_set *set, struct slice language, const char *key)
{
    return find(set, language, slice_of(key)) != NULL;
}

bool texts_language(const struct text_set *set, struct slice language)
{
    return texts_find_language(set, language) != NULL;
}

unsigned texts_count(const struct text_set *set, struct slice language)
{
    const struct language *l = texts_find_language(set, language.n ? language : S("id"));

    return l ? l->n : 0;
}
