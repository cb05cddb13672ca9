/* phrase.h - finding the words of a list among tokens: longest phrase first, then one edit (RULINGS 32-34).
 *
 * Pure. */
#ifndef KENTONGAN_PARSERS_PHRASE_H
#define KENTONGAN_PARSERS_PHRASE_H

#include "parsers/token.h"

/* A phrase of the list may begin somewhere. */
static inline bool phrase_may_be(const struct tokens *ts, const struct word_list *list)
{
    return list && (ts->begins & list->bit);
}

/* One of this code may, of the lists kata, iya and ingkar (known_word.codes). */
static inline bool phrase_code_may_be(const struct tokens *ts, const char *code)
{
    return ts->codes & code_bit(slice_of(code));
}

/* A phrase of the list may begin at token i; hardly any does. */
static inline bool phrase_may_begin(const struct tokens *ts, unsigned i, const struct word_list *list)
{
    return list && i < ts->n && (ts->t[i].begins & list->bit) && !ts->t[i].taken;
}

/* The word whose longest phrase begins at token i, where one may; phrase_at(). */
const struct word *phrase_longest(const struct tokens *, unsigned i, const struct word_list *,
                                  unsigned *used);

/* The word whose longest phrase begins at token i, not reaching over a separator; *used gets its tokens. NULL
 * when there is none. */
static inline const struct word *phrase_at(const struct tokens *ts, unsigned i, const struct word_list *list,
                                           unsigned *used)
{
    *used = 1;
    return phrase_may_begin(ts, i, list) ? phrase_longest(ts, i, list, used) : NULL;
}

/* The longest phrase at token i is one of this code; of the lists kata, iya and ingkar alone
 * (known_word.codes). */
static inline bool phrase_is(const struct tokens *ts, unsigned i, const struct word_list *list,
                             const char *code, unsigned *used)
{
    const struct word *w;

    *used = 1;
    if (!phrase_may_begin(ts, i, list) || !(ts->t[i].codes & code_bit(slice_of(code))))
        return false;
    w = phrase_longest(ts, i, list, used);
    return w && slice_is(w->code, code);
}

/* The same, else a word of six letters or more with one edit, if only one code is that near (RULINGS 33). */
const struct word *phrase_near(const struct tokens *, unsigned i, const struct word_list *, unsigned *used);
/* Just the code at token i, or the empty slice: for small lists of the language. */
static inline struct slice phrase_code(const struct tokens *ts, unsigned i, const struct word_list *list,
                                       unsigned *used)
{
    const struct word *w = phrase_at(ts, i, list, used);

    return w ? w->code : (struct slice){ 0 };
}

/* A phrase of this code stands anywhere in it. */
bool phrase_any(const struct tokens *, const struct word_list *, const char *code);

#endif
