/* reload.h - another configuration, read and checked on a thread of its own while the loop goes on.
 *
 * It must never change what runs: that is the owner's, in `take`.  Many in a row keep a distance, so that no
 * more than a few configurations are in memory at once. */
#ifndef KENTONGAN_RELOAD_H
#define KENTONGAN_RELOAD_H

#include "gateway/console/ctl.h"
#include "gateway/generation.h"

struct reload;

/* take(arg, next), in the loop: the next one is good, and the caller's from now on.  False: it is not wanted
 * any more. NULL when there is no memory or no thread. */
struct reload *reload_new(struct loop *, bool (*take)(void *arg, struct generation *), void *arg);
/* Reads the file, then tells what came of it: faults, or that it was taken.  One after the other; asked while
 * one waits to begin, it is told that this one will do.  done exactly once, now or later. */
void reload_ask(struct reload *, const char *file, ctl_done *done, void *ctx);
/* Waits for what is being read; nobody is told.  NULL is none. */
void reload_free(struct reload *);

#endif
