/* outage.h - Redis is away, or the message was parked: what can be said and sent at once from memory (SPEC
 * 6).
 *
 * Pure.  Makes no record and takes no number: the message itself lies in the spool and is carried out whole
 * when Redis is back, or waits among the parked ones for people.  An emergency does not wait for that: the
 * staff get the words as they were typed. */
#ifndef KENTONGAN_FLOWS_OUTAGE_H
#define KENTONGAN_FLOWS_OUTAGE_H

#include "flows/flow.h"

enum outage {
    OUTAGE_REDIS,  /* it will be carried out by itself */
    OUTAGE_PARKED, /* people must look at it */
};

/* Fills only out->sms and out->screen: the answer to the sender and, for an E1 report or a RUJUK, one SMS to
 * each of the staff who would have had it.  *out is empty: outcome_new().
 *
 * *keep is what the spool should hold: the message itself, `urgent` when it goes before others once Redis is
 * back (an emergency, a referral, a case notification of klaster 4).  Of USSD that is only an emergency, as
 * the dialogue that said it (who->session as far as it is remembered); otherwise keep->provider is empty: the
 * caller dials again. */
enum step_rc flow_outage(const struct ruleset *, const struct sender *, const struct inbound *, enum outage,
                         int64_t now_ms, struct arena *, struct outcome *out,
                         struct inbound *keep) MUST_CHECK;

#endif
