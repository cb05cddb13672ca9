/* postgres.c - see postgres.h.  A connection is made ready step by step (`stage`), then carries one batch at
 * a time (pg_put.h). */
#include "gateway/district/postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/log.h"
#include "gateway/district/figures_pg.h"
#include "gateway/district/pg.h"
#include "gateway/district/pg_put.h"
#include "gateway/district/pg_reader.h"
#include "gateway/district/pg_tables.h"
#include "gateway/district/views.h"

enum {
    BATCH = 1024,
    LINGER_MS = 20,
    SQL_MAX = 1 << 20,
};

enum stage {
    STAGE_DOWN,
    STAGE_SETTING, /* connecting, then the session's settings */
    STAGE_LOOKING, /* which schema is there? */
    STAGE_SCHEMA,
    STAGE_VIEWS,
    STAGE_READY,
};

struct postgres {
    struct feed *feed;
    struct pg *pg;
    struct pg_reader *reader;
    struct figures_pg *counter; /* its thread */
    struct figures_keeper *figures;
    enum stage stage;
    struct buf views; /* SQL of now */
    uint64_t views_hash;
    unsigned version;     /* of the schema that is there; 0 = not known */
    bool views_tried;     /* on this connection */
    struct err views_why; /* why they could not be made; empty: they are there */
    bool waiting;         /* a batch is in hand */
    struct pg_put *put;
};

static void get_ready(struct postgres *s);
static void look(struct postgres *s);

/* --- a batch --- */

static void away(struct postgres *s, const struct err *why)
{
    bool waiting = s->waiting;

    s->waiting = false;
    if (waiting)
        feed_ended(s->feed, why);
    else
        feed_trouble(s->feed, why);
}

static void give_up(struct postgres *s, const struct err *why)
{
    s->stage = STAGE_DOWN;
    pg_drop(s->pg);
    away(s, why);
}

static void on_put(void *arg, const struct err *trouble)
{
    struct postgres *s = arg;

    if (trouble) {
        give_up(s, trouble);
        return;
    }
    s->waiting = false;
    feed_ended(s->feed, NULL);
    if (!s->views_tried && pg_up(s->pg)) /* a reload came meanwhile */
        look(s);
}

static void deliver(void *arg, struct item *items, unsigned n)
{
    struct postgres *s = arg;

    pg_put_take(s->put, items, n);
    s->waiting = true;
    if (s->stage == STAGE_READY && pg_down(s->pg)) { /* lost while nothing was to be done */
        s->stage = STAGE_DOWN;
        pg_put_lost(s->put);
    }
    if (s->stage == STAGE_READY)
        pg_put_go(s->put);
    else if (s->stage == STAGE_DOWN)
        get_ready(s);
}

static void prepare(void *arg, struct item *items, unsigned n)
{
    struct postgres *s = arg;

    /* Views that are to be made want a connection at rest. */
    pg_put_prepare(s->put, items, n, s->stage == STAGE_READY && s->views_tried);
}

/* --- a connection is made ready --- */

static void ready(struct postgres *s)
{
    s->stage = STAGE_READY;
    figures_pg_ready(s->counter);
    if (s->waiting)
        pg_put_go(s->put);
}

static void on_views(void *arg, const struct pg_answer *a)
{
    struct postgres *s = arg;

    if (a->fault == PG_LOST) {
        give_up(s, &a->why);
        return;
    }
    s->views_why = a->why;
    if (a->fault == PG_OK) {
        ready(s);
        return;
    }
    /* Rows are stored without them; the session hangs in a transaction that failed. */
    log_event(LOG_WARN, "sink_views", "why", a->why.text, NULL);
    pg_drop(s->pg);
    get_ready(s);
}

static void make_views(struct postgres *s)
{
    struct buf sql;

    s->stage = STAGE_VIEWS;
    s->views_tried = true;
    buf_init(&sql, 2 * SQL_MAX);
    pg_tables_views(&sql, buf_slice(&s->views), s->views_hash);
    pg_query(s->pg, sql.p ? sql.p : "", on_views, s);
    buf_free(&sql);
}

static void on_schema(void *arg, const struct pg_answer *a)
{
    struct postgres *s = arg;
    struct err why;

    if (a->fault == PG_OK) {
        look(s);
        return;
    }
    err_set(&why, "%s%s", a->why.text,
            strcmp(a->sqlstate, "42501") == 0
                ? ": let the owner of the schema carry out `ctl sink NAME schema`"
                : "");
    give_up(s, &why);
}

static void make_schema(struct postgres *s)
{
    struct buf sql;

    s->stage = STAGE_SCHEMA;
    buf_init(&sql, SQL_MAX);
    pg_tables_schema(&sql);
    pg_query(s->pg, sql.p ? sql.p : "", on_schema, s);
    buf_free(&sql);
}

/* "1 0123456789abcdef": version and hash of the views */
static void on_version(void *arg, const struct pg_answer *a)
{
    struct postgres *s = arg;
    struct slice rest = slice_of(a->value), word = slice_cut(&rest, ' ');
    uint64_t version = 0;
    char hash[20];

    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)s->views_hash);
    if (a->fault != PG_OK)
        give_up(s, &a->why);
    else if (!slice_to_u64(word, &version) || version < pg_tables_version())
        make_schema(s);
    else {
        s->version = (unsigned)version;
        if (!slice_is(rest, hash) && !s->views_tried) {
            make_views(s);
            return;
        }
        s->views_tried = true;
        if (slice_is(rest, hash))
            s->views_why.text[0] = '\0';
        ready(s);
    }
}

static void on_looked(void *arg, const struct pg_answer *a)
{
    struct postgres *s = arg;

    if (a->fault != PG_OK)
        give_up(s, &a->why);
    else if (!a->value)
        make_schema(s);
    else
        pg_query(
            s->pg,
            "SELECT coalesce(max(version), 0) || ' ' || coalesce((SELECT max(hash) FROM kentongan_views), '')"
            " FROM kentongan_schema",
            on_version, s);
}

static void look(struct postgres *s)
{
    s->stage = STAGE_LOOKING;
    pg_query(s->pg, "SELECT to_regclass('kentongan_schema')", on_looked, s);
}

static void on_connected(void *arg, const struct pg_answer *a)
{
    struct postgres *s = arg;

    if (a->fault != PG_OK)
        give_up(s, &a->why);
    else
        pg_query(s->pg,
                 "SET statement_timeout = '60s'; SET lock_timeout = '20s'; SET client_min_messages = 'error'",
                 on_schema, s);
}

static void get_ready(struct postgres *s)
{
    s->stage = STAGE_SETTING;
    pg_connect(s->pg, on_connected, s);
}

/* --- the kind --- */

static void check(const struct sink_conf *conf, struct faults *faults)
{
    struct err e;

    if (conf->dsn.n && !pg_dsn_check(conf->dsn.p, &e))
        fault_add(faults, conf->mark, "dsn: %s", e.text);
}

static void take_views(struct postgres *s, const struct ruleset *rules)
{
    buf_clear(&s->views);
    views_sql(&s->views, VIEWS_POSTGRES, rules);
    s->views_hash = slice_hash(buf_slice(&s->views));
    s->views_tried = false; /* the next connection makes them */
}

static void reload(void *self, const struct ruleset *rules)
{
    struct postgres *s = self;

    figures_keeper_reload(s->figures, rules);
    take_views(s, rules);
    if (s->stage == STAGE_READY && !s->waiting && pg_up(s->pg))
        look(s);
}

static void close_sink(void *self)
{
    struct postgres *s = self;

    if (s->figures)
        figures_keeper_leave(s->figures);
    figures_pg_free(s->counter);
    figures_keeper_free(s->figures);
    pg_reader_free(s->reader);
    pg_put_free(s->put);
    pg_free(s->pg);
    feed_close(s->feed);
    buf_free(&s->views);
    free(s);
}

static void *open_sink(const struct sink_host *host, const struct sink_conf *conf, struct err *e)
{
    struct postgres *s = calloc(1, sizeof *s);
    struct feed_work work = {
        .deliver = deliver, .prepare = prepare, .arg = s, .batch = BATCH, .linger_ms = LINGER_MS
    };
    char name[64], stream[80];

    if (!s) {
        err_set(e, "sink %.*s: out of memory", SLICE_ARG(conf->name));
        return NULL;
    }
    buf_init(&s->views, SQL_MAX);
    take_views(s, host->rules);
    snprintf(name, sizeof name, "sink %.*s", SLICE_ARG(conf->name));
    snprintf(stream, sizeof stream, "sink:%.*s", SLICE_ARG(conf->name));
    s->pg = pg_new(host->loop, conf->dsn.p);
    s->put = s->pg ? pg_put_new(s->pg, on_put, s) : NULL;
    s->reader = pg_reader_new(host->loop, conf->dsn.p);
    s->counter = figures_pg_new(host->loop, conf->dsn.p);
    s->figures = s->counter ? figures_pg_keeper(s->counter, host) : NULL;
    if (s->put && s->reader && s->figures)
        s->feed = feed_open(host->loop, host->store, stream, name, &work, e);
    if (s->feed) {
        figures_pg_behind(s->counter, s->feed);
        get_ready(s);
        return s;
    }
    if (!s->put || !s->reader || !s->figures)
        err_set(e, "%s: out of memory", name);
    close_sink(s);
    return NULL;
}

static const struct feed *feed(const void *self)
{
    const struct postgres *s = self;

    return s->feed;
}

static void show(void *self, struct buf *b)
{
    static const char *const stages[] = {
        [STAGE_DOWN] = "not connected",
        [STAGE_SETTING] = "connecting",
        [STAGE_LOOKING] = "looking at the schema",
        [STAGE_SCHEMA] = "making the tables",
        [STAGE_VIEWS] = "making the views",
        [STAGE_READY] = "ready",
    };
    const struct postgres *s = self;

    buf_printf(b, "  stage     %s; schema %u of %u\n", stages[s->stage], s->version, pg_tables_version());
    if (s->views_why.text[0])
        buf_printf(b, "  views     not made: %s\n", s->views_why.text);
    figures_keeper_show(s->figures, b);
}

static void pws(void *self, const struct sink_asked *asked, sink_said *done, void *ctx)
{
    struct postgres *s = self;

    figures_keeper_ask(s->figures, asked, done, ctx);
}

static void ask(void *self, struct slice sql, sink_said *done, void *ctx)
{
    struct postgres *s = self;

    pg_reader_ask(s->reader, sql, done, ctx);
}

static void schema(void *self, struct buf *b)
{
    struct postgres *s = self;

    buf_printf(b, "-- schema %u of %u is there%s\n", s->version, pg_tables_version(),
               s->version ? "" : " as far as is known");
    pg_tables_schema(b);
    pg_tables_views(b, buf_slice(&s->views), s->views_hash);
}

const struct sink_kind postgres_kind = {
    .name = "postgres",
    .needs = " dsn ",
    .reads = " dsn ",
    .check = check,
    .open = open_sink,
    .reload = reload,
    .feed = feed,
    .show = show,
    .schema = schema,
    .ask = ask,
    .pws = pws,
    .close = close_sink,
};
