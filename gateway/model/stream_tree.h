/* stream_tree.h - what goes through a stream as a tree: packed, or JSON that an earlier version left there.
 * Its first byte says which (gateway/base/packed.h). */
#ifndef KENTONGAN_MODEL_STREAM_TREE_H
#define KENTONGAN_MODEL_STREAM_TREE_H

#include "gateway/base/codec.h"

/* The names that are numbers there. */
const struct packed_names *stream_names(void);
/* NULL: broken, or the arena is full.  The bytes must outlive the tree. */
const struct node *stream_read(struct slice, struct arena *);
/* The first of several, between two of which a line ends; *rest: those behind it, none behind a broken one.
 */
const struct node *stream_next(struct slice *rest, struct arena *);
/* The same into the struct of a table, which is zero but for the places of its lists.  False also when
 * something in it is not as the table says. */
bool stream_take(struct slice *rest, const struct codec *, struct arena *, void *to) MUST_CHECK;
/* For people: as JSON, one a line; what is broken is left out. */
struct slice stream_shown(struct slice, struct arena *);

#endif
