/* base.h - what every room of the store and its callers share: the store itself, how a call ended, figures.
 */
#ifndef KENTONGAN_STORE_REDIS_BASE_H
#define KENTONGAN_STORE_REDIS_BASE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/err.h"

struct store;

enum {
    STORE_LANES = 4, /* of a provider: answers, alerts, bulk, and emergencies */
};

enum store_rc {
    STORE_OK,
    STORE_DUPLICATE,   /* this provider id was committed before */
    STORE_CONFLICT,    /* a revision moved: load again */
    STORE_UNAVAILABLE, /* Redis is away, or the deadline passed with the connection lost: nothing is known */
};

bool store_up(const struct store *);
/* Why Redis is not used now and what mends it, for people; NULL while it is up. */
const char *store_trouble(const struct store *);

/* All of a managed Redis in one file, by BGSAVE: f gets its path, or why there is none.  False: Redis is
 * away, or not managed. */
bool store_snapshot(struct store *, void (*f)(void *arg, const char *path, const struct err *), void *arg);

struct store_figures {
    uint64_t commits, conflicts, duplicates, reconnects, spooled, parked;
    uint64_t redis_usec; /* Redis' own CPU spent in our functions, from INFO commandstats */
    uint64_t sink_waiting, lane_waiting, due_waiting, log_waiting;
};

#endif
