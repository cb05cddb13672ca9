/* sqlite_db.c - see sqlite_db.h.  WAL with synchronous=FULL: what was committed outlives a power cut. */
#include "gateway/district/sqlite_db.h"

#include <sys/stat.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "gateway/district/figures_db.h"
#include "gateway/model/record.h"

enum statement {
    ANY_FORGOTTEN,
    IS_FORGOTTEN,
    PUT_RECORD,
    KEEP_OLDER,
    PUT_OLDER,
    PUT_REFERRAL,
    PUT_ALERT,
    ADD_PERSON,
    PUT_PERSON,
    TOUCH_RECORD,
    TOUCH_PERSON,
    MARK_DUE,
    MARK_SIGNAL_DUE,
    FORGET_FIRST,
    FORGET_LAST = FORGET_FIRST + 9,
    FORGET_WHO,
    MARK_ADDED = FORGET_WHO + 4, /* from here on: at the end of each batch */
    MARK_RECORDS,
    MARK_PERSONS,
    UNTOUCH_RECORDS,
    UNTOUCH_PERSONS,
    STATEMENTS,
};

/* --- schema: step i leads from user_version i to i + 1; a step once released is never edited --- */

#define RECORD_COLUMNS                                                                                       \
    "nomor TEXT NOT NULL, form TEXT NOT NULL, klaster TEXT, version INTEGER NOT NULL, at TEXT NOT NULL,"     \
    " received_at TEXT NOT NULL, reporter TEXT, role TEXT, place TEXT, posyandu TEXT, person_id TEXT,"       \
    " fields TEXT NOT NULL CHECK (json_valid(fields)), findings TEXT NOT NULL CHECK (json_valid(findings))," \
    " status TEXT NOT NULL, provider TEXT, message_id TEXT"
#define EVENT_COLUMNS                                                                                        \
    "id TEXT PRIMARY KEY NOT NULL, of TEXT, nomor TEXT NOT NULL, event TEXT NOT NULL, at TEXT NOT NULL,"     \
    " who TEXT, role TEXT, place TEXT, words TEXT"

static const char *const steps[] = {
    "CREATE TABLE record (id TEXT PRIMARY KEY NOT NULL, " RECORD_COLUMNS ") STRICT;"
    "CREATE TABLE record_history (id TEXT NOT NULL, " RECORD_COLUMNS ", PRIMARY KEY (id, version)) STRICT;"
    "CREATE TABLE referral_event (" EVENT_COLUMNS ") STRICT;"
    "CREATE TABLE alert_event (" EVENT_COLUMNS ") STRICT;"
    "CREATE TABLE person (id TEXT PRIMARY KEY NOT NULL, nomor TEXT NOT NULL, nama TEXT, jk TEXT, tgl_lahir "
    "TEXT,"
    " tgl_lahir_exact INTEGER NOT NULL, nik TEXT, posyandu TEXT, committed_ms INTEGER NOT NULL) STRICT;"
    "CREATE INDEX record_nomor ON record (nomor);"
    "CREATE INDEX record_village ON record (place, form, at);"
    "CREATE INDEX record_person ON record (person_id);"
    "CREATE INDEX record_history_nomor ON record_history (nomor);"
    "CREATE INDEX referral_event_nomor ON referral_event (nomor);"
    "CREATE INDEX alert_event_nomor ON alert_event (nomor);"
    "CREATE INDEX person_nomor ON person (nomor);",
    /* Most records have one version: it stands once, and only what was replaced stands beside it. */
    "ALTER TABLE record_history RENAME TO record_older;"
    "DELETE FROM record_older WHERE EXISTS (SELECT 1 FROM record AS r WHERE r.id = record_older.id AND "
    "r.version"
    " = record_older.version);"
    "CREATE VIEW record_history AS SELECT * FROM record UNION ALL SELECT * FROM record_older;",
    /* And where the counts have to be made anew. */
    SQLITE_DB_INDICATOR SQLITE_DB_INDICATOR_VALUE
    "CREATE TABLE indicator_due (unit TEXT NOT NULL, year TEXT NOT NULL, PRIMARY KEY (unit, year))"
    " STRICT, WITHOUT ROWID;",
    /* What villages and puskesmas are summed up from; which rows the figures were counted by. */
    "CREATE TABLE indicator_base (village TEXT NOT NULL, posyandu TEXT NOT NULL, month TEXT NOT NULL,"
    " indicator TEXT NOT NULL, n INTEGER NOT NULL, d INTEGER NOT NULL,"
    " PRIMARY KEY (village, month, posyandu, indicator)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE indicator_state (hash TEXT NOT NULL) STRICT;",
    /* What a signal is about, and the versions of the rows that it was judged by. */
    "ALTER TABLE alert_event ADD COLUMN disease TEXT;"
    "ALTER TABLE alert_event ADD COLUMN rules TEXT;",
    /* One child under two numbers (flows/care/merge.h); what the console asks for by. */
    "ALTER TABLE person ADD COLUMN merged_into TEXT;"
    "CREATE INDEX person_merged ON person (merged_into) WHERE merged_into <> '';"
    "CREATE INDEX person_posyandu ON person (posyandu, tgl_lahir);"
    "CREATE INDEX record_reporter ON record (reporter, received_at);"
    "CREATE INDEX record_posyandu ON record (posyandu, form, at);"
    "CREATE INDEX record_form ON record (form, at);",
    /* Numbers under which nothing is taken in any more (record.h, struct forget_row). */
    "CREATE TABLE forgotten (nomor TEXT PRIMARY KEY NOT NULL, at TEXT NOT NULL, account TEXT, why TEXT)"
    " STRICT, WITHOUT ROWID;",
    /* It turns on when something more is stored of a unit (figures_count.c). */
    "ALTER TABLE indicator_due ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;",
    /* The first record that is not counted; NULL: all are to be counted anew.  And whose person nobody knows.
     */
    "ALTER TABLE indicator_due ADD COLUMN since INTEGER;"
    "CREATE INDEX record_unknown ON record (posyandu) WHERE person_id IS NULL;",
    /* A row of an index costs little where its neighbours were written just before it, and a page of its own
     * anywhere else: by whom, and children by posyandu, within what came together (some 10,000 records). */
    "DROP INDEX record_reporter; DROP INDEX person_posyandu;"
    "CREATE INDEX record_reporter ON record (CAST(nomor AS INTEGER) / 262144, reporter, received_at);"
    "CREATE INDEX person_posyandu ON person (CAST(nomor AS INTEGER) / 262144, posyandu);",
    /* Those of a posyandu are found by it: one for both is a page less for most records. */
    "DROP INDEX record_village;"
    "CREATE INDEX record_village ON record (place, form, at) WHERE posyandu IS NULL;",
};

#define RECORD_NAMES                                                                                         \
    "id, nomor, form, klaster, version, at, received_at, reporter, role, place, posyandu, person_id, "       \
    "fields,"                                                                                                \
    " findings, status, provider, message_id"
#define RECORD_MARKS "?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17"
#define OF_FORGOTTEN " WHERE nomor IN (SELECT value FROM json_each(?1))"
#define PERSON_NAMES                                                                                         \
    "id, nomor, nama, jk, tgl_lahir, tgl_lahir_exact, nik, posyandu, committed_ms, merged_into"
#define PERSON_MARKS "?1,?2,?3,?4,?5,?6,?7,?8,?9,?10"
#define EVENT_NAMES  "id, of, nomor, event, at, who, role, place, words"
#define EVENT_MARKS  "?1,?2,?3,?4,?5,?6,?7,?8,?9"

/* The unit of records and their year; what is complete only with a report may be counted in the year in which
 * it came. */
#define MARKED " ON CONFLICT (unit, year) DO UPDATE SET turn = turn + 1, since = min(since, excluded.since)"
#define MARK_SINCE(which, since)                                                                             \
    "WITH u AS MATERIALIZED (SELECT DISTINCT coalesce(place, '') || '/' || coalesce(posyandu, '') AS unit,"  \
    " substr(" FIGURES_DAY ", 1, 4) AS day, substr(received_at, 1, 4) AS received FROM record WHERE " which  \
    ") INSERT INTO indicator_due (unit, year, since) SELECT unit, year, " since                              \
    " FROM (SELECT unit, day AS year FROM u UNION SELECT unit, received FROM u) WHERE true" MARKED
#define MARK(which) MARK_SINCE(which, "NULL")

static const char *const statements[STATEMENTS] = {
    /* What every message needs is VALUES: INSERT ... SELECT may add many rows, and so that it can be taken
     * back SQLite first copies every page that it changes. */
    [ANY_FORGOTTEN] = "SELECT 1 FROM forgotten LIMIT 1",
    [IS_FORGOTTEN] = "SELECT 1 FROM forgotten WHERE nomor = ?1",
    [KEEP_OLDER] = "INSERT INTO record_older SELECT * FROM record WHERE id = ?1 AND version < ?5"
                   " ON CONFLICT (id, version) DO NOTHING",
    [PUT_OLDER] =
        "INSERT INTO record_older (" RECORD_NAMES ") SELECT " RECORD_MARKS " WHERE NOT EXISTS (SELECT 1 FROM "
        "record WHERE id = ?1 AND version = ?5) ON CONFLICT (id, version) DO NOTHING",
    [PUT_RECORD] =
        "INSERT INTO record (" RECORD_NAMES ") VALUES (" RECORD_MARKS ") ON CONFLICT (id) DO UPDATE SET "
        "nomor = ?2, form = ?3, klaster = ?4, version = ?5, at = ?6, received_at = ?7, reporter = ?8,"
        " role = ?9, place = ?10, posyandu = ?11, person_id = ?12, fields = ?13, findings = ?14,"
        " status = ?15, provider = ?16, message_id = ?17 WHERE record.version < ?5",
    /* Records and persons whose figures are to be counted anew: marked for a whole batch at once. */
    [TOUCH_RECORD] = "INSERT OR IGNORE INTO touched_record SELECT rowid FROM record WHERE id = ?1",
    /* Persons are counted once: who is one with another, or no more, changes the figures of both. */
    [TOUCH_PERSON] = "INSERT OR IGNORE INTO touched_person SELECT ?1 WHERE coalesce((SELECT merged_into FROM"
                     " person WHERE id = ?1), '') <> coalesce(?2, '')",
    [MARK_DUE] = MARK("id = ?1"),
    [MARK_SIGNAL_DUE] =
        "INSERT INTO indicator_due (unit, year) SELECT coalesce(place, '') || '/', substr(at, 1, 4)"
        " FROM alert_event WHERE nomor = ?1 AND event = 'sent'" MARKED,
    [PUT_REFERRAL] =
        "INSERT INTO referral_event (" EVENT_NAMES ") VALUES (" EVENT_MARKS ") ON CONFLICT (id) DO NOTHING",
    [PUT_ALERT] = "INSERT INTO alert_event (" EVENT_NAMES ", disease, rules) VALUES (" EVENT_MARKS
                  ",?10,?11) ON CONFLICT (id) DO NOTHING",
    [ADD_PERSON] =
        "INSERT INTO person (" PERSON_NAMES ") VALUES (" PERSON_MARKS ") ON CONFLICT (id) DO NOTHING",
    [PUT_PERSON] = "INSERT INTO person (" PERSON_NAMES ") VALUES (" PERSON_MARKS
                   ") ON CONFLICT (id) DO UPDATE SET nomor = ?2,"
                   " nama = ?3, jk = ?4, tgl_lahir = ?5, tgl_lahir_exact = ?6, nik = ?7, posyandu = ?8,"
                   " committed_ms = ?9, merged_into = ?10 WHERE person.committed_ms <= ?9",
    /* In this order; ?1 are the numbers.  Figures are counted without them. */
    [FORGET_FIRST] = "INSERT OR IGNORE INTO forgotten SELECT value, ?2, ?3, ?4 FROM json_each(?1)",
    [FORGET_FIRST + 1] = MARK("record.nomor IN (SELECT value FROM json_each(?1))"),
    [FORGET_FIRST + 2] = "DELETE FROM record" OF_FORGOTTEN,
    [FORGET_FIRST + 3] = "DELETE FROM record_older" OF_FORGOTTEN,
    [FORGET_FIRST + 4] =
        "INSERT OR IGNORE INTO touched_person SELECT id FROM person" OF_FORGOTTEN " AND merged_into <> ''",
    [FORGET_FIRST + 5] = "DELETE FROM person" OF_FORGOTTEN,
    [FORGET_FIRST + 6] = "DELETE FROM referral_event" OF_FORGOTTEN,
    [FORGET_FIRST + 7] = "DELETE FROM alert_event" OF_FORGOTTEN,
    [FORGET_LAST - 1] = "INSERT OR IGNORE INTO touched_person SELECT id FROM person WHERE merged_into <> ''"
                        " AND merged_into IN (SELECT value FROM json_each(?2))",
    [FORGET_LAST] =
        "UPDATE person SET merged_into = NULL WHERE merged_into IN (SELECT value FROM json_each(?2))",
    [FORGET_WHO] = "UPDATE record SET reporter = NULL WHERE reporter = ?1",
    [FORGET_WHO + 1] = "UPDATE record_older SET reporter = NULL WHERE reporter = ?1",
    [FORGET_WHO + 2] = "UPDATE referral_event SET who = NULL WHERE who = ?1",
    [FORGET_WHO + 3] = "UPDATE alert_event SET who = NULL WHERE who = ?1",
    [MARK_ADDED] = MARK_SINCE("rowid >= ?1", "?1"), /* the first of the batch; NULL: there is none */
    [MARK_RECORDS] = MARK("rowid IN (SELECT id FROM touched_record)"),
    [MARK_PERSONS] = MARK("person_id IN (SELECT id FROM touched_person) AND rowid NOT IN (SELECT id FROM "
                          "touched_record)"),
    [UNTOUCH_RECORDS] = "DELETE FROM touched_record",
    [UNTOUCH_PERSONS] = "DELETE FROM touched_person",
};

static const struct sqlite_schema schema = {
    /* A page that many rows touch is written once a checkpoint: they come by 64 MB, not by 4. */
    .pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8000;"
               /* Of statement journals: as files they would cost a system call for every row. */
               "PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY;"
               /* For what others write: ours is JSON that was made of a tree. */
               "PRAGMA ignore_check_constraints = ON;"
               "CREATE TEMP TABLE touched_record (id INTEGER PRIMARY KEY) STRICT;"
               "CREATE TEMP TABLE touched_person (id TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;",
    .steps = steps,
    .steps_n = sizeof steps / sizeof *steps,
    .statements = statements,
    .statements_n = STATEMENTS,
    .at_end_n = STATEMENTS - MARK_ADDED,
};

void sqlite_db_schema(struct buf *b)
{
    for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++)
        buf_printf(b, "-- step %u\n%s\n", i + 1, steps[i]);
}

enum sqlite_rc sqlite_db_open(const char *path, int busy_ms, struct sqlite_file **out, struct err *e)
{
    struct stat st;

    /* Not silently a new one: its records would seem never to have been. */
    if (stat(path, &st) == 0 && st.st_size == 0) {
        *out = NULL;
        err_set(e,
                "%s is empty: put it back from a backup (`kentongan ctl restore`), or remove the file to "
                "begin anew; "
                "until then records wait in Redis",
                path);
        return SQLITE_DB_LATER;
    }
    return sqlite_file_open(path, busy_ms, &schema, out, e);
}

/* --- storing --- */

static int run(struct sqlite_file *d, enum statement s)
{
    return sqlite_file_run(d, s);
}

static int put_record(struct sqlite_file *d, enum statement s, const struct record *r)
{
    const struct slice fields = node_json(r->fields, &d->arena),
                       findings = r->findings ? node_json(r->findings, &d->arena) : S("[]");
    const struct slice texts[] = { r->id,       r->nomor,       r->form,     r->klaster, { NULL, 0 },
                                   r->at,       r->received_at, r->reporter, r->role,    r->place,
                                   r->posyandu, r->person_id,   fields,      findings,   r->status,
                                   r->provider, r->message_id };

    for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        sqlite_file_bind(d, s, (int)i + 1, texts[i]);
    sqlite3_bind_int64(d->st[s], 5, r->version);
    return run(d, s);
}

static int mark(struct sqlite_file *d, enum statement s, struct slice key)
{
    sqlite_file_bind(d, s, 1, key);
    return run(d, s);
}

/* What came of a referral or a signal is counted too. */
static int put_event(struct sqlite_file *d, enum statement s, const struct event_row *r)
{
    const struct slice texts[] = { r->id,   r->of,    r->nomor, r->event,   r->at,   r->who,
                                   r->role, r->place, r->words, r->disease, r->rules };
    unsigned n = sizeof(texts) / sizeof(*texts) - (s == PUT_ALERT ? 0 : 2); /* only alerts have these */
    int rc;

    for (unsigned i = 0; i < n; i++)
        sqlite_file_bind(d, s, (int)i + 1, texts[i]);
    rc = run(d, s);
    if (rc != SQLITE_OK)
        return rc;
    return s == PUT_ALERT ? mark(d, MARK_SIGNAL_DUE, r->nomor) : mark(d, TOUCH_RECORD, r->of);
}

static int run_person(struct sqlite_file *d, enum statement s, const struct person_row *r, int64_t first_ms)
{
    const struct slice texts[] = { r->id,        r->nomor,    r->nama, r->jk,
                                   r->tgl_lahir, { NULL, 0 }, r->nik,  r->posyandu };

    for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        sqlite_file_bind(d, s, (int)i + 1, texts[i]);
    sqlite3_bind_int(d->st[s], 6, r->tgl_lahir_exact);
    sqlite3_bind_int64(d->st[s], 9, first_ms);
    sqlite_file_bind(d, s, 10, r->merged_into);
    return run(d, s);
}

static int put_person(struct sqlite_file *d, const struct person_row *r, int64_t first_ms)
{
    int rc = slice_empty(r->merged_into) ? run_person(d, ADD_PERSON, r, first_ms) : SQLITE_OK;

    if (rc != SQLITE_OK || (slice_empty(r->merged_into) && sqlite3_changes(d->db)))
        return rc; /* a new one, as most are: nobody is one with them yet */
    sqlite_file_bind(d, TOUCH_PERSON, 2, r->merged_into);
    rc = mark(d, TOUCH_PERSON, r->id);
    return rc == SQLITE_OK ? run_person(d, PUT_PERSON, r, first_ms) : rc;
}

/* A batch on its way into the file. */
struct storing {
    struct sqlite_file *db;
    bool asked, any_forgotten; /* asked: it is known */
    int64_t first_added;       /* of the records that are new the first; 0: none */
};

/* What is behind the first of a batch was added with it: a row comes behind all that are there. */
static int mark_added(struct storing *t)
{
    int64_t id = sqlite3_last_insert_rowid(t->db->db);

    if (t->first_added && t->first_added <= id)
        return SQLITE_OK;
    t->first_added = id;
    return sqlite3_bind_int64(t->db->st[MARK_ADDED], 1, id);
}

/* The newest version stands in record, every other one in record_older, in whatever order they come. */
static int put_versions(struct storing *t, const struct record *r)
{
    struct sqlite_file *d = t->db;
    int rc = SQLITE_OK;

    if (r->version > 1) { /* it may have stood in another place or year */
        rc = mark(d, MARK_DUE, r->id);
        if (rc == SQLITE_OK)
            rc = put_record(d, KEEP_OLDER, r);
    }
    if (rc == SQLITE_OK)
        rc = put_record(d, PUT_RECORD, r);
    if (rc == SQLITE_OK && sqlite3_changes(d->db) == 0) /* there is a newer one, or this very one */
        return put_record(d, PUT_OLDER, r);
    if (rc != SQLITE_OK || r->version > 1)
        return rc == SQLITE_OK ? mark(d, TOUCH_RECORD, r->id) : rc;
    return mark_added(t);
}

static int forget(struct sqlite_file *d, const struct forget_row *r)
{
    struct slice nomor = node_json(r->nomor, &d->arena),
                 persons = r->persons ? node_json(r->persons, &d->arena) : S("[]");
    int rc = SQLITE_OK;

    for (unsigned s = FORGET_FIRST; s <= FORGET_LAST && nomor.n && rc == SQLITE_OK; s++) {
        sqlite_file_bind(d, s, 1, nomor);
        if (s == FORGET_FIRST) {
            sqlite_file_bind(d, s, 2, r->at);
            sqlite_file_bind(d, s, 3, r->account);
            sqlite_file_bind(d, s, 4, r->why);
        } else if (s >= FORGET_LAST - 1) {
            sqlite_file_bind(d, s, 2, persons);
        }
        rc = sqlite_file_run(d, s);
    }
    for (unsigned s = FORGET_WHO; s < MARK_ADDED && r->who.n && rc == SQLITE_OK; s++) {
        sqlite_file_bind(d, s, 1, r->who);
        rc = sqlite_file_run(d, s);
    }
    return rc;
}

/* SQLITE_ROW or SQLITE_DONE. */
static int finds(struct sqlite_file *d, enum statement s)
{
    int rc = sqlite3_step(d->st[s]);

    sqlite3_reset(d->st[s]);
    return rc;
}

/* SQLITE_ROW: nothing is taken in under that number any more; SQLITE_DONE: it is. */
static int is_forgotten(struct storing *t, struct slice nomor)
{
    if (!t->asked) { /* within the transaction: nobody else forgets meanwhile */
        int rc = finds(t->db, ANY_FORGOTTEN);

        if (rc != SQLITE_ROW && rc != SQLITE_DONE)
            return rc;
        t->asked = true;
        t->any_forgotten = rc == SQLITE_ROW;
    }
    if (!t->any_forgotten)
        return SQLITE_DONE;
    sqlite_file_bind(t->db, IS_FORGOTTEN, 1, nomor);
    return finds(t->db, IS_FORGOTTEN);
}

static struct slice nomor_of(const struct row *r)
{
    switch (r->kind) {
    case ROW_RECORD:
        return r->record.nomor;
    case ROW_PERSON:
        return r->person.nomor;
    case ROW_REFERRAL_EVENT:
    case ROW_ALERT_EVENT:
        return r->event.nomor;
    case ROW_FORGET:
        break;
    }
    return (struct slice)S("");
}

static int put_row(struct storing *t, const struct row *r, int64_t first_ms)
{
    int forgotten = is_forgotten(t, nomor_of(r));
    struct sqlite_file *d = t->db;

    if (forgotten != SQLITE_DONE)
        return forgotten == SQLITE_ROW ? SQLITE_OK : forgotten;
    switch (r->kind) {
    case ROW_RECORD:
        return put_versions(t, &r->record);
    case ROW_REFERRAL_EVENT:
        return put_event(d, PUT_REFERRAL, &r->event);
    case ROW_ALERT_EVENT:
        return put_event(d, PUT_ALERT, &r->event);
    case ROW_PERSON:
        return put_person(d, &r->person, first_ms);
    case ROW_FORGET:
        d->scour = true;
        t->any_forgotten = true;
        return forget(d, &r->forget);
    }
    return SQLITE_MISMATCH;
}

/* The rows of one item.  SQLITE_OK also when it was refused. */
static int put_item(void *arg, struct item *item)
{
    struct storing *t = arg;
    struct sqlite_file *d = t->db;
    struct rows rows = rows_begin(item->body, &d->arena);
    struct row row;

    while (item_row(item, &rows, &row)) {
        int rc = put_row(t, &row, item->first_ms);
        if (sqlite_row_is_to_blame(rc)) {
            /* The library's text names columns, never values. */
            item_refuse(item, sqlite3_errmsg(d->db));
            return SQLITE_OK;
        }
        if (rc != SQLITE_OK)
            return rc;
    }
    return SQLITE_OK;
}

enum sqlite_rc sqlite_db_store(struct sqlite_file *d, struct item *items, unsigned n, struct err *e)
{
    struct storing t = { .db = d };

    sqlite3_bind_null(d->st[MARK_ADDED], 1);
    return sqlite_file_store(d, items, n, put_item, &t, e);
}

/* --- views --- */

enum sqlite_rc sqlite_db_views(struct sqlite_file *d, const char *sql, struct err *e)
{
    return sqlite_file_exec(d, sql, "views", e);
}
