/* pg_tables.c - see pg_tables.h. */
#include "gateway/district/pg_tables.h"

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

#define RECORD_NAMES                                                                                         \
    "id, nomor, form, klaster, version, at, received_at, reporter, role, place, posyandu, person_id, "       \
    "fields, findings, status, provider, message_id"
#define RECORD_VALUES                                                                                        \
    "id, nomor, form, klaster, version, at, received_at, reporter, role, place, posyandu, person_id, "       \
    "fields, coalesce(findings, '[]'), status, provider, message_id"
#define KNOWN " nomor NOT IN (SELECT nomor FROM forgotten)"
/* more, typed: columns that this kind of event has beside the others: ", disease". */
#define EVENT_PUT(table, more, typed)                                                                        \
    "INSERT INTO " table " (id, of, nomor, event, at, who, role, place, words" more ")"                      \
    " SELECT id, of, nomor, event, at, who, role, place, words" more                                         \
    " FROM jsonb_to_recordset($1::jsonb) AS b (id uuid,"                                                     \
    " of text, nomor text, event text, at text, who text, role text, place text, words text" typed ")"       \
    " WHERE" KNOWN " ORDER BY id ON CONFLICT (id) DO NOTHING"
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
 * order of the ids, or they would wait for each other. */
static const char *const put_sql[PG_ROW_KINDS] = {
    [ROW_RECORD] = "WITH b AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1::jsonb) AS b (id uuid, nomor "
                   "text, form text,"
                   " klaster text, version integer, at text, received_at text, reporter text, role text, "
                   "place text,"
                   " posyandu text, person_id text, fields jsonb, findings jsonb, status text, provider "
                   "text, message_id text) WHERE" KNOWN "),"
                   " h AS (INSERT INTO record_history (" RECORD_NAMES ") SELECT " RECORD_VALUES
                   " FROM b ORDER BY id, version ON CONFLICT (id, version) DO NOTHING)"
                   " INSERT INTO record (" RECORD_NAMES ") SELECT DISTINCT ON (id) " RECORD_VALUES
                   " FROM b ORDER BY id, version DESC ON CONFLICT (id) DO UPDATE SET " RECORD_SETS
                   " WHERE record.version < excluded.version",
    [ROW_REFERRAL_EVENT] = EVENT_PUT("referral_event", "", ""),
    [ROW_ALERT_EVENT] = EVENT_PUT("alert_event", ", disease, rules", ", disease text, rules text"),
    [ROW_PERSON] =
        "INSERT INTO person (id, nomor, nama, jk, tgl_lahir, tgl_lahir_exact, nik, posyandu, committed_ms, "
        "merged_into)"
        " SELECT DISTINCT ON (id) id, nomor, nama, jk, tgl_lahir, coalesce(tgl_lahir_exact, false)::int, nik,"
        " posyandu, committed_ms, merged_into FROM jsonb_to_recordset($1::jsonb) AS b (id text, nomor text, "
        "nama text, jk "
        "text,"
        " tgl_lahir text, tgl_lahir_exact boolean, nik text, posyandu text, committed_ms bigint, merged_into "
        "text)"
        " WHERE" KNOWN " ORDER BY id, committed_ms DESC ON CONFLICT (id) DO UPDATE SET " PERSON_SETS
        " WHERE person.committed_ms <= excluded.committed_ms",
    /* A row holds numbers of reports or one of a telephone, so that no row is changed twice. */
    [ROW_FORGET] =
        "WITH b AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($1::jsonb) AS b (at text, account text, why"
        " text, nomor jsonb, who text)), n AS MATERIALIZED (SELECT DISTINCT ON (x.nomor) x.nomor, b.at,"
        " b.account, b.why FROM b, jsonb_array_elements_text(coalesce(b.nomor, '[]')) AS x (nomor)),"
        " r AS (DELETE FROM record WHERE nomor IN (SELECT nomor FROM n)),"
        " h AS (DELETE FROM record_history WHERE nomor IN (SELECT nomor FROM n)),"
        " p AS (DELETE FROM person WHERE nomor IN (SELECT nomor FROM n)),"
        " e AS (DELETE FROM referral_event WHERE nomor IN (SELECT nomor FROM n)),"
        " a AS (DELETE FROM alert_event WHERE nomor IN (SELECT nomor FROM n)),"
        " w1 AS (UPDATE record SET reporter = NULL WHERE reporter IN (SELECT who FROM b)),"
        " w2 AS (UPDATE record_history SET reporter = NULL WHERE reporter IN (SELECT who FROM b)),"
        " w3 AS (UPDATE referral_event SET who = NULL WHERE who IN (SELECT who FROM b)),"
        " w4 AS (UPDATE alert_event SET who = NULL WHERE who IN (SELECT who FROM b))"
        " INSERT INTO forgotten (nomor, at, account, why) SELECT nomor, at, account, why FROM n ORDER BY "
        "nomor"
        " ON CONFLICT (nomor) DO NOTHING",
};

const char *pg_tables_put(enum row_kind kind)
{
    return put_sql[kind];
}

bool pg_tables_add(struct buf arrays[PG_ROW_KINDS], struct item *item, struct arena *scratch)
{
    struct slice rest = item->body;
    size_t before[PG_ROW_KINDS];
    bool room = true;

    for (unsigned k = 0; k < PG_ROW_KINDS; k++)
        before[k] = arrays[k].n;
    while (rest.n > 0 && !item->refused) {
        struct slice line = slice_trim(slice_cut(&rest, '\n'));
        struct row row = { 0 };
        struct err e = { "" };
        struct buf *b;

        if (!line.n)
            continue;
        arena_reset(scratch);
        if (row_decode(line, scratch, &row, &e) != 0) {
            item_refuse(item, e.text[0] ? e.text : "row cannot be read");
            continue;
        }
        b = &arrays[row.kind];
        buf_char(b, b->n ? ',' : '[');
        buf_printf(b, "{\"committed_ms\":%lld,", (long long)item->first_ms);
        buf_add(b, slice_skip(line, 1)); /* behind its brace */
    }
    for (unsigned k = 0; k < PG_ROW_KINDS; k++) {
        room = room && !arrays[k].failed;
        if (item->refused)
            arrays[k].n = before[k];
    }
    return room;
}
