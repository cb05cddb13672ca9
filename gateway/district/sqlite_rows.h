/* sqlite_rows.h - the rows of a question, as JSON. */
#ifndef KENTONGAN_DISTRICT_SQLITE_ROWS_H
#define KENTONGAN_DISTRICT_SQLITE_ROWS_H

#include <sqlite3.h>

#include "gateway/base/buf.h"
#include "gateway/base/err.h"

/* Appends [{"column":value …} …].  -1 when it is no one statement that only reads, or fails. */
int sqlite_rows(sqlite3 *, const char *sql, struct buf *out, struct err *) MUST_CHECK;

#endif
