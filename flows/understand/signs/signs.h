/* signs.h - the danger signs in the words of a report: which are there, which are denied or in doubt, and
 * whose they are.
 *
 * Each file calls only those below it here:
 *   signs.c           lists of codes, whose they are, what was heard        RULINGS 32-35, 40, 47
 *   whose.c           whose a sign is                                       SPEC 2.2
 *   denial.c          words that only deny signs, or a value                RULINGS 40, 43
 *   needed.c          answers that say how it is with what is asked         RULINGS 40
 *   reason.c          signs in a reason that may be denied, or are feared   RULINGS 40, 42, 47 */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_SIGNS_SIGNS_H
#define KENTONGAN_FLOWS_UNDERSTAND_SIGNS_SIGNS_H

#include "flows/understand/filling/filling.h"

/* A sign begins at token i, one of class E1 with an edit too (RULINGS 33, 45). */
bool understand_sign_near(const struct filling *, unsigned i, unsigned *used);
void understand_signs(struct filling *, unsigned from);
/* Codes of the danger signs in the whole text that are not negated (SPEC 2.2, RULINGS 40). */
void understand_heard(const struct words *, const struct tokens *, struct arena *, struct heard_signs *);
/* The same for this report, anew: the words of its name and of its disease are no signs; what is recalled
 * stays. */
void understand_hear_again(struct filling *);
/* A referral whose reason says no E1 sign for certain, and one that may be denied (`tidak kejang,
 * perdarahan`): the reason is doubtful, `typed` are the signs; once it is sure they are heard (RULINGS 42,
 * 47).
 */
void understand_reason(struct filling *);
/* Puts a code into the list of signs. */
void understand_add_sign(struct filling *, const struct field *, struct slice code);
/* Words that an earlier version of the report keeps beside its signs: signs of somebody else in them. */
void understand_recall_others(struct filling *, struct slice words);
/* Who is mentioned before which sign, before tokens are taken. */
void understand_mentions(struct filling *);
/* The token behind the signs that begin at token i, negated ones too; i when none begins there, or the form
 * takes none.  durations: those of `demam 3 hari` as well. */
unsigned understand_signs_end(const struct filling *, unsigned i, unsigned to, bool durations);
/* Words that cry for help in a report, names left out; or empty.  What may be a plan (`mau melahirkan`) is
 * not among them. */
void understand_help_in(struct filling *, struct slice *now, struct slice *today);

#endif
