/* sqlite.c - see sqlite.h.  The worker alone touches the database; the views travel to it under a lock. */
#include "gateway/district/sqlite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/district/sqlite_db.h"
#include "gateway/district/sqlite_figures.h"
#include "gateway/district/sqlite_news.h"
#include "gateway/district/sqlite_rows.h"
#include "gateway/district/sqlite_worker.h"
#include "gateway/district/views.h"

enum {
    FIGURES_MS = 1000, /* figures that are due are looked for so often */
    REST = 9,          /* counting takes a tenth of the thread at most */
    PWS_MAX = 1 << 19,
    NEWS_MS = 5000, /* villages are told of so often at most */
    NEWS_MAX = 1 << 18,
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

    pthread_mutex_t rules_lock; /* held while figures are counted: some ms */
    const struct ruleset *rules;
    bool rows_due; /* table indicator is to be filled, figures perhaps made anew */
    struct loop_timer *figures;
    int64_t took_ms; /* by the last step */
    bool left;       /* more are due */
    bool asked;      /* a step is under way */

    /* Of villages whose figures changed; the worker's while a step is under way, else the loop's. */
    struct buf news;
    char news_month[16], news_since[40];
    int64_t news_ms; /* when they were looked for last */
    bool news_due;   /* something was counted since */
    void (*tell)(void *arg, struct slice line);
    void *tell_arg;
    bool closing;
};

/* `ctl pws`: a question on its way to the worker and back. */
struct pws {
    struct sqlite_sink *sink;
    struct slice place, month; /* behind it */
    bool anew, signals;
    struct buf said;
    sink_said *done;
    void *ctx;
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

/* Some seconds' changes at once; all of them when another month is told. */
static void look_for_news(struct sqlite_sink *s)
{
    int64_t now = clock_wall_ms();
    char month[16];
    struct err e;

    sqlite_news_month(s->rules, now, month);
    if (strcmp(month, s->news_month) != 0) {
        snprintf(s->news_month, sizeof s->news_month, "%s", month);
        s->news_since[0] = '\0';
        s->news_due = true;
    }
    if (!s->news_due || s->news.n || now - s->news_ms < NEWS_MS)
        return;
    if (sqlite_news(s->db, s->rules, month, s->news_since, &s->news, &e) != SQLITE_DB_OK)
        buf_clear(&s->news);
    sqlite_figures_time(now - FIGURES_MS, s->news_since, sizeof s->news_since);
    s->news_ms = now;
    s->news_due = false;
}

/* Figures are counted by the rules of now; a reload waits for the step under way. */
static enum sqlite_rc count(struct sqlite_sink *s, struct err *e)
{
    enum sqlite_rc rc = SQLITE_DB_OK;
    int before = sqlite3_total_changes(s->db->db);

    pthread_mutex_lock(&s->rules_lock);
    if (s->rows_due)
        rc = sqlite_figures_rows(s->db, s->rules, false, e);
    s->rows_due = s->rows_due && rc != SQLITE_DB_OK;
    if (rc == SQLITE_DB_OK)
        rc = sqlite_figures_step(s->db, s->rules, clock_wall_ms(), &s->left, e);
    s->news_due = s->news_due || sqlite3_total_changes(s->db->db) != before;
    if (rc == SQLITE_DB_OK && s->tell)
        look_for_news(s);
    pthread_mutex_unlock(&s->rules_lock);
    return rc;
}

static void count_run(void *arg)
{
    struct sqlite_sink *s = arg;
    int64_t from = clock_mono_ms();
    struct err e;

    s->left = false;
    if (s->db && count(s, &e) != SQLITE_DB_OK)
        s->left = false; /* another time: the file is busy or gone, which the feed will tell */
    s->took_ms = clock_mono_ms() - from;
}

static void pws_run(void *arg)
{
    struct pws *p = arg;
    struct sqlite_sink *s = p->sink;
    enum sqlite_rc rc = SQLITE_DB_LATER;
    struct err e = { "the district database is not open" };

    pthread_mutex_lock(&s->rules_lock);
    if (s->db && p->anew)
        rc = sqlite_figures_rows(s->db, s->rules, true, &e);
    else if (s->db && p->signals)
        rc = sqlite_figures_signals(s->db, &p->said, &e);
    else if (s->db)
        rc = sqlite_figures_print(s->db, s->rules, p->place, p->month, &p->said, &e);
    pthread_mutex_unlock(&s->rules_lock);
    if (rc != SQLITE_DB_OK) {
        buf_clear(&p->said);
        buf_printf(&p->said, "error: %s\n", e.text);
    } else if (p->anew) {
        buf_str(&p->said, "all figures are counted anew from the records; it may take some minutes\n");
    } else if (!p->said.n) {
        buf_str(&p->said, p->signals ? "no signals yet\n" : "nothing was counted there in that month\n");
    }
}

/* --- the loop's side --- */

static void count_done(void *arg)
{
    struct sqlite_sink *s = arg;

    struct slice rest = buf_slice(&s->news);

    s->asked = false;
    while (!s->closing && rest.n)
        s->tell(s->tell_arg, slice_cut(&rest, '\n'));
    buf_clear(&s->news);
    if (!s->closing)
        loop_timer_set(s->figures, s->left ? REST * (s->took_ms + 1) : FIGURES_MS);
}

static void on_figures(void *arg)
{
    struct sqlite_sink *s = arg;

    if (!s->asked)
        s->asked = sqlite_worker_ask(s->worker, count_run, count_done, s);
    if (!s->asked)
        loop_timer_set(s->figures, FIGURES_MS);
}

static void pws_done(void *arg)
{
    struct pws *p = arg;

    p->done(p->ctx, p->said.n ? buf_slice(&p->said) : (struct slice)S("error: the gateway is leaving\n"));
    buf_free(&p->said);
    free(p);
}

static void pws(void *self, const struct sink_asked *asked, sink_said *done, void *ctx)
{
    struct pws *p = calloc(1, sizeof *p + asked->place.n + asked->month.n);
    char *text;

    if (p) {
        text = (char *)(p + 1);
        *p = (struct pws){
            .sink = self, .anew = asked->anew, .signals = asked->signals, .done = done, .ctx = ctx
        };
        if (asked->place.n)
            memcpy(text, asked->place.p, asked->place.n);
        if (asked->month.n)
            memcpy(text + asked->place.n, asked->month.p, asked->month.n);
        p->place = slice_make(text, asked->place.n);
        p->month = slice_make(text + asked->place.n, asked->month.n);
        buf_init(&p->said, PWS_MAX);
        if (sqlite_worker_ask(p->sink->worker, pws_run, pws_done, p))
            return;
    }
    free(p);
    done(ctx, S("error: out of memory\n"));
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

static void reload(void *self, const struct ruleset *rules)
{
    struct sqlite_sink *s = self;
    struct buf b;

    pthread_mutex_lock(&s->rules_lock);
    s->rules = rules;
    s->rows_due = true;
    pthread_mutex_unlock(&s->rules_lock);
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
    pthread_mutex_destroy(&s->rules_lock);
    if (s->figures)
        loop_timer_free(s->figures);
    buf_free(&s->news);
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
    pthread_mutex_init(&s->rules_lock, NULL);
    buf_init(&s->news, NEWS_MAX);
    s->tell = host->news;
    s->tell_arg = host->news_arg;
    reload(s, host->rules);
    s->figures = loop_timer_new(host->loop, "figures", on_figures, s);
    snprintf(name, sizeof name, "sink %.*s", SLICE_ARG(conf->name));
    snprintf(stream, sizeof stream, "sink:%.*s", SLICE_ARG(conf->name));
    s->worker = sqlite_worker_open(host->loop, host->store, stream, name, &work, e);
    if (s->worker) {
        loop_timer_set(s->figures, FIGURES_MS);
        return s;
    }
    sink_free(s);
    return NULL;
}

static void close_sink(void *self)
{
    struct sqlite_sink *s = self;

    s->closing = true;
    sqlite_worker_close(s->worker);
    sink_free(s);
}

const struct sink_kind sqlite_kind = {
    .name = "sqlite",
    .reads = " path ",
    .open = open_sink,
    .reload = reload,
    .feed = feed,
    .schema = schema,
    .ask = ask,
    .pws = pws,
    .close = close_sink,
};
