/* token.c - the lexer.  See token.h. */
#include "parsers/lexer.h"

#include <string.h>

#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    TWICE_MIN = 8,  /* letters of a word said twice */
    CLITIC_MIN = 7, /* of one with `nya` behind it */
};

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
    t->odd = x->odd;
    t->approx = x->approx;
    x->odd = x->approx = false;
    return t;
}

/* Hyphens became blanks. */
static struct slice first_word(struct slice low)
{
    size_t n = 0;

    while (n < low.n && low.p[n] != ' ')
        n++;
    return slice_take(low, n);
}

static void set_known(const struct lexer *x, struct token *t, struct slice word)
{
    t->known = vocabulary_word(x->set->vocabulary, word, t->kind == TOKEN_WORD ? &t->near : NULL);
    t->begins = t->known->begins;
    t->codes = t->known->codes;
}

static void set_low(const struct lexer *x, struct token *t, struct slice low)
{
    struct slice first = first_word(low);

    t->low = low;
    t->hyphens = first.n < low.n;
    set_known(x, t, first);
}

static struct slice fold(struct lexer *x, const char *from, const char *to)
{
    char *low = x->low;
    size_t n = 0;

    while (from < to) {
        unsigned len = 1;
        char c = *from;

        if (text_is_letter(c)) { /* nearly all are */
            low[n++] = text_lower(c);
            from++;
            continue;
        }
        if ((unsigned char)c >= 0x80)
            c = text_base_letter(text_rune(from, to, &len));

        if (c == '-')
            c = ' ';
        if (c)
            low[n++] = text_lower(c);
        from += len;
    }
    x->low += n;
    return (struct slice){ .p = low, .n = n };
}

/* Neither blank, separator, letter nor punctuation that people put around values: glued to one, it may mean
 * anything (RULINGS 50). */
static bool is_odd(const struct lexer *x, const char *p)
{
    unsigned len;

    return p < x->end && (text_is_letter(*p) || text_is_digit(*p) || *p == ' ' ? false /* nearly all are */
                          : (unsigned char)*p >= 0x80                          ? !lexer_letter(x, p, &len)
                          : (unsigned char)*p < 0x20                           ? *p != '\n' && *p != '\t'
                                                     : strchr("%@$&+<>^~\\{}[]?", *p) != NULL);
}

/* `<` `>` `~` `±` `≤` `≥` `≈`, and `+-`, `+/-`; *len its bytes. */
static bool is_approx(const struct lexer *x, const char *p, unsigned *len)
{
    uint32_t r = text_rune(p, x->end, len);

    if (r == '+' && (lexer_at(x, p + 1) == '-' || (lexer_at(x, p + 1) == '/' && lexer_at(x, p + 2) == '-'))) {
        *len = lexer_at(x, p + 1) == '-' ? 2 : 3;
        return true;
    }
    return r == '<' || r == '>' || r == '~' || r == 0xb1 || r == 0x2264 || r == 0x2265 || r == 0x2248;
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
    end = lexer_number_end(x, part, body, &repaired);
    t = emit(x, TOKEN_NUMBER, from, end);
    x->p = end;
    if (!t)
        return;
    t->odd |= is_odd(x, end) || lexer_at(x, end) == '(' ||
              (end < x->end && strchr(",./-", *end) && is_odd(x, end + 1)); /* `9,€2` */
    for (const char *q = from; q < end; q++)
        read[n++] = lexer_digit(*q);
    x->low += n;
    t->low = (struct slice){ .p = read, .n = n };
    set_known(x, t, t->low);
    t->minus = minus;
    t->repaired = repaired;
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

/* `darahnya`, `kejangnye`: a known word and its clitic, where the whole is no word of any list. */
static struct slice without_clitic(const struct lexer *x, struct slice low)
{
    struct slice stem = slice_take(low, low.n > 3 ? low.n - 3 : 0);

    return low.n >= CLITIC_MIN && (slice_ends(low, "nya") || slice_ends(low, "nye")) &&
                   !vocabulary_word(x->set->vocabulary, low, NULL)->longest &&
                   vocabulary_word(x->set->vocabulary, stem, NULL)->longest
               ? stem
               : low;
}

/* The `koma` of `9 koma 2` is no coma. */
static bool spoken_mark(const struct lexer *x, const struct token *t, const char *end)
{
    if (!slice_is(t->low, "koma"))
        return false;
    while (end < x->end && *end == ' ')
        end++;
    return x->out->n > 1 && x->out->t[x->out->n - 2].kind == TOKEN_NUMBER && text_is_digit(lexer_at(x, end));
}

static void word(struct lexer *x)
{
    const char *from = x->p, *p = lexer_letters_end(x, from);
    struct token *t;

    for (;;) {
        unsigned len;

        if (p + 1 < x->end && (*p == '-' || *p == '\'') && lexer_letter(x, p + 1, &len))
            p = lexer_letters_end(x, p + 1);
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
    set_low(x, t, without_clitic(x, said_once(x, fold(x, from, p))));
    if (spoken_mark(x, t, p))
        set_known(x, t, slice_make("", 0));
    t->label = text_is_digit(lexer_at(x, p)) && lexer_label(x, from, p);
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
    char next = lexer_at(x, x->p + 1);
    bool before = x->sep != 0 || x->out->n == 0;

    x->p++;
    if (text_is_digit(next)) {
        /* `hari ke-3` counts, it does not subtract. */
        struct token *t = x->out->n && !before ? &x->out->t[x->out->n - 1] : NULL;

        number(x, x->p, !(t && slice_is(t->low, "ke")));
        return;
    }
    if (before && (blank_or_end(next) || field_mark(next) || next == ',')) {
        const char *q = skip_blanks(x, x->p);
        bool last = q == x->end || field_mark(*q) || *q == ',' || *q == '\n';
        bool word = x->out->n && x->out->t[x->out->n - 1].kind == TOKEN_WORD;

        if ((x->hash_open || x->comma_open) && last)
            (void)emit(x, TOKEN_EMPTY, x->p - 1, x->p);
        else if (x->sep & (SEP_COLON | SEP_EQUALS))
            (void)emit(x, TOKEN_EMPTY, x->p - 1, x->p);
        else if (last && word && !(x->sep & SEP_LINE)) /* `bengkak -`: said not to be there (RULINGS 47) */
            x->out->marks |= emit(x, TOKEN_NEGATED, x->p - 1, x->p) != NULL;
        else
            x->sep |= SEP_DASH;
        return;
    }
    if (!before && x->out->n)
        x->out->t[x->out->n - 1].minus_behind = x->out->marks = true;
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

/* Where a value is due: nothing but blanks and separators around it. */
static bool stands_alone(const struct lexer *x, const char *end)
{
    bool ascii = (unsigned char)*x->p < 0x80;
    const char *q = skip_blanks(x, end);

    if (x->out->n == 0 || x->sep == 0 ||
        !(blank_or_end(lexer_at(x, end)) || field_mark(lexer_at(x, end)) || lexer_at(x, end) == ','))
        return false;
    return !ascii || memchr("%@$^\\{}[]", *x->p, 10) || (x->hash_open && (q == x->end || field_mark(*q)));
}

/* Characters that belong to no value: alone they are a word of no list, glued they spoil their neighbour. */
static void odd(struct lexer *x)
{
    const char *end = x->p;
    bool foreign = is_odd(x, x->p), approx = false;

    if (!foreign) {
        x->sep |= SEP_ODD;
        x->p++;
        return;
    }
    while (is_odd(x, end)) {
        unsigned len;

        approx |= is_approx(x, end, &len);
        end += len;
    }
    if (!approx && stands_alone(x, end)) {
        struct token *t = emit(x, TOKEN_WORD, x->p, end);

        if (t)
            set_low(x, t, slice_make("", 0));
    } else {
        char next = lexer_at(x, end);
        bool behind = x->glued && x->sep == 0 && x->out->n;

        if (behind)
            x->out->t[x->out->n - 1].odd = true;
        x->sep |= SEP_ODD;
        x->odd =
            !approx && !(behind && (blank_or_end(next) || field_mark(next) || next == ',')); /* `9%#76` */
        x->approx |= approx;
    }
    x->p = end;
}

/* `demam +`, `demam(+)`: the length of the mark behind a word; 0: there is none. */
static unsigned plus_length(const struct lexer *x)
{
    unsigned n = *x->p == '+'                                                                   ? 1
                 : *x->p == '(' && lexer_at(x, x->p + 1) == '+' && lexer_at(x, x->p + 2) == ')' ? 3
                                                                                                : 0;
    char next = lexer_at(x, x->p + n);

    return n && x->out->n && x->out->t[x->out->n - 1].kind == TOKEN_WORD && !(x->sep & SEP_HARD) &&
                   (blank_or_end(next) || field_mark(next) || next == ',')
               ? n
               : 0;
}

static void sign(struct lexer *x)
{
    char c = *x->p;
    unsigned n;

    if (c == '(' && lexer_at(x, x->p + 1) == '-' && lexer_at(x, x->p + 2) == ')') {
        x->out->marks |= emit(x, TOKEN_NEGATED, x->p, x->p + 3) != NULL;
        x->p += 3;
        return;
    }
    if ((n = plus_length(x)) > 0) {
        const char *behind = skip_blanks(x, x->p + n);

        x->out->t[x->out->n - 1].plus_behind = true;
        x->out->marks |=
            n > 1 || behind == x->end || field_mark(*behind) || *behind == ',' || *behind == '\n';
        x->sep |= SEP_BLANK;
        x->p += n;
        return;
    }
    if (c == '?' && (x->sep || x->out->n == 0) &&
        (blank_or_end(lexer_at(x, x->p + 1)) || field_mark(lexer_at(x, x->p + 1)))) {
        (void)emit(x, TOKEN_EMPTY, x->p, x->p + 1);
        x->p++;
        return;
    }
    odd(x);
    x->sep |= c == '?' || c == '!' ? SEP_STOP : 0;
}

static void step(struct lexer *x)
{
    char c = *x->p, next = lexer_at(x, x->p + 1);
    unsigned len;

    if (c == ' ' || c == '\t') {
        x->odd = false;
        x->sep |= SEP_BLANK;
        x->p++;
    } else if (c == '\n') {
        x->sep |= SEP_LINE;
        x->p++;
    } else if (field_mark(c)) {
        separator(x, SEP_HASH);
    } else if (text_is_digit(c)) {
        number(x, x->p, false);
    } else if (lexer_letter(x, x->p, &len)) {
        if (text_is_letter(c) && lexer_leads_into_digits(x, x->p))
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
        odd(x);
    } else {
        sign(x);
    }
}

/* What all words say together. */
static void sum_up(struct tokens *out)
{
    out->begins = out->codes = out->near = 0;
    for (unsigned i = 0; i < out->n; i++) {
        out->begins |= out->t[i].begins;
        out->codes |= out->t[i].codes;
        out->near |= out->t[i].near;
    }
}

bool tokens_cut(struct slice text, const struct form *form, const struct form_set *set, struct arena *a,
                struct tokens *out)
{
    struct lexer x = { .start = text.p, .p = text.p, .end = text.p + text.n, .form = form, .set = set };

    *out = (struct tokens){ .vocabulary = set->vocabulary };
    x.out = out;
    x.low = arena_raw(a, text.n + 1);
    x.cap = text.n < TOKENS_MAX ? (unsigned)text.n : TOKENS_MAX;
    out->t = arena_raw(a, (x.cap ? x.cap : 1) * sizeof *out->t);
    if (!x.low || !out->t)
        return false;
    while (x.p < x.end && out->n < x.cap)
        step(&x);
    sum_up(out);
    if (phrase_may_be(out, set->words.numbers)) {
        lexer_spoken(&x, a);
        sum_up(out);
    }
    /* What is longer than any report is not half read. */
    if (x.p < x.end)
        out->n = 0;
    return !a->failed;
}

const struct tokens *tokens_of(struct text_tokens *x, const struct form_set *set, struct arena *a)
{
    if (!x->cut && !tokens_cut(x->text, NULL, set, a, &x->tokens))
        x->tokens.n = 0;
    x->cut = true;
    return &x->tokens;
}
