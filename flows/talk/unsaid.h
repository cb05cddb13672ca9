/* unsaid.h - what was filed is denied in words, with nothing in its place: she is shown how to take it back.
 */
#ifndef KENTONGAN_FLOWS_TALK_UNSAID_H
#define KENTONGAN_FLOWS_TALK_UNSAID_H

#include "flows/step/step.h"

/* What was filed last is not so: `hasan masih hidup` behind his WAFAT, `bukan campak` or `maksudnya tidak
 * ada` behind cases (RULINGS 43, 49, 56). */
bool unsaid_last(struct step *);
/* Who was told of the cases that it denies, or of a danger in it, hears that at once. */
void unsaid_passed_on(struct step *);

#endif
