/* trace.h - `kentongan ctl trace NOMOR`: the life of a report, referral or request, from the message log
 * and from what the store holds of it now. */
#ifndef KENTONGAN_DESK_TRACE_H
#define KENTONGAN_DESK_TRACE_H

#include "gateway/desk/desk.h"

/* words: "NOMOR" or "NOMOR --reveal".  People are pseudonyms, as in the log, and texts, fields and the
 * store's own words are left out, unless revealed. */
desk_fn trace_desk;

/* `kentongan ctl drafts`: reports that nobody completed in time.  words: "" or "--reveal". */
desk_fn drafts_desk;

#endif
