/* keys.h - what each key of Redis (docs/architecture.md) says of somebody: what of it goes when she is
 * forgotten, and what is told when she asks what is held of her. */
#ifndef KENTONGAN_DESK_KEYS_H
#define KENTONGAN_DESK_KEYS_H

#include "gateway/desk/whom.h"
#include "gateway/store/forget.h"

struct keys {
    const struct whom *whom;
    struct pipeline *pipeline; /* has the rules of now */
    struct arena scratch;      /* of one key */
    struct arena shown;        /* its value as people read it */
    struct slice refused;      /* why something that is hers cannot go: a word and prose; empty: all can */
};

/* The same with a value that people can read, until the next; what is left of such a one is stored as it
 * reads (flows/step/blob.h). */
struct held keys_shown(struct keys *, const struct held *);
/* Of what keys_shown() gave.  left: what it changes to. */
enum held_do keys_hold(struct keys *, const struct held *, struct buf *left);

#endif
