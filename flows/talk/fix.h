/* fix.h - a field alone, about a report that is filed already: `bb 9,2` (RULINGS 56).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_FIX_H
#define KENTONGAN_FLOWS_TALK_FIX_H

#include "flows/care/subject_report.h"
#include "flows/step/drafts.h"
#include "flows/step/step.h"

/* The fields of a report that differ from what was, as one types them: "BB 9,2, TB 76"; all but field `but`.
 */
struct slice fix_changes(struct step *, const struct form *, const struct value *was, const struct report *,
                         struct slice but, const char *between);
/* The line to copy that makes a report what it is now said to be (mending_read()); no guess is put into it.
 */
void fix_ready_line(struct step *, const struct last_report *, const struct report *now);
/* The words are a value of somebody whom they name, reported today and not last (reading->of): her ready
 * line, or which of several is meant.  False: they change none of them. */
bool fix_named(struct step *);
/* The same of somebody of whom nothing was reported today: it is no correction of the last report. */
void fix_of_nobody(struct step *);
/* The words have a danger of the day in them: should she not send the line, staff are told of them after
 * `maybe_e2` (the same timer as that of words without a report; emergency_maybe()). */
void fix_danger_timer(struct step *, const struct last_report *, struct slice words);
void fix_danger_due(struct step *, const struct due *, struct filed_report *);

/* KOREKSI or BATAL by somebody who only joined an open referral: it stands, and her words go to those who
 * have it. False: she did not join it, or it is over. */
bool fix_joined(struct step *, const struct filed_report *);

#endif
