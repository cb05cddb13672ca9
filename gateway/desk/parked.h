/* parked.h - `kentongan ctl parked`: what the gateway could not carry out, send or store, and what
 * people make of it.  What they do stands in the log, by stream and entry. */
#ifndef KENTONGAN_DESK_PARKED_H
#define KENTONGAN_DESK_PARKED_H

#include "gateway/desk/desk.h"

/* words: "", "STREAM [--reveal]", "release STREAM ID|all", "drop STREAM ID --why WORD", "--help".  Bodies,
 * which hold numbers, names and texts, are shown with --reveal only. */
desk_fn parked_desk;

#endif
