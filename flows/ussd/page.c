/* page.c - how a page looks.  See ussd/page.h. */
#include "flows/ussd/page.h"

#include <string.h>

/* --- pages --- */

static void add_line(struct ussd_page *p, struct slice line)
{
    if (p->n < sizeof p->line / sizeof *p->line)
        p->line[p->n++] = line;
}

static void add_options(const struct ussd_context *c, const struct ussd_state *s, struct ussd_page *p)
{
    const struct ussd_options *o = ussd_options(c, s);

    for (unsigned i = 0; o && i < o->n; i++)
        if (o->option[i].say.p)
            add_line(p, ARENA_JOIN(c->arena, arena_number(c->arena, S(""), i + 1, S(" ")), o->option[i].say));
}

static struct slice chosen_so_far(const struct ussd_context *c, const struct ussd_state *s)
{
    const struct value *v = &s->values[s->field];

    if (v->kind != VALUE_LIST && v->kind != VALUE_COUNTS)
        return S("");
    return text_cut(ussd_say(c, s->form, (unsigned)s->field, v), USSD_NOTE, c->arena);
}

static struct slice plain(const struct ussd_context *c, const char *key)
{
    return ussd_text(c, key, NULL, S(""));
}

static struct slice beside(const struct ussd_context *c, struct slice a, struct slice b)
{
    return a.n && b.n ? ARENA_JOIN(c->arena, a, S(" "), b) : a.n ? a : b;
}

/* The keys of the page: "999 Lewati 0 Kembali", on every turn of a long list. */
static struct slice foot_of(const struct ussd_context *c, const struct ussd_state *s)
{
    struct slice back = plain(c, ussd_zero_answers(c->rules, s) ? "ussd.kembali_000" : "ussd.kembali");

    if (ussd_may_end(s))
        return beside(c, plain(c, "ussd.selesai"), back);
    if (ussd_may_skip(s) && !ussd_zero_skips(c->rules, s))
        return beside(c, plain(c, "ussd.lewati"), back);
    return back;
}

static void make_field(const struct ussd_context *c, const struct ussd_state *s, struct ussd_page *p)
{
    const struct field *f = &s->form->fields[s->field];

    p->head = f->ask.n ? f->ask : f->name;
    if (slice_empty(p->note))
        p->note = chosen_so_far(c, s);
    if (slice_empty(p->note))
        p->note = s->who;              /* whose number was given stays in sight */
    if (s->guess.kind != VALUE_ABSENT) /* put aside by 0 */
        add_line(
            p, text_cut(ussd_text(c, "ussd.tadi", "isi", ussd_say(c, s->form, (unsigned)s->field, &s->guess)),
                        USSD_NOTE, c->arena));
    add_options(c, s, p);
    if (ussd_zero_skips(c->rules, s))
        add_line(p, plain(c, "ussd.nol_lewati"));
}

enum {
    ECHO_LINE = 60,
    SAID_MAX = 400, /* bytes of one value */
};

/* A value of the echo: behind the others on their line, or on lines of its own, cut at blanks, so that 98
 * turns to the rest. */
static void add_said(const struct ussd_context *c, struct ussd_page *p, struct slice text)
{
    struct slice *last = p->n ? &p->line[p->n - 1] : NULL;

    if (last && last->n + 1 + text.n <= ECHO_LINE) {
        *last = beside(c, *last, text);
        return;
    }
    while (text.n) {
        size_t n = text.n;

        if (n > ECHO_LINE) {
            for (n = ECHO_LINE; n > 0 && text.p[n] != ' '; n--)
                ;
            n = n ? n : ECHO_LINE;
        }
        add_line(p, arena_copy(c->arena, slice_take(text, n)));
        text = slice_trim(slice_skip(text, n));
    }
}

/* "rokok lebih dari 30. Ya: batuk. Lainnya tidak": how the questions of a screening were answered. */
static struct slice answers_said(const struct ussd_context *c, const struct menu_questions *q,
                                 struct slice answers)
{
    struct slice chosen = S(""), yes = S("");
    unsigned no = 0;

    for (unsigned i = 0; i < q->n && i < answers.n; i++) {
        const struct menu_question *one = &q->ask[i];
        unsigned at = (unsigned)(unsigned char)answers.p[i] - '0';

        if (one->answers_n)
            chosen = arena_printf(c->arena, "%.*s%.*s %.*s. ", SLICE_ARG(chosen), SLICE_ARG(one->say),
                                  SLICE_ARG(at < one->answers_n ? one->answers[at] : S("?")));
        else if (answers.p[i] == 'Y' || answers.p[i] == '1')
            yes =
                arena_printf(c->arena, "%.*s%s%.*s", SLICE_ARG(yes), yes.n ? ", " : "", SLICE_ARG(one->say));
        else
            no++;
    }
    if (!yes.n)
        return beside(c, slice_trim(chosen), plain(c, "ussd.semua_tidak"));
    yes = arena_printf(c->arena, "%.*s %.*s.", SLICE_ARG(plain(c, "ussd.jawab_ya")), SLICE_ARG(yes));
    return beside(c, slice_trim(chosen), no ? beside(c, yes, plain(c, "ussd.lainnya_tidak")) : yes);
}

/* One value; one whose decimal mark was filled in is asked: "BB 9,2kg?" (SPEC 3). */
static struct slice value_said(const struct ussd_context *c, const struct ussd_state *s, unsigned i)
{
    const struct menu_questions *q = ussd_questions(c->rules, s, (int)i);
    struct slice say;

    if (s->values[i].kind == VALUE_ABSENT)
        return S("");
    if (s->form->fields[i].type == FIELD_ANSWERS)
        return q ? answers_said(c, q, s->values[i].text) : s->values[i].text;
    /* In letters that every phone has: what was typed may have others. */
    say = text_cut(ussd_say(c, s->form, i, &s->values[i]), SAID_MAX, c->arena);
    return say.n && (s->filled >> i & 1) ? arena_printf(c->arena, "%.*s?", SLICE_ARG(say)) : say;
}

static void make_echo(const struct ussd_context *c, const struct ussd_state *s, struct ussd_page *p)
{
    for (unsigned i = 0; i < s->form->fields_n; i++) {
        struct slice say = value_said(c, s, i);

        if (say.n)
            add_said(c, p, say);
    }
    if (s->who.n) { /* above all of it */
        for (unsigned i = p->n++; i > 0; i--)
            p->line[i] = p->line[i - 1];
        p->line[0] = s->who;
    }
    p->foot = ussd_text(c, "ussd.kirim_kembali", NULL, S(""));
}

static struct slice doubt_head(const struct ussd_context *c, const struct ussd_state *s)
{
    bool guessed = s->guess.kind != VALUE_ABSENT;
    struct slice say = ussd_say(c, s->form, (unsigned)s->field, guessed ? &s->guess : &s->values[s->field]);

    return ussd_text(c, guessed ? "ussd.ragu" : "ussd.tidak_lazim", "isi", say);
}

/* "3/20 Tidur tidak nyenyak?" */
static struct slice question_head(const struct ussd_context *c, const struct ussd_state *s)
{
    const struct menu_questions *q = ussd_questions(c->rules, s, s->field);

    if (!q || s->item.n >= q->n)
        return s->form->fields[s->field].ask;
    return arena_printf(c->arena, "%zu/%u %.*s", s->item.n + 1, q->n, SLICE_ARG(q->ask[s->item.n].ask));
}

static void make_dialogue(const struct ussd_context *c, const struct ussd_state *s, struct ussd_page *p)
{
    const struct menu_entry *e = NULL;

    p->foot = foot_of(c, s);
    switch (s->place) {
    case USSD_WAY:
        p->head = s->form->title;
        add_options(c, s, p);
        break;
    case USSD_FIELD:
        make_field(c, s, p);
        break;
    case USSD_QUESTION:
        p->head = question_head(c, s);
        add_options(c, s, p);
        break;
    case USSD_COUNT:
        p->head = ussd_text(c, "ussd.berapa", "isi", s->item);
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
    case USSD_ASKED:
        p->head = s->question;
        p->foot = ussd_text(c, "ussd.ya_bukan", NULL, S(""));
        break;
    case USSD_NUMBER:
        e = ussd_command(c, s);
        p->head = e ? e->ask : S("");
        add_options(c, s, p);
        break;
    case USSD_WORDS:
        e = ussd_command(c, s);
        p->head = !e ? S("") : e->then.n ? e->then : beside(c, e->typed, s->nomor);
        add_options(c, s, p);
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

bool ussd_page_fits(const struct ussd_context *c, const struct ussd_state *s, struct slice note)
{
    struct ussd_page *p = ARENA_NEW(c->arena, struct ussd_page);
    size_t all;

    if (!p)
        return false;
    ussd_page_make(c, s, note, p);
    all = with_break(p->note) + with_break(p->head) + with_break(p->foot);
    for (unsigned i = 0; i < p->n; i++)
        all += p->line[i].n + 1;
    return all <= USSD_SEPTETS + 1;
}

struct slice ussd_page_render(const struct ussd_page *p, unsigned sub, struct slice more, struct arena *arena)
{
    struct slice note =
        with_break(p->note) + p->head.n + with_break(p->foot) > USSD_SEPTETS ? S("") : p->note;
    size_t fixed = with_break(note) + with_break(p->head) + with_break(p->foot), all = fixed;
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
    put_line(&b, note);
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
    out = buf_into(&b, arena);
    return arena_copy(arena, slice_take(out, USSD_SEPTETS));
}

struct slice ussd_page_text(const struct ussd_context *c, const struct ussd_state *s, struct slice note)
{
    struct ussd_page *p = ARENA_NEW(c->arena, struct ussd_page);

    if (!p)
        return S("");
    ussd_page_make(c, s, note, p);
    return ussd_page_render(p, s->sub, ussd_text(c, "ussd.lagi", NULL, S("")), c->arena);
}
