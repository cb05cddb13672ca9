/* values.h - trees of values (base/node.h) that hang in more than one place. */
#ifndef KENTONGAN_CONSOLE_VALUES_H
#define KENTONGAN_CONSOLE_VALUES_H

#include "gateway/base/node.h"

/* The same tree anew, texts and all in the arena: a node hangs in one tree alone. */
struct node *values_copy(const struct node *, struct arena *);

/* The same without members called _x, which are for a page's own use and may hold what is masked. */
struct node *values_public(const struct node *, struct arena *);
/* The same object with this member in the place of its namesake. */
struct node *values_with(const struct node *, const char *key, struct node *member, struct arena *);
/* A member that is there when it is 0, too. */
void values_int(struct node *object, const char *key, int64_t);

#endif
