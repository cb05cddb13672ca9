/* listening.h - an SMS while it is heard: what one hearer after the other makes of it (hearers.c).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_LISTENING_H
#define KENTONGAN_FLOWS_TALK_LISTENING_H

#include "flows/step/drafts.h"
#include "flows/step/step.h"

struct listening {
    const struct ruleset *rules;
    const struct sender *who;
    const struct inbound *in;
    struct arena *a;
    struct sender_state *state;
    struct reading *r; /* what it is heard as so far */
    bool failed;       /* memory is out */
};

#endif
