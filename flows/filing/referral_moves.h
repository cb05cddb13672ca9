/* referral_moves.h - the life of a referral as a table: state, event, who says it, next state, what is done
 * (SPEC 2.2, 2.3, 5, 7; RULINGS 59).  tests/unit/test_referral.c walks all of it.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_FILING_REFERRAL_MOVES_H
#define KENTONGAN_FLOWS_FILING_REFERRAL_MOVES_H

#include "flows/care/subject_report.h"
#include "flows/understand/understanding.h"

enum referral_event {
    REFERRAL_ON_TERIMA,
    REFERRAL_ON_TOLAK,
    REFERRAL_ON_HADIR,
    REFERRAL_ON_TIDAK_HADIR,
    REFERRAL_ON_SELESAI,
    REFERRAL_ON_BATAL,
    REFERRAL_ON_CLOCK,  /* nobody took it in time */
    REFERRAL_ON_REMIND, /* taken, and nobody said that the patient came */
    REFERRAL_ON_WORSE,  /* a new version of its report says a danger that the one before did not, or more */
    REFERRAL_ON_SAME,   /* a new version, no more and no less urgent */
    REFERRAL_ON_RUJUK,  /* somebody calls it a referral, again or for the first time */
    REFERRAL_ON_CALM,   /* a new version without the danger, and nobody had asked for a referral */
    REFERRAL_EVENTS,
};

/* Who speaks, seen from the place that the referral is addressed to now. */
enum referral_voice {
    VOICE_TAKER = 1, /* who took it, whatever the place */
    VOICE_HERE = 2,
    VOICE_ELSE = 4, /* of a place above, or of one that did not answer in time */
    VOICE_LEFT = 8, /* of a place that gave it up: refused it, or sent it on */
    VOICE_ANY = VOICE_TAKER | VOICE_HERE | VOICE_ELSE | VOICE_LEFT,
};

enum referral_act {
    ACT_NOTHING,
    ACT_TAKE,
    ACT_CLIMB, /* to the next level; from the duty numbers it goes nowhere */
    ACT_NOTE,  /* arrived, missed, done: written down and told */
    ACT_CANCEL,
    ACT_REMIND,
    ACT_OPEN, /* told as new, with a new clock */
    ACT_WARN, /* told as what it is now to those who have it; the clock begins anew */
    ACT_ASK,  /* handed on as a RUJUK: to the place that it names, or where it is; from staff further up */
    ACT_NEWS, /* what it says now, to those who had it */
    ACT_WITHDRAW,
    ACT_KEEP_WORDS, /* a TOLAK that moves nothing: what it says is written down all the same */
    ACT_SAY_TAKEN,
    ACT_SAY_HELD, /* not carried out: who has it now */
    ACT_SAY_ALREADY,
    ACT_SAY_OVER,
};

struct referral_move {
    enum referral_state from;
    enum referral_event event;
    unsigned voices; /* enum referral_voice */
    enum referral_state to;
    enum referral_act act;
};

/* Never NULL: what no row names stays where it is, and nothing is done. */
const struct referral_move *referral_move(enum referral_state, enum referral_event, enum referral_voice);
/* REFERRAL_EVENTS: no step of a referral. */
enum referral_event referral_event_of(enum command_kind);
/* "terima": as referral_event rows name it. */
const char *referral_event_name(enum referral_event);

#endif
