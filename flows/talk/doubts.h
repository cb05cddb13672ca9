/* doubts.h - doubts that a whole message raises about its reports.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_DOUBTS_H
#define KENTONGAN_FLOWS_TALK_DOUBTS_H

#include "flows/step/drafts.h"
#include "flows/understand/understanding.h"

/* A long SMS of which a part never came (parsers/segment.h): what it says is not all that was said, and the
 * last value of each report is asked about. */
void doubts_gaps(struct said *);
/* Two names one edit apart, of one sex and age, in one SMS: twins, or one of them is mistyped.  Both are
 * asked (RULINGS 54). */
void doubts_near_names(struct said *);
/* An answer that may have been meant for somebody else: what it brought is asked, with her name. */
void doubts_another(const struct draft *, struct slice name, struct report *answer);
/* A referral with another reason than was told (known), where that was a danger to life for certain and this
 * is none: corrected, it is asked first; said beside it in an answer or a RUJUK, the worst one stays with it.
 */
void doubts_lesser(const struct ruleset *, const struct report *known, int64_t at_ms, struct arena *,
                   struct report *corrected);
void doubts_keep_worst(const struct ruleset *, const struct draft *, int64_t at_ms, struct arena *,
                       struct report *);

#endif
