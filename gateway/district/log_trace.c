/* log_trace.c - the life of a number as text, out of the message log.  See log_db.h. */
#include <string.h>
#include <time.h>

#include "gateway/base/node.h"
#include "gateway/district/log_db.h"

enum {
    TRACE_MEMORY = 4 << 20,
    PARAMETERS = 2,
};

struct tracing {
    sqlite3 *db;
    const struct log_trace *how;
    struct slice nomor;
    struct arena arena;
    struct buf *out;
    unsigned most, n; /* drafts */
};

static const char find_in[] =
    "SELECT i.at_ms, i.kind, i.provider, i.sender, i.reason, i.text, i.screen, i.understood, i.id"
    " FROM message_nomor AS n JOIN message_in AS i ON i.id = n.message WHERE n.nomor = ?1"
    " ORDER BY i.at_ms, i.id";
/* Of a message with several numbers the SMS of this one. */
static const char find_out[] =
    "SELECT o.at_ms, o.class, o.recipient, o.provider, o.lane, o.state, o.state_ms, o.why, o.attempts,"
    " o.parts, o.text, (SELECT count(*) FROM message_part WHERE uuid = o.uuid AND NOT whole AND weight = 4)"
    " FROM message_out AS o WHERE o.cause = ?1 AND (o.nomor IS NULL OR o.nomor = ?2) ORDER BY o.id";

/* What its reporter wrote first stands for what is known of it. */
static const char find_drafts[] =
    "SELECT i.at_ms, o.recipient, o.nomor, json_extract(i.text, '$.form'),"
    " (SELECT m.text FROM message_nomor AS n JOIN message_in AS m ON m.id = n.message"
    "   WHERE n.nomor = o.nomor AND m.kind <> 'timer' ORDER BY m.at_ms LIMIT 1)"
    " FROM message_in AS i JOIN message_out AS o ON o.cause = i.id"
    " WHERE i.reason = 'draft_expired' ORDER BY i.at_ms DESC";

static struct slice text_at(sqlite3_stmt *st, int at)
{
    const char *p = (const char *)sqlite3_column_text(st, at);

    return p ? slice_make(p, (size_t)sqlite3_column_bytes(st, at)) : S("");
}

static void put(struct tracing *t, struct slice s)
{
    buf_add(t->out, s);
}

static void put_time(struct tracing *t, int64_t ms, const char *format)
{
    time_t at = (time_t)(ms / 1000 + (int64_t)t->how->utc_offset_min * 60);
    char text[32];
    struct tm tm;

    gmtime_r(&at, &tm);
    if (strftime(text, sizeof text, format, &tm))
        buf_str(t->out, text);
}

static void put_who(struct tracing *t, struct slice msisdn)
{
    put(t, t->how->reveal || !msisdn.n ? msisdn : t->how->who(msisdn, &t->arena));
}

static void put_text(struct tracing *t, const char *mark, struct slice text)
{
    if (!t->how->reveal || !text.n)
        return;
    buf_str(t->out, "                      ");
    buf_str(t->out, mark);
    put(t, text);
    buf_char(t->out, '\n');
}

/* What it was understood as: the rows that it led to. */
static void put_rows(struct tracing *t, struct slice rows)
{
    const struct node *all = rows.n ? node_read(arena_copy(&t->arena, rows), &t->arena) : NULL;
    const struct node *fields;

    for (const struct node *r = node_first(all); r; r = r->next) {
        struct slice row = node_text(r, "row"), nomor = node_text(r, "nomor");

        buf_str(t->out, "                      = ");
        put(t, row);
        buf_char(t->out, ' ');
        put(t, nomor.n ? nomor : S("-"));
        if (slice_is(row, "record")) {
            buf_char(t->out, ' ');
            put(t, node_text(r, "form"));
            buf_printf(t->out, " v%lld ", (long long)node_int(r, "version"));
            put(t, node_text(r, "status"));
        } else {
            buf_char(t->out, ' ');
            put(t, node_text(r, "event"));
        }
        buf_str(t->out, "  id ");
        put(t, node_text(r, "id"));
        buf_char(t->out, '\n');
        fields = node_get(r, "fields");
        if (fields)
            put_text(t, "  ", fields->raw);
    }
}

static bool put_out(void *arg, sqlite3_stmt *st)
{
    struct tracing *t = arg;
    struct slice why = text_at(st, 7), state = text_at(st, 5);
    int parts = sqlite3_column_int(st, 9), attempts = sqlite3_column_int(st, 8);

    put_time(t, sqlite3_column_int64(st, 0), "%Y-%m-%d %H:%M:%S");
    buf_str(t->out, "  > ");
    put(t, text_at(st, 1));
    buf_str(t->out, " to ");
    put_who(t, text_at(st, 2));
    buf_str(t->out, " by ");
    put(t, text_at(st, 3));
    buf_printf(t->out, ":%d  ", sqlite3_column_int(st, 4));
    put(t, state);
    put_time(t, sqlite3_column_int64(st, 6), " %H:%M:%S");
    if (why.n && !slice_eq(why, state) && !slice_is(why, "sent")) {
        buf_str(t->out, " (");
        put(t, why);
        buf_char(t->out, ')');
    }
    if (attempts > 1)
        buf_printf(t->out, " after %d attempts", attempts);
    if (parts > 1)
        buf_printf(t->out, ", %d of %d parts delivered", sqlite3_column_int(st, 11), parts);
    buf_char(t->out, '\n');
    put_text(t, "", text_at(st, 10));
    return true;
}

/* Calls f for each row of a query with up to two texts, until it says false.  SQLITE_OK or SQLite's code. */
static int each(struct tracing *t, const char *sql, struct slice a, struct slice b,
                bool (*f)(void *, sqlite3_stmt *))
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(t->db, sql, -1, &st, NULL);

    if (rc == SQLITE_OK) {
        if (a.n)
            sqlite3_bind_text(st, 1, a.p, (int)a.n, SQLITE_STATIC);
        if (sqlite3_bind_parameter_count(st) == PARAMETERS)
            sqlite3_bind_text(st, 2, b.p, (int)b.n, SQLITE_STATIC);
        while ((rc = sqlite3_step(st)) == SQLITE_ROW && f(t, st))
            ;
        rc = rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
    }
    sqlite3_finalize(st);
    return rc;
}

static bool put_in(void *arg, sqlite3_stmt *st)
{
    struct tracing *t = arg;
    struct slice provider = text_at(st, 2), sender = text_at(st, 3);

    put_time(t, sqlite3_column_int64(st, 0), "%Y-%m-%d %H:%M:%S");
    buf_str(t->out, "  < ");
    put(t, text_at(st, 1));
    if (sender.n) {
        buf_str(t->out, " from ");
        put_who(t, sender);
        buf_str(t->out, " by ");
        put(t, provider);
    }
    buf_str(t->out, "  ");
    put(t, text_at(st, 4));
    buf_char(t->out, '\n');
    put_text(t, "", text_at(st, 5));
    put_text(t, "page: ", text_at(st, 6));
    put_rows(t, text_at(st, 7));
    (void)each(t, find_out, text_at(st, 8), t->nomor, put_out);
    return true;
}

enum sqlite_rc log_db_trace(struct sqlite_file *file, struct slice nomor, const struct log_trace *how,
                            struct buf *out, struct err *e)
{
    struct tracing t = { .db = file->db, .how = how, .nomor = nomor, .out = out };
    int rc;

    arena_init(&t.arena, TRACE_MEMORY);
    rc = each(&t, find_in, nomor, nomor, put_in);
    arena_free(&t.arena);
    return rc == SQLITE_OK ? SQLITE_DB_OK : sqlite_file_later(file, "trace", e);
}

static bool put_draft(void *arg, sqlite3_stmt *st)
{
    struct tracing *t = arg;

    if (t->n == t->most)
        return false;
    t->n++;
    put_time(t, sqlite3_column_int64(st, 0), "%Y-%m-%d %H:%M  ");
    put(t, text_at(st, 2));
    buf_char(t->out, ' ');
    put(t, text_at(st, 3));
    buf_str(t->out, " of ");
    put_who(t, text_at(st, 1));
    buf_char(t->out, '\n');
    put_text(t, "", text_at(st, 4));
    return true;
}

enum sqlite_rc log_db_drafts(struct sqlite_file *file, const struct log_trace *how, unsigned most,
                             unsigned *n, struct buf *out, struct err *e)
{
    struct tracing t = { .db = file->db, .how = how, .out = out, .most = most };
    int rc;

    arena_init(&t.arena, TRACE_MEMORY);
    rc = each(&t, find_drafts, S(""), S(""), put_draft);
    arena_free(&t.arena);
    *n = t.n;
    return rc == SQLITE_OK ? SQLITE_DB_OK : sqlite_file_later(file, "drafts", e);
}
