/* private.h - what the files of store/ itself tell each other. */
#ifndef KENTONGAN_STORE_PRIVATE_H
#define KENTONGAN_STORE_PRIVATE_H

#include "gateway/store/redis/shared.h"

/* audit.c */
struct audit *audit_new(struct store *);
void audit_up(struct store *);
void audit_free(struct audit *);

/* queue.c: of commits whose rows stand in one entry with those of another, and are not in its length. */
void queue_ask_joined(struct store *, struct slice stream, redis_cb *, void *arg);
int64_t queue_joined(const redisReply *);

#endif
