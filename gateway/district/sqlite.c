/* sqlite.c - see sqlite.h.  The worker alone touches the database; the views travel to it under a lock. */
#include "gateway/district/sqlite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/district/figures_keeper.h"
#include "gateway/district/figures_sqlite.h"
#include "gateway/district/sqlite_db.h"
#include "gateway/district/sqlite_rows.h"
#include "gateway/district/sqlite_worker.h"
#include "gateway/district/views.h"

enum {
    REST = 39, /* counting takes a fortieth of the thread at most */
    /* Between two batches of a steady flow: half of it touches nearly as many pages as all of it. */
    LINGER_MS = 1000,
    BUSY_MS = 2000, /* how long SQLite itself waits for another writer */
    VIEWS_SQL_MAX = 1 << 20,
    ROWS_MAX = 128 << 20,
};

struct sqlite_sink {
    struct sqlite_worker *worker;
    char *path;
    pthread_mutex_t lock;
    char *views;            /* SQL to be carried out, owned; taken by the worker */
    struct sqlite_file *db; /* the worker's, from its start to its end */
    bool opened;            /* it stood once: it is not made anew */

    struct figures_keeper *figures;
    struct figures_db figures_db; /* the worker's */
};

/* --- on the worker --- */

/* Opens the file if need be and brings the views up to date. */
static enum sqlite_rc ready(void *arg, struct err *e)
{
    struct sqlite_sink *s = arg;
    enum sqlite_rc rc = SQLITE_DB_OK;
    char *views;

    if (!s->db && s->opened && access(s->path, F_OK) != 0) {
        err_set(e, "%s is gone: put it back (records wait), or restart to begin another", s->path);
        return SQLITE_DB_LATER;
    }
    if (!s->db && (rc = sqlite_db_open(s->path, BUSY_MS, &s->db, e)) != SQLITE_DB_OK)
        return rc;
    s->opened = true;
    pthread_mutex_lock(&s->lock);
    views = s->views;
    s->views = NULL;
    pthread_mutex_unlock(&s->lock);
    if (!views)
        return SQLITE_DB_OK;
    rc = sqlite_db_views(s->db, views, e);
    pthread_mutex_lock(&s->lock);
    if (rc != SQLITE_DB_OK && !s->views) {
        s->views = views;
        views = NULL;
    }
    pthread_mutex_unlock(&s->lock);
    free(views);
    return rc;
}

static enum sqlite_rc put(void *arg, struct item *items, unsigned n, struct err *e)
{
    struct sqlite_sink *s = arg;
    enum sqlite_rc rc;
    struct err busy;

    rc = sqlite_db_store(s->db, items, n, e);
    /* A reader may be in the way: the next batch tries again. */
    if (rc == SQLITE_DB_OK && s->db->scour)
        s->db->scour = sqlite_file_scour(s->db, &busy) != SQLITE_DB_OK;
    return rc;
}

static void shut(void *arg)
{
    struct sqlite_sink *s = arg;

    sqlite_file_close(s->db);
    s->db = NULL;
}

static const struct figures_db *figures_of(void *arg)
{
    struct sqlite_sink *s = arg;

    if (!s->db)
        return NULL;
    s->figures_db = figures_sqlite(s->db->db);
    return &s->figures_db;
}

/* --- the loop's side --- */

/* A whole batch of records waits: what they change is counted once, when they are stored. */
static bool busy(void *arg)
{
    const struct sqlite_sink *s = arg;
    struct feed_figures figures;

    feed_figures(sqlite_worker_feed(s->worker), &figures);
    return figures.in_hand >= SQLITE_BATCH;
}

static bool ask_worker(void *arg, void (*run)(void *), void (*done)(void *), void *ctx)
{
    struct sqlite_sink *s = arg;

    return sqlite_worker_ask(s->worker, run, done, ctx);
}

static void pws(void *self, const struct sink_asked *asked, sink_said *done, void *ctx)
{
    struct sqlite_sink *s = self;

    figures_keeper_ask(s->figures, asked, done, ctx);
}

/* A SELECT on its way to the worker and back. */
struct asking {
    struct sqlite_sink *sink;
    char *sql; /* behind it */
    struct buf said;
    sink_said *done;
    void *ctx;
};

static void ask_run(void *arg)
{
    struct asking *a = arg;
    struct err e = { "the district database is not open" };

    if (a->sink->db && sqlite_rows(a->sink->db->db, a->sql, &a->said, &e) == 0)
        return;
    buf_clear(&a->said);
    buf_printf(&a->said, "error: %s\n", e.text);
}

static void ask_done(void *arg)
{
    struct asking *a = arg;

    a->done(a->ctx, a->said.n ? buf_slice(&a->said) : (struct slice)S("error: the gateway is leaving\n"));
    buf_free(&a->said);
    free(a);
}

static void ask(void *self, struct slice sql, sink_said *done, void *ctx)
{
    struct asking *a = calloc(1, sizeof *a + sql.n + 1);

    if (a) {
        *a = (struct asking){ .sink = self, .sql = (char *)(a + 1), .done = done, .ctx = ctx };
        memcpy(a->sql, sql.p, sql.n);
        buf_init(&a->said, ROWS_MAX);
        if (sqlite_worker_ask(a->sink->worker, ask_run, ask_done, a))
            return;
    }
    free(a);
    done(ctx, S("error: out of memory\n"));
}

static void make_views(struct sqlite_sink *s, const struct ruleset *rules)
{
    struct buf b;

    buf_init(&b, VIEWS_SQL_MAX);
    views_sql(&b, VIEWS_SQLITE, rules);
    pthread_mutex_lock(&s->lock);
    if (!b.failed && b.p) {
        free(s->views);
        s->views = b.p; /* malloc'd by buf: now ours */
        b.p = NULL;
    }
    pthread_mutex_unlock(&s->lock);
    buf_free(&b);
}

static void reload(void *self, const struct ruleset *rules)
{
    struct sqlite_sink *s = self;

    figures_keeper_reload(s->figures, rules);
    make_views(s, rules);
}

static const struct feed *feed(const void *self)
{
    const struct sqlite_sink *s = self;

    return sqlite_worker_feed(s->worker);
}

static void sink_free(struct sqlite_sink *s)
{
    pthread_mutex_destroy(&s->lock);
    figures_keeper_free(s->figures);
    free(s->views);
    free(s->path);
    free(s);
}

static void show(void *self, struct buf *b)
{
    const struct sqlite_sink *s = self;

    figures_keeper_show(s->figures, b);
}

static void schema(void *self, struct buf *b)
{
    (void)self;
    sqlite_db_schema(b);
}

static void *open_sink(const struct sink_host *host, const struct sink_conf *conf, struct err *e)
{
    struct sqlite_sink *s = calloc(1, sizeof(*s));
    struct sqlite_work work = {
        .ready = ready, .store = put, .close = shut, .arg = s, .kind = "sqlite", .linger_ms = LINGER_MS
    };
    const struct figures_thread thread = {
        .self = s, .rest = REST, .ask = ask_worker, .db = figures_of, .busy = busy
    };
    char name[64], stream[80];

    if (!s || !(s->path = strndup(conf->path.p, conf->path.n))) {
        free(s);
        err_set(e, "sink %.*s: out of memory", SLICE_ARG(conf->name));
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    make_views(s, host->rules);
    snprintf(name, sizeof name, "sink %.*s", SLICE_ARG(conf->name));
    snprintf(stream, sizeof stream, "sink:%.*s", SLICE_ARG(conf->name));
    s->figures = figures_keeper_new(host, &thread);
    if (s->figures)
        s->worker = sqlite_worker_open(host->loop, host->store, stream, name, &work, e);
    else
        err_set(e, "%s: out of memory", name);
    if (s->worker)
        return s;
    sink_free(s);
    return NULL;
}

static void close_sink(void *self)
{
    struct sqlite_sink *s = self;

    figures_keeper_leave(s->figures);
    sqlite_worker_close(s->worker);
    sink_free(s);
}

const struct sink_kind sqlite_kind = {
    .name = "sqlite",
    .reads = " path ",
    .open = open_sink,
    .reload = reload,
    .feed = feed,
    .show = show,
    .schema = schema,
    .ask = ask,
    .pws = pws,
    .close = close_sink,
};
