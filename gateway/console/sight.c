/* sight.c - see sight.h. */
#include "gateway/console/sight.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/node.h"
#include "gateway/console/sql.h"
#include "gateway/model/inbound.h"

enum {
    BUSY_MS = 2000,
    PATIENCE_STEPS = 20000,
};

/* --- what a question may see --- */

/* The blocks that a table has rows in, newest first (sql.h). */
#define BLOCKS(table)                                                                                        \
    " WITH RECURSIVE b(n) AS (SELECT max(" SQL_BLOCK(                                                        \
        "") ") FROM " table                                                                                  \
            " UNION ALL SELECT (SELECT max(" SQL_BLOCK("") ") FROM " table " WHERE" SQL_BLOCK(               \
                "") " < b.n) FROM b"                                                                         \
                    " WHERE b.n IS NOT NULL) SELECT n FROM b WHERE n IS NOT NULL"

static const char *const views[] = {
    "CREATE TEMP VIEW record AS SELECT * FROM main.record WHERE (SELECT v FROM wide) OR place IN (SELECT "
    "code FROM"
    " scope) OR posyandu IN (SELECT code FROM scope)",
    "CREATE TEMP VIEW record_history AS SELECT * FROM main.record_history WHERE (SELECT v FROM wide) OR "
    "place IN"
    " (SELECT code FROM scope) OR posyandu IN (SELECT code FROM scope)",
    "CREATE TEMP VIEW person AS SELECT * FROM main.person WHERE (SELECT v FROM wide) OR posyandu IN (SELECT "
    "code"
    " FROM scope)",
    "CREATE TEMP VIEW referral_event AS SELECT * FROM main.referral_event AS e WHERE (SELECT v FROM wide) OR "
    "place"
    " IN (SELECT code FROM scope) OR EXISTS (SELECT 1 FROM main.referral_event AS f WHERE f.nomor = e.nomor "
    "AND"
    " f.place IN (SELECT code FROM scope))",
    "CREATE TEMP VIEW alert_event AS SELECT * FROM main.alert_event AS e WHERE (SELECT v FROM wide) OR place "
    "IN"
    " (SELECT code FROM scope) OR EXISTS (SELECT 1 FROM main.alert_event AS f WHERE f.nomor = e.nomor AND "
    "f.place"
    " IN (SELECT code FROM scope))",
    "CREATE TEMP VIEW indicator_value AS SELECT * FROM main.indicator_value WHERE (SELECT v FROM wide) OR "
    "place IN"
    " (SELECT code FROM scope)",
    "CREATE TEMP VIEW message_in AS SELECT * FROM log.message_in AS i WHERE (SELECT v FROM wide) OR i.sender "
    "IN"
    " (SELECT msisdn FROM staff_in) OR (i.kind = 'signal' AND json_valid(i.text) AND json_extract(i.text,"
    " '$.village') IN (SELECT code FROM scope)) OR (i.sender NOT IN (SELECT msisdn FROM every_staff) AND "
    "EXISTS (SELECT"
    " 1 FROM log.message_out AS o WHERE o.cause = i.id AND o.recipient IN (SELECT msisdn FROM staff_in)))",
    "CREATE TEMP VIEW message_out AS SELECT * FROM log.message_out AS o WHERE (SELECT v FROM wide) OR "
    "o.recipient"
    " IN (SELECT msisdn FROM staff_in) OR EXISTS (SELECT 1 FROM log.message_in AS i WHERE i.id = o.cause AND"
    " (i.sender IN (SELECT msisdn FROM staff_in) OR (i.kind = 'staff' AND EXISTS (SELECT 1 FROM "
    "log.message_out AS x"
    " WHERE" SQL_SMS_OF("x", "o.nomor") " AND x.recipient IN (SELECT msisdn FROM staff_in)))))",
    "CREATE TEMP VIEW message_block AS WITH RECURSIVE b(n) AS (SELECT max(id) / 8192 FROM log.message_in "
    "UNION"
    " ALL SELECT n - 1 FROM b WHERE n > 0) SELECT n FROM b",
    "CREATE TEMP VIEW record_block AS" BLOCKS("main.record"),
    "CREATE TEMP VIEW person_block AS" BLOCKS("main.person"),
    "CREATE TEMP VIEW message_nomor AS SELECT * FROM log.message_nomor",
    "CREATE TEMP VIEW message_form AS SELECT * FROM log.message_form",
    "CREATE TEMP VIEW message_part AS SELECT * FROM log.message_part",
    "CREATE TEMP VIEW message_sent AS SELECT * FROM log.message_sent",
    "CREATE TEMP VIEW indicator AS SELECT * FROM main.indicator",
    /* Where a number sits and what a code is called, for rows that are in scope already. */
    "CREATE TEMP VIEW of_number AS SELECT * FROM every_staff",
    "CREATE TEMP VIEW of_code AS SELECT * FROM every_place",
    "CREATE TEMP VIEW staff AS SELECT * FROM every_staff WHERE (SELECT v FROM wide) OR place IN (SELECT code "
    "FROM"
    " scope)",
    "CREATE TEMP VIEW place AS SELECT * FROM every_place WHERE (SELECT v FROM wide) OR code IN (SELECT code "
    "FROM"
    " scope)",
};

static const char tables[] =
    "CREATE TEMP TABLE every_place (code TEXT PRIMARY KEY, name TEXT, level TEXT, parent TEXT, area TEXT,"
    " village TEXT, kecamatan TEXT) WITHOUT ROWID;"
    "CREATE TEMP TABLE every_staff (msisdn TEXT PRIMARY KEY, role TEXT, name TEXT, place TEXT, pseudonym "
    "TEXT,"
    " active INTEGER, leader INTEGER) WITHOUT ROWID;"
    "CREATE INDEX temp.staff_pseudonym ON every_staff (pseudonym);"
    "CREATE INDEX temp.staff_place ON every_staff (place);"
    "CREATE TEMP TABLE scope (code TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TEMP TABLE staff_in (msisdn TEXT PRIMARY KEY) WITHOUT ROWID;"
    "CREATE TEMP TABLE wide (v INTEGER);";

/* An administrative area holds the smaller ones and the facilities in them; a facility holds those that refer
 * to it, and the villages in which they lie. */
static const char scope_sql[] =
    "INSERT INTO scope WITH RECURSIVE"
    " admin(code) AS (SELECT code FROM every_place WHERE code = ?1 AND level IN"
    "   ('kabkota','kecamatan','desa','kelurahan')"
    "  UNION SELECT p.code FROM every_place AS p JOIN admin AS a ON p.parent = a.code WHERE p.level IN"
    "   ('kecamatan','desa','kelurahan')),"
    " care(code) AS (SELECT code FROM every_place WHERE code = ?1 AND level IN "
    "('rs','puskesmas','pustu','posyandu')"
    "  UNION SELECT p.code FROM every_place AS p JOIN care AS c ON p.parent = c.code)"
    " SELECT code FROM admin"
    " UNION SELECT p.code FROM every_place AS p JOIN admin AS a ON p.area = a.code"
    " UNION SELECT code FROM care"
    " UNION SELECT p.area FROM every_place AS p JOIN care AS c ON p.code = c.code WHERE p.level IN"
    "  ('pustu','posyandu') AND p.area <> ''";

static int authorize(void *arg, int action, const char *a, const char *b, const char *db, const char *view)
{
    const struct sight *c = arg;

    if (!c->locked)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_READ:
        if (view || !db || (strcmp(db, "temp") == 0 && strncmp(a, "every_", 6) != 0))
            return SQLITE_OK;
        /* The index of words finds messages, but does not say what is in them. */
        if (slice_starts(slice_of(a), "message_in_text") || slice_starts(slice_of(a), "message_out_text"))
            return b && strcmp(b, "text") == 0 ? SQLITE_DENY : SQLITE_OK;
        return slice_starts(slice_of(a), "json_") || slice_starts(slice_of(a), "sqlite_") ? SQLITE_OK
                                                                                          : SQLITE_DENY;
    /* A virtual table says its columns anew whenever its file's schema changed, after VACUUM too: the files
     * are open to read alone, so nothing else can come of it. */
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
        return a && strcmp(a, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_CREATE_TABLE:
        return a && strcmp(a, "x") == 0 ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA: /* FTS5 asks whether the file changed */
        return a && strcmp(a, "data_version") == 0 ? SQLITE_OK : SQLITE_DENY;
    default:
        return SQLITE_DENY;
    }
}

/* --- functions --- */

static struct slice argument(sqlite3_value *v)
{
    const char *p = (const char *)sqlite3_value_text(v);

    return p ? slice_make(p, (size_t)sqlite3_value_bytes(v)) : S("");
}

static void result(sqlite3_context *x, struct slice s)
{
    sqlite3_result_text(x, s.p ? s.p : "", (int)s.n, SQLITE_TRANSIENT);
}

static void fn_name(sqlite3_context *x, int n, sqlite3_value **v)
{
    struct sight *c = sqlite3_user_data(x);
    struct slice name = argument(v[0]);

    (void)n;
    if (!name.n)
        return;
    arena_reset(&c->scratch);
    result(x, c->reveal ? name : roster_mask_name(name, &c->scratch));
}

/* The number as people dial it, or the pseudonym of the log. */
static void fn_phone(sqlite3_context *x, int n, sqlite3_value **v)
{
    struct sight *c = sqlite3_user_data(x);
    struct slice number = argument(v[0]);

    (void)n;
    if (!number.n)
        return;
    if (slice_starts(number, INBOUND_BY_ACCOUNT)) { /* an account is no secret: "akun dewi" */
        arena_reset(&c->scratch);
        result(x, arena_printf(&c->scratch, "akun %.*s",
                               SLICE_ARG(slice_skip(number, sizeof INBOUND_BY_ACCOUNT - 1))));
        return;
    }
    result(x, c->reveal ? number : slice_of(log_who(number).text));
}

/* The names in rows as the message log keeps them: [{"fields":{"nama":"Siti Aminah"}}]. */
static struct slice names_in(const struct roster *roster, struct slice rows, struct arena *a)
{
    struct slice names = S("");

    for (const struct node *r = node_first(node_read(rows, a)); r; r = r->next)
        for (const struct node *f = node_first(node_get(r, "fields")); f; f = f->next)
            if (f->kind == NODE_TEXT && roster_is_name(roster, f->key))
                names = arena_printf(a, "%.*s %.*s", SLICE_ARG(names), SLICE_ARG(f->text));
    return names;
}

/* words(text) or words(text, rows): rows are what it was understood as. */
static void fn_words(sqlite3_context *x, int n, sqlite3_value **v)
{
    struct sight *c = sqlite3_user_data(x);
    struct slice text = argument(v[0]), names = S("");

    if (!text.n)
        return;
    arena_reset(&c->scratch);
    if (n > 1 && !c->reveal)
        names = names_in(c->roster, argument(v[1]), &c->scratch);
    result(x, c->reveal ? text : roster_mask(c->roster, text, names, &c->scratch));
}

/* Only where it is revealed: a link to dial. */
static void fn_dial(sqlite3_context *x, int n, sqlite3_value **v)
{
    struct sight *c = sqlite3_user_data(x);

    (void)n;
    if (c->reveal)
        result(x, argument(v[0]));
}

/* --- a connection --- */

static int on_progress(void *arg)
{
    const struct sight *c = arg;

    return clock_mono_ms() > c->until_ms;
}

static int run(struct sight *c, const char *sql)
{
    return sqlite3_exec(c->db, sql, NULL, NULL, NULL);
}

void sight_close(struct sight *c)
{
    sqlite3_close(c->db);
    arena_free(&c->scratch);
    *c = (struct sight){ 0 };
}

bool sight_open(struct sight *c, const char *district)
{
    static const struct {
        const char *name;
        int arguments;
        void (*f)(sqlite3_context *, int, sqlite3_value **);
    } functions[] = { { "name", 1, fn_name },
                      { "phone", 1, fn_phone },
                      { "words", 1, fn_words },
                      { "words", 2, fn_words },
                      { "dial", 1, fn_dial } };
    bool there = access(district, R_OK) == 0;

    if (c->db && c->district == there)
        return true;
    sight_close(c);
    arena_init(&c->scratch, 1 << 20);
    c->district = there;
    if (sqlite3_open_v2(there ? district : ":memory:", &c->db,
                        (there ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                            SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        sight_close(c);
        return false;
    }
    sqlite3_busy_timeout(c->db, BUSY_MS);
    sqlite3_set_authorizer(c->db, authorize, c);
    sqlite3_progress_handler(c->db, PATIENCE_STEPS, on_progress, c);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        sqlite3_create_function(c->db, functions[i].name, functions[i].arguments, SQLITE_UTF8, c,
                                functions[i].f, NULL, NULL);
    run(c, "PRAGMA temp_store = MEMORY");
    run(c, tables);
    run(c, "SELECT 1 FROM json_each('[]')"); /* made while tables may be made */
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        run(c, views[i]);
    return true;
}

static void bind(sqlite3_stmt *st, int at, struct slice s)
{
    if (s.n)
        sqlite3_bind_text(st, at, s.p, (int)s.n, SQLITE_STATIC);
    else
        sqlite3_bind_text(st, at, "", 0, SQLITE_STATIC);
}

static void fill_places(struct sight *c, const struct roster *r)
{
    sqlite3_stmt *st = NULL;

    sqlite3_prepare_v2(c->db, "INSERT OR IGNORE INTO every_place VALUES (?1,?2,?3,?4,?5,?6,?7)", -1, &st,
                       NULL);
    for (unsigned i = 0; st && i < r->places_n; i++) {
        const struct roster_place *p = &r->places[i];
        const struct slice cells[] = { p->code, p->name,    p->level,    p->parent,
                                       p->area, p->village, p->kecamatan };

        for (int k = 0; k < 7; k++)
            bind(st, k + 1, cells[k]);
        sqlite3_step(st);
        sqlite3_reset(st);
    }
    sqlite3_finalize(st);
}

static void fill_staff(struct sight *c, const struct roster *r)
{
    sqlite3_stmt *st = NULL;

    sqlite3_prepare_v2(c->db, "INSERT OR IGNORE INTO every_staff VALUES (?1,?2,?3,?4,?5,?6,?7)", -1, &st,
                       NULL);
    for (unsigned i = 0; st && i < r->people_n; i++) {
        const struct roster_person *p = &r->people[i];
        const struct slice cells[] = { p->msisdn, p->role, p->name, p->place, p->pseudonym };

        for (int k = 0; k < 5; k++)
            bind(st, k + 1, cells[k]);
        sqlite3_bind_int(st, 6, p->active);
        sqlite3_bind_int(st, 7, p->leader);
        sqlite3_step(st);
        sqlite3_reset(st);
    }
    sqlite3_finalize(st);
}

/* The tables that do not come from a file, as they must be for this asker. */
void sight_scope(struct sight *c, const struct roster *r, struct slice area)
{
    sqlite3_stmt *st = NULL;
    bool wide = !area.n || slice_eq(area, r->district);

    c->locked = false;
    if (c->serial != r->serial) {
        run(c, "BEGIN; DELETE FROM every_place; DELETE FROM every_staff;");
        fill_places(c, r);
        fill_staff(c, r);
        run(c, "COMMIT");
        c->serial = r->serial;
        c->scoped = false;
    }
    if (!c->scoped || !slice_is(area, c->area)) {
        run(c, "BEGIN; DELETE FROM scope; DELETE FROM staff_in; DELETE FROM wide;");
        run(c, wide ? "INSERT INTO wide VALUES (1)" : "INSERT INTO wide VALUES (0)");
        if (!wide && sqlite3_prepare_v2(c->db, scope_sql, -1, &st, NULL) == SQLITE_OK) {
            bind(st, 1, area);
            sqlite3_step(st);
        }
        sqlite3_finalize(st);
        run(c, "INSERT INTO staff_in SELECT msisdn FROM every_staff WHERE place IN (SELECT code FROM scope); "
               "COMMIT");
        snprintf(c->area, sizeof c->area, "%.*s", SLICE_ARG(area));
        c->scoped = true;
    }
    c->locked = true;
}

bool sight_attach(struct sight *c, const char *path)
{
    sqlite3_stmt *st = NULL;
    char uri[560];
    bool ok;

    if (strcmp(c->log, path) == 0)
        return true;
    c->locked = false;
    if (c->log[0])
        run(c, "DETACH log");
    c->log[0] = '\0';
    snprintf(uri, sizeof uri, "file:%s?mode=ro", path);
    ok = sqlite3_prepare_v2(c->db, "ATTACH ?1 AS log", -1, &st, NULL) == SQLITE_OK &&
         sqlite3_bind_text(st, 1, uri, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(st) == SQLITE_DONE;
    sqlite3_finalize(st);
    if (ok)
        run(c, "SELECT 1 FROM log.message_in_text WHERE message_in_text MATCH 'a' LIMIT 1");
    c->locked = true;
    if (ok)
        snprintf(c->log, sizeof c->log, "%s", path);
    return ok;
}
