/* hearers.h - what an SMS says in the light of what is open for its sender: one table of all that it may be
 * heard as, in their order.  What is heard anew is a row there.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_HEARERS_H
#define KENTONGAN_FLOWS_TALK_HEARERS_H

#include "flows/talk/listening.h"

/* reading->said is understood; reading->kind and what belongs to it are made of it.  False: memory is out. */
bool hearers_hear(struct listening *) MUST_CHECK;

#endif
