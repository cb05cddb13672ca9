/* office.h - what staff order at a screen and no SMS can say: JSON of the console and of ctl, as an inbound
 * of kind staff, {"do":"temuan",…}.
 *
 * Pure.  Who may ask is the asker's to know (gateway/console/routes.c); the answer is the screen's. */
#ifndef KENTONGAN_FLOWS_TALK_OFFICE_H
#define KENTONGAN_FLOWS_TALK_OFFICE_H

#include "flows/step/step.h"

bool office_is(const struct inbound *);
/* Names what it is about. */
void office_subjects(const struct inbound *, struct arena *, struct intent *);
void office_step(struct step *);

#endif
