/* w2.c - the weekly report: a week, then letters with counts (RULINGS 7, 38, DOMAIN 4.2).  See
 * letters.h.
 *
 * Letters and counts are glued in every way (`A5B1X120`, `A=5`, `A 5`), and O and I are no codes: so this
 * form is read letter by letter, not by the lexer's numbers. */
#include "flows/understand/values/letters.h"

#include <string.h>

#include "gateway/model/vocabulary.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    COUNT_MAX = 999,
    TOTAL_MAX = 9999,
    CODES = 32,
    DENIAL = 80, /* bytes of a negator and the word behind it */
};

struct scan {
    struct filling *x;
    const char *p, *end;
    struct slot *week, *kode;
    const struct field *week_field, *kode_field;
    bool week_label;
    bool spoiled; /* the character before belongs to no value */
    bool amends;  /* the word before says that what stands before it is wrong: `eh`, `ralat` */
    bool wrong;   /* and plainly so: `salah` */
};

static bool is_separator(char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '#' || c == '*' || c == '|' || c == '/' ||
           c == '\n' || c == ':' || c == '=' || c == '_' || c == '.' || c == '(' || c == ')' || c == '"' ||
           c == '\'' || c == '!' || c == '?' || c == '+' || c == '&';
}

static void wrong_code(struct scan *s, struct slice code, enum report_error error, bool reject)
{
    enum report_error before = s->kode->error;
    struct value others = s->kode->value; /* one wrong letter takes none of them away */
    bool was = s->kode->reject;

    understand_fault(s->x, s->kode_field, error, reject, TOKENS_MAX);
    s->kode->value = others;
    if (before != s->kode->error || was != s->kode->reject)
        s->kode->name = code;
}

static void add(struct scan *s, struct slice code, int64_t count)
{
    struct value *v = &s->kode->value;

    if (!v->items) {
        v->items = ARENA_ARRAY(s->x->arena, struct slice, CODES);
        v->counts = ARENA_ARRAY(s->x->arena, int64_t, CODES);
    }
    if (!v->items || !v->counts || v->n == CODES)
        return;
    s->kode->filled = true;
    v->kind = VALUE_COUNTS;
    for (unsigned i = 0; i < v->n; i++)
        if (slice_eq(v->items[i], code)) {
            wrong_code(s, code, ERROR_AMBIGUOUS, false); /* twice */
            return;
        }
    v->items[v->n] = code;
    v->counts[v->n++] = count * 1000;
}

static bool known(const struct scan *s, struct slice code)
{
    const struct word_list *list = s->kode_field->list;

    /* X is the total; T, a cluster, is a letter of W2 only. */
    if (slice_is(code, "X") || slice_is(code, "T"))
        return true;
    for (unsigned i = 0; list && i < list->n; i++)
        if (slice_eq(list->words[i].letter, code))
            return true;
    return false;
}

static struct slice upper(struct scan *s, const char *from, size_t n)
{
    struct slice copy = arena_copy(s->x->arena, (struct slice){ .p = from, .n = n });
    char *p = (char *)(uintptr_t)copy.p;

    for (size_t i = 0; i < copy.n; i++)
        if (p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] - 32);
    return copy;
}

/* O and I are no codes: behind a digit they are 0 and 1, unless a word goes on. */
static const char *digits_end(const struct scan *s)
{
    const char *p = s->p, *plain;

    while (p < s->end && text_is_digit(*p))
        p++;
    for (plain = p; p < s->end && (text_is_digit(*p) || strchr("OoIi", *p));)
        p++;
    return p < s->end && text_is_letter(*p) ? plain : p;
}

/* Digits at p.  *broken: a decimal mark or too many digits. */
static int64_t digits(struct scan *s, const struct field *f, bool *broken)
{
    const char *from = s->p, *end = digits_end(s);
    char *read = arena_alloc(s->x->arena, (size_t)(end - from) + 1);
    bool repaired = false;
    int64_t v = 0;

    *broken = end - from > 7;
    for (; s->p < end; s->p++) {
        char c = text_is_digit(*s->p) ? *s->p : *s->p == 'O' || *s->p == 'o' ? '0' : '1';

        repaired |= c != *s->p;
        if (read)
            read[s->p - from] = c;
        v = end - from > 12 ? 0 : v * 10 + (c - '0');
    }
    if (repaired && read)
        understand_repaired(s->x, f, slice_make(from, (size_t)(end - from)),
                            slice_make(read, (size_t)(end - from)));
    if (s->p + 1 < s->end && (*s->p == '.' || *s->p == ',') && text_is_digit(s->p[1])) {
        *broken = true;
        s->p++;
        while (s->p < s->end && text_is_digit(*s->p))
            s->p++;
    }
    /* What is glued to a number may mean anything (RULINGS 50). */
    if (s->p < s->end && !text_is_letter(*s->p) && !is_separator(*s->p) && *s->p != '-')
        *broken = true;
    return v;
}

static void week(struct scan *s, int64_t v, bool broken, bool minus)
{
    if (broken || minus) {
        understand_fault(s->x, s->week_field, ERROR_INVALID, true, TOKENS_MAX);
    } else if (v < 1 || v > 53) {
        understand_fault(s->x, s->week_field, ERROR_OUT_OF_RANGE, true, TOKENS_MAX);
    } else {
        s->week->filled = true;
        s->week->value = value_number(v * 1000);
    }
}

/* `47 eh 46`: what is said last is asked about (RULINGS 55). */
static void amended_week(struct scan *s, int64_t v, bool broken, bool minus)
{
    s->amends = false;
    week(s, v, broken, minus);
    if (!s->week->error)
        understand_fault(s->x, s->week_field, ERROR_AMBIGUOUS, false, TOKENS_MAX);
}

static void doubt_last(struct scan *s)
{
    const struct value *v = &s->kode->value;

    if (v->n)
        wrong_code(s, v->items[v->n - 1], ERROR_AMBIGUOUS, false);
    else
        understand_fault(s->x, s->week_field, ERROR_AMBIGUOUS, false, TOKENS_MAX);
}

/* `A5 ralat A6`; where the letter has no count yet the one before is what may be wrong. */
static void amended_count(struct scan *s, struct slice code, int64_t count)
{
    struct value *v = &s->kode->value;

    s->amends = false;
    for (unsigned i = 0; i < v->n; i++)
        if (slice_eq(v->items[i], code)) {
            v->counts[i] = count * 1000;
            wrong_code(s, code, ERROR_AMBIGUOUS, false);
            return;
        }
    if (v->n || s->wrong)
        doubt_last(s);
    add(s, code, count);
}

static void bare_number(struct scan *s, bool minus)
{
    bool broken;
    int64_t v = digits(s, s->week->filled ? s->kode_field : s->week_field, &broken);
    struct value *codes = &s->kode->value;

    broken |= s->spoiled;
    s->spoiled = false;
    if (!s->week->filled && !s->week->error)
        week(s, v, broken, minus);
    else if (s->amends && !codes->n)
        amended_week(s, v, broken, minus);
    else if (s->amends && !broken && !minus && v <= COUNT_MAX)
        amended_count(s, codes->items[codes->n - 1], v);
    else if (broken && s->week->filled && !codes->n) /* `33 ?5` */
        wrong_code(s, s->kode_field->name, ERROR_INVALID, true);
    else if (!(s->week_label && s->week->value.kind == VALUE_NUMBER && s->week->value.milli == v * 1000))
        doubt_last(s);
}

static struct slice letters(struct scan *s)
{
    const char *from = s->p;

    while (s->p < s->end && text_is_letter(*s->p))
        s->p++;
    return upper(s, from, (size_t)(s->p - from));
}

static bool is_week_word(struct slice w)
{
    return slice_is(w, "MINGGU") || slice_is(w, "MGG") || slice_is(w, "MG") || slice_is(w, "MINGGUKE");
}

/* A disease is named among the words from p on: those are no signature. */
static bool names_disease(const struct scan *s, const char *p)
{
    const struct filling *x = s->x;
    struct tokens ts;
    unsigned used;

    if (!tokens_cut(slice_make(p, (size_t)(s->end - p)), NULL, &x->rs->forms, x->arena, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i++)
        if (ts.t[i].kind == TOKEN_WORD && ts.t[i].low.n > 2 && phrase_at(&ts, i, s->kode_field->list, &used))
            return true;
    return false;
}

/* A letter with its count stands behind: the word between is no signature. */
static bool counts_follow(struct scan *s)
{
    for (const char *p = s->p; p < s->end;) {
        const char *from = p, *q;
        struct slice w;

        if (!text_is_letter(*p)) {
            p++;
            continue;
        }
        while (p < s->end && text_is_letter(*p))
            p++;
        for (q = p; q < s->end && (*q == ' ' || *q == '=' || *q == ':');)
            q++;
        w = upper(s, from, (size_t)(p - from));
        if (q < s->end && text_is_digit(*q) && w.n <= 2 && known(s, w))
            return true;
    }
    return false;
}

/* `A 3 org C 1` */
static bool is_unit(const struct scan *s, struct slice w)
{
    struct slice low = arena_copy(s->x->arena, w);

    for (size_t i = 0; i < low.n; i++)
        ((char *)(uintptr_t)low.p)[i] = text_lower(low.p[i]);
    return list_find(s->x->words->units, low) || list_says(s->x->words->functions, low, "kasus");
}

static bool says_none(struct slice w)
{
    return slice_ieq(w, S("NIHIL")) || slice_ieq(w, S("KOSONG"));
}

/* `tidak ada kasus` is to be said as NIHIL, and `tidak nihil` is none: whether that is meant is asked
 * (RULINGS 43). */
static bool denial(struct scan *s, struct slice w)
{
    const struct filling *x = s->x;
    const char *from = s->p - w.n;
    const struct known_word *known = vocabulary_word(x->rs->forms.vocabulary, text_folded(w, x->arena), NULL);
    struct tokens ts;
    struct negation n;

    /* Most words are no negator: then nothing is cut. */
    if (s->kode->value.n || !(known->begins & x->words->negators->bit) ||
        !tokens_cut(slice_take(slice_make(from, (size_t)(s->end - from)), DENIAL), NULL, &x->rs->forms,
                    x->arena, &ts) ||
        !negation_at(&ts, 0, x->words->negators, &n) || !negation_of_keywords(n.kind))
        return false;
    if (n.used < ts.n && says_none(ts.t[n.used].low)) {
        s->p = ts.t[n.used].text.p + ts.t[n.used].text.n;
        wrong_code(s, S(""), ERROR_AMBIGUOUS, false);
        return true;
    }
    if (counts_follow(s))
        return false;
    while (s->p < s->end && *s->p != '\n')
        s->p++;
    wrong_code(s, S("nihil"), ERROR_INVALID, true);
    s->kode->typed = slice_trim(slice_make(from, (size_t)(s->p - from)));
    return true;
}

/* `nihil bu, tidak`: a no among the words behind it. */
static bool denied_behind(const struct scan *s, const char *p)
{
    const struct filling *x = s->x;
    struct tokens ts;
    struct negation n;

    if (!s->kode->value.n || !slice_is(s->kode->value.items[0], "nihil") ||
        !tokens_cut(slice_make(p, (size_t)(s->end - p)), NULL, &x->rs->forms, x->arena, &ts))
        return false;
    for (unsigned i = 0; i < ts.n; i++)
        if (ts.t[i].kind == TOKEN_WORD && negation_at(&ts, i, x->words->negators, &n))
            return true;
    return false;
}

/* `nihil?`, `A2?`: it is asked whether, so we ask back. */
static void asked(struct scan *s, struct slice code)
{
    if (s->p < s->end && *s->p == '?')
        wrong_code(s, code, ERROR_AMBIGUOUS, false);
}

/* A word by itself: NIHIL, the label of the week, or the begin of a signature. */
static void lone_word(struct scan *s, struct slice w)
{
    if (is_week_word(w)) {
        s->week_label = true;
    } else if (slice_is(w, "KE") || slice_ieq(w, s->kode_field->name)) {
        return;
    } else if (says_none(w)) {
        if (s->kode->value.n)
            wrong_code(s, S("nihil"), ERROR_CONTRADICTION, false);
        else
            add(s, S("nihil"), 0);
        asked(s, S("nihil"));
    } else if (denial(s, w)) {
        return;
    } else if (w.n <= 2 && s->kode->value.n == 0) {
        wrong_code(s, w, ERROR_INVALID, true);
    } else if (w.n == 1) {
        wrong_code(s, w, ERROR_INVALID, true);
    } else if (s->kode->value.n && w.n > 1 && is_unit(s, w)) {
        return;
    } else if (s->kode->value.n && !(w.n <= 2 && known(s, w)) && !counts_follow(s) &&
               !names_disease(s, s->p - w.n)) {
        if (denied_behind(s, s->p - w.n) || (s->end > s->p && s->end[-1] == '?'))
            wrong_code(s, S("nihil"), ERROR_AMBIGUOUS, false);
        s->p = s->end; /* who signs */
    } else {
        wrong_code(s, w, ERROR_INVALID, true);
    }
}

/* Blanks, `=` and `:` between a letter and its count; never a newline or `#`. */
static const char *count_begin(const struct scan *s, bool *minus)
{
    const char *p = s->p;

    *minus = false;
    while (p < s->end && (*p == ' ' || *p == '=' || *p == ':' || *p == '.'))
        p++;
    if (p + 1 < s->end && *p == '-' && text_is_digit(p[1])) {
        *minus = true;
        p++;
    }
    return p < s->end && text_is_digit(*p) ? p : NULL;
}

/* `eh`, `ralat`, `maaf salah`, behind a value. */
static bool corrects(struct scan *s, struct slice w)
{
    const struct words *words = s->x->words;
    struct slice low = text_folded(w, s->x->arena);
    const struct word *sela = list_find(words->kata, low), *ralat = list_find(words->answers, low),
                      *salah = list_find(words->negators, low);
    bool wrong = (ralat && slice_is(ralat->code, "ralat")) || (salah && slice_is(salah->code, "salah"));

    if (!(s->week->filled || s->kode->value.n) || (w.n <= 2 && known(s, w)) ||
        !(wrong || (sela && slice_is(sela->code, "sela"))))
        return false;
    s->wrong |= wrong;
    s->amends = true;
    return true;
}

/* `46 bukan 45`, `A3 bukan A4`: what is not meant, behind what is, which is asked about. */
static bool not_meant(struct scan *s, struct slice w)
{
    const struct word *no = list_find(s->x->words->negators, text_folded(w, s->x->arena));
    const char *p = s->p;

    if (!no || !slice_is(no->code, "bukan") || !(s->week->filled || s->kode->value.n))
        return false;
    while (p < s->end && *p == ' ')
        p++;
    if (p + 1 < s->end && text_is_letter(*p) && text_is_digit(p[1]))
        p++;
    if (p >= s->end || !text_is_digit(*p))
        return false;
    while (p < s->end && text_is_digit(*p))
        p++;
    s->p = p;
    doubt_last(s);
    return true;
}

static void code(struct scan *s)
{
    struct slice w = letters(s);
    bool minus, broken;
    const char *begin = count_begin(s, &minus);
    int64_t v;

    if (corrects(s, w) || not_meant(s, w))
        return;
    if (!begin) {
        lone_word(s, w);
        return;
    }
    s->p = begin;
    v = digits(s, is_week_word(w) ? s->week_field : s->kode_field, &broken);
    if (is_week_word(w) || (slice_is(w, "KE") && s->week_label)) {
        s->week_label = true;
        if (s->amends && s->week->filled)
            amended_week(s, v, broken, minus);
        else if (!s->week->filled)
            week(s, v, broken, minus);
        return;
    }
    if (!known(s, w))
        wrong_code(s, w, ERROR_INVALID, true);
    else if (minus || broken)
        wrong_code(s, w, ERROR_INVALID, true);
    else if (v > (slice_is(w, "X") ? TOTAL_MAX : COUNT_MAX))
        wrong_code(s, w, ERROR_OUT_OF_RANGE, true);
    else if (s->kode->value.n && slice_is(s->kode->value.items[0], "nihil"))
        wrong_code(s, S("nihil"), ERROR_CONTRADICTION, false);
    else if (s->amends)
        amended_count(s, w, v);
    else {
        add(s, w, v);
        asked(s, w);
    }
}

static bool thanks_at(const struct scan *s)
{
    static const char *const words[] = { "terima kasih", "makasih",     "trims", "tks",
                                         "mksh",         "terimakasih", "thx" };
    struct slice rest = { .p = s->p, .n = (size_t)(s->end - s->p) };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct slice w = slice_of(words[i]);

        if (rest.n >= w.n && slice_ieq(slice_take(rest, w.n), w))
            return true;
    }
    return false;
}

void understand_w2(struct filling *x)
{
    struct scan s = { .x = x };
    int minggu = form_as(x->form, AS_WEEK), kode = form_as(x->form, AS_CODES);

    if (minggu < 0 || kode < 0)
        return;
    s.week = &x->slots[minggu];
    s.kode = &x->slots[kode];
    s.week_field = &x->form->fields[minggu];
    s.kode_field = &x->form->fields[kode];
    s.p = x->text.p;
    s.end = x->text.p + x->text.n;
    while (s.p < s.end) {
        char c = *s.p;

        if (text_is_digit(c)) {
            bare_number(&s, false);
        } else if (text_is_letter(c)) {
            if (thanks_at(&s))
                break;
            code(&s);
        } else if (c == '-' && s.p + 1 < s.end && text_is_digit(s.p[1])) {
            s.p++;
            bare_number(&s, true);
        } else if (c == '-' && s.kode->value.n) {
            break; /* - Bu Siti */
        } else {
            s.p++;
            s.spoiled = (!is_separator(c) && c != '-') || (c == '?' && s.p < s.end && text_is_digit(*s.p));
        }
    }
    if (s.amends && s.wrong && s.kode->value.n) /* `A5 salah`: and what is right? */
        wrong_code(&s, s.kode->value.items[s.kode->value.n - 1], ERROR_AMBIGUOUS, false);
}
