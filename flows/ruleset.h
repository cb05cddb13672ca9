/* ruleset.h - all data of a configuration put together and checked against each other: forms, places, people,
 * texts, rules, menus.
 *
 * Reads files, nothing else.  Used by serve, check, parse, phone and card alike, so that what `check` passes
 * is what `serve` runs on. */
#ifndef KENTONGAN_FLOWS_RULESET_H
#define KENTONGAN_FLOWS_RULESET_H

#include "gateway/conf/config.h"
#include "gateway/model/people.h"

/* NULL when a fault was added; warnings do not stop it.  Everything lives in the arena (give it 64 MiB), and
 * the config must live as long. */
struct ruleset *ruleset_load(const struct config *, struct arena *, struct faults *);
/* The same with other people, who sit at places of the base (which must outlive it).  NULL when the arena is
 * full. */
struct ruleset *ruleset_with_people(const struct ruleset *base, struct people *, struct arena *);
/* What does not lie in the arena; call before the arena is freed.  NULL is fine. */
void ruleset_free(struct ruleset *);

enum {
    RULESET_ARENA = 64 << 20, /* bytes enough for a large district */
};

#endif
