/* page.h - what a USSD page offers and how it looks: numbered options, notes, the way back, 98 for more.
 *
 * Pure.  Made from the form's definition, the menus and the catalogue; never longer than 182 septets. Decides
 * nothing: the walk asks it which option a digit stands for, so that page and answer cannot differ. */
#ifndef KENTONGAN_FLOWS_USSD_PAGE_H
#define KENTONGAN_FLOWS_USSD_PAGE_H

#include "flows/ussd/state.h"
#include "gateway/conf/texts.h"

enum {
    USSD_SEPTETS = 182,
    USSD_OPTIONS = 90, /* 98 and 99 mean something else */
    USSD_NOTE = 60,    /* longest note above a page */
    USSD_DRAFTS = 3,   /* so many are offered, the newest */
};

struct ussd_context {
    const struct ruleset *rules;
    const struct person *person;
    const struct menu *menu;
    struct slice language;
    const struct sender_state *drafts; /* open questions of hers, offered on the first page; may be NULL */
    int64_t now_ms;
    struct arena *arena;
};

enum ussd_option_kind {
    OPTION_VALUE,  /* `value` is what understand_field() reads */
    OPTION_ENTRY,  /* of a menu page: `at` */
    OPTION_WAY,    /* of a form: variant `at` */
    OPTION_SMS,    /* the rest by SMS */
    OPTION_DRAFT,  /* goes on with her draft `at` */
    OPTION_NUMBER, /* by the variant `at` that asks for a number */
    OPTION_YES,
    OPTION_NO,
};

struct ussd_option {
    enum ussd_option_kind kind;
    struct slice say, value;
    unsigned at;
};

/* Option i is chosen by the digits i + 1. */
struct ussd_options {
    struct ussd_option option[USSD_OPTIONS];
    unsigned n;
};

/* What a page is made of; `sub` turns it.  Also for the check at load. */
struct ussd_page {
    struct slice note, head;
    struct slice line[USSD_OPTIONS + 2];
    unsigned n;
    struct slice foot; /* "0 Kembali"; empty = none */
};

void ussd_options(const struct ussd_context *, const struct ussd_state *, struct ussd_options *out);
/* The menu page that the state stands on (the first when the name is gone). */
const struct menu_page *ussd_menu_page(const struct ussd_context *, const struct ussd_state *);
/* The command entry that USSD_NUMBER and USSD_WORDS are about; NULL when the menu no longer has it. */
const struct menu_entry *ussd_command(const struct ussd_context *, const struct ussd_state *);

/* The questions that stand for the field in question, by what was answered before; NULL: it is asked as a
 * whole. */
const struct menu_questions *ussd_questions(const struct ruleset *, const struct ussd_state *);
/* Asked by digits that are a value, not a choice. */
bool ussd_numeric(enum field_type);
/* "0" leaves an optional number out. */
bool ussd_zero_skips(const struct form *, unsigned variant, unsigned field);
/* "999" does, where 0 is a value: no optional number is so large. */
bool ussd_999_skips(const struct form *, unsigned variant, unsigned field);
/* "0" is an answer here (none, or a zero), so that 000 goes back. */
bool ussd_zero_answers(const struct form *, unsigned variant, unsigned field);
bool ussd_required(const struct form *, unsigned variant, unsigned field);
/* 99 ends a list or leaves an optional text out. */
bool ussd_has_99(const struct ussd_state *);

void ussd_page_make(const struct ussd_context *, const struct ussd_state *, struct slice note,
                    struct ussd_page *out);
/* The page as the caller sees it: cut into turns of at most 182 septets, turn `sub` (modulo their number). */
struct slice ussd_page_render(const struct ussd_page *, unsigned sub, struct slice more, struct arena *);
/* Makes and renders. */
struct slice ussd_page_text(const struct ussd_context *, const struct ussd_state *, struct slice note);

/* Text `key` with up to two slots (NULL = none). */
struct slice ussd_text(const struct ussd_context *, const char *key, const char *slot, struct slice value);
/* "BB 9,2kg": one value as the echo says it. */
struct slice ussd_say(const struct ussd_context *, const struct form *, unsigned field, const struct value *);

#endif
