/* sqlite_file.c - see sqlite_file.h. */
#include "gateway/district/sqlite_file.h"

#include <stdio.h>
#include <stdlib.h>

enum transaction {
    BEGIN,
    COMMIT,
    ROLLBACK,
    SAVE,
    RELEASE,
    UNDO,
    TRANSACTIONS,
};

enum {
    ROW_ARENA = 1 << 20, /* far above the largest row */
};

static const char *const transactions[TRANSACTIONS] = {
    [BEGIN] = "BEGIN IMMEDIATE", [COMMIT] = "COMMIT",        [ROLLBACK] = "ROLLBACK",
    [SAVE] = "SAVEPOINT item",   [RELEASE] = "RELEASE item", [UNDO] = "ROLLBACK TO item",
};

bool sqlite_row_is_to_blame(int rc)
{
    rc &= 0xff;
    return rc == SQLITE_CONSTRAINT || rc == SQLITE_MISMATCH || rc == SQLITE_TOOBIG;
}

enum sqlite_rc sqlite_file_later(struct sqlite_file *f, const char *doing, struct err *e)
{
    err_set(e, "sqlite: %s: %s", doing, f->db ? sqlite3_errmsg(f->db) : "out of memory");
    return SQLITE_DB_LATER;
}

/* --- opening --- */

static int user_version(struct sqlite_file *f, int *version)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(f->db, "PRAGMA user_version", -1, &st, NULL);

    if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        *version = sqlite3_column_int(st, 0);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(st);
    return rc;
}

static enum sqlite_rc migrate(struct sqlite_file *f, const struct sqlite_schema *schema, struct err *e)
{
    int newest = (int)schema->steps_n, version = 0;

    /* Under the write lock, so that two programs do not both take the step. */
    if (sqlite3_exec(f->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_file_later(f, "lock for the schema", e);
    if (user_version(f, &version) != SQLITE_OK)
        goto undo;
    if (version > newest) {
        sqlite3_exec(f->db, "ROLLBACK", NULL, NULL, NULL);
        err_set(e, "sqlite: the file has schema %d, this program knows %d: install the newer Kentongan",
                version, newest);
        return SQLITE_DB_NEVER;
    }
    for (; version < newest; version++) {
        char set[48];

        snprintf(set, sizeof(set), "PRAGMA user_version = %d", version + 1);
        if (sqlite3_exec(f->db, schema->steps[version], NULL, NULL, NULL) != SQLITE_OK ||
            sqlite3_exec(f->db, set, NULL, NULL, NULL) != SQLITE_OK)
            goto undo;
    }
    if (sqlite3_exec(f->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
        return SQLITE_DB_OK;
undo:
    sqlite_file_later(f, "schema", e);
    sqlite3_exec(f->db, "ROLLBACK", NULL, NULL, NULL);
    return SQLITE_DB_LATER;
}

static int prepare(struct sqlite_file *f, const char *sql, sqlite3_stmt **out)
{
    return sqlite3_prepare_v3(f->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
}

static enum sqlite_rc begin(struct sqlite_file *f, const char *path, int busy_ms,
                            const struct sqlite_schema *schema, struct err *e)
{
    enum sqlite_rc rc;

    f->schema = schema;
    arena_init(&f->arena, ROW_ARENA);
    if (sqlite3_open_v2(path, &f->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        return sqlite_file_later(f, "open (is the folder there and writable?)", e);
    sqlite3_extended_result_codes(f->db, 1);
    sqlite3_busy_timeout(f->db, busy_ms);
    /* What is deleted is overwritten (Debian's SQLite does so by itself).  Pages of a file that is new: each
     * that a batch touches is written by two system calls, and twice as large there are nearly half as many.
     */
    if (sqlite3_exec(f->db, "PRAGMA secure_delete = ON; PRAGMA page_size = 8192", NULL, NULL, NULL) !=
            SQLITE_OK ||
        sqlite3_exec(f->db, schema->pragmas, NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_file_later(f, "write-ahead log", e);
    if ((rc = migrate(f, schema, e)) != SQLITE_DB_OK)
        return rc;
    for (unsigned i = 0; i < schema->statements_n; i++)
        if (prepare(f, schema->statements[i], &f->st[i]) != SQLITE_OK)
            return sqlite_file_later(f, "prepare", e);
    for (unsigned i = 0; i < TRANSACTIONS; i++)
        if (prepare(f, transactions[i], &f->tx[i]) != SQLITE_OK)
            return sqlite_file_later(f, "prepare", e);
    return SQLITE_DB_OK;
}

bool sqlite_file_setup(void)
{
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
}

enum sqlite_rc sqlite_file_open(const char *path, int busy_ms, const struct sqlite_schema *schema,
                                struct sqlite_file **out, struct err *e)
{
    struct sqlite_file *f = calloc(1, sizeof *f);
    enum sqlite_rc rc;

    *out = NULL;
    if (!f) {
        err_set(e, "sqlite: out of memory");
        return SQLITE_DB_LATER;
    }
    rc = begin(f, path, busy_ms, schema, e);
    if (rc == SQLITE_DB_OK)
        *out = f;
    else
        sqlite_file_close(f);
    return rc;
}

void sqlite_file_close(struct sqlite_file *f)
{
    if (!f)
        return;
    for (unsigned i = 0; i < SQLITE_STATEMENTS; i++)
        sqlite3_finalize(f->st[i]);
    for (unsigned i = 0; i < TRANSACTIONS; i++)
        sqlite3_finalize(f->tx[i]);
    sqlite3_close(f->db);
    arena_free(&f->arena);
    free(f);
}

/* --- storing --- */

static int run(sqlite3_stmt *st)
{
    int rc = sqlite3_step(st);

    sqlite3_reset(st);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int sqlite_file_run(struct sqlite_file *f, unsigned i)
{
    return run(f->st[i]);
}

void sqlite_file_bind(struct sqlite_file *f, unsigned i, int at, struct slice s)
{
    if (slice_empty(s))
        sqlite3_bind_null(f->st[i], at);
    else
        sqlite3_bind_text(f->st[i], at, s.p, (int)s.n, SQLITE_STATIC);
}

/* careful: an item that is refused leaves nothing behind, which takes a savepoint, and with full text search
 * in the file a savepoint costs more than the item. */
static int put_one(struct sqlite_file *f, struct item *item, bool careful, int (*put)(void *, struct item *),
                   void *arg)
{
    int rc = careful ? run(f->tx[SAVE]) : SQLITE_OK;

    item->refused = false;
    item->reason.text[0] = '\0';
    arena_reset(&f->arena);
    if (rc == SQLITE_OK)
        rc = put(arg, item);
    if (rc == SQLITE_OK && careful && item->refused)
        rc = run(f->tx[UNDO]);
    return rc == SQLITE_OK && careful ? run(f->tx[RELEASE]) : rc;
}

static enum sqlite_rc end(struct sqlite_file *f, int rc, const char *doing, struct err *e)
{
    if (rc == SQLITE_OK)
        rc = run(f->tx[COMMIT]);
    if (rc == SQLITE_OK)
        return SQLITE_DB_OK;
    sqlite_file_later(f, doing, e);
    if (!sqlite3_get_autocommit(f->db)) /* some faults have rolled back by themselves */
        run(f->tx[ROLLBACK]);
    return SQLITE_DB_LATER;
}

/* A file without a name takes what is written and keeps it from everybody. */
static bool has_moved(struct sqlite_file *f)
{
    int moved = 0;

    return sqlite3_file_control(f->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved;
}

enum sqlite_rc sqlite_file_store(struct sqlite_file *f, struct item *items, unsigned n,
                                 int (*put)(void *, struct item *), void *arg, struct err *e)
{
    bool refused = false;
    int rc;

    if (has_moved(f)) {
        err_set(e, "sqlite: the file was moved or removed under us");
        return SQLITE_DB_LATER;
    }
    rc = run(f->tx[BEGIN]);
    for (unsigned i = 0; i < n && rc == SQLITE_OK && !refused; i++) {
        rc = put_one(f, &items[i], false, put, arg);
        refused = items[i].refused;
    }
    if (rc == SQLITE_OK && refused) { /* seldom: the batch again, each item by itself */
        rc = run(f->tx[ROLLBACK]);
        if (rc == SQLITE_OK)
            rc = run(f->tx[BEGIN]);
        for (unsigned i = 0; i < n && rc == SQLITE_OK; i++)
            rc = put_one(f, &items[i], true, put, arg);
    }
    for (unsigned i = f->schema->statements_n - f->schema->at_end_n;
         i < f->schema->statements_n && rc == SQLITE_OK; i++)
        rc = run(f->st[i]);
    return end(f, rc, "store", e);
}

enum sqlite_rc sqlite_file_exec(struct sqlite_file *f, const char *sql, const char *doing, struct err *e)
{
    int rc = run(f->tx[BEGIN]);

    if (rc == SQLITE_OK)
        rc = sqlite3_exec(f->db, sql, NULL, NULL, NULL);
    return end(f, rc, doing, e);
}

enum sqlite_rc sqlite_file_scour(struct sqlite_file *f, struct err *e)
{
    int rc = sqlite3_exec(f->db, "VACUUM", NULL, NULL, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_wal_checkpoint_v2(f->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return rc == SQLITE_OK ? SQLITE_DB_OK : sqlite_file_later(f, "overwrite what is free", e);
}
