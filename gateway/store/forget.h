/* forget.h - what Redis holds that speaks of somebody, looked for through all keys of the district, and taken
 * away (SPEC 7: export, forget).
 *
 * Slow on purpose: some thousand keys a second, a few hundred at a time, so that messages go on meanwhile. */
#ifndef KENTONGAN_STORE_FORGET_H
#define KENTONGAN_STORE_FORGET_H

#include "gateway/base/buf.h"
#include "gateway/base/slice.h"
#include "gateway/store/redis/base.h"

struct held {
    struct slice key;   /* without the district's tag: "s:sender:+62…", "duet:", "parked:inbound" */
    struct slice field; /* of a hash; an entry's id; empty: the value of the key itself */
    struct slice value; /* a subject's without its revision */
};

enum held_do {
    HELD_STAYS,
    HELD_GOES,
    HELD_CHANGES, /* to what is in `left` */
};

/* What is looked for: numbers stand there as whole runs of digits, words in any case and anywhere. */
struct store_seek {
    struct slice keys; /* "st:*"; "*": everything */
    const struct slice *numbers, *words;
    unsigned numbers_n, words_n;
    enum held_do (*each)(void *arg, const struct held *, struct buf *left);
    /* changed: how much went or was changed.  STORE_UNAVAILABLE: Redis went away, part of it is done. */
    void (*done)(void *arg, enum store_rc, unsigned changed);
    void *arg;
};

/* The numbers and words must live until done. */
void store_seek(struct store *, const struct store_seek *);

/* A row (model/record.h) goes to every sink, behind all that went before. */
void store_tell_sinks(struct store *, struct slice row, void (*done)(void *arg, enum store_rc), void *arg);
/* Redis writes its file anew, from what it holds now: what was taken away is no longer in it a little later.
 */
void store_rewrite(struct store *);

#endif
