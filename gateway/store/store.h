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

/* One stream ("sink:lokal"): what waits in it or for another try, since when, and what was parked.  NULL when
 * Redis is away. */
struct store_queue {
    uint64_t waiting, parked;
    int64_t oldest_ms; /* wall; 0 = none */
};
void store_queue(struct store *, struct slice stream, void (*f)(void *arg, const struct store_queue *),
                 void *arg);

#endif
