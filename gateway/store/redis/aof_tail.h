/* aof_tail.h - the end of Redis' append-only file after a crash.
 *
 * A write that a crash cut short may end inside a transaction.  Redis 7.0 (loadSingleAppendOnlyFile, aof.c)
 * cuts such a file behind the last whole *command*, so that the begin of the transaction stays: what is
 * written from then on stands behind an open MULTI, and at the next start the transaction's begin is carried
 * out with it: half a commit, or one that was sent again and stands there twice.  So the file is cut here,
 * behind the last whole transaction, before the server sees it.  What is cut was never synced, and so never
 * acknowledged. */
#ifndef KENTONGAN_STORE_REDIS_AOF_TAIL_H
#define KENTONGAN_STORE_REDIS_AOF_TAIL_H

#include <stddef.h>
#include <stdint.h>

/* How many bytes of an append-only file stand whole: up to the end of the last command outside of a
 * transaction, or of the last EXEC.  -1: something else is wrong with it than its end; that is for Redis to
 * say. */
int64_t aof_whole(const char *bytes, size_t n);
/* Cuts the file there.  Only calls that are safe between fork and exec; a file that is not there is left
 * alone. */
void aof_mend(const char *path);

#endif
