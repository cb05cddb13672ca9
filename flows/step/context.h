/* context.h - what comes into a step: who sent it, what was loaded, which ids are leased (DESIGN 4).
 *
 * Plain structs, filled by the pipeline; they live in the arena of the job. */
#ifndef KENTONGAN_FLOWS_STEP_CONTEXT_H
#define KENTONGAN_FLOWS_STEP_CONTEXT_H

#include "gateway/base/arena.h"
#include "gateway/model/inbound.h"
#include "gateway/model/outcome.h"
#include "gateway/model/ruleset.h"
#include "gateway/model/subject.h"

enum {
    INTENT_SUBJECTS = 104, /* 20 reports by name, four lists each */
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

struct reading; /* flows/step/reading.h: what was said and what it is about */

struct intent {
    struct subject_ref subjects[INTENT_SUBJECTS]; /* to be loaded before step; without doubles */
    unsigned subjects_n;
    bool overflow;           /* sticky: it is about more than that; the message is parked whole */
    unsigned reports;        /* that are filed: so many record ids are made before step, one at least */
    bool makes_nothing;      /* but a page: then there are none */
    struct reading *reading; /* what flow_read made of it, for flow_step */
};

/* ids for one message, made before step: UUIDv5 (gateway/pipeline/ids.h), and leased bodies of
 * numbers. */
struct lease {
    struct slice uuids[LEASE_UUIDS];
    uint64_t bodies[LEASE_NUMBERS]; /* without check digit; taken from the first on */
    struct slice child;             /* id of a child that is made, where it had one before; else empty */
    struct slice printed;           /* every number reads so: `parse` has none to give; else empty */
};

struct context {
    const struct inbound *inbound;
    const struct sender *sender;
    const struct subject *subjects; /* as many and in the order of intent->subjects */
    unsigned subjects_n;
    bool blind; /* nothing could be loaded: a number that was typed is taken on trust */
};

enum read_rc {
    READ_OK,
    READ_NO_MEMORY, /* the arena is full: the message is parked */
    READ_OVERFLOW,  /* about more subjects than an intent holds: the message is parked */
    READ_NEWER,     /* the sender's state is of a newer version: the message is parked */
};

enum step_rc {
    STEP_OK,
    STEP_NO_MEMORY,
    STEP_OVERFLOW,
    STEP_NEWER, /* a subject is of a newer version: it must not be read as absent, still less overwritten */
};

#endif
