/* death.h - the answers to whether somebody died whom a report of the living names (RULINGS 49).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_DEATH_H
#define KENTONGAN_FLOWS_TALK_DEATH_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"
#include "flows/talk/listening.h"

/* `ya meninggal`, `WAFAT 1007`, `tidak meninggal bu`, while that is asked: the answer, and no new report.
 * reading->kind, words and nomor are set. */
void death_read(struct listening *);
/* `48217 meninggal`, and nothing of whom: words about the patient of that number, and no report that lacks
 * all. */
void death_numbered(struct listening *);
/* YA, she died: WAFAT in the place of the report, under its number, with what is known of her; of cases and
 * events, and where somebody of hers died, beside it, for the living count all the same; of the unborn there
 * is no WAFAT.  living: the report with that question settled. */
void death_file(struct step *, struct draft *, const struct report *living);
/* YA: what was typed of the unborn is kept beside the signs of the report. */
void death_noted(struct step *, struct draft *);
/* `tini sudah meninggal bu` by whom a referral waits that nobody has ended: those who have it hear her words,
 * and she is asked for the WAFAT.  False: nobody waits. */
bool death_of_referred(struct step *);
/* `ada ibu meninggal` of a village head, who reports no WAFAT: staff hear it.  False: who says it may report
 * one. */
bool death_said_by_head(struct step *);
/* TIDAK: the sign that the death of the unborn was is taken out of the report. */
void death_denied(struct step *, struct draft *);

#endif
