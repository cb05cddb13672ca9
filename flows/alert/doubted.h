/* doubted.h - the reporter of a case says that it is none, and has not taken it back: who was told of the
 * cases hears her words.  It counts until she takes it back. */
#ifndef KENTONGAN_FLOWS_ALERT_DOUBTED_H
#define KENTONGAN_FLOWS_ALERT_DOUBTED_H

#include "flows/care/subject_report.h"
#include "flows/step/step.h"

void doubted_said(struct step *, const struct filed_report *, struct slice words);
/* It reaches the episode. */
void doubted_due(struct step *, const struct due *);

#endif
