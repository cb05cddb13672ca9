/* open.h - what waits for an answer of one staff member or head: the numbers that they may leave out while
 * exactly one fits (RULINGS 57); and the referrals of a kader's posyandu.  Part of a sender's state.
 *
 * Pure.  Kept by timers ("buka"), since whoever changes a referral cannot load the states of all who have it;
 * it is a help for reading and never decides anything: what a number is, its own blob says. */
#ifndef KENTONGAN_FLOWS_STEP_OPEN_H
#define KENTONGAN_FLOWS_STEP_OPEN_H

#include "flows/understand/understanding.h"
#include "gateway/base/codec.h"

enum {
    OPEN_CASES = 16, /* of one person; the oldest gives way */
};

enum open_what {
    OPEN_NOTHING, /* not any more */
    OPEN_SENT,    /* a referral that nobody has taken */
    OPEN_TAKEN,   /* one that is in this person's hands */
    OPEN_ARRIVED,
    OPEN_MISSED,
    OPEN_ALERT,   /* a head may say OK */
    OPEN_VERIFY,  /* a signal that staff may verify */
    OPEN_OWN,     /* a referral of one's own posyandu: nothing to answer, a RUJUK of that patient joins it */
    OPEN_REQUEST, /* who wants to be a kader */
    OPEN_WHATS,
};

struct open_case {
    struct slice nomor, whom;
    enum open_what what;
    struct slice of;  /* a RUJUK: the number of the report that it is about */
    struct slice who; /* the patient's name as child_called() has it; empty: not known */
    bool now;         /* an emergency, E1 */
};

struct open_cases {
    struct open_case all[OPEN_CASES];
    unsigned n;
};

/* One of them in the sender's state. */
extern const struct codec open_case_codec;

/* The case of that number, and whether it is one of one's own posyandu; NULL, false: none is. */
const struct open_case *open_find(const struct open_cases *, struct slice nomor);
bool open_own(const struct open_cases *, struct slice nomor);
/* Numbers go up: the first was given after the second. */
bool open_later(struct slice nomor, struct slice than);
/* Puts one in the place of its number; OPEN_NOTHING takes it off.  True when that changed anything. */
bool open_set(struct open_cases *, const struct open_case *);

/* As people are shown them: emergencies first, of each kind the newest first. */
void open_listed(const struct open_cases *, struct open_cases *out);
/* The words of these commands may go without a number. */
bool open_may_lack_number(enum command_kind);
/* How many fit the command; the first of them, and for OK what it means (OK of one who treats is TERIMA). */
unsigned open_fitting(const struct open_cases *, enum command_kind *, const struct open_case **first);

#endif
