/* sms.h - an SMS: reports, a command, an answer to an open question, or nothing that is known.
 *
 * Pure.  flow.c hands over every INBOUND_SMS and INBOUND_STAFF, and what a USSD page said as a command. */
#ifndef KENTONGAN_FLOWS_TALK_SMS_H
#define KENTONGAN_FLOWS_TALK_SMS_H

#include "flows/step/step.h"

/* The contract of flow_read.  out->reading is there, empty. */
enum read_rc sms_read(const struct ruleset *, const struct sender *, const struct inbound *, int64_t now_ms,
                      struct arena *, struct intent *out) MUST_CHECK;
/* Decides about one part of it: step->reading. */
void sms_step(struct step *);

#endif
