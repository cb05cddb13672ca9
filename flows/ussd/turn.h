/* turn.h - what ussd_read made of a request, carried to ussd_step in reading->ussd.  Behind ussd.h. */
#ifndef KENTONGAN_FLOWS_USSD_TURN_H
#define KENTONGAN_FLOWS_USSD_TURN_H

#include "flows/step/reading.h"
#include "flows/ussd/walk.h"

enum ussd_turn_kind {
    USSD_TURN_REFUSED, /* `refused`: why, a text */
    USSD_TURN_REPEAT,  /* the same request again: the same page */
    USSD_TURN_OVER,    /* the session was closed: nothing is answered; a referral goes out as it is */
    USSD_TURN_KEPT,    /* a dialogue out of the spool: its emergency goes out */
    USSD_TURN_INPUT,
    USSD_TURN_TIMER,
};

struct ussd_turn {
    enum ussd_turn_kind kind;
    const char *refused, *reason;
    bool cry;       /* walk.said are words of danger, not a command of the menu */
    bool overtaken; /* USSD_TURN_KEPT: she went on meanwhile, what is stored stays */
    struct ussd_state state;
    struct ussd_walk walk;
    struct slice session;    /* the provider's id, or a short name of it */
    struct slice session_id; /* of SUBJECT_SESSION */
    struct slice msisdn;
    struct inbound *sms; /* USSD_COMMAND: as if it had come by SMS */
    struct reading *command;
};

#endif
