/* another.c - somebody else in the words of a report, behind the first one's values (RULINGS 19, 50, 54):
 * nothing of it is read into these, and the sender is told what was left out.  See understand.h. */
#include "flows/understand/understand.h"

#include "parsers/phrase.h"

enum {
    NAME_WORDS = 4 /* of somebody who is named so, and no more */
};

static bool is_sex(const struct filling *x, unsigned i, unsigned *used)
{
    struct label_at l;

    return x->ts.t[i].kind == TOKEN_WORD && phrase_at(&x->ts, i, x->words->sex, used) &&
           !(understand_label_at(x, i, &l) && l.field->type != FIELD_SEX); /* `lk 44` */
}

static bool is_figure(const struct filling *x, unsigned i)
{
    return i < x->ts.n && x->ts.t[i].kind == TOKEN_NUMBER && !x->ts.t[i].other;
}

/* A word that may be a name's: none that a list of the form, or of the language, has. */
static bool may_name(const struct filling *x, unsigned i)
{
    unsigned used;

    return x->ts.t[i].kind == TOKEN_WORD && !x->ts.t[i].other &&
           !phrase_at(&x->ts, i, x->words->units, &used) && !phrase_at(&x->ts, i, x->words->signs, &used) &&
           !understand_filler(x, i, &used) && !understand_negator(x, i);
}

/* Where the name before the sex at token i begins; i where there is none. */
static unsigned name_before(const struct filling *x, unsigned i)
{
    unsigned k = i;

    while (k > 0 && i - k < NAME_WORDS && may_name(x, k - 1) && (k == i || !understand_parted(x, k)))
        k--;
    return k;
}

/* A sex without a name is somebody else's only with a report's worth of figures behind it: `P 20/11 2,4 46`.
 */
static bool is_somebody(const struct filling *x, unsigned from, unsigned sex, unsigned used)
{
    return is_figure(x, sex + used) && (from < sex || is_figure(x, sex + used + 1));
}

/* Free words keep all that is said in them. */
static bool keeps_all(const struct form *form)
{
    for (unsigned f = 0; f < form->fields_n; f++)
        if (form->fields[f].type == FIELD_TEXT && !form->fields[f].hidden &&
            form->fields[f].as != AS_LOCATION)
            return true;
    return false;
}

/* Where another's words begin: a second sex, behind figures; the end where there is none. */
static unsigned by_sex(const struct filling *x)
{
    bool first = false, figures = false;

    for (unsigned i = 0, used = 1; i < x->ts.n; i += used) {
        unsigned from;

        used = 1;
        figures |= first && x->ts.t[i].kind == TOKEN_NUMBER;
        if (!is_sex(x, i, &used))
            continue;
        from = name_before(x, i);
        if (figures && is_somebody(x, from, i, used))
            return from;
        first = true;
    }
    return x->ts.n;
}

/* The same of those whose sex is known: a name, a figure, and a second pressure: `Rina 30 120/80`. */
static unsigned by_pressure(const struct filling *x)
{
    bool first = false;

    for (unsigned i = 0; i < x->ts.n; i++) {
        unsigned from;

        if (x->ts.t[i].kind != TOKEN_NUMBER || slice_find(x->ts.t[i].low, '/') == (size_t)-1)
            continue;
        from = i > 0 && is_figure(x, i - 1) ? name_before(x, i - 1) : i;
        if (first && from + 1 < i)
            return from;
        first = true;
    }
    return x->ts.n;
}

void understand_another(struct filling *x)
{
    unsigned from = form_as(x->form, AS_SEX) >= 0 ? by_sex(x) : by_pressure(x), used;

    x->beside = understand_span(x, from, x->ts.n);
    if (from >= x->ts.n || keeps_all(x->form))
        return;
    while (from > 0 && understand_is(x, from - 1, "sambung", &used)) /* `… dan Budi L 6` */
        from--;
    x->another_at = from;
    for (unsigned k = from; k < x->ts.n; k++)
        x->ts.t[k].taken = true;
}
