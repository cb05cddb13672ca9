/* generation.h - one loaded configuration with the people of the store, swapped whole; an old one lives until
 * the jobs that began with it are done. */
#ifndef KENTONGAN_GENERATION_H
#define KENTONGAN_GENERATION_H

#include "flows/ruleset.h"
#include "gateway/conf/config.h"
#include "gateway/model/people.h"

struct generation {
    struct arena arena;
    struct config *config;
    struct ruleset *rules;
    struct generation *base;  /* whose configuration this one shares; NULL when it was loaded itself */
    struct generation *older; /* what it took the place of */
    struct person **stored;   /* people as the store said last */
    unsigned stored_n;
    int64_t replaced_ms; /* mono; 0: not yet */
    bool needs_restart;  /* it names another port or state folder, which only a start opens */
};

/* From the files; NULL and faults when there are any. */
struct generation *generation_load(const char *path, struct faults *);
/* The configuration of `of` (or of its base) with the people that the store keeps.  *merged: also those of
 * the file that the store is to be given, in the scratch.  NULL when memory is out. */
struct generation *generation_with_people(struct generation *of, const struct person *const *stored,
                                          unsigned stored_n, struct arena *scratch, struct people *merged);
/* The one that was loaded itself: it lives until a reload. */
static inline struct generation *generation_base(struct generation *g)
{
    return g->base ? g->base : g;
}

/* Frees all that are older than `now` and were replaced a while ago, but for those that `held` says somebody
 * works with, and what others lean on. */
void generation_free_older(struct generation *now, int64_t mono_ms,
                           bool (*held)(void *arg, const struct ruleset *), void *arg);
/* Frees it and all that are older. */
void generation_free_all(struct generation *now);

#endif
