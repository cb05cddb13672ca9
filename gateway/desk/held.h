/* held.h - `ctl export PERSON`: everything that is held of a patient, or of a telephone's number, as JSON
 * (SPEC 7). */
#ifndef KENTONGAN_DESK_HELD_H
#define KENTONGAN_DESK_HELD_H

#include "gateway/desk/desk.h"

/* words: "PERSON".  {"of":…,"person":[…],"records":[…],"referrals":[…],"messages":[…],"state":[…],
 * "also_at":["sink kabupaten"]}, or "error: WORD: prose". */
desk_fn held_desk;

#endif
