/* pipeline.c - the door of the spine: what is taken, and what is refused.  See pipeline.h; the spine itself
 * is steps.c. */
#include "gateway/pipeline/pipeline.h"

#include <stddef.h>
#include <stdlib.h>

#include "flows/hear.h"
#include "gateway/base/stat.h"
#include "gateway/loop/loop.h"
#include "gateway/pipeline/job.h"

enum {
    ROW_IS_LONG = 4, /* messages of one number */
};

static void on_turn(struct turn *t)
{
    job_enter((struct job *)((char *)t - offsetof(struct job, turn)), STEP_LOAD);
}

static void on_turn_end(void *arg)
{
    job_next_turn(arg);
}

static void refuse(answer_cb *cb, void *arg, enum reason reason)
{
    struct answer a = { .reason = reason,
                        .screen = S("Sistem sibuk. Coba lagi sebentar."),
                        .screen_ends = true };

    reason_count(reason);
    if (cb)
        cb(arg, &a);
}

static bool is_emergency(const struct pipeline *p, const struct inbound *in)
{
    return in->kind == INBOUND_SMS && hear_text(p->rules, in->text, in->received_ms) == HEARD_EMERGENCY;
}

/* Past the bound there is as much room again, for emergencies alone. */
static bool has_room(struct pipeline *p, const struct inbound *in)
{
    unsigned most = p->options.max_under_way;

    return (p->under_way < most && share_has_room(share_of(&p->shares, in->provider), most - p->under_way)) ||
           (p->under_way / 2 < most && is_emergency(p, in));
}

/* In a long row of one number's messages an emergency goes next. */
static bool goes_first(const struct pipeline *p, const struct inbound *in)
{
    return turns_before(&p->turns, in->from) >= ROW_IS_LONG && is_emergency(p, in);
}

static void take(struct pipeline *p, const struct inbound *in, bool replayed, answer_cb *cb, void *arg)
{
    unsigned budget_ms = 0;
    struct job *j;
    bool by_sender;

    if (p->draining || !has_room(p, in) || !(j = job_new(p, in))) {
        if (!replayed) /* no job for it: an emergency goes out all the same */
            (void)job_alarm(p, in, NULL);
        refuse(cb, arg, p->draining ? REASON_draining : REASON_busy);
        return;
    }
    j->cb = cb;
    j->cb_arg = arg;
    j->replayed = replayed;
    if (in->kind == INBOUND_USSD && !replayed && p->options.ussd_budget)
        budget_ms = p->options.ussd_budget(p->options.arg, in->provider);
    if (budget_ms)
        job_budget(j, budget_ms);
    by_sender = job_speaks(in);
    if (turn_enter(&p->turns, &j->turn, by_sender ? j->in.from : S(""), by_sender && goes_first(p, in)))
        job_enter(j, STEP_LOAD);
}

void pipeline_submit(struct pipeline *p, const struct inbound *in, answer_cb *cb, void *arg)
{
    take(p, in, false, cb, arg);
}

void pipeline_replay(struct pipeline *p, const struct inbound *in, answer_cb *cb, void *arg)
{
    take(p, in, true, cb, arg);
}

void pipeline_rebuild(struct pipeline *p, const struct inbound *in, const struct rebuilding *old,
                      void (*f)(void *arg, enum store_rc, bool rebuilt), void *arg)
{
    struct job *j = p->draining ? NULL : job_new(p, in);

    if (!j) {
        f(arg, STORE_UNAVAILABLE, false);
        return;
    }
    j->rebuilds = true;
    j->old = *old;
    j->old.id = arena_copy(&j->kept, old->id);
    j->old.person = arena_copy(&j->kept, old->person);
    j->old.nomor = arena_copy(&j->kept, old->nomor);
    j->old.event = arena_copy(&j->kept, old->event);
    j->rebuilt = f;
    j->cb_arg = arg;
    if (turn_enter(&p->turns, &j->turn, j->in.from, false))
        job_enter(j, STEP_LOAD);
}

void pipeline_park(struct pipeline *p, const struct inbound *in, enum reason reason, const char *why,
                   answer_cb *cb, void *arg)
{
    struct job *j = job_new(p, in);

    if (!j) {
        refuse(cb, arg, REASON_busy);
        return;
    }
    j->cb = cb;
    j->cb_arg = arg;
    job_park(j, reason, why);
}

struct pipeline *pipeline_new(struct loop *loop, struct store *store, const struct ruleset *rules,
                              const struct pipeline_options *options)
{
    struct pipeline *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->loop = loop;
    p->turns.loop = loop;
    p->turns.start = on_turn;
    p->store = store;
    p->rules = rules;
    p->options = *options;
    for (unsigned i = 0; i < 2; i++)
        p->ready[i].end = &p->ready[i].first;
    p->jobs_end = &p->jobs;
    loop_at_turn_end(loop, on_turn_end, p);
    if (options->send_now)
        p->aside = aside_new(loop, options->send_now, options->arg);
    p->late = loop_timer_new(loop, "pipeline: late", late_tick, p);
    p->gauge = stat_get(STAT_GAUGE, "jobs_under_way", "Messages being carried out now.", NULL, NULL);
    p->seconds = stat_hist_get("message_seconds", "From receipt to the answer after the commit.");
    return p;
}

void pipeline_free(struct pipeline *p)
{
    loop_not_at_turn_end(p->loop, on_turn_end, p);
    loop_timer_free(p->late);
    aside_free(p->aside);
    free(p);
}

void pipeline_ruleset(struct pipeline *p, const struct ruleset *rules)
{
    p->rules = rules;
}

const struct ruleset *pipeline_rules(const struct pipeline *p)
{
    return p->rules;
}

bool pipeline_holds(const struct pipeline *p, const struct ruleset *rules)
{
    for (const struct job *j = p->jobs; j; j = j->next)
        if (j->rules == rules)
            return true;
    return false;
}

unsigned pipeline_under_way(const struct pipeline *p)
{
    return p->under_way;
}

void pipeline_drain(struct pipeline *p)
{
    p->draining = true;
}
