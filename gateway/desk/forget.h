/* forget.h - `ctl forget PERSON --reason …`: what is held of a patient, or of a telephone's number, goes out
 * of Redis, the message log, what is parked, and every sink; a tombstone stays (SPEC 7).
 *
 * A patient is named by her number or by that of any report of hers.  Refused while a referral of hers is
 * open, while her message waits among others, and for a number that still works here. */
#ifndef KENTONGAN_DESK_FORGET_H
#define KENTONGAN_DESK_FORGET_H

#include "gateway/desk/desk.h"

/* words: "PERSON [--by ACCOUNT] --reason TEXT".  The answer is lines of a word and what belongs to it
 * ("records 12", "waits st:sink:kabupaten 2"), or "error: WORD …: prose". */
desk_fn forget_desk;

#endif
