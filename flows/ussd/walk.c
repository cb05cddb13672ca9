/* walk.c - see ussd/walk.h. */
#include "flows/ussd/walk.h"

#include <string.h>

#include "flows/step/drafts.h"
#include "flows/ussd/field.h"
#include "flows/ussd/options.h"
#include "parsers/damm.h"

static void drop(struct ussd_walk *w)
{
    ussd_state_clear(w->s);
}

static void begin_form(struct ussd_walk *w, const struct form *f)
{
    const struct menu_form *mf = menu_form(w->c.rules->menus, f);
    struct slice menu = w->s->menu;

    drop(w);
    w->s->menu = menu;
    w->s->form = f;
    w->s->variant = mf && mf->ways_n ? mf->ways[0].variant : 0;
    if (mf && mf->ways_n > 1)
        ussd_move_turn(w, USSD_WAY, -1);
    else
        ussd_move_next(w);
}

static void run_command(struct ussd_walk *w, const struct menu_entry *e, struct slice nomor,
                        struct slice words)
{
    w->said =
        arena_printf(w->c.arena, "%.*s %.*s %.*s", SLICE_ARG(e->typed), SLICE_ARG(nomor), SLICE_ARG(words));
    w->action = USSD_COMMAND;
}

/* What stands behind the command, where that is one place alone: a village head has one village. */
static struct slice only_place(struct ussd_walk *w, const struct menu_entry *e)
{
    const struct ussd_options *o = e->places && !e->ask.n ? ussd_options(&w->c, w->s) : NULL;

    return o && o->n == 1 ? o->option[0].value : S("");
}

static void open_command(struct ussd_walk *w, const struct menu_entry *e)
{
    struct slice menu = w->s->menu, place;

    if (slice_empty(e->ask) && !ussd_has_words(e)) {
        run_command(w, e, S(""), S(""));
        return;
    }
    drop(w);
    w->s->menu = menu;
    w->s->command = e->name;
    ussd_move_turn(w, e->ask.n ? USSD_NUMBER : USSD_WORDS, -1);
    place = only_place(w, e);
    if (place.n)
        run_command(w, e, S(""), place);
}

static void choose_entry(struct ussd_walk *w, const struct menu_entry *e)
{
    switch (e->target) {
    case MENU_PAGE:
        w->s->menu = e->name;
        w->s->sub = 0;
        break;
    case MENU_FORM:
        begin_form(w, e->form);
        break;
    case MENU_COMMAND:
        open_command(w, e);
        break;
    }
}

/* The variant that has a place for most of the values. */
static unsigned variant_of(const struct form *f, const struct value *values)
{
    unsigned best = 0, most = 0;

    for (unsigned v = 0; v < f->variants_n; v++) {
        unsigned n = 0;

        for (unsigned i = 0; i < f->variants[v].uses_n; i++)
            n += values[f->variants[v].uses[i]].kind != VALUE_ABSENT;
        if (n > most) {
            most = n;
            best = v;
        }
    }
    return best;
}

/* "tbc/YT": the third question of that screening, if it is that one still. */
static void go_on_from(struct ussd_walk *w, struct slice part)
{
    struct ussd_state *s = w->s;
    struct slice kind = slice_cut(&part, '/');
    const struct menu_questions *q = ussd_questions(w->c.rules, s, s->field);

    if (s->place == USSD_QUESTION && q && part.n < q->n &&
        slice_eq(kind, text_as(s->form, s->values, AS_KIND)))
        s->item = part;
}

/* A half report of an SMS: what is in it is not asked again. */
static void open_draft(struct ussd_walk *w, const struct draft *d)
{
    struct ussd_state *s = w->s;
    int asked;

    drop(w);
    s->form = d->form;
    s->nomor = d->nomor;
    memcpy(s->values, d->values, sizeof s->values);
    s->variant = variant_of(d->form, s->values);
    asked = form_field_named(d->form, d->field);
    if (d->asking == ASK_FIELD && asked >= 0)
        ussd_move_forget(s, (unsigned)asked);
    for (unsigned i = 0; i < d->form->fields_n; i++)
        if (drafts_is_sure(d, d->form->fields[i].name))
            s->sure |= 1U << i;
        else if (d->faults[i] && !(d->faults[i] & (REPORT_FAULT_REJECTS | REPORT_FAULT_SURE)))
            s->filled |= 1U << i; /* still a guess: the echo page asks */
    if (d->asking == ASK_VALUE && asked >= 0 && s->values[asked].kind != VALUE_ABSENT)
        ussd_move_turn(w, USSD_DOUBT, asked);
    else
        ussd_move_next(w);
    go_on_from(w, d->part);
    ussd_move_judge(w);
    s->alarmed = w->report && w->report->emergency; /* when the draft was made */
}

static void to_menu(struct ussd_walk *w)
{
    struct slice menu = w->s->menu;

    drop(w);
    w->s->menu = menu;
}

static void menu_up(struct ussd_walk *w)
{
    const struct menu_page *p = ussd_menu_page(&w->c, w->s);

    w->s->menu = w->c.menu->pages[p->parent].name;
    w->s->sub = 0;
}

/* How many ways lead into the form in hand. */
static unsigned ways(const struct ussd_walk *w)
{
    const struct menu_form *mf = menu_form(w->c.rules->menus, w->s->form);

    return mf ? mf->ways_n : 0;
}

static void field_back(struct ussd_walk *w)
{
    if (ussd_move_back(w))
        return;
    if (ways(w) > 1)
        ussd_move_turn(w, USSD_WAY, -1);
    else
        to_menu(w);
}

static void back(struct ussd_walk *w)
{
    struct ussd_state *s = w->s;
    const struct menu_entry *e;

    switch (s->place) {
    case USSD_MENU:
        menu_up(w);
        return;
    case USSD_QUESTION:
        if (s->item.n > 0) {
            s->item.n--;
            return;
        }
        field_back(w);
        return;
    case USSD_FIELD:
    case USSD_ECHO:
        field_back(w);
        return;
    case USSD_COUNT:
        ussd_move_turn(w, USSD_FIELD, s->field);
        return;
    case USSD_UNIT:
    case USSD_DOUBT:
        ussd_move_ask_again(w, s->field, S(""));
        return;
    case USSD_WORDS:
        e = ussd_command(&w->c, s);
        if (e && e->ask.n)
            ussd_move_turn(w, USSD_NUMBER, -1);
        else
            to_menu(w);
        return;
    default:
        to_menu(w);
        return;
    }
}

/* --- the other places --- */

static void send(struct ussd_walk *w)
{
    int f;

    ussd_move_judge(w);
    f = w->report ? form_field_named(w->report->form, w->report->error_field) : -1;
    if (w->report && w->report->status != REPORT_REJECTED)
        w->action = USSD_FILE;
    else if (f >= 0)
        ussd_move_ask_again(w, f, ussd_move_error(w, &w->s->form->fields[f], w->report->error));
    else
        ussd_move_next(w);
}

/* The number of the case that stood behind this digit on the page that she saw. */
static struct slice number_of(const struct ussd_walk *w, const struct ussd_options *o, struct slice in)
{
    struct slice page = w->s->page;

    while (page.n) {
        struct slice line = slice_cut(&page, '\n'), digits = slice_cut(&line, ' ');
        struct slice nomor = slice_cut(&line, ' ');

        for (unsigned i = 0; slice_eq(digits, in) && i < o->n; i++)
            if (slice_eq(o->option[i].value, nomor))
                return nomor;
    }
    return in; /* the list has changed since */
}

static void number_input(struct ussd_walk *w, const struct ussd_options *o, struct slice in)
{
    const struct menu_entry *e = ussd_command(&w->c, w->s);

    in = number_of(w, o, in);
    if (!e) {
        to_menu(w);
    } else if (in.n < 4 || in.n > 10 || !slice_all_digits(in) || !damm_valid(in)) {
        w->note = ussd_move_note(w, "ussd.salah_nomor", NULL, S(""));
    } else if (ussd_has_words(e)) {
        w->s->nomor = in;
        ussd_move_turn(w, USSD_WORDS, -1);
    } else {
        run_command(w, e, in, S(""));
    }
}

static void words_input(struct ussd_walk *w, const struct ussd_options *o, struct slice in)
{
    const struct menu_entry *e = ussd_command(&w->c, w->s);
    uint64_t n;

    if (!e)
        to_menu(w);
    else if (o->n == 0 || !slice_all_digits(in))
        run_command(w, e, w->s->nomor, in);
    else if (slice_to_u64(in, &n) && n >= 1 && n <= o->n)
        run_command(w, e, w->s->nomor, o->option[n - 1].value);
    else
        ussd_move_no_choice(w);
}

/* `command` is what was chosen over an unfinished report (USSD_ASK_OVER), no part of the dialogue itself. */
static bool holds_choice(const struct ussd_state *s)
{
    return s->form && s->place != USSD_ASKED;
}

static const struct menu_entry *entry_named(const struct menu *m, struct slice name)
{
    for (unsigned p = 0; p < m->n; p++)
        for (unsigned e = 0; e < m->pages[p].n; e++)
            if (m->pages[p].entries[e].target != MENU_PAGE && slice_eq(m->pages[p].entries[e].name, name))
                return &m->pages[p].entries[e];
    return NULL;
}

/* What was dialled along, or chosen on the menu over an unfinished dialogue, is carried out now. */
static void begin_again(struct ussd_walk *w)
{
    const struct menu_entry *chosen = holds_choice(w->s) ? entry_named(w->c.menu, w->s->command) : NULL;
    struct slice dial = w->s->dial;

    drop(w);
    if (chosen)
        choose_entry(w, chosen);
    else if (dial.n)
        ussd_walk_dial(w, dial);
}

/* Over an unfinished report nothing else begins unasked. */
static void menu_choice(struct ussd_walk *w, const struct menu_entry *e)
{
    bool replaces = e->target == MENU_FORM || (e->target == MENU_COMMAND && (e->ask.n || ussd_has_words(e)));

    if (w->s->over == USSD_MENU_OVER && replaces && w->s->place != USSD_ASKED) {
        w->s->over = USSD_ASK_OVER;
        w->s->command = e->name;
        w->s->sub = 0;
    } else {
        choose_entry(w, e);
    }
}

static void go_on(struct ussd_walk *w)
{
    w->s->over = USSD_NOTHING_OVER;
    w->s->sub = 0;
    if (holds_choice(w->s))
        w->s->command = S("");
}

/* A digit on a page of options only. */
static void option_input(struct ussd_walk *w, const struct ussd_options *o, struct slice in)
{
    struct ussd_state *s = w->s;
    const struct ussd_option *chosen;
    uint64_t n;

    if (!slice_to_u64(in, &n) || n < 1 || n > o->n) {
        ussd_move_no_choice(w);
        return;
    }
    chosen = &o->option[n - 1];
    if (s->over == USSD_ASK_OVER) {
        if (chosen->kind == OPTION_YES)
            go_on(w);
        else
            begin_again(w);
    } else if (chosen->kind == OPTION_ENTRY) {
        menu_choice(w, &ussd_menu_page(&w->c, s)->entries[chosen->at]);
    } else if (chosen->kind == OPTION_DRAFT) {
        open_draft(w, &w->c.drafts->drafts[chosen->at]);
    } else if (s->place == USSD_ASKED) {
        w->said =
            arena_printf(w->c.arena, "%.*s %.*s",
                         SLICE_ARG(chosen->kind == OPTION_YES ? S("YA") : s->command), SLICE_ARG(s->nomor));
        w->action = USSD_COMMAND;
    } else if (chosen->kind == OPTION_WAY) {
        s->variant = chosen->at;
        ussd_move_next(w);
    } else if (s->place == USSD_QUESTION) {
        ussd_field_answer(w, chosen->value);
    } else if (s->place == USSD_UNIT) {
        ussd_move_turn(w, USSD_FIELD, s->field);
        ussd_field_read(w, chosen->value);
    } else if (s->place == USSD_DOUBT) {
        ussd_field_confirm(w, chosen->kind == OPTION_YES);
    } else {
        send(w);
    }
}

static void page_input(struct ussd_walk *w, struct slice in)
{
    bool field = w->s->over == USSD_NOTHING_OVER && w->s->place == USSD_FIELD;
    bool counted = w->s->over == USSD_NOTHING_OVER && w->s->place == USSD_COUNT;
    const struct ussd_options *o = field || counted ? NULL : ussd_options(&w->c, w->s);

    if (field)
        ussd_field_input(w, in);
    else if (counted)
        ussd_field_count(w, in);
    else if (!o)
        return; /* memory is out */
    else if (w->s->over == USSD_NOTHING_OVER && w->s->place == USSD_NUMBER)
        number_input(w, o, in);
    else if (w->s->over == USSD_NOTHING_OVER && w->s->place == USSD_WORDS)
        words_input(w, o, in);
    else
        option_input(w, o, in);
}

/* 00: what was answered stays beneath, 9 goes on with it. */
static void first_page(struct ussd_walk *w)
{
    if (ussd_move_anything(w->s)) {
        w->s->over = USSD_MENU_OVER;
        w->s->menu = S("");
        w->s->sub = 0;
    } else {
        drop(w);
    }
}

static void go_back(struct ussd_walk *w)
{
    if (w->s->over == USSD_MENU_OVER)
        menu_up(w);
    else if (w->s->over == USSD_NOTHING_OVER)
        back(w);
}

static void skip(struct ussd_walk *w)
{
    const struct menu_entry *e = ussd_command(&w->c, w->s);

    if (w->s->place == USSD_FIELD) {
        w->s->skipped |= 1U << w->s->field;
        w->s->filled &= ~(1U << w->s->field);
        ussd_move_next(w);
    } else if (e) {
        run_command(w, e, w->s->nomor, S(""));
    } else {
        to_menu(w);
    }
}

void ussd_walk_input(struct ussd_walk *w, struct slice input)
{
    struct slice in = slice_trim(input);

    if (w->s->place == USSD_DONE)
        drop(w);
    switch (ussd_key(w->c.rules, w->s, in)) {
    case USSD_KEY_FIRST:
        first_page(w);
        break;
    case USSD_KEY_BACK:
        go_back(w);
        break;
    case USSD_KEY_MORE:
        w->s->sub++;
        break;
    case USSD_KEY_GO_ON:
        go_on(w);
        break;
    case USSD_KEY_SKIP:
        skip(w);
        break;
    case USSD_KEY_END:
        ussd_move_valued(w);
        break;
    case USSD_KEY_NONE:
        page_input(w, in);
        break;
    }
}

/* What is dialled along stops where a person must look: at a doubt, at the echo, at anything not understood.
 */
static void play(struct ussd_walk *w, struct slice dial)
{
    while (dial.n && w->action == USSD_SHOW && !w->note.n && w->s->place != USSD_DOUBT &&
           w->s->place != USSD_ECHO)
        ussd_walk_input(w, slice_cut(&dial, '*'));
}

void ussd_walk_dial(struct ussd_walk *w, struct slice dial)
{
    if (ussd_state_unfinished(w->s)) {
        go_on(w);
        w->s->over = USSD_ASK_OVER;
        w->s->dial = dial;
        return;
    }
    drop(w);
    play(w, dial);
}
