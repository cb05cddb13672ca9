/* ids.h - ids that are the same however often a message is sent: UUIDv5 (RFC 4122 4.3) of (provider, what the
 * message is called, index). */
#ifndef KENTONGAN_PIPELINE_IDS_H
#define KENTONGAN_PIPELINE_IDS_H

#include "gateway/base/arena.h"

/* "xxxxxxxx-xxxx-5xxx-…" in the arena. */
struct slice ids_uuid(struct slice provider, struct slice message_id, unsigned index, struct arena *);

#endif
