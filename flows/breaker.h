/* breaker.h - two robots that answer each other come to an end: a number that sends nothing but what is not
 * understood is told once that it is not answered for a while (config/rules/robots.yaml).
 *
 * Pure.  Never silences an accepted report, a carried out command or an emergency. */
#ifndef KENTONGAN_FLOWS_BREAKER_H
#define KENTONGAN_FLOWS_BREAKER_H

#include "flows/step.h"

/* After a step on an SMS: counts, and takes the answer back when there were too many. */
void breaker_judge(struct step *);

#endif
