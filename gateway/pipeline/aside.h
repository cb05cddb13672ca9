/* aside.h - what goes out past the store, while a message cannot be carried out (SPEC 6).
 *
 * An emergency goes at once, stored or not, and is not said again for each time that its telco tries again.
 * "Kept" is said only if nothing better comes within seconds: most absences of Redis are shorter. Sits
 * between the pipeline and delivery's door for such SMS; loses no more than words: the message itself lies in
 * the spool, or its telco was told to come again. */
#ifndef KENTONGAN_PIPELINE_ASIDE_H
#define KENTONGAN_PIPELINE_ASIDE_H

#include "gateway/loop/loop.h"
#include "gateway/model/inbound.h"
#include "gateway/model/outcome.h"

struct aside;

/* send: an SMS past the store; `via` as outcome_way() has it.  NULL when memory is out. */
struct aside *aside_new(struct loop *, void (*send)(void *arg, struct slice via, const struct sms *),
                        void *arg);
void aside_free(struct aside *);
enum aside_fate {
    ASIDE_KEPT,    /* it lies in the spool */
    ASIDE_PARKED,  /* people must look at it: all is said at once */
    ASIDE_REFUSED, /* its telco tells the sender to try again: only what alarms is said */
};
/* What memory makes of a message (flows/outage.h).  Copies what it needs. */
void aside_say(struct aside *, const struct inbound *, const struct outcome *, enum aside_fate);
/* It was carried out after all: its own answer says more. */
void aside_over(struct aside *, const struct inbound *);

#endif
