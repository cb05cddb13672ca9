/* subject_report.h - what stands behind the number of a report (SUBJECT_NUMBER): the newest version of the
 * record, and its referral if it has one.
 *
 * Pure: a versioned JSON blob.  What a number is at all says number_kind(). */
#ifndef KENTONGAN_FLOWS_CARE_SUBJECT_REPORT_H
#define KENTONGAN_FLOWS_CARE_SUBJECT_REPORT_H

#include "flows/care/child.h"

enum number_kind {
    NUMBER_NONE, /* never given out, or forgotten */
    NUMBER_REPORT,
    NUMBER_CHILD,
    NUMBER_EPISODE,
    NUMBER_REQUEST, /* a DAFTAR that waits for SETUJU */
};

enum number_kind number_kind(struct slice blob, struct arena *);

enum referral_state {
    REFERRAL_NONE,
    REFERRAL_SENT,
    REFERRAL_TAKEN,
    REFERRAL_ARRIVED,
    REFERRAL_MISSED, /* TIDAK HADIR */
    REFERRAL_DONE,
    REFERRAL_CANCELLED,
    REFERRAL_EXPIRED,
};

enum {
    REFERRAL_ALSO = 6,
};

struct referral {
    enum referral_state state;
    struct slice urgency;  /* "E1", "E2" */
    struct slice say;      /* "Bu Ana 28th perdarahan": who and why, for the staff */
    struct slice level;    /* code of the place that is addressed now; empty = the duty numbers */
    struct slice by;       /* MSISDN of who took it */
    struct slice left;     /* codes of the places that gave it up, with commas: refused it, or sent it on */
    unsigned climbs;       /* times that it went to another level; part of the timer's id */
    bool incomplete;       /* sent before the report was complete */
    bool doubtful;         /* an E1 sign that may be negated, and nobody has answered yet */
    bool asked;            /* somebody called it a referral: it was not only found */
    struct slice held;     /* MSISDNs with commas: of `told`, who hear of it when quiet hours are over */
    struct slice held_key; /* in these words: a key of the catalogue */
    struct slice told[STEP_PEOPLE]; /* everyone who had it */
    unsigned told_n;
    bool lost; /* not kept: of those who had it the last, or who took it, has retired since */
    struct slice also[REFERRAL_ALSO]; /* who reported her too: they hear what becomes of it */
    unsigned also_n;
    struct slice teller; /* who said it last; empty: the reporter */
    struct slice died;   /* the number of the WAFAT that her posyandu sent of one of that name and age */
};

enum {
    REPORT_BEFORE = 3, /* weighings: this month and the two before tell N, T and 2T */
};

struct filed_report {
    struct slice id, nomor; /* id: the record's uuid */
    const struct form *form;
    struct value values[FORM_FIELDS];
    bool draft;  /* not in `record` yet */
    bool unsaid; /* its reporter says that it is not so: who was told of it has heard that */
    unsigned version;
    struct slice status; /* valid checked corrected cancelled; "draft" */
    struct slice reporter, role, place, posyandu;
    struct slice posting;          /* code of the place where the reporter sat: whose chain it is */
    struct slice person_id, child; /* uuid and number of the person */
    struct slice whom;             /* whom it is about, for people: a name, else what it counts */
    struct slice findings;         /* JSON array */
    struct slice at, received_at, provider, message_id;
    int64_t at_ms;
    struct referral referral;
    /* What was known of the child when it was weighed: its sex, its birth and its last weighings before.  A
     * correction is judged by it, for the child itself is not loaded then.  No birth: nothing is known. */
    struct child before;
};

/* Somebody was told of it. */
bool referral_has(const struct referral *, struct slice msisdn);
/* The place gave it up: it moves it no more. */
bool referral_left_by(const struct referral *, struct slice place_code);
/* It is a report of this person: the first of it, or one that joined it (flows/filing/joined.h). */
bool report_of(const struct filed_report *, struct slice msisdn);
/* Somebody is expected still: nobody has ended it, and the patient is not there yet. */
static inline bool referral_is_open(const struct referral *r)
{
    return r->state == REFERRAL_SENT || r->state == REFERRAL_TAKEN || r->state == REFERRAL_MISSED ||
           r->state == REFERRAL_EXPIRED;
}

/* False when the blob is no report. */
bool report_decode(struct slice blob, struct slice nomor, const struct ruleset *, struct arena *,
                   struct filed_report *out);
struct slice report_encode(const struct filed_report *, struct arena *);
/* Writes the subject with its time to live (SPEC 2.3: 30 days, and one for the clock to run out). */
void report_save(struct step *, const struct filed_report *);
/* The row of its newest version. */
void report_row(struct step *, const struct filed_report *);
/* Role and places of who reports; she sits somewhere. */
void report_by(struct filed_report *, const struct person *);
/* A record of what is certain so far, where nobody is left to complete it: somebody was registered under the
 * number that it came from, or staff have it in hand (SPEC 2.2).  The caller saves it. */
void report_settle(struct step *, struct filed_report *);
/* The report under a number as it stands now; false when it is none. */
bool report_load(struct step *, struct slice nomor, struct filed_report *out);

#endif
