/* crew.c - see crew.h. */
#include "gateway/loop/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum {
    THREADS_MAX = 8,
};

struct job {
    struct job *next;
    void (*run)(void *, unsigned);
    void (*done)(void *);
    void *arg;
};

struct queue {
    struct job *first, **end;
};

struct worker {
    struct crew *crew;
    unsigned number;
    pthread_t thread;
};

struct crew {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct queue todo, finished;
    struct loop_wake *wake;
    struct worker workers[THREADS_MAX];
    unsigned threads, waiting, waiting_max;
    bool leaving;
};

static void push(struct queue *q, struct job *j)
{
    j->next = NULL;
    *q->end = j;
    q->end = &j->next;
}

static struct job *take(struct queue *q)
{
    struct job *j = q->first;

    if (j) {
        q->first = j->next;
        if (!q->first)
            q->end = &q->first;
    }
    return j;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct crew *c = w->crew;

    pthread_mutex_lock(&c->lock);
    for (;;) {
        struct job *j;

        while (!c->leaving && !c->todo.first)
            pthread_cond_wait(&c->more, &c->lock);
        if (c->leaving)
            break;
        j = take(&c->todo);
        c->waiting--;
        pthread_mutex_unlock(&c->lock);
        j->run(j->arg, w->number);
        pthread_mutex_lock(&c->lock);
        push(&c->finished, j);
        loop_wake(c->wake);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static void on_wake(void *arg)
{
    struct crew *c = arg;

    for (;;) {
        struct job *j;

        pthread_mutex_lock(&c->lock);
        j = take(&c->finished);
        pthread_mutex_unlock(&c->lock);
        if (!j)
            return;
        j->done(j->arg);
        free(j);
    }
}

struct crew *crew_new(struct loop *loop, unsigned threads, unsigned waiting)
{
    struct crew *c = calloc(1, sizeof *c);
    sigset_t all, before;

    if (!c)
        return NULL;
    c->todo.end = &c->todo.first;
    c->finished.end = &c->finished.first;
    c->waiting_max = waiting;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->more, NULL);
    c->wake = loop_wake_new(loop, on_wake, c);
    /* Signals are the loop's. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; c->wake && c->threads < threads && c->threads < THREADS_MAX; c->threads++) {
        struct worker *w = &c->workers[c->threads];

        *w = (struct worker){ .crew = c, .number = c->threads };
        if (pthread_create(&w->thread, NULL, work, w) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (c->threads)
        return c;
    crew_free(c, NULL);
    return NULL;
}

bool crew_ask(struct crew *c, void (*run)(void *, unsigned), void (*done)(void *), void *arg)
{
    struct job *j = malloc(sizeof *j);
    bool room;

    if (!j)
        return false;
    *j = (struct job){ .run = run, .done = done, .arg = arg };
    pthread_mutex_lock(&c->lock);
    room = c->waiting < c->waiting_max;
    if (room) {
        push(&c->todo, j);
        c->waiting++;
        pthread_cond_signal(&c->more);
    }
    pthread_mutex_unlock(&c->lock);
    if (!room)
        free(j);
    return room;
}

static void drop_all(struct queue *q, void (*drop)(void *))
{
    struct job *j;

    while ((j = take(q)) != NULL) {
        if (drop)
            drop(j->arg);
        free(j);
    }
}

void crew_free(struct crew *c, void (*drop)(void *))
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->leaving = true;
    pthread_cond_broadcast(&c->more);
    pthread_mutex_unlock(&c->lock);
    for (unsigned i = 0; i < c->threads; i++)
        pthread_join(c->workers[i].thread, NULL);
    if (c->wake)
        loop_wake_free(c->wake);
    drop_all(&c->todo, drop);
    drop_all(&c->finished, drop);
    pthread_cond_destroy(&c->more);
    pthread_mutex_destroy(&c->lock);
    free(c);
}
