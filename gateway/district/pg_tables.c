/* pg_tables.c - see pg_tables.h. */
#include "gateway/district/pg_tables.h"

#include "gateway/base/node.h"

/* --- schema: step i leads from version i to i + 1; a step once released is never edited, and only adds,
 * since the version before may run beside this one --- */

#define RECORD_COLUMNS                                                                                       \
    "nomor text NOT NULL, form text NOT NULL, klaster text, version integer NOT NULL, at text NOT NULL,"     \
    " received_at text NOT NULL, reporter text, role text, place text, posyandu text, person_id text,"       \
    " fields jsonb NOT NULL, findings jsonb NOT NULL, status text NOT NULL, provider text, message_id text"
#define EVENT_COLUMNS                                                                                        \
    "id uuid PRIMARY KEY, of text, nomor text NOT NULL, event text NOT NULL CHECK (event <> ''), at text "   \
    "NOT "                                                                                                   \
    "NULL, who text, role text, place text, words text"

#define RECORD_NAMES                                                                                         \
    "id, nomor, form, klaster, version, at, received_at, reporter, role, place, posyandu, person_id, "       \
    "fields, findings, status, provider, message_id"
#define OLD_NAMES                                                                                            \
    "OLD.id, OLD.nomor, OLD.form, OLD.klaster, OLD.version, OLD.at, OLD.received_at, OLD.reporter, "         \
    "OLD.role, OLD.place, OLD.posyandu, OLD.person_id, OLD.fields, OLD.findings, OLD.status, "               \
    "OLD.provider, OLD.message_id"

static const char *const steps[] = {
    "CREATE TABLE record (id uuid PRIMARY KEY, " RECORD_COLUMNS ");\n"
    "CREATE TABLE record_history (id uuid NOT NULL, " RECORD_COLUMNS ", PRIMARY KEY (id, version));\n"
    "CREATE TABLE referral_event (" EVENT_COLUMNS ");\n"
    "CREATE TABLE alert_event (" EVENT_COLUMNS ");\n"
    "CREATE TABLE person (id text PRIMARY KEY, nomor text NOT NULL, nama text, jk text, tgl_lahir text,"
    " tgl_lahir_exact integer NOT NULL, nik text, posyandu text, committed_ms bigint NOT NULL);\n"
    "CREATE INDEX record_nomor ON record (nomor);\n"
    "CREATE INDEX record_village ON record (place, form, at);\n"
    "CREATE INDEX record_person ON record (person_id);\n"
    "CREATE INDEX referral_event_nomor ON referral_event (nomor);\n"
    "CREATE INDEX alert_event_nomor ON alert_event (nomor);\n"
    "CREATE INDEX person_nomor ON person (nomor);\n"
    "CREATE TABLE kentongan_views (hash text NOT NULL);\n",
    /* What a signal is about, and the versions of the rows that it was judged by. */
    "ALTER TABLE alert_event ADD COLUMN disease text, ADD COLUMN rules text;\n",
    /* One child under two numbers (flows/care/merge.h). */
    "ALTER TABLE person ADD COLUMN merged_into text;\n",
    /* Numbers under which nothing is taken in any more (record.h, struct forget_row). */
    "CREATE TABLE forgotten (nomor text PRIMARY KEY, at text NOT NULL, account text, why text);\n",
    /* docs/indicators.md: what is counted, the counts, and where they have to be made anew. */
    "CREATE TABLE indicator (id text PRIMARY KEY, klaster text NOT NULL, words text NOT NULL, target double"
    " precision, direction text NOT NULL, grade text NOT NULL, source text NOT NULL, version integer NOT "
    "NULL,"
    " denominator text NOT NULL, position integer NOT NULL);\n"
    "CREATE TABLE indicator_value (indicator text NOT NULL, place text NOT NULL, month text NOT NULL, n "
    "bigint"
    " NOT NULL, d bigint, n_year bigint NOT NULL, d_year bigint, computed_at text NOT NULL, PRIMARY KEY "
    "(place,"
    " month, indicator));\n"
    "CREATE TABLE indicator_base (village text NOT NULL, posyandu text NOT NULL, month text NOT NULL, "
    "indicator"
    " text NOT NULL, n bigint NOT NULL, d bigint NOT NULL, PRIMARY KEY (village, month, posyandu,"
    " indicator));\n"
    "CREATE TABLE indicator_due (unit text NOT NULL, year text NOT NULL, turn bigint NOT NULL DEFAULT 0, "
    "PRIMARY"
    " KEY (unit, year));\n"
    "CREATE TABLE indicator_state (hash text NOT NULL);\n",
    /* Most records have one version: it stands once, and only what was replaced stands beside it.  A trigger
     * keeps it, since only an UPDATE knows what it replaces when two gateways store at once. */
    "ALTER TABLE record_history RENAME TO record_older;\n"
    "CREATE VIEW record_history AS SELECT " RECORD_NAMES " FROM record UNION ALL SELECT " RECORD_NAMES
    " FROM record_older AS o WHERE NOT EXISTS (SELECT FROM record AS r WHERE r.id = o.id AND r.version ="
    " o.version);\n"
    "CREATE FUNCTION kentongan_keep() RETURNS trigger LANGUAGE plpgsql AS $keep$ BEGIN\n"
    "INSERT INTO record_older (" RECORD_NAMES ") SELECT " OLD_NAMES " ON CONFLICT (id, version) DO NOTHING;\n"
    "INSERT INTO indicator_due (unit, year) SELECT coalesce(OLD.place, '') || '/' || coalesce(OLD.posyandu, "
    "''),"
    " y FROM (SELECT substr(coalesce(OLD.fields ->> 'bulan', OLD.fields ->> 'tgl', OLD.at), 1, 4) AS y UNION"
    " SELECT substr(OLD.received_at, 1, 4)) AS years ORDER BY 1, 2"
    " ON CONFLICT (unit, year) DO UPDATE SET turn = indicator_due.turn + 1;\n"
    "RETURN NULL; END $keep$;\n"
    "CREATE TRIGGER kentongan_keep AFTER UPDATE ON record FOR EACH ROW WHEN (OLD.version <> NEW.version)"
    " EXECUTE FUNCTION kentongan_keep();\n",
    /* Never said here: transactions of two gateways do not end in the order of their records. */
    "ALTER TABLE indicator_due ADD COLUMN since bigint;\n",
};

/* One number for all gateways and DBAs of a database: "kentong" in ASCII. */
#define BEGIN_LOCKED                                                                                         \
    "BEGIN;\nSET LOCAL lock_timeout = '5s';\nSELECT pg_advisory_xact_lock(30228026966862439);\n"

unsigned pg_tables_version(void)
{
    return sizeof steps / sizeof *steps;
}

void pg_tables_schema(struct buf *b)
{
    buf_str(b, BEGIN_LOCKED "CREATE TABLE IF NOT EXISTS kentongan_schema (version integer PRIMARY KEY, "
                            "applied_at timestamptz NOT "
                            "NULL DEFAULT now());\n");
    for (unsigned i = 0; i < pg_tables_version(); i++)
        buf_printf(
            b,
            "DO $kentongan$ BEGIN IF NOT EXISTS (SELECT FROM kentongan_schema WHERE version >= %u) THEN\n"
            "%sINSERT INTO kentongan_schema (version) VALUES (%u);\nEND IF; END $kentongan$;\n",
            i + 1, steps[i], i + 1);
    buf_str(b, "COMMIT;\n");
}

void pg_tables_views(struct buf *b, struct slice views, uint64_t hash)
{
    buf_str(b, BEGIN_LOCKED);
    buf_add(b, views);
    buf_printf(b,
               "\nDELETE FROM kentongan_views;\nINSERT INTO kentongan_views VALUES ('%016llx');\nCOMMIT;\n",
               (unsigned long long)hash);
}

/* --- storing --- */

#define KNOWN " nomor NOT IN (SELECT nomor FROM forgotten)"
/* more, typed: columns that this kind of event has beside the others: ", disease". */
#define EVENT_ROWS(typed)                                                                                    \
    "WITH b AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json) AS b (id uuid, of text, nomor text, " \
    "event text, at text, who text, role text, place text, words text" typed ") WHERE" KNOWN ")"
#define EVENT_PUT(table, more)                                                                               \
    " INSERT INTO " table " (id, of, nomor, event, at, who, role, place, words" more ")"                     \
    " SELECT id, of, nomor, event, at, who, role, place, words" more                                         \
    " FROM b ORDER BY id ON CONFLICT (id) DO NOTHING"
/* Rows of b, then u: units and the two years in which a record may count; MARKED: they are to be counted
 * anew. */
#define MARKED                                                                                               \
    ", d AS (INSERT INTO indicator_due (unit, year) SELECT DISTINCT unit, y FROM u, unnest(ARRAY[u.y1, "     \
    "u.y2]) AS y WHERE y IS NOT NULL ORDER BY 1, 2"                                                          \
    " ON CONFLICT (unit, year) DO UPDATE SET turn = indicator_due.turn + 1)"
#define UNITS(row)                                                                                           \
    ", u AS MATERIALIZED (SELECT DISTINCT coalesce(" row ".place, '') || '/' || coalesce(" row               \
    ".posyandu, '') AS unit, substr(coalesce(" row ".fields ->> 'bulan', " row ".fields ->> 'tgl', " row     \
    ".at), 1, 4) AS y1, substr(" row ".received_at, 1, 4) AS y2 FROM b"
#define RECORD_ROWS                                                                                          \
    "WITH b AS MATERIALIZED (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[],"           \
    " $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[]," \
    " $13::jsonb[], $14::jsonb[], $15::text[], $16::text[], $17::text[]) AS b (" RECORD_NAMES                \
    ") WHERE" KNOWN "), m AS (INSERT INTO record (" RECORD_NAMES ") SELECT DISTINCT ON (id) " RECORD_NAMES   \
    " FROM b ORDER BY id, version DESC ON CONFLICT (id) DO UPDATE SET " RECORD_SETS                          \
    " WHERE record.version < excluded.version RETURNING id, version), u AS MATERIALIZED (SELECT DISTINCT"    \
    " unit, year AS y1, NULL AS y2 FROM unnest($18::text[], $19::text[]) AS u (unit, year))"
/* What came of a referral or a signal is counted with what led to it. */
#define REFERRAL_UNITS                                                                                       \
    UNITS("r")                                                                                               \
    " JOIN record AS r ON r.id = CAST(CASE WHEN b.of ~ '^[0-9a-f-]{36}$' THEN b.of END AS uuid))"
#define ALERT_UNITS                                                                                          \
    ", u AS MATERIALIZED (SELECT DISTINCT coalesce(place, '') || '/' AS unit, substr(at, 1, 4) AS y1,"       \
    " NULL AS y2 FROM (SELECT place, at FROM b WHERE event = 'sent' UNION ALL SELECT a.place, a.at FROM"     \
    " alert_event AS a JOIN b ON a.nomor = b.nomor WHERE a.event = 'sent') AS s)"
/* Persons are counted once: who is one with another changes the figures of both. */
#define PERSON_ROWS                                                                                          \
    "WITH b AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json) AS b (id text, nomor text, nama"      \
    " text, jk text, tgl_lahir text, tgl_lahir_exact boolean, nik text, posyandu text, committed_ms"         \
    " bigint, merged_into text) WHERE" KNOWN ")" UNITS("r") " JOIN record AS r ON r.person_id = b.id)"
/* A row holds numbers of reports or one of a telephone, so that no row is changed twice. */
#define FORGET_ROWS                                                                                          \
    "WITH b AS MATERIALIZED (SELECT * FROM json_to_recordset($1::json) AS b (at text, account text, why"     \
    " text, nomor jsonb, who text, persons jsonb)), n AS MATERIALIZED (SELECT DISTINCT ON (x.nomor) "        \
    "x.nomor,"                                                                                               \
    " b.at, b.account, b.why FROM b, jsonb_array_elements_text(coalesce(b.nomor, '[]')) AS x "               \
    "(nomor))" UNITS("r") " JOIN record AS r ON r.nomor IN (SELECT nomor FROM n))"
#define RECORD_SETS                                                                                          \
    "nomor = excluded.nomor, form = excluded.form, klaster = excluded.klaster, version = "                   \
    "excluded.version, at = excluded.at, received_at = excluded.received_at, reporter = "                    \
    "excluded.reporter, role = excluded.role, place = excluded.place, posyandu = "                           \
    "excluded.posyandu, person_id = excluded.person_id, fields = excluded.fields, findings = "               \
    "excluded.findings, status = excluded.status, provider = excluded.provider, message_id = "               \
    "excluded.message_id"
#define PERSON_SETS                                                                                          \
    "nomor = excluded.nomor, nama = excluded.nama, jk = excluded.jk, tgl_lahir = "                           \
    "excluded.tgl_lahir, tgl_lahir_exact = excluded.tgl_lahir_exact, nik = excluded.nik, "                   \
    "posyandu = excluded.posyandu, merged_into = excluded.merged_into, committed_ms = "                      \
    "excluded.committed_ms"

/* One id may stand twice in a batch, and two gateways may store at once: the newest version of each, in the
 * order of the ids, or they would wait for each other.  What was not stored as the newest is an older one. */
static const char *const put_sql[PG_ROW_KINDS] = {
    [ROW_RECORD] =
        RECORD_ROWS MARKED " INSERT INTO record_older (" RECORD_NAMES ") SELECT " RECORD_NAMES
                           " FROM b WHERE (id, version) NOT IN (SELECT id, version FROM m)"
                           " AND NOT EXISTS (SELECT FROM record AS r WHERE r.id = b.id AND r.version ="
                           " b.version) ORDER BY id, version ON CONFLICT (id, version) DO NOTHING",
    [ROW_REFERRAL_EVENT] = EVENT_ROWS("") REFERRAL_UNITS MARKED EVENT_PUT("referral_event", ""),
    [ROW_ALERT_EVENT] = EVENT_ROWS(", disease text, rules text")
        ALERT_UNITS MARKED EVENT_PUT("alert_event", ", disease, rules"),
    [ROW_PERSON] = PERSON_ROWS MARKED
    " INSERT INTO person (id, nomor, nama, jk, tgl_lahir, tgl_lahir_exact, nik, posyandu, committed_ms,"
    " merged_into) SELECT DISTINCT ON (id) id, nomor, nama, jk, tgl_lahir,"
    " coalesce(tgl_lahir_exact, false)::int, nik, posyandu, committed_ms, merged_into FROM b"
    " ORDER BY id, committed_ms DESC ON CONFLICT (id) DO UPDATE SET " PERSON_SETS
    " WHERE person.committed_ms <= excluded.committed_ms",
    [ROW_FORGET] = FORGET_ROWS MARKED
    ", r AS (DELETE FROM record WHERE nomor IN (SELECT nomor FROM n)),"
    " h AS (DELETE FROM record_older WHERE nomor IN (SELECT nomor FROM n)),"
    " p AS (DELETE FROM person WHERE nomor IN (SELECT nomor FROM n)),"
    " e AS (DELETE FROM referral_event WHERE nomor IN (SELECT nomor FROM n)),"
    " a AS (DELETE FROM alert_event WHERE nomor IN (SELECT nomor FROM n)),"
    " w1 AS (UPDATE record SET reporter = NULL WHERE reporter IN (SELECT who FROM b)),"
    " w2 AS (UPDATE record_older SET reporter = NULL WHERE reporter IN (SELECT who FROM b)),"
    " w3 AS (UPDATE referral_event SET who = NULL WHERE who IN (SELECT who FROM b)),"
    " w4 AS (UPDATE alert_event SET who = NULL WHERE who IN (SELECT who FROM b)),"
    " w5 AS (UPDATE person SET merged_into = NULL WHERE merged_into IN (SELECT x.id FROM b,"
    " jsonb_array_elements_text(coalesce(b.persons, '[]')) AS x (id)) AND nomor NOT IN (SELECT nomor FROM n))"
    " INSERT INTO forgotten (nomor, at, account, why) SELECT nomor, at, account, why FROM n ORDER BY nomor"
    " ON CONFLICT (nomor) DO NOTHING",
};

/* --- filling --- */

enum {
    ARRAY_MAX = 64 << 20,
    ROW_ARENA = 16 << 20,
    UNIT = PG_COLUMNS, /* columns of what is to be counted anew */
    YEAR,
};

void pg_tables_init(struct pg_filling *f)
{
    for (unsigned k = 0; k < PG_ROW_KINDS; k++)
        buf_init(&f->json[k], ARRAY_MAX);
    for (unsigned c = 0; c < PG_PARAMS; c++)
        buf_init(&f->columns[c], ARRAY_MAX);
    arena_init(&f->scratch, ROW_ARENA);
}

void pg_tables_free(struct pg_filling *f)
{
    for (unsigned k = 0; k < PG_ROW_KINDS; k++)
        buf_free(&f->json[k]);
    for (unsigned c = 0; c < PG_PARAMS; c++)
        buf_free(&f->columns[c]);
    arena_free(&f->scratch);
}

void pg_tables_clear(struct pg_filling *f)
{
    for (unsigned k = 0; k < PG_ROW_KINDS; k++)
        buf_clear(&f->json[k]);
    for (unsigned c = 0; c < PG_PARAMS; c++)
        buf_clear(&f->columns[c]);
}

/* An element of an array's text form; what was not given is NULL. */
static void add_element(struct buf *b, struct slice s)
{
    buf_str(b, b->n ? "," : "{");
    if (!s.n) {
        buf_str(b, "NULL");
        return;
    }
    buf_char(b, '"');
    while (s.n) {
        size_t plain = 0;

        while (plain < s.n && s.p[plain] != '"' && s.p[plain] != '\\')
            plain++;
        buf_add(b, slice_take(s, plain));
        s = slice_skip(s, plain);
        if (s.n) {
            buf_char(b, '\\');
            buf_char(b, s.p[0]);
            s = slice_skip(s, 1);
        }
    }
    buf_char(b, '"');
}

/* Those of one posyandu follow each other often; DISTINCT does the rest. */
static void add_due(struct pg_filling *f, struct slice unit, struct slice year)
{
    add_element(&f->columns[UNIT], unit);
    add_element(&f->columns[YEAR], slice_take(year, 4));
}

static void add_record(struct pg_filling *f, const struct record *r)
{
    const struct slice version = arena_printf(&f->scratch, "%u", r->version),
                       fields = node_json(r->fields, &f->scratch),
                       findings = r->findings ? node_json(r->findings, &f->scratch) : S("[]");
    const struct slice cells[PG_COLUMNS] = { r->id,       r->nomor,       r->form,     r->klaster, version,
                                             r->at,       r->received_at, r->reporter, r->role,    r->place,
                                             r->posyandu, r->person_id,   fields,      findings,   r->status,
                                             r->provider, r->message_id };
    struct slice month = node_text(r->fields, "bulan"), day = node_text(r->fields, "tgl"),
                 event = month.n ? month
                         : day.n ? day
                                 : r->at,
                 unit = arena_printf(&f->scratch, "%.*s/%.*s", SLICE_ARG(r->place), SLICE_ARG(r->posyandu));

    for (unsigned c = 0; c < PG_COLUMNS; c++)
        add_element(&f->columns[c], cells[c]);
    add_due(f, unit, event);
    if (!slice_eq(slice_take(event, 4), slice_take(r->received_at, 4)))
        add_due(f, unit, r->received_at);
}

static void add_json(struct buf *b, struct slice json, int64_t first_ms)
{
    buf_char(b, b->n ? ',' : '[');
    buf_printf(b, "{\"committed_ms\":%lld,", (long long)first_ms);
    buf_add(b, slice_skip(json, 1)); /* behind its brace */
}

bool pg_tables_add(struct pg_filling *f, struct item *item)
{
    size_t json[PG_ROW_KINDS], columns[PG_PARAMS];
    struct rows rows = rows_begin(item->body, &f->scratch);
    struct row row;
    bool room = true;

    for (unsigned k = 0; k < PG_ROW_KINDS; k++)
        json[k] = f->json[k].n;
    for (unsigned c = 0; c < PG_PARAMS; c++)
        columns[c] = f->columns[c].n;
    arena_reset(&f->scratch);
    while (item_row(item, &rows, &row))
        if (row.kind == ROW_RECORD)
            add_record(f, &row.record);
        else
            add_json(&f->json[row.kind], rows_json(&rows), item->first_ms);
    for (unsigned k = 0; k < PG_ROW_KINDS; k++) {
        room = room && !f->json[k].failed;
        f->json[k].n = item->refused ? json[k] : f->json[k].n;
    }
    for (unsigned c = 0; c < PG_PARAMS; c++) {
        room = room && !f->columns[c].failed;
        f->columns[c].n = item->refused ? columns[c] : f->columns[c].n;
    }
    return room;
}

unsigned pg_tables_parts(struct pg_filling *f, struct pg_part parts[PG_ROW_KINDS])
{
    unsigned n = 0;

    for (unsigned c = 0; c < PG_PARAMS && f->columns[0].n; c++) {
        buf_char(&f->columns[c], '}');
        f->params[c] = f->columns[c].p;
    }
    if (f->columns[0].n)
        parts[n++] = (struct pg_part){ put_sql[ROW_RECORD], f->params, PG_PARAMS };
    for (unsigned k = 0; k < PG_ROW_KINDS; k++)
        if (f->json[k].n) {
            buf_char(&f->json[k], ']');
            parts[n++] = (struct pg_part){ put_sql[k], (const char *const *)&f->json[k].p, 1 };
        }
    return n;
}
