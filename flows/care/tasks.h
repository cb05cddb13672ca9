/* tasks.h - the visits that a posyandu owes (TUGAS, SPEC 2.3; DOMAIN 1.6): children whose weight did not rise
 * or lies below the red line, children who were not brought on the day of the posyandu or have not had a
 * dose, people who do not take their medicine, mothers whose ANC or KF is overdue.
 *
 * Pure.  Opened and closed by timers that reports set, so that filing a report waits for no list that all
 * kader of a posyandu share; a KUNJUNGAN that names the person closes. */
#ifndef KENTONGAN_FLOWS_CARE_TASKS_H
#define KENTONGAN_FLOWS_CARE_TASKS_H

#include "flows/care/subject_report.h"

/* A report was filed, or a newer version of it; taken_back: it was cancelled. */
void tasks_filed(struct step *, const struct filed_report *, bool taken_back);

/* Sets the timer by which this report changes the list of its posyandu, unless the list as it was loaded
 * (which a report may read, and never waits for) holds nothing that it could change. */
void tasks_tell(struct step *, const struct filed_report *, const struct due *);

/* By which a person without a number is known in a posyandu: the name without bu, pak. */
struct slice tasks_key(const struct step *, struct slice nama);

/* flow_read: the list of a posyandu. */
bool tasks_subjects(struct slice posyandu, struct arena *, struct intent *);

/* The lists that TUGAS of this person shows: hers, or for staff those of the posyandu that report to her
 * place. */
bool tasks_subjects_of(const struct ruleset *, const struct person *, struct arena *, struct intent *);

/* Timers: "tugas", a child was weighed (do: why a visit is due), or a visit cancelled; "absen", the next day
 * of its posyandu is over; "ibu", an ANC or KF is overdue (do: which); "dosis", a dose is or was overdue
 * (do "dikunjungi": a visit was made about it); "kunjungan". */
void tasks_changed(struct step *, const struct due *);
void tasks_absent(struct step *, const struct due *);
void tasks_doses(struct step *, const struct due *);
void tasks_missed(struct step *, const struct due *);
void tasks_visited(struct step *, const struct due *);

/* The list of a posyandu as TUGAS shows it; empty: nothing is due. */
struct slice tasks_words(struct step *, const struct place *posyandu, struct slice language);
void tasks_answer(struct step *, const struct command *);

#endif
