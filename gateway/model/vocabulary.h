/* vocabulary.h - the phrases of all lists of a form_set by their first word: one look-up says of a word of a
 * text which lists it concerns, so that hardly any list is asked about hardly any word.
 *
 * Built once, with the lists; knows one edit (RULINGS 33) only by the letters that two such words share. */
#ifndef KENTONGAN_MODEL_VOCABULARY_H
#define KENTONGAN_MODEL_VOCABULARY_H

#include "gateway/model/form.h"

/* A phrase of a list. */
struct known_phrase {
    const struct known_phrase *next;
    const struct known_phrase *behind; /* the first of another list */
    struct slice phrase;
    const struct word *word;
    const struct word *alone; /* that of the phrase of its list that is the first word alone; NULL: none */
    uint32_t list;            /* word_list.bit */
    unsigned words;
    unsigned most;  /* words of the longest of its list that begin with this word */
    unsigned twice; /* the word that is a 2 for the one before it, said twice; 0: none */
    bool swapped;   /* two words in the other order (RULINGS 39) */
};

/* What begins with a word.  Lists by their bit. */
struct known_word {
    uint32_t begins;                    /* lists with a phrase that begins with it */
    uint32_t within;                    /* lists with a phrase in which it stands behind the first word */
    uint32_t near;                      /* lists where a first word is, or begins with an edit, like it */
    unsigned longest;                   /* most words of one of the phrases */
    const struct known_phrase *phrases; /* list by list, of each the longest first */
    const struct spelling *other;       /* NULL: spelt as it is */
};

/* Another spelling of a word: lists/sama.yaml. */
struct spelling {
    struct slice word; /* as the lists have it */
    const struct known_word *known;
    bool doubtful; /* a negator, but none that RULINGS 40 names */
};

/* NULL when the arena is full, or there are too many words. */
struct vocabulary *vocabulary_make(const struct form_set *, struct arena *);
/* A word as the lexer folds it; never NULL.  *near (NULL: not asked) gets the lists in which a phrase may
 * begin with it misspelt by one edit, or so: only sure where not set. */
const struct known_word *vocabulary_word(const struct vocabulary *, struct slice word, uint32_t *near);
/* Shows every phrase of the list whose first word is at most one edit from this one; some more than once, and
 * some that are further away. */
void vocabulary_like(const struct vocabulary *, const struct word_list *, struct slice first_word,
                     void (*show)(void *arg, const struct known_phrase *), void *arg);

#endif
