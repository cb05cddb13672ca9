/* day_list.h - what can wait for days (class E3) in the reports of a posyandu: one SMS a day to the staff of
 * the next level (SPEC 2.5): "Posyandu Melati 29/11: 2T Siti 1041, BGM Budi 1052, KEK Ani 1066 +2. Balas
 * TUGAS".
 *
 * Pure.  Opened and closed by timers that reports set, so that filing a report waits for no list that all
 * kader of a posyandu share. */
#ifndef KENTONGAN_FLOWS_CARE_DAY_LIST_H
#define KENTONGAN_FLOWS_CARE_DAY_LIST_H

#include "flows/care/subject_report.h"

/* A report was filed, or corrected: brief is what was found, empty when nothing (any more).  Of a report that
 * took nothing off and puts nothing on, nothing happens: `was` says that it may stand there. */
void day_list_filed(struct step *, const struct filed_report *, struct slice brief, struct slice nama,
                    bool was);

/* flow_read: the list of a posyandu. */
bool day_list_subjects(const struct ruleset *, const struct due *, struct arena *, struct intent *);
/* Timer "ringan": one finding comes or goes. */
void day_list_changed(struct step *, const struct due *);
/* Timer "daftar": its hour (a row of config/rules) has come. */
void day_list_due(struct step *, const struct due *);

#endif
