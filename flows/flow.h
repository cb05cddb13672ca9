/* flow.h - the two pure functions on which all leans (DESIGN 4): read what was said, then step.
 *
 * Neither knows a clock, the network, Redis or chance: time, ids and leased numbers are arguments. Everything
 * they return lives in the arena of the job.  They never fail for what a person typed: that is an outcome. */
#ifndef KENTONGAN_FLOWS_FLOW_H
#define KENTONGAN_FLOWS_FLOW_H

#include "gateway/base/arena.h"
#include "gateway/model/inbound.h"
#include "gateway/model/outcome.h"
#include "gateway/model/ruleset.h"
#include "gateway/model/subject.h"

enum {
    INTENT_SUBJECTS = 40,
    LEASE_NUMBERS = 24,
    LEASE_UUIDS = 24,
};

/* What the first load brought: one round trip. */
struct sender {
    struct slice msisdn;
    const struct person *person; /* NULL: nobody we know (or pending: person->pending) */
    struct subject state;        /* SUBJECT_SENDER */
    struct subject session;      /* SUBJECT_SESSION, for USSD; rev 0 otherwise */
};

struct reading; /* flows/reading.h: what was said and what it is about */

struct intent {
    struct subject_ref subjects[INTENT_SUBJECTS]; /* to be loaded before step; without doubles */
    unsigned subjects_n;
    unsigned reports;        /* that it holds: so many record ids are made before step, one at least */
    struct reading *reading; /* what flow_read made of it, for flow_step */
};

/* ids for one message, made before step: UUIDv5 of (provider, message id, index), and leased bodies of
 * numbers. */
struct lease {
    struct slice uuids[LEASE_UUIDS];
    uint64_t bodies[LEASE_NUMBERS]; /* without check digit; taken from the first on */
};

struct context {
    const struct inbound *inbound;
    const struct sender *sender;
    const struct subject *subjects; /* as many and in the order of intent->subjects */
    unsigned subjects_n;
};

enum read_rc {
    READ_OK,
    READ_NO_MEMORY, /* the arena is full: the message is parked */
};

enum step_rc {
    STEP_OK,
    STEP_NO_MEMORY,
    STEP_OVERFLOW,
};

/* The inbound that a timer of the due set becomes: INBOUND_TIMER, or the SMS that it brings back
 * (approval.h).  False when the arena is full; the timer is handed out again. */
bool flow_due(struct slice id, struct slice text, int64_t due_ms, int64_t now_ms, struct arena *,
              struct inbound *out) MUST_CHECK;

/* Parses in, in the light of the sender's drafts, open questions and session; names the subjects. */
enum read_rc flow_read(const struct ruleset *, const struct sender *, const struct inbound *, int64_t now_ms,
                       struct arena *, struct intent *out) MUST_CHECK;
/* Decides.  *out is zeroed by the caller. */
enum step_rc flow_step(const struct ruleset *, const struct context *seen, const struct intent *,
                       const struct lease *ids, int64_t now_ms, struct arena *,
                       struct outcome *out) MUST_CHECK;

#endif
