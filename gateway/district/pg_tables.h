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
#include "gateway/model/record.h"

enum {
    PG_ROW_KINDS = ROW_FORGET + 1,
};

/* The newest step of the schema. */
unsigned pg_tables_version(void);
/* A script that brings any older schema to it and changes nothing in a newer one: one transaction under an
 * advisory lock, nothing waits longer than five seconds for a lock; also for a DBA with psql. */
void pg_tables_schema(struct buf *);
/* The script of the views, which notes `hash` with them. */
void pg_tables_views(struct buf *, struct slice views, uint64_t hash);

/* The SQL that stores rows of that kind out of $1, a jsonb array. */
const char *pg_tables_put(enum row_kind);
/* Appends the rows of an item to the arrays; an item that cannot be read is refused and adds nothing.  False:
 * an array is over its limit. */
bool pg_tables_add(struct buf arrays[PG_ROW_KINDS], struct item *, struct arena *scratch);

#endif
