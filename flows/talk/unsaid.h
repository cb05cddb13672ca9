/* unsaid.h - what was filed is denied in words, with nothing in its place: she is shown how to take it back.
 */
#ifndef KENTONGAN_FLOWS_TALK_UNSAID_H
#define KENTONGAN_FLOWS_TALK_UNSAID_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"

/* What was filed is not so: `hasan masih hidup` behind his WAFAT, `bukan campak` or `maksudnya tidak ada`
 * behind cases (RULINGS 43, 49, 56).  *out: the report of today whom the words name, else the last one. */
bool unsaid_report(struct step *, struct last_report *out);
/* Who was told of the cases or the death that it denies hears that at once, and once; of a danger in it, her
 * words. True: somebody was. */
bool unsaid_passed_on(struct step *, const struct last_report *);
/* And she is shown how to take it back. */
void unsaid_answer(struct step *, const struct last_report *);

#endif
