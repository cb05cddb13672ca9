/* filing.h - takes one report that was understood, by SMS or by USSD, and files it: number, record row,
 * person record, tallies, referral and alert openings, receipt; or, when something is missing or doubtful, a
 * draft with a number and one question (SPEC 2.2, 2.4, 2.7).
 *
 * Pure.  Must never store a value that was not certain or confirmed.  Used by flow.c and ussd.c. */
#ifndef KENTONGAN_FLOWS_FILING_FILING_H
#define KENTONGAN_FLOWS_FILING_FILING_H

#include "flows/step/open.h"
#include "flows/step/step.h"
#include "flows/care/subject_report.h"
#include "gateway/conf/rules.h"

struct draft; /* flows/step/drafts.h */

enum filed_kind {
    FILED_ACCEPTED, /* a record was made */
    FILED_ASKED,    /* a draft was made or kept; `text` asks */
    FILED_REFUSED,  /* the sender may not, or the report came to nothing; `text` says why */
};

struct filed {
    enum filed_kind kind;
    struct slice nomor;  /* empty when refused */
    struct slice text;   /* the receipt, question or refusal: one SMS; not sent by filing.  Empty when refused
                          * for the role: roles_refuse() says it, once a day */
    bool emergency;      /* staff were told at once */
    enum urgency worst;  /* of what was found in it */
    struct slice danger; /* E1, E2: what was found, for the one who reported */
    struct slice called, hp; /* an emergency: who was called, on which number */
    struct slice asked;      /* FILED_ASKED: how people call the field in question */
    struct slice whom;       /* FILED_ASKED: whom it is about */
};

/* How a report is to be filed. */
struct filing {
    const struct report *report;        /* status accepted, confirm or rejected; values by field index */
    unsigned index;                     /* of the report in its message: its record id is ids->uuids[index] */
    const struct filed_report *correct; /* KOREKSI of this record: a new version; NULL otherwise */
    const struct draft *draft; /* that it completes: number, id and first time are kept; NULL = none */
    bool cry;           /* an emergency without keyword: a RUJUK whose reason is her words (SPEC 2.2) */
    bool sure;          /* the person has seen and confirmed the doubtful value (YA; USSD's echo page) */
    bool resent;        /* the same week or month again: `correct` gets a new version, and that is said */
    bool second;        /* BARU: a second weighing of the day */
    bool new_person;    /* BARU: not the child that was asked about */
    struct slice child; /* YA to "Anak 1041 …?": this child; empty otherwise */
    struct slice hash;  /* of the text, for repeats; empty for USSD */
    struct slice none;  /* KOREKSI said that there is nothing of this list: its label; empty otherwise */
    struct slice noted; /* what of an answer has been taken, if another question follows: "BB 9,2 dicatat." */
};

/* Names the subjects that filing this report will look at.  Call in flow_read (USSD: on each step that may
 * file).  scope is the sender, and what is open for her; false when the intent is full. */
bool filing_subjects(const struct ruleset *, const struct sender *, const struct open_cases *,
                     const struct report *, struct arena *, struct intent *);
/* The week, month or person that a report is sent for once ("49", "2026-11", "budi/L/14bl"); empty where its
 * form has none. */
struct slice filing_period(const struct ruleset *, const struct report *, int64_t at_ms, struct arena *);
/* What the sender sent for the same before, unless it was cancelled; of a person within `duplicate` alone:
 * another may be called so.  *out is it. */
bool filing_sent_before(struct step *, const struct report *, int64_t at_ms, struct filed_report *out);
/* True when staff are to be told of it however little of it there is (SPEC 2.2). */
bool filing_alarms(const struct report *);
/* An E1 sign that may be negated, or an E1 value that is a guess, is asked about (SPEC 2.2, RULINGS 47). say:
 * what it would be, "lahir di bawah 2 kg". */
bool filing_doubts(const struct ruleset *, const struct form *, const struct value *values,
                   const uint8_t *faults, struct arena *, struct slice *say);
/* Nobody answered that question in time: staff hear of it as of an emergency, with a number, a clock and
 * TERIMA; an answer that there is none withdraws it.  Saves the report.  say: "Sri, mungkin kejang". */
void filing_maybe(struct step *, struct filed_report *, struct slice urgency, struct slice say,
                  bool doubtful);
/* A danger of the day in a report whose question nobody answered in time: staff hear of it as it stands, and
 * what is not known of it.  False: there is none, or they have it already. */
bool filing_unfinished(struct step *, const struct draft *, struct filed_report *);
/* A report of this form that is not made after all: nothing is stored, and where she may mean one that is
 * open or was just filed, how to take that back (RULINGS 43).  The number that it names, or empty. */
struct slice filing_say_withdrawn(struct step *, const struct form *, struct slice *text);
/* The same of a report that takes itself back; of one that was not held, why nothing is stored. */
void filing_say_withdrawn_report(struct step *, const struct report *, struct slice *text);
/* There are no cases: nothing is stored, W2 reports it. */
struct slice filing_say_nil(struct step *, const struct form *);
/* Files it.  Nothing is answered: the caller sends `out->text` (step_answer) or shows it. */
void filing_file(struct step *, const struct filing *, struct filed *out);
/* A report that was not filed here is a record now: its cases count. */
void filing_tally(struct step *, const struct filed_report *);
/* BATAL: those hear it who were told of what only staff may hear. */
void filing_take_back(struct step *, const struct filed_report *);
/* Its reporter says in these words that it is not so, and has not taken it back: the same people hear it,
 * unless there are no words.  False: nobody was told of it. */
bool filing_doubt_told(struct step *, const struct filed_report *, struct slice words);
/* BATAL: takes its cases off the counts again, and its weighing off the child. */
void filing_untally(struct step *, const struct filed_report *);
void filing_unweigh(struct step *, const struct filed_report *);
/* Keeps the whole message for staff, and for SETUJU to process with its first time. */
void filing_keep(struct step *);

#endif
