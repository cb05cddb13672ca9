/* noise.h - the breaker against two robots answering each other (an operator's auto-reply, a phone with an
 * answering app, another machine whose answers read as commands): messages that change nothing are answered a
 * few times, then no more for a while.
 *
 * Pure.  Two counts: what nobody understood, and what was understood but only asked for an answer (BANTUAN,
 * STATUS, the same words asked back again).  It takes back the answer alone, never what was done; a report, a
 * completed draft, an emergency and the questions about an E1 are always answered.  Sits behind the dispatch
 * of flow.c: it sees the outcome as it would go out. */
#ifndef KENTONGAN_FLOWS_TALK_NOISE_H
#define KENTONGAN_FLOWS_TALK_NOISE_H

#include "flows/step/step.h"

/* Counts the message if it changed nothing, and takes its answer back (reason `robot`) or makes it the last
 * one, by the rows noise_* and asks_* of config/rules/.  Anything understood ends the first count, anything
 * that is filed the second. */
void noise_judge(struct step *);

#endif
