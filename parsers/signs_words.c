/* signs_words.c - which words of a text are signs.  See signs_words.h. */
#include "parsers/signs_words.h"

#include "parsers/asides.h"
#include "parsers/negation.h"
#include "parsers/phrase.h"

const struct word *signs_longest(const struct sign_scan *s, const struct tokens *ts, unsigned i,
                                 unsigned *list, unsigned *used)
{
    const struct word *best = NULL;

    *used = 0;
    for (unsigned l = 0; l < s->lists_n; l++) {
        unsigned n;
        const struct word *w = phrase_at(ts, i, s->lists[l], &n);

        if (w && n > *used) {
            best = w;
            *used = n;
            *list = l;
        }
    }
    return best;
}

bool signs_filler(struct slice k)
{
    return slice_is(k, "pengisi") || slice_is(k, "sambung") || slice_is(k, "tapi") || slice_is(k, "kecuali");
}

unsigned signs_end(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned to)
{
    unsigned end = i;

    for (unsigned k = i; k < to && !ts->t[k].taken;) {
        unsigned list = 0, used;
        const struct word *w = signs_longest(s, ts, k, &list, &used);

        if (w) {
            k = end = asides_lasting_end(ts, s->units, to, k + used);
            while (k < to && ts->t[k].kind == TOKEN_NEGATED)
                k = end = k + 1;
        } else {
            struct negation n;

            if (negation_at(ts, k, s->negators, &n) && negation_turns_signs(ts, k, &n))
                k += n.used;
            else if (signs_filler(phrase_code(ts, k, s->kata, &used)))
                k += used;
            else
                break;
        }
    }
    return end;
}
