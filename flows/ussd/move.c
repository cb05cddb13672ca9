/* move.c - see move.h. */
#include "flows/ussd/move.h"

#include <string.h>

#include "flows/understand/understanding.h"

struct slice ussd_move_note(struct ussd_walk *w, const char *key, const char *slot, struct slice v)
{
    return text_cut(ussd_text(&w->c, key, slot, v), USSD_NOTE, w->c.arena);
}

void ussd_move_no_choice(struct ussd_walk *w)
{
    w->note = ussd_move_note(w, "ussd.salah_pilihan", NULL, S(""));
}

struct slice ussd_move_error(struct ussd_walk *w, const struct field *f, enum report_error e)
{
    struct slice example = f->example.n ? f->example : S("-");

    switch (e) {
    case ERROR_OUT_OF_RANGE:
        return ussd_move_note(w, "ussd.di_luar_batas", "contoh", example);
    case ERROR_CHECK_DIGIT:
        return ussd_move_note(w, "ussd.salah_nomor", NULL, S(""));
    case ERROR_CONTRADICTION:
        return ussd_move_note(w, "ussd.bertentangan", "contoh", example);
    default:
        return ussd_move_note(w, "ussd.tidak_terbaca", "contoh", example);
    }
}

/* --- judging --- */

bool ussd_move_anything(const struct ussd_state *s)
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

void ussd_move_judge(struct ussd_walk *w)
{
    w->report = NULL;
    if (ussd_move_anything(w->s))
        judge(w);
}

void ussd_move_draft(struct ussd_walk *w)
{
    judge(w);
    w->action = w->report ? USSD_DRAFT : USSD_SHOW;
}

/* --- from page to page --- */

void ussd_move_turn(struct ussd_walk *w, enum ussd_place place, int field)
{
    w->s->place = place;
    w->s->field = field;
    w->s->sub = 0;
    if (place == USSD_FIELD && ussd_questions(w->c.rules, w->s, field)) {
        w->s->place = USSD_QUESTION;
        w->s->item = S("");
    }
    w->s->guess.kind = VALUE_ABSENT;
}

void ussd_move_next(struct ussd_walk *w)
{
    const struct variant *v = &w->s->form->variants[w->s->variant];

    for (unsigned i = 0; i < v->uses_n; i++)
        if (!ussd_state_answered(w->s, v->uses[i]) && ussd_asks(&w->c, w->s, v->uses[i])) {
            ussd_move_turn(w, USSD_FIELD, (int)v->uses[i]);
            return;
        }
    ussd_move_turn(w, USSD_ECHO, -1);
}

void ussd_move_forget(struct ussd_state *s, unsigned field)
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
        s->who = s->sex = s->born = S("");
}

static bool is_list(const struct ussd_state *s, int field)
{
    enum field_type t = s->form->fields[field].type;

    return t == FIELD_CHOICES || t == FIELD_COUNTS;
}

void ussd_move_ask_again(struct ussd_walk *w, int field, struct slice note)
{
    if (is_list(w->s, field))
        w->s->sure = 0;
    else
        ussd_move_forget(w->s, (unsigned)field);
    ussd_move_turn(w, USSD_FIELD, field);
    w->note = note;
}

void ussd_move_doubt(struct ussd_walk *w, int field, const struct value *guess)
{
    ussd_move_turn(w, USSD_DOUBT, field);
    if (!guess)
        return;
    ussd_move_forget(w->s, (unsigned)field);
    w->s->guess = *guess;
}

/* What is wrong or doubtful: by the whole, or, while something is missing still, of the field just answered.
 */
struct fault {
    int field; /* -1: nothing */
    enum report_error error;
    bool rejects;
};

static struct fault fault_of(const struct ussd_state *s, const struct report *r)
{
    struct fault x = { .field = form_field_named(r->form, r->error_field),
                       .error = r->error,
                       .rejects = r->status == REPORT_REJECTED };

    if (r->status == REPORT_ACCEPTED)
        x.field = -1;
    if (r->error == ERROR_MISSING && s->field >= 0)
        x = (struct fault){ .field = s->field,
                            .error = (enum report_error)(r->faults[s->field] & REPORT_FAULT_ERROR),
                            .rejects = (r->faults[s->field] & REPORT_FAULT_REJECTS) != 0 };
    if (x.field < 0 || x.error == ERROR_NONE || x.error == ERROR_MISSING ||
        s->values[x.field].kind == VALUE_ABSENT || (s->sure >> x.field & 1))
        x.field = -1;
    return x;
}

/* What it does not agree with, as an SMS would say it. */
static struct slice contradicts(struct ussd_walk *w, int field)
{
    const char *key =
        arena_printf(w->c.arena, "why.contradiction_%.*s", SLICE_ARG(w->s->form->fields[field].name)).p;

    return ussd_text(&w->c, text_exists(w->c.rules->texts, w->c.language, key) ? key : "why.contradiction",
                     NULL, S(""));
}

void ussd_move_valued(struct ussd_walk *w)
{
    struct ussd_state *s = w->s;
    const struct report *r;
    struct fault x = { .field = -1 };

    ussd_move_judge(w);
    r = w->report;
    if (r)
        x = fault_of(s, r);
    if (x.field < 0) {
        ussd_move_next(w);
    } else if (x.rejects) {
        ussd_move_ask_again(w, x.field, ussd_move_error(w, &s->form->fields[x.field], x.error));
    } else {
        bool guessed =
            r->values[x.field].kind != VALUE_ABSENT && !value_equal(&r->values[x.field], &s->values[x.field]);

        ussd_move_doubt(w, x.field, guessed ? &r->values[x.field] : NULL);
        if (x.error == ERROR_CONTRADICTION)
            w->note = ussd_move_note(w, "ussd.sebab", "sebab", contradicts(w, x.field));
    }
}

/* --- back --- */

/* The field that was asked before `field` (-1: the last of all); -1 when there is none. */
static int field_before(const struct ussd_walk *w, int field)
{
    const struct variant *v = &w->s->form->variants[w->s->variant];
    int before = -1;

    for (unsigned i = 0; i < v->uses_n && (int)v->uses[i] != field; i++)
        if (ussd_asks(&w->c, w->s, v->uses[i]))
            before = (int)v->uses[i];
    return before;
}

/* A page that was answered: a list stays, of a screening all answers but the last; any other value is put
 * aside, to come back when the caller only passes by. */
static void open_again(struct ussd_walk *w, int field)
{
    struct ussd_state *s = w->s;
    struct value old = s->values[field];
    uint32_t filled = s->filled & 1U << field;

    ussd_move_ask_again(w, field, S(""));
    if (is_list(s, field) || s->form->fields[field].type == FIELD_NOMOR)
        return;
    if (s->place == USSD_QUESTION) {
        s->item = slice_take(old.text, old.kind == VALUE_TEXT && old.text.n ? old.text.n - 1 : 0);
        return;
    }
    s->guess = old;
    s->filled |= filled;
}

bool ussd_move_back(struct ussd_walk *w)
{
    struct ussd_state *s = w->s;
    int before = field_before(w, s->field);

    if (s->place == USSD_FIELD && s->guess.kind != VALUE_ABSENT)
        s->values[s->field] = s->guess;
    else if (s->place == USSD_FIELD && !is_list(s, s->field))
        ussd_move_forget(s, (unsigned)s->field);
    if (before < 0)
        return false;
    open_again(w, before);
    return true;
}
