/* pg_reader.h - questions of people to PostgreSQL, over a connection of their own that only reads: a slow one
 * holds up no record. */
#ifndef KENTONGAN_DISTRICT_PG_READER_H
#define KENTONGAN_DISTRICT_PG_READER_H

#include "gateway/base/buf.h"
#include "gateway/loop/loop.h"

struct pg_reader;

/* NULL when memory is out.  Connects when it is first asked. */
struct pg_reader *pg_reader_new(struct loop *, const char *dsn);
/* What is under way gets no answer.  NULL is none. */
void pg_reader_free(struct pg_reader *);
/* One SELECT.  done exactly once, never inside this call but when it is busy: the rows as JSON, as of
 * sqlite_rows(), or a text that begins with "error:". */
void pg_reader_ask(struct pg_reader *, struct slice sql, void (*done)(void *, struct slice), void *ctx);

#endif
