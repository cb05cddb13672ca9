/* exports.h - rows of config/rules/exports.yaml: the tables that offices copy into other systems, as CSV. */
#ifndef KENTONGAN_CONF_EXPORTS_H
#define KENTONGAN_CONF_EXPORTS_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"

#define EXPORTS_FILE "exports.yaml"

enum {
    EXPORT_COLUMNS = 40,
};

struct export_column {
    struct slice head, is; /* is: SQL */
    bool place;            /* a place's code: its name is written */
};

struct export
{
    struct slice name, words;
    struct slice from, month, place, posyandu, order; /* SQL */
    struct export_column columns[EXPORT_COLUMNS];
    unsigned columns_n;
};

struct export_set {
    struct export *all;
    unsigned n;
};

/* FOLDER/exports.yaml; a file that is not there has none.  NULL when a fault was added. */
const struct export_set *exports_load(const char *folder, struct arena *, struct faults *);
/* NULL: no such one. */
const struct export *export_of(const struct export_set *, struct slice name);

#endif
