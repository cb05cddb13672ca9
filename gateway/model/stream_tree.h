/* stream_tree.h - what goes through a stream as a tree: packed, or JSON that an earlier version left there.
 * Its first byte says which (gateway/base/packed.h). */
#ifndef KENTONGAN_MODEL_STREAM_TREE_H
#define KENTONGAN_MODEL_STREAM_TREE_H

#include "gateway/base/packed.h"

/* The names that are numbers there. */
const struct packed_names *stream_names(void);
/* NULL: broken, or the arena is full.  The bytes must outlive the tree. */
const struct node *stream_read(struct slice, struct arena *);
/* For people: as JSON; empty when it is broken. */
struct slice stream_shown(struct slice, struct arena *);

#endif
