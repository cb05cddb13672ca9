/* mothers.h - when a mother is to be seen next: BUMIL waits for the next ANC, LAHIR and NIFAS for the next KF
 * visit (DOMAIN 1.4).  What is not reported in time becomes a visit due (tasks.h).
 *
 * Pure.  One timer a mother, known by her name within her posyandu; each report of hers moves it on. */
#ifndef KENTONGAN_FLOWS_CARE_MOTHERS_H
#define KENTONGAN_FLOWS_CARE_MOTHERS_H

#include "flows/care/subject_report.h"

/* A report was filed; taken_back: cancelled, or about to be replaced by a newer version. */
void mothers_filed(struct step *, const struct filed_report *, bool taken_back);

#endif
