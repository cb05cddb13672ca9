/* rules.c - rows of config/rules/, loaded and checked against the forms.  See rules.h; rules_ask.c asks them.
 */
#include "gateway/conf/rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/conf/exports.h"
#include "gateway/conf/indicators.h"
#include "gateway/conf/rules_rows.h"
#include "gateway/conf/texts.h"
#include "gateway/model/duration.h"

enum {
    ROWS = 400,        /* most rows of one kind */
    WORDS = 40,        /* longest `say` and `act` */
    CHILD_MONTHS = 59, /* to which age a dose is looked for */
};

struct loader {
    struct rule_set *set;
    const struct form_set *forms;
    struct arena *arena;
    struct faults *faults;
};

/* --- reading rows --- */

static void read_head(struct loader *l, struct yaml *row, const char *id_key, struct row_head *out)
{
    out->mark = row->mark;
    if (yaml_need(row, id_key, l->faults))
        out->id = arena_copy(l->arena, yaml_text(row, id_key, "", l->faults));
    if (yaml_need(row, "version", l->faults))
        out->version = (unsigned)yaml_int(row, "version", 1, 1, 100000, l->faults);
    /* For people who review the row; the program does not use them. */
    yaml_need(row, "source", l->faults);
    yaml_text(row, "source", "", l->faults);
    yaml_text(row, "doubt", "", l->faults);
}

/* Words that go into an SMS: letters that every phone shows, and short. */
static struct slice read_words(struct loader *l, struct yaml *row, const char *key)
{
    struct yaml *node = yaml_get(row, key);
    struct slice s = yaml_text(row, key, "", l->faults);

    for (size_t i = 0; i < s.n; i++)
        if (!text_is_safe(s.p[i])) {
            fault_add(l->faults, node->mark, "\"%s\" has a character that not every phone shows", key);
            break;
        }
    if (s.n > WORDS)
        fault_add(l->faults, node->mark, "\"%s\" has %zu characters, %d fit into an SMS", key, s.n, WORDS);
    return s;
}

/* What a list of many calls it. */
static struct slice read_brief(struct loader *l, struct yaml *row, struct slice say)
{
    struct slice brief = read_words(l, row, "brief");

    return brief.n ? brief : say;
}

/* The field of the first condition that compares a measure; an age is none. */
static struct slice measure_of(const struct conds *c)
{
    for (unsigned i = 0; i < c->n; i++)
        if (c->c[i].op <= OP_MORE_EQUAL && c->c[i].part <= PART_DIA)
            return c->c[i].field;
    return slice_make("", 0);
}

static enum urgency read_class(struct loader *l, struct yaml *row)
{
    struct yaml *node = yaml_need(row, "class", l->faults);

    if (!node || slice_is(node->text, "none")) /* counted, and said to nobody */
        return URGENCY_NONE;
    for (unsigned i = URGENCY_E3; i <= URGENCY_E1; i++)
        if (slice_is(node->text, urgency_name((enum urgency)i)))
            return (enum urgency)i;
    fault_add(l->faults, node->mark, "\"class\" takes E1, E2, E3 or none");
    return URGENCY_NONE;
}

static void read_conds(struct loader *l, struct yaml *row, const char *key, struct conds *out)
{
    YAML_EACH(node, yaml_list(row, key, l->faults))
    {
        if (out->n == RULE_CONDITIONS)
            fault_add(l->faults, node->mark, "more than %d conditions", RULE_CONDITIONS);
        else if (rules_cond_parse(node, l->arena, l->faults, &out->c[out->n]))
            out->n++;
    }
}

/* The list of forms of a row; each must exist. */
static struct slice *read_forms(struct loader *l, struct yaml *row, unsigned *n)
{
    struct yaml *node = yaml_get(row, "forms");
    struct slice *forms = yaml_texts(row, "forms", n, l->arena, l->faults);

    for (unsigned i = 0; i < *n; i++)
        if (!form_by_name(l->forms, forms[i]))
            fault_add(l->faults, node->mark, "there is no form \"%.*s\"", SLICE_ARG(forms[i]));
    return forms;
}

static bool conds_fit(const struct conds *c, const struct form *form, struct mark m, struct faults *faults)
{
    bool fit = true;

    for (unsigned i = 0; i < c->n; i++)
        fit = rules_cond_fits(&c->c[i], form, m, faults) && fit;
    return fit;
}

/* A row that names its forms must fit each; one that names none must fit at least one form. */
static bool row_fits(const struct finding_row *row, const struct form *form, struct faults *faults)
{
    struct faults *strict = row->forms_n ? faults : NULL;

    return rules_names(row->forms, row->forms_n, form) &&
           conds_fit(&row->when, form, row->head.mark, strict) &&
           conds_fit(&row->any, form, row->head.mark, strict) &&
           conds_fit(&row->unless, form, row->head.mark, strict);
}

static void read_finding(struct loader *l, struct yaml *row)
{
    struct finding_row *f = &l->set->findings[l->set->findings_n++];
    bool fits = false;

    read_head(l, row, "id", &f->head);
    f->class = read_class(l, row);
    if (yaml_need(row, "say", l->faults))
        f->say = read_words(l, row, "say");
    f->brief = read_brief(l, row, f->say);
    f->act = read_words(l, row, "act");
    f->nakes_only = yaml_bool(row, "nakes_only", false, l->faults);
    f->forms = read_forms(l, row, &f->forms_n);
    read_conds(l, row, "when", &f->when);
    read_conds(l, row, "any", &f->any);
    read_conds(l, row, "unless", &f->unless);
    if (f->when.n + f->any.n == 0)
        fault_add(l->faults, row->mark, "a finding needs \"when\" or \"any\"");
    f->value = measure_of(&f->when);
    f->value = f->value.n ? f->value : measure_of(&f->any);
    for (unsigned i = 0; i < l->forms->n; i++)
        fits = row_fits(f, &l->forms->forms[i], l->faults) || fits;
    if (!fits)
        fault_add(l->faults, row->mark, "no form has the fields of this row");
}

static void read_sign(struct loader *l, struct yaml *row)
{
    struct sign_row *s = &l->set->signs[l->set->signs_n++];
    const struct word_list *list = list_by_name(l->forms, S("tanda"));

    read_head(l, row, "code", &s->head);
    s->code = s->head.id;
    s->head.id = arena_printf(l->arena, "tanda.%.*s", SLICE_ARG(s->code));
    s->class = read_class(l, row);
    if (yaml_need(row, "say", l->faults))
        s->say = read_words(l, row, "say");
    s->act = read_words(l, row, "act");
    s->forms = read_forms(l, row, &s->forms_n);
    read_conds(l, row, "unless", &s->unless);
    if (list && !word_by_code(list, s->code))
        fault_add(l->faults, row->mark, "\"%.*s\" is no code of the list tanda", SLICE_ARG(s->code));
}

static void read_growth(struct loader *l, struct yaml *row)
{
    struct growth_row *g = &l->set->growth[l->set->growth_n++];

    read_head(l, row, "code", &g->head);
    g->code = g->head.id;
    g->head.id = arena_printf(l->arena, "growth.%.*s", SLICE_ARG(g->code));
    g->class = read_class(l, row);
    if (yaml_need(row, "say", l->faults))
        g->say = read_words(l, row, "say");
    g->brief = read_brief(l, row, g->say);
    g->act = read_words(l, row, "act");
    g->value = arena_copy(l->arena, yaml_text(row, "value", "", l->faults));
}

static void read_clock(struct loader *l, struct yaml *row)
{
    struct clock_row *c = &l->set->clocks[l->set->clocks_n++];
    struct yaml *node = yaml_need(row, "time", l->faults);

    read_head(l, row, "id", &c->head);
    if (node && (!duration_parse(node->text, &c->ms) || c->ms < 1))
        fault_add(l->faults, node->mark, "\"time\" takes a span such as 15m, 24h or 7d");
    if (rules_clock_ms(l->set, c->head.id.p) != c->ms)
        fault_add(l->faults, row->mark, "clock \"%.*s\" stands twice", SLICE_ARG(c->head.id));
}

static void read_figure(struct loader *l, struct yaml *row)
{
    struct figure_row *f = &l->set->figures[l->set->figures_n++];

    read_head(l, row, "id", &f->head);
    if (yaml_need(row, "value", l->faults))
        f->milli = yaml_milli(row, "value", 0, l->faults);
    if (rules_figure(l->set, f->head.id.p) != f->milli)
        fault_add(l->faults, row->mark, "figure \"%.*s\" stands twice", SLICE_ARG(f->head.id));
}

static enum heads_hear read_heads(struct loader *l, struct yaml *row, bool by_name)
{
    static const char *const words[] = { [HEADS_COUNT] = "count",
                                         [HEADS_VERIFIED] = "verified",
                                         [HEADS_AT_ONCE] = "at_once",
                                         [HEADS_NEVER] = "never" };
    struct yaml *node = yaml_get(row, "heads");

    for (unsigned i = 0; node && i < sizeof words / sizeof *words; i++)
        if (slice_is(node->text, words[i]))
            return (enum heads_hear)i;
    if (node)
        fault_add(l->faults, node->mark, "\"heads\" takes count, verified, at_once or never");
    return by_name ? HEADS_VERIFIED : HEADS_COUNT;
}

static void read_disease(struct loader *l, struct yaml *row)
{
    struct disease_rule *d = &l->set->diseases[l->set->diseases_n++];
    struct row_head head = { 0 };
    bool known = l->forms->n == 0;

    read_head(l, row, "slug", &head);
    d->slug = head.id;
    d->version = head.version;
    d->letter = yaml_text(row, "letter", "", l->faults);
    d->by_name = yaml_bool(row, "by_name", false, l->faults);
    d->single = (unsigned)yaml_int(row, "single", 0, 0, 999, l->faults);
    d->heads = read_heads(l, row, d->by_name);
    known = known || form_counted_word(l->forms, d->slug);
    if (!known)
        fault_add(l->faults, row->mark, "no form counts \"%.*s\"", SLICE_ARG(d->slug));
    if (rules_disease(l->set, d->slug) != d)
        fault_add(l->faults, row->mark, "\"%.*s\" stands twice", SLICE_ARG(d->slug));
}

static bool dose_stands(const struct rule_set *set, unsigned n, struct slice code)
{
    for (unsigned i = 0; i < n; i++)
        if (slice_eq(set->doses[i].code, code))
            return true;
    return false;
}

static void read_dose(struct loader *l, struct yaml *row)
{
    unsigned before = l->set->doses_n++;
    struct dose_rule *d = &l->set->doses[before];
    const struct word_list *list = list_by_name(l->forms, S("vaksin"));
    struct yaml *late = yaml_need(row, "late", l->faults);
    struct row_head head = { 0 };

    read_head(l, row, "code", &head);
    d->code = head.id;
    d->version = head.version;
    if (yaml_need(row, "months", l->faults))
        d->months = yaml_int(row, "months", 0, 0, CHILD_MONTHS, l->faults);
    d->until_months = yaml_int(row, "until", CHILD_MONTHS, d->months, CHILD_MONTHS, l->faults);
    d->after = arena_copy(l->arena, yaml_text(row, "after", "", l->faults));
    if (late && (!duration_parse(late->text, &d->late_ms) || d->late_ms < 1))
        fault_add(l->faults, late->mark, "\"late\" takes a span such as 30d");
    if (list && !word_by_code(list, d->code))
        fault_add(l->faults, row->mark, "\"%.*s\" is no code of the list vaksin", SLICE_ARG(d->code));
    if (d->code.n && dose_stands(l->set, before, d->code))
        fault_add(l->faults, row->mark, "\"%.*s\" stands twice", SLICE_ARG(d->code));
    if (d->after.n && !dose_stands(l->set, before, d->after))
        fault_add(l->faults, row->mark, "\"after\" takes a dose that stands above");
}

static const struct {
    const char *key;
    void (*read)(struct loader *, struct yaml *row);
    size_t count; /* of this kind, in struct rule_set */
} kinds[] = {
    { "findings", read_finding, offsetof(struct rule_set, findings_n) },
    { "signs", read_sign, offsetof(struct rule_set, signs_n) },
    { "growth", read_growth, offsetof(struct rule_set, growth_n) },
    { "clocks", read_clock, offsetof(struct rule_set, clocks_n) },
    { "figures", read_figure, offsetof(struct rule_set, figures_n) },
    { "diseases", read_disease, offsetof(struct rule_set, diseases_n) },
    { "doses", read_dose, offsetof(struct rule_set, doses_n) },
};

static void read_file(struct loader *l, struct yaml *root)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const unsigned *n = (const unsigned *)((const char *)l->set + kinds[k].count);

        YAML_EACH(row, yaml_list(root, kinds[k].key, l->faults))
        {
            if (row->kind != YAML_MAP) {
                fault_add(l->faults, row->mark, "a row is a map: id, version, source, …");
                continue;
            }
            if (*n == ROWS) {
                fault_add(l->faults, row->mark, "more than %d rows of \"%s\"", ROWS, kinds[k].key);
                return;
            }
            kinds[k].read(l, row);
            yaml_done(row, l->faults);
        }
    }
    yaml_done(root, l->faults);
}

/* Which rows concern which form, so that a message looks at no other. */
static bool index_forms(struct loader *l)
{
    struct rule_set *set = l->set;

    set->forms = ARENA_ARRAY(l->arena, struct form_rows, l->forms->n + 1);
    if (!set->forms)
        return false;
    set->forms_n = l->forms->n;
    for (unsigned i = 0; i < l->forms->n; i++) {
        struct form_rows *fr = &set->forms[i];

        fr->form = &l->forms->forms[i];
        fr->rows = ARENA_ARRAY(l->arena, const struct finding_row *, set->findings_n + 1);
        if (!fr->rows)
            return false;
        for (unsigned r = 0; r < set->findings_n; r++)
            if (row_fits(&set->findings[r], fr->form, NULL))
                fr->rows[fr->n++] = &set->findings[r];
    }
    return true;
}

static bool allocate(struct loader *l)
{
    struct rule_set *set = ARENA_NEW(l->arena, struct rule_set);
    struct arena *room = arena_scratch(l->arena);

    l->set = set;
    if (!set)
        return false;
    set->findings = ARENA_ARRAY(room, struct finding_row, ROWS);
    set->signs = ARENA_ARRAY(room, struct sign_row, ROWS);
    set->growth = ARENA_ARRAY(room, struct growth_row, ROWS);
    set->clocks = ARENA_ARRAY(room, struct clock_row, ROWS);
    set->figures = ARENA_ARRAY(room, struct figure_row, ROWS);
    set->diseases = ARENA_ARRAY(room, struct disease_rule, ROWS);
    set->doses = ARENA_ARRAY(room, struct dose_rule, ROWS);
    return !room->failed;
}

/* As many as there are; nobody points at a row yet. */
static bool keep_rows(struct arena *a, struct rule_set *set)
{
    set->findings = arena_keep(a, set->findings, set->findings_n, sizeof *set->findings);
    set->signs = arena_keep(a, set->signs, set->signs_n, sizeof *set->signs);
    set->growth = arena_keep(a, set->growth, set->growth_n, sizeof *set->growth);
    set->clocks = arena_keep(a, set->clocks, set->clocks_n, sizeof *set->clocks);
    set->figures = arena_keep(a, set->figures, set->figures_n, sizeof *set->figures);
    set->diseases = arena_keep(a, set->diseases, set->diseases_n, sizeof *set->diseases);
    set->doses = arena_keep(a, set->doses, set->doses_n, sizeof *set->doses);
    return !a->failed;
}

static int is_yaml(const struct dirent *e)
{
    return e->d_name[0] != '.' && slice_ends(slice_of(e->d_name), ".yaml") &&
           strcmp(e->d_name, INDICATORS_FILE) != 0 &&
           strcmp(e->d_name, EXPORTS_FILE) != 0; /* read elsewhere */
}

struct rule_set *rules_load(const char *folder, const struct form_set *forms, struct arena *arena,
                            struct faults *faults)
{
    struct loader l = { .forms = forms, .arena = arena, .faults = faults };
    unsigned before = faults_count(faults);
    struct dirent **files = NULL;
    int n = scandir(folder, &files, is_yaml, alphasort);

    if (n < 0)
        fault_add(faults, (struct mark){ .file = folder }, "cannot be read: %s", strerror(errno));
    if (allocate(&l)) {
        struct slice path = arena_printf(arena, "%s/who-growth-cutoffs.csv", folder);

        for (int i = 0; i < n; i++) {
            struct yaml *root =
                yaml_load(arena_printf(arena, "%s/%s", folder, files[i]->d_name).p, arena, faults);

            if (root)
                read_file(&l, root);
        }
        if (!keep_rows(arena, l.set) ||
            (rules_cutoffs_load(path.p, arena, faults, l.set) == 0 && !index_forms(&l)))
            fault_add(faults, (struct mark){ .file = folder }, "larger than the memory for a configuration");
    }
    for (int i = 0; i < n; i++)
        free(files[i]);
    free(files);
    return faults_count(faults) == before && !arena->failed ? l.set : NULL;
}
