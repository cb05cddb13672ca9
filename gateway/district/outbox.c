/* outbox.c - see outbox.h. */
#include "gateway/district/outbox.h"

#include <stdio.h>

#include "gateway/base/clock.h"
#include "gateway/base/node.h"
#include "gateway/district/ministry.h"
#include "gateway/model/record.h"

enum {
    BUSY_MS = 2000,
};

enum statement {
    PUT_RECORD,
    DROP,
    GONE,
    PUT_PERSON,
    HAS_NIK,
    PUT_IHS,
    KEEP_IDS,
    SETTLE,
    TAKE,
    COUNT,
    SENT,
    LIST,
    FORGET_PATIENT,
    FORGET_PERSON,
    FORGET_RECORD,
    STATEMENTS,
};

static const char *const steps[] = {
    "CREATE TABLE outbox (id TEXT PRIMARY KEY NOT NULL, nomor TEXT, version INTEGER NOT NULL, person TEXT, "
    "body"
    " TEXT, checked_by TEXT, stage TEXT NOT NULL, since_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL,"
    " tries INTEGER NOT NULL, why TEXT, ids TEXT) STRICT;"
    "CREATE INDEX outbox_waits ON outbox (stage, due_ms) WHERE stage <> '" OUTBOX_SENT "';"
    "CREATE INDEX outbox_person ON outbox (person) WHERE stage = 'needs_nik';"
    "CREATE TABLE person (id TEXT PRIMARY KEY NOT NULL, nama TEXT, jk TEXT, born TEXT, nik TEXT,"
    " committed_ms INTEGER NOT NULL) STRICT;"
    "CREATE TABLE patient (nik TEXT PRIMARY KEY NOT NULL, ihs TEXT NOT NULL) STRICT;"
    "CREATE TABLE total (sent INTEGER NOT NULL) STRICT; INSERT INTO total VALUES (0);",
};

static const char *const statements[STATEMENTS] = {
    /* What is sent again keeps who checked it: what withdraws it names her.  What is not to be sent keeps its
     * body if the version before it may be on its way. */
    [PUT_RECORD] =
        "INSERT INTO outbox (id, nomor, version, person, body, checked_by, stage, since_ms, due_ms, tries)"
        " VALUES (?1, ?2, ?3, ?4, CASE WHEN ?7 = '" OUTBOX_READY "' THEN ?5 END, ?6, ?7, ?8, ?8, 0)"
        " ON CONFLICT (id) DO UPDATE SET nomor = ?2, version = ?3, person = ?4,"
        " body = CASE WHEN ?7 = '" OUTBOX_READY "' OR ids IS NOT NULL OR stage = '" OUTBOX_READY
        "' THEN ?5 END,"
        " checked_by = coalesce(?6, checked_by), since_ms = ?8, due_ms = ?8, tries = 0, why = NULL,"
        " stage = CASE WHEN ids IS NOT NULL THEN '" OUTBOX_READY "' ELSE ?7 END WHERE outbox.version < ?3",
    [DROP] = "DELETE FROM outbox WHERE id = ?1 AND version <= ?2 AND ids IS NULL AND body IS NULL",
    [PUT_PERSON] =
        "INSERT INTO person (id, nama, jk, born, nik, committed_ms) VALUES (?1,?2,?3,?4,?5,?6)"
        " ON CONFLICT (id) DO UPDATE SET nama = ?2, jk = ?3, born = ?4, nik = ?5, committed_ms = ?6"
        " WHERE person.committed_ms <= ?6",
    [HAS_NIK] = "UPDATE outbox SET stage = '" OUTBOX_READY "', tries = 0, due_ms = ?2 WHERE person = ?1 AND"
                " stage = 'needs_nik'",
    [PUT_IHS] = "INSERT INTO patient (nik, ihs) VALUES (?1, ?2) ON CONFLICT (nik) DO UPDATE SET ihs = ?2",
    /* Meanwhile it may have been corrected or cancelled: that is to be told. */
    [KEEP_IDS] =
        "UPDATE outbox SET ids = ?2, stage = CASE WHEN version > ?3 AND body IS NOT NULL AND stage IN"
        " ('needs_check', '" OUTBOX_SENT "') THEN '" OUTBOX_READY "' ELSE stage END WHERE id = ?1",
    [GONE] = "DELETE FROM outbox WHERE id = ?1 AND version <= ?2 AND ids IS NULL",
    [SETTLE] = "UPDATE outbox SET stage = ?3, due_ms = ?4, why = ?5, tries = tries + 1,"
               " body = CASE WHEN ?3 = '" OUTBOX_SENT "' THEN NULL ELSE body END,"
               " since_ms = CASE WHEN stage = ?3 THEN since_ms ELSE ?6 END WHERE id = ?1 AND version = ?2",
    [TAKE] =
        "SELECT o.id, o.body, o.checked_by, p.nik, p.nama, p.jk, p.born, o.ids, c.ihs, o.version, o.tries"
        " FROM outbox AS o LEFT JOIN person AS p ON p.id = o.person LEFT JOIN patient AS c ON c.nik ="
        " coalesce(p.nik, json_extract(o.body, '$.fields.nik'))"
        " WHERE o.stage = '" OUTBOX_READY "' AND o.due_ms <= ?1 ORDER BY o.due_ms LIMIT ?2",
    [COUNT] = "SELECT stage, count(*), min(since_ms) FROM outbox WHERE stage <> '" OUTBOX_SENT "' GROUP BY "
              "stage",
    [SENT] = "UPDATE total SET sent = sent + ?1",
    [LIST] = "SELECT coalesce(nomor, id), version, coalesce(why, '') FROM outbox WHERE stage = ?1 AND stage "
             "<> '" OUTBOX_SENT "' ORDER BY since_ms LIMIT ?2",
    [FORGET_PATIENT] =
        "DELETE FROM patient WHERE nik IN (SELECT nik FROM person WHERE id IN (SELECT value FROM"
        " json_each(?1)))",
    [FORGET_PERSON] = "DELETE FROM person WHERE id IN (SELECT value FROM json_each(?1))",
    [FORGET_RECORD] = "DELETE FROM outbox WHERE nomor IN (SELECT value FROM json_each(?1))",
};

static const struct sqlite_schema schema = {
    .pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
    .steps = steps,
    .steps_n = sizeof steps / sizeof *steps,
    .statements = statements,
    .statements_n = STATEMENTS,
};

enum sqlite_rc outbox_open(const char *path, struct sqlite_file **out, struct err *e)
{
    return sqlite_file_open(path, BUSY_MS, &schema, out, e);
}

/* --- in --- */

static int put_record(struct sqlite_file *f, const struct fhir_map *map, const struct record *r,
                      struct slice json, int64_t now_ms)
{
    const char *stage = slice_is(r->status, "checked")     ? OUTBOX_READY
                        : slice_is(r->status, "cancelled") ? OUTBOX_SENT /* nobody waits for it */
                                                           : "needs_check";
    int rc;

    if (!ministry_wants(map, r))
        return SQLITE_OK;
    sqlite_file_bind(f, PUT_RECORD, 1, r->id);
    sqlite_file_bind(f, PUT_RECORD, 2, r->nomor);
    sqlite3_bind_int64(f->st[PUT_RECORD], 3, r->version);
    sqlite_file_bind(f, PUT_RECORD, 4, r->person_id);
    sqlite_file_bind(f, PUT_RECORD, 5, json);
    sqlite_file_bind(f, PUT_RECORD, 6, r->checked_by);
    sqlite_file_bind(f, PUT_RECORD, 7, slice_of(stage));
    sqlite3_bind_int64(f->st[PUT_RECORD], 8, now_ms);
    rc = sqlite_file_run(f, PUT_RECORD);
    if (rc != SQLITE_OK || !slice_is(r->status, "cancelled"))
        return rc;
    sqlite_file_bind(f, DROP, 1, r->id);
    sqlite3_bind_int64(f->st[DROP], 2, r->version);
    return sqlite_file_run(f, DROP);
}

static int put_person(struct sqlite_file *f, const struct person_row *p, const struct item *item,
                      int64_t now_ms)
{
    const struct slice texts[] = { p->id, p->nama, p->jk, p->tgl_lahir_exact ? p->tgl_lahir : S(""), p->nik };
    int rc;

    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
        sqlite_file_bind(f, PUT_PERSON, (int)i + 1, texts[i]);
    sqlite3_bind_int64(f->st[PUT_PERSON], 6, item->first_ms);
    rc = sqlite_file_run(f, PUT_PERSON);
    if (rc != SQLITE_OK || !p->nik.n)
        return rc;
    sqlite_file_bind(f, HAS_NIK, 1, p->id);
    sqlite3_bind_int64(f->st[HAS_NIK], 2, now_ms);
    return sqlite_file_run(f, HAS_NIK);
}

/* What the platform has of it already is withdrawn there, by people (docs/operations.md). */
static int forget(struct sqlite_file *f, const struct forget_row *r)
{
    int rc = SQLITE_OK;

    for (unsigned s = FORGET_PATIENT; s <= FORGET_RECORD && rc == SQLITE_OK; s++) {
        const struct node *which = s == FORGET_RECORD ? r->nomor : r->persons;

        sqlite_file_bind(f, s, 1, which ? node_json(which, &f->arena) : S("[]"));
        rc = sqlite_file_run(f, s);
    }
    f->scour = true;
    return rc;
}

struct putting {
    struct sqlite_file *file;
    const struct fhir_map *map;
    int64_t now_ms;
};

static int put_item(void *arg, struct item *item)
{
    struct putting *p = arg;
    struct rows rows = rows_begin(item->body, &p->file->arena);
    struct row row;
    int rc = SQLITE_OK;

    while (rc == SQLITE_OK && item_row(item, &rows, &row)) {
        if (row.kind == ROW_RECORD)
            rc = put_record(p->file, p->map, &row.record, rows_json(&rows), p->now_ms);
        else if (row.kind == ROW_PERSON)
            rc = put_person(p->file, &row.person, item, p->now_ms);
        else if (row.kind == ROW_FORGET)
            rc = forget(p->file, &row.forget);
        if (sqlite_row_is_to_blame(rc)) {
            item_refuse(item, sqlite3_errmsg(p->file->db));
            return SQLITE_OK;
        }
    }
    return rc;
}

enum sqlite_rc outbox_put(struct sqlite_file *f, const struct fhir_map *map, struct item *items, unsigned n,
                          struct err *e)
{
    struct putting p = { f, map, clock_wall_ms() };
    enum sqlite_rc rc = sqlite_file_store(f, items, n, put_item, &p, e);
    struct err busy;

    if (rc == SQLITE_DB_OK && f->scour)
        f->scour = sqlite_file_scour(f, &busy) != SQLITE_DB_OK;
    return rc;
}

enum sqlite_rc outbox_again(struct sqlite_file *f, bool refused, struct err *e)
{
    return sqlite_file_exec(f,
                            refused ? "UPDATE outbox SET stage = '" OUTBOX_READY "', due_ms = 0, tries = 0"
                                      " WHERE stage = '" OUTBOX_REFUSED "'"
                                    : "UPDATE outbox SET stage = '" OUTBOX_READY "', due_ms = 0, tries = 0"
                                      " WHERE stage GLOB 'needs_*' AND stage <> 'needs_check'",
                            "look again", e);
}

/* --- out --- */

static int settle_one(struct sqlite_file *f, const struct outbox_fate *x, int64_t now_ms)
{
    int rc = SQLITE_OK;

    if (x->nik.n && x->ihs.n) {
        sqlite_file_bind(f, PUT_IHS, 1, x->nik);
        sqlite_file_bind(f, PUT_IHS, 2, x->ihs);
        rc = sqlite_file_run(f, PUT_IHS);
    }
    if (rc == SQLITE_OK && x->ids.n) {
        sqlite_file_bind(f, KEEP_IDS, 1, x->id);
        sqlite_file_bind(f, KEEP_IDS, 2, x->ids);
        sqlite3_bind_int64(f->st[KEEP_IDS], 3, x->version);
        rc = sqlite_file_run(f, KEEP_IDS);
    }
    if (rc == SQLITE_OK && !x->stage) {
        sqlite_file_bind(f, GONE, 1, x->id);
        sqlite3_bind_int64(f->st[GONE], 2, x->version);
        return sqlite_file_run(f, GONE);
    }
    if (rc != SQLITE_OK)
        return rc;
    sqlite_file_bind(f, SETTLE, 1, x->id);
    sqlite3_bind_int64(f->st[SETTLE], 2, x->version);
    sqlite_file_bind(f, SETTLE, 3, slice_of(x->stage));
    sqlite3_bind_int64(f->st[SETTLE], 4, x->due_ms);
    sqlite_file_bind(f, SETTLE, 5, x->why);
    sqlite3_bind_int64(f->st[SETTLE], 6, now_ms);
    return sqlite_file_run(f, SETTLE);
}

struct settling {
    struct sqlite_file *file;
    const struct outbox_fate *fates;
    unsigned n;
};

/* One item stands for all of them: one transaction. */
static int settle_all(void *arg, struct item *item)
{
    struct settling *s = arg;
    int64_t now_ms = clock_wall_ms();
    unsigned sent = 0;
    int rc = SQLITE_OK;

    (void)item;
    for (unsigned i = 0; i < s->n && rc == SQLITE_OK; i++) {
        rc = settle_one(s->file, &s->fates[i], now_ms);
        sent += s->fates[i].stage && slice_is(slice_of(s->fates[i].stage), OUTBOX_SENT);
    }
    if (rc != SQLITE_OK || !sent)
        return rc;
    sqlite3_bind_int64(s->file->st[SENT], 1, sent);
    return sqlite_file_run(s->file, SENT);
}

enum sqlite_rc outbox_settle(struct sqlite_file *f, const struct outbox_fate *fates, unsigned n,
                             struct err *e)
{
    struct settling s = { f, fates, n };
    struct item item = { .first_ms = 0 };

    return n ? sqlite_file_store(f, &item, 1, settle_all, &s, e) : SQLITE_DB_OK;
}

static struct slice column(sqlite3_stmt *st, int i, struct arena *a)
{
    const void *text = sqlite3_column_text(st, i);

    return text ? arena_copy(a, slice_make(text, (size_t)sqlite3_column_bytes(st, i))) : S("");
}

static enum sqlite_rc ended(struct sqlite_file *f, enum statement s, int rc, const char *doing, struct err *e)
{
    sqlite3_reset(f->st[s]);
    return rc == SQLITE_DONE ? SQLITE_DB_OK : sqlite_file_later(f, doing, e);
}

enum sqlite_rc outbox_take(struct sqlite_file *f, int64_t now_ms, struct outbox_batch *b, struct err *e)
{
    sqlite3_stmt *st = f->st[TAKE];
    int rc;

    b->n = 0;
    sqlite3_bind_int64(st, 1, now_ms);
    sqlite3_bind_int64(st, 2, OUTBOX_BATCH);
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        struct outbox_row *r = &b->rows[b->n++];
        struct slice *const texts[] = { &r->id,          &r->body,        &r->checked_by,
                                        &r->person_nik,  &r->person_name, &r->person_sex,
                                        &r->person_born, &r->ids,         &r->ihs };

        for (int i = 0; i < 9; i++)
            *texts[i] = column(st, i, &b->arena);
        r->version = (unsigned)sqlite3_column_int64(st, 9);
        r->tries = (unsigned)sqlite3_column_int64(st, 10);
    }
    return ended(f, TAKE, rc, "take", e);
}

enum sqlite_rc outbox_counts(struct sqlite_file *f, struct outbox_count out[OUTBOX_STAGES], unsigned *n,
                             uint64_t *sent, struct err *e)
{
    sqlite3_stmt *st = f->st[COUNT], *total = NULL;
    int rc;

    *n = 0;
    *sent = 0;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < OUTBOX_STAGES) {
        snprintf(out[*n].stage, sizeof out[*n].stage, "%s", (const char *)sqlite3_column_text(st, 0));
        out[*n].n = (uint64_t)sqlite3_column_int64(st, 1);
        out[(*n)++].since_ms = sqlite3_column_int64(st, 2);
    }
    if (sqlite3_prepare_v2(f->db, "SELECT sent FROM total", -1, &total, NULL) == SQLITE_OK &&
        sqlite3_step(total) == SQLITE_ROW)
        *sent = (uint64_t)sqlite3_column_int64(total, 0);
    sqlite3_finalize(total);
    return ended(f, COUNT, rc, "count", e);
}

enum sqlite_rc outbox_list(struct sqlite_file *f, struct slice stage, unsigned most, struct buf *b,
                           struct err *e)
{
    sqlite3_stmt *st = f->st[LIST];
    int rc;

    sqlite_file_bind(f, LIST, 1, stage);
    sqlite3_bind_int64(st, 2, most);
    while ((rc = sqlite3_step(st)) == SQLITE_ROW)
        buf_printf(b, "%s version %lld: %s\n", (const char *)sqlite3_column_text(st, 0),
                   (long long)sqlite3_column_int64(st, 1), (const char *)sqlite3_column_text(st, 2));
    return ended(f, LIST, rc, "list", e);
}
