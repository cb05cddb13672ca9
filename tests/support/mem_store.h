/* mem_store.h - a store in memory for dialogues: outcomes are applied by the rules of the real one
 * (revisions, lives, timers, tallies that become signals), with the dialogue's own clock. */
#ifndef KENTONGAN_TESTS_MEM_STORE_H
#define KENTONGAN_TESTS_MEM_STORE_H

#include "flows/flow.h"
#include "gateway/model/ruleset.h"

struct mem_sms {
    char *to, *text, *nomor;
    enum sms_class class;
    int64_t leaves_ms; /* quiet hours hold it until then (SPEC 4); until then nobody has it */
    bool seen;
};

struct mem_row {
    char *kind, *json;
    bool seen;
};

struct mem_store {
    const struct ruleset *rules; /* with the people who were approved since */
    const struct ruleset *base;
    struct arena people; /* of rules, and of stored */
    struct person stored[16];
    unsigned stored_n;
    int64_t now_ms;
    struct mem_blob *blobs;
    unsigned blobs_n;
    struct mem_timer *timers;
    unsigned timers_n;
    struct mem_count *counts;
    unsigned counts_n;
    struct mem_sms *sms;
    unsigned sms_n;
    struct mem_row *rows;
    unsigned rows_n;
    uint64_t next_body;
    unsigned next_id;
    char fault[512]; /* set when a step failed or broke a rule of the store */
    char reason[64]; /* of the last inbound */
    char screen[512];
    bool screen_ends;
    unsigned writes; /* of the last inbound */
    /* Before each step, with the sender as loaded: for tests that try it in other ways too.  May be NULL. */
    void (*look)(struct mem_store *, const struct inbound *, const struct sender *);
};

void mem_init(struct mem_store *, const struct ruleset *, int64_t now_ms);
void mem_free(struct mem_store *);
/* Another store in the same state, with its own SMS and rows from here on: what would happen, if. */
void mem_fork(const struct mem_store *, struct mem_store *out);
/* One SMS with an id of its own; signals that follow from it are judged at once. */
void mem_sms_in(struct mem_store *, const char *from, const char *text);
/* One USSD input, or `*123#` with what is dialled along; the page is in `screen`. */
void mem_ussd_in(struct mem_store *, const char *from, const char *session, const char *text, bool begin);
/* Any inbound, as admission hands it over. */
void mem_in(struct mem_store *, const struct inbound *);
/* What stands under a subject now; empty when nothing does.  Valid until the next change. */
struct slice mem_blob(struct mem_store *, enum subject_kind, struct slice id);
/* Blob i of blobs_n as JSON, as earlier versions kept it. */
void mem_former(struct mem_store *, unsigned i);
/* Blob i of blobs_n as a newer program leaves it, packed or as JSON: another version.  Its bytes from now on.
 */
struct slice mem_newer(struct mem_store *, unsigned i, bool json);
/* As if it had been kept under another id. */
void mem_rename(struct mem_store *, enum subject_kind, const char *id, const char *to);
enum subject_kind mem_kind(const struct mem_store *, unsigned i);
struct slice mem_text(const struct mem_store *, unsigned i);
/* For `look`: what stands under s->ref, into the arena; the numbers and ids of the next step. */
void mem_subject(struct mem_store *, struct subject *s, struct arena *);
void mem_lease(struct mem_store *, const struct intent *, struct lease *, struct slice message,
               struct arena *);
/* A timer whose id begins so is set. */
bool mem_waits(const struct mem_store *, const char *prefix);
/* Sets the timer that a gateway sets at its start, and runs what is due: the reminders of these places. */
void mem_root(struct mem_store *, const char *places);
/* A signal as a sink makes it (gateway/district/figures_news.h). */
void mem_signal(struct mem_store *, const char *text);
/* `people retire` of this number. */
void mem_retire(struct mem_store *, const char *msisdn);
/* Lets time pass; what falls due on the way fires in order. */
void mem_pass(struct mem_store *, int64_t ms);
/* Runs what fell due up to now. */
void mem_due(struct mem_store *);

#endif
