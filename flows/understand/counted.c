/* counted.c - numbers that only count, and are no value of any field: `5x`, `G3P2A0`.  See understand.h. */
#include "flows/understand/understand.h"

#include <string.h>

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

/* `G3P2A0`, `g2p1`: how many children, and no value of any field. */
void understand_parity(struct filling *x, unsigned i)
{
    unsigned k = i;

    if (!slice_is(x->ts.t[i].low, "g"))
        return;
    while (k + 1 < x->ts.n && x->ts.t[k].kind == TOKEN_WORD && x->ts.t[k].low.n <= 2 &&
           strchr("gpah", x->ts.t[k].low.p[0]) && (k == i || x->ts.t[k].glued) &&
           x->ts.t[k + 1].kind == TOKEN_NUMBER && x->ts.t[k + 1].glued)
        k += 2;
    if (k >= i + 4)
        understand_mark_other(x, i, k);
}
