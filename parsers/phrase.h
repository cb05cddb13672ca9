/* phrase.h - finding the words of a list among tokens: longest phrase first, then one edit (RULINGS 32-34).
 *
 * Pure. */
#ifndef KENTONGAN_PARSERS_PHRASE_H
#define KENTONGAN_PARSERS_PHRASE_H

#include "parsers/token.h"

/* The word whose longest phrase begins at token i, not reaching over a separator; *used gets its tokens. NULL
 * when there is none. */
const struct word *phrase_at(const struct tokens *, unsigned i, const struct word_list *, unsigned *used);
/* The same, else a word of six letters or more with one edit, if only one code is that near (RULINGS 33). */
const struct word *phrase_near(const struct tokens *, unsigned i, const struct word_list *, unsigned *used);
/* Just the code at token i, or the empty slice: for small lists of the language. */
struct slice phrase_code(const struct tokens *, unsigned i, const struct word_list *, unsigned *used);

#endif
