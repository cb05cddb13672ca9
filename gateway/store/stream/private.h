/* private.h - what the files of stream/ and store.c share. */
#ifndef KENTONGAN_STORE_STREAM_PRIVATE_H
#define KENTONGAN_STORE_STREAM_PRIVATE_H

#include "gateway/store/commit/private.h"
#include "gateway/store/redis/shared.h"
#include "gateway/store/stream/stream.h"

/* parked.c */
void released_free(struct store *);

/* consumer.c */
void consumers_up(struct store *);
void consumers_down(struct store *);
void consumers_free(struct store *);
void consumers_turn_end(void *store);
/* Others may have taken what we hold: Redis is asked what of it is still ours. */
void consumers_doubt(struct store *);
bool consumers_doubting(const struct store *);
/* What the gateway of that name has in its hands, or read in nobody's name, becomes ours, to be read as
 * recovered. */
void consumers_take(struct store *, const char *from);
/* Whether there are other gateways is known now: consumers may read. */
void consumers_begin(struct store *);
/* We are not the only gateway any more: what we hold in nobody's name gets ours. */
void consumers_name(struct store *);
bool consumers_has(const struct store *, struct slice stream);
void consumers_wake(struct store *, uint64_t streams);

/* peers.c */
struct peers *peers_new(struct store *);
void peers_up(struct store *);
void peers_down(struct store *);
void peers_free(struct peers *);

/* orphans.c */
struct orphans *orphans_new(struct store *);
void orphans_up(struct store *);
void orphans_down(struct store *);
void orphans_free(struct orphans *);

/* receipts.c */
struct receipts *receipts_new(struct store *);
void receipts_free(struct receipts *);
void receipts_turn_end(void *store);

/* message_log.c: one JSON object a line, read by district/log_db.c */
struct message_log *message_log_new(struct store *);
void message_log_free(struct message_log *);
void message_log_up(struct store *);
void message_log_turn_end(void *store);
/* The provider's id of an SMS or of one part of it. */
void message_log_their_id(struct store *, const char *provider, struct slice their_id, struct slice uuid);

#endif
