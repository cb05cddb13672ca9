/* told.h - words about a case that has a number: those who have it hear them, as a danger with its clock
 * where they are one.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_TOLD_H
#define KENTONGAN_FLOWS_TALK_TOLD_H

#include "flows/care/subject_report.h"
#include "flows/step/step.h"

/* Whom a report is about, as people call her. */
struct slice told_whom(struct step *, struct slice nomor, const struct filed_report *);
/* The same, or nothing where only its form is known. */
struct slice told_name(struct step *, struct slice nomor, const struct filed_report *);
/* The words go to those who have the case; where nobody has it, it becomes one.  A danger to life is told as
 * one to those who had it for the day, or had done with it.  False: it is cancelled, or not known. */
bool told_of_case(struct step *, struct slice nomor, struct slice words, struct filed_report *);
/* Staff who have the case send it on with them: somebody above them is to hear of it.  False: they have not.
 */
bool told_sent_on(struct step *, struct slice nomor, struct slice words, struct filed_report *);
/* She reported it, or it is her posyandu's. */
bool told_known_to(const struct step *, struct slice nomor, const struct filed_report *);

/* `eh bukan bu ana, bu ani` to whose name it is, while that is asked still: who has the case must not look
 * for the wrong one until then. */
void told_denied(struct step *);

#endif
