/* smpp_parts.h - the parts of long SMS on disk, so that each can be acknowledged before the others came.
 *
 * An SMSC with a window of one sends the second part only when it has heard about the first.  A part that is
 * acknowledged stands in a file under <state>/parts, synced; the file is emptied when no part waits any more.
 * What is read back after a crash may have been carried out already: duplicate keys make that harmless. */
#ifndef KENTONGAN_INGRESS_SMPP_PARTS_H
#define KENTONGAN_INGRESS_SMPP_PARTS_H

#include "gateway/base/err.h"
#include "gateway/base/slice.h"

struct smpp_parts_log;

/* Creates the folder and calls f for each part that stands there, in the order they came.  A torn end was
 * never acknowledged and is cut off.  NULL with an error that names the file. */
struct smpp_parts_log *smpp_parts_open(const char *state_dir,
                                       void (*f)(void *arg, struct slice provider, int64_t at_ms,
                                                 struct slice pdu),
                                       void *arg, struct err *);
void smpp_parts_close(struct smpp_parts_log *);
/* Durable after the next round of write, sync and synced that says true.  It takes seconds on a slow disk, so
 * the sync may be on another thread; parts may be added meanwhile, for the next round. */
void smpp_parts_add(struct smpp_parts_log *, struct slice provider, int64_t at_ms, struct slice pdu);
/* What was added goes to the file; false: it could not.  synced() must follow, either way. */
bool smpp_parts_write(struct smpp_parts_log *) MUST_CHECK;
/* On any thread. */
bool smpp_parts_sync(struct smpp_parts_log *) MUST_CHECK;
/* The end of the round: whether write and sync were good.  If not, it is off the file again. */
void smpp_parts_synced(struct smpp_parts_log *, bool good);
/* Was a round in vain since the file was last empty?  Then a part that comes again may not be in it. */
bool smpp_parts_doubtful(const struct smpp_parts_log *);
/* Parts that came before oldest_ms are not needed any more; INT64_MAX: none is.  Nothing during a round. */
void smpp_parts_trim(struct smpp_parts_log *, int64_t oldest_ms);

#endif
