/* whose.c - see whose.h. */
#include "parsers/whose.h"

#include "parsers/phrase.h"

static bool parted(const struct tokens *ts, unsigned i)
{
    return i >= ts->n || (ts->t[i].sep & SEP_HARD) != 0;
}

/* `anak dan ibunya`: two people, and what follows is of one of them, or both. */
static bool two_people(const struct mention *m, const struct tokens *ts, unsigned i)
{
    return m->code.n && m->name + 1 == i &&
           (slice_is(ts->t[i - 1].low, "dan") || slice_is(ts->t[i - 1].low, "serta"));
}

void whose_word(struct mention *m, const struct tokens *ts, unsigned i, const struct word_list *people)
{
    unsigned used, behind;
    struct slice code = phrase_code(ts, i, people, &used);

    /* `punya 2 anak`; but `nifas Ani 5 bayinya kuning` */
    bool counted = i > 0 && !parted(ts, i) && ts->t[i - 1].kind == TOKEN_NUMBER && ts->t[i - 1].low.n == 1 &&
                   slice_is(code, "anak") && slice_is(ts->t[i].low, "anak");

    if (!code.n || ts->t[i].other || counted || (m->code.n && i < m->name))
        return;
    if (slice_is(code, "berkata")) {
        *m = (struct mention){ 0 };
        return;
    }
    if (slice_is(code, "bersama")) { /* `kata ibunya`, `dibawa neneknya` */
        m->with = i + used;
        return;
    }
    if ((m->with && m->with == i && !parted(ts, i)) ||
        (!parted(ts, i + used) && slice_is(phrase_code(ts, i + used, people, &behind), "berkata"))) {
        *m = (struct mention){ 0 };
        return;
    }
    if (slice_is(code, "sapaan") && parted(ts, i + used)) /* `bu, demam`: it is she who is spoken to */
        return;
    *m = (struct mention){ .code = code, .from = i, .name = i + used, .doubt = two_people(m, ts, i) };
}

void whose_separator(struct mention *m, unsigned sep)
{
    if (sep & (SEP_HASH | SEP_LINE | SEP_DASH))
        *m = (struct mention){ 0 };
    else if (sep & (SEP_COMMA | SEP_SLASH))
        m->doubt = true;
}
