/* person_name.h - a person's name in its canonical form (SPEC 2.2 nama, RULINGS 5, 22).
 *
 * Pure. */
#ifndef KENTONGAN_PARSERS_PERSON_NAME_H
#define KENTONGAN_PARSERS_PERSON_NAME_H

#include "gateway/base/arena.h"

enum {
    PERSON_NAME_LETTERS = 40,
};

/* Title case, one blank between words, a blank behind a dot, hyphens as blanks, accented letters as their
 * base letters (then *repaired).  False for characters outside the name set, an empty name and more than 40
 * characters. */
bool person_name(struct slice typed, struct arena *, struct slice *out, bool *repaired) MUST_CHECK;

#endif
