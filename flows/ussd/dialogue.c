/* dialogue.c - see dialogue.h. */
#include "flows/ussd/dialogue.h"

#include "flows/step/reply.h"
#include "parsers/date.h"
#include "parsers/when.h"

/* --- keys --- */

bool ussd_required(const struct form *f, unsigned variant, unsigned field)
{
    return variant_requires(&f->variants[variant], field);
}

bool ussd_numeric(enum field_type t)
{
    return t == FIELD_NUMBER || t == FIELD_PRESSURE || t == FIELD_AGE || t == FIELD_DATE ||
           t == FIELD_MONTH || t == FIELD_NIK || t == FIELD_NOMOR;
}

/* The field that the page asks for; NULL on every other page. */
static const struct field *asked(const struct ussd_state *s)
{
    bool field = s->over == USSD_NOTHING_OVER && s->place == USSD_FIELD && s->form && s->field >= 0;

    return field ? &s->form->fields[s->field] : NULL;
}

bool ussd_zero_skips(const struct ruleset *rs, const struct ussd_state *s)
{
    const struct menu_field *mf = asked(s) ? menu_field(rs->menus, s->form, (unsigned)s->field) : NULL;

    return mf && mf->zero_is_none && ussd_may_skip(s);
}

bool ussd_zero_answers(const struct ruleset *rs, const struct ussd_state *s)
{
    const struct field *f = asked(s);

    if (s->over == USSD_NOTHING_OVER && s->place == USSD_COUNT)
        return true;
    return (f && (f->type == FIELD_NUMBER || f->type == FIELD_AGE) && f->min <= 0) || ussd_zero_skips(rs, s);
}

static bool is_list(const struct field *f)
{
    return f->type == FIELD_CHOICES || f->type == FIELD_COUNTS;
}

bool ussd_may_end(const struct ussd_state *s)
{
    const struct field *f = asked(s);

    return f && is_list(f) && s->values[s->field].n > 0;
}

bool ussd_may_skip(const struct ussd_state *s)
{
    const struct field *f = asked(s);

    if (s->over == USSD_NOTHING_OVER && s->place == USSD_WORDS)
        return true;
    return f && !ussd_required(s->form, s->variant, (unsigned)s->field) && !ussd_may_end(s);
}

/* 98 and 99 are numbers where a number is asked; that of a report is longer. */
static bool takes_numbers(const struct ussd_state *s)
{
    const struct field *f = asked(s);

    if (s->over != USSD_NOTHING_OVER)
        return false;
    return s->place == USSD_COUNT || (f && ussd_numeric(f->type));
}

enum ussd_key ussd_key(const struct ruleset *rs, const struct ussd_state *s, struct slice in)
{
    if (slice_is(in, "00"))
        return USSD_KEY_FIRST;
    if (slice_is(in, "000") || (slice_is(in, "0") && !ussd_zero_answers(rs, s)))
        return USSD_KEY_BACK;
    if (slice_is(in, "9") && s->over == USSD_MENU_OVER)
        return USSD_KEY_GO_ON;
    if (ussd_may_skip(s) && (slice_is(in, "999") || (slice_is(in, "0") && ussd_zero_skips(rs, s))))
        return USSD_KEY_SKIP;
    if (takes_numbers(s))
        return USSD_KEY_NONE;
    if (slice_is(in, "98"))
        return USSD_KEY_MORE;
    /* 99 ends a list, an empty one too: many have learnt it so. */
    if (slice_is(in, "99"))
        return ussd_may_end(s) ? USSD_KEY_END : ussd_may_skip(s) ? USSD_KEY_SKIP : USSD_KEY_NONE;
    return USSD_KEY_NONE;
}

bool ussd_asks_why(const struct ruleset *rs, const struct ussd_state *s)
{
    const struct field *f = asked(s);

    if (s->over == USSD_NOTHING_OVER && s->place == USSD_WORDS)
        return true; /* the command goes by the SMS path, words and all */
    return f && ((f->list && f->list == rs->forms.words.signs) ||
                 (f->type == FIELD_TEXT && form_is(s->form, FORM_DEATH)));
}

/* --- whom it is about --- */

static void known_of(const struct field *f, const struct value *v, int64_t today, struct menu_person *p)
{
    int64_t day;

    if (v->kind != VALUE_TEXT)
        return;
    if (f->type == FIELD_SEX)
        p->sex = v->text;
    else if (f->type == FIELD_AGE)
        p->months = age_months(v->text);
    else if (f->type == FIELD_DATE && f->hidden && date_parse_iso(v->text, &day) && day <= today)
        p->months = date_months_between(day, today); /* a birth date, given in place of an age */
}

struct menu_person ussd_about(const struct ussd_context *c, const struct ussd_state *s)
{
    const struct menu_form *mf = s->form ? menu_form(c->rules->menus, s->form) : NULL;
    struct menu_person p = { .sex = s->sex, .months = -1 };
    int64_t today = date_today(c->drawn_ms, c->rules->utc_offset_min), born;

    if (date_parse_iso(s->born, &born) && born <= today)
        p.months = date_months_between(born, today);
    for (unsigned i = 0; s->form && i < s->form->fields_n; i++)
        known_of(&s->form->fields[i], &s->values[i], today, &p);
    if (!mf)
        return p;
    if (mf->group.n)
        return (struct menu_person){ .months = -1,
                                     .group = mf->group }; /* jk and age are another's: mother, baby */
    if (mf->group_by >= 0 && s->values[mf->group_by].kind == VALUE_TEXT)
        p.group = s->values[mf->group_by].text;
    return p;
}

bool ussd_asks(const struct ussd_context *c, const struct ussd_state *s, unsigned field)
{
    const struct field *f = &s->form->fields[field];
    const struct menu_field *mf = menu_field(c->rules->menus, s->form, field);
    struct menu_person about;

    if (f->hidden)
        return false;
    if (ussd_required(s->form, s->variant, field))
        return true;
    if (!f->ask.n)
        return false;
    about = ussd_about(c, s);
    return !mf || menu_fits(c->rules->menus, &mf->fit, &about);
}

/* --- what it is about --- */

const struct menu_page *ussd_menu_page(const struct ussd_context *c, const struct ussd_state *s)
{
    const struct menu_page *p = menu_page(c->menu, s->menu);

    return p ? p : &c->menu->pages[0];
}

const struct menu_entry *ussd_command(const struct ussd_context *c, const struct ussd_state *s)
{
    for (unsigned i = 0; i < c->menu->n; i++)
        for (unsigned k = 0; k < c->menu->pages[i].n; k++) {
            const struct menu_entry *e = &c->menu->pages[i].entries[k];

            if (e->target == MENU_COMMAND && slice_eq(e->name, s->command))
                return e;
        }
    return NULL;
}

bool ussd_has_words(const struct menu_entry *e)
{
    return e->words_n > 0 || e->places || e->then.n > 0;
}

const struct menu_questions *ussd_questions(const struct ruleset *rs, const struct ussd_state *s, int field)
{
    const struct menu_field *mf =
        s->form && field >= 0 ? menu_field(rs->menus, s->form, (unsigned)field) : NULL;

    for (unsigned i = 0; mf && mf->by >= 0 && i < mf->questions_n; i++)
        if (slice_eq(mf->questions[i].code, s->values[mf->by].text))
            return &mf->questions[i];
    return NULL;
}

/* --- words --- */

struct slice ussd_text(const struct ussd_context *c, const char *key, const char *slot, struct slice value)
{
    struct text_fill fill = { .slot = slot, .value = value };

    return text_fill(c->rules->texts, c->language, key, &fill, slot ? 1 : 0, c->arena);
}

struct slice ussd_say(const struct ussd_context *c, const struct form *f, unsigned field,
                      const struct value *v)
{
    struct value *values = ARENA_ARRAY(c->arena, struct value, FORM_FIELDS);

    if (!values)
        return S("");
    values[field] = *v;
    return reply_echo(f, values, c->arena);
}

enum command_kind ussd_command_kind(struct slice name)
{
    for (int i = COMMAND_NONE + 1; i < COMMANDS; i++)
        if (slice_is(name, command_name((enum command_kind)i)))
            return (enum command_kind)i;
    return COMMAND_NONE;
}
