/* reload.c - see reload.h. */
#include "gateway/reload.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/log.h"
#include "gateway/loop/crew.h"
#include "parsers/pattern.h"

enum {
    PACE_MS = 600, /* between two: what one took the place of is freed before the next is taken */
    SAID_MAX = 65536,
};

struct asked;

struct reload {
    struct crew *crew;
    struct loop_timer *pace;
    struct asked *waits; /* besides the one that is being read: it will read what stands in the files then */
    bool reading, resting;
    bool (*take)(void *, struct generation *);
    void *arg;
};

struct asked {
    struct reload *reload;
    char *file;
    struct generation *next;
    struct faults faults;
    ctl_done *done;
    void *ctx;
};

static void asked_free(struct asked *a)
{
    faults_free(&a->faults);
    free(a->file);
    free(a);
}

/* On the thread. */
static void read_files(void *arg, unsigned thread)
{
    struct asked *a = arg;

    (void)thread;
    a->next = generation_load(a->file, &a->faults);
    pattern_forget(); /* nobody frees what a thread leaves */
    arena_forget();
    buf_forget();
}

static void say_faults(struct asked *a)
{
    struct buf said;

    buf_init(&said, SAID_MAX);
    buf_printf(&said, "error: nothing was changed; %u faults:\n", faults_count(&a->faults));
    for (unsigned i = 0; i < a->faults.n; i++)
        buf_printf(&said, "%s\n", a->faults.lines[i]);
    log_event(LOG_ERROR, "reload_refused", NULL);
    a->done(a->ctx, buf_slice(&said));
    buf_free(&said);
}

/* In the loop again. */
static void on_read(void *arg)
{
    struct asked *a = arg;
    struct reload *r = a->reload;

    r->reading = false;
    r->resting = true;
    loop_timer_set(r->pace, PACE_MS);
    if (!a->next) {
        say_faults(a);
    } else if (a->reload->take(a->reload->arg, a->next)) {
        log_event(LOG_INFO, "reloaded", NULL);
        a->done(a->ctx, a->next->needs_restart
                            ? S("reloaded; another listen, staff or state is in force after a restart\n")
                            : S("reloaded\n"));
    } else {
        generation_free_all(a->next);
        a->done(a->ctx, S("error: not now: the gateway is leaving\n"));
    }
    asked_free(a);
}

static void drop(void *arg)
{
    struct asked *a = arg;

    generation_free_all(a->next);
    asked_free(a);
}

/* The one that waits begins, when its time has come. */
static void begin(struct reload *r)
{
    struct asked *a = r->waits;

    if (!a || r->reading || r->resting)
        return;
    r->waits = NULL;
    r->reading = crew_ask(r->crew, read_files, on_read, a);
    if (r->reading)
        return;
    a->done(a->ctx, S("error: out of memory\n"));
    asked_free(a);
}

static void on_pace(void *arg)
{
    struct reload *r = arg;

    r->resting = false;
    begin(r);
}

void reload_ask(struct reload *r, const char *file, ctl_done *done, void *ctx)
{
    struct asked *a = r->waits ? NULL : calloc(1, sizeof *a);
    char *copy = a ? strdup(file) : NULL;

    if (!copy) {
        done(ctx, r->waits ? S("one waits to begin already: it will read what the files say now\n")
                           : S("error: out of memory\n"));
        free(a);
        return;
    }
    *a = (struct asked){ .reload = r, .file = copy, .done = done, .ctx = ctx };
    r->waits = a;
    begin(r);
}

struct reload *reload_new(struct loop *loop, bool (*take)(void *arg, struct generation *), void *arg)
{
    struct reload *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    *r = (struct reload){ .crew = crew_new(loop, 1, 1), .take = take, .arg = arg };
    r->pace = loop_timer_new(loop, "reload", on_pace, r);
    if (r->crew)
        return r;
    loop_timer_free(r->pace);
    free(r);
    return NULL;
}

void reload_free(struct reload *r)
{
    if (!r)
        return;
    crew_free(r->crew, drop);
    if (r->waits)
        drop(r->waits);
    loop_timer_free(r->pace);
    free(r);
}
