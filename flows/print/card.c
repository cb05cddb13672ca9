/* card.c - the pocket card.  See card.h. */
#include "flows/print/card.h"

#include "flows/step/reply_parts.h"
#include "flows/step/roles.h"
#include "gateway/conf/menus.h"
#include "gateway/conf/rules.h"
#include "gateway/conf/texts.h"

/* A bullet never begins a line. */
#define SEPARATOR "\u00a0\u00b7 "

enum {
    EXPLAINED = 256, /* of fields, already said on this card */
    SHARED = 3,      /* a word list that so many forms use has a place of its own */
};

/* A sheet lying on its long side, four panels a side; the dashed rules between the columns are the folds:
 * with the gap twice the margin they lie at exactly a quarter, a half and three quarters.  Black on white
 * only. */
static const char style[] =
    "@page{size:A4 landscape;margin:6mm}\n"
    "*{box-sizing:border-box}\n"
    "html{-webkit-text-size-adjust:100%}\n"
    "body{margin:0 auto;max-width:285mm;color:#000;background:#fff;"
    "font:9pt/1.3 'DejaVu Sans','Noto Sans',Verdana,sans-serif;"
    "columns:4;column-gap:12mm;column-rule:.2mm dashed #999;column-fill:auto;orphans:3;widows:3}\n"
    "@media screen{body{padding:6mm 0;column-fill:balance}}\n"
    "h1{font-size:20pt;line-height:1.1;margin:0 0 4mm}\n"
    "h2{font-size:13pt;margin:4mm 0 1.5mm;padding-bottom:.6mm;border-bottom:.6mm solid #000;"
    "break-after:avoid}\n"
    "h3{font-size:9pt;font-weight:normal;margin:0;break-after:avoid}\n"
    "p{margin:0 0 .8mm}\n"
    "section{break-inside:avoid;margin:0 0 3.6mm}\n"
    ".panel{margin-top:0}\n"
    "pre,code{font:9pt/1.25 'DejaVu Sans Mono','Noto Sans Mono',monospace}\n"
    "pre{margin:.7mm 0;padding:.2mm 0 .2mm 1.5mm;border-left:.7mm solid #000;white-space:pre-wrap;"
    "overflow-wrap:anywhere}\n"
    ".format{font-size:11pt;line-height:1.2;margin:0 0 .5mm}\n"
    ".format i{font-style:normal;font-weight:normal;font-size:9.5pt}\n"
    ".small{font-size:8pt;line-height:1.25;margin:.3mm 0}\n"
    ".call{font-size:10pt;margin:0}\n"
    ".big{font-size:27pt;font-weight:bold;line-height:1.1;margin:0 0 2mm}\n"
    ".rule{border:.5mm solid #000;padding:1.8mm 2mm;font-size:11pt;line-height:1.25;margin:0 0 2mm;"
    "break-inside:avoid}\n"
    ".rule code{font-size:14pt;font-weight:bold;display:block}\n"
    ".say{break-inside:avoid;margin:0 0 1.4mm}.say code{display:block;font-weight:bold}\n"
    ".panel{break-before:column}\n"
    ".blank{display:flex;margin:0 0 3mm;font-size:9.5pt}\n"
    ".blank::after{content:'';flex:1;border-bottom:.3mm solid #000;margin-left:1.5mm}\n";

struct card {
    struct buf *out;
    const struct ruleset *rules;
    enum role role;
    struct arena *arena;
    struct explained {
        struct slice name, means;
    } said[EXPLAINED];
    unsigned said_n;
    const struct form **forms; /* those that the role may send, in the order of its menu */
    unsigned forms_n;
};

/* --- pieces --- */

static void html(struct card *c, struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '<':
            buf_str(c->out, "&lt;");
            break;
        case '>':
            buf_str(c->out, "&gt;");
            break;
        case '&':
            buf_str(c->out, "&amp;");
            break;
        case '"':
            buf_str(c->out, "&quot;");
            break;
        default:
            buf_char(c->out, s.p[i]);
        }
    }
}

static void element(struct card *c, const char *open, struct slice s, const char *close)
{
    buf_str(c->out, open);
    html(c, s);
    buf_str(c->out, close);
}

static struct slice text(struct card *c, const char *key)
{
    const struct text_fill f[] = { { "peran", slice_of(role_name(c->role)) } };

    return text_fill(c->rules->texts, c->rules->language, key, FILLS(f), c->arena);
}

/* The n-th of a numbered text (rule_1, rule_2 …); empty behind the last. */
static struct slice numbered(struct card *c, const char *key, unsigned n)
{
    const char *nth = arena_printf(c->arena, "card.%s_%u", key, n).p;

    return nth && text_exists(c->rules->texts, c->rules->language, nth) ? text(c, nth) : S("");
}

/* --- fields --- */

/* A question as far as its comma ("Berat badan (kg), contoh 9,2"), and without the field's own name ("S:
 * semua balita", "Umur (tahun)"). */
static struct slice meaning_of(const struct field *f)
{
    struct slice s = f->means.n ? f->means : f->ask;
    unsigned depth = 0;

    for (size_t i = 0; i < s.n && !f->means.n; i++) {
        depth += s.p[i] == '(';
        depth -= s.p[i] == ')' && depth;
        if (s.p[i] == ',' && depth == 0)
            s.n = i;
    }
    if (s.n > f->name.n && slice_ieq(slice_take(s, f->name.n), f->name) &&
        (s.p[f->name.n] == ':' || s.p[f->name.n] == ' '))
        s = slice_trim(slice_skip(s, f->name.n + 1));
    return slice_ieq(s, f->name) ? S("") : s;
}

/* True when it must be said: once, and again where another form means something else by the name. */
static bool is_news(struct card *c, const struct field *f, struct slice means)
{
    unsigned i = 0;

    while (i < c->said_n && !slice_eq(c->said[i].name, f->name))
        i++;
    if (i == EXPLAINED || (i < c->said_n && slice_eq(c->said[i].means, means)))
        return false;
    c->said[i] = (struct explained){ .name = f->name, .means = means };
    c->said_n += i == c->said_n;
    return true;
}

/* --- word lists --- */

static const struct field *field_with(const struct form *form, const struct word_list *list)
{
    for (unsigned i = 0; i < form->fields_n; i++) {
        const struct field *f = &form->fields[i];

        if (f->list == list &&
            (f->type == FIELD_CHOICE || f->type == FIELD_CHOICES || f->type == FIELD_COUNTS))
            return f;
    }
    return NULL;
}

static unsigned users_of(const struct card *c, const struct word_list *list)
{
    unsigned n = 0;

    for (unsigned i = 0; i < c->forms_n; i++)
        n += field_with(c->forms[i], list) != NULL;
    return n;
}

/* Not one that is asked back or means more than its code. */
static bool is_plain(const struct word *w)
{
    return !w->doubt && !w->neutral && !w->also.n && !w->until_months;
}

/* The word that stands for its code: the first plain one. */
static bool is_shown(const struct word_list *list, unsigned at)
{
    const struct word *w = &list->words[at];

    for (unsigned i = 0; i < at; i++)
        if (is_plain(&list->words[i]) && slice_eq(list->words[i].code, w->code))
            return false;
    return is_plain(w);
}

/* Codes are what the rules call urgent; bold then.  letters: before the words, where they are counted so. */
static void words(struct card *c, const struct word_list *list, bool letters)
{
    bool more = false;

    for (unsigned i = 0; i < list->n; i++) {
        const struct word *w = &list->words[i];
        bool urgent = rules_sign(c->rules->rules, w->code) == URGENCY_E1;

        if (!is_shown(list, i))
            continue;
        buf_str(c->out, more ? SEPARATOR : "");
        buf_str(c->out, urgent ? "<b>" : "");
        if (letters && w->letter.n)
            element(c, "", w->letter, "\u00a0");
        for (size_t k = 0; k < w->say.n; k++) /* a word of several is not broken */
            html(c, w->say.p[k] == '_' || w->say.p[k] == ' ' ? S("\u00a0") : slice_make(w->say.p + k, 1));
        buf_str(c->out, urgent ? "</b>" : "");
        more = true;
    }
}

static bool has_urgent(const struct card *c, const struct word_list *list)
{
    for (unsigned i = 0; i < list->n; i++)
        if (is_shown(list, i) && rules_sign(c->rules->rules, list->words[i].code) == URGENCY_E1)
            return true;
    return false;
}

/* Its words stand beneath this form: they explain it. */
static bool is_listed(const struct card *c, const struct form *form, const struct field *f)
{
    return f->list && field_with(form, f->list) == f && users_of(c, f->list) < SHARED;
}

static void meanings(struct card *c, const struct form *form)
{
    bool more = false;

    for (unsigned i = 0; i < form->fields_n; i++) {
        const struct field *f = &form->fields[i];
        struct slice means = meaning_of(f);

        if (f->hidden || means.n == 0 || is_listed(c, form, f) || !is_news(c, f, means))
            continue;
        element(c, more ? SEPARATOR "<b>" : "<p class=small><b>", f->name, "</b>\u00a0");
        html(c, means);
        more = true;
    }
    buf_str(c->out, more ? "</p>\n" : "");
}

/* The lists that only this form uses. */
static void own_words(struct card *c, const struct form *form)
{
    for (unsigned i = 0; i < form->fields_n; i++) {
        const struct field *f = &form->fields[i];

        if (!is_listed(c, form, f))
            continue;
        element(c, "<p class=small><b>", f->name, ":</b> ");
        words(c, f->list, f->type == FIELD_COUNTS);
        buf_str(c->out, "</p>\n");
    }
}

static void shared_words(struct card *c, const struct word_list *list)
{
    const struct field *f = NULL;

    for (unsigned i = 0; i < c->forms_n && !(f && f->ask.n); i++) {
        const struct field *here = field_with(c->forms[i], list);

        f = here ? here : f;
    }
    if (!f || users_of(c, list) < SHARED)
        return;
    element(c, "<section><h2>", f->ask.n ? f->ask : f->name, "</h2>\n<p>");
    words(c, list, false);
    buf_str(c->out, "</p>\n");
    if (has_urgent(c, list))
        element(c, "<p><b>", text(c, "card.urgent"), "</b></p>\n");
    buf_str(c->out, "</section>\n");
}

/* --- forms --- */

static void add_form(struct card *c, const struct form *form)
{
    for (unsigned i = 0; i < c->forms_n; i++)
        if (c->forms[i] == form)
            return;
    if (form && roles_may_report(c->role, form))
        c->forms[c->forms_n++] = form;
}

/* What she dials most stands first, as in her menu. */
static void choose_forms(struct card *c)
{
    const struct menu *m = c->rules->menus ? menu_for(c->rules->menus, c->role, c->rules->language) : NULL;

    c->forms = ARENA_ARRAY(c->arena, const struct form *, c->rules->forms.n + 1);
    if (!c->forms)
        return;
    for (unsigned p = 0; m && p < m->n; p++)
        for (unsigned e = 0; e < m->pages[p].n; e++)
            if (m->pages[p].entries[e].target == MENU_FORM)
                add_form(c, m->pages[p].entries[e].form);
    for (unsigned i = 0; i < c->rules->forms.n; i++)
        add_form(c, &c->rules->forms.forms[i]);
}

/* "TIMBANG nama jk umur bb (tb)" */
static void format(struct card *c, const struct form *form, const struct variant *v, bool first)
{
    buf_str(c->out, "<p class=format>");
    if (!first)
        element(c, "", text(c, "card.or"), " ");
    element(c, "<b>", form->keywords[0], "");
    for (unsigned i = 0; i < v->uses_n; i++) {
        const struct field *f = &form->fields[v->uses[i]];
        bool must = variant_requires(v, v->uses[i]);

        if (!f->hidden)
            element(c, must ? " " : " <i>(", f->name, must ? "" : ")</i>");
    }
    buf_str(c->out, "</b></p>\n");
}

/* A long one is broken behind its `#`. */
static void example(struct card *c, struct slice s)
{
    buf_str(c->out, "<pre>");
    for (size_t i = 0; i < s.n; i++) {
        html(c, slice_make(s.p + i, 1));
        buf_str(c->out, s.p[i] == '#' ? "<wbr>" : "");
    }
    buf_str(c->out, "</pre>\n");
}

static void one_form(struct card *c, const struct form *form)
{
    element(c, "<section><h3>", form->title, "");
    for (unsigned i = 1; i < form->keywords_n; i++)
        element(c, i == 1 ? " (" : ", ", form->keywords[i], i + 1 == form->keywords_n ? ")" : "");
    buf_str(c->out, "</h3>\n");
    for (unsigned v = 0; v < form->variants_n; v++)
        format(c, form, &form->variants[v], v == 0);
    for (unsigned i = 0; i < form->examples_n; i++)
        example(c, form->examples[i]);
    meanings(c, form);
    own_words(c, form);
    buf_str(c->out, "</section>\n");
}

/* --- the rest --- */

static void cover(struct card *c)
{
    struct slice s;

    element(c, "<h1>", text(c, "card.title"), "</h1>\n");
    element(c, "<p class=call>", text(c, "card.sms"), "</p>");
    element(c, "<p class=big>", c->rules->short_code, "</p>\n");
    element(c, "<p class=call>", text(c, "card.ussd"), "</p>");
    element(c, "<p class=big>", c->rules->service_code, "</p>\n");
    for (unsigned i = 1; (s = numbered(c, "rule", i)).n; i++) {
        const char *key = arena_printf(c->arena, "card.rule_%u_type", i).p;

        element(c, "<p class=rule>", s, "");
        if (key && text_exists(c->rules->texts, c->rules->language, key))
            element(c, " <code>", text(c, key), "</code>");
        buf_str(c->out, "</p>\n");
    }
    element(c, "<section><h2>", text(c, "card.how"), "</h2>\n");
    for (unsigned i = 1; (s = numbered(c, "how", i)).n; i++)
        element(c, "<p>", s, "</p>\n");
    buf_str(c->out, "</section>\n");
}

static void commands(struct card *c)
{
    const struct person someone = { .role = c->role };

    element(c, "<h2 class=panel>", text(c, "card.commands"), "</h2>\n");
    for (unsigned k = COMMAND_NONE + 1; k < COMMANDS; k++) {
        const char *name = command_name((enum command_kind)k);

        if (!roles_may_command(&someone, (enum command_kind)k))
            continue;
        element(c, "<p class=say><code>", text(c, arena_printf(c->arena, "card.type.%s", name).p), "</code>");
        element(c, "", text(c, arena_printf(c->arena, "card.does.%s", name).p), "</p>\n");
    }
}

/* To be written by hand: whom to call is another at each posyandu. */
static void phones(struct card *c)
{
    struct slice s;

    element(c, "<section><h2>", text(c, "card.phones"), "</h2>\n");
    for (unsigned i = 1; (s = numbered(c, "phone", i)).n; i++)
        element(c, "<p class=blank>", s, "</p>\n");
    element(c, "<p class=blank>", text(c, "card.owner"), "</p>\n</section>\n");
}

void card_write(struct buf *out, const struct ruleset *rules, enum role role, struct arena *a)
{
    struct card *c = ARENA_NEW(a, struct card);

    if (!c)
        return;
    *c = (struct card){ .out = out, .rules = rules, .role = role, .arena = a };
    choose_forms(c);
    element(c, "<!doctype html>\n<html lang=", rules->language, "><meta charset=utf-8>\n");
    element(c, "<title>", text(c, "card.title"), "</title>\n<style>\n");
    buf_str(out, style);
    buf_str(out, "</style>\n<body>\n");
    cover(c);
    for (unsigned i = 0; i < rules->forms.lists_n; i++)
        shared_words(c, &rules->forms.lists[i]);
    element(c, "<h2>", text(c, "card.forms"), "</h2>\n");
    for (unsigned i = 0; i < c->forms_n; i++)
        one_form(c, c->forms[i]);
    commands(c);
    phones(c);
}
