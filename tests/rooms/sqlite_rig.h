/* sqlite_rig.h - an SQLite file in a temporary folder, for the tests of the two databases. */
#ifndef KENTONGAN_TESTS_ROOMS_SQLITE_RIG_H
#define KENTONGAN_TESTS_ROOMS_SQLITE_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "gateway/district/sqlite_file.h"
#include "tests/support/rig.h"

struct world {
    char *folder, path[256];
    struct sqlite_file *db; /* of the test, or NULL */
};

/* A folder, and the path of a file in it that is not there yet. */
static inline struct world *world_new(const char *name)
{
    struct world *w = calloc(1, sizeof *w);

    w->folder = rig_folder();
    snprintf(w->path, sizeof w->path, "%s/%s", w->folder, name);
    return w;
}

/* The cmocka teardown of a test whose state is a world. */
static inline int world_free(void **state)
{
    struct world *w = *state;

    sqlite_file_close(w->db);
    rig_folder_remove(w->folder);
    free(w);
    return 0;
}

/* The one value that a query gives; "NULL" for none.  Valid until the next. */
static inline const char *ask_of(sqlite3 *db, const char *sql)
{
    static char answer[512];
    sqlite3_stmt *st;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
    snprintf(answer, sizeof answer, "NULL");
    if (sqlite3_step(st) == SQLITE_ROW && sqlite3_column_type(st, 0) != SQLITE_NULL)
        snprintf(answer, sizeof answer, "%s", (const char *)sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
    return answer;
}

#endif
