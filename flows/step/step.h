/* step.h - what one flow_step works with, and the only ways by which it fills an outcome.
 *
 * Pure.  Every helper keeps the bounds of `struct outcome`: past them `overflow` is set and the message is
 * parked whole, never half done.  Sits under filing, drafts, referral, alert, commands and ussd. */
#ifndef KENTONGAN_FLOWS_STEP_STEP_H
#define KENTONGAN_FLOWS_STEP_STEP_H

#include "flows/step/context.h"
#include "flows/step/reading.h"
#include "gateway/conf/texts.h"

struct sender_state; /* flows/step/drafts.h */

struct step {
    const struct ruleset *rules;
    const struct context *seen;
    const struct reading *reading;
    const struct lease *ids;
    int64_t now_ms;
    struct arena *arena;
    struct outcome *out;
    struct slice msisdn;         /* whose message it is (or whom a timer is about) */
    const struct person *person; /* NULL: not registered (pending people too) */
    bool staff;                  /* the operator at ctl or the console: no number, every right */
    struct slice account; /* the console's, when it notes what msisdn did: the act is its own (SPEC 5) */
    struct slice language;
    struct sender_state *state; /* decoded; written once at the end when changed */
    unsigned derived;           /* ids derived so far */
    unsigned answers_from;      /* SMS of the parts before: they keep their answers */
};

/* Begins a step: finds the sender, decodes her state.  False when the arena is full.  msisdn: whom it is
 * about (the sender, or for a timer the one that its text names). */
bool step_begin(struct step *, const struct ruleset *, const struct context *, const struct intent *,
                const struct lease *, int64_t now_ms, struct arena *, struct outcome *) MUST_CHECK;
/* Ends it: writes the sender's state when it changed. */
enum step_rc step_end(struct step *) MUST_CHECK;

/* --- what was loaded --- */
/* NULL when it was not named by flow_read. */
const struct subject *step_subject(const struct step *, enum subject_kind, struct slice id);

/* --- what is written --- */
/* seen_rev is looked up; writing the same subject again replaces the earlier write. */
void step_write(struct step *, enum subject_kind, struct slice id, struct slice blob, int64_t ttl_ms);
/* The state of another sender than the one in hand (which is written at the end), as its kind of life wants.
 */
void step_state_write(struct step *, struct slice msisdn, const struct sender_state *);
/* The blob as it stands now: a write of this step, else what was loaded; empty when there is none. */
struct slice step_blob(const struct step *, enum subject_kind, struct slice id);
void step_row(struct step *, const struct row *);
void step_tally(struct step *, const struct tally *);
/* due_ms 0 takes it off. */
void step_timer(struct step *, struct slice id, struct slice text, int64_t due_ms);
/* Set only if none of this id waits, or only moved on. */
void step_timer_if(struct step *, struct slice id, struct slice text, int64_t due_ms, enum timer_how);
/* text of a timer; empty members are left out. */
struct slice step_due(struct step *, const struct due *);
/* One SMS; expires_ms by class.  Nothing is sent to what is no MSISDN. */
void step_sms(struct step *, struct slice to, enum sms_class, struct slice nomor, struct slice text);
/* The one answer to the sender; a second call replaces the first (never two answers to one
 * part of a message). */
void step_answer(struct step *, struct slice nomor, struct slice text);
void step_reason(struct step *, const char *reason);

/* --- ids --- */
/* The next leased number with its check digit: "48217".  Empty (and overflow) when all are taken. */
struct slice step_number(struct step *);
/* The record id of the message's report of that index.  Overflow when the intent said that it makes nothing.
 */
struct slice step_id(struct step *, unsigned index);
/* A UUID of its own for an event or a person, made from the message's time and ids: the same at every retry,
 * and beside those that were made with it, so that an index of a million of them grows at one end. */
struct slice step_uuid(struct step *);

/* --- words --- */
/* f[slot] are words of a danger: where there is no room for all of them, those around it. */
struct slice step_text_around(struct step *, struct slice language, const char *key, struct text_fill *f,
                              unsigned n, unsigned slot);
struct slice step_text(struct step *, struct slice language, const char *key, const struct text_fill *,
                       unsigned n);
/* "14:05" and RFC 3339 with the district's offset, and the ISO day. */
struct slice step_clock(struct step *, int64_t ms);
struct slice step_rfc3339(struct step *, int64_t ms);
struct slice step_day(struct step *, int64_t ms);
/* Retired, and no duty number: told of nothing, nor taken for anybody (SPEC 7). */
bool step_gone(const struct step *, struct slice msisdn);
/* The day in the district (parsers/date.h). */
int64_t step_today(const struct step *);
/* "akun:dewi": who a row says did it, when an account of the console did. */
struct slice step_account(const struct step *);
/* "0812…" for "+62812…": as people write it. */
struct slice step_phone(struct step *, struct slice msisdn);

/* --- people --- */
enum {
    STEP_PEOPLE = 24, /* most people told of one thing */
};

struct audience {
    struct slice msisdn[STEP_PEOPLE];
    unsigned n;
    const struct place *place; /* where they sit; NULL: the duty numbers */
};

/* Active people at `place`, skipping upwards where nobody is; above the top the duty numbers. */
void step_audience(const struct step *, const struct place *, struct audience *);
/* The next place that can treat, for someone who sits at `place`: its parent, or for a village and above the
 * pustu or puskesmas that serves it.  NULL: nobody but the duty numbers. */
const struct place *step_next_level(const struct step *, const struct place *);
/* The puskesmas that a place belongs to; NULL when none is known. */
const struct place *step_puskesmas(const struct step *, const struct place *);
/* Tells an audience the same in each one's language. */
void step_tell(struct step *, const struct audience *, enum sms_class, struct slice nomor, const char *key,
               const struct text_fill *, unsigned n);
/* The phone of the first who would be called for her: staff of the next level, else duty. */
struct slice step_help_phone(struct step *);
/* "kades": of whose message it is; empty when she is not registered. */
/* As an SMS to staff has it: "Posy Melati"; empty for NULL. */
struct slice step_place_name(struct step *, const struct place *);
struct slice step_role(const struct step *);
/* Whose state was loaded beside the sender's said BERHENTI: no reminder, no bulk. */
bool step_stopped(const struct step *, struct slice msisdn);
struct slice step_language_of(const struct step *, struct slice msisdn);

#endif
