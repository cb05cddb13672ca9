/* held.c - whether what a report counts took place: `senam dibatalkan 20`, `senam besok 20` did not, or not
 * yet (FORM_HELD).  See stages.h. */
#include "flows/understand/report/stages.h"

#include "flows/understand/report/report.h"
#include "parsers/phrase.h"

/* A word of its own follows: what the gathering is about, `tunda usia nikah`. */
static bool names_it(const struct words *words, const struct tokens *ts, unsigned i)
{
    static const char *const none[] = { "tidak_diberi", "diundur",  "nanti",        "letak",
                                        "jam",          "partikel", "terima_kasih", "penanda_tangan",
                                        "bukan_nama",   "andai",    "sebab",        "tanya",
                                        "tunggu" };
    unsigned used;
    struct slice code;

    if (i >= ts->n || ts->t[i].kind != TOKEN_WORD || (ts->t[i].sep & SEP_HARD))
        return false;
    code = phrase_code(ts, i, words->kata, &used);
    for (size_t k = 0; k < sizeof none / sizeof *none; k++)
        if (slice_is(code, none[k]))
            return false;
    return true;
}

const struct word *understand_puts_off(const struct words *words, const struct tokens *ts, unsigned i,
                                       unsigned *used)
{
    const struct word *w = phrase_at(ts, i, words->kata, used);

    return w && (slice_is(w->code, "tidak_diberi") || slice_is(w->code, "diundur") ||
                 slice_is(w->code, "nanti"))
               ? w
               : NULL;
}

bool understand_not_held(struct filling *x)
{
    const struct word *w;
    unsigned used;

    for (unsigned i = 0; form_is(x->form, FORM_HELD) && i < x->ts.n; i++) {
        if (x->ts.t[i].kind != TOKEN_WORD)
            continue;
        w = understand_puts_off(x->words, &x->ts, i, &used);
        if (!w || (w->doubt && names_it(x->words, &x->ts, i + used)))
            continue;
        understand_fault(x, &x->form->fields[0], ERROR_INVALID, true, i);
        x->slots[0].typed = understand_span(x, i, i + used);
        for (unsigned k = 0; k < x->ts.n; k++)
            x->ts.t[k].taken = true;
        x->refused = &x->form->fields[0];
        return x->withdrawn = true;
    }
    return false;
}
