/* private.h - what spool.c tells store.c. */
#ifndef KENTONGAN_STORE_SPOOL_PRIVATE_H
#define KENTONGAN_STORE_SPOOL_PRIVATE_H

#include "gateway/store/redis/shared.h"
#include "gateway/store/spool/spool.h"

/* spool.c; spool_up() and spool_is_syncing() are drain.c's */
struct spool *spool_open(struct store *, struct err *);
void spool_turn_end(void *store);
void spool_up(struct store *);
/* The disk has not answered yet for some that are waiting. */
bool spool_is_syncing(const struct spool *);
void spool_free(struct spool *);

#endif
