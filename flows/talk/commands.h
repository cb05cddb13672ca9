/* commands.h - the table of commands: who may say one, which subjects it needs, who carries it out
 * (SPEC 2.3).
 *
 * Pure. */
#ifndef KENTONGAN_FLOWS_TALK_COMMANDS_H
#define KENTONGAN_FLOWS_TALK_COMMANDS_H

#include "flows/step/step.h"

/* Subjects that the command is about. */
bool commands_subjects(const struct command *, struct intent *);
void commands_run(struct step *, const struct command *);

#endif
