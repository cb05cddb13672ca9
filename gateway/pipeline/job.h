/* job.h - one inbound under way, for the files of this room alone: what it holds from the door to its answer.
 */
#ifndef KENTONGAN_PIPELINE_JOB_H
#define KENTONGAN_PIPELINE_JOB_H

#include "flows/outage.h"
#include "gateway/pipeline/aside.h"
#include "gateway/pipeline/pipeline.h"
#include "gateway/pipeline/shares.h"
#include "gateway/pipeline/turns.h"

struct loop_timer;

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

enum {
    JOB_LATE_MS = 1300, /* from receipt; with the way to the phone within two seconds (late.c) */
};

struct job {
    unsigned magic;
    enum step step;
    struct pipeline *pipeline;
    const struct ruleset *rules;
    struct job *next, **at; /* of all under way */
    struct job *ready_next; /* waits for the next turn of the loop */
    struct arena kept;      /* what lives from first to last: this job, its inbound, and more */
    struct arena arena;     /* what was made of it since the last load */
    struct inbound in;
    answer_cb *cb;
    void *cb_arg;
    struct turn turn;
    struct share *share; /* of its provider */
    unsigned conflicts;
    struct store_seen seen;  /* by its loads since the last conflict */
    struct subject first[2]; /* sender's state and session */
    struct sender sender;
    struct outcome *outcome;
    bool settled;        /* it waits for its commit with no more than this: */
    struct slice screen; /* of the outcome; lives in `kept` */
    bool screen_ends;
    enum reason reason;
    int64_t began_us;
    struct loop_timer *budget; /* USSD: an END in time */
    bool answered;
    struct rebuilding old;
    bool rebuilds; /* `old` is set */
    void (*rebuilt)(void *, enum store_rc, bool);
    bool replayed; /* out of the spool: it lies there until it is carried out */
    bool told;     /* its alarm went out from memory (late.c) */
    bool unstored; /* its outcome is what memory makes of it */
    /* Large, and not cleared before somebody fills them: */
    struct intent intent;
    struct subject subjects[INTENT_SUBJECTS];
};

struct pipeline {
    struct loop *loop;
    struct store *store;
    const struct ruleset *rules;
    struct turns turns;
    struct pipeline_options options;
    struct aside *aside; /* NULL: nothing goes out past the store */
    unsigned under_way;
    struct shares shares;         /* of them, by provider */
    struct job *jobs, **jobs_end; /* the oldest first */
    struct job *unheard;          /* the oldest of them that late.c has not looked at */
    struct loop_timer *late;
    struct ready {
        struct job *first, **end;
    } ready[2];       /* whose step waits for the next turn; long texts behind the others */
    int64_t spent_us; /* on steps in this turn */
    bool draining;
    struct stat *gauge;
    struct stat_hist *seconds;
};

/* The job behind a callback's argument; ends the program when there is none. */
struct job *job_of(void *arg);
/* A job of this pipeline with an inbound of its own; NULL when memory is out. */
struct job *job_new(struct pipeline *, const struct inbound *) MUST_CHECK;
/* The same for somebody who counts it nowhere, and frees it with job_drop(). */
struct job *job_alloc(struct pipeline *, const struct inbound *) MUST_CHECK;
void job_drop(struct job *);
/* It is over: it leaves its turn, and is freed after this turn of the loop. */
void job_done(struct job *);
/* The answer at its door, once; whatever comes later is not said there. */
void job_say(struct job *, enum reason, struct slice screen, bool ends);
/* A text of the catalogue in the sender's language; lives in the job's arena. */
struct slice job_sorry(struct job *, const char *key);
/* The time for an answer at its door (ms) runs from now; then it is told an END. */
void job_budget(struct job *, unsigned ms);
/* Its dialogue, as the store names it. */
struct subject_ref job_session(struct job *);
/* Somebody says it, whose state it may change: also staff at a screen, for somebody who telephoned. */
bool job_speaks(const struct inbound *);

/* Its dialogue outlives the job's `arena`. */
void job_keep_session(struct job *);
/* What may be said without the store: "kept", and an emergency to the staff (flows/outage.h).  Fills *keep
 * with what the spool should hold. */
void job_read_unstored(struct job *, enum outage why, struct inbound *keep);
void job_say_unstored(struct job *, enum aside_fate);

/* What alarms in it goes out from memory, and only that: says whether anything did.  known: the sender as far
 * as it was loaded, or NULL. */
bool job_alarm(struct pipeline *, const struct inbound *, const struct sender *known);

/* --- late.c: an emergency whose commit is not answered --- */
/* It was committed: its alarms come out of the store, or in time from memory. */
void late_committed(struct job *);
/* For the pipeline's timer. */
void late_tick(void *pipeline);

/* The black box knows what is read now (blackbox.h). */
void job_box_enter(struct job *);
void job_box_leave(struct job *);

/* The spine (steps.c): carries it on from this step. */
void job_enter(struct job *, enum step);
/* The next turn of the loop has its own time for steps. */
void job_next_turn(struct pipeline *);
/* Nothing is dropped: its bytes are kept for people, and the telco hears that the message is ours.  why: NULL
 * for the reason's own words. */
void job_park(struct job *, enum reason, const char *why);

#endif
