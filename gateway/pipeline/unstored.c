/* unstored.c - what a job may say while it cannot be stored.  See job.h. */
#include "gateway/pipeline/job.h"

#include "flows/hear.h"
#include "flows/outage.h"
#include "gateway/base/clock.h"
#include "gateway/pipeline/blackbox.h"

void job_box_enter(struct job *j)
{
    if (j->pipeline->options.blackbox)
        blackbox_enter(j->pipeline->options.blackbox, &j->in);
}

void job_box_leave(struct job *j)
{
    if (j->pipeline->options.blackbox)
        blackbox_leave(j->pipeline->options.blackbox);
}

void job_keep_session(struct job *j)
{
    struct subject *session = &j->sender.session;

    session->blob = arena_copy(&j->kept, session->blob);
    session->ref.id = arena_copy(&j->kept, session->ref.id);
}

/* Where the dialogue stood, as far as this process knows. */
static void remember_session(struct job *j)
{
    struct subject *session = &j->sender.session;

    if (j->in.kind == INBOUND_USSD && !session->blob.n) {
        *session = (struct subject){ .ref = job_session(j) };
        if (!store_recall(j->pipeline->store, session, &j->arena))
            session->blob = S("");
    }
    job_keep_session(j);
}

/* What may be said without the store: "kept", and an emergency to the staff.  Fills *keep with what the spool
 * should hold. */
void job_read_unstored(struct job *j, enum outage why, struct inbound *keep)
{
    struct inbound heard = j->in;

    heard.text = slice_take(heard.text, HEAR_MOST);
    remember_session(j);
    arena_reset(&j->arena);
    *keep = j->in;
    j->unstored = true;
    j->settled = false;
    j->outcome = outcome_new(&j->arena);
    j->sender.state = (struct subject){ 0 };
    if (!j->outcome)
        return;
    job_box_enter(j);
    if (flow_outage(j->rules, &j->sender, &heard, why, clock_wall_ms(), &j->arena, j->outcome, keep) !=
        STEP_OK)
        j->outcome->sms_n = 0;
    if (j->in.kind == INBOUND_SMS)
        keep->text = j->in.text; /* all of it */
    job_box_leave(j);
}

void job_say_unstored(struct job *j, enum aside_fate fate)
{
    if (j->pipeline->aside && j->outcome)
        aside_say(j->pipeline->aside, &j->in, j->outcome, fate);
}

bool job_alarm(struct pipeline *p, const struct inbound *in, const struct sender *known)
{
    bool said = in->kind == INBOUND_SMS || in->kind == INBOUND_USSD, alarms = false;
    struct job *j = said && p->aside ? job_alloc(p, in) : NULL;
    struct inbound keep;

    if (!j)
        return false;
    if (known)
        j->sender = *known;
    j->sender.msisdn = j->in.from;
    j->sender.person = directory_person(&p->rules->directory, j->in.from);
    job_read_unstored(j, OUTAGE_REDIS, &keep);
    if (keep.provider.n)
        j->in = keep;
    job_say_unstored(j, ASIDE_REFUSED);
    for (unsigned i = 0; j->outcome && i < j->outcome->sms_n; i++)
        alarms = alarms || j->outcome->sms[i].class == SMS_EMERGENCY;
    job_drop(j);
    return alarms;
}
