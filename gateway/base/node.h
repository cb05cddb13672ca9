/* node.h - JSON of our own making as a tree in an arena: subjects, rows, SMS in their lanes, timers.
 *
 * For text that this program wrote itself and reads again for every message; what others send is read by
 * jansson (parsers/query.h).  Nothing is freed: the arena does that.  Texts of a tree that was read lie in
 * the text it was read from, or in the arena where they had escapes; both must outlive the tree.
 *
 * Every reader takes NULL for a node and finds nothing in it; every writer takes NULL for a tree whose arena
 * failed. */
#ifndef KENTONGAN_BASE_NODE_H
#define KENTONGAN_BASE_NODE_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"

enum node_kind {
    NODE_NULL,
    NODE_FALSE,
    NODE_TRUE,
    NODE_NUMBER,
    NODE_TEXT,
    NODE_LIST,
    NODE_OBJECT,
};

struct node {
    enum node_kind kind;
    struct slice key;    /* its name, as a member of an object */
    struct slice text;   /* NODE_TEXT */
    struct slice raw;    /* of a node that was read: as it stood there */
    struct slice packed; /* the same, of one that was read from packed bytes (packed.h) */
    int64_t number;      /* NODE_NUMBER: its whole part */
    struct node *first, *last, *next;
    unsigned n;          /* children */
    unsigned members;    /* so many, one behind the other, stand in packed: of an object that is made */
    struct arena *arena; /* of a node that was made: its members are made there too */
};

/* Reads one JSON value (RFC 8259) and nothing behind it, at most 24 levels deep, without members of the same
 * name.  NULL: it is none, or the arena is full. */
const struct node *node_read(struct slice text, struct arena *);

/* Members; what is absent or of another kind reads as NULL, empty, 0 or false. */
const struct node *node_get(const struct node *object, const char *key);
const struct node *node_get_named(const struct node *object, struct slice key);
struct slice node_text(const struct node *object, const char *key);
int64_t node_int(const struct node *object, const char *key);
bool node_bool(const struct node *object, const char *key);
/* for (each = node_first(list); each; each = each->next) */
const struct node *node_first(const struct node *list_or_object);

/* --- making one: names and texts must outlive the tree --- */
struct node *node_object(struct arena *);
struct node *node_list(struct arena *);
struct node *node_of_text(struct arena *, struct slice);
struct node *node_of_int(struct arena *, int64_t);
/* What is JSON already, carried as it stands: a part of a tree that was read (its raw), a record's fields. */
struct node *node_of_raw(struct arena *, struct slice json);
/* The same once more, with its children: what was read goes on as it stood.  NULL stays so. */
struct node *node_again(struct arena *, const struct node *);
/* Hangs a node that has no parent yet into an object or a list. */
void node_set(struct node *object, const char *key, struct node *member);
void node_set_named(struct node *object, struct slice key, struct node *member);
void node_add(struct node *list, struct node *item);
/* A new object with the members of one that was read, as they stood; the one of this name is put in the place
 * of its namesake, else at the end.  object may be NULL. */
struct node *node_replaced(const struct node *object, struct slice key, struct node *member, struct arena *);
/* Members; what is empty, 0 or false is left out, since it reads so when it is absent. */
void node_put(struct node *object, const char *key, struct slice text);
void node_put_int(struct node *object, const char *key, int64_t);
void node_put_bool(struct node *object, const char *key, bool);

/* Appends it without blanks, members in their order; what has raw as it stood. */
void node_write(struct buf *, const struct node *);
/* The same, in the arena or where it stood; empty for NULL. */
struct slice node_json(const struct node *, struct arena *);

#endif
