/* store_private.h - what the files of the store share.  No other room may include it. */
#ifndef KENTONGAN_STORE_STORE_PRIVATE_H
#define KENTONGAN_STORE_STORE_PRIVATE_H

#include "gateway/base/buf.h"
#include "gateway/base/uuid.h"
#include "gateway/store/redis/redis.h"
#include "gateway/store/store.h"

enum {
    STORE_WATCHERS = 8,
    STORE_SINKS = 8,
    STORE_PROVIDERS = 16,
    STORE_LANES = 3,
    STORE_REV = 16, /* a subject's value begins with the id of the commit that wrote it, 16 hex digits */
    STORE_KEY_MAX = 320,
    MESSAGE_LOG_MAX = 200000,   /* entries of the log's stream, some 150 MB: past it the oldest are lost */
    MESSAGE_LOG_PARKED = 10000, /* of its entries that could not be read */
};

struct managed;
struct wires;
struct recall;
struct lease;
struct due;
struct released;
struct people_watch;
struct spool;
struct commit;

struct store {
    struct loop *loop;
    char *district, *state_dir, *password_file;
    bool strict;
    char *sinks[STORE_SINKS];
    unsigned sinks_n;
    char *providers[STORE_PROVIDERS];
    unsigned providers_n, default_provider;
    int64_t dup_ttl_ms;

    int lock_fd; /* <state>/gateway.lock */
    struct managed *managed;
    struct wires *wires;
    struct redis *redis; /* the first of them */
    bool up, closing, freeing;

    void (*ready)(void *, const struct err *);
    void *ready_arg;
    struct {
        void (*f)(void *, bool);
        void *arg;
    } watchers[STORE_WATCHERS];
    unsigned watchers_n;

    uint64_t commit_id; /* of the last commit: random at the start, then counted */
    struct commit *commits, *last_commit;
    unsigned commits_n;
    struct loop_timer *commit_tick;
    struct recall *recall;
    struct lease *lease;
    struct due *due;
    struct people_watch *people;
    struct message_log *message_log;
    struct spool *spool;
    struct consumer *consumers;
    struct released *released;
    char consumer_name[96];
    struct store_figures figures;

    void (*closed)(void *);
    void *closed_arg;
    struct loop_timer *close_tick;
    int64_t close_by_ms;
};

/* A key: "{19.06}kind:a:b"; parts too long for one become their SHA-256. */
struct key {
    char text[STORE_KEY_MAX];
};
struct slice store_key(const struct store *, struct key *, const char *kind, struct slice a, struct slice b);

struct slice store_subject_key(const struct store *, struct key *, const struct subject_ref *);
/* The 16 hex digits in front of a subject's value; never 0. */
bool store_rev_parse(struct slice hex, uint64_t *out) MUST_CHECK;

/* What wires.c tells the rest: all are greeted; one was lost; the first greeting ended (NULL: well). */
void store_came_up(struct store *);
void store_went_down(struct store *);
void store_tell_ready(struct store *, const struct err *);

/* wires.c */
struct wires *wires_new(struct store *, const char *address, struct err *);
void wires_connect(struct wires *);
void wires_stop(struct wires *);
void wires_free(struct wires *);
/* Commands without a reply yet. */
unsigned wires_pending(const struct wires *);
/* The connection for what is of one sender: its commands stay in order.  The first for an empty slice. */
struct redis *wire_of(const struct store *, struct slice sender);
/* A reply that says that this Redis cannot serve now (-MISCONF, -OOM, -LOADING …): goes down, comes again. */
void store_refused(struct store *, const redisReply *);

/* A reply that matters only when it is an error. */
void store_ignore(void *store, const redisReply *);

/* commit_command.c: the bytes of a call, into a buffer that it opens (the caller's to free), and what the
 * rest of the store must know of it.  False: larger than COMMIT_COMMAND_MAX, or memory is out. */
enum {
    COMMIT_COMMAND_MAX = 4 * 1024 * 1024,
};
struct commit_effects {
    uint64_t streams; /* those it adds to */
    int64_t due_ms;   /* its earliest timer; 0 = none */
    bool people;      /* it changes them */
    bool park;
    char *fired; /* the timer that it was: id@due, or NULL; the caller's to free */
    struct {
        size_t key, value; /* where they stand in the command */
        unsigned key_n, value_n;
        bool checked; /* only: not written */
    } recall[4];
    unsigned recall_n;
};
bool commit_command(struct store *, const struct inbound *, const char *via, const struct outcome *,
                    struct buf *out, struct commit_effects *) MUST_CHECK;
bool commit_command_park(struct store *, const struct inbound *, const char *reason, int64_t now_ms,
                         struct buf *out, struct commit_effects *) MUST_CHECK;
/* Bit of a stream in a set of those touched; 0 for a stream that commits do not write. */
uint64_t store_stream_bit(const struct store *, const char *stream);

/* commit.c */
void commits_up(struct store *);
void commits_down(struct store *);
void commits_tick(void *store);
void commits_free(struct store *);

/* recall.c: values by key, as Redis has them ("" = no such key); a slice lives until the next call. */
struct recall *recall_new(void);
bool recall_get(const struct recall *, struct slice key, struct slice *value) MUST_CHECK;
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
struct lease *lease_new(struct store *);
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
/* "id@due" taken apart; false when it is no such thing. */
bool due_parse(struct slice provider_id, struct slice *id, struct slice *due) MUST_CHECK;

/* parked.c */
void released_free(struct store *);

/* consumer.c */
void consumers_up(struct store *);
void consumers_down(struct store *);
void consumers_free(struct store *);
void consumers_turn_end(void *store);
void consumers_wake(struct store *, uint64_t streams);

/* spool.c */
struct spool *spool_open(struct store *, struct err *);
void spool_turn_end(void *store);
void spool_up(struct store *);
void spool_free(struct spool *);

/* managed.c */
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

/* inbound_text.c: the versioned text form of an inbound, for the spool and for parking. */
void inbound_encode(struct buf *, const struct inbound *);
/* Is this text that of an urgent one?  Seen without parsing. */
bool inbound_urgent(struct slice text);
int inbound_decode(struct slice text, struct arena *, struct inbound *out, struct err *) MUST_CHECK;

/* message_log.c: one JSON object a line, read by district/log_db.c */
struct message_log *message_log_new(struct store *);
void message_log_free(struct message_log *);
void message_log_up(struct store *);
void message_log_turn_end(void *store);
/* Is this commit one that people look for?  Not each step of a USSD dialogue, nor a timer that found nothing.
 */
bool message_log_wants(const struct inbound *, const struct outcome *) MUST_CHECK;
/* The entry of a commit: begin, each SMS in order (encoded as in its lane), end. */
void message_log_begin(struct buf *, const struct inbound *, const struct outcome *, struct slice id,
                       struct slice reason);
void message_log_sms(struct buf *, const char *provider, unsigned lane, struct slice encoded);
void message_log_end(struct buf *, const struct outcome *);
/* The provider's id of an SMS or of one part of it. */
void message_log_their_id(struct store *, const char *provider, struct slice their_id, struct slice uuid);

/* sms.c */
void sms_encode(struct buf *, const struct lane_sms *);
/* Of a message's SMS number `index`; id: the provider's, or the commit's.  UUIDv8 of time of receipt,
 * provider and id. */
struct uuid_text sms_uuid(const struct inbound *, struct slice id, unsigned index);
/* Its own, in the message log. */
struct uuid_text message_uuid(const struct inbound *, struct slice id);

#endif
