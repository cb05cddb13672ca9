/* dialogue.h - what a place in a USSD dialogue is: which keys work there, who it is about, what it asks.
 *
 * Pure.  The rule for keys stands here alone, for every page: 0 goes back (000 where 0 is an answer), 00 to
 * the first page, 98 shows more, 99 ends a list, 999 leaves out what may be left out.  Sits under options,
 * page and walk. */
#ifndef KENTONGAN_FLOWS_USSD_DIALOGUE_H
#define KENTONGAN_FLOWS_USSD_DIALOGUE_H

#include "flows/understand/understanding.h"
#include "flows/ussd/state.h"
#include "gateway/conf/texts.h"

enum {
    USSD_SEPTETS = 182,
    USSD_NOTE = 60, /* longest note above a page, in septets */
};

struct ussd_context {
    const struct ruleset *rules;
    const struct person *person;
    const struct menu *menu;
    struct slice language;
    const struct sender_state *drafts; /* open questions of hers, offered on the first page; may be NULL */
    int64_t now_ms;
    int64_t drawn_ms; /* when the page that is asked about was, or is, drawn: its "today" */
    struct arena *arena;
};

enum ussd_key {
    USSD_KEY_NONE, /* an answer */
    USSD_KEY_BACK,
    USSD_KEY_FIRST,
    USSD_KEY_MORE,
    USSD_KEY_GO_ON, /* 9 on the menu after 00 */
    USSD_KEY_SKIP,
    USSD_KEY_END, /* of a list */
};

/* What an input means where the dialogue stands. */
enum ussd_key ussd_key(const struct ruleset *, const struct ussd_state *, struct slice input);
/* 0 is an answer here: none, or a number that may be 0.  000 goes back. */
bool ussd_zero_answers(const struct ruleset *, const struct ussd_state *);
/* This number says by 0 that there is none (`zero_is_none`). */
bool ussd_zero_skips(const struct ruleset *, const struct ussd_state *);
/* What is asked may be left out. */
bool ussd_may_skip(const struct ussd_state *);
/* A list that holds something: 99 ends it. */
bool ussd_may_end(const struct ussd_state *);
/* Asked by digits that are a value, not a choice. */
bool ussd_numeric(enum field_type);
bool ussd_required(const struct form *, unsigned variant, unsigned field);

/* The page asks for signs or reasons itself, or for why somebody died: danger in letters is its answer. */
bool ussd_asks_why(const struct ruleset *, const struct ussd_state *);

/* Whom the report in hand is about, as far as it was said. */
struct menu_person ussd_about(const struct ussd_context *, const struct ussd_state *);
/* This field is asked: of this person, by USSD. */
bool ussd_asks(const struct ussd_context *, const struct ussd_state *, unsigned field);

/* The menu page that the state stands on (the first when the name is gone). */
const struct menu_page *ussd_menu_page(const struct ussd_context *, const struct ussd_state *);
/* The command entry that USSD_NUMBER and USSD_WORDS are about; NULL when the menu no longer has it. */
const struct menu_entry *ussd_command(const struct ussd_context *, const struct ussd_state *);
/* Words, a place or a text stand behind the command's number. */
bool ussd_has_words(const struct menu_entry *);
/* The questions that stand for `field`, by what was answered before; NULL: it is asked as a whole. */
const struct menu_questions *ussd_questions(const struct ruleset *, const struct ussd_state *, int field);

/* Text `key` with a slot (NULL = none). */
struct slice ussd_text(const struct ussd_context *, const char *key, const char *slot, struct slice value);
/* "BB 9,2kg": one value as the echo says it. */
struct slice ussd_say(const struct ussd_context *, const struct form *, unsigned field, const struct value *);
/* Which command an entry of a menu is, by its name: COMMAND_NONE when there is none. */
enum command_kind ussd_command_kind(struct slice name);

#endif
