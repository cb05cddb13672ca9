/* preview.h - what the daemon would answer to a part of an SMS, without Redis, network or history (SPEC 2.6).
 *
 * Pure: the same read and step as the daemon's, on an empty store; numbers print as 00000, and a number that
 * was typed is taken on trust. */
#ifndef KENTONGAN_FLOWS_PREVIEW_H
#define KENTONGAN_FLOWS_PREVIEW_H

#include "flows/understand/understanding.h"

/* from: the sender's MSISDN; empty: a kader, or who else may report it.  Empty when nothing would be
 * answered, or the arena is full. */
struct slice flow_preview(const struct ruleset *, struct slice from, const struct said *part, int64_t at_ms,
                          struct arena *);

#endif
