/* steps.c - the spine: read this file first.
 *
 * A job carries one inbound through the table `steps`.  A step either enters the next one at once or asks the
 * store and is entered again by its callback.  Jobs of one sender run one after the other; jobs that meet on
 * another subject find out at the commit (STORE_CONFLICT) and load again. */
#include "gateway/pipeline/job.h"

#include <stdio.h>
#include <string.h>

#include "flows/flow.h"
#include "flows/hear.h"
#include "flows/outage.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/pipeline/ids.h"

enum {
    LOADS_BEFORE_PATIENCE = 3,   /* conflicts before a job holds its subjects for itself (DESIGN 4) */
    TURN_US = 10000,             /* of one turn of the loop, for steps */
    LONG_BYTES = 1024,           /* a text that takes milliseconds to read, and that few people type */
    STALE_MS = 24 * 3600 * 1000, /* a clock that ran out longer ago is not rung after a rebuild */
    LOADS_AT_MOST = 40,          /* conflicts before it is parked: nothing is tried for ever */
};

static void on_first_load(void *arg, enum store_rc rc)
{
    struct job *j = job_of(arg);

    if (rc == STORE_UNAVAILABLE) {
        job_enter(j, STEP_SPOOL);
    } else if (rc == STORE_DUPLICATE) {
        j->reason = REASON_duplicate;
        job_enter(j, STEP_ANSWER);
    } else {
        j->sender.state = j->first[0];
        j->sender.session = j->first[1];
        job_enter(j, STEP_READ);
    }
}

static void step_load(struct job *j)
{
    unsigned n = 1;

    arena_reset(&j->arena);
    j->outcome = NULL;
    j->unstored = j->settled = false;
    memset(j->first, 0, sizeof j->first);
    j->sender.msisdn = j->in.from;
    j->sender.person = directory_person(&j->rules->directory, j->in.from);
    j->first[0].ref = (struct subject_ref){ .kind = SUBJECT_SENDER, .id = j->in.from };
    if (j->in.kind == INBOUND_USSD) {
        j->first[1].ref = job_session(j);
        n = 2;
    }
    if (!job_speaks(&j->in))
        n = 0; /* a timer or signal names all that it needs when it is read */
    j->seen = (struct store_seen){ .in = &j->in };
    store_load(j->pipeline->store, &j->seen, j->first, n, &j->arena, on_first_load, j);
}

static void on_parked(void *arg, enum store_rc rc)
{
    struct job *j = job_of(arg);

    if (rc == STORE_OK)
        job_say_unstored(j, ASIDE_PARKED);
    job_enter(j, rc == STORE_UNAVAILABLE ? STEP_SPOOL : STEP_ANSWER);
}

/* Nothing is dropped: its bytes are kept for people, and the telco hears that the message is ours.  why: NULL
 * for the reason's own words. */
void job_park(struct job *j, enum reason reason, const char *why)
{
    struct inbound keep;

    why = why ? why : reason_prose(reason);
    log_event(LOG_ERROR, "parked", "why", why, "reason", reason_name(reason), NULL);
    j->reason = reason;
    j->outcome = NULL;
    if ((j->in.kind == INBOUND_SMS || j->in.kind == INBOUND_USSD) && reason != REASON_parked_crash)
        job_read_unstored(j, OUTAGE_PARKED,
                          &keep); /* never silent, and an emergency in it waits for nobody */
    store_park_inbound(j->pipeline->store, &j->in, why, clock_wall_ms(), on_parked, j);
}

static void rebuild_end(struct job *j, enum store_rc rc, bool rebuilt)
{
    j->rebuilt(j->cb_arg, rc, rebuilt);
    job_done(j);
}

static void step_read(struct job *j)
{
    enum read_rc rc;

    if (j->in.kind == INBOUND_SMS && j->in.text.n > HEAR_MOST) {
        job_park(j, REASON_parked_overflow, "longer than any SMS that people type");
        return;
    }
    job_box_enter(j);
    rc = flow_read(j->rules, &j->sender, &j->in, j->rebuilds ? j->old.at_ms : clock_wall_ms(), &j->arena,
                   &j->intent);
    job_box_leave(j);
    if (rc != READ_OK && j->rebuilds) {
        rebuild_end(j, STORE_OK, false);
        return;
    }
    if (rc != READ_OK) {
        job_park(j,
                 rc == READ_OVERFLOW ? REASON_parked_subjects
                 : rc == READ_NEWER  ? REASON_parked_newer
                                     : REASON_parked_error,
                 rc == READ_NO_MEMORY ? "out of memory for one message" : NULL);
        return;
    }
    job_enter(j, STEP_SUBJECTS);
}

static void on_subjects(void *arg, enum store_rc rc)
{
    struct job *j = job_of(arg);

    if (rc == STORE_DUPLICATE)
        j->reason = REASON_duplicate;
    job_enter(j, rc == STORE_UNAVAILABLE ? STEP_SPOOL : rc == STORE_DUPLICATE ? STEP_ANSWER : STEP_LEASE);
}

static void step_subjects(struct job *j)
{
    if (j->intent.subjects_n == 0) {
        job_enter(j, STEP_LEASE);
        return;
    }
    if (turn_must_wait(&j->turn, j->intent.subjects, j->intent.subjects_n))
        return;
    if (j->conflicts >= LOADS_BEFORE_PATIENCE)
        turn_hold(&j->turn, j->intent.subjects, j->intent.subjects_n, &j->kept);
    for (unsigned i = 0; i < j->intent.subjects_n; i++)
        j->subjects[i] = (struct subject){ .ref = j->intent.subjects[i] };
    store_load(j->pipeline->store, &j->seen, j->subjects, j->intent.subjects_n, &j->arena, on_subjects, j);
}

static void on_lease(void *arg)
{
    struct job *j = job_of(arg);

    job_enter(j, store_up(j->pipeline->store) ? STEP_LEASE : STEP_SPOOL);
}

static void step_lease(struct job *j)
{
    uint64_t first;

    if (store_lease_peek(j->pipeline->store, &first, 1))
        job_enter(j, STEP_DECIDE);
    else
        store_lease_wait(j->pipeline->store, on_lease, j);
}

/* What the ids are made of.  Of an SMS its words too: the store knows a provider's id for a week, and who
 * begins to count anew has another message under it by then, whose report is another.  A USSD step has no id,
 * but it can be taken only once per revision of its session.  The time of receipt is in it because a session
 * that was forgotten counts from 1 again. */
static struct slice message_name(struct job *j)
{
    struct slice received;

    if (j->in.kind == INBOUND_SMS)
        return ARENA_JOIN(
            &j->arena, j->in.provider_id,
            arena_number(&j->arena, S("/"), slice_hash_on(slice_hash(j->in.from), j->in.text), S("")));
    if (j->in.kind != INBOUND_USSD)
        return j->in.provider_id;
    received = arena_number(&j->arena, S("/"), (uint64_t)j->in.received_ms, S("/"));
    return ARENA_JOIN(&j->arena, S("ussd/"), j->in.from, S("/"), j->in.service_code,
                      arena_number(&j->arena, received, j->sender.session.rev, S("")));
}

static void make_ids(struct job *j, struct lease *lease)
{
    struct slice name = message_name(j);

    for (unsigned i = 0; i == 0 || (i < j->intent.reports && i < LEASE_UUIDS); i++)
        lease->uuids[i] = ids_uuid(j->in.provider, name, i, &j->arena);
}

static bool writes(const struct outcome *o, const struct subject_ref *ref)
{
    for (unsigned i = 0; i < o->writes_n; i++)
        if (o->writes[i].ref.kind == ref->kind && slice_eq(o->writes[i].ref.id, ref->id))
            return true;
    return false;
}

/* What came from memory must still be so.  False: no room for one more. */
static bool check_recalled(struct job *j)
{
    struct outcome *o = j->outcome;

    for (unsigned i = 0; i < 2; i++) {
        const struct subject *s = &j->first[i];

        if (!s->recalled || writes(o, &s->ref))
            continue;
        if (o->writes_n == OUTCOME_SUBJECTS)
            return false;
        o->writes[o->writes_n++] =
            (struct subject_write){ .ref = s->ref, .seen_rev = s->rev, .check_only = true };
    }
    return true;
}

/* Does it lead to what it once led to? */
static bool leads_there(const struct job *j)
{
    const struct rebuilding *old = &j->old;

    for (unsigned i = 0; i < j->outcome->rows_n; i++) {
        const struct row *r = &j->outcome->rows[i];

        if (old->event.n ? r->kind == ROW_REFERRAL_EVENT && slice_eq(r->event.event, old->event) &&
                               slice_eq(r->event.nomor, old->nomor)
                         : r->kind == ROW_RECORD && slice_eq(r->record.nomor, old->nomor) &&
                               slice_eq(r->record.id, old->id) && r->record.version == old->version)
            return true;
    }
    return false;
}

static void on_rebuilt(void *arg, enum store_rc rc)
{
    struct job *j = job_of(arg);

    if (rc == STORE_CONFLICT && j->conflicts++ < LOADS_AT_MOST)
        job_enter(j, STEP_LOAD);
    else
        rebuild_end(j, rc, rc == STORE_OK);
}

/* A clock that ran out while Redis was gone rings now; what was due before that is no news to anybody. */
static void drop_long_due(struct outcome *o)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < o->timers_n; i++)
        if (!o->timers[i].due_ms || o->timers[i].due_ms > clock_wall_ms() - STALE_MS)
            o->timers[kept++] = o->timers[i];
    o->timers_n = kept;
}

static void decide_again(struct job *j, const struct context *seen, struct lease *lease)
{
    j->outcome = outcome_new(&j->arena);
    if (!lease || !j->outcome) {
        rebuild_end(j, STORE_OK, false);
        return;
    }
    for (unsigned i = 0; i < LEASE_NUMBERS; i++)
        lease->bodies[i] = i < 2 ? j->old.bodies[i] : 0;
    make_ids(j, lease); /* a step of a referral has no row of its own that is told again */
    for (unsigned i = 0; i < LEASE_UUIDS && j->old.id.n; i++)
        lease->uuids[i] = j->old.id;
    lease->child = j->old.person;
    if (flow_step(j->rules, seen, &j->intent, lease, j->old.at_ms, &j->arena, j->outcome) != STEP_OK ||
        j->outcome->overflow || !leads_there(j)) {
        rebuild_end(j, STORE_OK, false);
        return;
    }
    drop_long_due(j->outcome);
    j->outcome->rows_n = j->outcome->sms_n = j->outcome->people_n = 0; /* they were told, and stand there */
    j->outcome->unlogged = true;
    if (check_recalled(j))
        store_commit(j->pipeline->store, &j->in, "", j->outcome, &j->seen, on_rebuilt, j);
    else
        rebuild_end(j, STORE_OK, false);
}

static void step_decide(struct job *j)
{
    struct context seen = {
        .inbound = &j->in, .sender = &j->sender, .subjects = j->subjects, .subjects_n = j->intent.subjects_n
    };
    struct lease *lease = ARENA_NEW(&j->arena, struct lease);
    enum step_rc rc;

    if (j->rebuilds) {
        decide_again(j, &seen, lease);
        return;
    }

    j->outcome = outcome_new(&j->arena);
    if (!lease || !j->outcome) {
        job_park(j, REASON_parked_error, "out of memory for one message");
        return;
    }
    if (!store_lease_peek(j->pipeline->store, lease->bodies, LEASE_NUMBERS)) {
        store_lease_wait(j->pipeline->store, on_lease, j);
        return;
    }
    if (!j->intent.makes_nothing)
        make_ids(j, lease);
    job_box_enter(j);
    rc = flow_step(j->rules, &seen, &j->intent, lease, clock_wall_ms(), &j->arena, j->outcome);
    job_box_leave(j);
    if (rc != STEP_OK || j->outcome->overflow) {
        job_park(j, rc == STEP_NEWER ? REASON_parked_newer : REASON_parked_overflow,
                 rc == STEP_NO_MEMORY ? "out of memory for one message" : NULL);
        return;
    }
    store_lease_take(j->pipeline->store, j->outcome->numbers_used);
    j->reason = j->outcome->reason ? reason_by_name(j->outcome->reason) : REASON_accepted;
    job_enter(j, STEP_COMMIT);
}

static void on_commit(void *arg, enum store_rc rc)
{
    struct job *j = job_of(arg);

    switch (rc) {
    case STORE_OK:
        late_committed(j);
        job_enter(j, STEP_ANSWER);
        break;
    case STORE_DUPLICATE:
        j->reason = REASON_duplicate;
        job_enter(j, STEP_ANSWER);
        break;
    case STORE_CONFLICT:
        if (++j->conflicts == LOADS_AT_MOST)
            job_park(j, REASON_parked_conflict, NULL);
        else
            job_enter(j, STEP_LOAD);
        break;
    case STORE_UNAVAILABLE:
        job_enter(j, STEP_SPOOL);
        break;
    }
}

/* What waits for its commit and tells nobody needs little: the memory of its steps serves the next job while
 * it is still at hand.  The dialogue stays known, for the case that Redis goes (unstored.c). */
static void settle(struct job *j)
{
    const struct outcome *o = j->outcome;

    if (j->in.kind != INBOUND_USSD || o->sms_n || j->rebuilds)
        return;
    j->screen = arena_copy(&j->kept, o->screen);
    j->screen_ends = o->screen_ends;
    job_keep_session(j);
    if (j->kept.failed)
        return;
    j->settled = true;
    j->outcome = NULL;
    arena_reset(&j->arena);
}

static void step_commit(struct job *j)
{
    char via[64];

    if (!check_recalled(j)) {
        job_park(j, REASON_parked_overflow, NULL);
        return;
    }
    snprintf(via, sizeof via, "%.*s", SLICE_ARG(j->in.provider));
    store_commit(j->pipeline->store, &j->in, via, j->outcome, &j->seen, on_commit, j);
    settle(j);
}

static void on_spooled(void *arg, enum spool_rc rc)
{
    struct job *j = job_of(arg);

    j->reason = rc == SPOOL_OK ? REASON_spooled : REASON_spool_full;
    job_say_unstored(j, rc == SPOOL_OK ? ASIDE_KEPT : ASIDE_REFUSED);
    job_say(j, j->reason, j->outcome ? j->outcome->screen : S(""), true);
    job_done(j);
}

/* Redis is away.  An SMS goes to the spool, and of USSD what must not be forgotten; its caller gets a polite
 * END.  A timer or signal comes again by itself. */
static void step_spool(struct job *j)
{
    if (j->rebuilds) {
        rebuild_end(j, STORE_UNAVAILABLE, false);
        return;
    }
    bool said = j->in.kind == INBOUND_SMS || j->in.kind == INBOUND_USSD;
    struct inbound keep = { .kind = INBOUND_USSD };

    if (said && !j->replayed)
        job_read_unstored(j, OUTAGE_REDIS, &keep);
    if (keep.provider.n) {
        j->in = keep;
        job_say_unstored(j, ASIDE_REFUSED); /* an alarm waits for no disk; the rest is said when it is kept */
        store_spool(j->pipeline->store, &j->in, on_spooled, j);
        return;
    }
    /* What is kept already stays kept: nobody is on the line. */
    job_say(j, j->in.kind == INBOUND_USSD && !j->replayed ? REASON_ussd_busy : REASON_busy,
            j->outcome && j->outcome->screen.n ? j->outcome->screen : job_sorry(j, "ussd.sibuk"), true);
    job_done(j);
}

static void step_answer(struct job *j)
{
    if (j->rebuilds) {
        rebuild_end(j, STORE_DUPLICATE, false);
        return;
    }
    if (j->replayed && j->pipeline->aside)
        aside_over(j->pipeline->aside, &j->in);
    if (j->settled)
        job_say(j, j->reason, j->screen, j->screen_ends);
    else
        job_say(j, j->reason, j->outcome ? j->outcome->screen : S(""),
                !j->outcome || j->outcome->screen_ends);
    job_done(j);
}

static const struct {
    const char *name;
    void (*run)(struct job *);
} steps[STEPS] = {
    [STEP_LOAD] = { "load", step_load }, /* sender's state and session; is it a duplicate? */
    [STEP_READ] = { "read", step_read }, /* pure: what was said, what is it about */
    [STEP_SUBJECTS] = { "subjects", step_subjects },
    [STEP_LEASE] = { "lease", step_lease },    /* numbers at hand? */
    [STEP_DECIDE] = { "decide", step_decide }, /* pure: the outcome, a value */
    [STEP_COMMIT] = { "commit", step_commit }, /* all of it, or nothing */
    [STEP_SPOOL] = { "spool", step_spool },    /* Redis away */
    [STEP_ANSWER] = { "answer", step_answer }, /* only now the telco hears success */
};

/* What costs time is done within so much of a turn: hundreds of answers of Redis may come in one. */
static bool is_costly(enum step s)
{
    return s == STEP_READ || s == STEP_DECIDE || s == STEP_SPOOL;
}

static void job_run(struct job *j)
{
    struct pipeline *p = j->pipeline;
    int64_t began = clock_mono_us();

    steps[j->step].run(j);
    p->spent_us += clock_mono_us() - began;
}

void job_enter(struct job *j, enum step next)
{
    struct pipeline *p = j->pipeline;
    bool is_long = j->in.text.n > LONG_BYTES;
    struct ready *queue = &p->ready[is_long];

    j->step = next;
    if (!is_costly(next)) {
        steps[next].run(j);
    } else if (p->spent_us < TURN_US && !p->ready[0].first && !queue->first) {
        job_run(j);
    } else {
        j->ready_next = NULL;
        *queue->end = j;
        queue->end = &j->ready_next;
        loop_again(p->loop);
    }
}

static void run_first(struct pipeline *p, struct ready *queue)
{
    struct job *j = queue->first;

    queue->first = j->ready_next;
    if (!queue->first)
        queue->end = &queue->first;
    job_run(j);
    loop_again(p->loop);
}

/* The next turn has its own time; those that waited go first, and one of the long texts in any case. */
void job_next_turn(struct pipeline *p)
{
    p->spent_us = 0;
    while (p->ready[0].first && p->spent_us < TURN_US)
        run_first(p, &p->ready[0]);
    if (p->ready[1].first)
        run_first(p, &p->ready[1]);
    while (p->ready[1].first && p->spent_us < TURN_US)
        run_first(p, &p->ready[1]);
}
