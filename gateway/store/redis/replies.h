/* replies.h - a reader of Redis' replies that lays each into an arena: its elements are dozens for a message,
 * and go together. */
#ifndef KENTONGAN_STORE_REDIS_REPLIES_H
#define KENTONGAN_STORE_REDIS_REPLIES_H

#include <hiredis/hiredis.h>

#include "gateway/base/arena.h"

/* NULL when memory is out; freed by redisReaderFree().  What it reads is redisReply, lives until the arena is
 * reset, and is never given to freeReplyObject().  The arena may be reset after each whole reply. */
redisReader *replies_reader(struct arena *);

#endif
