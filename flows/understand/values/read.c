/* read.c - one value of one field type at one place of a report (SPEC 2.2).  See read.h. */
#include "flows/understand/values/read.h"

#include <string.h>

#include "flows/understand/values/before.h"
#include "gateway/conf/rules.h"
#include "parsers/amount.h"
#include "parsers/negation.h"
#include "parsers/nik.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    NIK_DIGITS = 16,
};

static bool unit_fits(const struct field *f, struct slice unit)
{
    static const char *const codes[][4] = {
        [UNIT_NONE] = { 0 },         [UNIT_KG] = { "kg", "g", "ons" },
        [UNIT_CM] = { "cm" },        [UNIT_MGDL] = { "mgdl" },
        [UNIT_GDL] = { "gdl", "g" }, [UNIT_CELSIUS] = { "c" },
        [UNIT_WEEK] = { "mg" },      [UNIT_DAY] = { "hr" },
        [UNIT_PERSON] = { "org" },   [UNIT_TABLET] = { "tab" },
        [UNIT_VISIT] = { 0 },
    };

    for (unsigned i = 0; i < 4 && codes[f->unit][i]; i++)
        if (slice_is(unit, codes[f->unit][i]))
            return true;
    return false;
}

static bool within(int64_t v, int64_t min, int64_t max)
{
    return v >= min && v <= max;
}

/* RULINGS 24: grams are kilograms times a thousand; 900 without a unit is asked back where data say so. */
static void grams_to_kg(const struct field *f, const struct amount *n, int64_t *milli, bool *doubt)
{
    if (slice_is(n->unit, "g") && f->unit == UNIT_KG) {
        *milli = n->thousands ? n->milli : n->milli / 1000;
    } else if (slice_is(n->unit, "ons") && f->unit == UNIT_KG) {
        *milli = n->milli / 10;
    } else if (f->grams && n->unit.n == 0 && n->milli % 1000 == 0 && within(n->milli, 1000000, 35000000)) {
        *milli = n->milli / 1000;
    } else if (f->grams_doubt && n->unit.n == 0 && !n->mark && n->milli < f->grams_doubt &&
               within(n->milli / 1000, f->min, f->max)) {
        *milli = n->milli / 1000;
        *doubt = true;
    }
}

static struct got number_out_of_range(const struct field *f, const struct amount *n, int64_t milli)
{
    struct got g = understand_wrong(ERROR_OUT_OF_RANGE, n->used);
    int64_t guess = milli / 10;

    /* RULINGS 23: a tenth that is possible is asked back; the age is weighed in understand/report/judge.c. */
    if (f->asks_decimal_mark && !n->mark && within(guess, f->min, f->max)) {
        g.fit = FIT_DOUBT;
        g.error = ERROR_AMBIGUOUS;
        g.guessed = true;
        g.as_typed = milli;
        g.value = value_number(guess);
    } else if (f->metres_doubt && n->mark && within(milli * 100, f->min, f->max)) {
        /* RULINGS 24: an adult's 1,60 */
        g.fit = FIT_DOUBT;
        g.error = ERROR_AMBIGUOUS;
        g.value = value_number(milli * 100);
    }
    return g;
}

/* timbang Siti,P,14bl,9,76: where commas separate fields, 9,76 may be 9 and 76 (RULINGS 17). */
static bool comma_between(const struct filling *x, const struct field *f, const struct amount *n)
{
    bool behind = false;

    if (!x->ts.comma || x->ts.hash || !x->variant || !n->comma || n->behind == 0 || n->unit.n)
        return false;
    if (!within(n->milli / 1000 * 1000, f->min, f->max))
        return false;
    for (unsigned k = 0; k < x->variant->uses_n; k++) {
        const struct field *next = &x->form->fields[x->variant->uses[k]];

        if (behind)
            return next->type == FIELD_NUMBER && within(n->behind, next->min, next->max);
        behind = next == f;
    }
    return false;
}

/* `7,l`: a letter that can only be the digit behind the mark, where no sex is due (RULINGS 27). */
static bool one_behind(const struct filling *x, const struct field *f, const struct amount *n, unsigned i)
{
    const struct token *t = &x->ts.t[i];
    int jk = form_as(x->form, AS_SEX);

    return i < x->ts.n && !n->mark && !n->unit.n && !f->whole && !t->taken && t->text.n == 1 &&
           strchr("lIi", t->text.p[0]) && (t->sep == SEP_COMMA || t->sep == SEP_DOT) &&
           (jk < 0 || x->slots[jk].filled);
}

/* `28 mgg 3 hari`: completed weeks, and the days beyond them; the tokens of these. */
static unsigned days_beyond(const struct filling *x, const struct field *f, const struct amount *n,
                            unsigned i)
{
    struct amount days;

    return f->unit == UNIT_WEEK && n->unit.n && i < x->ts.n && !(x->ts.t[i].sep & SEP_HARD) &&
                   amount_read(&x->ts, i, x->words->units, &days) && slice_is(days.unit, "hr") &&
                   days.milli < 7000 && !days.broken
               ? days.used
               : 0;
}

/* `3 jam` where days are due; but `3 jam 8` is the third day, at eight. */
static bool hours(const struct filling *x, unsigned i)
{
    unsigned used;

    return i < x->ts.n && !(x->ts.t[i].sep & SEP_HARD) && understand_is(x, i, "jam", &used) &&
           (i + used >= x->ts.n || !slice_all_digits(x->ts.t[i + used].low));
}

/* "11", "9,5" in thousandths. */
static bool measure(struct slice s, int64_t *milli)
{
    struct slice rest = s, whole = slice_cut(&rest, slice_find(s, ',') < s.n ? ',' : '.');
    int64_t tenths = 0;

    if (whole.n > 3 || rest.n > 1 || !slice_to_i64(whole, milli) || (rest.n && !slice_to_i64(rest, &tenths)))
        return false;
    *milli = *milli * 1000 + tenths * 100;
    return true;
}

/* `11-12`, `9,2-9,5` where a measure is due: from so much to so much (RULINGS 50). */
static bool is_range(const struct field *f, const struct token *t)
{
    struct slice rest = t->low, first = slice_cut(&rest, '-');
    int64_t a, b;

    return rest.n && t->kind == TOKEN_NUMBER && !t->taken && !t->odd && !t->minus && measure(first, &a) &&
           measure(rest, &b) && a < b && within(a, f->min, f->max) && within(b, f->min, f->max);
}

/* `BGM2 bulan 10`, `83 bulan lalu 10`, `55 tablet tambah darah`: no unit but what follows. */
static void not_its_unit(struct filling *x, const struct field *f, unsigned i, struct amount *n)
{
    unsigned last = i + n->used - 1;
    struct label_at l;

    if (!n->unit.n || unit_fits(f, n->unit) ||
        !(x->ts.t[last].other || understand_labels_value(x, f, last) ||
          (understand_label_at(x, last, &l) && l.used > 1)))
        return;
    n->unit = (struct slice){ 0 };
    n->used--;
}

/* A unit that is not the field's (RULINGS 20); but `hamil 7 bulan` are weeks in doubt (RULINGS 46). */
static struct got of_unit(const struct filling *x, const struct field *f, unsigned i, const struct amount *n,
                          struct got g)
{
    bool months = f->unit == UNIT_WEEK && slice_is(n->unit, "bl") && i > 0 &&
                  form_has_label(x->form, x->ts.t[i - 1].low);

    g.fit = months ? FIT_DOUBT : FIT_UNIT;
    g.error = months ? ERROR_AMBIGUOUS : ERROR_INVALID;
    return g;
}

static struct got read_number(struct filling *x, const struct field *f, unsigned i)
{
    struct got g = understand_no();
    struct amount n;
    int64_t milli;
    bool doubt = false;

    if (!amount_read(&x->ts, i, x->words->units, &n)) {
        if (i >= x->ts.n || !(x->ts.t[i].range || is_range(f, &x->ts.t[i])))
            return g;
        n = (struct amount){ .used = 1 }; /* `10-11 org` */
        n.unit = phrase_code(&x->ts, i + 1, x->words->units, &g.used);
        n.used += n.unit.n ? g.used : 0;
    }
    not_its_unit(x, f, i, &n);
    g.used = n.used;
    g.repaired = n.repaired;
    g.unit = n.unit.n > 0;
    if (n.unit.n && !unit_fits(f, n.unit))
        return of_unit(x, f, i, &n, g);
    if (n.two_marks && x->ts.comma && !x->ts.hash) {
        g.fit = FIT_DOUBT; /* RULINGS 17 */
        g.error = ERROR_AMBIGUOUS;
        g.swallowed = true;
        return g;
    }
    if (x->ts.t[i].range || is_range(f, &x->ts.t[i])) {
        g.fit = FIT_DOUBT;
        g.error = ERROR_AMBIGUOUS;
        return g;
    }
    if (f->whole && n.thousands && n.milli >= 1000)
        n.milli *= 1000; /* `1.000 org` */
    if (n.broken || n.two_marks || (f->whole && n.milli % 1000 != 0))
        return understand_wrong(ERROR_INVALID, n.used);
    milli = n.milli;
    if (one_behind(x, f, &n, i + n.used)) {
        milli += 100;
        g.used++;
        g.repaired = true;
    }
    if (f->unit == UNIT_DAY && hours(x, i + g.used))
        return understand_wrong(ERROR_INVALID, g.used + 1);
    g.used += days_beyond(x, f, &n, i + g.used);
    grams_to_kg(f, &n, &milli, &doubt);
    if (!within(milli, f->min, f->max)) {
        struct got out = number_out_of_range(f, &n, milli);

        out.repaired = g.repaired;
        out.unit = g.unit;
        return out;
    }
    g.used += x->ts.t[i].approx ? understand_doubt_behind(x, i + g.used) : 0;
    doubt |= comma_between(x, f, &n) || x->ts.t[i].approx;
    g.value = value_number(milli);
    g.fit = doubt ? FIT_DOUBT : FIT_YES;
    g.error = doubt ? ERROR_AMBIGUOUS : ERROR_NONE;
    return g;
}

static struct got read_pressure(struct filling *x, unsigned i, bool labelled)
{
    struct pressure p;
    struct got g = understand_no();
    struct slice upper;
    enum pressure_rc rc = pressure_read(&x->ts, i, x->words->units, &p);

    if (rc == PRESSURE_NONE) {
        /* A word or a number that can be no half: another field's, unless a label says td. */
        if (labelled && i < x->ts.n && x->ts.t[i].kind == TOKEN_NUMBER)
            return understand_wrong(ERROR_INVALID, 1);
        return g;
    }
    if (rc == PRESSURE_HALF || rc == PRESSURE_INVALID)
        return understand_wrong(ERROR_INVALID, p.used);
    if (rc == PRESSURE_RANGE)
        return understand_wrong(ERROR_OUT_OF_RANGE, p.used);
    g.fit = x->ts.t[i].approx ? FIT_DOUBT : FIT_YES;
    g.error = x->ts.t[i].approx ? ERROR_AMBIGUOUS : ERROR_NONE;
    g.used = p.used;
    g.repaired = p.repaired;
    upper = arena_number(x->arena, slice_make("", 0), (uint64_t)p.sis, S("/"));
    g.value = value_text(arena_number(x->arena, upper, (uint64_t)p.dia, slice_make("", 0)));
    return g;
}

/* The letters of SKDR, by themselves (DOMAIN 4.1). */
static const struct word *by_letter(const struct word_list *list, const struct token *t)
{
    if (t->kind != TOKEN_WORD || t->text.n > 2)
        return NULL;
    for (unsigned i = 0; i < list->n; i++)
        if (list->words[i].letter.n && slice_ieq(list->words[i].letter, t->text))
            return &list->words[i];
    return NULL;
}

static struct got read_choice(struct filling *x, const struct field *f, unsigned i)
{
    struct got g = understand_no();
    unsigned used;
    const struct word *w = phrase_near(&x->ts, i, f->list, &used);

    if (!w && i < x->ts.n && !x->ts.t[i].taken) {
        w = by_letter(f->list, &x->ts.t[i]);
        used = 1;
    }
    if (!w)
        return g;
    if (x->ts.t[i + used - 1].odd) /* `P€` */
        return understand_wrong(ERROR_INVALID, used);
    if (x->ts.t[i].range) /* `L/P`: neither */
        return understand_wrong(ERROR_INVALID, used + 1);
    g.used = used + (x->ts.t[i].approx ? understand_doubt_behind(x, i + used) : 0);
    g.fit = w->doubt || x->ts.t[i].approx ? FIT_DOUBT : FIT_YES;
    g.error = g.fit == FIT_DOUBT ? ERROR_AMBIGUOUS : ERROR_NONE;
    g.value = value_text(w->code);
    return g;
}

static struct got read_nomor(struct filling *x, unsigned i)
{
    struct got g = understand_no();
    struct slice digits;
    enum report_error error;

    if (i >= x->ts.n || x->ts.t[i].kind != TOKEN_NUMBER || x->ts.t[i].taken)
        return g;
    if (x->ts.t[i].minus || x->ts.t[i].odd || x->ts.t[i].approx)
        return understand_wrong(ERROR_INVALID, 1);
    if (!understand_nomor(x->ts.t[i].low, &digits, &error, x->arena))
        return understand_wrong(error, 1);
    g.fit = FIT_YES;
    g.repaired = x->ts.t[i].repaired;
    g.value = value_text(digits);
    return g;
}

/* Blanks inside are allowed: groups of digits are joined up to sixteen (SPEC 2.2). */
static struct got read_nik(struct filling *x, unsigned i, bool labelled)
{
    char digits[NIK_DIGITS * 2];
    size_t n = 0;
    struct got g = understand_no();
    unsigned k = i;
    bool odd = false;

    while (k < x->ts.n && x->ts.t[k].kind == TOKEN_NUMBER && !x->ts.t[k].taken &&
           (k == i || (x->ts.t[k].sep & SEP_HARD) == 0)) {
        struct slice s = x->ts.t[k].low;

        if (k > i && (n >= NIK_DIGITS || n + s.n > NIK_DIGITS || !slice_all_digits(s)))
            break;
        odd |= x->ts.t[k].odd || x->ts.t[k].approx;
        for (size_t c = 0; c < s.n && n < sizeof digits; c++)
            if (text_is_digit(s.p[c]))
                digits[n++] = s.p[c];
        k++;
    }
    if (k == i || (!labelled && n < NIK_DIGITS - 3))
        return g;
    g.used = k - i;
    g.repaired = x->ts.t[i].repaired;
    if (odd || !nik_valid((struct slice){ .p = digits, .n = n }, x->today))
        return understand_wrong(ERROR_INVALID, g.used);
    g.fit = FIT_YES;
    g.value = value_text(arena_copy(x->arena, (struct slice){ .p = digits, .n = n }));
    return g;
}

static bool answer_letter(char c, char *out)
{
    c = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
    if (c != 'Y' && c != 'T' && c != '0' && c != '1' && c != '2')
        return false;
    *out = c;
    return true;
}

/* As many answers as questions, as far as is known. */
static bool answered(const struct word *kind, unsigned n)
{
    return !kind || n == kind->questions[0] || n == kind->questions[1];
}

/* One letter or digit a question; `ya` and `tidak` as words will do. */
static struct got read_answers(struct filling *x, const struct field *f, unsigned i)
{
    struct got g = understand_no();
    char out[40];
    unsigned n = 0, k = i;
    int jenis = form_as(x->form, AS_KIND);
    const struct word *kind = NULL;

    if (jenis >= 0 && x->form->fields[jenis].list)
        kind = word_by_code(x->form->fields[jenis].list, x->slots[jenis].value.text);
    for (; k < x->ts.n && !x->ts.t[k].taken && (x->ts.t[k].sep & (SEP_LINE | SEP_DASH)) == 0; k++) {
        unsigned used;
        const struct word *w = phrase_at(&x->ts, k, f->list, &used);

        if (w && n < sizeof out) {
            out[n++] = w->code.p[0];
            continue;
        }
        if (understand_is(x, k, "terima_kasih", &used) || understand_is(x, k, "penanda_tangan", &used) ||
            understand_other_label(x, f, k) ||
            (n && answered(kind, n) && read_nik(x, k, false).fit != FIT_NO))
            break;
        if (n && !kind && jenis >= 0 && phrase_at(&x->ts, k, x->form->fields[jenis].list, &used))
            break;
        for (size_t c = 0; c < x->ts.t[k].text.n; c++)
            if (n >= sizeof out || !answer_letter(x->ts.t[k].text.p[c], &out[n++]))
                return understand_wrong(ERROR_INVALID, k + 1 - i);
    }
    if (k == i)
        return g;
    g.used = k - i;
    if (!answered(kind, n))
        return understand_wrong(ERROR_INVALID, g.used);
    g.fit = FIT_YES;
    g.value = value_text(arena_copy(x->arena, (struct slice){ .p = out, .n = n }));
    return g;
}

struct got understand_read(struct filling *x, const struct field *f, unsigned i, bool labelled)
{
    if (i >= x->ts.n || x->ts.t[i].taken || x->ts.t[i].other || x->ts.t[i].kind == TOKEN_EMPTY ||
        x->ts.t[i].kind == TOKEN_NEGATED)
        return understand_no();
    switch (f->type) {
    case FIELD_NUMBER:
        return read_number(x, f, i);
    case FIELD_PRESSURE:
        return read_pressure(x, i, labelled);
    case FIELD_DATE:
        return understand_read_date(x, f, i, labelled);
    case FIELD_AGE:
        return understand_read_age(x, f, i);
    case FIELD_SEX:
    case FIELD_CHOICE:
        return read_choice(x, f, i);
    case FIELD_NOMOR:
        return read_nomor(x, i);
    case FIELD_NIK:
        return read_nik(x, i, labelled);
    case FIELD_MONTH:
        return understand_read_month(x, f, i);
    case FIELD_ANSWERS:
        return read_answers(x, f, i);
    case FIELD_CHOICES: {
        unsigned used;

        /* Lists are gathered as a whole in understand/signs/signs.c; here only whether one begins. */
        return phrase_near(&x->ts, i, f->list, &used)
                   ? (struct got){ .fit = FIT_YES, .companion = -1, .used = used }
                   : understand_no();
    }
    case FIELD_NAME:
    case FIELD_TEXT:
    case FIELD_COUNTS:
        break;
    }
    return understand_no();
}

bool understand_other_label(struct filling *x, const struct field *f, unsigned i)
{
    struct label_at l;
    unsigned value;

    if (i >= x->ts.n || !understand_label_at(x, i, &l) || l.field == f)
        return false;
    value = i + l.used;
    if (understand_is_words(l.field))
        return value < x->ts.n && x->ts.t[value].kind == TOKEN_WORD;
    return understand_read(x, l.field, value, true).fit != FIT_NO;
}

bool understand_labels_value(struct filling *x, const struct field *f, unsigned i)
{
    struct label_at l;

    if (i >= x->ts.n || x->ts.t[i].glued || !understand_label_at(x, i, &l) || l.field == f)
        return false;
    return understand_read(x, l.field, i + l.used, true).fit != FIT_NO;
}

bool understand_fever(struct filling *x, unsigned i)
{
    int suhu = form_as(x->form, AS_TEMPERATURE);
    unsigned used;

    if (suhu < 0 || x->slots[suhu].filled || !phrase_may_be(&x->ts, x->words->signs) ||
        (x->ts.t[i].sep & SEP_HARD))
        return false;
    for (unsigned k = i; k-- > 0 && x->ts.t[k].kind == TOKEN_WORD;)
        if (slice_is(phrase_code(&x->ts, k, x->words->signs, &used), "demam"))
            return used == i - k && understand_read(x, &x->form->fields[suhu], i, false).fit == FIT_YES;
    return false;
}
