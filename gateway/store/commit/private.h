/* private.h - what the files of commit/, and the rooms of the store above it, share. */
#ifndef KENTONGAN_STORE_COMMIT_PRIVATE_H
#define KENTONGAN_STORE_COMMIT_PRIVATE_H

#include "gateway/base/uuid.h"
#include "gateway/model/log_line.h"
#include "gateway/store/commit/commit.h"
#include "gateway/store/redis/shared.h"

enum {
    MESSAGE_LOG_MAX =
        100000, /* entries of the log's stream, each of up to 8 messages: past it the oldest are lost */
    MESSAGE_LOG_PARKED = 10000, /* of its entries that could not be read */
};

struct slice store_subject_key(const struct store *, struct key *, const struct subject_ref *);
/* The 16 hex digits in front of a subject's value; never 0. */
bool store_rev_parse(struct slice hex, uint64_t *out) MUST_CHECK;
void store_rev_text(uint64_t rev, char out[STORE_REV + 1]);

/* commit_command.c: what one commit adds to a call of the commit function, into a buffer that it opens (the
 * caller's to free), and what the rest of the store must know of it.  False: larger than COMMIT_COMMAND_MAX,
 * or memory is out. */
enum {
    COMMIT_COMMAND_MAX = 4 * 1024 * 1024,
    COMMIT_COUNTS = 8,
};
struct commit_parts {
    struct buf bytes; /* its keys, then its arguments, as Redis takes them, then its line for the log */
    size_t args_at;   /* where the arguments begin */
    size_t line_at;   /* where the line does; at the end: it has none */
    unsigned keys, args;
    char kind;                     /* commit.lua: c an outcome, p a message that is parked */
    uint8_t counts[COMMIT_COUNTS]; /* of an outcome, as commit.lua has them in its frame */
    char counted; /* commit.lua: 'm' a message, 'r' one that people released, '-' anything else */
};
struct commit_effects {
    uint64_t streams; /* those it adds to */
    int64_t due_ms;   /* its earliest timer; 0 = none */
    bool people;      /* it changes them */
    bool park;
    char *fired; /* the timer that it was: id@due, or NULL; the caller's to free */
    struct {
        size_t key, value; /* where they stand in the bytes */
        unsigned key_n, value_n;
        bool checked; /* only: not written */
    } recall[4];
    unsigned recall_n;
};
bool commit_command(struct store *, const struct inbound *, const char *via, const struct outcome *,
                    struct commit_parts *, struct commit_effects *) MUST_CHECK;
bool commit_command_park(struct store *, const struct inbound *, const char *reason, int64_t now_ms,
                         struct commit_parts *, struct commit_effects *) MUST_CHECK;
/* Bit of a stream in a set of those touched; 0 for a stream that commits do not write. */
uint64_t store_stream_bit(const struct store *, const char *stream);

/* commit.c */
void commits_up(struct store *);
/* What gathered in this turn leaves as one call. */
void commits_turn_end(void *store);
void commits_down(struct store *);
void commits_tick(void *store);
void commits_free(struct store *);

/* alone.c: one commit after the other has a number, from 1 on. */
struct alone *alone_new(void);
void alone_free(struct alone *);
/* What this gateway writes into Redis to be known by. */
struct slice alone_mark(const struct alone *);
/* Tries to be alone, unless it is, or had company just now. */
void alone_ask(struct store *);
/* It is not alone any more; company: since somebody else wrote. */
void alone_over(struct store *, bool company);
/* Which time of being alone this is; 0: it is not. */
uint64_t alone_now(const struct store *);
/* Behind a transaction: the next may leave when alone_guarded() says so. */
void alone_guard(struct store *);
bool alone_guarded(const struct store *);
uint64_t alone_number(struct alone *);
/* oldest: the number of the oldest that has not ended; 0: none. */
void alone_ended(struct alone *, uint64_t oldest);
void alone_wrote(struct alone *, struct slice key, uint64_t number);
/* No commit of this number or a later one wrote there. */
bool alone_unchanged(const struct alone *, struct slice key, uint64_t before);
/* A message looks now. */
void alone_look(const struct store *, struct store_seen *);

/* plain.c: without a question to Redis; of no timer that fired, no tallies, no people. */
bool plain_can(const struct commit_parts *);
/* None of its keys was written by a commit of number `before` or later. */
bool plain_unchanged(const struct alone *, const struct commit_parts *, uint64_t before);
/* What it writes is remembered. */
void plain_wrote(struct alone *, const struct commit_parts *, uint64_t number);
/* All but its rows; cb is called for each command; answers how many there are. */
unsigned plain_send(struct redis *, const struct commit_parts *, redis_cb *cb, void *arg);
/* Its rows for the sinks; empty: it has none. */
struct slice plain_rows(const struct commit_parts *);

/* recall.c: values by key, as Redis has them ("" = no such key); a slice lives until the next call.
 * since_ms: put no longer ago than then, by the monotonic clock. */
struct recall *recall_new(void);
bool recall_get(const struct recall *, struct slice key, int64_t since_ms, struct slice *value) MUST_CHECK;
void recall_put(struct recall *, struct slice key, struct slice value);
void recall_drop(struct recall *, struct slice key);
void recall_clear(struct recall *);
void recall_free(struct recall *);
/* Is it of a kind that is recalled? */
static inline bool recall_takes(enum subject_kind kind)
{
    return kind == SUBJECT_SENDER || kind == SUBJECT_SESSION;
}

/* lease.c */
/* seen: the highest body that the district database knows; 0 = unknown. */
struct lease *lease_new(struct store *, uint64_t seen);
void lease_up(struct store *);
void lease_down(struct store *);
void lease_free(struct lease *);

/* people.c */
struct people_watch *people_new(struct store *);
void people_down(struct store *);
void people_free(struct people_watch *);
/* They were changed here: looks at once. */
void people_changed_now(struct store *);

/* due.c */
struct due *due_new(struct store *);
void due_up(struct store *);
void due_down(struct store *);
void due_free(struct due *);
/* A timer was set for then: looks no later. */
void due_known(struct store *, int64_t due_ms);
/* The message of timer "id@due" has ended: it may be handed out anew when it is set again.  A commit has
 * taken it off the set; parking has not. */
void due_over(struct store *, struct slice provider_id, bool parked);
/* A timer's text as it is kept: with the time at which it was set, for the day on which that clock is
 * corrected. */
void due_text(struct buf *, int64_t set_ms, struct slice text);
/* "id@due" taken apart; false when it is no such thing. */
bool due_parse(struct slice provider_id, struct slice *id, struct slice *due) MUST_CHECK;

/* log_entry.c: what the message log is told of a commit.
 *
 * Is this commit one that people look for?  Not each step of a USSD dialogue, nor a timer that found nothing.
 */
bool message_log_wants(const struct inbound *, const struct outcome *) MUST_CHECK;
/* Appends its line; its SMS stand in *line already. */
void message_log_line(struct buf *, struct log_line *, const struct inbound *, const struct outcome *,
                      struct slice id, const char *reason);

/* sms.c
 *
 * Of a message's SMS number `index`; id: the provider's, or the commit's.  UUIDv8 of time of receipt,
 * provider and id. */
struct uuid_text sms_uuid(const struct inbound *, struct slice id, unsigned index);
/* Its own, in the message log. */
struct uuid_text message_uuid(const struct inbound *, struct slice id);

#endif
