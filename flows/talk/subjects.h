/* subjects.h - what an SMS is about: whatever must be loaded before it can be decided.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_SUBJECTS_H
#define KENTONGAN_FLOWS_TALK_SUBJECTS_H

#include "flows/step/step.h"

/* What all parts are about.  Past the bound intent->overflow stands, and the message is parked. */
void subjects_name(const struct ruleset *, const struct sender *, int64_t at_ms, struct arena *,
                   struct intent *);

#endif
