/* sqlite_worker.c - see sqlite_worker.h.  The loop and the worker share, under one mutex, the batch in hand
 * and two lists of questions.  The worker alone touches the file. */
#include "gateway/district/sqlite_worker.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* What the loop wants done on the thread. */
struct question {
    struct question *next;
    void (*run)(void *), (*done)(void *);
    void *arg;
};

enum {
    NICE = 5, /* a quarter of a core when all are busy: more than it takes */
};

struct sqlite_worker {
    struct feed *feed;
    struct loop_wake *wake;
    struct sqlite_work work;

    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t cond;
    struct item *items; /* the batch in hand, or NULL */
    unsigned items_n;
    bool over;          /* it was carried out, and the loop has not heard yet */
    struct err trouble; /* empty: it went well */
    struct question *asked, *answered;
    bool stop;
};

/* --- the worker --- */

static void worker_batch(struct sqlite_worker *s)
{
    struct err e = { { 0 } };
    enum sqlite_rc rc;

    pthread_mutex_unlock(&s->lock);
    rc = s->work.ready(s->work.arg, &e);
    if (rc == SQLITE_DB_OK)
        rc = s->work.store(s->work.arg, s->items, s->items_n, &e);
    if (rc != SQLITE_DB_OK)
        s->work.close(s->work.arg);
    if (rc != SQLITE_DB_OK && !e.text[0])
        err_set(&e, "sqlite: no reason given");
    pthread_mutex_lock(&s->lock);
    s->trouble = e;
    if (rc == SQLITE_DB_OK)
        s->trouble.text[0] = '\0';
    s->over = true;
    s->items = NULL;
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

static void *worker(void *arg)
{
    struct sqlite_worker *s = arg;

    /* Of this thread alone (Linux): nobody waits for it, and everybody for the loop. */
    (void)setpriority(PRIO_PROCESS, 0, NICE);
    pthread_mutex_lock(&s->lock);
    while (!s->stop || s->items) { /* what is in hand at the end is stored */
        if (s->asked && !s->stop)
            worker_answer(s);
        else if (s->items)
            worker_batch(s);
        else
            pthread_cond_wait(&s->cond, &s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* --- the loop's side --- */

static void deliver(void *arg, struct item *items, unsigned n)
{
    struct sqlite_worker *s = arg;

    pthread_mutex_lock(&s->lock);
    s->items = items;
    s->items_n = n;
    pthread_cond_signal(&s->cond);
    pthread_mutex_unlock(&s->lock);
}

static void questions_end(struct question *q)
{
    for (struct question *next; q; q = next) {
        next = q->next;
        q->done(q->arg);
        free(q);
    }
}

static void on_wake(void *arg)
{
    struct sqlite_worker *s = arg;
    struct question *q;
    struct err trouble;
    bool over;

    pthread_mutex_lock(&s->lock);
    over = s->over;
    s->over = false;
    trouble = s->trouble;
    q = s->answered;
    s->answered = NULL;
    pthread_mutex_unlock(&s->lock);
    questions_end(q);
    if (over)
        feed_ended(s->feed, trouble.text[0] ? &trouble : NULL);
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
    return feed_up(s->feed);
}

const struct feed *sqlite_worker_feed(const struct sqlite_worker *s)
{
    return s->feed;
}

/* --- life --- */

static void worker_free(struct sqlite_worker *s)
{
    s->work.close(s->work.arg);
    feed_close(s->feed);
    if (s->wake)
        loop_wake_free(s->wake);
    pthread_cond_destroy(&s->cond);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

struct sqlite_worker *sqlite_worker_open(struct loop *loop, struct store *store, const char *stream,
                                         const char *name, const struct sqlite_work *work, struct err *e)
{
    struct sqlite_worker *s = calloc(1, sizeof *s);
    struct feed_work feed = {
        .deliver = deliver, .arg = s, .batch = SQLITE_BATCH, .linger_ms = work->linger_ms
    };
    struct err why = { { 0 } };
    enum sqlite_rc rc;

    if (!s) {
        err_set(e, "%s: out of memory", name);
        return NULL;
    }
    s->work = *work;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->cond, NULL);
    s->wake = loop_wake_new(loop, on_wake, s);
    rc = s->work.ready(s->work.arg, &why); /* no thread yet: this one may touch the file */
    if (rc == SQLITE_DB_NEVER)
        err_set(e, "%s: %s", name, why.text);
    else if (!s->wake)
        err_set(e, "%s: out of memory", name);
    else
        s->feed = feed_open(loop, store, stream, name, &feed, e);
    if (s->feed && pthread_create(&s->thread, NULL, worker, s) == 0) {
        pthread_setname_np(s->thread, s->work.kind); /* for top -H */
        if (rc == SQLITE_DB_LATER)
            feed_trouble(s->feed, &why);
        return s;
    }
    if (s->feed)
        err_set(e, "%s: no thread to be had", name);
    worker_free(s);
    return NULL;
}

void sqlite_worker_close(struct sqlite_worker *s)
{
    if (!s)
        return;
    feed_hurry(s->feed);
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_signal(&s->cond);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    on_wake(s);
    questions_end(s->asked);
    worker_free(s);
}
