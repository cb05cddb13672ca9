/* state.h - where a USSD dialogue stands, and its blob (SUBJECT_SESSION): one small JSON object with
 * "v":1 first.
 *
 * Pure.  Pages, forms and fields are kept by name, so that a reload of the menus or forms never turns an
 * answer into that of another field: what is no longer there is forgotten, and the person begins at the
 * menu.  Sits under the walk; decides nothing. */
#ifndef KENTONGAN_FLOWS_USSD_STATE_H
#define KENTONGAN_FLOWS_USSD_STATE_H

#include "gateway/base/arena.h"
#include "gateway/conf/menus.h"
#include "gateway/model/ruleset.h"

enum ussd_place {
    USSD_MENU,     /* no dialogue yet: a menu page */
    USSD_WAY,      /* which variant of the form */
    USSD_FIELD,    /* asks for `field` */
    USSD_QUESTION, /* FIELD_ANSWERS: one question; `item` has the answers so far */
    USSD_COUNT,    /* FIELD_COUNTS: how many of `item` */
    USSD_UNIT,     /* FIELD_AGE: `item` has the number, the unit is asked */
    USSD_DOUBT,    /* `guess`, or what is in the field already, is asked back */
    USSD_ECHO,     /* all values; 1 sends */
    USSD_ASKED,    /* filed as a draft: `question` is open; 1 is YA, 2 is `command` */
    USSD_NUMBER,   /* a command's number */
    USSD_WORDS,    /* a command's words */
    USSD_DONE,     /* ended: the page is kept for a repeat */
    USSD_PLACES,
};

/* What stands over an unfinished dialogue. */
enum ussd_over {
    USSD_NOTHING_OVER,
    USSD_ASK_OVER,  /* 1 Lanjut 2 Mulai baru */
    USSD_MENU_OVER, /* the menu after 00: 9 goes on */
};

struct ussd_state {
    struct slice session; /* the provider's id of the session last answered */
    unsigned step;        /* the step last answered; 0 = the provider tells none */
    struct slice page;    /* what was answered */
    bool ended;           /* it was an END */
    int64_t at_ms;        /* when */
    enum ussd_place place;
    enum ussd_over over;
    struct slice menu; /* the menu page */
    unsigned sub;      /* how often 98 was pressed here */
    struct slice dial; /* inputs dialled along while 1 Lanjut 2 Mulai baru is asked */
    const struct form *form;
    unsigned variant;
    int field;                        /* in question; -1 = none */
    struct value values[FORM_FIELDS]; /* by field index */
    uint32_t skipped;                 /* bit by field index: asked, and nothing to say */
    uint32_t sure;                    /* bit by field index: the person confirmed what looked doubtful */
    uint32_t filled;        /* bit by field index: its missing decimal mark was filled in (SPEC 3) */
    struct value guess;     /* USSD_DOUBT: asked back; USSD_FIELD: put aside by 0, comes back by another */
    struct slice item;      /* USSD_COUNT: the code; USSD_UNIT: the number typed */
    struct slice who;       /* whose number was typed: "Siti Aminah" … */
    struct slice sex, born; /* … "P", "2025-09-01" */
    struct slice command;   /* USSD_NUMBER, USSD_WORDS: the entry's name */
    struct slice question;  /* USSD_ASKED */
    struct slice nomor;     /* USSD_WORDS: the number typed; forms: of the draft that holds this report */
    bool alarmed;           /* staff were told of it */
    bool timed;             /* its timer is set */
};

/* False when there is none, it is broken or of another version: *out is then an empty state at the menu. */
bool ussd_state_decode(const struct ruleset *, struct slice blob, struct arena *, struct ussd_state *out);
/* Empty when the arena is full. */
struct slice ussd_state_encode(const struct ussd_state *, struct arena *);
/* Nothing begun: the menu's first page.  Keeps session, step and page. */
void ussd_state_clear(struct ussd_state *);
/* A dialogue is under way that somebody may want to go on with. */
bool ussd_state_unfinished(const struct ussd_state *);
/* Asked and answered, or skipped. */
bool ussd_state_answered(const struct ussd_state *, unsigned field);

#endif
