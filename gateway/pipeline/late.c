/* late.c - a Redis that lives but answers slowly keeps no emergency waiting.
 *
 * A message that is not carried out in time is heard once more, without the store: what alarms in it goes to
 * the staff as it was typed, "nomor menyusul", as when Redis is away.  Its telco still hears success only
 * after the commit, and its sender what is true then.  The alarm with its number follows, for only that one
 * can be answered (TERIMA 48217); before the commit the number may still become another.
 *
 * One whose alarm no words show (it follows from what the store knows) goes as it was decided, number and
 * all, and is known again when it comes out of the store. */
#include "gateway/base/clock.h"
#include "gateway/pipeline/job.h"

enum {
    SLICE_US = 4000, /* of a turn, for hearing those that are late */
};

static int64_t age_ms(const struct job *j)
{
    return (clock_mono_us() - j->began_us) / 1000;
}

static void plan(struct pipeline *p)
{
    int64_t left = p->unheard ? JOB_LATE_MS - age_ms(p->unheard) : 0;

    if (p->unheard)
        loop_timer_set(p->late, left > 0 ? left : 1);
}

static void expect_all(struct job *j, int64_t after_ms)
{
    struct pipeline *p = j->pipeline;

    for (unsigned i = 0; p->options.expect && i < j->outcome->sms_n; i++)
        if (j->outcome->sms[i].class == SMS_EMERGENCY)
            p->options.expect(p->options.arg, outcome_way(&j->in, &j->outcome->sms[i]), &j->outcome->sms[i],
                              after_ms);
}

void late_committed(struct job *j)
{
    int64_t left = JOB_LATE_MS - age_ms(j);

    if (j->outcome && !j->told)
        expect_all(j, left > 0 ? left : 0);
}

static bool alarms(const struct outcome *o)
{
    for (unsigned i = 0; i < o->sms_n; i++)
        if (o->sms[i].class == SMS_EMERGENCY)
            return true;
    return false;
}

/* Once it is decided it is known whether it alarms; before, it must be heard. */
static void tell(struct job *j)
{
    bool said = j->in.kind == INBOUND_SMS || j->in.kind == INBOUND_USSD;
    bool decided = j->step == STEP_COMMIT && j->outcome;

    if (!said || j->replayed || j->rebuilds || j->settled || (decided && !alarms(j->outcome)))
        return;
    if (j->unstored) {
        job_say_unstored(j, ASIDE_REFUSED);
        return;
    }
    j->told = job_alarm(j->pipeline, &j->in, &j->sender);
    if (!j->told && decided) {
        expect_all(j, 0);
        j->told = true;
    }
}

void late_tick(void *arg)
{
    struct pipeline *p = arg;
    int64_t began = clock_mono_us();

    while (p->unheard && age_ms(p->unheard) >= JOB_LATE_MS && clock_mono_us() - began < SLICE_US) {
        struct job *j = p->unheard;

        p->unheard = j->next;
        tell(j);
    }
    plan(p);
}
