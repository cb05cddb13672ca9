/* reminders.h - what people are reminded of, by places and rows: the day before a posyandu opens, a week of
 * which it has not reported anything, the visits that it owes, a W2 that has not come (issue 11; DOMAIN 4.2,
 * 9).
 *
 * Pure.  Each reminder of a place is one timer, which sets itself again.  What is waited for moves its timer
 * on, so that one which falls due is one that nobody answered: nothing is looked up.  The root, a timer of
 * its own, sets every day what a new place or row lacks; the gateway sees to it that the root waits
 * (flows/flow.h). They go as bulk: not in quiet hours, within the budget of a day, never to who said
 * BERHENTI. */
#ifndef KENTONGAN_FLOWS_CARE_REMINDERS_H
#define KENTONGAN_FLOWS_CARE_REMINDERS_H

#include "flows/care/subject_report.h"

/* Timer "jadwal": sets what is not set yet, some places at a time. */
#define REMINDERS_ROOT "jadwal"
void reminders_root(struct step *, const struct due *);

/* flow_read: who is reminded (she may have said BERHENTI), and the visits of the posyandu. */
bool reminders_subjects(const struct ruleset *, const struct due *, struct arena *, struct intent *);
/* Timer "ingat"; posyandu: the code of the place; act: which reminder. */
void reminders_due(struct step *, const struct due *);

/* A report was filed: its posyandu has reported this week. */
void reminders_filed(struct step *, const struct filed_report *);
/* A W2 of this place came, of the week that begins on that Sunday. */
void reminders_week(struct step *, struct slice place, int64_t sunday);

#endif
