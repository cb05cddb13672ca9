/* measured.c - a measure of somebody else in the words of a report, `suaminya td 180/110`, or one that the
 * form does not ask for (RULINGS 46, 50).  It is none of hers, or no field's, and stays in the words.  See
 * before.h. */
#include "flows/understand/values/before.h"

#include "parsers/phrase.h"

enum {
    WORDS = 3, /* of the longest label or person before a number, and one to spare */
};

/* A label of any form, of one word, of a field of which that is so. */
static bool is_label(const struct form_set *forms, struct slice word, bool (*so)(const struct field *))
{
    for (unsigned i = 0; i < forms->n; i++)
        for (const struct label *l = form_labels(&forms->forms[i], word); l; l = l->next)
            if (slice_empty(l->rest) && slice_eq(l->first, word) && so(l->field))
                return true;
    return false;
}

static bool is_pressure(const struct field *f)
{
    return f->type == FIELD_PRESSURE;
}

static bool is_figure(const struct field *f)
{
    return f->type == FIELD_NUMBER || is_pressure(f);
}

static bool is_measured(const struct field *f)
{
    return f->type == FIELD_NUMBER && unit_measures(f->unit);
}

bool understand_measures(const struct form_set *forms, struct slice word)
{
    return is_label(forms, word, is_measured);
}

static bool of_hers(const struct filling *x, struct slice code)
{
    return slice_is(code, x->form->about == FORM_ABOUT_CHILD    ? "anak"
                          : x->form->about == FORM_ABOUT_MOTHER ? "ibu"
                                                                : "");
}

/* Where somebody of hers is named right before token i, and nobody who only tells it; i: nobody is. */
static unsigned person_before(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned k = i > WORDS ? i - WORDS : 0; k < i; k++) {
        struct slice code = phrase_code(&x->ts, k, x->words->people, &used), last = x->ts.t[i - 1].low;

        if (code.n && k + used == i && !of_hers(x, code) && !slice_is(code, "berkata") &&
            (slice_ends(last, "nya") || slice_ends(last, "nye")) &&
            !(k > 0 && !(x->ts.t[k].sep & SEP_HARD) &&
              slice_is(phrase_code(&x->ts, k - 1, x->words->people, &used), "bersama")))
            return k > 0 && !(x->ts.t[k].sep & SEP_HARD) &&
                           slice_is(phrase_code(&x->ts, k - 1, x->words->people, &used), "sapaan")
                       ? k - 1 /* `ibu mertuanya` */
                       : k;
    }
    return i;
}

/* `lila ayahnya 30`, `suhu bayi 38,5`: the label, somebody else, and the number at token i; where it begins.
 */
static unsigned label_of_other(const struct filling *x, unsigned i)
{
    bool family = x->form->about == FORM_ABOUT_CHILD || x->form->about == FORM_ABOUT_MOTHER;
    unsigned used, person = person_before(x, i);

    for (unsigned k = i > WORDS ? i - WORDS : 0; person == i && family && k < i; k++) {
        struct slice code = phrase_code(&x->ts, k, x->words->people, &used);

        if (code.n && k + used == i && !of_hers(x, code) &&
            (slice_is(code, "anak") || slice_is(code, "lain") ||
             (x->form->about == FORM_ABOUT_CHILD && !slice_is(code, "bersama") &&
              !slice_is(code, "berkata"))))
            person = k;
    }
    return person > 0 && person < i && !(x->ts.t[person].sep & SEP_HARD) &&
                   is_label(&x->rs->forms, x->ts.t[person - 1].low, is_figure)
               ? person - 1
               : i;
}

/* `kunjungan Karto lansia baik tensi 130/80`: a pressure, and the form has none. */
static bool pressure_elsewhere(const struct filling *x, unsigned i)
{
    return !form_has(x->form, FIELD_PRESSURE) && is_label(&x->rs->forms, x->ts.t[i - 1].low, is_pressure);
}

/* `adiknya 6,5`: whose it is says that the number is none of the report's, once that has one of its own; a
 * birth weighs a mother's `bayinya`.  Where that begins, or i. */
static unsigned figure_of_other(const struct filling *x, unsigned i)
{
    unsigned used, person = person_before(x, i);
    struct slice code = person < i ? phrase_code(&x->ts, person, x->words->people, &used) : slice_make("", 0);
    bool own = false;

    if (slice_is(code, "sapaan") && person + 1 < i)
        code = phrase_code(&x->ts, person + 1, x->words->people, &used);
    for (unsigned k = 0; k < person; k++)
        own |= x->ts.t[k].kind == TOKEN_NUMBER && !x->ts.t[k].other;
    if (person > 0 &&
        (understand_says(x, person - 1, "dari") || understand_says(x, person - 1, "dari_singkat") ||
         slice_is(phrase_code(&x->ts, person - 1, x->words->before, &used), "banding")))
        return i; /* `kurang 1 ons dari kakaknya 49` */
    return own && !form_counts(x->form, UNIT_PERSON) &&
                   (slice_is(code, "lain") || (x->form->about == FORM_ABOUT_CHILD && slice_is(code, "ibu")))
               ? person
               : i;
}

unsigned understand_measured(const struct filling *x, unsigned i)
{
    unsigned label = i, person;
    bool pressure = slice_find(x->ts.t[i].low, '/') < x->ts.t[i].low.n;

    if (i < 1 || x->ts.t[i].sep & SEP_HARD)
        return i;
    if (!(x->ts.begins & x->words->people->bit)) /* nobody is spoken of, as mostly */
        return pressure && pressure_elsewhere(x, i) ? i - 1 : i;
    label = label_of_other(x, i);
    if (label < i)
        return label;
    if (!pressure && figure_of_other(x, i) < i)
        return figure_of_other(x, i);
    if (!pressure && person_before(x, i - 1) == i - 1)
        return i;
    if (i > 1 && !(x->ts.t[i - 1].sep & SEP_HARD) && is_label(&x->rs->forms, x->ts.t[i - 1].low, is_figure))
        label--;
    else if (!pressure)
        return i;
    person = person_before(x, label);
    return person < label ? person : pressure && pressure_elsewhere(x, i) ? i - 1 : i;
}
