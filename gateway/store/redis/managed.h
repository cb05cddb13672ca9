/* managed.h - a private redis-server under <state>/redis. */
#ifndef KENTONGAN_STORE_REDIS_MANAGED_H
#define KENTONGAN_STORE_REDIS_MANAGED_H

#include "gateway/base/err.h"
#include "gateway/loop/loop.h"

struct managed;

struct managed *managed_new(struct loop *, const char *state_dir, struct err *);
const char *managed_address(const struct managed *);
/* Before a connection is tried: true when a server is (or should soon be) there.  Starts one when none lives.
 */
bool managed_ensure(struct managed *);
/* Says why it cannot run, when several starts in a row ended at once; else NULL. */
const char *managed_fault(const struct managed *);
/* No more starts: it is being shut down. */
void managed_stop(struct managed *);
/* True when no server holds the folder. */
bool managed_gone(struct managed *);
void managed_free(struct managed *, bool remove_socket);

#endif
