/* reply.h - the words for what was understood: receipts, questions and errors out of the catalogue, never
 * longer than one SMS. */
#ifndef KENTONGAN_FLOWS_STEP_REPLY_H
#define KENTONGAN_FLOWS_STEP_REPLY_H

#include "flows/understand/understanding.h"

/* What a question says besides the report itself (RULINGS 55). */
struct reply_about {
    struct slice nomor; /* "00000" from `parse` */
    struct slice siapa; /* whom it is about; empty: reply_whom() of its values */
    struct slice catat; /* what has just been noted of the answer before: "BB 9,2"; may be empty */
    struct slice sebab; /* why the value is doubted; empty: the catalogue's words for the error */
};

/* The receipt, question or error for one report. */
struct slice reply_report(const struct ruleset *, struct slice language, const struct report *,
                          const struct reply_about *, struct arena *);
/* Whom a report is about, for people: the name, else what is counted, else the form's title. */
struct slice reply_whom(const struct form *, const struct value *values, struct arena *);
/* The echo of the decoded values: "Siti Aminah P 14bl BB 9,2kg TB 76cm", from each field's `say`. */
struct slice reply_echo(const struct form *, const struct value *values, struct arena *);
/* A command as people type it: TIDAK HADIR. */
struct slice reply_command(enum command_kind, struct arena *);
/* For `parse`: what would be answered to the whole SMS (several reports, a command, no keyword). */
/* A command or form that a negator turned, or free words behind one: what holds, or what is asked. */
struct slice reply_turned(const struct ruleset *, struct slice language, const struct turned *,
                          struct arena *);
struct slice reply_said(const struct ruleset *, struct slice language, const struct said *, struct arena *);

#endif
