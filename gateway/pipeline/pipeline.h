/* pipeline.h - the spine: one inbound's life as a table of named steps (DESIGN 1).
 *
 *   load the sender -> read (pure) -> load the subjects -> step (pure) -> commit -> answer
 *
 * Ingress, timers, signals and delivery reports all come in by pipeline_submit(); nothing else changes state.
 */
#ifndef KENTONGAN_PIPELINE_PIPELINE_H
#define KENTONGAN_PIPELINE_PIPELINE_H

#include "gateway/model/inbound.h"
#include "gateway/model/reason.h"
#include "gateway/model/ruleset.h"
#include "gateway/store/store.h"

struct pipeline;

struct answer {
    enum reason reason;  /* reason_http() says what the telco hears; REASON_duplicate is a success */
    struct slice screen; /* USSD: the page; valid during the call */
    bool screen_ends;
};

/* Called exactly once, from the loop, after the commit (or spool, or refusal). */
typedef void answer_cb(void *arg, const struct answer *);

struct blackbox;

struct pipeline_options {
    struct blackbox *blackbox; /* borrowed; NULL in tests */
    unsigned max_under_way;    /* past it new work is answered `busy` */
    /* A page in this time (ms), or an END that says so; 0 = no such time.  May be NULL. */
    unsigned (*ussd_budget)(void *arg, struct slice provider);
    /* Sends an SMS past the store, while Redis is away (SPEC 6) or about a message that is parked; `via` is
     * the provider of the question.  May be NULL. */
    void (*send_now)(void *arg, struct slice via, const struct sms *);
    /* An alarm that is, or is being, committed: sent past the store after so long, unless it came out of the
     * store before; once, however it goes.  May be NULL. */
    void (*expect)(void *arg, struct slice via, const struct sms *, int64_t after_ms);
    /* A message of a person that was carried out now, for those who watch.  May be NULL. */
    void (*heard)(void *arg, const struct inbound *, enum reason);
    void *arg;
};

struct pipeline *pipeline_new(struct loop *, struct store *, const struct ruleset *,
                              const struct pipeline_options *);
void pipeline_free(struct pipeline *);
/* A reload: jobs under way finish with the old one, which must live as long as it is held. */
void pipeline_ruleset(struct pipeline *, const struct ruleset *);
bool pipeline_holds(const struct pipeline *, const struct ruleset *);
/* Copies the inbound.  cb may be NULL. */
void pipeline_submit(struct pipeline *, const struct inbound *, answer_cb *, void *arg);
/* The same for a message out of the spool: when Redis is away again it is answered `busy` and stays where it
 * is. */
void pipeline_replay(struct pipeline *, const struct inbound *, answer_cb *, void *arg);
/* Parked with its bytes, not read: reason and why (a string of the program) tell people what for.  cb may be
 * NULL. */
void pipeline_park(struct pipeline *, const struct inbound *, enum reason, const char *why, answer_cb *,
                   void *arg);
/* What was carried out once and was lost with Redis: it is carried out again at its own time, with its own
 * numbers, for what it leaves in the store; nothing of it is sent, told to a sink or logged, and nothing is
 * kept of one that does not lead to the row that it is known to have led to (`rebuilt` then says false). */
struct rebuilding {
    int64_t at_ms;
    uint64_t bodies[2];        /* of the numbers that it took, in order; 0 = none */
    struct slice id;           /* of its record; empty for an event */
    struct slice person;       /* the id of whom it is about, if it made that one; else empty */
    struct slice nomor, event; /* of the record (event empty), or of the referral */
    unsigned version;
};
void pipeline_rebuild(struct pipeline *, const struct inbound *, const struct rebuilding *,
                      void (*f)(void *arg, enum store_rc, bool rebuilt), void *arg);
/* Those of now: a reload brings others between two turns. */
const struct ruleset *pipeline_rules(const struct pipeline *);
unsigned pipeline_under_way(const struct pipeline *);
/* From now on new work is answered `draining`. */
void pipeline_drain(struct pipeline *);

#endif
