/* walk.h - one input moves the dialogue: keys, menus, ways into a form, its fields, doubts, the echo.
 *
 * Pure, and knows field types, not forms.  It says what is to be done (`action`); doing it (filing, alarming,
 * commands) is ussd.c's. */
#ifndef KENTONGAN_FLOWS_USSD_WALK_H
#define KENTONGAN_FLOWS_USSD_WALK_H

#include "flows/ussd/move.h"

/* A new dial: offers to go on where a dialogue is unfinished, else begins at the menu; `dial` are inputs
 * dialled along, joined by '*'. */
void ussd_walk_dial(struct ussd_walk *, struct slice dial);
void ussd_walk_input(struct ussd_walk *, struct slice input);

#endif
