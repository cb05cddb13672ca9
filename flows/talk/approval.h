/* approval.h - how a number becomes a kader (SPEC 2.3, 7): DAFTAR asks the staff of the posyandu, SETUJU (or
 * `people approve`) says yes, and what she sent before is carried out with its first time.
 *
 * An emergency of hers that staff have since becomes a record (timer "terdaftar").
 *
 * Pure.  Three timers follow each other, since each step can load only what the one before named: "setuju"
 * finds what was kept of her, and sets one "kept" for each, which comes back as the SMS it was. */
#ifndef KENTONGAN_FLOWS_TALK_APPROVAL_H
#define KENTONGAN_FLOWS_TALK_APPROVAL_H

#include "flows/step/open.h"
#include "flows/step/step.h"

void approval_ask(struct step *, const struct command *);   /* DAFTAR */
void approval_grant(struct step *, const struct command *); /* SETUJU */
/* TOLAK of a DAFTAR: she is told kindly, and may ask again.  False when the number is of no DAFTAR. */
bool approval_refuse(struct step *, const struct command *);
/* Timer "setuju": act = her posyandu's code, or "tolak". */
void approval_due(struct step *, const struct due *);
/* Timer "terdaftar". */
void approval_known(struct step *, const struct due *);
/* The SMS that a timer "kept" brings back, its texts in the arena; false when the timer is another.  `timer`
 * is left to the caller. */
bool approval_kept(struct slice timer_text, struct arena *, struct inbound *out);
/* The DAFTAR of that number, as it stands in the lists of who may answer it.  False: it is none. */
bool approval_open(struct step *, struct slice nomor, struct open_case *);

#endif
