/* trace_desk.h - `kentongan ctl trace NOMOR`: the life of a report, referral or request, from the message log
 * and from what the store holds of it now. */
#ifndef KENTONGAN_TRACE_DESK_H
#define KENTONGAN_TRACE_DESK_H

#include "gateway/console/ctl.h"
#include "gateway/district/msglog.h"

/* words: "NOMOR" or "NOMOR --reveal".  People are pseudonyms, as in the log, and texts, fields and the
 * store's own words are left out, unless revealed.  done is called exactly once, now or later. */
void trace_desk(struct store *, struct msglog *, int utc_offset_min, struct slice words, ctl_done *done,
                void *ctx);

/* `kentongan ctl drafts`: reports that nobody completed in time.  words: "" or "--reveal". */
void drafts_desk(struct msglog *, int utc_offset_min, struct slice words, ctl_done *done, void *ctx);

#endif
