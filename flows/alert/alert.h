/* alert.h - signals and episodes: when the counts of a village say more than they should, who hears of it and
 * in which order (SPEC 2.5, 5, 7).
 *
 * Pure.  What changes with the counts lives in SUBJECT_EPISODE ("village/disease"); the number that people
 * answer to (SUBJECT_NUMBER) names the episode and keeps the verdict.  A signal can load only the first, a
 * BENAR only the second: each tells the other by a timer that falls due at once and names both.
 * Heads hear counts only, never a name, an age or a place smaller than a village. */
#ifndef KENTONGAN_FLOWS_ALERT_ALERT_H
#define KENTONGAN_FLOWS_ALERT_ALERT_H

#include "flows/step/step.h"

/* In front of a disease that a puskesmas counted in W2: never added to the cases that kader report. */
#define ALERT_W2 "w2:"

/* Names the episodes of a signal. False: the text is no signal. */
bool alert_subjects(const struct inbound *, struct arena *, struct intent *);
/* Judges the figures. */
void alert_judge(struct step *);
/* BENAR, BUKAN, OK. */
void alert_answer(struct step *, const struct command *);
/* A clock of an episode, or a verdict on its way. */
void alert_due(struct step *, const struct due *);

#endif
