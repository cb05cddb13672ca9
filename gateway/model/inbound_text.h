/* inbound_text.h - an inbound as one JSON object with its version: what spool files and parked messages hold.
 */
#ifndef KENTONGAN_MODEL_INBOUND_TEXT_H
#define KENTONGAN_MODEL_INBOUND_TEXT_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/base/err.h"
#include "gateway/model/inbound.h"

extern const char *const inbound_kinds[INBOUND_KINDS]; /* as they stand there and in the message log */

void inbound_encode(struct buf *, const struct inbound *);
/* Is this text that of an urgent one?  Seen without parsing. */
bool inbound_urgent(struct slice text);
int inbound_decode(struct slice text, struct arena *, struct inbound *out, struct err *) MUST_CHECK;

#endif
