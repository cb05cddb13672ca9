/* referral.h - a referral from the first SMS to SELESAI: who is told, who answers, what happens when nobody
 * does (SPEC 2.2, 2.3, 5, 7).
 *
 * Pure.  The state lives in the blob of its report (subject_report.h); each change goes through one function
 * that writes the event row, by the table of referral_moves.h.  The clocks are rows of config/rules. */
#ifndef KENTONGAN_FLOWS_FILING_REFERRAL_H
#define KENTONGAN_FLOWS_FILING_REFERRAL_H

#include "flows/care/subject_report.h"
#include "flows/filing/referral_moves.h"

struct referral_opening {
    struct slice urgency;      /* "E1", "E2" */
    struct slice say;          /* "Bu Ana 28th perdarahan" */
    struct slice why;          /* of a RUJUK its reason alone */
    bool incomplete;           /* the report still lacks something: BELUM LENGKAP */
    bool doubtful;             /* an E1 sign that may be negated: BELUM PASTI (RULINGS 47) */
    bool asked;                /* it is a RUJUK, not a danger sign in another report */
    const struct place *place; /* where to; NULL: the parent of the sender's place */
};

/* Tells the staff, writes the event, sets the clock.  The report is saved by the caller. */
void referral_open(struct step *, struct filed_report *, const struct referral_opening *);
/* What was missing has come: those who had it hear the whole. */
void referral_complete(struct step *, struct filed_report *, const struct referral_opening *);
/* TERIMA, TOLAK, HADIR, TIDAK HADIR, SELESAI: changes the report, tells the others, answers the speaker. */
void referral_answer(struct step *, const struct command *, struct filed_report *);
/* A clock ran out. */
void referral_due(struct step *, const struct due *);
/* The WAFAT that was said to be hers is cancelled: who has her hears it, and her clock runs again. */
void referral_alive(struct step *, const struct due *);
/* Quiet hours are over: whoever was not to be woken hears of it, unless it was taken back meanwhile. */
void referral_morning(struct step *, const struct due *);
/* BATAL. */
void referral_cancel(struct step *, struct filed_report *);
/* Its report has a new version that says this (an event of referral_moves.h): who has it hears what it is
 * now, what is a danger again or has become one is told as one.  isi: the version as news.  o->place: a new
 * place to send it to, else NULL.  What was done; the caller saves the report. */
enum referral_act referral_changed(struct step *, struct filed_report *, enum referral_event,
                                   const struct referral_opening *, struct slice isi);
/* A RUJUK of this patient, who says it now: may it join this one?  Then it does: told to the place that it
 * names (o->place), or again where it is addressed; staff who have it send it on.  The caller saves the
 * report. */
bool referral_may_join(const struct step *, const struct filed_report *);
void referral_asked(struct step *, struct filed_report *, const struct referral_opening *);
/* Words about an emergency that stood behind a command with its number: to everyone who has it, at once
 * (RULINGS 44). */
void referral_words(struct step *, struct filed_report *, struct slice words);
/* The same of words that are no danger, perhaps even that there is none: to those who have it. */
void referral_added(struct step *, const struct filed_report *, struct slice words);
/* Words of staff who have it that are no command: to whoever reported her. */
void referral_back(struct step *, const struct filed_report *, struct slice words);
/* Who has it now, for the reporter: "Bidan Nur", "0812…". */
void referral_contact(struct step *, const struct filed_report *, struct slice *who, struct slice *hp);
/* The answer to a doubt (RULINGS 47) is that there is none: it waits for no answer any more.  Who has taken
 * it already hears of it, and ends it herself. */
void referral_unfounded(struct step *, struct filed_report *, struct slice isi);
/* Another reason, before the report is complete: told to those who have it; one for now where one for today
 * was told begins its clock anew.  Nothing where those words are known. */
void referral_worsen(struct step *, struct filed_report *, const struct referral_opening *);
/* The place that "pkm manggar", "rs" or "pustu" means for a sender; NULL when none is meant clearly. */
const struct place *referral_place(const struct ruleset *, const struct place *from, struct slice tujuan,
                                   struct arena *);
/* "baru dikirim", "diterima", …: for STATUS; a key of the catalogue. */
const char *referral_state_key(enum referral_state);

#endif
