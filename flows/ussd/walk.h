/* walk.h - one input moves the dialogue: menus, ways into a form, its fields one by one, doubts, the
 * echo.
 *
 * Pure, and knows field types, not forms.  It says what is to be done (`action`); doing it (filing, alarming,
 * commands) is ussd.c's. */
#ifndef KENTONGAN_FLOWS_USSD_WALK_H
#define KENTONGAN_FLOWS_USSD_WALK_H

#include "flows/ussd/page.h"
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

/* A new dial: offers to go on where a dialogue is unfinished, else begins at the menu; `dial` are inputs
 * dialled along, joined by '*'. */
void ussd_walk_dial(struct ussd_walk *, struct slice dial);
void ussd_walk_input(struct ussd_walk *, struct slice input);
/* Asks for the field again, without the value it had. */
void ussd_walk_ask_again(struct ussd_walk *, int field, struct slice note);
/* Judges what was answered so far into w->report.  Every field absent: NULL. */
void ussd_walk_judge(struct ussd_walk *);

/* She goes on by SMS: judged however little was said. */
void ussd_walk_draft(struct ussd_walk *);

/* --- between ussd/walk.c and ussd/field.c --- */
void ussd_walk_turn(struct ussd_walk *, enum ussd_place, int field);
/* To the first field that was neither answered nor skipped, or the echo. */
void ussd_walk_next(struct ussd_walk *);
/* A value was given: judges, asks back what is doubtful, else goes on. */
void ussd_walk_valued(struct ussd_walk *);
void ussd_walk_forget(struct ussd_state *, unsigned field);
/* Asks `field` back; guess NULL: what it holds is implausible. */
void ussd_walk_doubt(struct ussd_walk *, int field, const struct value *guess);
struct slice ussd_walk_note(struct ussd_walk *, const char *key, const char *slot, struct slice);
struct slice ussd_walk_error(struct ussd_walk *, const struct field *, enum report_error);
void ussd_walk_no_choice(struct ussd_walk *);

void ussd_field_input(struct ussd_walk *, struct slice);
/* Reads `input` as a value of the field in question. */
void ussd_field_read(struct ussd_walk *, struct slice input);
void ussd_field_count(struct ussd_walk *, struct slice);
/* The answer to one question of a screening. */
void ussd_field_answer(struct ussd_walk *, bool yes);
/* The answer to a doubt. */
void ussd_field_confirm(struct ussd_walk *, bool yes);

#endif
