/* counted.c - numbers that only count, and are no value of any field: `5x`, `G3P2A0`.  See before.h. */
#include "flows/understand/before.h"

#include <string.h>

#include "parsers/phrase.h"

void understand_mark_other(struct filling *x, unsigned from, unsigned to)
{
    for (unsigned k = from; k < to && k < x->ts.n; k++)
        x->ts.t[k].other = true;
}

bool understand_keeps_signs(const struct form *form)
{
    for (unsigned f = 0; f < form->fields_n; f++)
        if (form->fields[f].type == FIELD_CHOICES || form->fields[f].as == AS_CAUSE ||
            (form->fields[f].type == FIELD_TEXT && form->fields[f].list))
            return true;
    return false;
}

/* `5x`, `5 kali`: how often, and no value. */
void understand_times(struct filling *x, unsigned i)
{
    if (i > 0 && i + 1 < x->ts.n && x->ts.t[i + 1].kind == TOKEN_WORD &&
        ((slice_is(x->ts.t[i + 1].low, "x") && x->ts.t[i + 1].glued) ||
         slice_is(x->ts.t[i + 1].low, "kali")) &&
        !(i + 2 < x->ts.n && x->ts.t[i + 2].glued) && understand_keeps_signs(x->form))
        understand_mark_other(x, i, i + 2);
}

/* `G3P2A0`, `g2p1`, of a mother `G1` too: how many children, and no value of any field. */
void understand_parity(struct filling *x, unsigned i)
{
    unsigned k = i;

    if (!slice_is(x->ts.t[i].low, "g"))
        return;
    while (k + 1 < x->ts.n && x->ts.t[k].kind == TOKEN_WORD && x->ts.t[k].low.n <= 2 &&
           strchr("gpah", x->ts.t[k].low.p[0]) && (k == i || x->ts.t[k].glued) &&
           x->ts.t[k + 1].kind == TOKEN_NUMBER && x->ts.t[k + 1].glued)
        k += 2;
    if (k >= i + 4 || (k > i && x->form->about == FORM_ABOUT_MOTHER && x->ts.t[i + 1].low.n <= 2))
        understand_mark_other(x, i, k);
}

/* `Ny. Tuti 24th uk 20mg`: how old she is, where nobody asks. */
void understand_unasked_age(struct filling *x, unsigned i)
{
    unsigned used, years;

    if (x->form->about != FORM_ABOUT_MOTHER || (x->ts.t[i].sep & SEP_HASH) || form_as(x->form, AS_AGE) >= 0 ||
        i + 1 >= x->ts.n || x->ts.t[i + 1].kind != TOKEN_WORD || (x->ts.t[i + 1].sep & SEP_HARD) ||
        x->ts.t[i].low.n != 2 || !slice_is(phrase_code(&x->ts, i + 1, x->words->units, &used), "th"))
        return;
    if (i == 0 || !understand_is(x, i - 1, "umur", &years)) /* else head.c passes over it */
        understand_mark_other(x, i, i + 1 + used);
}
