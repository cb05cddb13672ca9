/* sqlite_worker.h - a stream's entries on their way into an SQLite file: batches of feed.h, each one a
 * transaction on a worker thread of its own.
 *
 * An entry that can never be stored is parked with a reason; while the file is busy, full or gone the entries
 * go back with growing delay and nothing more is taken, for days if need be.  Never blocks the loop. */
#ifndef KENTONGAN_DISTRICT_SQLITE_WORKER_H
#define KENTONGAN_DISTRICT_SQLITE_WORKER_H

#include "gateway/district/feed.h"
#include "gateway/district/sqlite_file.h"

enum {
    SQLITE_BATCH = FEED_BATCH_MOST, /* pages that many rows touch are written once a batch */
};

struct sqlite_worker;

/* What the thread does; it neither logs nor counts. */
struct sqlite_work {
    /* Opens the file if need be.  NEVER ends sqlite_worker_open(). */
    enum sqlite_rc (*ready)(void *arg, struct err *);
    enum sqlite_rc (*store)(void *arg, struct item *, unsigned n, struct err *);
    /* A batch failed: the file may have been replaced or unmounted, begin afresh.  Also at the end. */
    void (*close)(void *arg);
    void *arg;
    const char *kind; /* how its thread is called; outlives the process */
    int linger_ms;    /* as in feed.h */
};

/* Consumer of the stream; `name` is how the log calls it.  The work is copied.  NULL with an error. */
struct sqlite_worker *sqlite_worker_open(struct loop *, struct store *, const char *stream, const char *name,
                                         const struct sqlite_work *, struct err *);
/* run(arg) on the thread, between two batches (the file may not be open), then done(arg) in the loop, never
 * inside this call.  False when memory is out.  A worker that is closed drops it: done comes, run did not. */
bool sqlite_worker_ask(struct sqlite_worker *, void (*run)(void *arg), void (*done)(void *arg),
                       void *arg) MUST_CHECK;
/* Waits for the batch at work (a few seconds at the very most), ends its entries, gives the rest back.  Call
 * it before the store is closed. */
void sqlite_worker_close(struct sqlite_worker *);
/* False while the file cannot be written: /readyz says degraded. */
bool sqlite_worker_up(const struct sqlite_worker *);
const struct feed *sqlite_worker_feed(const struct sqlite_worker *);

#endif
