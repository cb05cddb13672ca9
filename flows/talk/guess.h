/* guess.h - what is said to a question, as it is answered: a guess without the words before it that nobody
 * knows; and a value of another field that is missing too, by its label: `laki laki` to the question of a
 * name.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_GUESS_H
#define KENTONGAN_FLOWS_TALK_GUESS_H

#include "flows/step/drafts.h"
#include "gateway/model/form.h"

/* The text, or what it comes to.  d: the draft; NULL: several.  asked: its field; or NULL. */
struct slice guess_said(const struct ruleset *, const struct draft *d, const struct field *asked,
                        struct slice text, struct arena *);

#endif
