/* job.c - a job's life, and what it may say.  See job.h. */
#include "gateway/pipeline/job.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "flows/ussd/ussd.h"
#include "gateway/base/clock.h"
#include "gateway/base/stat.h"
#include "gateway/conf/texts.h"
#include "gateway/loop/loop.h"

enum {
    JOB_MAGIC = 0x4a6f4221,
    JOB_ARENA = 4 << 20,
    INBOUND_STRINGS = 9,
};

struct job *job_of(void *arg)
{
    struct job *j = arg;

    if (j->magic != JOB_MAGIC)
        abort();
    return j;
}

void job_say(struct job *j, enum reason reason, struct slice screen, bool ends)
{
    struct answer a = { .reason = reason, .screen = screen, .screen_ends = ends };

    if (j->answered)
        return; /* the budget ran out before: the caller has had an END, the result goes by SMS */
    j->answered = true;
    reason_count(reason);
    if (j->pipeline->options.heard && reason != REASON_duplicate &&
        (j->in.kind == INBOUND_SMS || j->in.kind == INBOUND_USSD))
        j->pipeline->options.heard(j->pipeline->options.arg, &j->in, reason);
    if (j->cb)
        j->cb(j->cb_arg, &a);
}

struct slice job_sorry(struct job *j, const char *key)
{
    struct slice language = j->sender.person ? j->sender.person->language : j->rules->language;

    return j->rules->texts ? text_fill(j->rules->texts, language, key, NULL, 0, &j->arena)
                           : S("Sistem terganggu. Coba lagi.");
}

static void on_budget(void *arg)
{
    struct job *j = job_of(arg);

    job_say(j, REASON_ussd_busy, job_sorry(j, "ussd.sibuk"), true);
}

void job_budget(struct job *j, unsigned ms)
{
    j->budget = loop_timer_new(j->pipeline->loop, "ussd budget", on_budget, j);
    loop_timer_set(j->budget, ms);
}

bool job_speaks(const struct inbound *in)
{
    return in->kind == INBOUND_SMS || in->kind == INBOUND_USSD ||
           (in->kind == INBOUND_STAFF && in->from.n > 0);
}

struct subject_ref job_session(struct job *j)
{
    return (struct subject_ref){ .kind = SUBJECT_SESSION,
                                 .id = ARENA_JOIN(&j->arena, j->in.from, S("/"), j->in.service_code) };
}

void job_drop(struct job *j)
{
    struct arena own = j->kept;

    arena_free(&j->arena);
    arena_free(&own);
}

static void job_free(void *arg)
{
    struct job *j = job_of(arg);

    if (j->budget)
        loop_timer_free(j->budget);
    j->magic = 0;
    job_drop(j);
}

void job_done(struct job *j)
{
    struct pipeline *p = j->pipeline;

    stat_observe_us(p->seconds, clock_mono_us() - j->began_us);
    turn_leave(&j->turn);
    if (p->unheard == j)
        p->unheard = j->next; /* the timer finds out whose time it is */
    *j->at = j->next;
    if (j->next)
        j->next->at = j->at;
    else
        p->jobs_end = j->at;
    p->under_way--;
    j->share->n--;
    p->gauge->value = p->under_way;
    loop_reap(p->loop, job_free, j);
}

static void strings_of(struct inbound *in, struct slice *out[INBOUND_STRINGS])
{
    struct slice *const all[INBOUND_STRINGS] = { &in->provider, &in->provider_id,  &in->from,
                                                 &in->to,       &in->text,         &in->account,
                                                 &in->session,  &in->service_code, &in->timer };

    memcpy(out, all, sizeof all);
}

/* A job with an inbound of its own; NULL when memory is out. */
struct job *job_alloc(struct pipeline *p, const struct inbound *in)
{
    struct inbound of = *in;
    struct slice *strings[INBOUND_STRINGS];
    struct arena own;
    struct job *j;

    arena_init(&own, JOB_ARENA);
    j = arena_raw(&own, sizeof *j);
    strings_of(&of, strings);
    for (unsigned i = 0; i < INBOUND_STRINGS; i++)
        *strings[i] = arena_copy(&own, *strings[i]);
    if (own.failed) {
        arena_free(&own);
        return NULL;
    }
    memset(j, 0, offsetof(struct job, intent));
    j->pipeline = p;
    j->rules = p->rules;
    j->in = of;
    j->kept = own;
    arena_init(&j->arena, JOB_ARENA);
    if (in->kind == INBOUND_USSD)
        ussd_dialled(j->rules, &j->in);
    return j;
}

struct job *job_new(struct pipeline *p, const struct inbound *in)
{
    struct job *j = job_alloc(p, in);

    if (!j)
        return NULL;
    j->magic = JOB_MAGIC;
    j->began_us = clock_mono_us();
    j->at = p->jobs_end;
    *p->jobs_end = j;
    p->jobs_end = &j->next;
    if (!p->unheard) {
        p->unheard = j;
        loop_timer_set(p->late, JOB_LATE_MS);
    }
    j->share = share_of(&p->shares, in->provider);
    j->share->n++;
    p->gauge->value = ++p->under_way;
    return j;
}
