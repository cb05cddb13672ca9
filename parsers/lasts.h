/* lasts.h - how long something has lasted: `demam 3 hari`, `sejak 2 minggu`; no value of any field.
 *
 * Pure. */
#ifndef KENTONGAN_PARSERS_LASTS_H
#define KENTONGAN_PARSERS_LASTS_H

#include "parsers/token.h"

/* A word that stands before a duration: `sejak`. */
bool lasts_begins(struct slice word);
/* The token behind a number with a unit of time at token i, before `end`; i when there is none.  units NULL:
 * none are known. */
unsigned lasts_end(const struct tokens *, const struct word_list *units, unsigned end, unsigned i);

#endif
