/* feed.h - a stream's entries in batches on their way to one destination that may be away for days.
 *
 * Takes entries, lets them wait for company, hands over one batch at a time and ends each entry only when the
 * destination has said what became of it: stored, never (parked with a reason), or later.  While the
 * destination is away (the circuit) what it did not take goes back into the stream with growing delay and
 * nothing more is taken.  Never blocks the loop; knows no destination. */
#ifndef KENTONGAN_DISTRICT_FEED_H
#define KENTONGAN_DISTRICT_FEED_H

#include "gateway/district/item.h"
#include "gateway/loop/loop.h"
#include "gateway/store/store.h"

enum {
    FEED_BATCH = 1024,
    FEED_BATCH_MOST = 2048,
};

struct feed;

struct feed_work {
    /* Carries out n items (1 to `batch`); each is marked refused or later, or it is stored.  feed_ended()
     * says that the batch is over: exactly once, from the loop, also inside this call. */
    void (*deliver)(void *arg, struct item *, unsigned n);
    /* The n items that deliver() will be given next, while it is still at work: what can be done ahead.  May
     * be NULL. */
    void (*prepare)(void *arg, struct item *, unsigned n);
    void *arg;
    unsigned batch; /* 1 to FEED_BATCH_MOST */
    int linger_ms;  /* between two batches that are not full: rows that share a transaction cost a fraction */
};

struct feed_figures {
    uint64_t stored, retried, parked; /* entries, since start */
    unsigned in_hand;                 /* taken from the stream, not yet ended */
    double per_second;                /* stored, over the last minute or so */
    bool up;
    struct err trouble; /* the last one; empty when there was none */
    int64_t trouble_ms; /* wall */
};

/* Consumer of the stream; `name` is how the log calls it.  NULL with an error. */
struct feed *feed_open(struct loop *, struct store *, const char *stream, const char *name,
                       const struct feed_work *, struct err *);
/* The batch under way is over.  trouble: the destination is away, and all that is not marked refused comes
 * again. */
void feed_ended(struct feed *, const struct err *trouble);
/* The destination asked not to be asked again so soon (Retry-After; an hour at most); for the next trouble.
 */
void feed_not_before(struct feed *, int64_t ms);
/* The destination was found away before anything was handed over. */
void feed_trouble(struct feed *, const struct err *);
/* Hands over what waits for company, if nothing is under way: the end is near. */
void feed_hurry(struct feed *);
/* Gives back what is in hand: deliver() must be at rest.  NULL is none.  Call it before the store is closed.
 */
void feed_close(struct feed *);
/* False while the destination is away: /readyz says degraded. */
bool feed_up(const struct feed *);
void feed_figures(const struct feed *, struct feed_figures *);

#endif
