/* vocabulary.h - the words that phrases of a form_set's lists begin with: one look-up says of a word of a
 * text which lists it concerns, so that hardly any list is asked about hardly any word.
 *
 * Built once, with the lists; knows one edit (RULINGS 33) only by the letters that two such words share. */
#ifndef KENTONGAN_MODEL_VOCABULARY_H
#define KENTONGAN_MODEL_VOCABULARY_H

#include "gateway/model/form.h"

/* Lists by their bit (word_list.bit). */
struct word_use {
    uint32_t begins; /* a phrase begins with the word */
    uint32_t near; /* a phrase may begin with it or, misspelt by one edit, with it: only sure when not set */
    unsigned longest; /* words of the longest phrase that begins with it */
};

/* NULL when the arena is full. */
struct vocabulary *vocabulary_make(const struct form_set *, struct arena *);
/* A word as the lexer folds it.  near: whether misspelt words are wanted. */
struct word_use vocabulary_word(const struct vocabulary *, struct slice word, bool near);
/* Shows every phrase of the list whose first word is at most one edit from this one; some more than once, and
 * some that are further away. */
void vocabulary_like(const struct vocabulary *, const struct word_list *, struct slice first_word,
                     void (*show)(void *arg, struct slice phrase, const struct word *), void *arg);

#endif
