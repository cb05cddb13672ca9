/* log_db.c - see log_db.h.
 *
 * message_sent and message_part hold facts in any order; who reads message_out works the state of an SMS out
 * of them, since few are ever looked at.  It counts as delivered when all parts are that the provider took
 * which sent it last; as failed when one of them failed.  The index of words is filled at the end of a batch:
 * for FTS5 each statement is a transaction of its own, so a row at a time costs ten times as much. */
#include "gateway/district/log_db.h"

#include <string.h>

#include "gateway/model/log_line.h"

enum statement {
    PUT_IN,
    FIND_IN,
    LAST_IN,
    PUT_OUT,
    PUT_NOMOR,
    PUT_FORM,
    PUT_SENT,
    PUT_ID,
    SET_ASIDE,
    PUT_REPORT,
    INDEX_IN, /* from here on: at the end of each batch */
    STATEMENTS,
};

enum {
    UNDERSTOOD_MAX = 1 << 20, /* no line is so long */
};

/* A report that nobody has adopted so long before an SMS got the same id is about an earlier one. */
#define ADOPT_MS "3600000"

/* Columns of the view message_out, of an SMS o. */
#define STATE_OF_SMS                                                                                         \
    " (SELECT CASE WHEN max(p.whole AND p.weight = 4) OR (s.state = 'sent' AND min(CASE WHEN p.provider ="   \
    "    s.provider AND NOT p.whole THEN p.weight END) = 4) THEN 'delivered'"                                \
    "   WHEN max(p.weight = 3 AND p.provider = coalesce(s.provider, p.provider)) THEN 'failed'"              \
    "   ELSE coalesce(s.state, 'queued') END FROM (SELECT 1) LEFT JOIN message_sent AS s ON s.uuid = o.uuid" \
    "   LEFT JOIN message_part AS p ON p.uuid = o.uuid) AS state,"                                           \
    " (SELECT s.why FROM message_sent AS s WHERE s.uuid = o.uuid) AS why,"                                   \
    " max(o.at_ms, coalesce((SELECT s.at_ms FROM message_sent AS s WHERE s.uuid = o.uuid), 0),"              \
    "   coalesce((SELECT max(p.at_ms) FROM message_part AS p WHERE p.uuid = o.uuid AND p.weight > 0), 0))"   \
    "   AS state_ms,"                                                                                        \
    " coalesce((SELECT s.attempts FROM message_sent AS s WHERE s.uuid = o.uuid), 0) AS attempts,"            \
    " (SELECT count(*) FROM message_part AS p WHERE p.uuid = o.uuid AND NOT p.whole) AS parts"

/* SMS that a message may have (OUTCOME_SMS). */
#define PLACES "64"
_Static_assert(OUTCOME_SMS == 64, "PLACES");

static const char *const steps[] = {
    "CREATE TABLE message_in (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL,"
    " kind TEXT NOT NULL, provider TEXT, provider_id TEXT, sender TEXT, recipient TEXT, text TEXT,"
    " reason TEXT, screen TEXT, understood TEXT"
    " CHECK (understood IS NULL OR json_valid(understood))) STRICT;"
    "CREATE TABLE message_out (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, cause TEXT NOT NULL,"
    " at_ms INTEGER NOT NULL, recipient TEXT, class TEXT, nomor TEXT, text TEXT, provider TEXT,"
    " lane INTEGER, expires_ms INTEGER, state TEXT NOT NULL, why TEXT, state_ms INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, parts INTEGER NOT NULL) STRICT;"
    "CREATE TABLE message_sent (uuid TEXT PRIMARY KEY NOT NULL, state TEXT NOT NULL, why TEXT,"
    " provider TEXT, attempts INTEGER NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    /* whole: the report is about the SMS, whose uuid stands in the place of an id. */
    "CREATE TABLE message_part (provider TEXT NOT NULL, their_id TEXT NOT NULL, whole INTEGER NOT NULL,"
    " uuid TEXT, state TEXT, weight INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (provider, their_id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE message_nomor (nomor TEXT NOT NULL, uuid TEXT NOT NULL, PRIMARY KEY (nomor, uuid))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX message_in_at ON message_in (at_ms);"
    "CREATE INDEX message_in_sender ON message_in (sender, at_ms);"
    "CREATE INDEX message_out_cause ON message_out (cause);"
    "CREATE INDEX message_out_at ON message_out (at_ms);"
    "CREATE INDEX message_out_recipient ON message_out (recipient, at_ms);"
    "CREATE INDEX message_out_nomor ON message_out (nomor);"
    "CREATE INDEX message_part_uuid ON message_part (uuid);"
    "CREATE INDEX message_part_at ON message_part (at_ms);"
    "CREATE INDEX message_sent_at ON message_sent (at_ms);"
    "CREATE INDEX message_nomor_uuid ON message_nomor (uuid);"
    "CREATE VIRTUAL TABLE message_in_text USING fts5 (text, content = 'message_in', content_rowid = 'id');"
    "CREATE VIRTUAL TABLE message_out_text USING fts5 (text, content = 'message_out', content_rowid = 'id');"
    "CREATE TRIGGER message_in_new AFTER INSERT ON message_in BEGIN"
    " INSERT INTO message_in_text (rowid, text) VALUES (new.id, new.text); END;"
    "CREATE TRIGGER message_in_gone AFTER DELETE ON message_in BEGIN"
    " INSERT INTO message_in_text (message_in_text, rowid, text) VALUES ('delete', old.id, old.text); END;"
    "CREATE TRIGGER message_out_new AFTER INSERT ON message_out BEGIN"
    " INSERT INTO message_out_text (rowid, text) VALUES (new.id, new.text); END;"
    "CREATE TRIGGER message_out_gone AFTER DELETE ON message_out BEGIN"
    " INSERT INTO message_out_text (message_out_text, rowid, text) VALUES ('delete', old.id, old.text); END;",
    /* Messages by their place in this file, not by their random uuid; words a batch at a time. */
    "DROP TRIGGER message_in_new; DROP TRIGGER message_in_gone;"
    "DROP TRIGGER message_out_new; DROP TRIGGER message_out_gone;"
    "ALTER TABLE message_out RENAME TO out_1; ALTER TABLE message_nomor RENAME TO nomor_1;"
    "CREATE TABLE message_out (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, cause INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, recipient TEXT, class TEXT, nomor TEXT, text TEXT, provider TEXT,"
    " lane INTEGER, expires_ms INTEGER, state TEXT NOT NULL, why TEXT, state_ms INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, parts INTEGER NOT NULL) STRICT;"
    "CREATE TABLE message_nomor (nomor TEXT NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (nomor, message))"
    " STRICT, WITHOUT ROWID;"
    "INSERT INTO message_out SELECT o.id, o.uuid, i.id, o.at_ms, o.recipient, o.class, o.nomor, o.text,"
    " o.provider, o.lane, o.expires_ms, o.state, o.why, o.state_ms, o.attempts, o.parts"
    " FROM out_1 AS o JOIN message_in AS i ON i.uuid = o.cause;"
    "INSERT INTO message_nomor SELECT n.nomor, i.id FROM nomor_1 AS n JOIN message_in AS i USING (uuid);"
    "DROP TABLE out_1; DROP TABLE nomor_1;"
    "CREATE INDEX message_out_cause ON message_out (cause);"
    "CREATE INDEX message_out_at ON message_out (at_ms);"
    "CREATE INDEX message_out_recipient ON message_out (recipient, at_ms);"
    "CREATE INDEX message_out_nomor ON message_out (nomor);"
    "CREATE INDEX message_nomor_message ON message_nomor (message);",
    "CREATE INDEX message_in_draft ON message_in (at_ms) WHERE reason = 'draft_expired';",
    /* A file goes as a whole: no row is deleted, and what was said to people is found by whom and when. */
    "DROP TABLE message_in_text; DROP TABLE message_out_text;"
    "CREATE VIRTUAL TABLE message_in_text USING fts5 (text, content = '');"
    "INSERT INTO message_in_text (rowid, text) SELECT id, text FROM message_in;",
    /* What the console filters by, each in the order of the messages. */
    "CREATE TABLE message_form (form TEXT NOT NULL, message INTEGER NOT NULL, PRIMARY KEY (form, message))"
    " STRICT, WITHOUT ROWID;"
    "INSERT OR IGNORE INTO message_form SELECT json_extract(j.value, '$.form'), i.id FROM message_in AS i,"
    " json_each(i.understood) AS j WHERE json_extract(j.value, '$.form') IS NOT NULL;"
    "CREATE INDEX message_in_reason ON message_in (reason);"
    "CREATE INDEX message_in_from ON message_in (sender);"
    "CREATE INDEX message_out_emergency ON message_out (cause) WHERE class = 'emergency';",
    /* Nobody asks by time: messages stand in its order, and a file is a month. */
    "DROP INDEX message_in_at; DROP INDEX message_in_sender; DROP INDEX message_out_at;"
    "DROP INDEX message_part_at; DROP INDEX message_sent_at;",
    /* Nor by whom an SMS went to; and what numbers a message has is said in it and in its SMS. */
    "DROP INDEX message_out_recipient; DROP INDEX message_nomor_message;",
    /* By whom within what came together: what is written together stands together (sqlite_db.c). */
    "DROP INDEX message_in_from; CREATE INDEX message_in_from ON message_in (id / 8192, sender);",
    /* A batch makes a segment of words; four of them merged at a time are written over and over. */
    "INSERT INTO message_in_text (message_in_text, rank) VALUES ('automerge', 16);",
    /* What became of an SMS is not written, but read: of the facts.  Parts count at the provider that sent
     * last: before it another may have taken some of them. */
    "CREATE TABLE message_sms (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, cause INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, recipient TEXT, class TEXT, nomor TEXT, text TEXT, provider TEXT,"
    " lane INTEGER, expires_ms INTEGER) STRICT;"
    "INSERT INTO message_sms SELECT id, uuid, cause, at_ms, recipient, class, nomor, text, provider, lane,"
    " expires_ms FROM message_out;"
    /* Of which the facts are gone: another SMS had the id later. */
    "UPDATE message_sent AS s SET state = (SELECT o.state FROM message_out AS o WHERE o.uuid = s.uuid)"
    " WHERE EXISTS (SELECT 1 FROM message_out AS o WHERE o.uuid = s.uuid AND o.state IN ('delivered',"
    " 'failed')) AND NOT EXISTS (SELECT 1 FROM message_part AS p WHERE p.uuid = s.uuid AND p.weight >= 3);"
    "DROP TABLE message_out;"
    "CREATE INDEX message_sms_cause ON message_sms (cause);"
    "CREATE INDEX message_sms_nomor ON message_sms (nomor);"
    "CREATE INDEX message_sms_emergency ON message_sms (cause) WHERE class = 'emergency';"
    "CREATE VIEW message_out AS SELECT o.id, o.uuid, o.cause, o.at_ms, o.recipient, o.class, o.nomor, o.text,"
    " o.provider, o.lane, o.expires_ms," STATE_OF_SMS " FROM message_sms AS o;",
    /* An SMS stands where its message and its place in it say, so that no index is needed to know it again;
     * those of a number are found by its messages. */
    "DROP VIEW message_out;"
    "CREATE TABLE sms_11 (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, cause INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, recipient TEXT, class TEXT, nomor TEXT, text TEXT, provider TEXT,"
    " lane INTEGER) STRICT;"
    "INSERT INTO sms_11 SELECT cause * " PLACES " + row_number() OVER (PARTITION BY cause ORDER BY id) - 1,"
    " uuid, cause, at_ms, recipient, class, nomor, text, provider, lane FROM message_sms;"
    "DROP TABLE message_sms; ALTER TABLE sms_11 RENAME TO message_sms;"
    "CREATE INDEX message_sms_cause ON message_sms (cause);"
    "CREATE INDEX message_sms_emergency ON message_sms (cause) WHERE class = 'emergency';"
    "CREATE VIEW message_out AS SELECT o.id, o.uuid, o.cause, o.at_ms, o.recipient, o.class, o.nomor, o.text,"
    " o.provider, o.lane," STATE_OF_SMS " FROM message_sms AS o;"
    /* How long each text is, nobody asks. */
    "DROP TABLE message_in_text;"
    "CREATE VIRTUAL TABLE message_in_text USING fts5 (text, content = '', columnsize = 0);"
    "INSERT INTO message_in_text (rowid, text) SELECT id, text FROM message_in;"
    "INSERT INTO message_in_text (message_in_text, rank) VALUES ('automerge', 16);",
};

static const char *const statements[STATEMENTS] = {
    [PUT_IN] = "INSERT INTO message_in (uuid, at_ms, kind, provider, provider_id, sender, recipient, text,"
               " reason, screen, understood) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"
               /* again, or carried out after people released what was parked */
               " ON CONFLICT (uuid) DO UPDATE SET reason = CASE ?9 WHEN 'parked' THEN reason ELSE ?9 END,"
               " screen = coalesce(?10, screen), understood = coalesce(?11, understood)",
    [FIND_IN] = "SELECT id FROM message_in WHERE uuid = ?1",
    [LAST_IN] = "SELECT max(id) FROM message_in",
    [PUT_OUT] =
        "INSERT INTO message_sms (uuid, cause, at_ms, recipient, class, nomor, text, provider, lane, id)"
        " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?2 * " PLACES " + ?10) ON CONFLICT (id) DO NOTHING",
    [PUT_NOMOR] = "INSERT INTO message_nomor (nomor, message) VALUES (?1,?2) ON CONFLICT DO NOTHING",
    [PUT_FORM] = "INSERT INTO message_form (form, message) VALUES (?1,?2) ON CONFLICT DO NOTHING",
    /* The last word counts; of two at the same moment the one after more attempts. */
    [PUT_SENT] = "INSERT INTO message_sent (uuid, state, why, provider, attempts, at_ms)"
                 " VALUES (?1,?2,?3,?4,?5,?6) ON CONFLICT (uuid) DO UPDATE SET state = ?2, why = ?3,"
                 " provider = ?4, attempts = ?5, at_ms = ?6"
                 " WHERE (message_sent.at_ms, message_sent.attempts) <= (?6, ?5)",
    /* A report may come first: it is adopted. */
    [PUT_ID] = "INSERT INTO message_part AS p (provider, their_id, whole, uuid, weight, at_ms)"
               " VALUES (?1,?2,0,?3,0,?4) ON CONFLICT (provider, their_id) DO UPDATE SET uuid = ?3,"
               " weight = CASE WHEN p.at_ms >= ?4 - " ADOPT_MS " THEN p.weight ELSE 0 END,"
               " state = CASE WHEN p.at_ms >= ?4 - " ADOPT_MS " THEN p.state END WHERE p.uuid IS NULL",
    /* An id that another SMS had is this one's from now on; what was said of the other stays said. */
    [SET_ASIDE] = "UPDATE message_part SET their_id = their_id || ' ' || uuid WHERE provider = ?1 AND"
                  " their_id = ?2 AND uuid <> ?3 AND at_ms <= ?4",
    /* That it arrived outweighs all else, whenever it is said. */
    [PUT_REPORT] = "INSERT INTO message_part AS p (provider, their_id, whole, uuid, state, weight, at_ms)"
                   " VALUES (?1,?2,?3,?4,?5,?6,?7) ON CONFLICT (provider, their_id) DO UPDATE SET"
                   " state = ?5, weight = ?6, at_ms = ?7, uuid = coalesce(p.uuid, ?4) WHERE p.weight < ?6",
    [INDEX_IN] = "INSERT INTO message_in_text (rowid, text) SELECT id, text FROM message_in"
                 " WHERE id > ?1",
};

static const struct sqlite_schema schema = {
    /* What a power cut takes from this file still stands in Redis: an entry is ended after its commit. */
    .pragmas =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000;"
        "PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA ignore_check_constraints = ON;",
    .steps = steps,
    .steps_n = sizeof steps / sizeof *steps,
    .statements = statements,
    .statements_n = STATEMENTS,
    .at_end_n = STATEMENTS - INDEX_IN,
};

enum sqlite_rc log_db_open(const char *path, int busy_ms, struct sqlite_file **out, struct err *e)
{
    return sqlite_file_open(path, busy_ms, &schema, out, e);
}

/* --- storing --- */

/* A batch on its way into one file. */
struct storing {
    struct sqlite_file *db;
    struct log_line line;  /* the one at work */
    struct buf understood; /* as what */
    log_db_wants *wants;
    void *arg;
};

/* Texts from parameter 1 on; those with a NULL pointer are left to bind_int. */
static void bind_texts(struct sqlite_file *d, enum statement s, const struct slice *texts, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        sqlite_file_bind(d, s, (int)i + 1, texts[i]);
}

static void bind_int(struct sqlite_file *d, enum statement s, int at, int64_t n)
{
    sqlite3_bind_int64(d->st[s], at, n);
}

static int run(struct sqlite_file *d, enum statement s)
{
    return sqlite_file_run(d, s);
}

/* A word of the message, for its index. */
static int put_word(struct sqlite_file *d, enum statement index, struct slice word, int64_t message)
{
    if (!word.n)
        return SQLITE_OK;
    sqlite_file_bind(d, index, 1, word);
    bind_int(d, index, 2, message);
    return run(d, index);
}

/* Is it of one of the first n rows too? */
static bool has_nomor(const struct log_line *line, unsigned n, struct slice nomor)
{
    for (unsigned i = 0; i < n; i++)
        if (slice_eq(line->rows[i].nomor, nomor))
            return true;
    return false;
}

static int put_out(struct sqlite_file *d, const struct log_line *line, unsigned place, int64_t cause)
{
    const struct log_sms *o = &line->sms[place];
    const struct lane_sms *sms = &o->sms;
    int rc;

    bind_texts(d, PUT_OUT,
               (struct slice[]){ sms->uuid, S(""), S(""), sms->to, slice_of(sms_class_name(sms->class)),
                                 sms->nomor, sms->text, o->by },
               8);
    bind_int(d, PUT_OUT, 2, cause);
    bind_int(d, PUT_OUT, 3, line->at_ms);
    bind_int(d, PUT_OUT, 9, o->lane);
    bind_int(d, PUT_OUT, 10, place);
    rc = run(d, PUT_OUT);
    if (rc == SQLITE_OK && !has_nomor(line, line->rows_n, sms->nomor))
        rc = put_word(d, PUT_NOMOR, sms->nomor, cause);
    return rc;
}

/* Where the message stands that was just put: as a new row, or in the place of what stood there of it. */
static int find_in(struct sqlite_file *d, struct slice uuid, int64_t *message)
{
    sqlite3_stmt *st = d->st[FIND_IN];

    *message = sqlite3_last_insert_rowid(d->db);
    if (*message)
        return SQLITE_OK;
    sqlite_file_bind(d, FIND_IN, 1, uuid);
    if (sqlite3_step(st) == SQLITE_ROW)
        *message = sqlite3_column_int64(st, 0);
    return sqlite3_reset(st);
}

static int put_in(struct storing *t)
{
    const struct log_line *line = &t->line;
    struct sqlite_file *d = t->db;
    int64_t message = 0;
    int rc;

    buf_clear(&t->understood);
    log_rows_json(&t->understood, line);
    bind_texts(d, PUT_IN,
               (struct slice[]){ line->uuid, S(""), line->kind, line->provider, line->id, line->from,
                                 line->to, line->text, line->reason, line->screen,
                                 buf_slice(&t->understood) },
               11);
    bind_int(d, PUT_IN, 2, line->at_ms);
    sqlite3_set_last_insert_rowid(d->db, 0);
    rc = run(d, PUT_IN);
    if (rc == SQLITE_OK)
        rc = find_in(d, line->uuid, &message);
    for (unsigned i = 0; i < line->rows_n && rc == SQLITE_OK; i++)
        if (!has_nomor(line, i, line->rows[i].nomor))
            rc = put_word(d, PUT_NOMOR, line->rows[i].nomor, message);
    for (unsigned i = 0; i < line->rows_n && rc == SQLITE_OK; i++)
        rc = put_word(d, PUT_FORM, line->rows[i].form, message);
    for (unsigned i = 0; i < line->sms_n && rc == SQLITE_OK; i++)
        rc = put_out(d, line, i, message);
    return rc;
}

static int put_sent(struct storing *t)
{
    const struct log_line *line = &t->line;
    struct sqlite_file *d = t->db;
    bind_texts(d, PUT_SENT, (struct slice[]){ line->uuid, line->state, line->why, line->provider }, 4);
    bind_int(d, PUT_SENT, 5, line->attempts);
    bind_int(d, PUT_SENT, 6, line->at_ms);
    return run(d, PUT_SENT);
}

static int run_id(struct sqlite_file *d, enum statement s, const struct log_line *line)
{
    bind_texts(d, s, (struct slice[]){ line->provider, line->id, line->uuid }, 3);
    bind_int(d, s, 4, line->at_ms);
    return run(d, s);
}

static int put_id(struct storing *t)
{
    const struct log_line *line = &t->line;
    struct sqlite_file *d = t->db;
    int rc = run_id(d, PUT_ID, line);

    if (rc != SQLITE_OK || sqlite3_changes(d->db))
        return rc;
    rc = run_id(d, SET_ASIDE, line); /* it is known: as this one's, or as another's */
    return rc == SQLITE_OK && sqlite3_changes(d->db) ? run_id(d, PUT_ID, line) : rc;
}

/* How much a report says; a heavier one takes the place of a lighter one. */
static int weight_of(struct slice state)
{
    if (slice_is(state, "delivered"))
        return 4;
    if (slice_is(state, "failed") || slice_is(state, "rejected"))
        return 3;
    return slice_is(state, "accepted") ? 2 : 1;
}

static int put_report(struct storing *t)
{
    const struct log_line *line = &t->line;
    struct sqlite_file *d = t->db;
    bool whole = line->uuid.n && !line->part;

    bind_texts(
        d, PUT_REPORT,
        (struct slice[]){ line->provider, whole ? line->uuid : line->id, S(""), line->uuid, line->state }, 5);
    bind_int(d, PUT_REPORT, 3, whole);
    bind_int(d, PUT_REPORT, 6, weight_of(line->state));
    bind_int(d, PUT_REPORT, 7, line->at_ms);
    return run(d, PUT_REPORT);
}

static int put_line(struct storing *t)
{
    static int (*const put[LOG_WHATS])(struct storing *) = {
        [LOG_IN] = put_in, [LOG_SENT] = put_sent, [LOG_ID] = put_id, [LOG_DLR] = put_report
    };

    if (t->wants && !t->wants(t->arg, t->line.at_ms, t->line.what == LOG_IN))
        return SQLITE_OK;
    return put[t->line.what](t);
}

static int put_item(void *arg, struct item *item)
{
    struct storing *t = arg;
    struct slice rest = item->body;

    while (!slice_empty(rest) && !item->refused) {
        int rc = SQLITE_OK;

        if (log_line_next(&rest, &t->db->arena, &t->line))
            rc = put_line(t);
        else
            item_refuse(item, "a line of the message log that this program does not know");
        if (sqlite_row_is_to_blame(rc))
            item_refuse(item, sqlite3_errmsg(t->db->db));
        else if (rc != SQLITE_OK)
            return rc;
    }
    return SQLITE_OK;
}

/* The index of words takes what stands behind it. */
static void note_last(struct sqlite_file *d)
{
    sqlite3_stmt *st = d->st[LAST_IN];

    bind_int(d, INDEX_IN, 1, sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : 0);
    sqlite3_reset(st);
}

enum sqlite_rc log_db_store(struct sqlite_file *d, struct item *items, unsigned n, log_db_wants *wants,
                            void *arg, struct err *e)
{
    struct storing t;

    enum sqlite_rc rc;

    t.db = d;
    t.wants = wants;
    t.arg = arg;
    buf_init(&t.understood, UNDERSTOOD_MAX);
    note_last(d);
    rc = sqlite_file_store(d, items, n, put_item, &t, e);
    buf_free(&t.understood);
    return rc;
}
