/* options.c - which digit of a page stands for what.  See ussd/page.h. */
#include "flows/step/drafts.h"
#include "flows/step/roles.h"
#include "flows/ussd/page.h"

bool ussd_required(const struct form *f, unsigned variant, unsigned field)
{
    return variant_requires(&f->variants[variant], field);
}

bool ussd_numeric(enum field_type t)
{
    return t == FIELD_NUMBER || t == FIELD_PRESSURE || t == FIELD_AGE || t == FIELD_DATE ||
           t == FIELD_MONTH || t == FIELD_NIK || t == FIELD_NOMOR;
}

static bool has_zero(const struct field *f)
{
    return (f->type == FIELD_NUMBER || f->type == FIELD_AGE) && f->min <= 0;
}

bool ussd_zero_skips(const struct form *f, unsigned variant, unsigned field)
{
    const struct field *x = &f->fields[field];

    return !has_zero(x) && ussd_numeric(x->type) && !ussd_required(f, variant, field);
}

bool ussd_999_skips(const struct form *f, unsigned variant, unsigned field)
{
    const struct field *x = &f->fields[field];

    return has_zero(x) && ussd_numeric(x->type) && !ussd_required(f, variant, field);
}

bool ussd_zero_answers(const struct form *f, unsigned variant, unsigned field)
{
    return has_zero(&f->fields[field]) || ussd_zero_skips(f, variant, field);
}

bool ussd_has_99(const struct ussd_state *s)
{
    const struct field *f = s->form && s->field >= 0 ? &s->form->fields[s->field] : NULL;

    if (s->place != USSD_FIELD || !f || ussd_numeric(f->type))
        return false;
    if (!ussd_required(s->form, s->variant, (unsigned)s->field))
        return true;
    return (f->type == FIELD_CHOICES || f->type == FIELD_COUNTS) && s->values[s->field].n > 0;
}

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

/* --- options --- */

static struct ussd_option *add(struct ussd_options *o, enum ussd_option_kind kind, struct slice say)
{
    static struct ussd_option full; /* never read */
    struct ussd_option *p = o->n < USSD_OPTIONS ? &o->option[o->n++] : &full;

    *p = (struct ussd_option){ .kind = kind, .say = say };
    return p;
}

static void add_value(struct ussd_options *o, struct slice say, struct slice value)
{
    add(o, OPTION_VALUE, say)->value = value;
}

/* What she may not report is not offered. */
static void menu_options(const struct ussd_context *c, const struct menu_page *p, struct ussd_options *o)
{
    for (unsigned i = 0; i < p->n; i++)
        if (!p->entries[i].form || roles_may_report(c->menu->role, p->entries[i].form))
            add(o, OPTION_ENTRY, p->entries[i].say)->at = i;
}

/* A half report that came by SMS can be finished here. */
static void draft_options(const struct ussd_context *c, struct ussd_options *o)
{
    unsigned n = c->drafts ? c->drafts->drafts_n : 0;

    for (unsigned i = n > USSD_DRAFTS ? n - USSD_DRAFTS : 0; i < n; i++) {
        const struct draft *d = &c->drafts->drafts[i];
        struct text_fill fill[] = { { "nomor", d->nomor }, { "judul", d->form->title } };

        if (!d->correct)
            add(o, OPTION_DRAFT, text_fill(c->rules->texts, c->language, "ussd.lengkapi", fill, 2, c->arena))
                ->at = i;
    }
}

static void way_options(const struct ussd_context *c, const struct form *f, struct ussd_options *o)
{
    const struct menu_form *mf = menu_form(c->rules->menus, f);

    for (unsigned i = 0; mf && i < mf->ways_n; i++)
        add(o, OPTION_WAY, mf->ways[i].say)->at = mf->ways[i].variant;
}

/* "tidak akses" for tidak_akses, where a word has no other name for people. */
static struct slice word_say(const struct word *w, struct arena *arena)
{
    struct slice say = w->say.n ? w->say : w->code;
    char *p;

    if (slice_find(say, '_') == (size_t)-1 || !(p = arena_alloc(arena, say.n + 1)))
        return say;
    for (size_t i = 0; i < say.n; i++)
        p[i] = say.p[i] == '_' ? ' ' : say.p[i];
    return slice_make(p, say.n);
}

/* One code may have several rows of words; it is offered once. */
static bool listed_before(const struct word_list *list, unsigned at)
{
    for (unsigned i = 0; i < at; i++)
        if (slice_eq(list->words[i].code, list->words[at].code))
            return true;
    return false;
}

static void word_options(const struct ussd_context *c, const struct field *f, const struct value *chosen,
                         struct ussd_options *o)
{
    for (unsigned i = 0; f->list && i < f->list->n; i++) {
        const struct word *w = &f->list->words[i];
        struct slice say = word_say(w, c->arena);
        struct slice value = f->type == FIELD_COUNTS ? w->letter : f->type == FIELD_TEXT ? say : w->code;
        bool in = value.n == 0;

        if (listed_before(f->list, i))
            continue;

        for (unsigned k = 0; k < chosen->n; k++)
            in = in || slice_eq(chosen->items[k], value);
        /* One that is chosen keeps its digit, but no longer its line. */
        add_value(o, in ? slice_make(NULL, 0) : say, value);
    }
}

static void place_options(const struct ussd_context *c, enum menu_places which, struct ussd_options *o)
{
    const struct place *p = c->person ? c->person->place : NULL;

    if (which == MENU_PLACES_VILLAGE && p && (p = place_village(p)))
        add_value(o, text_cut(p->name, 30, c->arena), p->name);
    if (which != MENU_PLACES_UP)
        return;
    for (p = p ? p->parent : NULL; p; p = p->parent)
        if (p->level == PLACE_PUSTU || p->level == PLACE_PUSKESMAS || p->level == PLACE_RS)
            add_value(o, text_cut(p->name, 30, c->arena), p->name);
}

/* The variant of the form that begins with a number; -1 when there is none. */
static int number_variant(const struct form *f)
{
    for (unsigned v = 0; v < f->variants_n; v++)
        if (f->variants[v].required_n > 0 && f->fields[f->variants[v].required[0]].type == FIELD_NOMOR)
            return (int)v;
    return -1;
}

static void name_options(const struct ussd_context *c, const struct ussd_state *s, struct ussd_options *o)
{
    int v = number_variant(s->form);

    if (!ussd_required(s->form, s->variant, (unsigned)s->field))
        return;
    add(o, OPTION_SMS, ussd_text(c, "ussd.lewat_sms", NULL, S("")));
    if (v >= 0 && v != (int)s->variant)
        add(o, OPTION_NUMBER, ussd_text(c, "ussd.pakai_nomor", NULL, S("")))->at = (unsigned)v;
}

static void text_options(const struct ussd_context *c, const struct ussd_state *s, struct ussd_options *o)
{
    const struct field *f = &s->form->fields[s->field];
    const struct menu_field *mf = menu_field(c->rules->menus, s->form, (unsigned)s->field);

    if (f->list && !mf)
        word_options(c, f, &s->values[s->field], o);
    for (unsigned i = 0; mf && i < mf->choices_n; i++)
        add_value(o, mf->choices[i], mf->choices[i]);
    if (mf)
        place_options(c, mf->places, o);
    if (o->n == 0 && ussd_required(s->form, s->variant, (unsigned)s->field))
        add(o, OPTION_SMS, ussd_text(c, "ussd.lewat_sms", NULL, S("")));
}

static void field_options(const struct ussd_context *c, const struct ussd_state *s, struct ussd_options *o)
{
    const struct field *f = &s->form->fields[s->field];

    switch (f->type) {
    case FIELD_SEX:
        add_value(o, ussd_text(c, "ussd.laki", NULL, S("")), S("L"));
        add_value(o, ussd_text(c, "ussd.perempuan", NULL, S("")), S("P"));
        break;
    case FIELD_CHOICE:
    case FIELD_CHOICES:
    case FIELD_COUNTS:
        word_options(c, f, &s->values[s->field], o);
        break;
    case FIELD_NAME:
        name_options(c, s, o);
        break;
    case FIELD_TEXT:
        text_options(c, s, o);
        break;
    case FIELD_ANSWERS:
        if (ussd_required(s->form, s->variant, (unsigned)s->field))
            add(o, OPTION_SMS, ussd_text(c, "ussd.lewat_sms", NULL, S("")));
        break;
    default:
        break;
    }
}

const struct menu_questions *ussd_questions(const struct ruleset *rs, const struct ussd_state *s)
{
    const struct menu_field *mf =
        s->form && s->field >= 0 ? menu_field(rs->menus, s->form, (unsigned)s->field) : NULL;

    for (unsigned i = 0; mf && mf->by >= 0 && i < mf->questions_n; i++)
        if (slice_eq(mf->questions[i].code, s->values[mf->by].text))
            return &mf->questions[i];
    return NULL;
}

static void yes_no(const struct ussd_context *c, const char *yes, const char *no, struct ussd_options *o)
{
    add(o, OPTION_YES, ussd_text(c, yes, NULL, S("")));
    add(o, OPTION_NO, ussd_text(c, no, NULL, S("")));
}

static void unit_options(const struct ussd_context *c, const struct ussd_state *s, struct ussd_options *o)
{
    static const struct {
        const char *key, *unit;
    } units[] = {
        { "ussd.tahun", "th" }, { "ussd.bulan", "bl" }, { "ussd.minggu", "mg" }, { "ussd.hari", "hr" }
    };

    for (unsigned i = 0; i < sizeof units / sizeof *units; i++)
        add_value(o, ussd_text(c, units[i].key, NULL, S("")),
                  arena_printf(c->arena, "%.*s%s", SLICE_ARG(s->item), units[i].unit));
}

void ussd_options(const struct ussd_context *c, const struct ussd_state *s, struct ussd_options *o)
{
    const struct menu_entry *e;

    o->n = 0;
    if (s->over == USSD_ASK_OVER) {
        yes_no(c, "ussd.lanjut_ya", "ussd.lanjut_tidak", o);
        return;
    }
    if (s->over == USSD_MENU_OVER) {
        menu_options(c, ussd_menu_page(c, s), o);
        return;
    }
    switch (s->place) {
    case USSD_MENU:
        menu_options(c, ussd_menu_page(c, s), o);
        if (ussd_menu_page(c, s) == c->menu->pages)
            draft_options(c, o);
        break;
    case USSD_WAY:
        way_options(c, s->form, o);
        break;
    case USSD_FIELD:
        field_options(c, s, o);
        break;
    case USSD_QUESTION:
        yes_no(c, "ussd.ya", "ussd.tidak", o);
        break;
    case USSD_UNIT:
        unit_options(c, s, o);
        break;
    case USSD_DOUBT:
        yes_no(c, "ussd.ya", "ussd.ubah", o);
        break;
    case USSD_ASKED:
        yes_no(c, "ussd.ya", "ussd.bukan", o);
        break;
    case USSD_ECHO:
        add(o, OPTION_YES, ussd_text(c, "ussd.kirim", NULL, S("")));
        break;
    case USSD_WORDS:
        e = ussd_command(c, s);
        for (unsigned i = 0; e && i < e->words_n; i++)
            add_value(o, e->words[i], e->words[i]);
        break;
    default:
        break;
    }
}
