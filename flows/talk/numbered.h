/* numbered.h - words behind a number of hers that asks nothing (any more): what the number is, and how to go
 * on (SPEC 2.4).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_NUMBERED_H
#define KENTONGAN_FLOWS_TALK_NUMBERED_H

#include "flows/care/subject_report.h"
#include "flows/step/drafts.h"
#include "flows/step/step.h"

/* A number that asks nothing stands first, and a figure behind it: it is about that one, and about no other.
 */
bool numbered_other(struct sender_state *, struct slice text);
/* The state of a report for STATUS, in words. */
struct slice numbered_state(struct step *, const struct filed_report *);
/* How many hours a draft waits, as the rule row has it: the slot `batas`. */
struct text_fill numbered_term(struct step *);
/* The draft of that number ran out, or was taken back: that is said, and how to send it anew.  False:
 * neither. */
bool numbered_over(struct step *, const struct filed_report *);
/* The same of a number. */
bool numbered_lapsed(struct step *, struct slice nomor);
/* `48217 bb 9,2`, and 48217 is asked about nothing: answered.  False: no number stands first, or those who
 * have the patient hear the words. */
bool numbered_said(struct step *);

#endif
