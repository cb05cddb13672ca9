/* called.h - an open case by the name of its patient, in the words of one who knows of it: `bu ana kejang`.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_CALLED_H
#define KENTONGAN_FLOWS_TALK_CALLED_H

#include "flows/step/drafts.h"
#include "flows/talk/listening.h"

/* The number of the only case open for this sender whose patient's name stands in the text, and nothing
 * before it says that another is meant (`anak ana`); empty: none, or several. */
struct slice called_case(const struct ruleset *, const struct sender_state *, struct slice text,
                         struct arena *);
/* `terima bu ani`, `bu ana sudah hadir`: a command of staff with the patient's name in the place of her
 * number. Nothing changes where it is none, or does not fit her case. */
void called_command(struct listening *);
/* `demamnya sudah turun`: a sign of somebody who was spoken of before. */
bool called_sign(const struct ruleset *, struct slice text, struct arena *);

#endif
