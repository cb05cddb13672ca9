/* foreign.c - numbers with a unit that no field of the form takes (RULINGS 20, 46).  See numbers.h. */
#include "flows/understand/signs/signs.h"
#include "flows/understand/values/before.h"
#include "flows/understand/values/numbers.h"
#include "flows/understand/values/read.h"
#include "parsers/amount.h"
#include "parsers/phrase.h"

enum {
    NEAR = 4 /* words before a number that may be of it */
};

/* A sign ends before token i: its number says how long, `demam 3 hari`. */
static bool behind_sign(const struct filling *x, unsigned i)
{
    unsigned used;

    for (unsigned k = i > NEAR ? i - NEAR : 0; k < i; k++)
        if (x->ts.t[k].kind == TOKEN_WORD && understand_sign_near(x, k, &used) && k + used == i)
            return true;
    return false;
}

/* A field has the unit of the number at token i; one of time may have been filled already. */
static bool takes_unit(struct filling *x, unsigned i, struct slice unit)
{
    bool time = slice_is(unit, "hr") || slice_is(unit, "mg") || slice_is(unit, "bl") || slice_is(unit, "th");

    for (unsigned k = 0; k < x->variant->uses_n; k++) {
        const struct field *f = &x->form->fields[x->variant->uses[k]];
        struct got g;

        if ((f->type != FIELD_NUMBER && f->type != FIELD_AGE) || (time && understand_done(x, f)))
            continue;
        g = understand_read(x, f, i, false);
        if (g.unit && g.fit != FIT_NO && g.fit != FIT_UNIT)
            return true;
    }
    return false;
}

/* `gula darah sewaktu 200 mg`: the label of a value that is not there yet stands before it. */
static bool label_waits(const struct filling *x, unsigned i)
{
    struct label_at l;

    for (unsigned k = i > NEAR ? i - NEAR : 0; k < i; k++)
        if (understand_label_at(x, k, &l) && !understand_done(x, l.field))
            return true;
    return false;
}

/* Right behind a word that is no label and no sign, or before `lagi`: `perokok 30 th`, `3 minggu lagi`. */
static bool of_a_word(const struct filling *x, unsigned i, unsigned end)
{
    unsigned used;

    if (end < x->ts.n && slice_is(x->ts.t[end].low, "lagi"))
        return true;
    return x->ts.t[i - 1].kind == TOKEN_WORD && !x->ts.t[i - 1].label && !x->ts.t[i - 1].taken &&
           !phrase_at(&x->ts, i - 1, x->words->units, &used) && !understand_parted(x, i) &&
           !label_waits(x, i) && !behind_sign(x, i);
}

void understand_foreign_units(struct filling *x, unsigned from)
{
    struct amount n;

    if (form_counts(x->form, UNIT_PERSON)) /* `kasus diare 3 kg`: nobody knows how many */
        return;
    for (unsigned i = from > 0 ? from : 1, used; i < x->ts.n; i++)
        if (x->ts.t[i].kind == TOKEN_NUMBER && !x->ts.t[i].taken && !x->ts.t[i].other &&
            amount_read(&x->ts, i, x->words->units, &n) && n.unit.n && !n.broken && !x->ts.t[i].odd &&
            !phrase_at(&x->ts, i + 1, x->words->days, &used) && /* `3 hari ini` */
            of_a_word(x, i, i + n.used) && !takes_unit(x, i, n.unit))
            understand_mark_other(x, i, i + n.used);
}
