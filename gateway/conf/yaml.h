/* yaml.h - strict YAML as a tree in which every node knows its place (libyaml's event API beneath).
 *
 * Refused with file, line and column: anchors, aliases, tags, double keys, more than 16 levels, more than 4
 * MiB, more than one document.  Scalars stay text; who reads them decides what they are.  Unknown keys are
 * the reader's to refuse: yaml_done() names each key of a map that nobody asked for. */
#ifndef KENTONGAN_CONF_YAML_H
#define KENTONGAN_CONF_YAML_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"

enum yaml_kind {
    YAML_SCALAR,
    YAML_LIST,
    YAML_MAP,
};

struct yaml {
    enum yaml_kind kind;
    struct mark mark;  /* of the value */
    struct slice text; /* YAML_SCALAR */
    bool quoted;       /* scalar in quotes */
    struct slice key;  /* when it is a member of a map */
    struct mark key_mark;
    struct yaml *first, *next; /* children, siblings */
    unsigned n;                /* children */
    bool asked;                /* a reader asked for this key */
};

/* NULL when the file cannot be read or is not strict YAML (faults say why).  An empty file is an empty map.
 * The file's name in the marks and all text live in the arena, the tree in its scratch. */
struct yaml *yaml_load(const char *path, struct arena *, struct faults *);
/* The same from memory; `name` stands in the marks. */
struct yaml *yaml_parse(struct slice text, const char *name, struct arena *, struct faults *);

/* A member of a map, marked as asked for; NULL when there is none. */
struct yaml *yaml_get(struct yaml *map, const char *key);
/* Readers of a member: the default when it is missing; a fault at its place when it is of another shape. */
struct slice yaml_text(struct yaml *map, const char *key, const char *fallback, struct faults *);
bool yaml_bool(struct yaml *map, const char *key, bool fallback,
               struct faults *); /* yes no true false on off */
int64_t yaml_int(struct yaml *map, const char *key, int64_t fallback, int64_t min, int64_t max,
                 struct faults *);
/* Thousandths: "9.2" gives 9200. */
int64_t yaml_milli(struct yaml *map, const char *key, int64_t fallback, struct faults *);
bool yaml_scalar_milli(const struct yaml *, int64_t *out);
/* A list of scalars, or one scalar as a list of one; NULL and *n = 0 when missing. */
struct slice *yaml_texts(struct yaml *map, const char *key, unsigned *n, struct arena *, struct faults *);
struct yaml *yaml_map(struct yaml *map, const char *key, struct faults *);  /* NULL when missing */
struct yaml *yaml_list(struct yaml *map, const char *key, struct faults *); /* NULL when missing */
/* A member that must be there: its absence is a fault at the map. */
struct yaml *yaml_need(struct yaml *map, const char *key, struct faults *);
/* Unknown keys: a fault each, with the nearest known key where one is one edit away. */
void yaml_done(const struct yaml *map, struct faults *);
#define YAML_EACH(child, parent)                                                                             \
    for (struct yaml *child = (parent) ? (parent)->first : NULL; child; child = child->next)

#endif
