/* parked_desk.h - `kentongan ctl parked`: what the gateway could not carry out, send or store, and what
 * people make of it.  What they do stands in the log, by stream and entry. */
#ifndef KENTONGAN_PARKED_DESK_H
#define KENTONGAN_PARKED_DESK_H

#include "gateway/console/ctl.h"

/* words: "", "STREAM [--reveal]", "release STREAM ID|all", "drop STREAM ID --why WORD", "--help".  Bodies,
 * which hold numbers, names and texts, are shown with --reveal only.  done is called exactly once, now or
 * later. */
void parked_desk(struct store *, int utc_offset_min, struct slice words, ctl_done *done, void *ctx);

#endif
