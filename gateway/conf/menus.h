/* menus.h - USSD menus by role and the numbered lists of form pages (config/menus/): what may be chosen by a
 * digit, as data.
 *
 * A file of a role: `role`, `language`, `pages`: each page a `title` and `entries` with `say` and one of
 * `form`, `command` (with `needs`, `words`), `page`, or `rest: forms` (all forms that no entry of the role's
 * first page names).  A file of forms: `forms`, each with `ways` (one entry for each variant that USSD
 * offers) and `fields`
 * (`choices` or `places` for a text that can be given by number; `by` and `questions` for answers that are
 * asked one by one).  Reads files, knows no session. */
#ifndef KENTONGAN_CONF_MENUS_H
#define KENTONGAN_CONF_MENUS_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"
#include "gateway/model/directory.h"
#include "gateway/model/form.h"

enum {
    MENU_ENTRIES = 40, /* of one page, paged by the dialogue */
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
    struct slice typed;  /* MENU_COMMAND: what an SMS would say: "TIDAK HADIR" */
    struct slice ask;    /* MENU_COMMAND: what it needs a number for: "Nomor rujukan"; empty = none */
    struct slice *words; /* MENU_COMMAND: words to choose from behind the number; may be empty */
    unsigned words_n;
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

enum menu_places {
    MENU_NO_PLACES,
    MENU_PLACES_UP,      /* the chain above the sender: pustu, puskesmas, rs */
    MENU_PLACES_VILLAGE, /* the village that the sender sits in */
};

/* The questions of a screening, asked one by one: those of word `code` of field `by`. */
struct menu_questions {
    struct slice code;
    struct slice *texts;
    unsigned n;
    struct mark mark;
};

struct menu_field {
    const struct form *form;
    unsigned field;
    struct slice *choices;
    unsigned choices_n;
    enum menu_places places;
    int by; /* the field whose word chooses the questions; -1 = none */
    struct menu_questions *questions;
    unsigned questions_n;
};

struct menu_form {
    const struct form *form;
    struct menu_way *ways;
    unsigned ways_n;
    struct mark mark;
};

struct menu_set {
    struct menu *menus;
    unsigned menus_n;
    struct menu_form *forms;
    unsigned forms_n;
    struct menu_field *fields;
    unsigned fields_n;
};

/* NULL when a fault was added. */
struct menu_set *menus_load(const char *folder, const struct form_set *, struct arena *, struct faults *);

/* Falls back to the role's first language; NULL when the role has no menu. */
const struct menu *menu_for(const struct menu_set *, enum role, struct slice language);
/* NULL when there is none of that name. */
const struct menu_page *menu_page(const struct menu *, struct slice name);
/* NULL: every variant of the form is offered under no name of its own (a fault for forms with several). */
const struct menu_form *menu_form(const struct menu_set *, const struct form *);
const struct menu_field *menu_field(const struct menu_set *, const struct form *, unsigned field);

#endif
