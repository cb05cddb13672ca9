/* signs_behind.c - signs with a no behind them (RULINGS 40, 43): `perdarahan, tidak`, and lists that are
 * answered sign by sign, `kejang tidak demam iya`.  See signs_words.h. */
#include "parsers/asides.h"
#include "parsers/phrase.h"
#include "parsers/signs_words.h"

struct answer {
    struct negation no; /* NEGATION_NONE: a yes */
    unsigned to;        /* behind it */
    bool apart;         /* a comma or a full stop stands before it */
    bool address;       /* who is spoken to stands behind it */
    bool polite;        /* words that say nothing do, or thanks */
};

static unsigned parting(const struct tokens *ts, unsigned i)
{
    return ts->t[i].sep & (SEP_HARD | SEP_STOP);
}

/* Words that say nothing behind an answer: `ya`, `bu`. */
static void courtesy(const struct sign_scan *s, const struct tokens *ts, unsigned end, struct answer *a)
{
    unsigned used;

    while (a->to < end && !parting(ts, a->to)) {
        bool address = phrase_is(ts, a->to, s->kata, "penanda_tangan", &used);

        if (!address && !phrase_is(ts, a->to, s->kata, "partikel", &used))
            break;
        a->address |= address;
        a->polite = true;
        a->to += used;
    }
    a->polite |= phrase_is(ts, a->to, s->kata, "terima_kasih", &used);
}

/* An answer at token i, behind what it is about. */
static bool answer_at(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned end,
                      struct answer *a)
{
    const struct word *w;
    unsigned used;

    *a = (struct answer){ 0 };
    if (i >= end || (parting(ts, i) & ~(unsigned)SEP_COMMA) || ts->t[i].kind != TOKEN_WORD)
        return false;
    a->apart = (ts->t[i].sep & (SEP_COMMA | SEP_DOT)) != 0;
    if (negation_at(ts, i, s->negators, &a->no)) {
        if (!negation_turns_signs(ts, i, &a->no) || a->no.kind == NEGATION_GONE ||
            a->no.kind == NEGATION_DONT)
            return false;
        a->to = i + a->no.used;
    } else if (slice_is(ts->t[i].low, "ada")) {
        a->to = i + 1;
    } else {
        w = phrase_at(ts, i, s->kata, &used);
        if (!w || !slice_is(w->also, "iya"))
            return false;
        a->to = i + used;
    }
    courtesy(s, ts, end, a);
    return true;
}

/* Nothing more is said in this clause behind an answer. */
static bool ends(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned end)
{
    unsigned used;

    return i >= end || parting(ts, i) || ts->t[i].taken || signs_value_at(s, ts, i, end) ||
           phrase_is(ts, i, s->kata, "terima_kasih", &used) ||
           (phrase_is(ts, i, s->kata, "tapi", &used) && !slice_is(ts->t[i].low, "ada"));
}

/* A sign from token i on, or one word that is none: `mual`; the token behind, or i. */
static unsigned item_end(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned end)
{
    unsigned used, list;
    struct negation n;

    while (phrase_is(ts, i, s->kata, "sambung", &used) || phrase_is(ts, i, s->kata, "pengisi", &used))
        i += used;
    if (i >= end || ts->t[i].taken)
        return i;
    if (signs_longest(s, ts, i, &list, &used) || signs_near(s, ts, i, &list, &used))
        return asides_lasting_end(ts, s->units, end, i + used);
    return i + (ts->t[i].kind == TOKEN_WORD && !negation_at(ts, i, s->negators, &n));
}

/* Another sign may be denied by the same words: `perdarahan, tidak ada, kejang`. */
static bool may_go_on(const struct tokens *ts, const struct answer *a, unsigned end)
{
    return a->apart && a->no.kind == NEGATION_NONE_OF && a->to < end && (ts->t[a->to].sep & SEP_COMMA);
}

/* From the sign before token i on each has its answer behind it, and the last one ends the clause; which
 * alone shows that none of them is about the sign behind: `demam tidak sesak` is no such list.  *maybe: of
 * `demam, tidak kejang, tidak ada` nobody can tell whether the commas part signs or their answers. */
static unsigned answered_no(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned end,
                            bool *maybe)
{
    struct answer first, a;
    unsigned k, next;

    *maybe = false;
    if (!answer_at(s, ts, i, end, &first) || !first.no.kind)
        return i;
    a = first;
    for (unsigned n = 1;; n++) {
        bool dot = a.to < end && (ts->t[a.to].sep & SEP_DOT);

        if ((ends(s, ts, a.to, end) || (a.address && n > 1)) && !dot && !may_go_on(ts, &a, end))
            return (n > 1 || first.apart || first.polite) && !*maybe ? first.to : i;
        *maybe |= a.apart && !dot && !(a.to < end && (ts->t[a.to].sep & SEP_COMMA));
        k = a.to;
        next = item_end(s, ts, k, end);
        if (next == k || !answer_at(s, ts, next, end, &a) || (*maybe && !(a.apart && a.no.kind))) {
            *maybe = false;
            return i;
        }
    }
}

/* `perdarahan dan kejang tidak ada`, `perdarahan, kejang, tidak`: others are joined to the sign before token
 * i, and a no ends the clause; plain, it may be about the last alone. */
static enum behind_sign listed_no(const struct sign_scan *s, const struct tokens *ts, unsigned i,
                                  unsigned end)
{
    unsigned signs = 0, list, used;
    bool commas = false;
    struct answer a;

    for (; i < end; i += used, signs++) {
        if (phrase_is(ts, i, s->kata, "sambung", &used) && !(ts->t[i].sep & SEP_HARD))
            i += used;
        else if (ts->t[i].sep & SEP_COMMA)
            commas = true;
        else if (!(ts->t[i].sep & SEP_SLASH))
            break;
        if (i >= end || !signs_longest(s, ts, i, &list, &used))
            break;
    }
    if (!signs || !answer_at(s, ts, i, end, &a) || !a.no.kind || a.apart != commas ||
        !ends(s, ts, a.to, end) || may_go_on(ts, &a, end))
        return BEHIND_NOTHING;
    return a.no.kind == NEGATION_NONE_OF || a.no.kind == NEGATION_NIL ? BEHIND_ALL : BEHIND_MAYBE;
}

/* `sesak tidak cuma pilek`: no, or not only? */
static bool not_only(const struct sign_scan *s, const struct tokens *ts, unsigned i, unsigned end)
{
    unsigned used;
    const struct word *w =
        i < end && !(ts->t[i].sep & SEP_HARD) ? phrase_at(ts, i, s->negators, &used) : NULL;

    return w && slice_is(w->also, "hanya");
}

enum behind_sign signs_denied_behind(const struct sign_scan *s, const struct tokens *ts, unsigned i,
                                     unsigned end, unsigned *to)
{
    enum behind_sign all;
    bool maybe;

    *to = answered_no(s, ts, i, end, &maybe);
    if (*to > i || maybe)
        return maybe ? BEHIND_MAYBE : BEHIND_NO;
    all = listed_no(s, ts, i, end);
    return !all && not_only(s, ts, i, end) ? BEHIND_MAYBE : all;
}
