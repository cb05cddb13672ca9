/* store.h - all Redis knowledge behind one door: load, commit, streams, due set, leases, spool (DESIGN 4, 5;
 * SPEC 6).
 *
 * One connection per district carries loads and commits, pipelined.  Every callback runs exactly once, from
 * the loop, never inside the call that queued it.  Keys carry the hash tag of the district: `{19.06}`. */
#ifndef KENTONGAN_STORE_STORE_H
#define KENTONGAN_STORE_STORE_H

#include "gateway/base/err.h"
#include "gateway/loop/loop.h"
#include "gateway/store/commit/commit.h"
#include "gateway/store/redis/base.h"
#include "gateway/store/spool/spool.h"
#include "gateway/store/stream/stream.h"

struct store_options {
    const char *district;  /* "19.06" */
    const char *state_dir; /* managed Redis lives in <state>/redis, the spool in <state>/spool */
    bool managed;
    const char *address;       /* not managed: "unix:/…" or "127.0.0.1:6379" */
    const char *password_file; /* or NULL */
    bool strict;               /* refuse to run on a Redis that may forget (SPEC 6) */
    const char *const *sinks;  /* names: each gets its stream */
    unsigned sinks_n;
    const char *const *providers; /* names: each gets its lanes */
    unsigned providers_n;
    unsigned default_provider; /* index: carries what has no question (timers, staff) */
    int64_t dup_ttl_ms;        /* 7 days */
    uint64_t seen_body;        /* the highest body of a number that others remember; 0 = unknown */
};

/* Opens (managed: starts or takes over) and loads the function library.  cb comes once when the store first
 * serves, or with an error when it never can (strict refusal, unusable binary). */
struct store *store_open(struct loop *, const struct store_options *,
                         void (*ready)(void *, const struct err *), void *arg, struct err *);
/* Finishes what is under way (at most ms), stops a managed Redis, then calls done; the store is freed. */
void store_close(struct store *, int64_t ms, void (*done)(void *), void *arg);

/* For ctl, metrics and bench. */
void store_figures(struct store *, void (*f)(void *arg, const struct store_figures *), void *arg);

/* From receipt to each acknowledgement, at one moment, since Redis began to count (`ctl audit`).
 *
 * accepted = carried_out + parked_first, and what is still spooled; every parking = parked + dropped +
 * released; of each stream entered = done + waiting + again + parked + dropped + moved.  What is missing in
 * such a sum (or too much, below 0) is told: it should be 0. */
struct store_audit_stream {
    const char *name;                /* "sink:lokal", "sms:kannel:3" */
    bool opened;                     /* somebody takes from it */
    int64_t entered;                 /* by commits, or moved here */
    uint64_t done;                   /* acknowledged by the sink; sent, or no news any more */
    uint64_t waiting, again;         /* in the stream; put aside until the next try */
    uint64_t in_hand;                /* of those in the stream, a bundle as one */
    uint64_t parked, dropped, moved; /* for people; thrown away, moved elsewhere by them */
    int64_t oldest_ms;               /* wall, of what waits; 0 = none */
    int64_t missing;
};
struct store_audit {
    int64_t since_ms;
    uint64_t carried_out, parked_first; /* messages of people, each once */
    uint64_t with_rows;                 /* commits that had rows for the sinks */
    uint64_t spooled;                   /* in this gateway's spool: in no other count */
    uint64_t parkings, parked, dropped; /* messages and timers */
    uint64_t released, on_their_way;    /* by people, and of those not carried out yet */
    uint64_t carried_again;             /* messages that were released */
    int64_t missing;
    const struct store_audit_stream *streams;
    unsigned streams_n;
};
/* Valid during the call; NULL when Redis is away. */
void store_audit(struct store *, void (*f)(void *arg, const struct store_audit *), void *arg);

/* One stream ("sink:lokal"): what waits in it or for another try, since when, and what was parked.  NULL when
 * Redis is away. */
struct store_queue {
    uint64_t waiting, parked;
    int64_t oldest_ms; /* wall; 0 = none */
};
void store_queue(struct store *, struct slice stream, void (*f)(void *arg, const struct store_queue *),
                 void *arg);

#endif
