/* utf8.h - what comes in is made valid UTF-8 without NUL; UTF-16BE and Latin-1 both ways.
 *
 * Pure.  Nothing that a telco sends is refused for its letters: broken UTF-8 is read as Latin-1 and a NUL is
 * cut out (SPEC 4). */
#ifndef KENTONGAN_PARSERS_UTF8_H
#define KENTONGAN_PARSERS_UTF8_H

#include "gateway/base/arena.h"

/* Strict: no overlong forms, no surrogates, nothing past U+10FFFF. */
bool utf8_valid(struct slice);
/* Takes one code point off the front of a valid string; 0xFFFD and one byte when it is broken. */
uint32_t utf8_next(struct slice *rest);
/* Writes 1-4 bytes, returns how many; a surrogate or a value past the end becomes U+FFFD. */
unsigned utf8_put(char out[4], uint32_t cp);
/* s itself when it is clean; else a copy without NUL, read as Latin-1 where it was no UTF-8.  *broken (may be
 * NULL) is set when anything had to be done, and left alone otherwise. */
struct slice utf8_clean(struct slice s, struct arena *, bool *broken);
struct slice utf8_from_latin1(struct slice, struct arena *);
/* An odd last byte is left out; a lone surrogate becomes U+FFFD; a byte order mark is honoured. */
struct slice utf8_from_ucs2(struct slice utf16be, struct arena *);
/* UTF-16BE without a byte order mark. */
struct slice utf8_to_ucs2(struct slice, struct arena *);
/* UTF-16 units, as an SMS in UCS-2 counts them. */
size_t utf8_ucs2_units(struct slice);

#endif
