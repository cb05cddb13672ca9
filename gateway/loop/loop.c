/* loop.c - turns of libevent, with hooks behind each.  See loop.h.
 *
 * The end of a turn, in this order: what was put off (soon), the hooks, the dead (reap).  Whatever of these
 * asks for more makes the next turn start without waiting.  Knows nothing of messages. */
#include "gateway/loop/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/clock.h"
#include "gateway/base/stat.h"

enum {
    HOOKS = 32,
    TURN_US = 15000, /* and what is in hand then */
    PRIORITIES = 3,
    LAST_MAX = 4, /* callbacks of the last priority before the others are looked at again */
};

struct call {
    void (*f)(void *);
    void *arg;
};

/* Grows, never shrinks: the lists of soon and reap reach their size once. */
struct calls {
    struct call *list;
    unsigned n, cap;
};

struct loop_timer {
    struct loop *loop;
    struct loop_timer *next, **self;
    const char *name;
    struct event *ev;
    void (*f)(void *);
    void *arg;
};

struct loop_wake {
    struct event *ev;
    int fd;
    void (*f)(void *);
    void *arg;
};

struct loop {
    struct event_base *base;
    struct calls soon, running, dead;
    struct call hooks[HOOKS];
    unsigned hooks_n;
    struct loop_timer *timers;
    bool stop, again;
    int64_t began_us; /* this turn's first look at the clock; 0 = none yet */
    bool counting;
    struct stat_hist *turns;
    struct stat *longest;
};

static struct event_base *base_new(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (config && event_config_set_max_dispatch_interval(config, NULL, LAST_MAX, LOOP_LAST) == 0)
        base = event_base_new_with_config(config);
    if (config)
        event_config_free(config);
    if (base && event_base_priority_init(base, PRIORITIES) != 0) {
        event_base_free(base);
        base = NULL;
    }
    return base;
}

struct loop *loop_new(struct err *err)
{
    struct loop *l = calloc(1, sizeof *l);

    if (l)
        l->base = base_new();
    if (!l || !l->base) {
        free(l);
        err_set(err, "the event loop cannot start: out of memory or descriptors");
        return NULL;
    }
    l->turns =
        stat_hist_get("loop_turn_seconds",
                      "What a turn of the loop took: the thread's time in callbacks, and all of its end "
                      "with the syncs to disk.");
    l->longest =
        stat_get(STAT_GAUGE, "loop_turn_longest_us", "The longest turn since it serves.", NULL, NULL);
    return l;
}

struct event_base *loop_base(struct loop *l)
{
    return l->base;
}

void loop_stop(struct loop *l)
{
    l->stop = true;
    l->again = true;
}

void loop_again(struct loop *l)
{
    l->again = true;
}

void loop_enough(struct loop *l)
{
    int64_t now = clock_mono_us();

    if (!l->began_us)
        l->began_us = now;
    else if (now - l->began_us > TURN_US)
        event_base_loopbreak(l->base); /* what is ready stays so, in its order */
}

static void calls_add(struct calls *c, void (*f)(void *), void *arg)
{
    if (c->n == c->cap) {
        unsigned cap = c->cap ? c->cap * 2 : 64;
        struct call *list = realloc(c->list, cap * sizeof *list);

        if (!list)
            abort(); /* a lost callback would break every promise above; there is no smaller failure */
        c->list = list;
        c->cap = cap;
    }
    c->list[c->n++] = (struct call){ f, arg };
}

void loop_at_turn_end(struct loop *l, void (*f)(void *), void *arg)
{
    if (l->hooks_n == HOOKS)
        abort(); /* hooks are added at start-up only, by code */
    l->hooks[l->hooks_n++] = (struct call){ f, arg };
}

void loop_not_at_turn_end(struct loop *l, void (*f)(void *), void *arg)
{
    for (unsigned i = 0; i < l->hooks_n; i++)
        if (l->hooks[i].f == f && l->hooks[i].arg == arg)
            l->hooks[i].f = NULL;
    while (l->hooks_n && !l->hooks[l->hooks_n - 1].f)
        l->hooks_n--;
}

void loop_soon(struct loop *l, void (*f)(void *), void *arg)
{
    calls_add(&l->soon, f, arg);
    l->again = true;
}

void loop_reap(struct loop *l, void (*f)(void *), void *obj)
{
    calls_add(&l->dead, f, obj);
    l->again = true;
}

/* Runs what stood in the list when it was entered; what is added meanwhile waits for the next turn. */
static void calls_run(struct loop *l, struct calls *c)
{
    struct calls now = *c;

    *c = l->running;
    c->n = 0;
    memset(&l->running, 0, sizeof l->running);
    for (unsigned i = 0; i < now.n; i++)
        now.list[i].f(now.list[i].arg);
    if (l->running.list)
        free(now.list);
    else
        l->running = now;
}

static void turn_end(struct loop *l)
{
    calls_run(l, &l->soon);
    l->again = l->soon.n > 0;
    for (unsigned i = 0; i < l->hooks_n; i++)
        if (l->hooks[i].f)
            l->hooks[i].f(l->hooks[i].arg);
    if (l->dead.n) {
        calls_run(l, &l->dead);
        l->again = true; /* a funeral may have told the hooks something */
    }
    l->again = l->again || l->soon.n;
}

/* Libevent does not say when it stopped waiting; the thread's own time stands still meanwhile. */
static int64_t thread_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void loop_count(struct loop *l)
{
    l->counting = true;
}

static void count_turn(struct loop *l, bool counting, int64_t us)
{
    if (!counting)
        return;
    stat_observe_us(l->turns, us);
    if ((uint64_t)us > l->longest->value)
        l->longest->value = (uint64_t)us;
}

int loop_run(struct loop *l)
{
    l->stop = false;
    while (!l->stop) {
        int flags = EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY;

        bool counting = l->counting;
        int64_t worked, ended;

        if (l->again)
            flags |= EVLOOP_NONBLOCK;
        l->again = false;
        l->began_us = 0;
        worked = thread_us();
        if (event_base_loop(l->base, flags) < 0)
            return -1;
        worked = thread_us() - worked;
        ended = clock_mono_us();
        turn_end(l);
        count_turn(l, counting, worked + clock_mono_us() - ended);
    }
    return 0;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    while (l->dead.n)
        calls_run(l, &l->dead);
    for (struct loop_timer *t = l->timers, *next; t; t = next) {
        next = t->next;
        event_free(t->ev);
        free(t);
    }
    free(l->soon.list);
    free(l->dead.list);
    free(l->running.list);
    event_base_free(l->base);
    free(l);
}

/* --- timers --- */

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct loop_timer *t = arg;
    struct loop *l = t->loop;

    (void)fd;
    (void)what;
    t->f(t->arg); /* it may be gone then */
    loop_enough(l);
}

struct loop_timer *loop_timer_new(struct loop *l, const char *name, void (*f)(void *), void *arg)
{
    struct loop_timer *t = calloc(1, sizeof *t);

    if (!t || !(t->ev = evtimer_new(l->base, on_timer, t)))
        abort(); /* a few per process, made at start-up */
    t->loop = l;
    t->name = name;
    t->f = f;
    t->arg = arg;
    t->next = l->timers;
    t->self = &l->timers;
    if (t->next)
        t->next->self = &t->next;
    l->timers = t;
    return t;
}

void loop_timer_set(struct loop_timer *t, int64_t after_ms)
{
    struct timeval tv;

    if (after_ms < 0)
        after_ms = 0;
    tv.tv_sec = (time_t)(after_ms / 1000);
    tv.tv_usec = (suseconds_t)(after_ms % 1000 * 1000);
    evtimer_add(t->ev, &tv);
}

void loop_timer_stop(struct loop_timer *t)
{
    evtimer_del(t->ev);
}

void loop_timer_free(struct loop_timer *t)
{
    if (!t)
        return;
    *t->self = t->next;
    if (t->next)
        t->next->self = t->self;
    event_free(t->ev);
    free(t);
}

/* --- wakes --- */

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    struct loop_wake *w = arg;
    uint64_t n;

    (void)what;
    if (read(fd, &n, sizeof n) == (ssize_t)sizeof n)
        w->f(w->arg);
}

struct loop_wake *loop_wake_new(struct loop *l, void (*f)(void *), void *arg)
{
    struct loop_wake *w = calloc(1, sizeof *w);

    if (!w)
        abort();
    w->f = f;
    w->arg = arg;
    w->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (w->fd < 0 || !(w->ev = event_new(l->base, w->fd, EV_READ | EV_PERSIST, on_wake, w)) ||
        event_add(w->ev, NULL) != 0)
        abort();
    return w;
}

void loop_wake(struct loop_wake *w)
{
    uint64_t one = 1;
    int saved = errno;
    ssize_t ignored = write(w->fd, &one, sizeof one); /* a full counter is a wake already under way */

    (void)ignored;
    errno = saved;
}

void loop_wake_free(struct loop_wake *w)
{
    if (!w)
        return;
    event_free(w->ev);
    close(w->fd);
    free(w);
}
