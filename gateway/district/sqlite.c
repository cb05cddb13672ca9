/* sqlite.c - see sqlite.h.  The loop and the worker share two lists under one mutex: `waiting` (to the
 * worker) and `ended` (back).  The worker alone touches the database; it neither logs nor counts. */
#include "gateway/district/sqlite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/base/stat.h"
#include "gateway/district/sqlite_db.h"

enum {
    WINDOW = 512, /* entries under way: bounds memory, and the batch */
    BATCH = 256,
    LINGER_MS = 50, /* a batch waits so long for more: rows that share pages and a sync cost a fraction */
    BUSY_MS = 2000, /* how long SQLite itself waits for another writer */
    RETRY_FIRST_MS = 500,
    RETRY_MOST_MS = 60 * 1000,
    VIEWS_SQL_MAX = 1 << 20,
};

/* One entry under way; body and id lie behind it. */
struct job {
    struct job *next;
    struct slice id;
    struct sqlite_item item;
    bool later;
};

struct job_list {
    struct job *first, **last;
};

struct sqlite_sink {
    struct consumer *consumer;
    struct loop_wake *wake;
    struct loop_timer *pause;
    char *name, *path;
    unsigned failures; /* batches that failed in a row */
    struct stat *stored, *retried, *parked, *broken;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    struct job_list waiting, ended;
    unsigned waiting_n;
    char *views; /* SQL to be carried out, owned; taken by the worker */
    bool stop;
    struct err trouble; /* of the last batch that failed */

    struct sqlite_db *db; /* the worker's, from its start to its end */
};

static void list_init(struct job_list *l)
{
    l->first = NULL;
    l->last = &l->first;
}

static void list_add(struct job_list *l, struct job *j)
{
    j->next = NULL;
    *l->last = j;
    l->last = &j->next;
}

/* --- the worker --- */

/* Opens the file if need be and brings the views up to date. */
static enum sqlite_rc worker_ready(struct sqlite_sink *s, struct err *e)
{
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

static void worker_batch(struct sqlite_sink *s, struct job **jobs, unsigned n)
{
    struct sqlite_item items[BATCH];
    struct err e = { { 0 } };
    enum sqlite_rc rc = worker_ready(s, &e);

    for (unsigned i = 0; i < n; i++)
        items[i] = jobs[i]->item;
    if (rc == SQLITE_DB_OK)
        rc = sqlite_db_store(s->db, items, n, &e);
    if (rc != SQLITE_DB_OK) {
        /* The file may have been replaced or unmounted: begin afresh. */
        sqlite_db_close(s->db);
        s->db = NULL;
    }
    for (unsigned i = 0; i < n; i++) {
        jobs[i]->item = items[i];
        jobs[i]->later = rc != SQLITE_DB_OK;
    }
    pthread_mutex_lock(&s->lock);
    if (rc != SQLITE_DB_OK)
        s->trouble = e;
    for (unsigned i = 0; i < n; i++)
        list_add(&s->ended, jobs[i]);
    pthread_mutex_unlock(&s->lock);
    loop_wake(s->wake);
}

/* Under the lock. */
static void worker_linger(struct sqlite_sink *s)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LINGER_MS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    while (!s->stop && s->waiting_n < BATCH)
        if (pthread_cond_timedwait(&s->cond, &s->lock, &until) != 0)
            return;
}

static void *worker(void *arg)
{
    struct sqlite_sink *s = arg;
    struct job *jobs[BATCH];

    pthread_mutex_lock(&s->lock);
    while (!s->stop) {
        unsigned n = 0;

        if (!s->waiting.first) {
            pthread_cond_wait(&s->cond, &s->lock);
            continue;
        }
        worker_linger(s);
        while (n < BATCH && s->waiting.first) {
            jobs[n++] = s->waiting.first;
            s->waiting.first = s->waiting.first->next;
            s->waiting_n--;
        }
        if (!s->waiting.first)
            list_init(&s->waiting);
        pthread_mutex_unlock(&s->lock);
        worker_batch(s, jobs, n);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* --- the loop's side --- */

static int64_t retry_after_ms(unsigned failures)
{
    int64_t ms = RETRY_MOST_MS;

    if (failures < 8)
        ms = (int64_t)RETRY_FIRST_MS << (failures ? failures - 1 : 0);
    if (ms > RETRY_MOST_MS)
        ms = RETRY_MOST_MS;
    return ms / 2 + (int64_t)rnd_below((uint64_t)ms / 2 + 1);
}

/* The circuit: nothing more is taken until the delay has passed. */
static int64_t hold_off(struct sqlite_sink *s)
{
    int64_t ms = retry_after_ms(++s->failures);
    struct err e;

    pthread_mutex_lock(&s->lock);
    e = s->trouble;
    pthread_mutex_unlock(&s->lock);
    log_event(s->failures == 1 ? LOG_ERROR : LOG_WARN, "sink_waits", "sink", s->name, "why", e.text, NULL);
    s->broken->value = 1;
    consumer_window(s->consumer, 0);
    loop_timer_set(s->pause, ms);
    return clock_wall_ms() + ms;
}

static void resume(void *arg)
{
    struct sqlite_sink *s = arg;

    consumer_window(s->consumer, WINDOW);
}

static void end_job(struct sqlite_sink *s, struct job *j, int64_t due_ms)
{
    if (j->later) {
        s->retried->value++;
        consumer_retry(s->consumer, j->id, due_ms);
    } else if (j->item.refused) {
        s->parked->value++;
        log_event(LOG_ERROR, "row_parked", "sink", s->name, "why", j->item.reason.text, NULL);
        consumer_park(s->consumer, j->id, j->item.reason.text);
    } else {
        s->stored->value++;
        consumer_done(s->consumer, j->id);
    }
    free(j);
}

static void on_ended(void *arg)
{
    struct sqlite_sink *s = arg;
    int64_t due_ms = 0;
    bool good = false;
    struct job *j, *next;

    pthread_mutex_lock(&s->lock);
    j = s->ended.first;
    list_init(&s->ended);
    pthread_mutex_unlock(&s->lock);
    for (; j; j = next) {
        next = j->next;
        if (j->later && !due_ms)
            due_ms = hold_off(s);
        good = good || !j->later;
        end_job(s, j, due_ms);
    }
    if (good && !due_ms && s->failures) {
        log_event(LOG_INFO, "sink_goes_on", "sink", s->name, NULL);
        s->failures = 0;
        s->broken->value = 0;
    }
}

static void on_entry(void *arg, const struct entry *entry)
{
    struct sqlite_sink *s = arg;
    struct job *j = calloc(1, sizeof(*j) + entry->id.n + entry->body.n);
    char *p;

    if (!j) {
        consumer_retry(s->consumer, entry->id, clock_wall_ms() + RETRY_FIRST_MS);
        return;
    }
    p = (char *)(j + 1);
    memcpy(p, entry->id.p, entry->id.n);
    memcpy(p + entry->id.n, entry->body.p, entry->body.n);
    j->id = slice_make(p, entry->id.n);
    j->item.body = slice_make(p + entry->id.n, entry->body.n);
    j->item.first_ms = entry->first_ms;
    pthread_mutex_lock(&s->lock);
    list_add(&s->waiting, j);
    s->waiting_n++;
    pthread_cond_signal(&s->cond);
    pthread_mutex_unlock(&s->lock);
}

void sqlite_sink_forms(struct sqlite_sink *s, const struct form_set *forms)
{
    struct buf b;

    buf_init(&b, VIEWS_SQL_MAX);
    sqlite_db_views_sql(&b, forms);
    pthread_mutex_lock(&s->lock);
    if (!b.failed && b.p) {
        free(s->views);
        s->views = b.p; /* malloc'd by buf: now ours */
        b.p = NULL;
    }
    pthread_mutex_unlock(&s->lock);
    buf_free(&b);
}

bool sqlite_sink_up(const struct sqlite_sink *s)
{
    return s->failures == 0;
}

/* --- life --- */

static void sink_free(struct sqlite_sink *s)
{
    sqlite_db_close(s->db);
    if (s->consumer)
        consumer_close(s->consumer);
    if (s->pause)
        loop_timer_free(s->pause);
    if (s->wake)
        loop_wake_free(s->wake);
    pthread_cond_destroy(&s->cond);
    pthread_mutex_destroy(&s->lock);
    free(s->views);
    free(s->name);
    free(s->path);
    free(s);
}

static struct sqlite_sink *sink_new(struct loop *loop, const struct sink_conf *conf)
{
    struct sqlite_sink *s = calloc(1, sizeof(*s));
    pthread_condattr_t monotonic;

    if (!s)
        return NULL;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
    list_init(&s->waiting);
    list_init(&s->ended);
    s->name = strndup(conf->name.p, conf->name.n);
    s->path = strndup(conf->path.p, conf->path.n);
    s->wake = loop_wake_new(loop, on_ended, s);
    s->pause = loop_timer_new(loop, "sqlite sink waits", resume, s);
    s->stored = stat_get(STAT_COUNTER, "sink_stored_total", "entries stored in a district database", "kind",
                         "sqlite");
    s->retried = stat_get(STAT_COUNTER, "sink_retried_total", "entries put back for later", "kind", "sqlite");
    s->parked =
        stat_get(STAT_COUNTER, "sink_parked_total", "entries that can never be stored", "kind", "sqlite");
    s->broken =
        stat_get(STAT_GAUGE, "sink_down", "1 while a district database cannot be written", "kind", "sqlite");
    if (s->name && s->path && s->wake && s->pause)
        return s;
    sink_free(s);
    return NULL;
}

struct sqlite_sink *sqlite_sink_open(struct loop *loop, struct store *store, const struct sink_conf *conf,
                                     const struct form_set *forms, struct err *e)
{
    struct sqlite_sink *s = sink_new(loop, conf);
    char stream[80];
    struct err why = { { 0 } };
    enum sqlite_rc rc;

    if (!s) {
        err_set(e, "sink %.*s: out of memory", SLICE_ARG(conf->name));
        return NULL;
    }
    sqlite_sink_forms(s, forms);
    rc = worker_ready(s, &why); /* no thread yet: we may */
    if (rc == SQLITE_DB_NEVER) {
        err_set(e, "sink %s: %s", s->name, why.text);
        sink_free(s);
        return NULL;
    }
    if (rc == SQLITE_DB_LATER) {
        s->failures = 1;
        s->broken->value = 1;
        log_event(LOG_ERROR, "sink_waits", "sink", s->name, "why", why.text, NULL);
    }
    snprintf(stream, sizeof(stream), "sink:%s", s->name);
    if (pthread_create(&s->thread, NULL, worker, s) != 0) {
        err_set(e, "sink %s: no thread to be had", s->name);
        sink_free(s);
        return NULL;
    }
    s->consumer = consumer_open(store, stream, WINDOW, on_entry, s);
    if (!s->consumer) {
        err_set(e, "sink %s: cannot read its stream", s->name);
        sqlite_sink_close(s);
        return NULL;
    }
    return s;
}

void sqlite_sink_close(struct sqlite_sink *s)
{
    struct job *j, *next;

    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_signal(&s->cond);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    on_ended(s);
    for (j = s->waiting.first; j; j = next) { /* the consumer gives these back */
        next = j->next;
        free(j);
    }
    sink_free(s);
}
