/* reload.c - see reload.h. */
#include "gateway/reload.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/log.h"
#include "gateway/loop/crew.h"
#include "parsers/pattern.h"

enum {
    SAID_MAX = 65536,
    WAITING = 1, /* besides the one that is being read: it will read what stands in the files then */
};

struct reload {
    struct crew *crew;
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

    if (!a->next) {
        say_faults(a);
    } else if (a->reload->take(a->reload->arg, a->next)) {
        log_event(LOG_INFO, "reloaded", NULL);
        a->done(a->ctx, S("reloaded\n"));
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

void reload_ask(struct reload *r, const char *file, ctl_done *done, void *ctx)
{
    struct asked *a = calloc(1, sizeof *a);

    if (a) {
        *a = (struct asked){ .reload = r, .file = strdup(file), .done = done, .ctx = ctx };
        if (a->file && crew_ask(r->crew, read_files, on_read, a))
            return;
    }
    done(ctx, a && a->file ? S("one waits to begin already: it will read what the files say now\n")
                           : S("error: out of memory\n"));
    if (a)
        asked_free(a);
}

struct reload *reload_new(struct loop *loop, bool (*take)(void *arg, struct generation *), void *arg)
{
    struct reload *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    *r = (struct reload){ .crew = crew_new(loop, 1, WAITING), .take = take, .arg = arg };
    if (r->crew)
        return r;
    free(r);
    return NULL;
}

void reload_free(struct reload *r)
{
    if (!r)
        return;
    crew_free(r->crew, drop);
    free(r);
}
