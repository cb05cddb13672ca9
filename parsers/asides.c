/* asides.c - see asides.h. */
#include "parsers/asides.h"

#include "parsers/negation.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

bool asides_begins(const struct token *t)
{
    struct slice w = t->known && t->known->other ? t->known->other->word : t->low;

    return slice_is(w, "sejak") || slice_is(w, "selama") || slice_is(w, "sudah") || slice_is(w, "sdh") ||
           slice_is(w, "baru") || slice_is(w, "kurang");
}

unsigned asides_lasting_end(const struct tokens *ts, const struct word_list *units, unsigned end, unsigned i)
{
    unsigned used;
    const struct word *unit;

    if (!units || i + 1 >= end || ts->t[i].kind != TOKEN_NUMBER || ts->t[i].taken ||
        (ts->t[i].sep & SEP_HARD) || (ts->t[i + 1].sep & SEP_HARD) || ts->t[i + 1].kind != TOKEN_WORD)
        return i;
    if (slice_is(ts->t[i + 1].low, "jam") || slice_is(ts->t[i + 1].low, "kali") ||
        slice_is(ts->t[i + 1].low, "x"))
        return i + 2;
    unit = phrase_at(ts, i + 1, units, &used);
    if (!unit || !(slice_is(unit->code, "hr") || slice_is(unit->code, "mg") || slice_is(unit->code, "bl")))
        return i;
    return i + 1 + used;
}

unsigned asides_place_end(const struct tokens *ts, unsigned end, unsigned i)
{
    const struct token *t = &ts->t[i];

    if (i < end && (slice_is(ts->t[i - 1].low, "rt") || slice_is(ts->t[i - 1].low, "rw")) &&
        t->kind == TOKEN_NUMBER && !t->taken && (t->sep & SEP_HARD) == 0)
        return i + 1;
    return i;
}

bool asides_crossed_out(const struct tokens *ts, unsigned i, unsigned end, const struct word_list *negators,
                        bool sign_next)
{
    const struct token *t = &ts->t[i];
    bool hard = (t->sep & SEP_HARD) != 0;
    struct negation n;

    if (t->kind == TOKEN_EMPTY)
        return !hard && text_lower(t->text.p[0]) == 'x';
    if (t->kind == TOKEN_NUMBER)
        return (t->sep & (SEP_COLON | SEP_EQUALS)) != 0 && slice_is(t->low, "0") && !t->odd && !t->approx;
    if ((t->sep & SEP_ODD) && t->text.p[-1] == '(')
        return negation_at(ts, i, negators, &n) && n.used == 1 && n.certain && n.kind == NEGATION_NOT;
    return slice_is(t->low, "t") && !hard &&
           (sign_next || i + 1 >= end || (ts->t[i + 1].sep & SEP_HARD) != 0);
}
