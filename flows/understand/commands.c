/* commands.c - the words of commands.  See commands.h. */
#include "flows/understand/commands.h"

#include "flows/understand/understanding.h"
#include "parsers/text.h"

const struct command_word command_words[] = {
#define EVERYDAY .everyday = true
#define RARE     .everyday = false
#define WORDS    .takes_words = true
#define NUMBERED .only_numbered = true
#define EXACT    .exact = true
#define WORD(word, id, needs, ...)                                                                           \
    { #word, sizeof #word - 1, COMMAND_##id, COMMAND_NEEDS_##needs, __VA_ARGS__ },
#include "flows/understand/commands.def"
};

const unsigned command_words_n = sizeof command_words / sizeof *command_words;

const struct command_word *command_by_word(struct slice upper)
{
    for (unsigned i = 0; i < command_words_n; i++)
        if (slice_eq(upper, slice_make(command_words[i].word, command_words[i].n)))
            return &command_words[i];
    return NULL;
}

const struct command_word *command_said(struct slice word, struct arena *a)
{
    char *upper = arena_raw(a, word.n + 1);
    size_t n = 0;

    for (size_t i = 0; upper && i < word.n; i++)
        if (text_is_letter(word.p[i]))
            upper[n++] = (char)(word.p[i] & ~0x20);
    return upper ? command_by_word(slice_make(upper, n)) : NULL;
}

const char *command_name(enum command_kind kind)
{
    static const char *const names[COMMANDS] = {
        [COMMAND_NONE] = "",
#define COMMAND(id, name, who, open, argument, does, run) [COMMAND_##id] = name,
#include "flows/understand/commands.def"
    };

    return (unsigned)kind < COMMANDS ? names[kind] : "?";
}

bool command_acts(enum command_kind kind)
{
#define ASKS false
#define ACTS true
    static const bool acts[COMMANDS] = {
#define COMMAND(id, name, who, open, argument, does, run) [COMMAND_##id] = does,
#include "flows/understand/commands.def"
    };
#undef ASKS
#undef ACTS

    return (unsigned)kind < COMMANDS && acts[kind];
}
