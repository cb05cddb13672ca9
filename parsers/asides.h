/* asides.h - numbers among words that are no value of any field: how long it has lasted, where somebody
 * lives.
 *
 * Pure. */
#ifndef KENTONGAN_PARSERS_ASIDES_H
#define KENTONGAN_PARSERS_ASIDES_H

#include "parsers/token.h"

/* A word that stands before a duration: `sejak`. */
bool asides_begins(const struct token *);
/* The token behind a number with a unit of time at token i, before `end`: `3 hari`; i when there is none.
 * units NULL: none are known. */
unsigned asides_lasting_end(const struct tokens *, const struct word_list *units, unsigned end, unsigned i);
/* The token behind the number at token i > 0 of a place, `rt 4` (RULINGS 39); i when there is none. */
unsigned asides_place_end(const struct tokens *, unsigned end, unsigned i);
/* Token i, behind a sign, ticks it as not there: `kejang x`, `kejang=0`, `kejang(tidak)`, `kejang T bengkak
 * Y` (RULINGS 1, DOMAIN 6.3).  sign_next: a sign begins behind it. */
bool asides_crossed_out(const struct tokens *, unsigned i, unsigned end, const struct word_list *negators,
                        bool sign_next);

#endif
