/* joined.h - a RUJUK of somebody whose referral is open already is no second one: it joins it, under its
 * number (SPEC 2.2).  Looked for among what is open for the speaker (flows/step/open.h), by number, or by
 * name and age.
 *
 * Pure; behind filing.h. */
#ifndef KENTONGAN_FLOWS_FILING_JOINED_H
#define KENTONGAN_FLOWS_FILING_JOINED_H

#include "flows/filing/work.h"

/* Names the subjects that work_joins() will look at; false when the intent is full. */
bool joined_subjects(const struct ruleset *, const struct open_cases *, const struct report *, struct arena *,
                     struct intent *);
/* True when it joined one: told, answered (`out`), nothing else is to be filed. */
bool work_joins(struct work *);

/* A WAFAT of somebody whose referral is open: those who have it are told.  It stays open, for another may
 * have her name: they end it. */
void joined_died(struct work *);
/* That WAFAT is cancelled: those who heard of it hear it. */
void joined_alive(struct step *, const struct filed_report *);

#endif
