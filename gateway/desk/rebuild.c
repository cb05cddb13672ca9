/* rebuild.c - see rebuild.h. */
#include "gateway/desk/rebuild.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/log.h"
#include "gateway/base/node.h"
#include "gateway/loop/crew.h"
#include "parsers/text.h"

enum {
    MEMORY = 1 << 20, /* for one row */
    SAID_MAX = 1 << 20,
    LISTED = 200, /* of what could not be said again */
    BUSY_MS = 5000,
};

/* All rows in the order in which things happened; a message that led to one record alone may come again by
 * its id. */
static const char gather_sql[] =
    "CREATE TEMP TABLE said AS WITH once AS (SELECT message_id FROM record GROUP BY 1 HAVING count(*) = 1)"
    " SELECT 0, r.received_at AS at, r.nomor, r.form, r.version AS version, r.status, r.fields, r.reporter, "
    "r.id,"
    " CASE WHEN once.message_id IS NULL THEN NULL ELSE r.provider END, r.message_id, p.nomor,"
    " p.id, NULL FROM record_history AS r LEFT JOIN person AS p ON p.id = r.person_id"
    " LEFT JOIN once ON once.message_id = r.message_id"
    " UNION ALL SELECT 1, at, nomor, event, 0, NULL, words, who, NULL, NULL, NULL, NULL, NULL, place FROM "
    "referral_event"
    " WHERE event NOT IN ('sent', 'escalated', 'expired') ORDER BY 2, 1, 5";
static const char rows_sql[] = "SELECT * FROM said ORDER BY rowid";

enum column {
    COL_EVENT,
    COL_AT,
    COL_NOMOR,
    COL_WHAT, /* form, or the event */
    COL_VERSION,
    COL_STATUS,
    COL_FIELDS, /* or the words of an event */
    COL_WHO,
    COL_ID,
    COL_PROVIDER,
    COL_MESSAGE,
    COL_PERSON,
    COL_PERSON_ID,
    COL_PLACE, /* of an event */
};

struct rebuild {
    struct store *store;
    struct pipeline *pipeline;
    struct loop *loop;
    struct crew *crew; /* a thread on which the rows are gathered: of a large district it takes seconds */
    char *path;
    sqlite3 *db; /* the thread's until it is done */
    sqlite3_stmt *st, *before;
    bool gathered;
    struct arena arena; /* of one row */
    struct subject there;
    struct inbound in;
    struct rebuilding old;
    unsigned records, events, there_already, listed;
    struct buf list;
    ctl_done *done;
    void *ctx;
};

static struct slice column(const struct rebuild *r, enum column c)
{
    const void *text = sqlite3_column_text(r->st, (int)c);

    return slice_make(text ? text : "", text ? (size_t)sqlite3_column_bytes(r->st, (int)c) : 0);
}

/* --- the words --- */

static void put_number(struct buf *b, struct slice raw)
{
    for (size_t i = 0; i < raw.n; i++)
        buf_char(b, raw.p[i] == '.' ? ',' : raw.p[i]);
}

static void put_code(struct buf *b, const struct field *f, struct slice code)
{
    for (unsigned i = 0; f->list && i < f->list->n; i++)
        if (slice_eq(f->list->words[i].code, code) && slice_find(code, '_') != (size_t)-1 &&
            f->list->words[i].synonyms_n) {
            buf_add(b, f->list->words[i].synonyms[0]);
            return;
        }
    buf_add(b, code);
}

/* "2026-11-29" as people write it: the day first. */
static void put_date(struct buf *b, struct slice iso)
{
    struct slice rest = iso, year = slice_cut(&rest, '-'), month = slice_cut(&rest, '-');

    buf_printf(b, "%.*s-%.*s-%.*s", SLICE_ARG(rest), SLICE_ARG(month), SLICE_ARG(year));
}

static void put_value(struct buf *b, const struct field *f, const struct node *v)
{
    const struct node *each;

    switch (v->kind) {
    case NODE_NUMBER:
        put_number(b, v->raw);
        break;
    case NODE_TEXT:
        if (f->type == FIELD_DATE || f->type == FIELD_AGE)
            slice_find(v->text, '-') != (size_t)-1 ? put_date(b, v->text) : buf_add(b, v->text);
        else
            put_code(b, f, v->text);
        break;
    case NODE_LIST:
        for (each = node_first(v); each; each = each->next) {
            put_code(b, f, each->text);
            buf_str(b, each->next ? ", " : "");
        }
        break;
    case NODE_OBJECT:
        for (each = node_first(v); each; each = each->next) {
            buf_printf(b, "%.*s%.*s", SLICE_ARG(each->key), SLICE_ARG(each->raw));
            buf_str(b, each->next ? " " : "");
        }
        break;
    default:
        break;
    }
}

/* What `fields` says for a field that people type; a birth date stands in the place of an age. */
static const struct node *value_of(const struct node *fields, const struct field *f)
{
    const struct node *v = f->hidden ? NULL : node_get_named(fields, f->name);

    return v || f->hidden || f->type != FIELD_AGE ? v : node_get(fields, "tgl_lahir");
}

static void put_field(struct buf *b, const struct field *f, const struct node *v, const char *before)
{
    buf_str(b, before);
    if (f->type != FIELD_COUNTS && f->type != FIELD_ANSWERS) {
        buf_add(b, f->labels[0]);
        buf_char(b, ' ');
    }
    put_value(b, f, v);
}

/* `A5 B1 X120`, `NIHIL`: what no field's name stands before. */
static void put_counts(struct buf *b, const struct form *form, const struct node *fields)
{
    for (const struct node *v = node_first(fields); v; v = v->next) {
        bool named = false;

        for (unsigned i = 0; i < form->fields_n; i++)
            named = named || slice_eq(v->key, form->fields[i].name);
        if (!named && slice_is(v->key, "nihil"))
            buf_str(b, " NIHIL");
        else if (!named)
            buf_printf(b, " %.*s%.*s", SLICE_ARG(v->key), SLICE_ARG(v->raw));
    }
}

/* Each of these is a whole report again (RULINGS 58). */
static bool is_said_whole(const struct form *form)
{
    for (unsigned i = 0; i < form->fields_n; i++)
        if (form->fields[i].type == FIELD_COUNTS)
            return true;
    return false;
}

/* The number of a child first: the rest is read by it.  before: only what differs from it. */
static void put_fields(struct buf *b, const struct form *form, const struct node *fields,
                       const struct node *before)
{
    for (int number = 1; number >= 0; number--)
        for (unsigned i = 0; i < form->fields_n; i++) {
            const struct field *f = &form->fields[i];
            const struct node *v = value_of(fields, f), *was = before ? value_of(before, f) : NULL;

            if (v && (f->type == FIELD_NOMOR) == (number == 1) && !(was && slice_eq(was->raw, v->raw)))
                put_field(b, f, v, before ? " " : "#");
        }
    if (is_said_whole(form))
        put_counts(b, form, fields);
}

static struct slice fields_before(struct rebuild *r)
{
    sqlite3_reset(r->before);
    sqlite3_bind_text(r->before, 1, column(r, COL_ID).p, (int)column(r, COL_ID).n, SQLITE_TRANSIENT);
    sqlite3_bind_int(r->before, 2, (int)r->old.version - 1);
    if (sqlite3_step(r->before) != SQLITE_ROW)
        return S("");
    return arena_copy(&r->arena, slice_make((const char *)sqlite3_column_text(r->before, 0),
                                            (size_t)sqlite3_column_bytes(r->before, 0)));
}

static struct slice words_of(struct rebuild *r)
{
    static const struct {
        const char *event, *word;
    } events[] = { { "terima", "TERIMA" },           { "tolak", "TOLAK" },     { "hadir", "HADIR" },
                   { "tidak_hadir", "TIDAK HADIR" }, { "selesai", "SELESAI" }, { "batal", "BATAL" } };
    const struct form *form = form_by_name(&pipeline_rules(r->pipeline)->forms, column(r, COL_WHAT));
    struct buf b;
    struct slice text;

    buf_init(&b, 65536);
    if (r->old.event.n) {
        for (size_t i = 0; i < sizeof events / sizeof *events; i++)
            if (slice_is(r->old.event, events[i].event))
                buf_printf(&b, "%s %.*s %.*s", events[i].word, SLICE_ARG(r->old.nomor),
                           SLICE_ARG(column(r, COL_FIELDS)));
    } else if (form && (r->old.version == 1 ||
                        (is_said_whole(form) && slice_is(column(r, COL_STATUS), "corrected")))) {
        buf_add(&b, form->keywords[0]);
        put_fields(&b, form, node_read(arena_copy(&r->arena, column(r, COL_FIELDS)), &r->arena), NULL);
    } else if (form && slice_is(column(r, COL_STATUS), "cancelled")) {
        buf_printf(&b, "BATAL %.*s", SLICE_ARG(r->old.nomor));
    } else if (form && slice_is(column(r, COL_STATUS), "checked")) {
        buf_printf(&b, "CEK %.*s", SLICE_ARG(r->old.nomor));
    } else if (form) {
        buf_printf(&b, "KOREKSI %.*s", SLICE_ARG(r->old.nomor));
        put_fields(&b, form, node_read(arena_copy(&r->arena, column(r, COL_FIELDS)), &r->arena),
                   node_read(fields_before(r), &r->arena));
    }
    text = arena_copy(&r->arena, slice_trim(buf_slice(&b)));
    buf_free(&b);
    return text;
}

/* --- row after row --- */

static void next(struct rebuild *r);

static void next_soon(void *arg)
{
    next(arg);
}

static void list(struct rebuild *r, const char *why)
{
    if (r->listed++ < LISTED)
        buf_printf(&r->list, "  %.*s %.*s, version %u: %s\n", SLICE_ARG(r->old.nomor),
                   SLICE_ARG(column(r, COL_WHAT)), r->old.version, why);
}

/* Emergencies that were told before their report was whole: no record leads to them. */
static void say_alarms(struct rebuild *r, struct buf *said)
{
    static const char sql[] =
        "SELECT nomor, max(at) FROM referral_event WHERE nomor NOT IN (SELECT nomor FROM record)"
        " GROUP BY nomor HAVING sum(event IN ('selesai', 'batal', 'tidak_hadir')) = 0 ORDER BY 2 DESC LIMIT "
        "200";
    sqlite3_stmt *st = NULL;
    bool any = false;

    if (r->gathered && sqlite3_prepare_v2(r->db, sql, -1, &st, NULL) == SQLITE_OK)
        while (sqlite3_step(st) == SQLITE_ROW) {
            if (!any)
                buf_str(said, "open emergencies without a whole report, whose clocks are gone: call back\n");
            any = true;
            buf_printf(said, "  %s, %s\n", (const char *)sqlite3_column_text(st, 0),
                       (const char *)sqlite3_column_text(st, 1));
        }
    sqlite3_finalize(st);
}

static void rebuild_free(void *arg)
{
    struct rebuild *r = arg;

    crew_free(r->crew, NULL);
    free(r->path);
    free(r);
}

static void end(struct rebuild *r, const char *trouble)
{
    struct buf said;

    buf_init(&said, SAID_MAX);
    if (trouble)
        buf_printf(&said, "error: %s\n", trouble);
    buf_printf(&said, "%u records and %u steps of referrals are back; %u were there already\n", r->records,
               r->events, r->there_already);
    if (r->listed)
        buf_printf(&said, "%u could not be said again, look at them in the district database:\n%.*s",
                   r->listed, SLICE_ARG(buf_slice(&r->list)));
    say_alarms(r, &said);
    buf_str(
        &said,
        "not known to it: open questions (drafts), dialogues under way, messages and SMS that waited in "
        "Redis, second weighings of a day, twins and other reports that were asked about, "
        "episodes' numbers (they are judged anew), approvals and retirements of people since people.csv\n");
    if (!trouble)
        store_remembers(r->store);
    log_text(LOG_WARN, "rebuild", "%u records, %u steps of referrals; %u not", r->records, r->events,
             r->listed);
    r->done(r->ctx, buf_slice(&said));
    buf_free(&said);
    buf_free(&r->list);
    sqlite3_finalize(r->before);
    sqlite3_finalize(r->st);
    sqlite3_close(r->db);
    arena_free(&r->arena);
    loop_soon(r->loop, rebuild_free, r); /* its crew may be calling */
}

static void on_rebuilt(void *arg, enum store_rc rc, bool rebuilt)
{
    struct rebuild *r = arg;

    if (rc == STORE_UNAVAILABLE) {
        end(r, "Redis went away: say it again, what is back stays");
        return;
    }
    if (rc == STORE_DUPLICATE)
        r->there_already++;
    else if (rebuilt)
        *(r->old.event.n ? &r->events : &r->records) += 1;
    else
        list(r, "its words do not lead to it any more");
    loop_soon(r->loop, next_soon, r);
}

static void on_there(void *arg, enum store_rc rc)
{
    struct rebuild *r = arg;
    struct slice text;

    if (rc == STORE_UNAVAILABLE) {
        end(r, "Redis went away: say it again, what is back stays");
        return;
    }
    if (r->there.rev && r->old.version == 1 && !r->old.event.n) {
        r->there_already++;
        loop_soon(r->loop, next_soon, r);
        return;
    }
    text = words_of(r);
    if (!text.n || r->arena.failed) {
        list(r, "its form or event is not known");
        loop_soon(r->loop, next_soon, r);
        return;
    }
    r->in.text = text;
    pipeline_rebuild(r->pipeline, &r->in, &r->old, on_rebuilt, r);
}

static uint64_t body(struct slice nomor)
{
    uint64_t n = 0;

    return slice_to_u64(nomor, &n) ? n / 10 : 0;
}

/* Who checked a report stands beside it in no table; whoever it was, the same is left of it. */
static struct slice checker(const struct directory *d)
{
    for (unsigned i = 0; i < d->people_n; i++)
        if (d->people[i]->role == ROLE_DINKES && d->people[i]->active && !d->people[i]->pending)
            return d->people[i]->msisdn;
    return S("");
}

/* What an account noted begins with the name of her who said it (referral_tell.c): of those who sit at that
 * place. */
static void noted_for(struct rebuild *r)
{
    struct slice place = column(r, COL_PLACE), words = column(r, COL_FIELDS);
    const struct directory *d = &pipeline_rules(r->pipeline)->directory;

    r->in.kind = INBOUND_STAFF;
    r->in.account = slice_skip(r->in.from, strlen(INBOUND_BY_ACCOUNT));
    r->in.from = S("");
    for (unsigned i = 0; i < d->people_n; i++)
        if (slice_eq(d->people[i]->place_code, place) && d->people[i]->active && !d->people[i]->pending &&
            (!r->in.from.n || slice_eq(slice_take(words, d->people[i]->name.n), d->people[i]->name)))
            r->in.from = d->people[i]->msisdn;
}

static void take_row(struct rebuild *r)
{
    struct arena *a = &r->arena;
    bool event = sqlite3_column_int(r->st, COL_EVENT) == 1;

    r->old = (struct rebuilding){ .nomor = arena_copy(a, column(r, COL_NOMOR)),
                                  .id = arena_copy(a, column(r, COL_ID)),
                                  .person = arena_copy(a, column(r, COL_PERSON_ID)),
                                  .event = event ? arena_copy(a, column(r, COL_WHAT)) : S(""),
                                  .version = (unsigned)sqlite3_column_int(r->st, COL_VERSION) };
    r->old.bodies[0] = body(r->old.nomor);
    r->old.bodies[1] = body(column(r, COL_PERSON));
    if (!text_rfc3339(column(r, COL_AT), &r->old.at_ms))
        r->old.at_ms = 0;
    r->in = (struct inbound){ .kind = INBOUND_SMS,
                              .provider = arena_copy(a, column(r, COL_PROVIDER)),
                              .provider_id = arena_copy(a, column(r, COL_MESSAGE)),
                              .from = arena_copy(a, column(r, COL_WHO)),
                              .from_is_msisdn = true,
                              .received_ms = r->old.at_ms };
    if (event && slice_starts(r->in.from, INBOUND_BY_ACCOUNT))
        noted_for(r);
    if (r->old.version > 1 && slice_is(column(r, COL_STATUS), "checked"))
        r->in.from = arena_copy(a, checker(&pipeline_rules(r->pipeline)->directory));
    if (!r->in.provider.n || r->old.version != 1) {
        r->in.provider = S("rebuild");
        r->in.provider_id = arena_printf(a, "%.*s/%u/%.*s/%lld", SLICE_ARG(r->old.nomor), r->old.version,
                                         SLICE_ARG(r->old.event), (long long)r->old.at_ms);
    }
    r->there = (struct subject){ .ref = { .kind = SUBJECT_NUMBER, .id = r->old.nomor } };
}

static void next(struct rebuild *r)
{
    int rc = sqlite3_step(r->st);

    if (rc == SQLITE_DONE) {
        end(r, NULL);
        return;
    }
    if (rc != SQLITE_ROW) {
        end(r, sqlite3_errmsg(r->db));
        return;
    }
    arena_reset(&r->arena);
    take_row(r);
    store_load(r->store, NULL, &r->there, 1, &r->arena, on_there, r);
}

static const char *sqlite_sink(const struct config *c)
{
    for (unsigned i = 0; i < c->sinks_n; i++)
        if (slice_is(c->sinks[i].kind, "sqlite"))
            return c->sinks[i].path.p;
    return NULL;
}

/* On the thread. */
static void gather(void *arg, unsigned thread)
{
    struct rebuild *r = arg;

    (void)thread;
    r->gathered = sqlite3_open_v2(r->path, &r->db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
                  sqlite3_busy_timeout(r->db, BUSY_MS) == SQLITE_OK &&
                  sqlite3_exec(r->db, gather_sql, NULL, NULL, NULL) == SQLITE_OK;
}

static void on_gathered(void *arg)
{
    struct rebuild *r = arg;

    if (!r->gathered || sqlite3_prepare_v2(r->db, rows_sql, -1, &r->st, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(r->db, "SELECT fields FROM record_history WHERE id = ? AND version = ?", -1,
                           &r->before, NULL) != SQLITE_OK)
        end(r, r->db ? sqlite3_errmsg(r->db) : "out of memory");
    else
        next(r);
}

void rebuild_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    const char *path = sqlite_sink(desk->config);
    struct rebuild *r;

    if (words.n || !path) {
        done(ctx,
             S("error: rebuild (without words) refills Redis from the `sqlite` sink of the configuration\n"));
        return;
    }
    if (!store_up(desk->store)) {
        done(ctx, S("error: Redis is away: see show status\n"));
        return;
    }
    r = calloc(1, sizeof *r);
    if (!r || !(r->path = strdup(path)) || !(r->crew = crew_new(desk->loop, 1, 1)))
        abort(); /* asked by a person, once */
    r->store = desk->store;
    r->pipeline = desk->pipeline;
    r->loop = desk->loop;
    r->done = done;
    r->ctx = ctx;
    arena_init(&r->arena, MEMORY);
    buf_init(&r->list, SAID_MAX / 2);
    if (!crew_ask(r->crew, gather, on_gathered, r))
        end(r, "out of memory");
}
