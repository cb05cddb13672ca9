/* alike.h - one woman under two names: a case that is opened now beside an open one of somebody whose name is
 * nearly hers.
 *
 * Pure; behind filing.h. */
#ifndef KENTONGAN_FLOWS_FILING_ALIKE_H
#define KENTONGAN_FLOWS_FILING_ALIKE_H

#include "flows/filing/work.h"

/* The case is of a name with a slip of the finger, or with a name more or less; not of the same one. */
bool alike_may_be(const struct ruleset *, const struct open_case *, const struct report *, struct arena *);
/* Two ages that can be of one person: the same, or one in months and one in years.  Many are called Siti. */
bool alike_in_age(const struct report *, const struct filed_report *other);
/* Where one of the two is for now: staff and the reporter hear that it may be the same woman.  Nothing is
 * joined on a guess. */
void alike_say(struct work *);

#endif
