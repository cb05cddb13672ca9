/* redis.h - one pipelined connection to a Redis server: commands out, replies back in order, own deadlines.
 *
 * hiredis gives the reply parser; the socket is ours, because hiredis 0.14.1's asynchronous half has neither
 * connect timeout nor command deadline, writes with SIGPIPE, and frees itself under its callers.  Commands
 * queued in one turn of the loop leave in one write at its end.
 *
 * A reply of NULL means that the connection was lost first: what became of the command is unknown. */
#ifndef KENTONGAN_STORE_REDIS_REDIS_H
#define KENTONGAN_STORE_REDIS_REDIS_H

#include <hiredis/hiredis.h>

#include "gateway/base/err.h"
#include "gateway/base/slice.h"
#include "gateway/loop/loop.h"

struct redis;

struct redis_events {
    /* Before each attempt to connect (a managed server is looked after here); false: try again later. */
    bool (*before)(void *arg);
    void (*connected)(void *arg); /* commands may be sent: time to greet */
    void (*lost)(void *arg);      /* just before every pending reply is given as NULL */
    void *arg;
};

/* The reply belongs to the connection and is gone after the call. */
typedef void redis_cb(void *arg, const redisReply *reply);

/* address: "unix:/path" or "127.0.0.1:6379", "[::1]:6379"; numeric, so that nothing blocks on a name. */
struct redis *redis_new(struct loop *, const char *address, const struct redis_events *, struct err *);
/* Pending replies are given as NULL first. */
void redis_free(struct redis *);
/* What is sent waits for the end of the turn, and leaves together: for a connection that writes, since each
 * turn of Redis that wrote something ends in a sync. */
void redis_gathers(struct redis *);
/* Connects now, and again with back-off whenever the connection is lost. */
void redis_connect(struct redis *);
/* The connection is of no use (wrong answer, refusal): drops it soon and comes again with back-off. */
void redis_drop(struct redis *, const char *why);
/* No more attempts after the next loss. */
void redis_stop(struct redis *);
/* Greeted and fit for work: the back-off starts from the bottom again. */
void redis_settled(struct redis *);
bool redis_ready(const struct redis *);
/* Commands without a reply yet. */
unsigned redis_pending(const struct redis *);
/* Times that a connection was made. */
uint64_t redis_connects(const struct redis *);

/* One command: begin with the number of its parts, add each, send.  Without a connection the callback comes
 * soon with NULL. */
void redis_begin(struct redis *, unsigned parts);
void redis_part(struct redis *, struct slice);
void redis_str(struct redis *, const char *);
void redis_i64(struct redis *, int64_t);
/* One part of several texts with a character between them. */
void redis_joined(struct redis *, const struct slice *texts, unsigned n, char between);
/* Parts that were written by redis_format_*, as they stand. */
void redis_formatted(struct redis *, struct slice parts);
void redis_send(struct redis *, redis_cb *, void *arg);
/* A command that was written by redis_format_* into a buffer of the caller's, so that it can be sent again.
 */
void redis_send_raw(struct redis *, struct slice command, redis_cb *, void *arg);
/* NULL-ended words. */
void redis_words(struct redis *, redis_cb *, void *arg, ...) __attribute__((sentinel));

struct buf;
void redis_format_begin(struct buf *, unsigned parts);
void redis_format_part(struct buf *, struct slice);
void redis_format_i64(struct buf *, int64_t);

/* Readers of replies; the empty slice or fallback when it is of another type. */
struct slice redis_slice(const redisReply *);
int64_t redis_int(const redisReply *, int64_t fallback);
/* The time in the id of a stream's entry, "1764313920000-0"; 0 when it is none. */
int64_t redis_id_ms(struct slice id);
static inline bool redis_is_error(const redisReply *r)
{
    return !r || r->type == REDIS_REPLY_ERROR;
}

#endif
