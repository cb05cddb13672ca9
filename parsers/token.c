/* token.c - the lexer.  See token.h. */
#include "parsers/token.h"

#include <string.h>

#include "parsers/text.h"

enum {
    TWICE_MIN = 8 /* letters of a word said twice */
};

struct lexer {
    const char *start, *p, *end;
    const struct form *form;
    const struct form_set *set;
    char *low; /* room for the rest of the text, folded or repaired */
    struct tokens *out;
    unsigned cap;
    unsigned sep;
    bool glued;
    bool hash_open, comma_open; /* a separator came and no token since */
};

bool token_letter_is_digit(char c)
{
    return c == 'O' || c == 'o' || c == 'l' || c == 'I' || c == 'i' || c == 'S' || c == 'B';
}

static char digit_of(char c)
{
    switch (c) {
    case 'O':
    case 'o':
        return '0';
    case 'l':
    case 'I':
    case 'i':
        return '1';
    case 'S':
        return '5';
    case 'B':
        return '8';
    default:
        return c;
    }
}

int token_digit(char c)
{
    return digit_of(c) - '0';
}

static struct token *emit(struct lexer *x, enum token_kind kind, const char *from, const char *to)
{
    struct token *t;

    if (x->out->n == x->cap)
        return NULL;
    t = &x->out->t[x->out->n++];
    *t = (struct token){ .text = { .p = from, .n = (size_t)(to - from) }, .kind = kind, .sep = x->sep };
    t->glued = x->glued && x->sep == 0;
    x->sep = 0;
    x->glued = true;
    x->hash_open = x->comma_open = false;
    return t;
}

static void set_low(const struct lexer *x, struct token *t, struct slice low)
{
    struct slice rest = low, first = slice_cut(&rest, ' ');

    t->low = low;
    t->known = vocabulary_word(x->set->vocabulary, first, t->kind == TOKEN_WORD ? &t->near : NULL);
}

static char at(const struct lexer *x, const char *p)
{
    return p < x->end ? *p : 0;
}

/* A letter of any kind at p; *len its bytes. */
static bool letter(const struct lexer *x, const char *p, unsigned *len)
{
    if (p >= x->end)
        return false;
    *len = 1;
    if ((unsigned char)*p < 0x80)
        return text_is_letter(*p);
    return text_base_letter(text_rune(p, x->end, len)) != 0;
}

static const char *letters_end(const struct lexer *x, const char *p)
{
    unsigned len;

    while (letter(x, p, &len))
        p += len;
    return p;
}

static struct slice fold(struct lexer *x, const char *from, const char *to)
{
    char *low = x->low;
    size_t n = 0;

    while (from < to) {
        unsigned len = 1;
        char c = (unsigned char)*from < 0x80 ? *from : text_base_letter(text_rune(from, to, &len));

        if (c == '-')
            c = ' ';
        if (c)
            low[n++] = text_lower(c);
        from += len;
    }
    x->low += n;
    return (struct slice){ .p = low, .n = n };
}

static bool is_unit(const struct lexer *x, const char *from, const char *to)
{
    char low[12];
    size_t n = (size_t)(to - from);

    if (n == 0 || n >= sizeof low)
        return false;
    for (size_t i = 0; i < n; i++)
        low[i] = text_lower(from[i]);
    return x->set->words.units && list_find(x->set->words.units, (struct slice){ .p = low, .n = n });
}

static bool is_label(const struct lexer *x, const char *from, const char *to)
{
    return x->form && form_has_label(x->form, (struct slice){ .p = from, .n = (size_t)(to - from) });
}

/* Letters behind a digit that are digits themselves: the end of them, or p when there are none. */
static const char *digit_letters(const struct lexer *x, const char *p)
{
    const char *end = letters_end(x, p), *q = p;

    if (q == end || is_unit(x, p, end) || is_label(x, p, end))
        return p;
    while (q < end && token_letter_is_digit(*q))
        q++;
    while (q > p) {
        if (q == end || is_unit(x, q, end))
            return q;
        q--;
    }
    return p;
}

static const char *digits_end(const struct lexer *x, const char *p)
{
    while (p < x->end && text_is_digit(*p))
        p++;
    return p;
}

static int small(const char *p, const char *end)
{
    int v = 0;

    for (; p < end && v < 100000; p++)
        v = v * 10 + (digit_of(*p) - '0');
    return v;
}

enum slash {
    SLASH_SEPARATES,
    SLASH_DATE,
    SLASH_PRESSURE,
};

/* RULINGS 16: `/` stays in dates and in blood pressure, else it separates.  first = begin of the digits
 * before it. */
static enum slash slash_kind(const struct lexer *x, const char *first, const char *slash)
{
    const char *second = slash + 1, *end = second;
    size_t n1 = (size_t)(slash - first), n2;
    int a, b;

    while (end < x->end && (text_is_digit(*end) || token_letter_is_digit(*end)))
        end++;
    if (end < x->end && letters_end(x, end) != end)
        end = digits_end(x, second);
    n2 = (size_t)(end - second);
    a = small(first, slash);
    b = small(second, end);
    if (n1 >= 1 && n1 <= 2 && n2 == 4 && a >= 1 && a <= 12 && b >= 2000 && b <= 2100)
        return SLASH_PRESSURE; /* a month: nothing follows */
    if (n1 == 0 || n2 == 0 || n1 > 3 || n2 > 3)
        return SLASH_SEPARATES;
    if (n1 <= 2 && n2 <= 2 && a >= 1 && a <= 31 && b >= 1 && b <= 12)
        return SLASH_DATE;
    if (n1 < 2 || n2 < 2 || a < 40 || b < 20)
        return SLASH_SEPARATES;
    /* 45/120/80: an age before a blood pressure. */
    if (at(x, end) == '/' && text_is_digit(at(x, end + 1)) && a < b + 10)
        return SLASH_SEPARATES;
    return SLASH_PRESSURE;
}

/* 45,140/90: the comma before a blood pressure separates. */
static bool pressure_ahead(const struct lexer *x, const char *p)
{
    const char *slash = digits_end(x, p), *end;

    if (slash - p < 2 || slash - p > 3 || at(x, slash) != '/')
        return false;
    end = digits_end(x, slash + 1);
    return end - slash > 2 && end - slash <= 4 && small(p, slash) >= 50;
}

/* `8,S`: one letter that can only stand for a digit.  `l` is none: `70,l` is an age and a sex.  `Z` is not
 * known to be a 2 (RULINGS 27), so `9,Z` cannot be read: it is never 9. */
static bool last_letter(const struct lexer *x, const char *p)
{
    const char *end = letters_end(x, p);

    return end == p + 1 && strchr("SOoBZz", *p) && !is_label(x, p, end) && !is_unit(x, p, end) &&
           !(x->form && x->form->code_counts);
}

/* `7,,8`, `7..8`: one number with a mark too many, which nobody can read; not so where such marks part the
 * fields (`14,,76`, `Siti..14..9,2`), but for a last digit by itself: `Siti,P,14bl,7,,8`. */
static bool doubled_mark(const struct lexer *x, const char *p)
{
    char next = at(x, p + 1), last = at(x, p + 3);
    bool one = !text_is_digit(last) && !((last == ',' || last == '.') && text_is_digit(at(x, p + 4)));

    if ((*p != ',' && *p != '.') || (next != ',' && next != '.') || !text_is_digit(at(x, p + 2)))
        return false;
    return (x->sep & (*p == '.' ? SEP_DOT : SEP_COMMA)) == 0 || (*p == ',' && one);
}

/* True while the number goes on at the mark *p. */
static bool mark_inside(const struct lexer *x, const char *part, const char *p, enum slash *before)
{
    char next = at(x, p + 1);
    bool digit = text_is_digit(next) || (token_letter_is_digit(next) && text_is_digit(at(x, p + 2))) ||
                 last_letter(x, p + 1);
    enum slash seen = *before;

    if (doubled_mark(x, p))
        return seen != SLASH_PRESSURE;
    if (!digit || (*p == ',' && pressure_ahead(x, p + 1)))
        return false;
    if (*p == '.' || *p == ',' || *p == '-')
        return seen != SLASH_PRESSURE;
    if (*p != '/' || seen == SLASH_PRESSURE)
        return false;
    if (seen == SLASH_DATE) {
        *before = SLASH_PRESSURE; /* nothing follows the year */
        return true;
    }
    *before = slash_kind(x, part, p);
    return *before != SLASH_SEPARATES;
}

/* part: where its digits begin, letters read as digits included. */
static const char *number_end(const struct lexer *x, const char *part, const char *p, bool *repaired)
{
    enum slash seen = SLASH_SEPARATES;

    for (;;) {
        const char *q = digits_end(x, p);
        const char *r = (q > part || token_letter_is_digit(at(x, q))) ? digit_letters(x, q) : q;

        if (r > q)
            *repaired = true;
        p = r;
        if (r > q && text_is_digit(at(x, r)))
            continue;
        if (p < x->end && (*p == '.' || *p == ',' || *p == '-' || *p == '/') &&
            mark_inside(x, part, p, &seen)) {
            part = ++p;
            continue;
        }
        return p;
    }
}

static void number(struct lexer *x, const char *from, bool minus)
{
    bool repaired = false;
    const char *body = from, *part;
    const char *end;
    char *read = x->low;
    struct token *t;
    size_t n = 0;

    if (*body == '.' || *body == ',')
        body++;
    part = body;
    /* Letters that lead into digits: `l4bl`, `O,5`. */
    while (body < x->end && token_letter_is_digit(*body)) {
        repaired = true;
        body++;
    }
    end = number_end(x, part, body, &repaired);
    t = emit(x, TOKEN_NUMBER, from, end);
    x->p = end;
    if (!t)
        return;
    for (const char *q = from; q < end; q++)
        read[n++] = digit_of(*q);
    x->low += n;
    set_low(x, t, (struct slice){ .p = read, .n = n });
    t->minus = minus;
    t->repaired = repaired;
}

/* "O,5" or "l4": letters that can only be digits, before digits. */
static bool leads_into_digits(const struct lexer *x, const char *p)
{
    const char *end = letters_end(x, p), *q = p;

    if (end - p > 3 || is_label(x, p, end) || (x->form && x->form->code_counts))
        return false;
    while (q < end && token_letter_is_digit(*q))
        q++;
    if (q != end)
        return false;
    if (end - p == 3)
        return at(x, q) == '/' && slash_kind(x, p, q) == SLASH_PRESSURE; /* llO/7O */
    if ((at(x, q) == ',' || at(x, q) == '.') && end - p == 1)
        q++;
    return text_is_digit(at(x, q));
}

/* `kejangkejang`: a word said twice without a hyphen; where the whole is no word of any list. */
static struct slice said_once(const struct lexer *x, struct slice low)
{
    struct slice half = slice_take(low, low.n / 2);

    return low.n >= TWICE_MIN && low.n % 2 == 0 && slice_eq(half, slice_skip(low, low.n / 2)) &&
                   !vocabulary_word(x->set->vocabulary, low, NULL)->longest
               ? half
               : low;
}

/* The `koma` of `9 koma 2` is no coma. */
static bool spoken_mark(const struct lexer *x, const struct token *t, const char *end)
{
    while (end < x->end && *end == ' ')
        end++;
    return slice_is(t->low, "koma") && x->out->n > 1 && x->out->t[x->out->n - 2].kind == TOKEN_NUMBER &&
           text_is_digit(at(x, end));
}

static void word(struct lexer *x)
{
    const char *from = x->p, *p = letters_end(x, from);
    struct token *t;

    for (;;) {
        unsigned len;

        if (p + 1 < x->end && (*p == '-' || *p == '\'') && letter(x, p + 1, &len))
            p = letters_end(x, p + 1);
        else
            break;
    }
    if (p - from == 1 && (*from == 'x' || *from == 'X') && (x->sep != 0 || x->out->n == 0) &&
        !(x->form && x->form->code_counts) && (p == x->end || strchr(" \n,#*;|", *p))) {
        (void)emit(x, TOKEN_EMPTY, from, p);
        x->p = p;
        return;
    }
    t = emit(x, TOKEN_WORD, from, p);
    x->p = p;
    if (!t)
        return;
    set_low(x, t, said_once(x, fold(x, from, p)));
    if (spoken_mark(x, t, p))
        t->known = vocabulary_word(x->set->vocabulary, slice_make("", 0), NULL);
    t->label = text_is_digit(at(x, p)) && is_label(x, from, p);
}

static bool blank_or_end(char c)
{
    return c == 0 || c == ' ' || c == '\n' || c == '\t';
}

static bool field_mark(char c)
{
    return c == '#' || c == '*' || c == ';' || c == '|';
}

static const char *skip_blanks(const struct lexer *x, const char *p)
{
    while (p < x->end && *p == ' ')
        p++;
    return p;
}

/* A dash that is no part of a word or number. */
static void dash(struct lexer *x)
{
    char next = at(x, x->p + 1);
    bool before = x->sep != 0 || x->out->n == 0;

    x->p++;
    if (text_is_digit(next)) {
        /* `hari ke-3` counts, it does not subtract. */
        struct token *t = x->out->n && !before ? &x->out->t[x->out->n - 1] : NULL;

        number(x, x->p, !(t && slice_is(t->low, "ke")));
        return;
    }
    if (before && blank_or_end(next)) {
        const char *q = skip_blanks(x, x->p);
        bool alone = (x->hash_open || x->comma_open) && (q == x->end || field_mark(*q) || *q == ',');

        if (alone)
            (void)emit(x, TOKEN_EMPTY, x->p - 1, x->p);
        else
            x->sep |= SEP_DASH;
        return;
    }
    if (!before && x->out->n)
        x->out->t[x->out->n - 1].minus_behind = true;
    x->sep |= SEP_ODD;
}

static void separator(struct lexer *x, unsigned bit)
{
    bool *open = bit == SEP_HASH ? &x->hash_open : &x->comma_open;

    if (bit == SEP_HASH)
        x->out->hash = true;
    else
        x->out->comma = true;
    if (*open) {
        (void)emit(x, TOKEN_EMPTY, x->p, x->p);
        open = bit == SEP_HASH ? &x->hash_open : &x->comma_open;
    }
    *open = true;
    x->sep |= bit;
    x->p++;
}

static void sign(struct lexer *x)
{
    char c = *x->p;

    if (c == '(' && at(x, x->p + 1) == '-' && at(x, x->p + 2) == ')') {
        (void)emit(x, TOKEN_NEGATED, x->p, x->p + 3);
        x->p += 3;
        return;
    }
    if (c == '?' && (x->sep || x->out->n == 0) &&
        (blank_or_end(at(x, x->p + 1)) || field_mark(at(x, x->p + 1)))) {
        (void)emit(x, TOKEN_EMPTY, x->p, x->p + 1);
        x->p++;
        return;
    }
    x->sep |= SEP_ODD;
    x->p++;
}

static void step(struct lexer *x)
{
    char c = *x->p, next = at(x, x->p + 1);
    unsigned len;

    if (c == ' ' || c == '\t') {
        x->sep |= SEP_BLANK;
        x->p++;
    } else if (c == '\n') {
        x->sep |= SEP_LINE;
        x->p++;
    } else if (field_mark(c)) {
        separator(x, SEP_HASH);
    } else if (text_is_digit(c)) {
        number(x, x->p, false);
    } else if (letter(x, x->p, &len)) {
        if (text_is_letter(c) && leads_into_digits(x, x->p))
            number(x, x->p, false);
        else
            word(x);
    } else if ((c == '.' || c == ',') && text_is_digit(next) && (x->sep & SEP_BLANK)) {
        number(x, x->p, false);
    } else if (c == ',') {
        separator(x, SEP_COMMA);
    } else if (c == '-') {
        dash(x);
    } else if (c == '.') {
        x->sep |= SEP_DOT;
        x->p++;
    } else if (c == '/' || c == ':' || c == '=' || c == '_') {
        x->sep |= c == '/' ? SEP_SLASH : c == ':' ? SEP_COLON : c == '=' ? SEP_EQUALS : SEP_UNDER;
        x->p++;
    } else if ((unsigned char)c >= 0x80) {
        (void)text_rune(x->p, x->end, &len);
        x->sep |= SEP_ODD;
        x->p += len;
    } else {
        sign(x);
    }
}

bool tokens_cut(struct slice text, const struct form *form, const struct form_set *set, struct arena *a,
                struct tokens *out)
{
    struct lexer x = { .start = text.p, .p = text.p, .end = text.p + text.n, .form = form, .set = set };

    *out = (struct tokens){ .vocabulary = set->vocabulary, .ordinary = set->words.ordinary };
    x.out = out;
    x.low = arena_raw(a, text.n + 1);
    x.cap = text.n < TOKENS_MAX ? (unsigned)text.n : TOKENS_MAX;
    out->t = arena_raw(a, (x.cap ? x.cap : 1) * sizeof *out->t);
    if (!x.low || !out->t)
        return false;
    while (x.p < x.end && out->n < x.cap)
        step(&x);
    /* What is longer than any report is not half read. */
    if (x.p < x.end)
        out->n = 0;
    return !a->failed;
}
