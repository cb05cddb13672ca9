/* token.h - the body of a report cut into words and numbers in one pass (SPEC 2.1, RULINGS 1, 16, 17, 27).
 *
 * A token knows what separates it from the one before, so that later stages can tell a slot between `#` from
 * a blank.  Pure.  Decides nothing about fields. */
#ifndef KENTONGAN_PARSERS_TOKEN_H
#define KENTONGAN_PARSERS_TOKEN_H

#include "gateway/base/arena.h"
#include "gateway/model/vocabulary.h"

enum {
    SEP_BLANK = 1,
    SEP_COMMA = 2,
    SEP_SLASH = 4,
    SEP_HASH = 8, /* # * ; | : the slot decides */
    SEP_COLON = 16,
    SEP_EQUALS = 32,
    SEP_UNDER = 64,
    SEP_DASH = 128, /* ` - ` */
    SEP_LINE = 256,
    SEP_DOT = 512,   /* M.Rizki, ds.Kelubi */
    SEP_ODD = 1024,  /* brackets, quotes, signs without meaning */
    SEP_STOP = 2048, /* ? and !: a sentence ends, and the reach of a negation */
    /* What ends a name, a phrase and the reach of a negation. */
    SEP_HARD = SEP_COMMA | SEP_SLASH | SEP_HASH | SEP_COLON | SEP_EQUALS | SEP_DASH | SEP_LINE,
    TOKENS_MAX = 1600,
};

enum token_kind {
    TOKEN_WORD,
    TOKEN_NUMBER,
    TOKEN_EMPTY,   /* a field that is not given: ##, -, ?, x (RULINGS 1) */
    TOKEN_NEGATED, /* (-) behind a sign */
};

struct token {
    struct slice text; /* as typed */
    struct slice
        low; /* WORD: lower case, base letters, `-` as a blank.  NUMBER: digits and marks, repaired */
    const struct known_word *known; /* WORD, NUMBER: the first word of low; else NULL */
    uint64_t codes;                 /* of known: of the phrases that begin with it; code_bit() */
    list_bits begins;               /* of known: lists with a phrase that begins with it */
    list_bits near;                 /* WORD: lists that may have it misspelt; vocabulary_word() */
    unsigned sep;                   /* SEP_… before it */
    enum token_kind kind;
    bool hyphens;        /* low is several words */
    bool glued;          /* nothing stands between it and the token before */
    bool minus;          /* a minus sign is glued before a number */
    bool minus_behind;   /* `-` is glued behind the word */
    bool plus_behind;    /* `+` or `(+)` stands behind the word, and no word is glued to it */
    bool repaired;       /* letters were read as digits */
    bool label;          /* a label of the form with a number glued to it: `tb72` */
    bool taken;          /* used up by a field */
    bool loose;          /* a word of no list */
    bool odd;            /* a character that belongs to no value is glued to it (RULINGS 50) */
    bool approx;         /* `<5`, `±5`, `kira2 5`: not certain */
    bool range;          /* `10-11 org`, `5 s/d 10`: neither */
    bool other;          /* of another thing than any field: `rt 3`, `anak ke 2` (RULINGS 46) */
    struct slice amends; /* what stood in its place before, and was wrong: `9,2 eh 9,4` */
};

struct tokens {
    const struct vocabulary *vocabulary;
    struct token *t;
    unsigned n;
    uint64_t codes;         /* of all words, as in struct token */
    list_bits begins, near; /* of all words, as in struct known_word and struct token: where no bit of a list
                              is set, nothing of it is in the text */
    bool hash;              /* some fields are separated by # * ; | */
    bool comma;             /* some fields are separated by commas */
    bool marks; /* signs are marked as there or not: (-), `demam-`, `demam +` before a separator or the end */
};

/* Cuts text (plain, flows through text_plain before).  form: its labels are never read as digits; NULL: none.
 * False when the arena is full. */
bool tokens_cut(struct slice text, const struct form *, const struct form_set *, struct arena *,
                struct tokens *out) MUST_CHECK;

/* A text that is cut, without a form, by whoever first asks for its tokens. */
struct text_tokens {
    struct slice text;
    struct tokens tokens;
    bool cut;
};

/* None when the arena is full. */
const struct tokens *tokens_of(struct text_tokens *, const struct form_set *, struct arena *);

/* True for a letter that stands for a digit inside a number: O o l I i S B (SPEC 2.2). */
static inline bool token_letter_is_digit(char c)
{
    return c == 'O' || c == 'o' || c == 'l' || c == 'I' || c == 'i' || c == 'S' || c == 'B';
}
/* The digit it stands for. */
int token_digit(char c);

#endif
