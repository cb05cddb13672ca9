/* answering.h - what a text says to what is asked of its sender: a word such as yes, a value, or nothing of
 * the kind.
 *
 * Pure.  What follows from it is answers.h. */
#ifndef KENTONGAN_FLOWS_TALK_ANSWERING_H
#define KENTONGAN_FLOWS_TALK_ANSWERING_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"
#include "flows/talk/listening.h"

/* YA or TIDAK with words behind it that are something else: neither. */
bool answering_takes_back(const struct ruleset *, const struct command *, struct arena *);
/* A short answer in words, while something is asked: `iya bu bener`: reading->words. */
void answering_words(struct listening *);
/* What a text says to this question: a word or a value.  False: reading->kind is READING_NOTHING. */
bool answering_one(const struct ruleset *, struct draft *, struct slice text, int64_t at_ms, struct arena *,
                   struct reading *);
/* A value that one of the open questions asks for: `48217 BB 9,2`, `9,2`, `YA 48217 tapi bb 9,4`.
 * reading->kind says what it was; READING_NOTHING when it answers none of them. */
void answering_value(struct listening *);

#endif
