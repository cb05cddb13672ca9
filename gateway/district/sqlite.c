/* sqlite.c - see sqlite.h.  The worker alone touches the database; the views travel to it under a lock. */
#include "gateway/district/sqlite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/district/sqlite_db.h"
#include "gateway/district/sqlite_worker.h"
#include "gateway/district/views.h"

enum {
    BUSY_MS = 2000, /* how long SQLite itself waits for another writer */
    VIEWS_SQL_MAX = 1 << 20,
};

struct sqlite_sink {
    struct sqlite_worker *worker;
    char *path;
    pthread_mutex_t lock;
    char *views;            /* SQL to be carried out, owned; taken by the worker */
    struct sqlite_file *db; /* the worker's, from its start to its end */
};

/* --- on the worker --- */

/* Opens the file if need be and brings the views up to date. */
static enum sqlite_rc ready(void *arg, struct err *e)
{
    struct sqlite_sink *s = arg;
    enum sqlite_rc rc = SQLITE_DB_OK;
    char *views;

    if (!s->db && (rc = sqlite_db_open(s->path, BUSY_MS, &s->db, e)) != SQLITE_DB_OK)
        return rc;
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

    return sqlite_db_store(s->db, items, n, e);
}

static void shut(void *arg)
{
    struct sqlite_sink *s = arg;

    sqlite_file_close(s->db);
    s->db = NULL;
}

/* --- the loop's side --- */

static void reload(void *self, const struct ruleset *rules)
{
    struct sqlite_sink *s = self;
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

static const struct feed *feed(const void *self)
{
    const struct sqlite_sink *s = self;

    return sqlite_worker_feed(s->worker);
}

static void sink_free(struct sqlite_sink *s)
{
    pthread_mutex_destroy(&s->lock);
    free(s->views);
    free(s->path);
    free(s);
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
        .ready = ready, .store = put, .close = shut, .arg = s, .kind = "sqlite", .linger_ms = 500
    };
    char name[64], stream[80];

    if (!s || !(s->path = strndup(conf->path.p, conf->path.n))) {
        free(s);
        err_set(e, "sink %.*s: out of memory", SLICE_ARG(conf->name));
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    reload(s, host->rules);
    snprintf(name, sizeof name, "sink %.*s", SLICE_ARG(conf->name));
    snprintf(stream, sizeof stream, "sink:%.*s", SLICE_ARG(conf->name));
    s->worker = sqlite_worker_open(host->loop, host->store, stream, name, &work, e);
    if (s->worker)
        return s;
    sink_free(s);
    return NULL;
}

static void close_sink(void *self)
{
    struct sqlite_sink *s = self;

    sqlite_worker_close(s->worker);
    sink_free(s);
}

const struct sink_kind sqlite_kind = {
    .name = "sqlite",
    .open = open_sink,
    .reload = reload,
    .feed = feed,
    .schema = schema,
    .close = close_sink,
};
