/* move.h - how a dialogue moves: to a page, to the next question, to a doubt, back to what was answered.
 *
 * Pure, and knows field types, not forms.  Sits under field (what an input to a field's page means) and walk
 * (what any input means). */
#ifndef KENTONGAN_FLOWS_USSD_MOVE_H
#define KENTONGAN_FLOWS_USSD_MOVE_H

#include "flows/ussd/dialogue.h"
#include "gateway/model/report.h"

enum ussd_action {
    USSD_SHOW,    /* the page of the state */
    USSD_FILE,    /* 1 on the echo page: `report` is complete and seen */
    USSD_DRAFT,   /* she goes on by SMS */
    USSD_COMMAND, /* `said` is what an SMS would have said */
};

struct ussd_walk {
    struct ussd_context c;
    struct ussd_state *s;
    enum ussd_action action;
    struct slice note;     /* above the page: what was wrong with the input */
    struct report *report; /* as judged after the last change; NULL: nothing changed */
    bool number_given;     /* a number was typed at this step: what it stands for is to be looked up */
    struct slice said;
};

void ussd_move_turn(struct ussd_walk *, enum ussd_place, int field);
/* To the first field that was neither answered nor skipped, or the echo. */
void ussd_move_next(struct ussd_walk *);
/* A value was given: judges, asks back what is doubtful, else goes on. */
void ussd_move_valued(struct ussd_walk *);
/* Judges what was answered so far into w->report.  Every field absent: NULL. */
void ussd_move_judge(struct ussd_walk *);
/* She goes on by SMS: judged however little was said. */
void ussd_move_draft(struct ussd_walk *);
void ussd_move_forget(struct ussd_state *, unsigned field);
/* Asks for the field again, without the value it had; a list stays, to be corrected. */
void ussd_move_ask_again(struct ussd_walk *, int field, struct slice note);
/* Asks `field` back; guess NULL: what it holds is implausible. */
void ussd_move_doubt(struct ussd_walk *, int field, const struct value *guess);
/* 0 on a page of the form: the field before it.  False when there is none. */
bool ussd_move_back(struct ussd_walk *);
/* False when nothing of a form was said yet. */
bool ussd_move_anything(const struct ussd_state *);

struct slice ussd_move_note(struct ussd_walk *, const char *key, const char *slot, struct slice);
struct slice ussd_move_error(struct ussd_walk *, const struct field *, enum report_error);
void ussd_move_no_choice(struct ussd_walk *);

#endif
