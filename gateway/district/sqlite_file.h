/* sqlite_file.h - one SQLite file that batches of entries are stored in (the district database, the message
 * log): its schema in steps, its statements, one transaction a batch.
 *
 * Blocking, and used by one thread at a time: the worker of sqlite_worker.c, or a test.  Knows no stream, no
 * loop and no log; what went wrong is told in `struct err`, without a value of a row. */
#ifndef KENTONGAN_DISTRICT_SQLITE_FILE_H
#define KENTONGAN_DISTRICT_SQLITE_FILE_H

#include <sqlite3.h>

#include "gateway/base/arena.h"
#include "gateway/base/err.h"
#include "gateway/base/slice.h"
#include "gateway/district/item.h"

enum sqlite_rc {
    SQLITE_DB_OK,
    SQLITE_DB_LATER, /* busy, full, unreadable, gone: nothing was changed, try again */
    SQLITE_DB_NEVER, /* made by a newer Kentongan */
};

enum {
    SQLITE_STATEMENTS = 32,
};

/* What a file holds; lives as long as the program. */
struct sqlite_schema {
    const char *pragmas;
    /* Step i leads from user_version i to i + 1; a step once released is never edited. */
    const char *const *steps;
    unsigned steps_n;
    const char *const *statements; /* prepared as st[0 … statements_n-1] */
    unsigned statements_n;
    unsigned at_end_n; /* the last so many are carried out at the end of each batch */
};

struct sqlite_file {
    sqlite3 *db;
    sqlite3_stmt *st[SQLITE_STATEMENTS];
    sqlite3_stmt *tx[6];
    const struct sqlite_schema *schema;
    struct arena arena; /* one item's decoded rows */
    bool scour;         /* something was stored by which rows went for good: sqlite_file_scour() is due */
};

/* Once, before the first file: SQLite counts no memory, for the threads of all files would queue for the
 * count.  False: a file is or was open. */
bool sqlite_file_setup(void) MUST_CHECK;
/* Opens or creates the file and brings its schema to this version (user_version).  *out is NULL unless OK. */
enum sqlite_rc sqlite_file_open(const char *path, int busy_ms, const struct sqlite_schema *,
                                struct sqlite_file **out, struct err *) MUST_CHECK;
/* NULL is none. */
void sqlite_file_close(struct sqlite_file *);

/* Carries out statement i, with what was bound; SQLITE_OK or SQLite's code. */
int sqlite_file_run(struct sqlite_file *, unsigned i) MUST_CHECK;
/* Parameter `at` of statement i; what was not given is NULL, so that people can ask for it.  The text must
 * outlive the run. */
void sqlite_file_bind(struct sqlite_file *, unsigned i, int at, struct slice);
/* Is the row to blame for that code?  Every other fault is the database's, and passes. */
bool sqlite_row_is_to_blame(int rc);

/* Stores the items in one transaction: put (arg, item) carries out what one asks for and answers SQLITE_OK,
 * also when it refused the item.  An item is stored whole or refused whole.  LATER: none was stored. */
enum sqlite_rc sqlite_file_store(struct sqlite_file *, struct item *, unsigned n,
                                 int (*put)(void *arg, struct item *), void *arg, struct err *) MUST_CHECK;
/* SQL of any length in one transaction. */
enum sqlite_rc sqlite_file_exec(struct sqlite_file *, const char *sql, const char *doing,
                                struct err *) MUST_CHECK;
/* What was deleted is not in the file any more, nor in its write-ahead log.  LATER: somebody reads, or it is
 * busy. */
enum sqlite_rc sqlite_file_scour(struct sqlite_file *, struct err *) MUST_CHECK;
/* LATER, with what SQLite says. */
enum sqlite_rc sqlite_file_later(struct sqlite_file *, const char *doing, struct err *);

#endif
