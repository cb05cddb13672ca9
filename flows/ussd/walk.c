/* walk.c - see ussd/walk.h. */
#include "flows/ussd/walk.h"

#include <string.h>

#include "flows/step/drafts.h"
#include "flows/understand/understanding.h"
#include "parsers/damm.h"

struct slice ussd_walk_note(struct ussd_walk *w, const char *key, const char *slot, struct slice v)
{
    return text_cut(ussd_text(&w->c, key, slot, v), USSD_NOTE, w->c.arena);
}

void ussd_walk_turn(struct ussd_walk *w, enum ussd_place place, int field)
{
    w->s->place = place;
    w->s->field = field;
    w->s->sub = 0;
    if (place == USSD_FIELD && ussd_questions(w->c.rules, w->s)) {
        w->s->place = USSD_QUESTION;
        w->s->item = S("");
    }
    if (place != USSD_DOUBT)
        w->s->guess.kind = VALUE_ABSENT;
}

void ussd_walk_no_choice(struct ussd_walk *w)
{
    w->note = ussd_walk_note(w, "ussd.salah_pilihan", NULL, S(""));
}

/* --- judging --- */

static bool anything_said(const struct ussd_state *s)
{
    for (unsigned i = 0; s->form && i < s->form->fields_n; i++)
        if (s->values[i].kind != VALUE_ABSENT)
            return true;
    return false;
}

static void judge(struct ussd_walk *w)
{
    struct report *r = ARENA_NEW(w->c.arena, struct report);

    w->report = r;
    if (!r)
        return;
    r->form = w->s->form;
    r->variant = &w->s->form->variants[w->s->variant];
    memcpy(r->values, w->s->values, sizeof r->values);
    understand_judge(w->c.rules, w->c.now_ms, w->c.arena, r);
}

void ussd_walk_judge(struct ussd_walk *w)
{
    w->report = NULL;
    if (anything_said(w->s))
        judge(w);
}

void ussd_walk_draft(struct ussd_walk *w)
{
    judge(w);
    w->action = w->report ? USSD_DRAFT : USSD_SHOW;
}

static int error_field(const struct report *r)
{
    return form_field_named(r->form, r->error_field);
}

struct slice ussd_walk_error(struct ussd_walk *w, const struct field *f, enum report_error e)
{
    struct slice example = f->example.n ? f->example : S("-");

    switch (e) {
    case ERROR_OUT_OF_RANGE:
        return ussd_walk_note(w, "ussd.di_luar_batas", "contoh", example);
    case ERROR_CHECK_DIGIT:
        return ussd_walk_note(w, "ussd.salah_nomor", NULL, S(""));
    case ERROR_CONTRADICTION:
        return ussd_walk_note(w, "ussd.bertentangan", "contoh", example);
    default:
        return ussd_walk_note(w, "ussd.tidak_terbaca", "contoh", example);
    }
}

/* --- from page to page --- */

static bool is_asked(const struct ussd_state *s, unsigned field)
{
    const struct field *f = &s->form->fields[field];

    return !f->hidden && (f->ask.n || ussd_required(s->form, s->variant, field));
}

void ussd_walk_next(struct ussd_walk *w)
{
    const struct variant *v = &w->s->form->variants[w->s->variant];

    for (unsigned i = 0; i < v->uses_n; i++)
        if (is_asked(w->s, v->uses[i]) && !ussd_state_answered(w->s, v->uses[i])) {
            ussd_walk_turn(w, USSD_FIELD, (int)v->uses[i]);
            return;
        }
    ussd_walk_turn(w, USSD_ECHO, -1);
}

void ussd_walk_forget(struct ussd_state *s, unsigned field)
{
    int companion = s->form->fields[field].companion;

    s->values[field].kind = VALUE_ABSENT;
    s->values[field].n = 0;
    s->skipped &= ~(1U << field);
    s->filled &= ~(1U << field);
    s->sure = 0; /* what was plausible beside the old value may not be beside the new one */
    if (companion >= 0)
        s->values[companion].kind = VALUE_ABSENT;
    if (s->form->fields[field].type == FIELD_NOMOR)
        s->who = S("");
}

void ussd_walk_ask_again(struct ussd_walk *w, int field, struct slice note)
{
    ussd_walk_forget(w->s, (unsigned)field);
    ussd_walk_turn(w, USSD_FIELD, field);
    w->note = note;
}

void ussd_walk_doubt(struct ussd_walk *w, int field, const struct value *guess)
{
    ussd_walk_turn(w, USSD_DOUBT, field);
    if (!guess)
        return;
    ussd_walk_forget(w->s, (unsigned)field);
    w->s->guess = *guess;
}

/* A field was answered: the whole is judged as far as it goes, and what is doubtful is asked at once. */
void ussd_walk_valued(struct ussd_walk *w)
{
    struct ussd_state *s = w->s;
    const struct report *r;
    int f;

    ussd_walk_judge(w);
    r = w->report;
    f = r ? error_field(r) : -1;
    if (!r || f < 0 || s->values[f].kind == VALUE_ABSENT || r->status == REPORT_ACCEPTED ||
        r->error == ERROR_MISSING || (s->sure >> f & 1)) {
        ussd_walk_next(w);
    } else if (r->status == REPORT_REJECTED) {
        ussd_walk_ask_again(w, f, ussd_walk_error(w, &s->form->fields[f], r->error));
    } else {
        bool guessed = r->values[f].kind != VALUE_ABSENT && !value_equal(&r->values[f], &s->values[f]);

        ussd_walk_doubt(w, f, guessed ? &r->values[f] : NULL);
    }
}

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
        ussd_walk_turn(w, USSD_WAY, -1);
    else
        ussd_walk_next(w);
}

static void run_command(struct ussd_walk *w, const struct menu_entry *e, struct slice nomor,
                        struct slice words)
{
    w->said =
        arena_printf(w->c.arena, "%.*s %.*s %.*s", SLICE_ARG(e->typed), SLICE_ARG(nomor), SLICE_ARG(words));
    w->action = USSD_COMMAND;
}

static void choose_entry(struct ussd_walk *w, const struct menu_entry *e)
{
    struct slice menu = w->s->menu;

    switch (e->target) {
    case MENU_PAGE:
        w->s->menu = e->name;
        w->s->sub = 0;
        break;
    case MENU_FORM:
        begin_form(w, e->form);
        break;
    case MENU_COMMAND:
        if (slice_empty(e->ask)) {
            run_command(w, e, S(""), S(""));
            break;
        }
        drop(w);
        w->s->menu = menu;
        w->s->command = e->name;
        ussd_walk_turn(w, USSD_NUMBER, -1);
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
        ussd_walk_forget(s, (unsigned)asked);
    for (unsigned i = 0; i < d->form->fields_n; i++)
        if (drafts_is_sure(d, d->form->fields[i].name))
            s->sure |= 1U << i;
        else if (d->faults[i] && !(d->faults[i] & (REPORT_FAULT_REJECTS | REPORT_FAULT_SURE)))
            s->filled |= 1U << i; /* still a guess: the echo page asks */
    if (d->asking == ASK_VALUE && asked >= 0 && s->values[asked].kind != VALUE_ABSENT)
        ussd_walk_turn(w, USSD_DOUBT, asked);
    else
        ussd_walk_next(w);
    ussd_walk_judge(w);
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

/* The field that was asked before `field` (-1: the last of all); -1 when there is none. */
static int field_before(const struct ussd_state *s, int field)
{
    const struct variant *v = &s->form->variants[s->variant];
    int before = -1;

    for (unsigned i = 0; i < v->uses_n && (int)v->uses[i] != field; i++)
        if (is_asked(s, v->uses[i]))
            before = (int)v->uses[i];
    return before;
}

/* How many ways lead into the form in hand. */
static unsigned ways(const struct ussd_walk *w)
{
    const struct menu_form *mf = menu_form(w->c.rules->menus, w->s->form);

    return mf ? mf->ways_n : 0;
}

static void back(struct ussd_walk *w)
{
    struct ussd_state *s = w->s;
    int before;

    switch (s->place) {
    case USSD_MENU:
        menu_up(w);
        return;
    case USSD_FIELD:
    case USSD_ECHO:
        if (s->place == USSD_FIELD)
            ussd_walk_forget(s, (unsigned)s->field);
        before = field_before(s, s->field);
        if (before >= 0)
            ussd_walk_ask_again(w, before, S(""));
        else if (ways(w) > 1)
            ussd_walk_turn(w, USSD_WAY, -1);
        else
            to_menu(w);
        return;
    case USSD_QUESTION:
        if (s->item.n > 0)
            s->item.n--;
        else if ((before = field_before(s, s->field)) >= 0)
            ussd_walk_ask_again(w, before, S(""));
        return;
    case USSD_COUNT:
        ussd_walk_turn(w, USSD_FIELD, s->field);
        return;
    case USSD_UNIT:
    case USSD_DOUBT:
        ussd_walk_ask_again(w, s->field, S(""));
        return;
    case USSD_WORDS:
        ussd_walk_turn(w, USSD_NUMBER, -1);
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

    ussd_walk_judge(w);
    f = w->report ? error_field(w->report) : -1;
    if (w->report && w->report->status != REPORT_REJECTED)
        w->action = USSD_FILE;
    else if (f >= 0)
        ussd_walk_ask_again(w, f, ussd_walk_error(w, &w->s->form->fields[f], w->report->error));
    else
        ussd_walk_next(w);
}

static void number_input(struct ussd_walk *w, struct slice in)
{
    const struct menu_entry *e = ussd_command(&w->c, w->s);

    if (!e) {
        to_menu(w);
    } else if (in.n < 4 || in.n > 10 || !slice_all_digits(in) || !damm_valid(in)) {
        w->note = ussd_walk_note(w, "ussd.salah_nomor", NULL, S(""));
    } else if (e->words_n) {
        w->s->nomor = in;
        ussd_walk_turn(w, USSD_WORDS, -1);
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
    else if (slice_is(in, "99"))
        run_command(w, e, w->s->nomor, S(""));
    else if (!slice_all_digits(in))
        run_command(w, e, w->s->nomor, in);
    else if (slice_to_u64(in, &n) && n >= 1 && n <= o->n)
        run_command(w, e, w->s->nomor, o->option[n - 1].value);
    else
        ussd_walk_no_choice(w);
}

static void begin_again(struct ussd_walk *w)
{
    struct slice dial = w->s->dial;

    drop(w);
    if (dial.n)
        ussd_walk_dial(w, dial);
}

/* A digit on a page of options only. */
static void option_input(struct ussd_walk *w, const struct ussd_options *o, struct slice in)
{
    struct ussd_state *s = w->s;
    const struct ussd_option *chosen;
    uint64_t n;

    if (!slice_to_u64(in, &n) || n < 1 || n > o->n) {
        ussd_walk_no_choice(w);
        return;
    }
    chosen = &o->option[n - 1];
    if (s->over == USSD_ASK_OVER) {
        if (chosen->kind == OPTION_YES)
            s->over = USSD_NOTHING_OVER;
        else
            begin_again(w);
    } else if (chosen->kind == OPTION_ENTRY) {
        choose_entry(w, &ussd_menu_page(&w->c, s)->entries[chosen->at]);
    } else if (chosen->kind == OPTION_DRAFT) {
        open_draft(w, &w->c.drafts->drafts[chosen->at]);
    } else if (s->place == USSD_ASKED) {
        w->said =
            arena_printf(w->c.arena, "%.*s %.*s",
                         SLICE_ARG(chosen->kind == OPTION_YES ? S("YA") : s->command), SLICE_ARG(s->nomor));
        w->action = USSD_COMMAND;
    } else if (chosen->kind == OPTION_WAY) {
        s->variant = chosen->at;
        ussd_walk_next(w);
    } else if (s->place == USSD_QUESTION) {
        ussd_field_answer(w, chosen->kind == OPTION_YES);
    } else if (s->place == USSD_UNIT) {
        ussd_walk_turn(w, USSD_FIELD, s->field);
        ussd_field_read(w, chosen->value);
    } else if (s->place == USSD_DOUBT) {
        ussd_field_confirm(w, chosen->kind == OPTION_YES);
    } else {
        send(w);
    }
}

static void page_input(struct ussd_walk *w, struct slice in)
{
    struct ussd_options *o = ARENA_NEW(w->c.arena, struct ussd_options);

    if (!o)
        return;
    ussd_options(&w->c, w->s, o);
    if (w->s->over != USSD_NOTHING_OVER)
        option_input(w, o, in);
    else if (w->s->place == USSD_FIELD)
        ussd_field_input(w, in);
    else if (w->s->place == USSD_COUNT)
        ussd_field_count(w, in);
    else if (w->s->place == USSD_NUMBER)
        number_input(w, in);
    else if (w->s->place == USSD_WORDS)
        words_input(w, o, in);
    else
        option_input(w, o, in);
}

/* 00: what was answered stays beneath, 9 goes on with it. */
static void first_page(struct ussd_walk *w)
{
    if (anything_said(w->s)) {
        w->s->over = USSD_MENU_OVER;
        w->s->menu = S("");
        w->s->sub = 0;
    } else {
        drop(w);
    }
}

static bool zero_answers_here(const struct ussd_state *s)
{
    return s->over == USSD_NOTHING_OVER &&
           (s->place == USSD_COUNT ||
            (s->place == USSD_FIELD && ussd_zero_answers(s->form, s->variant, (unsigned)s->field)));
}

void ussd_walk_input(struct ussd_walk *w, struct slice input)
{
    struct ussd_state *s = w->s;
    struct slice in = slice_trim(input);

    if (s->place == USSD_DONE)
        drop(w);
    if (slice_is(in, "00") && s->over != USSD_ASK_OVER) {
        first_page(w);
    } else if (slice_is(in, "98")) {
        s->sub++;
    } else if (slice_is(in, "9") && s->over == USSD_MENU_OVER) {
        s->over = USSD_NOTHING_OVER;
        s->sub = 0;
    } else if (s->over != USSD_ASK_OVER &&
               (slice_is(in, "000") || (slice_is(in, "0") && !zero_answers_here(s)))) {
        if (s->over == USSD_MENU_OVER)
            menu_up(w);
        else
            back(w);
    } else {
        page_input(w, in);
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
        w->s->over = USSD_ASK_OVER;
        w->s->dial = dial;
        w->s->sub = 0;
        return;
    }
    drop(w);
    play(w, dial);
}
