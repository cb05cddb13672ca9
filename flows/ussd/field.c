/* field.c - see field.h. */
#include "flows/ussd/field.h"

#include "flows/understand/understanding.h"
#include "flows/ussd/options.h"

enum {
    COUNT_MAX = 9999
};

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

/* Chosen by mistake. */
static void drop_item(struct value *v, struct slice code)
{
    unsigned n = 0;

    for (unsigned i = 0; i < v->n; i++)
        if (!slice_eq(v->items[i], code))
            v->items[n++] = v->items[i];
    v->n = n;
    if (n == 0)
        v->kind = VALUE_ABSENT;
}

/* More may follow: 99 ends the list.  An emergency in it does not wait for that. */
static void list_changed(struct ussd_walk *w)
{
    w->s->skipped &= ~(1U << w->s->field);
    w->s->sub = 0;
    ussd_move_judge(w);
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
        list_changed(w);
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
    ussd_move_valued(w);
}

/* A keypad's only mark is the star: 9*2 is 9,2 and 120*80 is 120/80. */
static struct slice with_marks(struct ussd_walk *w, const struct field *f, struct slice in)
{
    char mark = f->type == FIELD_NUMBER ? ',' : '/', *p;

    if ((f->type != FIELD_NUMBER && f->type != FIELD_PRESSURE && f->type != FIELD_DATE) ||
        slice_find(in, '*') == (size_t)-1 || !(p = arena_alloc(w->c.arena, in.n + 1)))
        return in;
    for (size_t i = 0; i < in.n; i++)
        p[i] = in.p[i] == '*' ? mark : in.p[i];
    return slice_make(p, in.n);
}

/* "15": of this month?  On a page where digits choose, nobody knows whether a day was meant. */
static bool is_lone_day(const struct field *f, struct slice in)
{
    return f->type == FIELD_DATE && in.n <= 2 && slice_all_digits(in);
}

void ussd_field_read(struct ussd_walk *w, struct slice input)
{
    struct ussd_state *s = w->s;
    const struct field *f = &s->form->fields[s->field];
    struct value v = { .kind = VALUE_ABSENT };
    enum report_error e = understand_field(w->c.rules, s->form, (unsigned)s->field, with_marks(w, f, input),
                                           w->c.now_ms, w->c.arena, &v);

    if (e == ERROR_NONE && is_lone_day(f, input))
        e = ERROR_AMBIGUOUS;
    if (e == ERROR_NONE && v.kind != VALUE_ABSENT) {
        s->filled &= ~(1U << s->field);
        take_value(w, &v);
    } else if (e == ERROR_AMBIGUOUS && f->type == FIELD_AGE && slice_all_digits(input)) {
        ussd_move_turn(w, USSD_UNIT, s->field);
        s->item = input;
    } else if (e == ERROR_AMBIGUOUS && v.kind == VALUE_NUMBER && f->type == FIELD_NUMBER) {
        s->filled |= 1U << s->field; /* the echo page asks */
        take_value(w, &v);
    } else if (e == ERROR_AMBIGUOUS && v.kind != VALUE_ABSENT) {
        ussd_move_doubt(w, s->field, &v);
    } else if (e == ERROR_IMPLAUSIBLE && v.kind != VALUE_ABSENT) {
        s->values[s->field] = v;
        ussd_move_judge(w);
        ussd_move_turn(w, USSD_DOUBT, s->field);
    } else {
        w->note = ussd_move_error(w, f, e);
    }
}

/* What was chosen needs no reading where it is a code already. */
static void take_code(struct ussd_walk *w, struct slice code)
{
    struct ussd_state *s = w->s;
    struct value v = value_text(code);

    switch (s->form->fields[s->field].type) {
    case FIELD_COUNTS:
        if (code.n) {
            ussd_move_turn(w, USSD_COUNT, s->field);
            s->item = code;
        } else {
            ussd_move_no_choice(w);
        }
        break;
    case FIELD_CHOICES:
        add_item(w, &s->values[s->field], code, 0);
        list_changed(w);
        break;
    case FIELD_CHOICE:
    case FIELD_SEX:
        take_value(w, &v);
        break;
    default:
        ussd_field_read(w, code);
        break;
    }
}

static void take_option(struct ussd_walk *w, const struct ussd_option *o)
{
    struct ussd_state *s = w->s;

    switch (o->kind) {
    case OPTION_SMS:
        ussd_move_draft(w);
        break;
    case OPTION_NUMBER:
        for (unsigned i = 0; i < s->form->fields_n; i++)
            ussd_move_forget(s, i);
        s->variant = o->at;
        ussd_move_next(w);
        break;
    case OPTION_ALONE:
        add_item(w, &s->values[s->field], o->value, 0);
        ussd_move_valued(w);
        break;
    case OPTION_CHOSEN:
        if (s->form->fields[s->field].type == FIELD_CHOICES) {
            drop_item(&s->values[s->field], o->value);
            list_changed(w);
            break;
        }
        take_code(w, o->value);
        break;
    default:
        take_code(w, o->value);
        break;
    }
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
        ussd_move_no_choice(w);
}

static bool is_option(const struct ussd_options *o, struct slice digits)
{
    uint64_t n;

    return slice_to_u64(digits, &n) && n >= 1 && n <= o->n;
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

void ussd_field_input(struct ussd_walk *w, struct slice in)
{
    struct ussd_state *s = w->s;
    const struct field *f = &s->form->fields[s->field];
    const struct ussd_options *o = ussd_options(&w->c, s);

    if (!o)
        return;
    if (f->type == FIELD_CHOICES && several_digits(in)) {
        choose_several(w, o, in);
    } else if (o->n && slice_all_digits(in) && (!ussd_numeric(f->type) || is_option(o, in))) {
        choose(w, o, in);
    } else {
        ussd_field_read(w, in);
    }
}

void ussd_field_count(struct ussd_walk *w, struct slice in)
{
    struct ussd_state *s = w->s;
    uint64_t n;

    if (!slice_to_u64(in, &n) || n > COUNT_MAX) {
        w->note = ussd_move_note(w, "ussd.tidak_terbaca", "contoh", S("5"));
        return;
    }
    add_item(w, &s->values[s->field], s->item, (int64_t)n * 1000);
    ussd_move_turn(w, USSD_FIELD, s->field);
    list_changed(w);
}

void ussd_field_confirm(struct ussd_walk *w, bool yes)
{
    struct ussd_state *s = w->s;

    if (!yes) {
        ussd_move_ask_again(w, s->field, S(""));
    } else if (s->guess.kind != VALUE_ABSENT) {
        struct value guess = s->guess;

        ussd_move_turn(w, USSD_FIELD, s->field);
        take_value(w, &guess);
    } else {
        s->sure |= 1U << s->field;
        s->filled &= ~(1U << s->field);
        ussd_move_judge(w);
        ussd_move_next(w);
    }
}

void ussd_field_answer(struct ussd_walk *w, struct slice answer)
{
    struct ussd_state *s = w->s;
    const struct menu_questions *q = ussd_questions(w->c.rules, s, s->field);
    struct slice all = arena_printf(w->c.arena, "%.*s%.*s", SLICE_ARG(s->item), SLICE_ARG(answer));

    s->item = all;
    if (!q || all.n >= q->n)
        ussd_field_read(w, all);
}
