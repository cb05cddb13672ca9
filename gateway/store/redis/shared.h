/* shared.h - what the rooms of the store share: one district on one Redis, its keys, its connections.
 *
 * Each room keeps its own state behind a pointer here, which no other room follows.  No room outside the
 * store may include it. */
#ifndef KENTONGAN_STORE_REDIS_SHARED_H
#define KENTONGAN_STORE_REDIS_SHARED_H

#include "gateway/base/buf.h"
#include "gateway/base/err.h"
#include "gateway/loop/loop.h"
#include "gateway/store/redis/base.h"
#include "gateway/store/redis/redis.h"

enum {
    STORE_SINKS = 8,
    STORE_PROVIDERS = 16,
    STORE_REV = 16, /* a subject's value begins with the id of the commit that wrote it, 16 hex digits */
    STORE_KEY_MAX = 320,
};

struct managed;
struct wires;
struct alone;
struct recall;
struct lease;
struct due;
struct released;
struct peers;
struct orphans;
struct audit;
struct people_watch;
struct spool;
struct commit;

struct message_log;
struct receipts;
struct consumer;
struct loop_timer;
struct store;

/* Other gateways on this Redis, as peers.c knows them. */
enum company {
    COMPANY_UNKNOWN, /* Redis has not said yet, since it is up */
    COMPANY_NONE,    /* none ever served this district here */
    COMPANY_NEW,     /* one may hold what it has no name on, and has not heard us yet */
    COMPANY_SETTLED,
};

/* What a lower room tells those above it: store.c hands it round. */
struct store_tell {
    void (*up)(struct store *);                           /* all connections are greeted */
    void (*down)(struct store *);                         /* one was lost */
    void (*ready)(struct store *, const struct err *);    /* the first greeting ended (NULL: well) */
    void (*committing)(struct store *, uint64_t streams); /* commits that add to these have just left */
};

struct store {
    const struct store_tell *tell;
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
    enum company company;
    struct redis *redis; /* the first of them */
    bool up, closing, freeing;
    struct err trouble; /* why Redis is not used now, and what mends it */

    void (*ready)(void *, const struct err *);
    void *ready_arg;

    uint64_t commit_id; /* of the last commit: random at the start, then counted */
    struct commit *commits, *last_commit, *commits_unsent; /* unsent: the first; all behind it are too */
    unsigned commits_n, commit_calls;                      /* calls under way */
    struct loop_timer *commit_tick;
    struct buf commit_scratch[2]; /* commit_command.c */
    struct alone *alone;
    struct recall *recall;
    struct lease *lease;
    struct due *due;
    struct people_watch *people;
    struct message_log *message_log;
    struct receipts *receipts;
    struct spool *spool;
    struct consumer *consumers;
    struct released *released;
    struct peers *peers;
    struct orphans *orphans;
    struct audit *audit;
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

/* Of the hash in which Redis counts what went through (shared.lua). */
struct slice store_count_key(const struct store *, struct key *);

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

#endif
