/* blackbox.h - which message was in hand when the program died (SPEC 6: a message that crashes the program is
 * parked).
 *
 * A small file mapped into memory: written before a message is read or stepped, cleared behind it, so it
 * survives the process.  Handlers of SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT mark it.  A SIGKILL or power
 * cut leaves it unmarked: that parks nothing, unless the same message stands there at two starts running. */
#ifndef KENTONGAN_PIPELINE_BLACKBOX_H
#define KENTONGAN_PIPELINE_BLACKBOX_H

#include "gateway/base/arena.h"
#include "gateway/model/inbound.h"

struct blackbox;

/* *suspect is filled (slices in the arena) and *found set when the message of the last life is to be parked.
 */
struct blackbox *blackbox_open(const char *path, struct arena *, struct inbound *suspect, bool *found,
                               struct err *);
void blackbox_close(struct blackbox *);
/* Around read and step.  Both are a few stores to memory, no system call. */
void blackbox_enter(struct blackbox *, const struct inbound *);
void blackbox_leave(struct blackbox *);
/* Marks the box when one of the five signals comes, then lets it take its course. */
void blackbox_catch_signals(struct blackbox *);

#endif
