/* beside.h - somebody else in the words of a report: nothing of it was filed, and a danger in it waits for no
 * SMS of its own (SPEC 2.2, RULINGS 19).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_BESIDE_H
#define KENTONGAN_FLOWS_TALK_BESIDE_H

#include "flows/step/step.h"

/* Tells the sender what was left out of her report, which was filed as `nomor`, and the staff what they do
 * not know of it yet.  Nothing where nobody else is in it. */
void beside_say(struct step *, const struct report *, struct slice nomor);

#endif
