/* born.c - how a birth went, where the mother's name is due: `lahir normal Yanti`, `lahir selamat, P 3,1`.
 * See stages.h. */
#include "flows/understand/report/stages.h"
#include "parsers/phrase.h"

/* No name stands at token i any more. */
static bool past_names(const struct filling *x, unsigned i)
{
    unsigned used;

    return x->ts.t[i].kind != TOKEN_WORD || phrase_at(&x->ts, i, x->words->sex, &used);
}

/* `bu Selamat` is her name. */
static bool led(const struct filling *x, unsigned i)
{
    return i > 0 && !(x->ts.t[i].sep & SEP_HARD) && list_find(x->words->titles, x->ts.t[i - 1].low);
}

void understand_born(struct filling *x)
{
    if (!x->words->births || !form_is(x->form, FORM_BIRTH) || x->ts.hash)
        return;
    for (unsigned i = 0, used; i < x->ts.n && !past_names(x, i); i += used) {
        const struct word *w = phrase_at(&x->ts, i, x->words->births, &used);

        if (!w || led(x, i)) {
            used = 1;
            continue;
        }
        for (unsigned k = i; k < i + used; k++) {
            x->ts.t[k].taken = !slice_is(w->code, "keadaan");
            x->ts.t[k].other = !x->ts.t[k].taken; /* kept in the words */
        }
    }
}
