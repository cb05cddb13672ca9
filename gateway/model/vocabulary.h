/* vocabulary.h - the phrases of all lists of a form_set by their first word: one look-up says of a word of a
 * text which lists it concerns, so that hardly any list is asked about hardly any word.
 *
 * Built once, with the lists; knows one edit (RULINGS 33) only by the letters that two such words share. */
#ifndef KENTONGAN_MODEL_VOCABULARY_H
#define KENTONGAN_MODEL_VOCABULARY_H

#include "gateway/model/form.h"

/* A phrase of a list. */
struct known_phrase {
    const struct known_phrase *next; /* of the same list, no longer */
    struct slice phrase;
    const struct word *word;
    list_bits list;
    unsigned words;
    unsigned twice; /* the word that is a 2 for the one before it, said twice; 0: none */
    bool swapped;   /* two words in the other order (RULINGS 39) */
};

/* The phrases of one list that begin with a word. */
struct known_list {
    list_bits list;
    unsigned most;            /* words of the longest */
    uint64_t seconds;         /* their second words, as known_word.itself */
    const struct word *alone; /* that of the word alone; NULL: none */
    const struct known_phrase *phrases;
};

/* What begins with a word.  Lists by their bit. */
struct known_word {
    list_bits begins; /* lists with a phrase that begins with it */
    list_bits within; /* lists with a phrase in which it stands behind the first word */
    list_bits near;   /* lists where a first word is, or begins with an edit, like it */
    uint16_t longest; /* most words of one of the phrases */
    uint16_t lists_n;
    const struct known_list *lists;  /* those that it begins */
    uint64_t itself;                 /* as a bit, several words have the same; its other spelling's too */
    uint64_t codes;                  /* of the phrases of kata, iya and ingkar that it begins: code_bit() */
    const struct known_phrase *like; /* whose first word, with one letter left out, is it: of all lists */
    const struct spelling *other;    /* NULL: spelt as it is */
};

/* Another spelling of a word: lists/sama.yaml. */
struct spelling {
    struct slice word; /* as the lists have it */
    const struct known_word *known;
    bool doubtful; /* a negator, but none that RULINGS 40 names */
};

/* A code as a bit, several have the same: where it is not set, no phrase of that code begins. */
static inline uint64_t code_bit(struct slice code)
{
    return code.n ? UINT64_C(1) << name_bucket(code, 64) : 0;
}

/* NULL when the arena is full, or there are too many words. */
struct vocabulary *vocabulary_make(const struct form_set *, struct arena *);
/* A word as the lexer folds it; never NULL.  *near (NULL: not asked) gets the lists in which a phrase may
 * begin with it misspelt by one edit, or so: only sure where not set.  An ordinary word is none misspelt
 * (lists/biasa.yaml, RULINGS 48). */
const struct known_word *vocabulary_word(const struct vocabulary *, struct slice word, list_bits *near);
/* The list's phrases that begin with the word; NULL: none. */
static inline const struct known_list *known_list(const struct known_word *w, const struct word_list *list)
{
    for (unsigned i = 0; i < w->lists_n; i++)
        if (w->lists[i].list == list->bit)
            return &w->lists[i];
    return NULL;
}

/* Shows every phrase of the list whose first word is at most one edit from this one; some more than once, and
 * some that are further away. */
void vocabulary_like(const struct vocabulary *, const struct word_list *, struct slice first_word,
                     void (*show)(void *arg, const struct known_phrase *), void *arg);

#endif
