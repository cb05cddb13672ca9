/* reply.h - the words for what was understood: receipts, questions and errors out of the catalogue, never
 * longer than one SMS. */
#ifndef KENTONGAN_FLOWS_STEP_REPLY_H
#define KENTONGAN_FLOWS_STEP_REPLY_H

#include "flows/understand/understanding.h"

/* The receipt, question or error for one report, with its number ("00000" from `parse`). */
struct slice reply_report(const struct ruleset *, struct slice language, const struct report *,
                          struct slice nomor, struct arena *);
/* The echo of the decoded values: "Siti Aminah P 14bl BB 9,2kg TB 76cm", from each field's `say`. */
struct slice reply_echo(const struct form *, const struct value *values, struct arena *);
/* For `parse`: what would be answered to the whole SMS (several reports, a command, no keyword). */
struct slice reply_said(const struct ruleset *, struct slice language, const struct said *, struct arena *);

#endif
