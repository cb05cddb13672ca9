/* roles.h - who may report and command what (SPEC 2.3), and the short refusal, once a day.
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_STEP_ROLES_H
#define KENTONGAN_FLOWS_STEP_ROLES_H

#include "flows/step/step.h"

bool roles_may_report(enum role, const struct form *);
/* p NULL: someone who is not registered. */
bool roles_may_command(const struct person *p, enum command_kind);
/* Says no, at most once a day. */
/* What somebody who is not (yet) registered hears: the key of a text. */
struct slice roles_stranger(struct step *);
void roles_refuse(struct step *);
/* The person works above the reporter's place: staff of her chain. */
bool roles_chain(const struct step *, const struct person *, struct slice posting);

#endif
