/* sqlite_rows.c - see sqlite_rows.h. */
#include "gateway/district/sqlite_rows.h"

static struct slice text_of(sqlite3_stmt *st, int i)
{
    const void *text = sqlite3_column_text(st, i);

    return slice_make(text ? text : "", text ? (size_t)sqlite3_column_bytes(st, i) : 0);
}

static void put_row(sqlite3_stmt *st, struct buf *out)
{
    for (int i = 0; i < sqlite3_column_count(st); i++) {
        int type = sqlite3_column_type(st, i);

        buf_char(out, i ? ',' : '{');
        buf_json(out, slice_of(sqlite3_column_name(st, i)));
        buf_char(out, ':');
        if (type == SQLITE_NULL)
            buf_str(out, "null");
        else if (type == SQLITE_INTEGER || type == SQLITE_FLOAT)
            buf_add(out, text_of(st, i));
        else
            buf_json(out, text_of(st, i));
    }
    buf_char(out, '}');
}

int sqlite_rows(sqlite3 *db, const char *sql, struct buf *out, struct err *e)
{
    sqlite3_stmt *st = NULL;
    const char *rest = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &st, &rest), n = 0;

    if (rc != SQLITE_OK || !st || *rest || !sqlite3_stmt_readonly(st)) {
        err_set(e, "sqlite: %s", rc == SQLITE_OK ? "one statement that only reads" : sqlite3_errmsg(db));
        sqlite3_finalize(st);
        return -1;
    }
    buf_char(out, '[');
    while ((rc = sqlite3_step(st)) == SQLITE_ROW && !out->failed) {
        buf_str(out, n++ ? "," : "");
        put_row(st, out);
    }
    buf_char(out, ']');
    if (rc != SQLITE_DONE)
        err_set(e, "sqlite: %s", out->failed ? "the answer is too long" : sqlite3_errmsg(db));
    sqlite3_finalize(st);
    return rc == SQLITE_DONE && !out->failed ? 0 : -1;
}
