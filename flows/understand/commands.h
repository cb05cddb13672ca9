/* commands.h - the table of command words (SPEC 2.3).  Private to flows/understand*.c. */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_COMMANDS_H
#define KENTONGAN_FLOWS_UNDERSTAND_COMMANDS_H

#include "flows/understand/understanding.h"

enum command_needs {
    COMMAND_NEEDS_NUMBER,  /* a number must follow */
    COMMAND_MAY_NUMBER,    /* alone or with a number: YA, TIDAK, BARU */
    COMMAND_NEEDS_NOTHING, /* whatever follows is its argument */
};

struct command_word {
    const char *word; /* upper case */
    unsigned n;       /* its letters */
    enum command_kind kind;
    enum command_needs needs;
};

extern const struct command_word command_words[];
extern const unsigned command_words_n;

const struct command_word *command_by_word(struct slice upper);

#endif
