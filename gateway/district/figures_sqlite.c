/* figures_sqlite.c - see figures_sqlite.h. */
#include "gateway/district/figures_sqlite.h"

#include <stdio.h>

enum {
    UNITS = 8, /* so many share one fsync */
};

static const char *const begin[] = { "BEGIN IMMEDIATE", NULL };

static void bind(sqlite3_stmt *st, const struct figures_ask *ask)
{
    for (unsigned i = 0; i < ask->texts_n; i++) {
        const struct slice *s = &ask->texts[i];
        char name[16];

        snprintf(name, sizeof name, "$%u", i + 1);
        sqlite3_bind_text(st, sqlite3_bind_parameter_index(st, name), s->p ? s->p : "", (int)s->n,
                          SQLITE_STATIC);
    }
}

static void take_row(sqlite3_stmt *st, const struct figures_ask *ask)
{
    struct slice cells[FIGURES_DB_CELLS] = { { NULL, 0 } };

    for (int i = 0; i < sqlite3_column_count(st) && i < FIGURES_DB_CELLS; i++) {
        const char *text = (const char *)sqlite3_column_text(st, i);

        cells[i] = slice_make(text, text ? (size_t)sqlite3_column_bytes(st, i) : 0);
    }
    ask->row(ask->arg, cells);
}

static int carry_out(void *self, const struct figures_ask *ask, struct err *e)
{
    sqlite3 *db = self;
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db, ask->sql, -1, &st, NULL);

    if (rc == SQLITE_OK) {
        bind(st, ask);
        while ((rc = sqlite3_step(st)) == SQLITE_ROW)
            if (ask->row)
                take_row(st, ask);
    }
    if (rc != SQLITE_DONE)
        err_set(e, "sqlite: figures: %s", sqlite3_errmsg(db));
    sqlite3_finalize(st);
    return rc == SQLITE_DONE ? 0 : -1;
}

struct figures_db figures_sqlite(sqlite3 *db)
{
    return (struct figures_db){ .self = db,
                                .begin = begin,
                                .rows_of = "json_each($1) AS e",
                                .events_of = "json_group_array(json_array(e.event, e.at))",
                                .units = UNITS,
                                .ask = carry_out };
}
