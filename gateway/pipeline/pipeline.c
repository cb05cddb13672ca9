/* pipeline.c - the spine: read this file first.  See pipeline.h.
 *
 * A job carries one inbound through the table `steps`.  A step either enters the next one at once or asks the
 * store and is entered again by its callback.  Jobs of one sender run one after the other; jobs that meet on
 * another subject find out at the commit (STORE_CONFLICT) and load again. */
#include "gateway/pipeline/pipeline.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flows/flow.h"
#include "flows/hear.h"
#include "flows/outage.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/stat.h"
#include "gateway/conf/texts.h"
#include "gateway/pipeline/aside.h"
#include "gateway/pipeline/blackbox.h"
#include "flows/ussd/ussd.h"
#include "gateway/pipeline/ids.h"
#include "gateway/pipeline/turns.h"

enum {
    JOB_MAGIC = 0x4a6f4221,
    JOB_ARENA = 4 << 20,
    LOADS_BEFORE_PATIENCE = 3,   /* conflicts before a job holds its subjects for itself (DESIGN 4) */
    TURN_US = 10000,             /* of one turn of the loop, for steps */
    STALE_MS = 24 * 3600 * 1000, /* a clock that ran out longer ago is not rung after a rebuild */
    LOADS_AT_MOST = 40,          /* conflicts before it is parked: nothing is tried for ever */
};

enum step {
    STEP_LOAD,
    STEP_READ,
    STEP_SUBJECTS,
    STEP_LEASE,
    STEP_DECIDE,
    STEP_COMMIT,
    STEP_SPOOL,
    STEP_ANSWER,
    STEPS,
};

struct job {
    unsigned magic;
    enum step step;
    struct pipeline *pipeline;
    const struct ruleset *rules;
    struct job *next, **at; /* of all under way */
    struct job *ready_next; /* waits for the next turn of the loop */
    struct arena kept;      /* what lives from first to last, beside the inbound */
    struct arena arena;     /* what was made of it since the last load */
    struct inbound in;
    answer_cb *cb;
    void *cb_arg;
    struct turn turn;
    unsigned conflicts;
    struct subject first[2]; /* sender's state and session */
    struct sender sender;
    struct intent intent;
    struct subject subjects[INTENT_SUBJECTS];
    struct outcome *outcome;
    enum reason reason;
    int64_t began_us;
    struct loop_timer *budget; /* USSD: an END in time */
    bool answered;
    struct rebuilding old;
    bool rebuilds; /* `old` is set */
    void (*rebuilt)(void *, enum store_rc, bool);
    bool replayed; /* out of the spool: it lies there until it is carried out */
    char mem[];    /* of the inbound */
};

struct pipeline {
    struct loop *loop;
    struct store *store;
    const struct ruleset *rules;
    struct turns turns;
    struct pipeline_options options;
    struct aside *aside; /* NULL: nothing goes out past the store */
    unsigned under_way;
    struct job *jobs;
    struct job *ready, **ready_last; /* whose step waits for the next turn */
    int64_t spent_us;                /* on steps in this turn */
    bool draining;
    struct stat *gauge;
    struct stat_hist *seconds;
};

static void job_enter(struct job *, enum step);

static struct job *job_of(void *arg)
{
    struct job *j = arg;

    if (j->magic != JOB_MAGIC)
        abort();
    return j;
}

/* --- answering --- */

static void job_say(struct job *j, enum reason reason, struct slice screen, bool ends)
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

static struct slice sorry(struct job *j, const char *key)
{
    struct slice language = j->sender.person ? j->sender.person->language : j->rules->language;

    return j->rules->texts ? text_fill(j->rules->texts, language, key, NULL, 0, &j->arena)
                           : S("Sistem terganggu. Coba lagi.");
}

static void on_budget(void *arg)
{
    struct job *j = job_of(arg);

    job_say(j, REASON_ussd_busy, sorry(j, "ussd.sibuk"), true);
}

static void on_turn(struct turn *t)
{
    job_enter((struct job *)((char *)t - offsetof(struct job, turn)), STEP_LOAD);
}

/* --- the end of a job --- */

static void job_free(void *arg)
{
    struct job *j = job_of(arg);

    if (j->budget)
        loop_timer_free(j->budget);
    arena_free(&j->arena);
    arena_free(&j->kept);
    j->magic = 0;
    free(j);
}

static void job_done(struct job *j)
{
    struct pipeline *p = j->pipeline;

    stat_observe_us(p->seconds, clock_mono_us() - j->began_us);
    turn_leave(&j->turn);
    *j->at = j->next;
    if (j->next)
        j->next->at = j->at;
    p->under_way--;
    p->gauge->value = p->under_way;
    loop_reap(p->loop, job_free, j);
}

/* --- the steps --- */

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

static struct subject_ref session_ref(struct job *j)
{
    return (struct subject_ref){ .kind = SUBJECT_SESSION,
                                 .id = arena_printf(&j->arena, "%.*s/%.*s", SLICE_ARG(j->in.from),
                                                    SLICE_ARG(j->in.service_code)) };
}

static void step_load(struct job *j)
{
    unsigned n = 1;

    arena_reset(&j->arena);
    j->outcome = NULL;
    memset(j->first, 0, sizeof j->first);
    j->sender.msisdn = j->in.from;
    j->sender.person = directory_person(&j->rules->directory, j->in.from);
    j->first[0].ref = (struct subject_ref){ .kind = SUBJECT_SENDER, .id = j->in.from };
    if (j->in.kind == INBOUND_USSD) {
        j->first[1].ref = session_ref(j);
        n = 2;
    }
    if (j->in.kind != INBOUND_SMS && j->in.kind != INBOUND_USSD)
        n = 0; /* a timer or signal names all that it needs when it is read */
    store_load(j->pipeline->store, &j->in, j->first, n, &j->arena, on_first_load, j);
}

static void box_enter(struct job *j)
{
    if (j->pipeline->options.blackbox)
        blackbox_enter(j->pipeline->options.blackbox, &j->in);
}

static void box_leave(struct job *j)
{
    if (j->pipeline->options.blackbox)
        blackbox_leave(j->pipeline->options.blackbox);
}

/* Where the dialogue stood, as far as this process knows. */
static void remember_session(struct job *j)
{
    struct subject *session = &j->sender.session;

    if (j->in.kind == INBOUND_USSD && !session->blob.n) {
        *session = (struct subject){ .ref = session_ref(j) };
        if (!store_recall(j->pipeline->store, session, &j->arena))
            session->blob = S("");
    }
    session->blob = arena_copy(&j->kept, session->blob);
    session->ref.id = arena_copy(&j->kept, session->ref.id);
}

/* What may be said without the store: "kept", and an emergency to the staff.  Fills *keep with what the spool
 * should hold. */
static void read_without_store(struct job *j, enum outage why, struct inbound *keep)
{
    remember_session(j);
    arena_reset(&j->arena);
    *keep = j->in;
    j->outcome = outcome_new(&j->arena);
    j->sender.state = (struct subject){ 0 };
    if (!j->outcome)
        return;
    box_enter(j);
    if (flow_outage(j->rules, &j->sender, &j->in, why, clock_wall_ms(), &j->arena, j->outcome, keep) !=
        STEP_OK)
        j->outcome->sms_n = 0;
    box_leave(j);
}

static void say_aside(struct job *j, enum aside_fate fate)
{
    if (j->pipeline->aside && j->outcome)
        aside_say(j->pipeline->aside, &j->in, j->outcome, fate);
}

static void on_parked(void *arg, enum store_rc rc)
{
    struct job *j = job_of(arg);

    if (rc == STORE_OK)
        say_aside(j, ASIDE_PARKED);
    job_enter(j, rc == STORE_UNAVAILABLE ? STEP_SPOOL : STEP_ANSWER);
}

/* Nothing is dropped: its bytes are kept for people, and the telco hears that the message is ours.  why: NULL
 * for the reason's own words. */
static void park(struct job *j, enum reason reason, const char *why)
{
    struct inbound keep;

    why = why ? why : reason_prose(reason);
    log_event(LOG_ERROR, "parked", "why", why, "reason", reason_name(reason), NULL);
    j->reason = reason;
    j->outcome = NULL;
    if ((j->in.kind == INBOUND_SMS || j->in.kind == INBOUND_USSD) && reason != REASON_parked_crash)
        read_without_store(j, OUTAGE_PARKED,
                           &keep); /* never silent, and an emergency in it waits for nobody */
    store_park_inbound(j->pipeline->store, &j->in, why, clock_wall_ms(), on_parked, j);
}

static void rebuild_end(struct job *j, enum store_rc rc, bool rebuilt);

static void step_read(struct job *j)
{
    enum read_rc rc;

    memset(&j->intent, 0, sizeof j->intent);
    box_enter(j);
    rc = flow_read(j->rules, &j->sender, &j->in, j->rebuilds ? j->old.at_ms : clock_wall_ms(), &j->arena,
                   &j->intent);
    box_leave(j);
    if (rc != READ_OK && j->rebuilds) {
        rebuild_end(j, STORE_OK, false);
        return;
    }
    if (rc != READ_OK) {
        park(j,
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

    job_enter(j, rc == STORE_UNAVAILABLE ? STEP_SPOOL : STEP_LEASE);
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
    memset(j->subjects, 0, sizeof j->subjects);
    for (unsigned i = 0; i < j->intent.subjects_n; i++)
        j->subjects[i].ref = j->intent.subjects[i];
    store_load(j->pipeline->store, NULL, j->subjects, j->intent.subjects_n, &j->arena, on_subjects, j);
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

/* What the ids are made of: a USSD step has no provider id, but it can be taken only once per revision of its
 * session.  The time of receipt is in it because a session that was forgotten counts from 1 again. */
static struct slice message_name(struct job *j)
{
    if (j->in.kind != INBOUND_USSD)
        return j->in.provider_id;
    return arena_printf(&j->arena, "ussd/%.*s/%.*s/%lld/%llu", SLICE_ARG(j->in.from),
                        SLICE_ARG(j->in.service_code), (long long)j->in.received_ms,
                        (unsigned long long)j->sender.session.rev);
}

static bool check_recalled(struct job *j);

static void rebuild_end(struct job *j, enum store_rc rc, bool rebuilt)
{
    j->rebuilt(j->cb_arg, rc, rebuilt);
    job_done(j);
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
    for (unsigned i = 0; i < LEASE_UUIDS; i++)
        lease->uuids[i] = j->old.id;
    if (flow_step(j->rules, seen, &j->intent, lease, j->old.at_ms, &j->arena, j->outcome) != STEP_OK ||
        j->outcome->overflow || !leads_there(j)) {
        rebuild_end(j, STORE_OK, false);
        return;
    }
    drop_long_due(j->outcome);
    j->outcome->rows_n = j->outcome->sms_n = j->outcome->people_n = 0; /* they were told, and stand there */
    j->outcome->unlogged = true;
    if (check_recalled(j))
        store_commit(j->pipeline->store, &j->in, "", j->outcome, j->old.at_ms, on_rebuilt, j);
    else
        rebuild_end(j, STORE_OK, false);
}

static void step_decide(struct job *j)
{
    struct context seen = {
        .inbound = &j->in, .sender = &j->sender, .subjects = j->subjects, .subjects_n = j->intent.subjects_n
    };
    struct lease *lease = ARENA_NEW(&j->arena, struct lease);
    struct slice name = message_name(j);
    enum step_rc rc;

    if (j->rebuilds) {
        decide_again(j, &seen, lease);
        return;
    }

    j->outcome = outcome_new(&j->arena);
    if (!lease || !j->outcome) {
        park(j, REASON_parked_error, "out of memory for one message");
        return;
    }
    if (!store_lease_peek(j->pipeline->store, lease->bodies, LEASE_NUMBERS)) {
        store_lease_wait(j->pipeline->store, on_lease, j);
        return;
    }
    for (unsigned i = 0; i == 0 || (i < j->intent.reports && i < LEASE_UUIDS); i++)
        lease->uuids[i] = ids_uuid(j->in.provider, name, i, &j->arena);
    box_enter(j);
    rc = flow_step(j->rules, &seen, &j->intent, lease, clock_wall_ms(), &j->arena, j->outcome);
    box_leave(j);
    if (rc != STEP_OK || j->outcome->overflow) {
        park(j, rc == STEP_NEWER ? REASON_parked_newer : REASON_parked_overflow,
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
        job_enter(j, STEP_ANSWER);
        break;
    case STORE_DUPLICATE:
        j->reason = REASON_duplicate;
        job_enter(j, STEP_ANSWER);
        break;
    case STORE_CONFLICT:
        if (++j->conflicts == LOADS_AT_MOST)
            park(j, REASON_parked_conflict, NULL);
        else
            job_enter(j, STEP_LOAD);
        break;
    case STORE_UNAVAILABLE:
        job_enter(j, STEP_SPOOL);
        break;
    }
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

static void step_commit(struct job *j)
{
    char via[64];

    if (!check_recalled(j)) {
        park(j, REASON_parked_overflow, NULL);
        return;
    }
    snprintf(via, sizeof via, "%.*s", SLICE_ARG(j->in.provider));
    store_commit(j->pipeline->store, &j->in, via, j->outcome, clock_wall_ms(), on_commit, j);
}

static void on_spooled(void *arg, enum spool_rc rc)
{
    struct job *j = job_of(arg);

    j->reason = rc == SPOOL_OK ? REASON_spooled : REASON_spool_full;
    say_aside(j, rc == SPOOL_OK ? ASIDE_KEPT : ASIDE_REFUSED);
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
        read_without_store(j, OUTAGE_REDIS, &keep);
    if (keep.provider.n) {
        j->in = keep;
        store_spool(j->pipeline->store, &j->in, on_spooled, j);
        return;
    }
    job_say(j, j->in.kind == INBOUND_USSD ? REASON_ussd_busy : REASON_busy,
            j->outcome && j->outcome->screen.n ? j->outcome->screen : sorry(j, "ussd.sibuk"), true);
    job_done(j);
}

static void step_answer(struct job *j)
{
    if (j->rebuilds) {
        rebuild_end(j, STORE_DUPLICATE, false);
        return;
    }
    struct slice screen = j->outcome ? j->outcome->screen : S("");

    if (j->replayed && j->pipeline->aside)
        aside_over(j->pipeline->aside, &j->in);
    job_say(j, j->reason, screen, j->outcome ? j->outcome->screen_ends : true);
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
    return s == STEP_READ || s == STEP_DECIDE;
}

static void job_run(struct job *j)
{
    struct pipeline *p = j->pipeline;
    int64_t began = clock_mono_us();

    steps[j->step].run(j);
    p->spent_us += clock_mono_us() - began;
}

static void job_enter(struct job *j, enum step next)
{
    struct pipeline *p = j->pipeline;

    j->step = next;
    if (!is_costly(next)) {
        steps[next].run(j);
    } else if (p->spent_us < TURN_US && !p->ready) {
        job_run(j);
    } else {
        j->ready_next = NULL;
        *p->ready_last = j;
        p->ready_last = &j->ready_next;
        loop_again(p->loop);
    }
}

/* The next turn has its own time; those that waited go first. */
static void on_turn_end(void *arg)
{
    struct pipeline *p = arg;

    p->spent_us = 0;
    while (p->ready && p->spent_us < TURN_US) {
        struct job *j = p->ready;

        p->ready = j->ready_next;
        if (!p->ready)
            p->ready_last = &p->ready;
        job_run(j);
        loop_again(p->loop);
    }
}

/* --- the door --- */

static void refuse(answer_cb *cb, void *arg, enum reason reason)
{
    struct answer a = { .reason = reason,
                        .screen = S("Sistem sibuk. Coba lagi sebentar."),
                        .screen_ends = true };

    reason_count(reason);
    if (cb)
        cb(arg, &a);
}

enum {
    INBOUND_STRINGS = 8,
};

static void strings_of(struct inbound *in, struct slice *out[INBOUND_STRINGS])
{
    struct slice *const all[INBOUND_STRINGS] = { &in->provider, &in->provider_id,  &in->from,    &in->to,
                                                 &in->text,     &in->service_code, &in->session, &in->timer };

    memcpy(out, all, sizeof all);
}

/* A job with an inbound of its own; NULL when memory is out. */
static struct job *job_alloc(struct pipeline *p, const struct inbound *in)
{
    struct inbound of = *in;
    struct slice *strings[INBOUND_STRINGS];
    size_t n = INBOUND_STRINGS;
    struct job *j;
    char *at;

    strings_of(&of, strings);
    for (unsigned i = 0; i < INBOUND_STRINGS; i++)
        n += strings[i]->n;
    j = calloc(1, sizeof *j + n);
    if (!j)
        return NULL;
    at = j->mem;
    for (unsigned i = 0; i < INBOUND_STRINGS; i++) {
        if (strings[i]->n)
            memcpy(at, strings[i]->p, strings[i]->n);
        strings[i]->p = at;
        at += strings[i]->n + 1; /* and a NUL */
    }
    j->pipeline = p;
    j->rules = p->rules;
    j->in = of;
    arena_init(&j->kept, JOB_ARENA);
    arena_init(&j->arena, JOB_ARENA);
    if (in->kind == INBOUND_USSD)
        ussd_dialled(j->rules, &j->in);
    return j;
}

static struct job *job_new(struct pipeline *p, const struct inbound *in)
{
    struct job *j = job_alloc(p, in);

    if (!j)
        return NULL;
    j->magic = JOB_MAGIC;
    j->began_us = clock_mono_us();
    j->next = p->jobs;
    if (j->next)
        j->next->at = &j->next;
    j->at = &p->jobs;
    p->jobs = j;
    p->gauge->value = ++p->under_way;
    return j;
}

/* No job for it: an emergency goes out all the same, as when it cannot be stored. */
static void alarm_refused(struct pipeline *p, const struct inbound *in)
{
    bool said = in->kind == INBOUND_SMS || in->kind == INBOUND_USSD;
    struct job *j = said && p->aside ? job_alloc(p, in) : NULL;
    struct inbound keep;

    if (!j)
        return;
    j->sender.msisdn = j->in.from;
    j->sender.person = directory_person(&p->rules->directory, j->in.from);
    read_without_store(j, OUTAGE_REDIS, &keep);
    if (keep.provider.n)
        j->in = keep;
    say_aside(j, ASIDE_REFUSED);
    arena_free(&j->arena);
    arena_free(&j->kept);
    free(j);
}

/* Past the bound there is as much room again, for emergencies alone. */
static bool has_room(const struct pipeline *p, const struct inbound *in)
{
    return p->under_way < p->options.max_under_way ||
           (p->under_way / 2 < p->options.max_under_way && in->kind == INBOUND_SMS &&
            hear_text(p->rules, in->text, in->received_ms) == HEARD_EMERGENCY);
}

static void take(struct pipeline *p, const struct inbound *in, bool replayed, answer_cb *cb, void *arg)
{
    unsigned budget_ms = 0;
    struct job *j;
    bool by_sender;

    if (p->draining || !has_room(p, in) || !(j = job_new(p, in))) {
        if (!replayed)
            alarm_refused(p, in);
        refuse(cb, arg, p->draining ? REASON_draining : REASON_busy);
        return;
    }
    j->cb = cb;
    j->cb_arg = arg;
    j->replayed = replayed;
    if (in->kind == INBOUND_USSD && p->options.ussd_budget)
        budget_ms = p->options.ussd_budget(p->options.arg, in->provider);
    if (budget_ms) {
        j->budget = loop_timer_new(p->loop, "ussd budget", on_budget, j);
        loop_timer_set(j->budget, budget_ms);
    }
    by_sender = in->kind == INBOUND_SMS || in->kind == INBOUND_USSD;
    if (turn_enter(&p->turns, &j->turn, by_sender ? j->in.from : S("")))
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
    j->old.nomor = arena_copy(&j->kept, old->nomor);
    j->old.event = arena_copy(&j->kept, old->event);
    j->rebuilt = f;
    j->cb_arg = arg;
    if (turn_enter(&p->turns, &j->turn, j->in.from))
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
    park(j, reason, why);
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
    p->ready_last = &p->ready;
    loop_at_turn_end(loop, on_turn_end, p);
    if (options->send_now)
        p->aside = aside_new(loop, options->send_now, options->arg);
    p->gauge = stat_get(STAT_GAUGE, "jobs_under_way", "Messages being carried out now.", NULL, NULL);
    p->seconds = stat_hist_get("message_seconds", "From receipt to the answer after the commit.");
    return p;
}

void pipeline_free(struct pipeline *p)
{
    loop_not_at_turn_end(p->loop, on_turn_end, p);
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
