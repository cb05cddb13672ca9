/* text.h - the text of an SMS made plain: valid UTF-8, and the many shapes of blanks, dashes and quotes made
 * one (RULINGS 17, DOMAIN 6.3).
 *
 * Pure.  Must never change a letter or digit that a person typed: case and accents stay for free text. */
#ifndef KENTONGAN_PARSERS_TEXT_H
#define KENTONGAN_PARSERS_TEXT_H

#include "gateway/base/arena.h"

/* The same text when it is valid UTF-8 without NUL; else NULs are cut out and broken UTF-8 is read as Latin-1
 * (SPEC 4), in the arena. */
struct slice text_valid_utf8(struct slice, struct arena *);
/* NBSP and kin become blanks, zero-width characters vanish, curly quotes and all dashes become ASCII,
 * full-width forms their ASCII letters, `½` behind a digit `,5`; emoji that stand alone vanish.  CR LF
 * becomes LF.  Returns the slice itself when nothing had to change. */
struct slice text_plain(struct slice, struct arena *);
/* Both: what a phone sent, valid and plain. */
struct slice text_clean(struct slice, struct arena *);

/* One code point at p (valid UTF-8, p < end); *len gets its bytes. */
uint32_t text_rune_read(const char *p, const char *end, unsigned *len); /* text_rune() of more than one */
static inline uint32_t text_rune(const char *p, const char *end, unsigned *len)
{
    *len = 1;
    return (unsigned char)*p < 0x80 ? (unsigned char)*p : text_rune_read(p, end, len);
}
/* The base letter of an accented Latin letter, case kept ("é" gives "e"); 0 when there is none. */
char text_base_letter(uint32_t rune);

/* Every ASCII letter in lower case, in the arena. */
struct slice text_folded(struct slice, struct arena *);
/* Upper and lower case are one (SPEC 2.1): a repeat is known in either. */
struct slice text_lowered(struct slice, struct arena *);
/* Lower case ASCII letter; everything else unchanged. */
static inline char text_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static inline bool text_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool text_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A letter or a digit: what keywords and the numbers of commands are made of. */
static inline bool text_is_word(char c)
{
    return text_is_letter(c) || text_is_digit(c);
}

/* "2026-11-21T09:00:00+07:00" or …Z as milliseconds of Unix time. */
bool text_rfc3339(struct slice, int64_t *ms) MUST_CHECK;

#endif
