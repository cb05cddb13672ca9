/* ussd_walk.c - see ussd_walk.h. */
#include "flows/ussd_walk.h"

#include <string.h>

#include "flows/understanding.h"
#include "parsers/damm.h"

enum {
    COUNT_MAX = 9999
};

static struct slice say_note(struct ussd_walk *w, const char *key, const char *slot, struct slice v)
{
    return text_cut(ussd_text(&w->c, key, slot, v), USSD_NOTE, w->c.arena);
}

static void turn_to(struct ussd_walk *w, enum ussd_place place, int field)
{
    w->s->place = place;
    w->s->field = field;
    w->s->sub = 0;
    if (place != USSD_DOUBT)
        w->s->guess.kind = VALUE_ABSENT;
}

static void no_such_choice(struct ussd_walk *w)
{
    w->note = say_note(w, "ussd.salah_pilihan", NULL, S(""));
}

/* --- judging --- */

static bool anything_said(const struct ussd_state *s)
{
    for (unsigned i = 0; s->form && i < s->form->fields_n; i++)
        if (s->values[i].kind != VALUE_ABSENT)
            return true;
    return false;
}

void ussd_walk_judge(struct ussd_walk *w)
{
    struct report *r = anything_said(w->s) ? ARENA_NEW(w->c.arena, struct report) : NULL;

    w->report = r;
    if (!r)
        return;
    r->form = w->s->form;
    r->variant = &w->s->form->variants[w->s->variant];
    memcpy(r->values, w->s->values, sizeof r->values);
    understand_judge(w->c.rules, w->c.now_ms, w->c.arena, r);
}

static int error_field(const struct report *r)
{
    char name[40];

    if (r->error_field.n == 0 || r->error_field.n >= sizeof name)
        return -1;
    memcpy(name, r->error_field.p, r->error_field.n);
    name[r->error_field.n] = 0;
    return form_field(r->form, name);
}

static struct slice error_note(struct ussd_walk *w, const struct field *f, enum report_error e)
{
    struct slice example = f->example.n ? f->example : S("-");

    switch (e) {
    case ERROR_OUT_OF_RANGE:
        return say_note(w, "ussd.di_luar_batas", "contoh", example);
    case ERROR_CHECK_DIGIT:
        return say_note(w, "ussd.salah_nomor", NULL, S(""));
    case ERROR_CONTRADICTION:
        return say_note(w, "ussd.bertentangan", "contoh", example);
    default:
        return say_note(w, "ussd.tidak_terbaca", "contoh", example);
    }
}

/* --- from page to page --- */

static bool is_asked(const struct ussd_state *s, unsigned field)
{
    const struct field *f = &s->form->fields[field];

    return !f->hidden && (f->ask.n || ussd_required(s->form, s->variant, field));
}

static void next_field(struct ussd_walk *w)
{
    const struct variant *v = &w->s->form->variants[w->s->variant];

    for (unsigned i = 0; i < v->uses_n; i++)
        if (is_asked(w->s, v->uses[i]) && !ussd_state_answered(w->s, v->uses[i])) {
            turn_to(w, USSD_FIELD, (int)v->uses[i]);
            return;
        }
    turn_to(w, USSD_ECHO, -1);
}

static void forget(struct ussd_state *s, unsigned field)
{
    int companion = s->form->fields[field].companion;

    s->values[field].kind = VALUE_ABSENT;
    s->values[field].n = 0;
    s->skipped &= ~(1U << field);
    s->sure &= ~(1U << field);
    if (companion >= 0)
        s->values[companion].kind = VALUE_ABSENT;
}

void ussd_walk_ask_again(struct ussd_walk *w, int field, struct slice note)
{
    forget(w->s, (unsigned)field);
    turn_to(w, USSD_FIELD, field);
    w->note = note;
}

static void doubt(struct ussd_walk *w, int field, const struct value *guess)
{
    turn_to(w, USSD_DOUBT, field);
    if (!guess)
        return;
    forget(w->s, (unsigned)field);
    w->s->guess = *guess;
}

/* A field was answered: the whole is judged as far as it goes, and what is doubtful is asked at once. */
static void after_value(struct ussd_walk *w)
{
    struct ussd_state *s = w->s;
    const struct report *r;
    int f;

    ussd_walk_judge(w);
    r = w->report;
    f = r ? error_field(r) : -1;
    if (!r || f < 0 || s->values[f].kind == VALUE_ABSENT || r->status == REPORT_ACCEPTED ||
        r->error == ERROR_MISSING || (s->sure >> f & 1)) {
        next_field(w);
    } else if (r->status == REPORT_REJECTED) {
        ussd_walk_ask_again(w, f, error_note(w, &s->form->fields[f], r->error));
    } else {
        bool guessed = r->values[f].kind != VALUE_ABSENT && !value_equal(&r->values[f], &s->values[f]);

        doubt(w, f, guessed ? &r->values[f] : NULL);
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
        turn_to(w, USSD_WAY, -1);
    else
        next_field(w);
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
        turn_to(w, USSD_NUMBER, -1);
        break;
    }
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

static void back(struct ussd_walk *w)
{
    struct ussd_state *s = w->s;
    const struct menu_form *mf = s->form ? menu_form(w->c.rules->menus, s->form) : NULL;
    int before;

    switch (s->place) {
    case USSD_MENU:
        menu_up(w);
        return;
    case USSD_FIELD:
    case USSD_ECHO:
        if (s->place == USSD_FIELD)
            forget(s, (unsigned)s->field);
        before = field_before(s, s->field);
        if (before >= 0)
            ussd_walk_ask_again(w, before, S(""));
        else if (mf && mf->ways_n > 1)
            turn_to(w, USSD_WAY, -1);
        else
            to_menu(w);
        return;
    case USSD_COUNT:
        turn_to(w, USSD_FIELD, s->field);
        return;
    case USSD_UNIT:
    case USSD_DOUBT:
        ussd_walk_ask_again(w, s->field, S(""));
        return;
    case USSD_WORDS:
        turn_to(w, USSD_NUMBER, -1);
        return;
    default:
        to_menu(w);
        return;
    }
}

/* --- one field --- */

static void add_item(struct ussd_walk *w, struct value *v, struct slice code, int64_t count)
{
    enum value_kind kind = w->s->form->fields[w->s->field].type == FIELD_COUNTS ? VALUE_COUNTS : VALUE_LIST;
    struct slice *items = ARENA_ARRAY(w->c.arena, struct slice, v->n + 1);
    int64_t *counts = ARENA_ARRAY(w->c.arena, int64_t, v->n + 1);

    if (!items || !counts)
        return;
    for (unsigned i = 0; i < v->n; i++) {
        if (slice_eq(v->items[i], code)) {
            if (kind == VALUE_COUNTS)
                v->counts[i] = count;
            return;
        }
        items[i] = v->items[i];
        counts[i] = kind == VALUE_COUNTS ? v->counts[i] : 0;
    }
    items[v->n] = code;
    counts[v->n] = count;
    v->kind = kind;
    v->items = items;
    v->counts = counts;
    v->n++;
}

/* More may follow: 99 ends the list.  An emergency in it does not wait for that. */
static void list_grew(struct ussd_walk *w)
{
    w->s->skipped &= ~(1U << w->s->field);
    w->s->sub = 0;
    ussd_walk_judge(w);
}

static bool is_date(struct slice s)
{
    return s.n == 10 && s.p[4] == '-' && s.p[7] == '-';
}

static void take_value(struct ussd_walk *w, const struct value *v)
{
    struct ussd_state *s = w->s;
    const struct field *f = &s->form->fields[s->field];

    if (f->type == FIELD_CHOICES && v->kind == VALUE_LIST) {
        for (unsigned i = 0; i < v->n; i++)
            add_item(w, &s->values[s->field], v->items[i], 0);
        list_grew(w);
        return;
    }
    if (f->type == FIELD_AGE && f->companion >= 0 && is_date(v->text)) {
        s->values[f->companion] = *v;
        s->skipped |= 1U << s->field;
    } else {
        s->values[s->field] = *v;
    }
    if (f->type == FIELD_NOMOR)
        w->number_given = true;
    after_value(w);
}

static void read_value(struct ussd_walk *w, struct slice input)
{
    struct ussd_state *s = w->s;
    const struct field *f = &s->form->fields[s->field];
    struct value v = { .kind = VALUE_ABSENT };
    enum report_error e =
        understand_field(w->c.rules, s->form, (unsigned)s->field, input, w->c.now_ms, w->c.arena, &v);

    if (e == ERROR_NONE && v.kind != VALUE_ABSENT) {
        take_value(w, &v);
    } else if (e == ERROR_AMBIGUOUS && f->type == FIELD_AGE && slice_all_digits(input)) {
        turn_to(w, USSD_UNIT, s->field);
        s->item = input;
    } else if (e == ERROR_AMBIGUOUS && v.kind != VALUE_ABSENT) {
        doubt(w, s->field, &v);
    } else if (e == ERROR_IMPLAUSIBLE && v.kind != VALUE_ABSENT) {
        s->values[s->field] = v;
        ussd_walk_judge(w);
        turn_to(w, USSD_DOUBT, s->field);
    } else {
        w->note = error_note(w, f, e);
    }
}

static void take_option(struct ussd_walk *w, const struct ussd_option *o)
{
    struct ussd_state *s = w->s;

    switch (o->kind) {
    case OPTION_SMS:
        ussd_walk_judge(w);
        w->action = USSD_DRAFT;
        break;
    case OPTION_NUMBER:
        for (unsigned i = 0; i < s->form->fields_n; i++)
            forget(s, i);
        s->variant = o->at;
        next_field(w);
        break;
    default:
        if (s->form->fields[s->field].type == FIELD_COUNTS) {
            turn_to(w, USSD_COUNT, s->field);
            s->item = o->value;
        } else if (s->form->fields[s->field].list) {
            read_value(w, o->value);
        } else {
            read_value(w, o->value.n ? o->value : o->say);
        }
        break;
    }
}

static void end_of_list(struct ussd_walk *w)
{
    struct ussd_state *s = w->s;

    if (s->values[s->field].kind == VALUE_ABSENT)
        s->skipped |= 1U << s->field;
    after_value(w);
}

/* "1,5" or "1 5" on a page that takes several. */
static bool several_digits(struct slice in)
{
    bool apart = false;

    for (size_t i = 0; i < in.n; i++) {
        if (in.p[i] == ' ' || in.p[i] == ',' || in.p[i] == '.' || in.p[i] == '*')
            apart = true;
        else if (in.p[i] < '0' || in.p[i] > '9')
            return false;
    }
    return apart;
}

static void choose(struct ussd_walk *w, const struct ussd_options *o, struct slice digits)
{
    uint64_t n;

    if (slice_to_u64(digits, &n) && n >= 1 && n <= o->n)
        take_option(w, &o->option[n - 1]);
    else
        no_such_choice(w);
}

static void choose_several(struct ussd_walk *w, const struct ussd_options *o, struct slice in)
{
    int field = w->s->field;
    size_t at = 0;

    while (at < in.n && w->s->place == USSD_FIELD && w->s->field == field) {
        size_t from = at;

        while (at < in.n && in.p[at] >= '0' && in.p[at] <= '9')
            at++;
        if (at > from)
            choose(w, o, slice_make(in.p + from, at - from));
        else
            at++;
    }
}

static void field_input(struct ussd_walk *w, struct slice in)
{
    struct ussd_state *s = w->s;
    const struct field *f = &s->form->fields[s->field];
    struct ussd_options *o = ARENA_NEW(w->c.arena, struct ussd_options);

    if (!o)
        return;
    ussd_options(&w->c, s, o);
    if (ussd_has_99(s) && slice_is(in, "99")) {
        end_of_list(w);
    } else if (slice_is(in, "0") && ussd_zero_skips(s->form, s->variant, (unsigned)s->field)) {
        s->skipped |= 1U << s->field;
        next_field(w);
    } else if (f->type == FIELD_CHOICES && several_digits(in)) {
        choose_several(w, o, in);
    } else if (o->n && slice_all_digits(in)) {
        choose(w, o, in);
    } else {
        read_value(w, in);
    }
}

/* --- the other places --- */

static void count_input(struct ussd_walk *w, struct slice in)
{
    struct ussd_state *s = w->s;
    uint64_t n;

    if (!slice_to_u64(in, &n) || n > COUNT_MAX) {
        w->note = say_note(w, "ussd.tidak_terbaca", "contoh", S("5"));
        return;
    }
    add_item(w, &s->values[s->field], s->item, (int64_t)n * 1000);
    turn_to(w, USSD_FIELD, s->field);
    list_grew(w);
}

static void doubt_answer(struct ussd_walk *w, bool yes)
{
    struct ussd_state *s = w->s;

    if (!yes) {
        ussd_walk_ask_again(w, s->field, S(""));
    } else if (s->guess.kind != VALUE_ABSENT) {
        struct value guess = s->guess;

        turn_to(w, USSD_FIELD, s->field);
        take_value(w, &guess);
    } else {
        s->sure |= 1U << s->field;
        ussd_walk_judge(w);
        next_field(w);
    }
}

static void send(struct ussd_walk *w)
{
    int f;

    ussd_walk_judge(w);
    f = w->report ? error_field(w->report) : -1;
    if (w->report && w->report->status != REPORT_REJECTED)
        w->action = USSD_FILE;
    else if (f >= 0)
        ussd_walk_ask_again(w, f, error_note(w, &w->s->form->fields[f], w->report->error));
    else
        next_field(w);
}

static void number_input(struct ussd_walk *w, struct slice in)
{
    const struct menu_entry *e = ussd_command(&w->c, w->s);

    if (!e) {
        to_menu(w);
    } else if (in.n < 4 || in.n > 10 || !slice_all_digits(in) || !damm_valid(in)) {
        w->note = say_note(w, "ussd.salah_nomor", NULL, S(""));
    } else if (e->words_n) {
        w->s->nomor = in;
        turn_to(w, USSD_WORDS, -1);
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
        no_such_choice(w);
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
        no_such_choice(w);
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
    } else if (chosen->kind == OPTION_WAY) {
        s->variant = chosen->at;
        next_field(w);
    } else if (s->place == USSD_UNIT) {
        turn_to(w, USSD_FIELD, s->field);
        read_value(w, chosen->value);
    } else if (s->place == USSD_DOUBT) {
        doubt_answer(w, chosen->kind == OPTION_YES);
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
        field_input(w, in);
    else if (w->s->place == USSD_COUNT)
        count_input(w, in);
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
