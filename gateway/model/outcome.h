/* outcome.h - all that one inbound changes and says, as a value.  commit makes it real atomically or not at
 * all. */
#ifndef KENTONGAN_MODEL_OUTCOME_H
#define KENTONGAN_MODEL_OUTCOME_H

#include "gateway/base/arena.h"
#include "gateway/model/directory.h"
#include "gateway/model/inbound.h"
#include "gateway/model/record.h"
#include "gateway/model/subject.h"

/* Which lane an SMS takes and what may be done with it (SPEC 4, 6). */
enum sms_class {
    SMS_ANSWER, /* the answer to a message: first lane, at any hour, not repeated when the answer was lost */
    SMS_EMERGENCY, /* E1: first lane, at any hour, at least once */
    SMS_REFERRAL,  /* referral steps: first lane, at any hour, at least once */
    SMS_ALERT,     /* to heads and staff: quiet hours hold it */
    SMS_NOTICE,    /* reminders, notices to a kader: quiet hours hold it */
    SMS_BULK,      /* last */
    SMS_CLASSES,
};

extern const char *const sms_class_names[SMS_CLASSES]; /* as they stand in streams, logs and figures */
const char *sms_class_name(enum sms_class);

struct sms {
    struct slice to, text;
    enum sms_class class;
    int64_t expires_ms;    /* wall clock; old news is not sent late */
    struct slice nomor;    /* what it is about; may be empty */
    struct slice provider; /* empty: to who asked the way the question came; to others default_provider */
};

/* A blob to be written; an empty blob deletes.  A subject that was loaded but is not written is still checked
 * by its revision when `check` is set. */
struct subject_write {
    struct subject_ref ref;
    uint64_t seen_rev; /* what was loaded; 0 = must not exist */
    struct slice blob;
    int64_t ttl_ms; /* > 0: every key has a life (DESIGN 5) */
    bool check_only;
};

/* A timer fires once as an inbound of kind timer.  The same id set again moves it. */
enum timer_how {
    TIMER_SET,
    TIMER_KEEP, /* only when none of this id waits */
    TIMER_MOVE, /* only when one of this id waits, and never to an earlier time */
};

struct timer {
    struct slice id;   /* "referral:48217:1": unique, says what it is for */
    struct slice text; /* what flow_read gets */
    int64_t due_ms;    /* 0: take it off */
    enum timer_how how;
};

/* Cases of a day in a village: counted blindly, then judged by the signals consumer (DESIGN 1f). */
struct tally {
    struct slice village, disease, day; /* "19.06.01.2004", "diare", "2026-11-21" */
    struct slice puskesmas;             /* code: 1.5 times last week is judged there */
    struct slice by;                    /* MSISDN of who reported them: staff ask her about a case by name */
    struct slice nomor, who; /* of the report; whom it is about: "siti aminah P", empty: nobody by name */
    int64_t delta;           /* negative after BATAL or KOREKSI */
    bool whole; /* delta is the day's count by report `nomor`, in place of what was counted; negative: that
                   report says it no more, and what another said of the day counts again */
};

enum {
    OUTCOME_PEOPLE = 2,
    OUTCOME_SUBJECTS = 74,
    OUTCOME_SMS = 64,
    OUTCOME_ROWS = 48,
    OUTCOME_TIMERS = 64,
    OUTCOME_TALLIES = 56, /* a W2 of every letter that is moved to another week */
};

struct outcome {
    unsigned writes_n, sms_n, rows_n, timers_n, tallies_n, people_n;
    unsigned numbers_used; /* how many of the leased numbers were taken, from the first on */
    struct slice screen;   /* USSD: the page without CON/END */
    bool screen_ends;
    bool unlogged;      /* not news: nothing of it goes to the message log */
    bool overflow;      /* more than the bounds above: the message is parked, never half done */
    const char *reason; /* row of reason.def that counts this message: "accepted", "unknown_keyword", … */

    struct subject_write writes[OUTCOME_SUBJECTS];
    struct sms sms[OUTCOME_SMS]; /* replies among them: class SMS_ANSWER, to the sender */
    struct row rows[OUTCOME_ROWS];
    struct timer timers[OUTCOME_TIMERS];
    struct tally tallies[OUTCOME_TALLIES];
    struct person people[OUTCOME_PEOPLE]; /* put in the place of those with the same number */
};

/* It goes to who asked.  Only she hears by the way of the question: that way may be down, or send nothing,
 * and those whom her message calls hear of it all the same. */
bool outcome_answers(const struct inbound *, const struct sms *);
/* The provider of the question for an answer; for all others empty: the default's. */
struct slice outcome_way(const struct inbound *, const struct sms *);

/* Nothing in it; the lists, 25 KB, are not cleared for a handful of entries.  NULL when the arena is full. */
struct outcome *outcome_new(struct arena *) MUST_CHECK;

#endif
