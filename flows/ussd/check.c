/* check.c - proves the USSD dialogue when a configuration is loaded.  See ussd.h.
 *
 * Pure.  Builds each page by the same code that a caller meets, at its longest fill. */
#include <string.h>

#include "flows/step/roles.h"
#include "flows/understand/understanding.h"
#include "flows/ussd/ussd.h"
#include "flows/ussd/page.h"

enum {
    CHECK_MEMORY = 8 << 20
};

/* Whatever the dialogue says, in each menu's language. */
static const char *const texts[] = {
#define CLOCK(id)
#define FIGURE(id)
#define TEXT(key) key,
#include "flows/needs.def"
#undef CLOCK
#undef FIGURE
#undef TEXT
};

struct check {
    struct ussd_context c;
    struct ussd_state state;
    struct ussd_page page;
    struct faults *faults;
};

/* --- pages --- */

static void check_letters(struct check *k, struct slice s, struct mark at)
{
    for (size_t i = 0; i < s.n; i++)
        if (!text_is_safe(s.p[i])) {
            fault_add(
                k->faults, at,
                "\"%.*s\" has a letter that not every phone shows: use letters, digits and simple signs",
                SLICE_ARG(s));
            return;
        }
}

/* The page of k->state, with the longest note above it and 98 below it. */
static void check_page(struct check *k, struct mark at, const char *what)
{
    struct slice more = ussd_text(&k->c, "ussd.lagi", NULL, S(""));
    size_t longest = 0, fixed;

    ussd_page_make(&k->c, &k->state, S(""), &k->page);
    for (unsigned i = 0; i < k->page.n; i++)
        longest = k->page.line[i].n > longest ? k->page.line[i].n : longest;
    fixed = USSD_NOTE + 1 + k->page.head.n + 1 + more.n + 1 + k->page.foot.n;
    if (fixed + longest + 1 > USSD_SEPTETS)
        fault_add(
            k->faults, at,
            "USSD page of %s: %zu septets at its longest, %d fit: shorten its question or its longest line",
            what, fixed + longest + 1, USSD_SEPTETS);
    check_letters(k, k->page.head, at);
    for (unsigned i = 0; i < k->page.n; i++)
        check_letters(k, k->page.line[i], at);
    if (k->page.n >= USSD_OPTIONS)
        fault_add(k->faults, at, "USSD page of %s: more than %d choices", what, USSD_OPTIONS);
}

static void begin(struct check *k, enum ussd_place place)
{
    k->state = (struct ussd_state){ .place = place, .field = -1 };
    arena_reset(k->c.arena);
}

/* --- menus --- */

static void check_entry(struct check *k, const struct menu_entry *e)
{
    const struct person anyone = { .role = k->c.menu->role, .active = true };
    enum command_kind command = ussd_command_kind(e->name);

    if (e->target != MENU_COMMAND)
        return;
    if (command == COMMAND_NONE)
        fault_add(k->faults, e->mark, "there is no command \"%.*s\"", SLICE_ARG(e->name));
    else if (!roles_may_command(&anyone, command))
        fault_add(k->faults, e->mark, "%s may not say \"%.*s\": remove the entry", role_name(anyone.role),
                  SLICE_ARG(e->name));
    begin(k, USSD_NUMBER);
    k->state.command = e->name;
    if (e->ask.n)
        check_page(k, e->mark, "this command");
    if (!ussd_has_words(e))
        return;
    begin(k, USSD_WORDS);
    k->state.command = e->name;
    k->state.nomor = S("1234567890");
    check_page(k, e->mark, "this command's words");
}

/* A dialogue remembers a command by its name. */
static void check_once(struct check *k, const struct menu *m, const struct menu_entry *e)
{
    for (unsigned p = 0; p < m->n; p++)
        for (unsigned i = 0; i < m->pages[p].n; i++) {
            const struct menu_entry *x = &m->pages[p].entries[i];

            if (x == e)
                return;
            if (x->target == MENU_COMMAND && e->target == MENU_COMMAND && slice_eq(x->name, e->name)) {
                fault_add(k->faults, e->mark, "\"%.*s\" stands twice in this menu", SLICE_ARG(e->name));
                return;
            }
        }
}

/* Marks every page that can be come to from `page`. */
static void reach(const struct menu *m, unsigned page, bool *reached)
{
    if (reached[page])
        return;
    reached[page] = true;
    for (unsigned i = 0; i < m->pages[page].n; i++) {
        const struct menu_entry *e = &m->pages[page].entries[i];
        const struct menu_page *to = e->target == MENU_PAGE ? menu_page(m, e->name) : NULL;

        if (to)
            reach(m, (unsigned)(to - m->pages), reached);
    }
}

static void check_menu(struct check *k, const struct menu *m)
{
    bool reached[64] = { false };

    k->c.menu = m;
    k->c.language = m->language;
    if (m->n > 64) {
        fault_add(k->faults, m->mark, "more than 64 pages in one menu");
        return;
    }
    reach(m, 0, reached);
    for (unsigned i = 0; i < m->n; i++) {
        const struct menu_page *p = &m->pages[i];

        if (!reached[i])
            fault_add(k->faults, p->mark, "nothing leads to page \"%.*s\": add an entry or remove it",
                      SLICE_ARG(p->name));
        if (p->n == 0)
            fault_add(k->faults, p->mark, "page \"%.*s\" leads nowhere", SLICE_ARG(p->name));
        begin(k, USSD_MENU);
        k->state.menu = p->name;
        check_page(k, p->mark, "this menu");
        for (unsigned e = 0; e < p->n; e++) {
            check_entry(k, &p->entries[e]);
            check_once(k, m, &p->entries[e]);
        }
    }
}

/* --- forms --- */

/* What 999 leaves out, and what 0 says, must be no value of the field. */
static void check_keys(struct check *k, const struct form *f, unsigned variant, unsigned field)
{
    const struct field *x = &f->fields[field];
    const struct menu_field *mf = menu_field(k->c.rules->menus, f, field);
    int64_t max = x->plausible_max ? x->plausible_max : x->max;
    bool optional = !ussd_required(f, variant, field);

    if (x->type == FIELD_NUMBER && optional && max >= 999 * 1000)
        fault_add(k->faults, x->mark,
                  "999 leaves \"%.*s\" out by USSD, so it may not be a plausible value: lower its max",
                  SLICE_ARG(x->name));
    if (mf && mf->zero_is_none && !optional)
        fault_add(k->faults, mf->mark, "\"zero_is_none\": %.*s must be given", SLICE_ARG(x->name));
}

/* Where a number is asked 98 is a number: the page cannot be turned. */
static void check_one_turn(struct check *k, struct mark at)
{
    size_t all = USSD_NOTE + 1 + k->page.head.n + 1 + k->page.foot.n;

    for (unsigned i = 0; i < k->page.n; i++)
        all += k->page.line[i].n + 1;
    if (all > USSD_SEPTETS)
        fault_add(k->faults, at,
                  "USSD page of this number: %zu septets at its longest, %d fit: shorten its question", all,
                  USSD_SEPTETS);
}

static void check_field(struct check *k, const struct form *f, unsigned variant, unsigned field)
{
    const struct field *x = &f->fields[field];

    if (x->hidden)
        return;
    if (x->ask.n == 0) {
        if (ussd_required(f, variant, field))
            fault_add(k->faults, x->mark, "%.*s must be given, but has no \"ask\": USSD cannot ask for it",
                      SLICE_ARG(x->name));
        return;
    }
    begin(k, USSD_FIELD);
    k->state.form = f;
    k->state.variant = variant;
    k->state.field = (int)field;
    check_page(k, x->mark, "this field");
    check_keys(k, f, variant, field);
    if (ussd_numeric(x->type))
        check_one_turn(k, x->mark);
    if (x->type == FIELD_AGE) {
        k->state.place = USSD_UNIT;
        k->state.item = S("12345678");
        check_page(k, x->mark, "this field's unit");
    }
    k->state.place = USSD_DOUBT;
    k->state.values[field] = value_number(x->max);
    check_page(k, x->mark, "this field's doubt");
}

/* Each question on its page, and as many as the list says. */
static void check_questions(struct check *k, const struct menu_field *mf)
{
    const struct form *f = mf->form;

    for (unsigned i = 0; i < mf->questions_n; i++) {
        const struct menu_questions *q = &mf->questions[i];
        const struct word *word = word_by_code(f->fields[mf->by].list, q->code);

        if (word && q->n != word->questions[0] && q->n != word->questions[1])
            fault_add(k->faults, q->mark, "%u questions, but \"%.*s\" takes %u answers", q->n,
                      SLICE_ARG(q->code), word->questions[0]);
        begin(k, USSD_QUESTION);
        k->state.form = f;
        k->state.field = (int)mf->field;
        k->state.values[mf->by] = value_text(q->code);
        for (unsigned n = 0; n < q->n; n++) {
            k->state.item = slice_make("YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY", n < 40 ? n : 39);
            check_page(k, q->mark, "this question");
        }
    }
}

static void check_form(struct check *k, const struct form *f)
{
    const struct menu_form *mf = menu_form(k->c.rules->menus, f);

    if (f->variants_n > 1 && (!mf || mf->ways_n == 0)) {
        fault_add(k->faults, f->mark,
                  "%.*s can be filled in %u ways, but the menus folder names none under forms: %.*s: ways",
                  SLICE_ARG(f->name), f->variants_n, SLICE_ARG(f->name));
        return;
    }
    begin(k, USSD_WAY);
    k->state.form = f;
    if (mf && mf->ways_n > 1)
        check_page(k, mf->mark, "these ways");
    for (unsigned w = 0; w < (mf && mf->ways_n ? mf->ways_n : 1); w++) {
        unsigned v = mf && mf->ways_n ? mf->ways[w].variant : 0;

        for (unsigned i = 0; v < f->variants_n && i < f->variants[v].uses_n; i++)
            check_field(k, f, v, f->variants[v].uses[i]);
    }
    for (unsigned i = 0; i < k->c.rules->menus->fields_n; i++)
        if (k->c.rules->menus->fields[i].form == f)
            check_questions(k, &k->c.rules->menus->fields[i]);
    begin(k, USSD_MENU);
    k->state.form = f;
    k->state.place = USSD_FIELD;
    k->state.over = USSD_ASK_OVER;
    check_page(k, f->mark, "1 Lanjut 2 Mulai baru");
}

static void check_texts(struct check *k, const struct menu *m)
{
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
        if (slice_starts(slice_of(texts[i]), "ussd.") &&
            !text_exists(k->c.rules->texts, m->language, texts[i]))
            fault_add(k->faults, m->mark, "the catalogue \"%.*s\" has no text \"%s\"", SLICE_ARG(m->language),
                      texts[i]);
}

void ussd_check(const struct ruleset *rs, struct faults *faults)
{
    struct arena arena;
    struct check k = { .c = { .rules = rs, .arena = &arena, .language = rs->language }, .faults = faults };

    arena_init(&arena, CHECK_MEMORY);
    for (unsigned i = 0; i < rs->menus->menus_n; i++) {
        check_texts(&k, &rs->menus->menus[i]);
        check_menu(&k, &rs->menus->menus[i]);
    }
    for (unsigned i = 0; i < rs->forms.n && rs->menus->menus_n; i++) {
        k.c.menu = &rs->menus->menus[0];
        k.c.language = k.c.menu->language;
        if (menu_offers_form(rs->menus, &rs->forms.forms[i]))
            check_form(&k, &rs->forms.forms[i]);
    }
    arena_free(&arena);
}
