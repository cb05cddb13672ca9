/* recap.h - the week's home visits of a posyandu for its pustu: how many, and what they found, A to D
 * (DOMAIN 1.6: a kader reports to the pustu at least once a week).
 *
 * Pure.  Counts only, no person. */
#ifndef KENTONGAN_FLOWS_CARE_RECAP_H
#define KENTONGAN_FLOWS_CARE_RECAP_H

#include "flows/care/subject_report.h"

/* A report was filed, or taken back by BATAL or for a newer version. */
void recap_filed(struct step *, const struct filed_report *, bool taken_back);
/* flow_read: the counts of a posyandu. */
bool recap_subjects(struct slice posyandu, struct arena *, struct intent *);
/* Timer "kunjungan": a visit is counted.  act: its findings, "tidak_patuh,bahaya". */
void recap_visited(struct step *, const struct due *);
bool recap_says(struct slice act, const char *code);
/* Timer "rekap": the week is over. */
void recap_due(struct step *, const struct due *);

#endif
