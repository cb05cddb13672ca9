/* options.c - see options.h. */
#include "flows/ussd/options.h"

#include "flows/step/drafts.h"
#include "flows/step/roles.h"
#include "parsers/date.h"

static struct ussd_option *add(struct ussd_options *o, enum ussd_option_kind kind, struct slice say)
{
    struct ussd_option *p = &o->option[o->n];

    o->n += o->n < USSD_OPTIONS;
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

static bool is_chosen(const struct value *chosen, struct slice value)
{
    for (unsigned k = 0; k < chosen->n; k++)
        if (slice_eq(chosen->items[k], value))
            return true;
    return false;
}

/* "hapus BCG" takes it out again; "A = 5" asks for its count again. */
static void add_chosen(const struct ussd_context *c, const struct value *chosen, struct slice say,
                       struct slice value, struct ussd_options *o)
{
    struct ussd_option *p = add(o, OPTION_CHOSEN, ussd_text(c, "ussd.hapus", "isi", say));

    p->value = value;
    for (unsigned k = 0; chosen->kind == VALUE_COUNTS && k < chosen->n; k++)
        if (slice_eq(chosen->items[k], value))
            p->say =
                arena_printf(c->arena, "%.*s = %lld", SLICE_ARG(say), (long long)(chosen->counts[k] / 1000));
}

static void word_options(const struct ussd_context *c, const struct ussd_state *s, struct ussd_options *o)
{
    const struct field *f = &s->form->fields[s->field];
    const struct value *chosen = &s->values[s->field];
    const struct menu_person about = ussd_about(c, s);

    for (unsigned i = 0; f->list && i < f->list->n; i++) {
        const struct word *w = &f->list->words[i];
        struct slice say = word_say(w, c->arena);
        struct slice value = f->type == FIELD_COUNTS ? w->letter : f->type == FIELD_TEXT ? say : w->code;

        if (value.n == 0 || listed_before(f->list, i))
            continue;
        if (is_chosen(chosen, value))
            add_chosen(c, chosen, say, value, o);
        else if (menu_offers(c->rules->menus, f->list, w, &about))
            add_value(o, say, value);
    }
}

static const struct place *village_of(const struct ussd_context *c)
{
    return c->person && c->person->place ? place_village(c->person->place) : NULL;
}

/* All villages that lie where the sender sits. */
static void village_options(const struct ussd_context *c, struct ussd_options *o)
{
    const struct directory *d = &c->rules->directory;
    const struct place *at = c->person ? c->person->place : NULL, *area = at && at->area ? at->area : at;

    for (unsigned i = 0; area && i < d->places_n; i++)
        if ((d->places[i].level == PLACE_DESA || d->places[i].level == PLACE_KELURAHAN) &&
            place_under(&d->places[i], area))
            add_value(o, text_cut(d->places[i].name, 30, c->arena), d->places[i].name);
}

static void place_options(const struct ussd_context *c, enum menu_places which, struct ussd_options *o)
{
    const struct place *p = c->person ? c->person->place : NULL;

    switch (which) {
    case MENU_PLACES_VILLAGES:
        village_options(c, o);
        break;
    case MENU_PLACES_VILLAGE:
        if ((p = village_of(c)))
            add_value(o, text_cut(p->name, 30, c->arena), p->name);
        break;
    case MENU_PLACES_UP:
        for (p = p ? p->parent : NULL; p; p = p->parent)
            if (p->level == PLACE_PUSTU || p->level == PLACE_PUSKESMAS || p->level == PLACE_RS)
                add_value(o, text_cut(p->name, 30, c->arena), p->name);
        break;
    default:
        break;
    }
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

/* The codes of the list, then those that it does not have; what says all by itself only while nothing is
 * said. */
static void count_options(const struct ussd_context *c, const struct ussd_state *s, struct ussd_options *o)
{
    const struct menu_field *mf = menu_field(c->rules->menus, s->form, (unsigned)s->field);
    const struct value *chosen = &s->values[s->field];

    word_options(c, s, o);
    for (unsigned i = 0; mf && i < mf->choices_n; i++) {
        const struct menu_choice *one = &mf->choices[i];

        if (is_chosen(chosen, one->value))
            add_chosen(c, chosen, one->say, one->value, o);
        else if (!one->alone)
            add_value(o, one->say, one->value);
        else if (!chosen->n)
            add(o, OPTION_ALONE, one->say)->value = one->value;
    }
}

static void text_options(const struct ussd_context *c, const struct ussd_state *s, struct ussd_options *o)
{
    const struct field *f = &s->form->fields[s->field];
    const struct menu_field *mf = menu_field(c->rules->menus, s->form, (unsigned)s->field);

    const struct menu_person about = ussd_about(c, s);

    if (f->list && (!mf || (!mf->choices_n && !mf->places)))
        word_options(c, s, o);
    for (unsigned i = 0; mf && i < mf->choices_n; i++)
        if (menu_fits(c->rules->menus, &mf->choices[i].fit, &about))
            add_value(o, mf->choices[i].say, mf->choices[i].value);
    if (mf)
        place_options(c, mf->places, o);
    if (o->n == 0 && ussd_required(s->form, s->variant, (unsigned)s->field))
        add(o, OPTION_SMS, ussd_text(c, "ussd.lewat_sms", NULL, S("")));
}

/* Whoever types a day means an earlier one. */
static void day_options(const struct ussd_context *c, struct ussd_options *o)
{
    int64_t today = date_today(c->drawn_ms, c->rules->utc_offset_min);

    add_value(o, ussd_text(c, "ussd.hari_ini", NULL, S("")), date_iso(today, c->arena));
    add_value(o, ussd_text(c, "ussd.kemarin", NULL, S("")), date_iso(today - 1, c->arena));
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
        word_options(c, s, o);
        break;
    case FIELD_COUNTS:
        count_options(c, s, o);
        break;
    case FIELD_DATE:
        day_options(c, o);
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

static void yes_no(const struct ussd_context *c, const char *yes, const char *no, struct ussd_options *o)
{
    add(o, OPTION_YES, ussd_text(c, yes, NULL, S("")));
    add(o, OPTION_NO, ussd_text(c, no, NULL, S("")));
}

/* Yes and no, or the answers that this question has. */
static void question_options(const struct ussd_context *c, const struct ussd_state *s, struct ussd_options *o)
{
    const struct menu_questions *q = ussd_questions(c->rules, s, s->field);
    const struct menu_question *one = q && s->item.n < q->n ? &q->ask[s->item.n] : NULL;

    for (unsigned i = 0; one && i < one->answers_n; i++)
        add(o, OPTION_ANSWER, one->answers[i])->value = arena_printf(c->arena, "%u", i);
    if (!one || one->answers_n)
        return;
    add(o, OPTION_ANSWER, ussd_text(c, "ussd.ya", NULL, S("")))->value = S("Y");
    add(o, OPTION_ANSWER, ussd_text(c, "ussd.tidak", NULL, S("")))->value = S("T");
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

enum {
    NUMBER_SAY = 30, /* letters of one */
};

static void number_option(const struct ussd_context *c, struct slice nomor, struct slice whom,
                          struct ussd_options *o)
{
    struct slice say = arena_printf(c->arena, "%.*s %.*s", SLICE_ARG(nomor), SLICE_ARG(whom));

    add_value(o, text_cut(say, NUMBER_SAY, c->arena), nomor);
}

/* The cases that wait for this word, and for her own reports the last one: nobody has to type their numbers.
 */
static void number_options(const struct ussd_context *c, const struct menu_entry *e, struct ussd_options *o)
{
    enum command_kind kind = e ? ussd_command_kind(e->name) : COMMAND_NONE;
    const struct sender_state *d = c->drafts;
    const struct open_case *it;
    struct open_cases listed = { .n = 0 };

    if (d)
        open_listed(&d->open, &listed);
    for (unsigned i = 0; i < listed.n; i++) {
        struct open_cases one = { .all = { listed.all[i] }, .n = 1 };
        enum command_kind meant = kind;

        if (open_fitting(&one, &meant, &it) && meant == kind)
            number_option(c, it->nomor, it->whom, o);
    }
    if (d && d->last.nomor.n && (kind == COMMAND_STATUS || kind == COMMAND_BATAL || kind == COMMAND_KOREKSI))
        number_option(c, d->last.nomor, d->last.whom, o);
}

static void fill(const struct ussd_context *c, const struct ussd_state *s, struct ussd_options *o)
{
    const struct menu_entry *e;

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
        question_options(c, s, o);
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
    case USSD_NUMBER:
        number_options(c, ussd_command(c, s), o);
        break;
    case USSD_WORDS:
        e = ussd_command(c, s);
        for (unsigned i = 0; e && i < e->words_n; i++)
            add_value(o, e->words[i], e->words[i]);
        if (e)
            place_options(c, e->places, o);
        break;
    default:
        break;
    }
}

const struct ussd_options *ussd_options(const struct ussd_context *c, const struct ussd_state *s)
{
    struct ussd_options *o = arena_raw(c->arena, sizeof *o); /* room for ninety; most pages have five */

    if (!o)
        return NULL;
    o->n = 0;
    fill(c, s, o);
    return o;
}
