/* spool.h - messages kept on disk while Redis is away (SPEC 6). */
#ifndef KENTONGAN_STORE_SPOOL_SPOOL_H
#define KENTONGAN_STORE_SPOOL_SPOOL_H

#include "gateway/base/err.h"
#include "gateway/model/inbound.h"
#include "gateway/store/redis/base.h"

enum spool_rc {
    SPOOL_OK, /* durable after the callback of this turn's fsync */
    SPOOL_FULL,
    SPOOL_FAILED,
};
void store_spool(struct store *, const struct inbound *, void (*f)(void *arg, enum spool_rc), void *arg);
/* Does it take messages?  Not on a full disk, nor when it is full itself. */
bool store_spool_takes(const struct store *);
/* Messages that are kept in it now. */
uint64_t store_spool_kept(const struct store *);
/* Taken in order once Redis is back, case notifications first; done(…, true) deletes, false keeps it. */
void store_on_spooled(struct store *, void (*f)(void *arg, const struct inbound *, void *token), void *arg);
void store_spool_done(struct store *, void *token, bool taken);

#endif
