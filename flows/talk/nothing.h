/* nothing.h - a text that is no report, no command and no answer: one table of all that it may be after all,
 * in their order.  What is answered anew is a row there.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_NOTHING_H
#define KENTONGAN_FLOWS_TALK_NOTHING_H

#include "flows/step/step.h"

void nothing_step(struct step *);

#endif
