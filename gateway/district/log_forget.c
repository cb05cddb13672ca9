/* log_forget.c - see log_forget.h.  Which rows are hers is asked of whose.h, row by row: it is asked for
 * seldom, and a million rows take some seconds. */
#include "gateway/district/log_forget.h"

#include "gateway/district/sqlite_rows.h"

/* hers(sender, recipient, text): by a number anywhere, by name where people of her posyandu speak. */
static void fn_hers(sqlite3_context *x, int n, sqlite3_value **v)
{
    const struct whose *w = sqlite3_user_data(x);
    struct slice cell[3];
    bool near_her;

    (void)n;
    for (unsigned i = 0; i < 3; i++) {
        const void *p = sqlite3_value_text(v[i]);

        cell[i] = slice_make(p ? p : "", p ? (size_t)sqlite3_value_bytes(v[i]) : 0);
    }
    near_her = whose_near(w, cell[0]) || whose_near(w, cell[1]);
    sqlite3_result_int(x, (w->msisdn.n && (slice_eq(cell[0], w->msisdn) || slice_eq(cell[1], w->msisdn))) ||
                              (cell[2].n && whose_text(w, cell[2], near_her ? WHOSE_NAME : WHOSE_NUMBER)));
}

/* its(number): of a report of hers. */
static void fn_its(sqlite3_context *x, int n, sqlite3_value **v)
{
    const struct whose *w = sqlite3_user_data(x);
    const void *p = sqlite3_value_text(v[0]);

    (void)n;
    sqlite3_result_int(x, p && whose_nomor(w, slice_make(p, (size_t)sqlite3_value_bytes(v[0]))));
}

/* me(number): it is the telephone's. */
static void fn_me(sqlite3_context *x, int n, sqlite3_value **v)
{
    const struct whose *w = sqlite3_user_data(x);
    const void *p = sqlite3_value_text(v[0]);

    (void)n;
    sqlite3_result_int(x, p && w->msisdn.n &&
                              slice_eq(slice_make(p, (size_t)sqlite3_value_bytes(v[0])), w->msisdn));
}

static const char find_sql[] =
    "CREATE TEMP TABLE IF NOT EXISTS hers_in (id INTEGER PRIMARY KEY);"
    "CREATE TEMP TABLE IF NOT EXISTS hers_out (id INTEGER PRIMARY KEY);"
    "DELETE FROM hers_in; DELETE FROM hers_out;"
    "INSERT INTO hers_in SELECT i.id FROM message_in AS i WHERE hers(i.sender, i.recipient, i.text)"
    " OR hers(i.sender, i.recipient, i.understood) OR i.id IN (SELECT message FROM message_nomor WHERE"
    " its(nomor));"
    "INSERT INTO hers_out SELECT o.id FROM message_out AS o WHERE its(o.nomor) OR hers(o.recipient, NULL, "
    "o.text)"
    " OR o.cause IN (SELECT id FROM hers_in);";

/* A message may say something of others too: what it was understood as of them stays.  The index of words is
 * emptied of what it was filled with: a contentless one is told the old text. */
static const char forget_sql[] =
    "INSERT INTO message_in_text (message_in_text, rowid, text) SELECT 'delete', id, text FROM message_in "
    "WHERE"
    " id IN (SELECT id FROM hers_in) AND text <> '';"
    "UPDATE message_in SET text = '', screen = NULL, understood = (SELECT json_group_array(json(j.value)) "
    "FROM"
    " json_each(coalesce(understood, '[]')) AS j WHERE NOT its(json_extract(j.value, '$.nomor')) AND NOT"
    " hers(sender, recipient, j.value)), sender = CASE WHEN me(sender) THEN NULL ELSE sender END, recipient ="
    " CASE WHEN me(recipient) THEN NULL ELSE recipient END WHERE id IN (SELECT id FROM hers_in);"
    "UPDATE message_sms SET text = '', nomor = CASE WHEN its(nomor) THEN NULL ELSE nomor END, recipient = "
    "CASE"
    " WHEN me(recipient) THEN NULL ELSE recipient END WHERE id IN (SELECT id FROM hers_out);"
    "DELETE FROM message_form WHERE message IN (SELECT message FROM message_nomor WHERE its(nomor));"
    "DELETE FROM message_nomor WHERE its(nomor);"
    "INSERT INTO message_in_text (message_in_text) VALUES ('optimize');";

static void lend(struct sqlite_file *f, const struct whose *w)
{
    void *arg = (void *)(uintptr_t)w;

    sqlite3_create_function(f->db, "hers", 3, SQLITE_UTF8, arg, fn_hers, NULL, NULL);
    sqlite3_create_function(f->db, "its", 1, SQLITE_UTF8, arg, fn_its, NULL, NULL);
    sqlite3_create_function(f->db, "me", 1, SQLITE_UTF8, arg, fn_me, NULL, NULL);
}

/* The functions look at what ends with the question. */
static void take_back(struct sqlite_file *f)
{
    sqlite3_create_function(f->db, "hers", 3, SQLITE_UTF8, NULL, NULL, NULL, NULL);
    sqlite3_create_function(f->db, "its", 1, SQLITE_UTF8, NULL, NULL, NULL, NULL);
    sqlite3_create_function(f->db, "me", 1, SQLITE_UTF8, NULL, NULL, NULL, NULL);
}

static unsigned found(struct sqlite_file *f)
{
    sqlite3_stmt *st = NULL;
    unsigned n = 0;

    if (sqlite3_prepare_v2(f->db, "SELECT (SELECT count(*) FROM hers_in) + (SELECT count(*) FROM hers_out)",
                           -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        n = (unsigned)sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

enum sqlite_rc log_db_forget(struct sqlite_file *f, const struct whose *w, unsigned *n, struct err *e)
{
    enum sqlite_rc rc;

    *n = 0;
    lend(f, w);
    rc = sqlite_file_exec(f, find_sql, "look for somebody", e);
    if (rc == SQLITE_DB_OK)
        *n = found(f);
    if (rc == SQLITE_DB_OK && *n)
        rc = sqlite_file_exec(f, forget_sql, "forget", e);
    take_back(f);
    return rc == SQLITE_DB_OK && *n ? sqlite_file_scour(f, e) : rc;
}

enum sqlite_rc log_db_held(struct sqlite_file *f, const struct whose *w, struct buf *out, struct err *e)
{
    enum sqlite_rc rc;
    int bad = 0;

    lend(f, w);
    rc = sqlite_file_exec(f, find_sql, "look for somebody", e);
    if (rc == SQLITE_DB_OK)
        bad = sqlite_rows(
            f->db,
            "SELECT 'in' AS direction, strftime('%Y-%m-%dT%H:%M:%SZ', at_ms / 1000, 'unixepoch') AS"
            " at, kind, provider, sender AS number, text, reason, screen FROM message_in WHERE id IN"
            " (SELECT id FROM hers_in) UNION ALL SELECT 'out', strftime('%Y-%m-%dT%H:%M:%SZ', at_ms"
            " / 1000, 'unixepoch'), class, provider, recipient, text, state, NULL FROM message_out"
            " WHERE id IN (SELECT id FROM hers_out) ORDER BY 2",
            out, e);
    take_back(f);
    return rc == SQLITE_DB_OK && bad ? SQLITE_DB_LATER : rc;
}
