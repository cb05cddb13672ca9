/* check.c - proves the USSD dialogue when a configuration is loaded, and draws it.  See ussd.h.
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

static const char *const texts[] = {
    "ussd.belum_terdaftar",
    "ussd.menunggu",
    "ussd.tanpa_menu",
    "ussd.sibuk",
    "ussd.ditolak",
    "ussd.bukan_tugas",
    "ussd.belum_selesai",
    "ussd.lanjut_ya",
    "ussd.lanjut_tidak",
    "ussd.lanjutkan",
    "ussd.ya",
    "ussd.bukan",
    "ussd.tidak",
    "ussd.ya_bukan",
    "ussd.lengkapi",
    "ussd.ubah",
    "ussd.kirim",
    "ussd.laki",
    "ussd.perempuan",
    "ussd.tahun",
    "ussd.bulan",
    "ussd.minggu",
    "ussd.hari",
    "ussd.lewat_sms",
    "ussd.pakai_nomor",
    "ussd.ragu",
    "ussd.tidak_lazim",
    "ussd.berapa",
    "ussd.satuan",
    "ussd.nol_lewati",
    "ussd.kembali",
    "ussd.kembali_000",
    "ussd.kirim_kembali",
    "ussd.lagi",
    "ussd.selesai",
    "ussd.lewati",
    "ussd.salah_pilihan",
    "ussd.salah_nomor",
    "ussd.nomor_tidak_ada",
    "ussd.nomor_lain",
    "ussd.di_luar_batas",
    "ussd.bertentangan",
    "ussd.tidak_terbaca",
    "ussd.sudah",
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

static enum command_kind command_named(struct slice name)
{
    for (int i = COMMAND_NONE + 1; i < COMMANDS; i++)
        if (slice_is(name, command_name((enum command_kind)i)))
            return (enum command_kind)i;
    return COMMAND_NONE;
}

static void check_entry(struct check *k, const struct menu_entry *e)
{
    const struct person anyone = { .role = k->c.menu->role, .active = true };
    enum command_kind command = command_named(e->name);

    if (e->target != MENU_COMMAND)
        return;
    if (command == COMMAND_NONE)
        fault_add(k->faults, e->mark, "there is no command \"%.*s\"", SLICE_ARG(e->name));
    else if (!roles_may_command(&anyone, command))
        fault_add(k->faults, e->mark, "%s may not say \"%.*s\": remove the entry", role_name(anyone.role),
                  SLICE_ARG(e->name));
    if (e->ask.n == 0)
        return;
    begin(k, USSD_NUMBER);
    k->state.command = e->name;
    check_page(k, e->mark, "this command");
    if (e->words_n == 0)
        return;
    begin(k, USSD_WORDS);
    k->state.command = e->name;
    k->state.nomor = S("1234567890");
    check_page(k, e->mark, "this command's words");
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
        for (unsigned e = 0; e < p->n; e++)
            check_entry(k, &p->entries[e]);
    }
}

/* --- forms --- */

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

static bool in_some_menu(const struct menu_set *set, const struct form *f)
{
    for (unsigned m = 0; m < set->menus_n; m++)
        for (unsigned p = 0; p < set->menus[m].n; p++)
            for (unsigned e = 0; e < set->menus[m].pages[p].n; e++)
                if (set->menus[m].pages[p].entries[e].form == f)
                    return true;
    return false;
}

static void check_texts(struct check *k, const struct menu *m)
{
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!text_exists(k->c.rules->texts, m->language, texts[i]))
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
        if (in_some_menu(rs->menus, &rs->forms.forms[i]))
            check_form(&k, &rs->forms.forms[i]);
    }
    arena_free(&arena);
}

/* --- Graphviz --- */

static void node(struct buf *b, struct slice a, struct slice id, struct slice label)
{
    buf_printf(b, "  \"%.*s/%.*s\" [label=", SLICE_ARG(a), SLICE_ARG(id));
    buf_json(b, label);
    buf_str(b, "];\n");
}

static void graph_menu(struct buf *b, const struct menu *m)
{
    struct slice role = slice_of(role_name(m->role));

    for (unsigned i = 0; i < m->n; i++) {
        const struct menu_page *p = &m->pages[i];

        node(b, role, p->name, p->title);
        for (unsigned e = 0; e < p->n; e++) {
            const struct menu_entry *to = &p->entries[e];

            buf_printf(b, "  \"%.*s/%.*s\" -> ", SLICE_ARG(role), SLICE_ARG(p->name));
            if (to->target == MENU_PAGE)
                buf_printf(b, "\"%.*s/%.*s\"", SLICE_ARG(role), SLICE_ARG(to->name));
            else
                buf_printf(b, "\"%s %.*s\"", to->target == MENU_FORM ? "form" : "command",
                           SLICE_ARG(to->name));
            buf_printf(b, " [label=\"%u\"];\n", e + 1);
        }
    }
}

static void graph_form(struct buf *b, const struct menu_set *set, const struct form *f)
{
    const struct menu_form *mf = menu_form(set, f);

    for (unsigned w = 0; w < (mf && mf->ways_n ? mf->ways_n : 1); w++) {
        const struct variant *v = &f->variants[mf && mf->ways_n ? mf->ways[w].variant : 0];

        buf_printf(b, "  \"form %.*s\"", SLICE_ARG(f->name));
        for (unsigned i = 0; i < v->uses_n; i++) {
            const struct field *x = &f->fields[v->uses[i]];

            if (!x->hidden && x->ask.n)
                buf_printf(b, " -> \"%.*s %u %.*s\"", SLICE_ARG(f->name), w + 1, SLICE_ARG(x->name));
        }
        buf_printf(b, " -> \"%.*s kirim\"", SLICE_ARG(f->name));
        if (mf && mf->ways_n > 1)
            buf_printf(b, " [label=\"%u\"]", w + 1);
        buf_str(b, ";\n");
    }
}

void ussd_graph(const struct ruleset *rs, struct buf *b)
{
    buf_str(b, "digraph ussd {\n  rankdir=LR;\n  node [shape=box];\n");
    for (unsigned i = 0; i < rs->menus->menus_n; i++)
        graph_menu(b, &rs->menus->menus[i]);
    for (unsigned i = 0; i < rs->forms.n; i++)
        if (in_some_menu(rs->menus, &rs->forms.forms[i]))
            graph_form(b, rs->menus, &rs->forms.forms[i]);
    buf_str(b, "}\n");
}
