/* sqlite_db.h - the district database as one SQLite file (SPEC 5): schema, views of the forms, and storing
 * batches of rows so that delivering twice changes nothing.
 *
 * Blocking, and used by one thread at a time: the worker of sqlite.c, or a test.  Knows no stream, no loop
 * and no log; what went wrong is told in `struct err`, without a value of a row. */
#ifndef KENTONGAN_DISTRICT_SQLITE_DB_H
#define KENTONGAN_DISTRICT_SQLITE_DB_H

#include "gateway/base/buf.h"
#include "gateway/district/sqlite_file.h"
#include "gateway/model/form.h"

/* docs/indicators.md: what is counted, and the counts. */
#define SQLITE_DB_INDICATOR                                                                                  \
    "CREATE TABLE indicator (id TEXT PRIMARY KEY NOT NULL, klaster TEXT NOT NULL, words TEXT NOT NULL,"      \
    " target REAL, direction TEXT NOT NULL, grade TEXT NOT NULL, source TEXT NOT NULL, version INTEGER NOT " \
    "NULL,"                                                                                                  \
    " denominator TEXT NOT NULL, position INTEGER NOT NULL) STRICT;"
#define SQLITE_DB_INDICATOR_VALUE                                                                            \
    "CREATE TABLE indicator_value (indicator TEXT NOT NULL, place TEXT NOT NULL, month TEXT NOT NULL,"       \
    " n INTEGER NOT NULL, d INTEGER, n_year INTEGER NOT NULL, d_year INTEGER, computed_at TEXT NOT NULL,"    \
    " PRIMARY KEY (place, month, indicator)) STRICT, WITHOUT ROWID;"

/* As sqlite_file_open(); sqlite_file_close() closes it. */
enum sqlite_rc sqlite_db_open(const char *path, int busy_ms, struct sqlite_file **out,
                              struct err *) MUST_CHECK;

/* Stores the items in one transaction.  An item is stored whole or refused whole; a refused one does not
 * disturb the others.  LATER: none was stored. */
enum sqlite_rc sqlite_db_store(struct sqlite_file *, struct item *, unsigned n, struct err *) MUST_CHECK;

/* The SQL of the tables. */
void sqlite_db_schema(struct buf *);
/* Carries the SQL of views.h out. */
enum sqlite_rc sqlite_db_views(struct sqlite_file *, const char *sql, struct err *) MUST_CHECK;

#endif
