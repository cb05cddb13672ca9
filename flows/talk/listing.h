/* listing.h - what waits for the answer of staff and heads, so that they may leave its number out (RULINGS
 * 57).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_LISTING_H
#define KENTONGAN_FLOWS_TALK_LISTING_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"
#include "flows/talk/listening.h"

/* flow_read: a command without its number gets the only one that fits; several: reading->which. */
void listing_read(struct listening *);
/* Several fit: which one? */
void listing_which(struct step *, const struct command *);

/* Something was said that does nothing, and there are cases that wait for this person: which, and what to
 * type. False: there are none. */
bool listing_waiting(struct step *);
/* The same; the words went to the reporter, whose telephone it is. */
bool listing_waiting_told(struct step *, struct slice hp);
/* One of them is a patient whom nobody has taken. */
bool listing_unanswered(const struct step *);

/* Timer "buka": the cases of `to` as the number's own blob has them now. */
bool listing_subjects(const struct ruleset *, const struct due *, struct arena *, struct intent *);
void listing_due(struct step *, const struct due *);
/* The words are those of a command that fits a signal: `benar bu, sudah saya cek`. */
bool listing_of_signals(const struct step *);

#endif
