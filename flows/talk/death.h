/* death.h - the answers to whether somebody died whom a report of the living names (RULINGS 49).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_DEATH_H
#define KENTONGAN_FLOWS_TALK_DEATH_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"

/* `ya meninggal`, `WAFAT 1007`, `tidak meninggal bu`, while that is asked: the answer, and no new report.
 * True when it was one: reading->kind, words and nomor are set. */
bool death_read(const struct ruleset *, struct sender_state *, struct arena *, struct reading *);
/* YA, she died: WAFAT in the place of the report, under its number, with what is known of her; of cases and
 * events beside it, for they count all the same.  living: the report with that question settled. */
void death_file(struct step *, struct draft *, const struct report *living);

#endif
