/* commands.h - the table of command words (SPEC 2.3).  Private to flows/understand*.c. */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_COMMANDS_H
#define KENTONGAN_FLOWS_UNDERSTAND_COMMANDS_H

#include "flows/understand/understanding.h"

enum command_needs {
    COMMAND_NEEDS_NUMBER,   /* a number must follow */
    COMMAND_NEEDS_MAY,      /* alone or with a number: YA, TIDAK, BARU */
    COMMAND_NEEDS_ARGUMENT, /* whatever follows is its argument */
};

struct command_word {
    const char *word; /* upper case */
    unsigned n;       /* its letters */
    enum command_kind kind;
    enum command_needs needs;
    bool everyday;      /* people say it in other senses: RULINGS 44 */
    bool takes_words;   /* `[words]` of SPEC 2.3 */
    bool only_numbered; /* an answer like any other without a number */
    bool exact;         /* one edit makes it of an ordinary word: `alat` */
};

extern const struct command_word command_words[];
extern const unsigned command_words_n;

const struct command_word *command_by_word(struct slice upper);
/* The same in whatever case and with whatever beside it: `benar,`. */
const struct command_word *command_said(struct slice word, struct arena *);

#endif
