/* negation.h - what negates, and how far it reaches: the one place that knows (RULINGS 40, 43, 47).
 *
 * Pure.  The words are data, lists/ingkar.yaml; how they are spelt is lists/sama.yaml. */
#ifndef KENTONGAN_PARSERS_NEGATION_H
#define KENTONGAN_PARSERS_NEGATION_H

#include "parsers/phrase.h"

enum negation_kind {
    NEGATION_NONE,
    NEGATION_NOT,     /* tidak: the next sign, or a keyword */
    NEGATION_ISNT,    /* bukan: the same, of a thing */
    NEGATION_NONE_OF, /* tidak ada, tanpa: a whole list */
    NEGATION_NOT_YET, /* belum */
    NEGATION_OFF,     /* batal, tidak jadi: takes back; negates no sign */
    NEGATION_FAILED,  /* gagal: the same, where it ends a report; `gagal napas` */
    NEGATION_DONT,    /* jangan */
    NEGATION_NIL,     /* nihil, nol: behind what it is about */
    NEGATION_GONE,    /* hilang, reda: no more, or less */
    NEGATION_FALSE,   /* salah, keliru, hoaks: what was said before it is not so */
};

struct negation {
    enum negation_kind kind;
    bool certain; /* one of RULINGS 40's own; any other is asked about beside an E1 sign */
    unsigned used;
};

/* The negator at token i, where one may begin; negation_at(). */
bool negation_read(const struct tokens *, unsigned i, const struct word_list *negators, struct negation *out);

/* A negator begins at token i. */
static inline bool negation_at(const struct tokens *ts, unsigned i, const struct word_list *negators,
                               struct negation *out)
{
    *out = (struct negation){ .used = 1 };
    return phrase_may_begin(ts, i, negators) && negation_read(ts, i, negators, out);
}

/* `perdarahan tidak berhenti`, `tidak mau reda`: behind the negator at token i, before `end`, stand words
 * that say that it goes on; the token behind them, or i. */
unsigned negation_goes_on(const struct tokens *, unsigned i, const struct negation *,
                          const struct word_list *kata, unsigned end);

/* It may turn the sign that follows. */
static inline bool negation_of_signs(enum negation_kind kind)
{
    return kind != NEGATION_NONE && kind != NEGATION_OFF && kind != NEGATION_FAILED && kind != NEGATION_FALSE;
}

/* The one at token i turns signs; but `bukan 30` says that the number is another, `kurang 2 ons` how much. */
static inline bool negation_turns_signs(const struct tokens *ts, unsigned i, const struct negation *n)
{
    unsigned next = i + n->used;

    return negation_of_signs(n->kind) && !ts->t[i].other &&
           !(n->kind == NEGATION_ISNT && next < ts->n && ts->t[next].kind == TOKEN_NUMBER);
}

/* It turns a keyword that follows (RULINGS 43). */
static inline bool negation_of_keywords(enum negation_kind kind)
{
    return kind != NEGATION_NONE && kind != NEGATION_NIL && kind != NEGATION_GONE && kind != NEGATION_FALSE;
}

#endif
