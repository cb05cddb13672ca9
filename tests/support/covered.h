/* covered.h - what the dialogue scripts have gone through: forms and their ways, commands and who may not say
 * them, errors, repairs, texts.  What there is to go through comes from the configuration, the tables of the
 * code and the labelled messages, so that a new form, command, error or text asks for its script.
 *
 * One count for the whole program. */
#ifndef KENTONGAN_TESTS_SUPPORT_COVERED_H
#define KENTONGAN_TESTS_SUPPORT_COVERED_H

#include "tests/support/mem_store.h"

void covered_begin(const struct ruleset *);
/* Around each SMS of a script. */
void covered_before(struct mem_store *, const char *from, const char *text);
void covered_after(struct mem_store *, const char *from);
/* When a script is over. */
void covered_script(const struct mem_store *);
/* What stands on a screen now: of staff at the console. */
void covered_screen(const struct mem_store *);
/* Tells what has no script; how many there are. */
unsigned covered_missing(void);
void covered_free(void);

#endif
