/* noise.h - the breaker against two robots answering each other (an operator's auto-reply, a phone with an
 * answering app): messages that change nothing are answered a few times, then no more for a while.
 *
 * Pure.  It must never touch what was understood: a report, the answer to a question, a command, an
 * emergency are always answered.  Sits behind the dispatch of flow.c: it sees the outcome as it would go out.
 */
#ifndef KENTONGAN_FLOWS_NOISE_H
#define KENTONGAN_FLOWS_NOISE_H

#include "flows/step.h"

/* Counts the message if it changed nothing, and takes its answer back (reason `robot`) or makes it the last
 * one, by the rows noise_* of config/rules/.  Anything understood ends the count. */
void noise_judge(struct step *);

#endif
