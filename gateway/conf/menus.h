/* menus.h - USSD menus by role and the numbered lists of form pages (config/menus/): what may be chosen by a
 * digit, as data.
 *
 * A file of roles: `role` (one, or a list), `language`, `pages`: each page a `title` and `entries` with `say`
 * and one of `form`, `command` (with `typed`, `ask`, `words`, `places`, `then`), `page`, or `rest: forms`
 * (all forms that no entry of the role's first page names).  A file of forms: `forms`, each with `ways` (one
 * entry for each variant that USSD offers), `group` or `group_by`, and `fields`; `groups` of people;
 * `offers`: which words are for whom.  Reads files, knows no session. */
#ifndef KENTONGAN_CONF_MENUS_H
#define KENTONGAN_CONF_MENUS_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"
#include "gateway/model/directory.h"
#include "gateway/model/form.h"

enum {
    MENU_ENTRIES = 40, /* of one page, paged by the dialogue */
};

/* Whom a question or a choice is for (`sex`, `from_months`, `to_months`, `for`): what does not fit is not
 * offered; an SMS may say it all the same.  Nothing set: everybody. */
struct menu_fit {
    struct slice sex;               /* "L" or "P" */
    int64_t from_months, to_months; /* completed, inclusive; to_months 0 = no end */
    struct slice *groups;           /* names under `groups`: one of them will do */
    unsigned groups_n;
    struct mark mark;
};

/* People of one kind (DOMAIN 1.4): "bumil" are women between two ages. */
struct menu_group {
    struct slice name;
    struct menu_fit fit;
};

/* Whom a word of a list is for. */
struct menu_offer {
    const struct word_list *list;
    struct slice code;
    struct menu_fit fit;
};

/* Whom a report is about, as far as it is known. */
struct menu_person {
    struct slice sex;   /* empty: not known */
    int64_t months;     /* -1: not known */
    struct slice group; /* empty: any that sex and age allow */
};

enum menu_places {
    MENU_NO_PLACES,
    MENU_PLACES_UP,       /* the chain above the sender: pustu, puskesmas, rs */
    MENU_PLACES_VILLAGE,  /* the village that the sender sits in */
    MENU_PLACES_VILLAGES, /* all villages of the sender's area */
};

enum menu_target {
    MENU_PAGE,
    MENU_FORM,
    MENU_COMMAND,
};

struct menu_entry {
    struct slice say; /* "Ibu hamil" */
    enum menu_target target;
    struct slice name; /* of the page, form or command ("terima", "tidak_hadir") */
    const struct form *form;
    struct slice typed; /* MENU_COMMAND: what an SMS would say: "TIDAK HADIR" */
    struct slice ask;   /* MENU_COMMAND: what it needs a number for: "Nomor rujukan"; empty = none */
    /* MENU_COMMAND: what stands behind the number, if anything: words or places to choose from, or a question
     * (`then`) that is answered in letters. */
    struct slice *words, then;
    unsigned words_n;
    enum menu_places places;
    struct mark mark;
};

struct menu_page {
    struct slice name, title;
    struct menu_entry *entries;
    unsigned n;
    unsigned parent; /* index of the page that leads here; its own for the first */
    struct mark mark;
};

/* The pages of one role in one language; the first is what a dial shows. */
struct menu {
    enum role role;
    struct slice language;
    struct menu_page *pages;
    unsigned n;
    struct mark mark;
};

/* A way into a form: "Anak baru" is variant 0 of timbang. */
struct menu_way {
    struct slice say;
    unsigned variant; /* index in form->variants */
};

/* One question of a screening. */
struct menu_question {
    struct slice ask, say; /* the page; the echo */
    struct slice *answers; /* the i-th counts i ("0", "1" …); none: yes or no, Y or T */
    unsigned answers_n;
};

/* The questions of a screening, asked one by one: those of word `code` of field `by`. */
struct menu_questions {
    struct slice code;
    struct menu_question *ask;
    unsigned n;
    struct mark mark;
};

/* FIELD_TEXT: the text itself.  FIELD_COUNTS: a code that the list does not have; `alone` says all by itself
 * (nihil). */
struct menu_choice {
    struct slice say, value;
    bool alone;
    struct menu_fit fit;
};

/* How a field is asked, where its definition alone does not say it. */
struct menu_field {
    const struct form *form;
    unsigned field;
    struct menu_fit fit;
    struct menu_choice *choices;
    unsigned choices_n;
    enum menu_places places; /* FIELD_TEXT */
    bool zero_is_none;       /* FIELD_NUMBER: 0 says that there is none, and 000 goes back (SPEC 3) */
    int by;                  /* FIELD_ANSWERS: the field whose word chooses the questions; -1 = none */
    struct menu_questions *questions;
    unsigned questions_n;
    struct mark mark;
};

struct menu_form {
    const struct form *form;
    struct menu_way *ways;
    unsigned ways_n;
    struct slice group; /* whom it is always about; may be empty */
    int group_by;       /* the field whose code names the group; -1 = none */
    struct mark mark;
};

struct menu_set {
    struct menu *menus;
    unsigned menus_n;
    struct menu_form *forms;
    unsigned forms_n;
    struct menu_field *fields;
    unsigned fields_n;
    struct menu_group *groups;
    unsigned groups_n;
    struct menu_offer *offers;
    unsigned offers_n;
};

/* NULL when a fault was added. */
struct menu_set *menus_load(const char *folder, const struct form_set *, struct arena *, struct faults *);

/* Falls back to the role's first language; NULL when the role has no menu. */
const struct menu *menu_for(const struct menu_set *, enum role, struct slice language);
/* NULL when there is none of that name. */
const struct menu_page *menu_page(const struct menu *, struct slice name);
/* NULL: every variant of the form is offered under no name of its own (a fault for forms with several). */
const struct menu_form *menu_form(const struct menu_set *, const struct form *);
/* Some entry of some menu leads to it. */
bool menu_offers_form(const struct menu_set *, const struct form *);
const struct menu_field *menu_field(const struct menu_set *, const struct form *, unsigned field);
/* Is this for her or him?  What is not known of a person excludes nothing. */
bool menu_fits(const struct menu_set *, const struct menu_fit *, const struct menu_person *);
/* The same of a word of a list: by `offers`, and by its own from_months. */
bool menu_offers(const struct menu_set *, const struct word_list *, const struct word *,
                 const struct menu_person *);

#endif
