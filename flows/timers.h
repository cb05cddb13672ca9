/* timers.h - what falls due: a row a timer, with the subjects that it needs and who carries it out.
 *
 * Pure.  A timer comes in as INBOUND_TIMER whose text a flow wrote with step_due(). */
#ifndef KENTONGAN_FLOWS_TIMERS_H
#define KENTONGAN_FLOWS_TIMERS_H

#include "flows/step/step.h"

/* The timer of a USSD dialogue, which ussd.h reads itself. */
bool timers_is_ussd(const struct inbound *, struct arena *);
/* Is there a row for the timer of this text?  A name without one would end idle, unseen: tests ask. */
bool timers_known(struct slice text, struct arena *);
/* The contract of flow_read.  out->reading is there, READING_IGNORED. */
enum read_rc timers_read(const struct ruleset *, const struct inbound *, struct arena *,
                         struct intent *out) MUST_CHECK;
/* Carries out step->reading->due; one of which nothing is known any more is idle. */
void timers_step(struct step *);

#endif
