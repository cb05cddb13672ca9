/* csv.h - strict CSV (RFC 4180, UTF-8, a header row that names the columns) with places for faults. */
#ifndef KENTONGAN_CONF_CSV_H
#define KENTONGAN_CONF_CSV_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"

enum {
    CSV_COLUMNS = 16,
};

struct csv_row {
    struct slice *cells; /* in the order of the wanted columns; missing optional ones empty */
    struct mark *marks;
    struct mark mark;
};

struct csv {
    struct csv_row *rows;
    unsigned n;
};

/* columns: NULL-ended names; a name that begins with '?' may be missing from the file.  Unknown columns,
 * wrong counts of cells, bad quotes and broken UTF-8 are faults.  A BOM, CRLF and empty lines are fine. Cells
 * are trimmed.  What they say and the file's name lie in the arena, the rows in its scratch.  Returns 0 when
 * no fault was added. */
int csv_load(const char *path, const char *const *columns, struct arena *, struct faults *,
             struct csv *out) MUST_CHECK;
int csv_parse(struct slice text, const char *name, const char *const *columns, struct arena *,
              struct faults *, struct csv *out) MUST_CHECK;

#endif
