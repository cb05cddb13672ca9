/* token_spoken.c - numbers in words, as a phone writes what is said to it: `sebelas koma lima kilo`, `delapan
 * puluh lima senti`, `setahun`.  See lexer.h.
 *
 * The list `angka` says what its words are worth.  Its codes are figures, which stand for themselves (`lima`
 * is 5); `belas`, `puluh`, `ratus`, `ribu`, by which those before them are made greater; and a figure with
 * its unit (`setahun` is 1th).  A number is read whole or not at all: of `dua lima kilo` nobody knows whether
 * it is 25 or 5. */
#include "parsers/lexer.h"

#include <string.h>

#include "parsers/phrase.h"

enum {
    HUNDRED = 100,
    THOUSAND = 1000,
    DIGITS = 32,
    PHRASE = 3 /* words before one of a phrase */
};

/* What of the tokens from i on is a number. */
struct spoken {
    const struct lexer *x;
    struct tokens *ts;
    const struct word_list *list;
    unsigned i; /* the next token */
};

static bool blank(const struct tokens *ts, unsigned i)
{
    return i < ts->n && (ts->t[i].sep & ~(unsigned)SEP_BLANK) == 0 && !ts->t[i].glued;
}

/* The code of the one word at token i; empty: it counts nothing. */
static struct slice code_at(const struct spoken *s, unsigned i)
{
    unsigned used;
    const struct word *w = i < s->ts->n && s->ts->t[i].kind == TOKEN_WORD && !s->ts->t[i].hyphens
                               ? phrase_at(s->ts, i, s->list, &used)
                               : NULL;

    return w && used == 1 ? w->code : (struct slice){ 0 };
}

static bool is_at(const struct spoken *s, unsigned i, const char *code)
{
    return blank(s->ts, i) && slice_is(code_at(s, i), code);
}

/* The figure at token i below `most`; 0: none. */
static uint64_t figure_at(const struct spoken *s, unsigned i, uint64_t most)
{
    uint64_t v = 0;

    return slice_to_u64(code_at(s, i), &v) && v < most ? v : 0;
}

static bool counts(const struct spoken *s, unsigned i)
{
    struct slice code = code_at(s, i);

    return slice_all_digits(code) || slice_is(code, "belas") || slice_is(code, "puluh") ||
           slice_is(code, "ratus") || slice_is(code, "ribu");
}

/* `dua belas`, `tujuh puluh enam`, `tiga`; first: nothing of the number stands before it. */
static uint64_t below_hundred(struct spoken *s, bool first)
{
    uint64_t v = first || blank(s->ts, s->i) ? figure_at(s, s->i, HUNDRED) : 0;

    if (!v || is_at(s, s->i + 1, "ratus") || is_at(s, s->i + 1, "ribu"))
        return 0;
    s->i++;
    if (v < 10 && is_at(s, s->i, "belas")) {
        s->i++;
        return 10 + v;
    }
    if (v < 10 && is_at(s, s->i, "puluh")) {
        uint64_t ones = blank(s->ts, s->i + 1) ? figure_at(s, s->i + 1, 10) : 0;

        s->i += ones ? 2 : 1;
        return v * 10 + ones;
    }
    return v;
}

/* `seratus`, `dua ratus` of the value v, what its first word says; 0: neither. */
static uint64_t times(struct spoken *s, uint64_t v, uint64_t unit, const char *word)
{
    bool one = v == unit, many = v && v < 10 && is_at(s, s->i + 1, word);

    s->i += one ? 1 : many ? 2 : 0;
    return one ? unit : many ? v * unit : 0;
}

static uint64_t below_thousand(struct spoken *s, bool first)
{
    uint64_t v = first || blank(s->ts, s->i) ? figure_at(s, s->i, HUNDRED + 1) : 0;

    v = times(s, v, HUNDRED, "ratus");
    return v ? v + below_hundred(s, false) : below_hundred(s, first);
}

static uint64_t whole(struct spoken *s)
{
    uint64_t v;

    if (slice_is(code_at(s, s->i), "0")) {
        s->i++;
        return 0;
    }
    v = times(s, figure_at(s, s->i, THOUSAND + 1), THOUSAND, "ribu");
    return v ? v + below_thousand(s, false) : below_thousand(s, true);
}

static bool spoken_mark(const struct token *t)
{
    return t->kind == TOKEN_WORD && (slice_is(t->low, "koma") || slice_is(t->low, "titik"));
}

/* The digits behind `koma`, as `lima` or `lima enam`. */
static size_t behind_mark(struct spoken *s, char *out)
{
    size_t n = 0;

    if (!blank(s->ts, s->i) || !spoken_mark(&s->ts->t[s->i]))
        return 0;
    for (unsigned k = s->i + 1; n < 3 && blank(s->ts, k); k++) {
        struct slice code = code_at(s, k);

        if (code.n != 1 || !slice_all_digits(code))
            break;
        out[n++] = code.p[0];
        s->i = k + 1;
    }
    return n;
}

/* A label of the form, of one word or two, ends before token i: `gula darah`. */
static bool labelled(const struct spoken *s, unsigned i)
{
    const struct form *form = s->x->form;
    const struct token *t = s->ts->t;
    struct slice low = i ? t[i - 1].low : slice_make("", 0);

    if (!form || !i || t[i - 1].kind != TOKEN_WORD)
        return false;
    if (form_has_label(form, low) ||
        (slice_ends(low, "nya") && low.n > 3 && form_has_label(form, slice_take(low, low.n - 3))))
        return true;
    for (const struct label *l = i > 1 ? form_labels(form, t[i - 2].low) : NULL; l; l = l->next)
        if (slice_eq(l->first, t[i - 2].low) && slice_eq(l->rest, low))
            return true;
    return false;
}

/* `polio empat`: with the word before it the figure is of a list. */
static bool listed(const struct spoken *s, unsigned i, struct arena *a)
{
    const struct form *form = s->x->form;
    struct slice code = code_at(s, i);

    if (!form || !i || s->ts->t[i - 1].kind != TOKEN_WORD || code.n != 1 || !slice_all_digits(code))
        return false;
    for (unsigned f = 0; f < form->fields_n; f++)
        if (form->fields[f].type == FIELD_CHOICES && (s->ts->t[i - 1].begins & form->fields[f].list->bit) &&
            list_find(form->fields[f].list,
                      arena_printf(a, "%.*s %.*s", SLICE_ARG(s->ts->t[i - 1].low), SLICE_ARG(code))))
            return true;
    return false;
}

/* Right behind the number, or before it, stands what says that it is one, and of what: its unit, a half of
 * it, a label, `per`. */
static bool certain(const struct spoken *s, unsigned from, unsigned to)
{
    const struct tokens *ts = s->ts;
    unsigned used;

    if (to < ts->n && !(ts->t[to].sep & SEP_HARD) &&
        (phrase_at(ts, to, s->x->set->words.units, &used) || slice_is(ts->t[to].low, "per") ||
         slice_is(ts->t[to].low, "setengah")))
        return true;
    if (from > 0 && (slice_is(ts->t[from - 1].low, "per") || slice_is(ts->t[from - 1].low, "ke")))
        return true;
    /* `berat sembilan coma dua`: the number goes on behind what is no label. */
    return labelled(s, from) &&
           !(blank(ts, to) && blank(ts, to + 1) && counts(s, to + 1) && !labelled(s, to + 1));
}

static void close_up(struct tokens *ts, unsigned at, unsigned from)
{
    memmove(&ts->t[at], &ts->t[from], (ts->n - from) * sizeof *ts->t);
    ts->n -= from - at;
}

/* Tokens from..to are one number, written so. */
static void join(struct spoken *s, unsigned from, unsigned to, struct slice figures)
{
    struct token *t = &s->ts->t[from];
    const struct token *last = &s->ts->t[to - 1];

    t->text.n = (size_t)(last->text.p + last->text.n - t->text.p);
    t->odd = last->odd;
    t->minus_behind = last->minus_behind;
    t->plus_behind = last->plus_behind;
    t->kind = TOKEN_NUMBER;
    t->low = figures;
    t->known = vocabulary_word(s->x->set->vocabulary, figures, NULL);
    t->begins = t->known->begins;
    t->codes = t->known->codes;
    t->near = 0;
    t->label = false;
    t->repaired = true;
    close_up(s->ts, from + 1, to);
}

/* A phrase of another list begins at token p and has the one at `at`: `batuk seratus hari`, `dua duanya`. */
static bool reaches(const struct spoken *s, unsigned p, unsigned at)
{
    const struct form_set *set = s->x->set;
    unsigned used;

    for (unsigned l = 0; l < set->lists_n; l++) {
        const struct word *w = &set->lists[l] != s->list ? phrase_at(s->ts, p, &set->lists[l], &used) : NULL;

        if (w && !w->neutral && used > 1 && p + used > at)
            return true;
    }
    return false;
}

static bool in_phrase(const struct spoken *s, unsigned i)
{
    for (unsigned p = i > PHRASE ? i - PHRASE : 0; p <= i; p++)
        if (reaches(s, p, i))
            return true;
    return false;
}

/* `setahun` at token i: a number and its unit. */
static bool with_unit(struct spoken *s, unsigned i, struct arena *a)
{
    struct slice code = code_at(s, i);
    struct tokens *ts = s->ts;
    struct token *t = &ts->t[i], *unit = t + 1;
    bool days = slice_ends(code, "hr") || slice_ends(code, "mg"); /* how long it lasts, mostly */

    if (code.n < 2 || code.p[0] != '1' || slice_all_digits(code) || ts->n >= s->x->cap ||
        (days && !certain(s, i, ts->n)) || (i > 0 && blank(ts, i) && counts(s, i - 1)) || in_phrase(s, i))
        return false;
    memmove(unit, t, (ts->n++ - i) * sizeof *t);
    *unit = (struct token){ .text = { .p = t->text.p + t->text.n, .n = 0 },
                            .low = slice_skip(code, 1),
                            .kind = TOKEN_WORD,
                            .glued = true };
    unit->known = vocabulary_word(s->x->set->vocabulary, unit->low, NULL);
    unit->begins = unit->known->begins;
    unit->codes = unit->known->codes;
    join(s, i, i + 1, slice_take(arena_copy(a, code), 1));
    return true;
}

/* `hari ketiga` at token i, where the form asks for it: the third day. */
static bool ordinal(struct spoken *s, unsigned i, struct arena *a)
{
    struct slice code = code_at(s, i);
    unsigned used;

    if (!slice_starts(code, "ke") || !i || !blank(s->ts, i) || !s->x->form ||
        !form_has_label(s->x->form, S("hari")) ||
        !slice_is(phrase_code(s->ts, i - 1, s->x->set->words.units, &used), "hr"))
        return false;
    join(s, i, i + 1, arena_copy(a, slice_skip(code, 2)));
    return true;
}

/* The number at token i is read whole: nothing of a number stands beside it. */
static bool apart(const struct spoken *s, unsigned from, unsigned to, bool mark)
{
    const struct tokens *ts = s->ts;

    if (from > 0 && blank(ts, from) &&
        (ts->t[from - 1].kind == TOKEN_NUMBER || counts(s, from - 1) || spoken_mark(&ts->t[from - 1])))
        return false;
    return !blank(ts, to) || (!counts(s, to) && !spoken_mark(&ts->t[to]) &&
                              (mark || ts->t[to].kind != TOKEN_NUMBER || /* `hari tiga 120/80` */
                               slice_find(ts->t[to].low, '/') < ts->t[to].low.n));
}

/* Figures before a spoken mark stand for themselves: `9 koma lima`. */
static bool begins(const struct spoken *s, unsigned i)
{
    const struct token *t = &s->ts->t[i];

    return t->kind == TOKEN_NUMBER ? slice_all_digits(t->low) && t->low.n <= 3 && !t->minus && !t->odd
                                   : counts(s, i);
}

/* The number that begins at token i becomes one token.  How many tokens were looked at. */
static unsigned number_at(struct spoken *s, unsigned i, struct arena *a)
{
    bool figures = s->ts->t[i].kind == TOKEN_NUMBER, of_list, sure;
    struct slice said = s->ts->t[i].low;
    char digits[DIGITS];
    uint64_t v = 0;
    size_t n;

    s->i = i;
    if (figures)
        s->i++;
    else
        v = whole(s);
    n = behind_mark(s, digits);
    if (s->i == i || (figures && n == 0) || in_phrase(s, i) || !apart(s, i, s->i, n > 0)) {
        while (!figures && counts(s, i + 1)) /* nor is what is left of it one */
            i++;
        return i + 1;
    }
    of_list = s->i == i + 1 && listed(s, i, a);
    sure =
        of_list || certain(s, i, s->i) || (i == 0 && s->i > 1 && s->i == s->ts->n); /* all that is answered */
    if (!sure && s->i == i + 1 && s->ts->n > 1)
        return i + 1; /* one word: a name, perhaps, `Nur Lima` */
    if (!figures)
        said = arena_printf(a, "%llu", (unsigned long long)v);
    join(s, i, s->i, n ? arena_printf(a, "%.*s,%.*s", SLICE_ARG(said), (int)n, digits) : said);
    s->ts->t[i].approx |= !sure;
    s->ts->t[i].repaired = !of_list; /* a phrase has no repaired figure */
    return i + 1;
}

void lexer_spoken(struct lexer *x, struct arena *a)
{
    struct spoken s = { .x = x, .ts = x->out, .list = x->set->words.numbers };

    for (unsigned i = 0; i < x->out->n;) {
        if (ordinal(&s, i, a))
            i++;
        else if (with_unit(&s, i, a))
            i += 2;
        else
            i = begins(&s, i) ? number_at(&s, i, a) : i + 1;
    }
}
