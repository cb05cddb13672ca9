/* negation.c - see negation.h. */
#include "parsers/negation.h"

static enum negation_kind kind_of(struct slice code)
{
    static const struct {
        struct slice code;
        enum negation_kind kind;
    } kinds[] = {
        { SLICE("tidak"), NEGATION_NOT },     { SLICE("bukan"), NEGATION_ISNT },
        { SLICE("tiada"), NEGATION_NONE_OF }, { SLICE("belum"), NEGATION_NOT_YET },
        { SLICE("batal"), NEGATION_OFF },     { SLICE("jangan"), NEGATION_DONT },
        { SLICE("nihil"), NEGATION_NIL },     { SLICE("surut"), NEGATION_GONE },
        { SLICE("gagal"), NEGATION_FAILED },  { SLICE("salah"), NEGATION_FALSE },
    };

    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (slice_eq(code, kinds[i].code))
            return kinds[i].kind;
    return NEGATION_NONE;
}

bool negation_read(const struct tokens *ts, unsigned i, const struct word_list *negators,
                   struct negation *out)
{
    const struct word *w = phrase_at(ts, i, negators, &out->used);

    out->kind = w ? kind_of(w->code) : NEGATION_NONE;
    if (!w)
        return false;
    out->certain = !w->doubt && !(ts->t[i].known->other && ts->t[i].known->other->doubtful);
    return out->kind != NEGATION_NONE;
}

unsigned negation_goes_on(const struct tokens *ts, unsigned i, const struct negation *n,
                          const struct word_list *kata, unsigned end)
{
    unsigned used;

    for (unsigned at = i + n->used; at < end && !(ts->t[at].sep & SEP_HARD); at += used) {
        struct slice code = phrase_code(ts, at, kata, &used);

        if (slice_is(code, "reda"))
            return at + used;
        if (!slice_is(code, "antara") && !slice_is(code, "letak") && !slice_is(code, "sanggup") &&
            !slice_is(code, "datang") &&
            !slice_is(code, "pengisi")) /* `tidak mau berhenti`, `tidak juga reda` */
            break;
    }
    return i;
}
