/* figures_db.h - a database in which indicators are counted (docs/indicators.md), as the counting sees it:
 * SQL that SQLite and PostgreSQL both know, with parameters $1, $2 … as texts.
 *
 * What differs stands in `rows_of` and `events_of` alone.  Blocking: for a thread that may wait. */
#ifndef KENTONGAN_DISTRICT_FIGURES_DB_H
#define KENTONGAN_DISTRICT_FIGURES_DB_H

#include "gateway/base/err.h"
#include "gateway/base/slice.h"

enum {
    FIGURES_DB_TEXTS = 6, /* parameters, at most */
    FIGURES_DB_CELLS = 12,
};

/* Day of the event: of the month that a form names, of its date, else of the report. */
#define FIGURES_DAY "coalesce((fields ->> 'bulan') || '-01', fields ->> 'tgl', substr(at, 1, 10))"

struct figures_ask {
    const char *sql;
    const struct slice *texts;
    unsigned texts_n;
    /* For each row: a cell for each column, .p NULL where it is NULL; valid during the call.  May be NULL. */
    void (*row)(void *arg, const struct slice *cells);
    void *arg;
};

struct figures_db {
    void *self;
    const char *const
        *begin;            /* statements; they end with NULL, and the transaction with COMMIT or ROLLBACK */
    const char *rows_of;   /* a table e with a column value, for each list in the JSON of $1 */
    const char *events_of; /* of table e with event and at, the rows as JSON [[event, at] …] */
    unsigned units;        /* counted in one transaction */
    /* Carries out one statement.  0, or -1 and what is wrong, without a value of a row. */
    int (*ask)(void *self, const struct figures_ask *, struct err *);
};

static inline int figures_db_ask(const struct figures_db *db, const struct figures_ask *ask, struct err *e)
{
    return db->ask(db->self, ask, e);
}

#endif
