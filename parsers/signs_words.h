/* signs_words.h - which words of a text are signs: shared by signs.c and signs_end().
 *
 * Pure; behind signs.h. */
#ifndef KENTONGAN_PARSERS_SIGNS_WORDS_H
#define KENTONGAN_PARSERS_SIGNS_WORDS_H

#include "parsers/signs.h"

/* The longest sign that begins at token i, of which list, and its tokens; NULL: none. */
const struct word *signs_longest(const struct sign_scan *, const struct tokens *, unsigned i, unsigned *list,
                                 unsigned *used);

/* `berkurang`, `jarang`, `hilang` at token i; *used: its tokens. */
bool signs_less(const struct sign_scan *, const struct tokens *, unsigned i, unsigned *used);

/* `gerakan janin sudah mulai berkurang`, `… hampir tidak ada`: behind what is needed stands, before token
 * `to` and any separator, that it grows less, whatever says how much: the token behind, or i.  *denied:
 * `tidak berkurang`. */
unsigned signs_lessened(const struct sign_scan *, const struct tokens *, unsigned i, unsigned to,
                        bool *denied);

#endif
