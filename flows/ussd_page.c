/* ussd_page.c - options and pages.  See ussd_page.h. */
#include "flows/ussd_page.h"

#include <string.h>

#include "flows/reply.h"
#include "flows/roles.h"

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

bool ussd_required(const struct form *f, unsigned variant, unsigned field)
{
    const struct variant *v = &f->variants[variant];

    for (unsigned i = 0; i < v->required_n; i++)
        if (v->required[i] == field)
            return true;
    return false;
}

static bool numeric(enum field_type t)
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

    return !has_zero(x) && numeric(x->type) && !ussd_required(f, variant, field);
}

bool ussd_zero_answers(const struct form *f, unsigned variant, unsigned field)
{
    return has_zero(&f->fields[field]) || ussd_zero_skips(f, variant, field);
}

bool ussd_has_99(const struct ussd_state *s)
{
    const struct field *f = s->form && s->field >= 0 ? &s->form->fields[s->field] : NULL;

    if (s->place != USSD_FIELD || !f || numeric(f->type))
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

static void word_options(const struct ussd_context *c, const struct word_list *list,
                         const struct value *chosen, struct ussd_options *o)
{
    for (unsigned i = 0; list && i < list->n; i++) {
        const struct word *w = &list->words[i];
        bool in = false;

        for (unsigned k = 0; k < chosen->n; k++)
            in = in || slice_eq(chosen->items[k], w->code);
        /* One that is chosen keeps its digit, but no longer its line. */
        add_value(o, in ? slice_make(NULL, 0) : word_say(w, c->arena), w->code);
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
        word_options(c, f->list, &s->values[s->field], o);
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
        word_options(c, f->list, &s->values[s->field], o);
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
        break;
    case USSD_WAY:
        way_options(c, s->form, o);
        break;
    case USSD_FIELD:
        field_options(c, s, o);
        break;
    case USSD_UNIT:
        unit_options(c, s, o);
        break;
    case USSD_DOUBT:
        yes_no(c, "ussd.ya", "ussd.ubah", o);
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

/* --- pages --- */

static void add_line(struct ussd_page *p, struct slice line)
{
    if (p->n < sizeof p->line / sizeof *p->line)
        p->line[p->n++] = line;
}

static void add_options(const struct ussd_context *c, const struct ussd_state *s, struct ussd_page *p)
{
    struct ussd_options *o = ARENA_NEW(c->arena, struct ussd_options);

    if (!o)
        return;
    ussd_options(c, s, o);
    for (unsigned i = 0; i < o->n; i++)
        if (o->option[i].say.p)
            add_line(p, arena_printf(c->arena, "%u %.*s", i + 1, SLICE_ARG(o->option[i].say)));
}

static struct slice chosen_so_far(const struct ussd_context *c, const struct ussd_state *s)
{
    const struct value *v = &s->values[s->field];
    struct buf b;
    struct slice out;

    if (v->kind != VALUE_LIST && v->kind != VALUE_COUNTS)
        return S("");
    buf_init(&b, 4096);
    value_say(&b, v);
    out = text_cut(buf_slice(&b), USSD_NOTE, c->arena);
    buf_free(&b);
    return out;
}

static void make_field(const struct ussd_context *c, const struct ussd_state *s, struct ussd_page *p)
{
    const struct field *f = &s->form->fields[s->field];

    p->head = f->ask.n ? f->ask : f->name;
    if (slice_empty(p->note))
        p->note = chosen_so_far(c, s);
    add_options(c, s, p);
    if (numeric(f->type)) {
        if (ussd_zero_skips(s->form, s->variant, (unsigned)s->field))
            add_line(p, ussd_text(c, "ussd.nol_lewati", NULL, S("")));
    } else if (ussd_has_99(s)) {
        add_line(p, ussd_text(c, s->values[s->field].n ? "ussd.selesai" : "ussd.lewati", NULL, S("")));
    }
    p->foot = ussd_text(
        c, ussd_zero_answers(s->form, s->variant, (unsigned)s->field) ? "ussd.kembali_000" : "ussd.kembali",
        NULL, S(""));
}

/* The echo may be longer than one page: cut at blanks, so that 98 turns to the rest. */
static void add_words(const struct ussd_context *c, struct ussd_page *p, struct slice text)
{
    enum {
        LINE = 60
    };

    while (text.n) {
        size_t n = text.n;

        if (n > LINE) {
            for (n = LINE; n > 0 && text.p[n] != ' '; n--)
                ;
            n = n ? n : LINE;
        }
        add_line(p, arena_copy(c->arena, slice_take(text, n)));
        text = slice_trim(slice_skip(text, n));
    }
}

static void make_echo(const struct ussd_context *c, const struct ussd_state *s, struct ussd_page *p)
{
    struct slice say = reply_echo(s->form, s->values, c->arena);

    if (s->who.n)
        add_line(p, s->who);
    add_words(c, p, text_cut(say, 1000, c->arena));
    p->foot = ussd_text(c, "ussd.kirim_kembali", NULL, S(""));
}

static struct slice doubt_head(const struct ussd_context *c, const struct ussd_state *s)
{
    bool guessed = s->guess.kind != VALUE_ABSENT;
    struct slice say = ussd_say(c, s->form, (unsigned)s->field, guessed ? &s->guess : &s->values[s->field]);

    return ussd_text(c, guessed ? "ussd.ragu" : "ussd.tidak_lazim", "isi", say);
}

static void make_dialogue(const struct ussd_context *c, const struct ussd_state *s, struct ussd_page *p)
{
    const struct menu_entry *e = NULL;

    p->foot = ussd_text(c, "ussd.kembali", NULL, S(""));
    switch (s->place) {
    case USSD_WAY:
        p->head = s->form->title;
        add_options(c, s, p);
        break;
    case USSD_FIELD:
        make_field(c, s, p);
        break;
    case USSD_COUNT:
        p->head = ussd_text(c, "ussd.berapa", "isi", s->item);
        p->foot = ussd_text(c, "ussd.kembali_000", NULL, S(""));
        break;
    case USSD_UNIT:
        p->head = ussd_text(c, "ussd.satuan", "isi", s->item);
        add_options(c, s, p);
        break;
    case USSD_DOUBT:
        p->head = doubt_head(c, s);
        add_options(c, s, p);
        break;
    case USSD_ECHO:
        make_echo(c, s, p);
        break;
    case USSD_NUMBER:
        e = ussd_command(c, s);
        p->head = e ? e->ask : S("");
        break;
    case USSD_WORDS:
        e = ussd_command(c, s);
        p->head = e ? arena_printf(c->arena, "%.*s %.*s", SLICE_ARG(e->typed), SLICE_ARG(s->nomor)) : S("");
        add_options(c, s, p);
        add_line(p, ussd_text(c, "ussd.lewati", NULL, S("")));
        break;
    default:
        break;
    }
}

static void make_menu(const struct ussd_context *c, const struct ussd_state *s, struct ussd_page *p)
{
    const struct menu_page *m = ussd_menu_page(c, s);

    p->head = m->title;
    add_options(c, s, p);
    if (s->over == USSD_MENU_OVER && s->form)
        add_line(p, ussd_text(c, "ussd.lanjutkan", "judul", s->form->title));
    if (m != c->menu->pages)
        p->foot = ussd_text(c, "ussd.kembali", NULL, S(""));
}

void ussd_page_make(const struct ussd_context *c, const struct ussd_state *s, struct slice note,
                    struct ussd_page *p)
{
    memset(p, 0, sizeof *p);
    p->note = note;
    if (s->over == USSD_ASK_OVER) {
        const struct menu_entry *e = s->form ? NULL : ussd_command(c, s);

        p->head = ussd_text(c, "ussd.belum_selesai", "judul", s->form ? s->form->title : e ? e->say : S(""));
        add_options(c, s, p);
    } else if (s->over == USSD_MENU_OVER || s->place == USSD_MENU) {
        make_menu(c, s, p);
    } else {
        make_dialogue(c, s, p);
    }
}

/* --- septets and turns --- */

static size_t with_break(struct slice s)
{
    return s.n ? s.n + 1 : 0;
}

/* How many lines from `from` on fit into `room` (each with its line break); at least one. */
static unsigned lines_in(const struct ussd_page *p, unsigned from, size_t room)
{
    unsigned n = 0;
    size_t used = 0;

    while (from + n < p->n && used + p->line[from + n].n + 1 <= room)
        used += p->line[from + n++].n + 1;
    return n ? n : 1;
}

static void put_line(struct buf *b, struct slice s)
{
    if (s.n) {
        if (b->n)
            buf_char(b, '\n');
        buf_add(b, s);
    }
}

struct slice ussd_page_render(const struct ussd_page *p, unsigned sub, struct slice more, struct arena *arena)
{
    size_t fixed = with_break(p->note) + with_break(p->head) + with_break(p->foot), all = fixed;
    unsigned start[USSD_OPTIONS + 3] = { 0 }, turns = 0, from = 0;
    struct buf b;
    struct slice out;

    for (unsigned i = 0; i < p->n; i++)
        all += p->line[i].n + 1;
    if (all <= USSD_SEPTETS + 1) {
        start[++turns] = p->n;
    } else {
        size_t room = USSD_SEPTETS + 1 - fixed - (more.n + 1);

        if (fixed + more.n + 1 > USSD_SEPTETS)
            room = 0;
        while (from < p->n) {
            from += lines_in(p, from, room);
            start[++turns] = from;
        }
    }
    sub = turns ? sub % turns : 0;
    buf_init(&b, 1024);
    put_line(&b, p->note);
    put_line(&b, p->head);
    for (unsigned i = start[sub]; turns && i < start[sub + 1]; i++)
        put_line(&b, p->line[i]);
    if (turns > 1) {
        put_line(&b, more);
        if (p->foot.n)
            buf_char(&b, ' ');
        buf_add(&b, p->foot);
    } else {
        put_line(&b, p->foot);
    }
    out = arena_copy(arena, slice_take(buf_slice(&b), USSD_SEPTETS));
    buf_free(&b);
    return out;
}

struct slice ussd_page_text(const struct ussd_context *c, const struct ussd_state *s, struct slice note)
{
    struct ussd_page *p = ARENA_NEW(c->arena, struct ussd_page);

    if (!p)
        return S("");
    ussd_page_make(c, s, note, p);
    return ussd_page_render(p, s->sub, ussd_text(c, "ussd.lagi", NULL, S("")), c->arena);
}
