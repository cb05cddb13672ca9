/* msglog.c - see msglog.h.  The worker alone touches the files; what the loop wants of it travels as a
 * question of sqlite_worker.h. */
#include "gateway/district/msglog.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/district/log_files.h"
#include "gateway/district/log_forget.h"
#include "gateway/district/sqlite_worker.h"

enum {
    BUSY_MS = 2000,
    LINGER_MS = 1000, /* as that of the records (sqlite.c) */
    PRUNE_FIRST_MS = 60 * 1000,
    PRUNE_IDLE_MS = 15 * 60 * 1000,
    NOMOR_MAX = 24,
    TRACE_MAX = 512 * 1024,
    HELD_MAX = 32 << 20,
};

struct msglog {
    struct loop *loop;
    struct sqlite_worker *worker;
    struct log_files *files; /* the worker's */
    struct loop_timer *prune;
    _Atomic int64_t keep_ms;
    bool pruning;
};

/* --- on the worker --- */

static enum sqlite_rc ready(void *arg, struct err *e)
{
    struct msglog *l = arg;

    return log_files_ready(l->files, clock_wall_ms(), e);
}

static enum sqlite_rc put(void *arg, struct item *items, unsigned n, struct err *e)
{
    struct msglog *l = arg;

    return log_files_store(l->files, items, n, e);
}

static void shut(void *arg)
{
    struct msglog *l = arg;

    log_files_rest(l->files);
}

static void prune_old(void *arg)
{
    struct msglog *l = arg;

    (void)log_files_prune(l->files, clock_wall_ms() - l->keep_ms);
}

/* --- retention --- */

static void pruned(void *arg)
{
    struct msglog *l = arg;

    l->pruning = false;
    loop_timer_set(l->prune, PRUNE_IDLE_MS);
}

static void on_prune(void *arg)
{
    struct msglog *l = arg;

    if (!l->pruning)
        l->pruning = sqlite_worker_ask(l->worker, prune_old, pruned, l);
    if (!l->pruning)
        loop_timer_set(l->prune, PRUNE_IDLE_MS);
}

void msglog_keep(struct msglog *l, int64_t keep_ms)
{
    l->keep_ms = keep_ms;
}

/* --- trace --- */

struct trace {
    struct msglog *log;
    char nomor[NOMOR_MAX]; /* empty: the drafts that expired */
    struct log_trace how;
    struct buf text;
    struct err why;
    bool ok;
    msglog_trace_cb *cb;
    void *arg;
};

static struct slice pseudonym(struct slice msisdn, struct arena *a)
{
    return arena_str(a, log_who(msisdn).text);
}

static void trace_run(void *arg)
{
    struct trace *t = arg;

    if (t->nomor[0])
        t->ok =
            log_files_trace(t->log->files, slice_of(t->nomor), &t->how, &t->text, &t->why) == SQLITE_DB_OK;
    else
        t->ok = log_files_drafts(t->log->files, &t->how, &t->text, &t->why) == SQLITE_DB_OK;
}

static void trace_done(void *arg)
{
    struct trace *t = arg;

    t->cb(t->arg, t->ok, t->ok ? buf_slice(&t->text) : slice_of(t->why.text));
    buf_free(&t->text);
    free(t);
}

void msglog_trace(struct msglog *l, struct slice nomor, bool reveal, int utc_offset_min, msglog_trace_cb *cb,
                  void *arg)
{
    struct trace *t = calloc(1, sizeof *t);

    if (!t)
        abort(); /* asked by a person, once */
    t->log = l;
    t->cb = cb;
    t->arg = arg;
    t->how = (struct log_trace){ .reveal = reveal, .utc_offset_min = utc_offset_min, .who = pseudonym };
    buf_init(&t->text, TRACE_MAX);
    snprintf(t->nomor, sizeof t->nomor, "%.*s", SLICE_ARG(nomor));
    err_set(&t->why, "the message log cannot be asked now");
    if (!sqlite_worker_ask(l->worker, trace_run, trace_done, t))
        loop_soon(l->loop, trace_done, t);
}

void msglog_drafts(struct msglog *l, bool reveal, int utc_offset_min, msglog_trace_cb *cb, void *arg)
{
    msglog_trace(l, S(""), reveal, utc_offset_min, cb, arg);
}

/* --- somebody --- */

struct about {
    struct msglog *log;
    const struct whose *whose;
    bool forget, ok;
    unsigned n;
    struct buf text;
    struct err why;
    msglog_whose_cb *cb;
    void *arg;
};

static enum sqlite_rc about_file(void *arg, struct sqlite_file *db, struct err *e)
{
    struct about *a = arg;
    struct slice rows;
    unsigned n = 0;
    enum sqlite_rc rc;
    struct buf file;

    if (a->forget) {
        rc = log_db_forget(db, a->whose, &n, e);
        a->n += n;
        return rc;
    }
    buf_init(&file, HELD_MAX);
    rc = log_db_held(db, a->whose, &file, e); /* "[{…},{…}]" */
    rows = file.n > 2 ? slice_make(file.p + 1, file.n - 2) : (struct slice)S("");
    buf_str(&a->text, !a->text.n ? "[" : rows.n && a->text.n > 1 ? "," : "");
    buf_add(&a->text, rows);
    buf_free(&file);
    return rc;
}

static void about_run(void *arg)
{
    struct about *a = arg;

    a->ok = log_files_each(a->log->files, about_file, a, &a->why) == SQLITE_DB_OK;
    if (!a->forget)
        buf_str(&a->text, a->text.n ? "]" : "[]");
    a->ok = a->ok && !a->text.failed;
}

static void about_done(void *arg)
{
    struct about *a = arg;

    a->cb(a->arg, a->ok, a->n, a->ok ? buf_slice(&a->text) : slice_of(a->why.text));
    buf_free(&a->text);
    free(a);
}

static void about(struct msglog *l, const struct whose *w, bool forget, msglog_whose_cb *cb, void *arg)
{
    struct about *a = calloc(1, sizeof *a);

    if (!a)
        abort(); /* asked by a person, once */
    *a = (struct about){ .log = l, .whose = w, .forget = forget, .cb = cb, .arg = arg };
    buf_init(&a->text, HELD_MAX);
    err_set(&a->why, "the message log cannot be asked now");
    if (!sqlite_worker_ask(l->worker, about_run, about_done, a))
        loop_soon(l->loop, about_done, a);
}

void msglog_held(struct msglog *l, const struct whose *w, msglog_whose_cb *cb, void *arg)
{
    about(l, w, false, cb, arg);
}

void msglog_forget(struct msglog *l, const struct whose *w, msglog_whose_cb *cb, void *arg)
{
    about(l, w, true, cb, arg);
}

/* --- life --- */

bool msglog_up(const struct msglog *l)
{
    return sqlite_worker_up(l->worker);
}

void msglog_close(struct msglog *l)
{
    if (!l)
        return;
    if (l->worker)
        sqlite_worker_close(l->worker);
    log_files_close(l->files);
    loop_timer_free(l->prune);
    free(l);
}

struct msglog *msglog_open(struct loop *loop, struct store *store, const char *state_dir, int utc_offset_min,
                           int64_t keep_ms, struct err *e)
{
    struct msglog *l = calloc(1, sizeof *l);
    struct sqlite_work work = {
        .ready = ready, .store = put, .close = shut, .arg = l, .kind = "log", .linger_ms = LINGER_MS
    };

    if (!l || !(l->prune = loop_timer_new(loop, "message log: retention", on_prune, l))) {
        free(l);
        err_set(e, "message log: out of memory");
        return NULL;
    }
    l->loop = loop;
    l->keep_ms = keep_ms;
    l->files = log_files_open(state_dir, utc_offset_min, BUSY_MS, e);
    if (l->files)
        l->worker = sqlite_worker_open(loop, store, "log", "message log", &work, e);
    if (!l->worker) {
        msglog_close(l);
        return NULL;
    }
    loop_timer_set(l->prune, PRUNE_FIRST_MS);
    return l;
}
