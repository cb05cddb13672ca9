/* field.h - the input of a page that asks for a field of the form, by the field's type.
 *
 * Pure.  Sits over move, under walk. */
#ifndef KENTONGAN_FLOWS_USSD_FIELD_H
#define KENTONGAN_FLOWS_USSD_FIELD_H

#include "flows/ussd/move.h"

void ussd_field_input(struct ussd_walk *, struct slice);
/* Reads `input` as a value of the field in question. */
void ussd_field_read(struct ussd_walk *, struct slice input);
void ussd_field_count(struct ussd_walk *, struct slice);
/* The answer to one question of a screening: a letter or digit. */
void ussd_field_answer(struct ussd_walk *, struct slice answer);
/* The answer to a doubt. */
void ussd_field_confirm(struct ussd_walk *, bool yes);

#endif
