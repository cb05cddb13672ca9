/* options.h - which digit of a page stands for what.
 *
 * Pure.  Made from the form's definition, the menus and whom the report is about; page and answer ask here
 * alike, so that they cannot differ. */
#ifndef KENTONGAN_FLOWS_USSD_OPTIONS_H
#define KENTONGAN_FLOWS_USSD_OPTIONS_H

#include "flows/ussd/dialogue.h"

enum {
    USSD_OPTIONS = 90, /* 98 and 99 mean something else */
    USSD_DRAFTS = 3,   /* so many are offered, the newest */
};

enum ussd_option_kind {
    OPTION_VALUE,  /* `value` is what understand_field() reads */
    OPTION_CHOSEN, /* `value` is in the list already: taken out, or its count asked again */
    OPTION_ALONE,  /* `value` without a count is the whole list */
    OPTION_ANSWER, /* to a question of a screening: the letter or digit `value` */
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
    struct ussd_option option[USSD_OPTIONS + 1]; /* the last takes what is too many */
    unsigned n;
};

/* What may be chosen where the dialogue stands; NULL when the arena is full. */
const struct ussd_options *ussd_options(const struct ussd_context *, const struct ussd_state *);

#endif
