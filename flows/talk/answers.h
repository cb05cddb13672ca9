/* answers.h - answers to open questions: a value, YA, TIDAK, BARU (SPEC 2.2, 2.4, 2.7).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_ANSWERS_H
#define KENTONGAN_FLOWS_TALK_ANSWERS_H

#include "flows/step/drafts.h"
#include "flows/filing/filing.h"

/* A short answer (reading->answer, reading->nomor). */
void answers_value(struct step *);
/* A short answer in words: reading->words, to reading->nomor or the only question. */
void answers_words(struct step *);
/* YA, TIDAK and BARU, with or without a number.  BARU to a repeat is hearers.c's. */
void answers_command(struct step *, const struct command *);
/* A draft's 24 h are over. */
void answers_expired(struct step *, const struct due *);

#endif
