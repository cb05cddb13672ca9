/* pg_tables.h - the district database in PostgreSQL: its schema in steps, and the statements that store a
 * batch so that delivering twice changes nothing.
 *
 * Pure.  Tables and views have the names and columns of the SQLite file (sqlite_db.h), so that a reader may
 * look into either. */
#ifndef KENTONGAN_DISTRICT_PG_TABLES_H
#define KENTONGAN_DISTRICT_PG_TABLES_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/district/item.h"
#include "gateway/district/pg.h"
#include "gateway/model/record.h"

enum {
    PG_ROW_KINDS = ROW_FORGET + 1,
    PG_COLUMNS = 17, /* of a record */
    PG_PARAMS = PG_COLUMNS + 2,
};

/* The newest step of the schema. */
unsigned pg_tables_version(void);
/* A script that brings any older schema to it and changes nothing in a newer one: one transaction under an
 * advisory lock, nothing waits longer than five seconds for a lock; also for a DBA with psql. */
void pg_tables_schema(struct buf *);
/* The script of the views, which notes `hash` with them. */
void pg_tables_views(struct buf *, struct slice views, uint64_t hash);

/* Rows on their way: those of the seldom kinds as JSON, records as an array for each column, which costs the
 * server half. */
struct pg_filling {
    struct buf json[PG_ROW_KINDS];
    struct buf columns[PG_PARAMS]; /* then units and years that are to be counted anew */
    const char *params[PG_PARAMS];
    struct arena scratch;
};

void pg_tables_init(struct pg_filling *);
void pg_tables_free(struct pg_filling *);
void pg_tables_clear(struct pg_filling *);
/* Adds the rows of an item; one that cannot be read is refused and adds nothing.  False: they are over the
 * limit. */
bool pg_tables_add(struct pg_filling *, struct item *);
/* The statements that store them, in one transaction; how many.  Valid until the next change. */
unsigned pg_tables_parts(struct pg_filling *, struct pg_part parts[PG_ROW_KINDS]);

#endif
