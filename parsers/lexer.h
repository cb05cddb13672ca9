/* lexer.h - the lexer's state, and where its numbers end.  Private to parsers/token*.c. */
#ifndef KENTONGAN_PARSERS_LEXER_H
#define KENTONGAN_PARSERS_LEXER_H

#include "parsers/text.h"
#include "parsers/token.h"

struct lexer {
    const char *start, *p, *end;
    const struct form *form;
    const struct form_set *set;
    char *low; /* room for the rest of the text, folded or repaired */
    struct tokens *out;
    unsigned cap;
    unsigned sep;
    bool glued;
    bool odd;                   /* the last character belongs to no value */
    bool approx;                /* `<`, `>`, `±` or `~` since the last token */
    bool hash_open, comma_open; /* a separator came and no token since */
};

/* The character at p; 0 behind the end. */
static inline char lexer_at(const struct lexer *x, const char *p)
{
    return p < x->end ? *p : 0;
}

/* A letter of any kind at p; *len its bytes. */
static inline bool lexer_letter(const struct lexer *x, const char *p, unsigned *len)
{
    if (p >= x->end)
        return false;
    *len = 1;
    if ((unsigned char)*p < 0x80)
        return text_is_letter(*p);
    return text_base_letter(text_rune(p, x->end, len)) != 0;
}

static inline const char *lexer_letters_end(const struct lexer *x, const char *p)
{
    unsigned len;

    while (lexer_letter(x, p, &len))
        p += len;
    return p;
}

/* The letters are a label of the form. */
bool lexer_label(const struct lexer *, const char *from, const char *to);
/* Where the number ends whose first part begins at `part` and is read up to p; *repaired: letters are digits.
 */
const char *lexer_number_end(const struct lexer *, const char *part, const char *p, bool *repaired);
/* "O,5" or "l4": letters that can only be digits, before digits. */
bool lexer_leads_into_digits(const struct lexer *, const char *p);
/* Numbers in words become numbers, where one of the list may be: token_spoken.c. */
void lexer_spoken(struct lexer *, struct arena *);
/* The digit that a letter stands for; any other character as it is. */
static inline char lexer_digit(char c)
{
    switch (text_is_digit(c) ? 0 : c) {
    case 'O':
    case 'o':
        return '0';
    case 'l':
    case 'I':
    case 'i':
        return '1';
    case 'S':
        return '5';
    case 'B':
        return '8';
    default:
        return c;
    }
}

#endif
