/* amends.c - two readings of one field in one SMS: `9,2 eh 9,4`, `Rafa maksudnya Rafi`, `30 atau 31` (RULINGS
 * 18, 22, 26, 50).  The second takes the place of the first, and is asked about; neither is taken unasked.
 * See stages.h. */
#include "flows/understand/report/stages.h"

#include <stdlib.h>
#include <string.h>

#include "flows/understand/values/before.h"
#include "flows/understand/values/names.h"
#include "flows/understand/values/read.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    VALUE_TOKENS = 4 /* of one value: `1 th 2 bl` */
};

/* Words that say that what stands before them is wrong: `eh`, `maaf salah, harusnya`, `ralat`. */
struct corrector {
    unsigned to; /* the token behind them; 0: there are none */
    bool says;   /* `ralat`, `maksudnya` is among them */
    bool no;     /* `bukan`, `salah` is */
};

/* `salah`, and *wrong; `bukan`, which may deny what follows as well. */
static bool is_no(const struct filling *x, unsigned i, unsigned *used, bool *wrong)
{
    struct negation n;

    *wrong = false;
    if (!negation_at(&x->ts, i, x->words->negators, &n) ||
        !(n.kind == NEGATION_FALSE || n.kind == NEGATION_ISNT || n.kind == NEGATION_NOT))
        return false;
    *used = n.used;
    *wrong = n.kind == NEGATION_FALSE;
    return *wrong || phrase_is(&x->ts, i, x->words->answers, "tidak", used);
}

/* Between two correctors, or before a number, they say nothing: `salah bu, harusnya`. */
static bool says_nothing(const struct filling *x, unsigned i, unsigned *used)
{
    return understand_is(x, i, "partikel", used) || understand_is(x, i, "tapi", used) ||
           phrase_is(&x->ts, i, x->words->answers, "sapaan", used) ||
           phrase_is(&x->ts, i, x->words->answers, "sopan", used);
}

/* `tidak patuh`, `tidak mau menyusu`: a value with a no in it. */
static bool value_with_no(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].type == FIELD_CHOICES &&
            phrase_at(&x->ts, i, x->form->fields[f].list, &used) && used > 1)
            return true;
    return false;
}

/* `tidak jadi hamil`: no other value. */
static bool called_off(const struct filling *x, unsigned i)
{
    struct negation n;

    return i > 0 && negation_at(&x->ts, i - 1, x->words->negators, &n) && n.kind == NEGATION_OFF &&
           n.used > 1 && !(i + 1 < x->ts.n && x->ts.t[i + 1].kind == TOKEN_NUMBER);
}

/* Without one of these words nothing in the text is corrected, as in most. */
static bool any_corrector(const struct filling *x)
{
    return phrase_code_may_be(&x->ts, "ralat") || phrase_code_may_be(&x->ts, "ternyata") ||
           phrase_code_may_be(&x->ts, "sela") || phrase_code_may_be(&x->ts, "salah");
}

static struct corrector corrector_at(const struct filling *x, unsigned i)
{
    struct corrector c = { 0 };
    bool real = false;
    unsigned used;

    for (unsigned k = i; k < x->ts.n && x->ts.t[k].kind == TOKEN_WORD && !x->ts.t[k].taken; k += used) {
        bool ralat = phrase_is(&x->ts, k, x->words->answers, "ralat", &used);
        struct slice kata = ralat ? S("") : phrase_code(&x->ts, k, x->words->kata, &used);
        bool says = ralat || slice_is(kata, "ternyata"), sela = slice_is(kata, "sela");
        bool wrong = false, no = !says && !sela && is_no(x, k, &used, &wrong) && !value_with_no(x, k);

        if (!says && !sela && !no && (k == i || !says_nothing(x, k, &used)))
            break;
        c.says |= says;
        c.no |= no;
        real |= says || sela || (no && wrong);
        if (says || sela || no || (k + used < x->ts.n && x->ts.t[k + used].kind == TOKEN_NUMBER))
            c.to = k + used;
    }
    if (!real || called_off(x, i))
        c = (struct corrector){ 0 };
    return c;
}

static bool has_one_value(const struct field *f)
{
    return !f->hidden && f->type != FIELD_TEXT && f->type != FIELD_ANSWERS && f->type != FIELD_COUNTS &&
           f->type != FIELD_NAME;
}

static bool read_well(enum fit fit)
{
    return fit == FIT_YES || fit == FIT_DOUBT;
}

/* The value of field f that ends right before token `end` begins there, `right` behind; end: there is none. A
 * number that must be guessed is one only if that is what is right: `92 eh 9,2`, and not `77 eh 9,6`. */
static unsigned value_before(struct filling *x, const struct field *f, unsigned end, const struct got *right)
{
    unsigned from = end;
    struct label_at l;

    for (unsigned k = end; k-- > 0 && end - k <= VALUE_TOKENS;) {
        struct got g = understand_read(x, f, k, true);

        if (read_well(g.fit) && g.used == end - k && !understand_label_at(x, k, &l) &&
            (!g.guessed || value_equal(&g.value, &right->value)))
            from = k;
    }
    return from;
}

/* A word that a name may have: none that says another thing. */
static bool may_name(const struct filling *x, unsigned i)
{
    struct label_at l;
    unsigned used;

    if (i >= x->ts.n || x->ts.t[i].kind != TOKEN_WORD || x->ts.t[i].taken || x->ts.t[i].label ||
        phrase_at(&x->ts, i, x->words->sex, &used) || phrase_at(&x->ts, i, x->words->units, &used) ||
        phrase_at(&x->ts, i, x->words->signs, &used) || understand_filler(x, i, &used) ||
        understand_negator(x, i) ||
        (understand_label_at(x, i, &l) && i + l.used < x->ts.n && x->ts.t[i + l.used].kind == TOKEN_NUMBER))
        return false;
    for (unsigned f = 0; f < x->form->fields_n; f++)
        if (x->form->fields[f].list && x->form->fields[f].type != FIELD_TEXT &&
            phrase_at(&x->ts, i, x->form->fields[f].list, &used))
            return false;
    return true;
}

/* The name before token `end` begins there: no number stands before it, and nothing but a label or what the
 * report is about. */
static unsigned name_before(const struct filling *x, unsigned end)
{
    unsigned k = end;
    struct label_at l;

    if (form_as(x->form, AS_NAME) < 0)
        return end;
    while (k > 0 && may_name(x, k - 1) && (k == end || !(x->ts.t[k].sep & SEP_HASH)) &&
           !(understand_label_at(x, k - 1, &l) && l.field->type == FIELD_NAME))
        k--;
    for (unsigned i = 0; i < k; i++)
        if (x->ts.t[i].kind == TOKEN_NUMBER)
            return end;
    return k;
}

/* `rt 2 eh rt 3`: the place before token `end` that begins with the same word; end: there is none. */
static unsigned place_before(const struct filling *x, unsigned end, unsigned right)
{
    int lokasi = form_as(x->form, AS_LOCATION);
    bool keep;

    for (unsigned k = end; lokasi >= 0 && right < x->ts.n && k-- > 0 && !(x->ts.t[k + 1].sep & SEP_HARD);)
        if (understand_text_label(x, k, &x->form->fields[lokasi], &keep))
            return keep && slice_eq(x->ts.t[k].low, x->ts.t[right].low) ? k : end;
    return end;
}

/* Tokens from..to go, what was said and its corrector, and what stands behind them takes their place; of that
 * token `value` is the value. */
static void replace(struct filling *x, unsigned from, unsigned said, unsigned to, unsigned value)
{
    struct token *t = x->ts.t;

    t[to].sep = t[from].sep;
    t[to].glued = t[from].glued;
    t[value].amends = understand_span(x, from, said);
    memmove(&t[from], &t[to], (x->ts.n - to) * sizeof *t);
    x->ts.n -= to - from;
}

/* A danger among them must be heard, whatever is right in its place. */
static bool alarms(const struct filling *x, unsigned from, unsigned to)
{
    unsigned used;

    for (unsigned k = from; k < to; k++) {
        const struct word *w = phrase_at(&x->ts, k, x->words->signs, &used);

        if (w && (understand_alarming(x, w->code) || understand_alarming(x, w->also)))
            return true;
    }
    return false;
}

/* The field whose label stands right before token i; NULL: none does. */
static const struct field *label_before(const struct filling *x, unsigned i)
{
    struct label_at l;

    for (unsigned k = i > VALUE_TOKENS ? i - VALUE_TOKENS : 0; k < i; k++)
        if (understand_label_at(x, k, &l) && k + l.used == i)
            return l.field;
    return NULL;
}

/* Two readings of one field with the corrector i..c between them. */
static bool two_readings(struct filling *x, unsigned i, const struct corrector *c)
{
    struct label_at l = { 0 };
    unsigned right = c->to, least = i, to;
    const struct field *list = NULL;

    if (right < x->ts.n && understand_label_at(x, right, &l) && right + l.used < x->ts.n &&
        read_well(understand_read(x, l.field, right + l.used, true).fit))
        right += l.used;
    else
        l.field = NULL;
    for (unsigned k = 0; right < x->ts.n && k < x->form->fields_n; k++) {
        const struct field *f = &x->form->fields[k];
        struct got g;
        unsigned from;

        if (!has_one_value(f) || (l.field && l.field != f))
            continue;
        g = understand_read(x, f, right, true);
        from = read_well(g.fit) ? value_before(x, f, i, &g) : i;
        if (from >= least || (l.field && label_before(x, from) && label_before(x, from) != f))
            continue; /* `bgm 2 ralat n 41` */
        least = from;
        list = f->type == FIELD_CHOICES ? f : NULL;
    }
    if (least == i && !l.field && may_name(x, right))
        least = name_before(x, i);
    if (least == i && !l.field)
        least = place_before(x, i, right);
    if (least == i)
        return false;
    /* The number of a day needs its label: `kemarin eh tgl 27`. */
    to = l.field && l.field->type == FIELD_DATE && label_before(x, least) != l.field ? c->to : right;
    x->amends_list = list ? list : x->amends_list;
    if (alarms(x, least, i))
        return false;
    replace(x, least, i, to, right);
    return true;
}

/* `tb salah harusnya 77`, in an answer: the words between a label and its number say nothing more; without a
 * `harusnya` the number may be what is wrong. */
static bool behind_label(struct filling *x, unsigned i, const struct corrector *c)
{
    struct token *t = x->ts.t;
    const struct field *f = label_before(x, i);

    if (!x->answers || t[c->to].kind != TOKEN_NUMBER || !f || f->type == FIELD_NAME || f->type == FIELD_TEXT)
        return false;
    t[c->to].sep = t[i].sep;
    t[c->to].approx |= !c->says;
    memmove(&t[i], &t[c->to], (x->ts.n - c->to) * sizeof *t);
    x->ts.n -= c->to - i;
    return true;
}

/* `putus obat eh bukan`: of a list the last is taken back, and nothing said in its place. */
static void taken_back(struct filling *x, unsigned i, const struct corrector *c)
{
    const struct got none = { .fit = FIT_NO };

    for (unsigned k = 0; c->no && k < x->form->fields_n; k++)
        if (x->form->fields[k].type == FIELD_CHOICES && value_before(x, &x->form->fields[k], i, &none) < i)
            x->amends_list = &x->form->fields[k];
}

static bool number_ends(const struct filling *x, unsigned i)
{
    unsigned used;

    return i > 0 &&
           (x->ts.t[i - 1].kind == TOKEN_NUMBER || (i > 1 && x->ts.t[i - 2].kind == TOKEN_NUMBER &&
                                                    phrase_at(&x->ts, i - 1, x->words->units, &used)));
}

/* `kemarin eh besok`, `gds 150 eh belum diukur`, `3 org eh banyak`: what takes its place is no value, or not
 * known. */
static bool nothing_right(struct filling *x, unsigned i, const struct corrector *c)
{
    const struct got none = { .fit = FIT_NO };
    struct label_at l = { 0 };
    unsigned used, at = c->to;
    struct slice code = phrase_code(&x->ts, at, x->words->answers, &used);

    if (slice_is(code, "ragu") || slice_is(code, "tak_diukur") ||
        (number_ends(x, i) && slice_is(phrase_code(&x->ts, at, x->words->numbers, &used), "banyaknya")))
        return true;
    if (understand_label_at(x, at, &l) && at + l.used < x->ts.n)
        at += l.used;
    for (unsigned k = 0; k < x->form->fields_n; k++) {
        const struct field *f = &x->form->fields[k];

        if (f->type == FIELD_DATE && !f->hidden && (!l.field || l.field == f) &&
            understand_read(x, f, at, true).fit == FIT_WRONG && value_before(x, f, i, &none) < i)
            return true;
    }
    return false;
}

void understand_amends(struct filling *x)
{
    unsigned used;

    if (understand_is(x, 0, "sela", &used)) /* `bumil eh Ratna`: not what she meant first */
        for (unsigned k = 0; k < used && used < x->ts.n; k++)
            x->ts.t[k].taken = true;
    for (unsigned i = 1; i < x->ts.n; i++) {
        bool either = understand_either(x, i, &used), word = x->ts.t[i].kind == TOKEN_WORD;
        struct corrector c = { .to = either ? i + used : 0 };

        if (!either && word && any_corrector(x))
            c = corrector_at(x, i);
        if (c.to > i && c.to < x->ts.n && (behind_label(x, i, &c) || two_readings(x, i, &c)))
            i = 0; /* `28 eh 30 eh 29` */
        else if (c.to > i && (c.to == x->ts.n || understand_parted(x, c.to)))
            taken_back(x, i, &c);
        else if (c.to > i && nothing_right(x, i, &c))
            x->unmended_at = i;
    }
}

/* --- what is right stands away from what was wrong: `9,8 77 harusnya 9,6`, `L 5th salah harusnya P` --- */

/* `maksudnya bu Ani`: a name, if an address or a capital says so. */
static unsigned name_behind(const struct filling *x, unsigned i)
{
    unsigned k = i, used;

    while (k < x->ts.n && may_name(x, k) && (k == i || !understand_parted(x, k)))
        k++;
    while (k > i && understand_is(x, k - 1, "partikel", &used))
        k--;
    return k > i && (text_lower(x->ts.t[i].text.p[0]) != x->ts.t[i].text.p[0] ||
                     (k > i + 1 && slice_is(phrase_code(&x->ts, i, x->words->people, &used), "sapaan")))
               ? k - i
               : 0;
}

/* How many tokens of a value stand at token i; 0: it is none. */
static unsigned any_value(struct filling *x, unsigned i, const struct corrector *c)
{
    unsigned most = x->ts.t[i].kind == TOKEN_NUMBER;

    for (unsigned k = 0; k < x->form->fields_n; k++) {
        const struct field *f = &x->form->fields[k];
        struct got g;

        if (!has_one_value(f) || f->type == FIELD_CHOICES)
            continue;
        g = understand_read(x, f, i, true);
        if (read_well(g.fit) && g.used > most)
            most = g.used;
    }
    return most || !c->says || form_as(x->form, AS_NAME) < 0 ? most : name_behind(x, i);
}

void understand_mends(struct filling *x)
{
    for (unsigned i = 2; i + 1 < x->ts.n && any_corrector(x); i++) {
        struct corrector c = x->ts.t[i].kind == TOKEN_WORD ? corrector_at(x, i) : (struct corrector){ 0 };
        struct label_at l = { 0 };
        unsigned used;

        if (c.to <= i || c.to >= x->ts.n || !(c.says || number_ends(x, i)) || understand_grows(x, i))
            continue;
        if (understand_label_at(x, c.to, &l) && c.to + l.used < x->ts.n)
            c.to += l.used;
        used = any_value(x, c.to, &c);
        if (!used)
            continue;
        x->mends_at = c.to;
        x->mends_to = c.to + used;
        x->amends_label = l.field;
        for (unsigned k = i; k < x->mends_to; k++)
            x->ts.t[k].taken = true;
        return;
    }
}

/* The number that a text begins with: "28th". */
static int64_t leading(struct slice s)
{
    int64_t n = 0;

    for (size_t i = 0; i < s.n && i < 6 && text_is_digit(s.p[i]); i++)
        n = n * 10 + (s.p[i] - '0');
    return n;
}

/* How far the value that was said to be right is from the field's, in thousandths; -1: it is none of its. */
static int64_t off(struct filling *x, const struct field *f, struct got *g)
{
    const struct value *v = &x->slots[f->position].value;
    const struct token *t = &x->ts.t[x->mends_at];
    int64_t is, was;

    if (!has_one_value(f) || f->type == FIELD_CHOICES || v->kind == VALUE_ABSENT || f->type == FIELD_NOMOR ||
        (x->amends_label && x->amends_label != f))
        return -1;
    *g = understand_read(x, f, x->mends_at, true);
    if (!read_well(g->fit) || g->companion >= 0 || value_equal(&g->value, v))
        return -1;
    if (f->type == FIELD_DATE && t->kind == TOKEN_NUMBER && slice_all_digits(t->low) && !x->amends_label)
        return -1;
    was = v->kind == VALUE_NUMBER ? v->milli : f->type == FIELD_AGE && !g->unit ? leading(v->text) : 0;
    is = g->value.kind == VALUE_NUMBER ? g->value.milli : leading(g->value.text);
    return was ? llabs(is - was) * 1000 / was : 0;
}

/* The field that ends last before token `at`. */
static const struct field *said_before(const struct filling *x, unsigned at)
{
    const struct field *f = &x->form->fields[0];

    for (unsigned k = 1; k < x->form->fields_n; k++)
        if (x->slots[k].filled && x->slots[k].to <= at && x->slots[k].to > x->slots[f->position].to)
            f = &x->form->fields[k];
    return f;
}

static bool mended_name(struct filling *x)
{
    int f = form_as(x->form, AS_NAME);
    struct got g = { .fit = FIT_YES, .companion = -1, .used = x->mends_to - x->mends_at };
    struct slice name;

    if (f < 0 || x->ts.t[x->mends_at].kind != TOKEN_WORD ||
        !understand_name(x, x->mends_at, x->mends_to, &name))
        return false;
    g.value = value_text(name);
    x->ts.t[x->mends_at].amends = x->slots[f].typed;
    x->slots[f] = (struct slot){ 0 };
    understand_take(x, &x->form->fields[f], x->mends_at, &g, false);
    return true;
}

/* `20bl eh salah 11,4`: of no value that is there, and one that is wanted is asked for anyway. */
static bool lacks_any(const struct filling *x)
{
    for (unsigned r = 0; r < x->variant->required_n; r++)
        if (!understand_done(x, &x->form->fields[x->variant->required[r]]))
            return true;
    return false;
}

static void set_right(struct filling *x)
{
    const struct field *best = NULL;
    int64_t least = INT64_MAX;
    struct got g, right = { 0 };

    for (unsigned k = x->mends_at; k < x->mends_to; k++)
        x->ts.t[k].taken = false;
    for (unsigned f = 0; f < x->form->fields_n; f++) {
        int64_t is = off(x, &x->form->fields[f], &g);

        if (is >= 0 && is < least) {
            least = is;
            best = &x->form->fields[f];
            right = g;
        }
    }
    if (best) {
        x->ts.t[x->mends_at].amends = x->slots[best->position].typed;
        x->slots[best->position] = (struct slot){ 0 };
        understand_take(x, best, x->mends_at, &right, false);
    } else if (!mended_name(x) && !lacks_any(x)) {
        best = x->amends_label ? x->amends_label : said_before(x, x->mends_at);
        understand_fault(x, best, ERROR_AMBIGUOUS, false, x->mends_at);
    }
    for (unsigned k = x->mends_at; k < x->mends_to; k++)
        x->ts.t[k].taken = true;
}

void understand_mended(struct filling *x)
{
    if (x->mends_at)
        set_right(x);
    if (x->unmended_at)
        understand_fault(x, said_before(x, x->unmended_at), ERROR_AMBIGUOUS, false, TOKENS_MAX);
    if (x->amends_list)
        understand_fault(x, x->amends_list, ERROR_AMBIGUOUS, false, TOKENS_MAX);
}
