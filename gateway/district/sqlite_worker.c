/* sqlite_worker.c - see sqlite_worker.h.  The loop and the worker share two lists under one mutex: `waiting`
 * (to the worker) and `ended` (back).  The worker alone touches the file. */
#include "gateway/district/sqlite_worker.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/rnd.h"
#include "gateway/base/stat.h"

enum {
    WINDOW = 2048, /* entries under way: bounds memory, and the batch */
    BATCH = 1024,
    RETRY_FIRST_MS = 500,
    RETRY_MOST_MS = 60 * 1000,
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

/* What the loop wants done on the thread. */
struct question {
    struct question *next;
    void (*run)(void *), (*done)(void *);
    void *arg;
};

struct sqlite_worker {
    struct consumer *consumer;
    struct loop_wake *wake;
    struct loop_timer *pause;
    char *name;
    struct sqlite_work work;
    unsigned failures; /* batches that failed in a row */
    struct stat *stored, *retried, *parked, *broken;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    struct job_list waiting, ended;
    unsigned waiting_n;
    struct question *asked, *answered;
    bool stop;
    struct err trouble; /* of the last batch that failed */
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

static void worker_batch(struct sqlite_worker *s, struct job **jobs, unsigned n)
{
    struct sqlite_item items[BATCH];
    struct err e = { { 0 } };
    enum sqlite_rc rc = s->work.ready(s->work.arg, &e);

    for (unsigned i = 0; i < n; i++)
        items[i] = jobs[i]->item;
    if (rc == SQLITE_DB_OK)
        rc = s->work.store(s->work.arg, items, n, &e);
    if (rc != SQLITE_DB_OK)
        s->work.close(s->work.arg);
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

/* Under the lock, but for the asking itself. */
static void worker_answer(struct sqlite_worker *s)
{
    struct question *q = s->asked;

    s->asked = q->next;
    pthread_mutex_unlock(&s->lock);
    q->run(q->arg);
    pthread_mutex_lock(&s->lock);
    q->next = s->answered;
    s->answered = q;
    loop_wake(s->wake);
}

static void time_add_ms(struct timespec *t, int ms)
{
    t->tv_nsec += ms % 1000 * 1000000L;
    t->tv_sec += ms / 1000 + t->tv_nsec / 1000000000L;
    t->tv_nsec %= 1000000000L;
}

/* Under the lock.  After a pause the first entry goes at once; those that come on its heels wait for company.
 */
static void worker_linger(struct sqlite_worker *s, const struct timespec *until)
{
    while (!s->stop && !s->asked && s->waiting_n < BATCH)
        if (pthread_cond_timedwait(&s->cond, &s->lock, until) != 0)
            return;
}

static void *worker(void *arg)
{
    struct sqlite_worker *s = arg;
    struct job *jobs[BATCH];
    struct timespec next = { 0 }; /* no batch before it, but a full one */

    pthread_mutex_lock(&s->lock);
    while (!s->stop) {
        unsigned n = 0;

        if (s->asked) {
            worker_answer(s);
            continue;
        }
        if (!s->waiting.first) {
            pthread_cond_wait(&s->cond, &s->lock);
            continue;
        }
        worker_linger(s, &next);
        while (n < BATCH && s->waiting.first) {
            jobs[n++] = s->waiting.first;
            s->waiting.first = s->waiting.first->next;
            s->waiting_n--;
        }
        if (!s->waiting.first)
            list_init(&s->waiting);
        pthread_mutex_unlock(&s->lock);
        worker_batch(s, jobs, n);
        clock_gettime(CLOCK_MONOTONIC, &next);
        time_add_ms(&next, s->work.linger_ms);
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
static int64_t hold_off(struct sqlite_worker *s)
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
    struct sqlite_worker *s = arg;

    consumer_window(s->consumer, WINDOW);
}

static void end_job(struct sqlite_worker *s, struct job *j, int64_t due_ms)
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

static void questions_end(struct question *q)
{
    for (struct question *next; q; q = next) {
        next = q->next;
        q->done(q->arg);
        free(q);
    }
}

static void on_ended(void *arg)
{
    struct sqlite_worker *s = arg;
    int64_t due_ms = 0;
    bool good = false;
    struct job *j, *next;
    struct question *q;

    pthread_mutex_lock(&s->lock);
    j = s->ended.first;
    list_init(&s->ended);
    q = s->answered;
    s->answered = NULL;
    pthread_mutex_unlock(&s->lock);
    questions_end(q);
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
    struct sqlite_worker *s = arg;
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
    if (s->waiting_n == 1 || s->waiting_n == BATCH) /* else it knows of company, and waits for more */
        pthread_cond_signal(&s->cond);
    pthread_mutex_unlock(&s->lock);
}

bool sqlite_worker_ask(struct sqlite_worker *s, void (*run)(void *), void (*done)(void *), void *arg)
{
    struct question *q = malloc(sizeof *q), **at = &s->asked;

    if (!q)
        return false;
    *q = (struct question){ .run = run, .done = done, .arg = arg };
    pthread_mutex_lock(&s->lock);
    while (*at)
        at = &(*at)->next;
    *at = q;
    pthread_cond_signal(&s->cond);
    pthread_mutex_unlock(&s->lock);
    return true;
}

bool sqlite_worker_up(const struct sqlite_worker *s)
{
    return s->failures == 0;
}

/* --- life --- */

static void worker_free(struct sqlite_worker *s)
{
    s->work.close(s->work.arg);
    if (s->consumer)
        consumer_close(s->consumer);
    if (s->pause)
        loop_timer_free(s->pause);
    if (s->wake)
        loop_wake_free(s->wake);
    pthread_cond_destroy(&s->cond);
    pthread_mutex_destroy(&s->lock);
    free(s->name);
    free(s);
}

static struct sqlite_worker *worker_new(struct loop *loop, const char *name, const struct sqlite_work *work)
{
    struct sqlite_worker *s = calloc(1, sizeof(*s));
    const char *kind = work->kind;
    pthread_condattr_t monotonic;

    if (!s)
        return NULL;
    s->work = *work;
    pthread_mutex_init(&s->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
    list_init(&s->waiting);
    list_init(&s->ended);
    s->name = strdup(name);
    s->wake = loop_wake_new(loop, on_ended, s);
    s->pause = loop_timer_new(loop, "sqlite worker waits", resume, s);
    s->stored =
        stat_get(STAT_COUNTER, "sink_stored_total", "entries stored in a district database", "kind", kind);
    s->retried = stat_get(STAT_COUNTER, "sink_retried_total", "entries put back for later", "kind", kind);
    s->parked = stat_get(STAT_COUNTER, "sink_parked_total", "entries that can never be stored", "kind", kind);
    s->broken =
        stat_get(STAT_GAUGE, "sink_down", "1 while a district database cannot be written", "kind", kind);
    if (s->name && s->wake && s->pause)
        return s;
    worker_free(s);
    return NULL;
}

/* No thread yet: this one may touch the file. */
static int first_opening(struct sqlite_worker *s, struct err *e)
{
    struct err why = { { 0 } };

    switch (s->work.ready(s->work.arg, &why)) {
    case SQLITE_DB_OK:
        break;
    case SQLITE_DB_NEVER:
        return err_set(e, "%s: %s", s->name, why.text);
    case SQLITE_DB_LATER:
        s->failures = 1;
        s->broken->value = 1;
        log_event(LOG_ERROR, "sink_waits", "sink", s->name, "why", why.text, NULL);
        break;
    }
    if (pthread_create(&s->thread, NULL, worker, s) != 0)
        return err_set(e, "%s: no thread to be had", s->name);
    pthread_setname_np(s->thread, s->work.kind); /* for top -H */
    return 0;
}

struct sqlite_worker *sqlite_worker_open(struct loop *loop, struct store *store, const char *stream,
                                         const char *name, const struct sqlite_work *work, struct err *e)
{
    struct sqlite_worker *s = worker_new(loop, name, work);

    if (!s) {
        err_set(e, "%s: out of memory", name);
        return NULL;
    }
    if (first_opening(s, e) != 0) {
        worker_free(s);
        return NULL;
    }
    s->consumer = consumer_open(store, stream, WINDOW, on_entry, s);
    if (s->consumer)
        return s;
    err_set(e, "%s: cannot read its stream", s->name);
    sqlite_worker_close(s);
    return NULL;
}

void sqlite_worker_close(struct sqlite_worker *s)
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
    questions_end(s->asked);
    for (j = s->waiting.first; j; j = next) { /* the consumer gives these back */
        next = j->next;
        free(j);
    }
    worker_free(s);
}
