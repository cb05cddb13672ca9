/* hear.h - what a text may be, before anything is asked about its sender: for doors that must tell an
 * emergency from the rest before they refuse or doubt a message.
 *
 * Pure, and the same understanding that will read it; some 0.1 ms. */
#ifndef KENTONGAN_FLOWS_HEAR_H
#define KENTONGAN_FLOWS_HEAR_H

#include "flows/understand/understanding.h"

enum hearing {
    HEARD_NOTHING,   /* no report, no command: an answer, or noise */
    HEARD_MESSAGE,   /* a report or command stands in it */
    HEARD_EMERGENCY, /* an E1 word or value, or a RUJUK, may stand in it */
};

enum {
    HEAR_MOST =
        4096, /* bytes of a text that are read: 26 parts of a long SMS.  What is longer nobody typed. */
};

enum hearing hear_text(const struct ruleset *, struct slice text, int64_t at_ms);

#endif
