/* forms.c - config/forms/ into a form_set.  See forms.h; docs/new-form.md tells how to write one. */
#include "gateway/conf/forms.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/conf/forms_lists.h"
#include "gateway/conf/yaml.h"

struct loader {
    struct arena *arena;
    struct faults *faults;
    struct form_set *set;
    struct yaml *common; /* fields.yaml */
};

static const struct {
    const char *name;
    enum field_type type;
} types[] = {
    { "name", FIELD_NAME },       { "sex", FIELD_SEX },           { "age", FIELD_AGE },
    { "number", FIELD_NUMBER },   { "pressure", FIELD_PRESSURE }, { "choice", FIELD_CHOICE },
    { "choices", FIELD_CHOICES }, { "date", FIELD_DATE },         { "month", FIELD_MONTH },
    { "text", FIELD_TEXT },       { "nomor", FIELD_NOMOR },       { "nik", FIELD_NIK },
    { "counts", FIELD_COUNTS },   { "answers", FIELD_ANSWERS },
};

static const struct {
    const char *name;
    enum unit unit;
} units[] = {
    { "", UNIT_NONE },      { "kg", UNIT_KG },      { "cm", UNIT_CM },   { "mgdl", UNIT_MGDL },
    { "gdl", UNIT_GDL },    { "c", UNIT_CELSIUS },  { "mg", UNIT_WEEK }, { "hr", UNIT_DAY },
    { "org", UNIT_PERSON }, { "tab", UNIT_TABLET }, { "k", UNIT_VISIT },
};

static void read_type(struct loader *l, struct yaml *node, struct field *f)
{
    struct yaml *at = yaml_get(node, "type");
    struct slice name = yaml_text(node, "type", "", l->faults);

    if (!at)
        return;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_is(name, types[i].name)) {
            f->type = types[i].type;
            return;
        }
    fault_add(l->faults, at->mark, "unknown field type '%.*s'", SLICE_ARG(name));
}

static void read_unit(struct loader *l, struct yaml *node, struct field *f)
{
    struct yaml *at = yaml_get(node, "unit");
    struct slice name = yaml_text(node, "unit", "", l->faults);

    if (!at)
        return;
    f->default_unit = name;
    if (f->type == FIELD_AGE)
        return;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (slice_is(name, units[i].name)) {
            f->unit = units[i].unit;
            return;
        }
    fault_add(l->faults, at->mark, "unknown unit '%.*s'", SLICE_ARG(name));
}

static void read_list(struct loader *l, struct yaml *node, struct field *f)
{
    struct yaml *at = yaml_get(node, "list");
    struct slice name = yaml_text(node, "list", "", l->faults);

    if (!at)
        return;
    f->list = list_by_name(l->set, name);
    if (!f->list)
        fault_add(l->faults, at->mark, "no word list '%.*s' in lists/", SLICE_ARG(name));
}

static void read_labels(struct loader *l, struct yaml *node, struct field *f)
{
    unsigned n = 0;
    struct slice *more = yaml_texts(node, "labels", &n, l->arena, l->faults);

    if (n == 0)
        return;
    /* The canonical name stays the first label. */
    f->labels = ARENA_ARRAY(l->arena, struct slice, n + 1);
    if (!f->labels)
        return;
    f->labels[0] = forms_upper(f->name, l->arena);
    f->labels_n = 1;
    for (unsigned i = 0; i < n; i++)
        f->labels[f->labels_n++] = forms_upper(more[i], l->arena);
}

static void read_bands(struct loader *l, struct yaml *node, struct field *f)
{
    struct yaml *list = yaml_list(node, "bands", l->faults);

    if (list)
        f->bands_n = 0;
    YAML_EACH(b, list)
    {
        struct age_band *band = &f->bands[f->bands_n];

        if (f->bands_n == sizeof f->bands / sizeof *f->bands) {
            fault_add(l->faults, b->mark, "too many bands");
            return;
        }
        band->from_months = 12 * yaml_int(b, "from", 0, 0, 120, l->faults);
        band->to_months = 12 * yaml_int(b, "to", 0, 0, 120, l->faults) + 11;
        band->min = yaml_milli(b, "min", 0, l->faults);
        band->max = yaml_milli(b, "max", 0, l->faults);
        yaml_done(b, l->faults);
        f->bands_n++;
    }
}

static struct slice text_or(struct loader *l, struct yaml *node, const char *key, struct slice old)
{
    return yaml_get(node, key) ? yaml_text(node, key, "", l->faults) : old;
}

/* Reads what the node says and leaves the rest as it is: first the shared field, then the form's own. */
static void read_field(struct loader *l, struct yaml *node, struct field *f)
{
    struct faults *x = l->faults;

    if (!node)
        return;
    f->mark = node->key_mark;
    read_type(l, node, f);
    read_unit(l, node, f);
    read_list(l, node, f);
    read_labels(l, node, f);
    read_bands(l, node, f);
    f->min = yaml_milli(node, "min", f->min, x);
    f->max = yaml_milli(node, "max", f->max, x);
    f->plausible_min = yaml_milli(node, "plausible_min", f->plausible_min, x);
    f->plausible_max = yaml_milli(node, "plausible_max", f->plausible_max, x);
    f->guess_min = yaml_milli(node, "guess_min", f->guess_min, x);
    f->guess_max = yaml_milli(node, "guess_max", f->guess_max, x);
    f->whole = yaml_bool(node, "whole", f->whole, x);
    f->grams = yaml_bool(node, "grams", f->grams, x);
    f->grams_doubt = yaml_milli(node, "grams_doubt", f->grams_doubt, x);
    f->metres_doubt = yaml_bool(node, "metres_doubt", f->metres_doubt, x);
    f->asks_decimal_mark = yaml_bool(node, "asks_decimal_mark", f->asks_decimal_mark, x);
    f->max_age_days = yaml_int(node, "max_days", f->max_age_days, 0, 40000, x);
    f->unit_needed_below_18 = yaml_bool(node, "unit_needed_below_18", f->unit_needed_below_18, x);
    f->owns_wrong = yaml_bool(node, "owns_wrong", f->owns_wrong, x);
    f->hidden = yaml_bool(node, "hidden", f->hidden, x);
    f->say = text_or(l, node, "say", f->say);
    f->ask = text_or(l, node, "ask", f->ask);
    f->means = text_or(l, node, "means", f->means);
    f->example = text_or(l, node, "example", f->example);
    f->budget = (unsigned)yaml_int(node, "budget", f->budget, 0, 160, x);
    (void)yaml_get(node, "companion");
    yaml_done(node, x);
}

static struct field *add_field(struct loader *l, struct form *form, struct slice name, struct yaml *own);

/* tanda_lain beside tanda, tgl_lahir beside umur: what the field cannot hold itself. */
static void add_companion(struct loader *l, struct form *form, int index, struct yaml *own,
                          struct yaml *common)
{
    struct yaml *from = own && yaml_get(own, "companion") ? own : common;
    struct slice name = from ? yaml_text(from, "companion", "", l->faults) : (struct slice){ 0 };
    struct field *beside;
    int known;

    if (slice_empty(name))
        return;
    known = form_field(form, arena_copy(l->arena, name).p);
    if (known >= 0) {
        form->fields[index].companion = known;
        return;
    }
    beside = add_field(l, form, name, NULL);
    if (beside) {
        beside->hidden = true;
        form->fields[index].companion = (int)beside->position;
    }
}

static struct yaml *member(struct yaml *map, struct slice key)
{
    YAML_EACH(m, map)
    if (slice_eq(m->key, key)) {
        m->asked = true;
        return m;
    }
    return NULL;
}

static struct field *add_field(struct loader *l, struct form *form, struct slice name, struct yaml *own)
{
    struct yaml *common = member(l->common, name);
    struct field *f = &form->fields[form->fields_n];

    if (form->fields_n == FORM_FIELDS) {
        fault_add(l->faults, form->mark, "more than %d fields", FORM_FIELDS);
        return NULL;
    }
    if (!own && !common) {
        fault_add(l->faults, form->mark, "field '%.*s' stands neither under 'fields' nor in fields.yaml",
                  SLICE_ARG(name));
        return NULL;
    }
    *f = (struct field){ .name = name, .companion = -1, .position = form->fields_n };
    f->mark = form->mark;
    f->labels = ARENA_ARRAY(l->arena, struct slice, 1);
    if (!f->labels)
        return NULL;
    f->labels[0] = forms_upper(name, l->arena);
    f->labels_n = 1;
    form->fields_n++;
    form_name_field(form);
    read_field(l, common, f);
    read_field(l, own, f);
    if ((f->type == FIELD_CHOICE || f->type == FIELD_CHOICES) && !f->list)
        fault_add(l->faults, f->mark, "field '%.*s' needs a 'list'", SLICE_ARG(name));
    add_companion(l, form, (int)f->position, own, common);
    return f;
}

/* "nama jk umur bb tb? lila?": the fields of one way to fill the form, in order; `?` = optional. */
static void read_variant(struct loader *l, struct form *form, struct yaml *fields, struct yaml *line)
{
    struct variant *v = &form->variants[form->variants_n];
    struct slice rest = line->text;

    if (form->variants_n == sizeof form->variants / sizeof *form->variants) {
        fault_add(l->faults, line->mark, "too many variants");
        return;
    }
    form->variants_n++;
    while (rest.n) {
        struct slice name = slice_trim(slice_cut(&rest, ' '));
        bool optional = slice_ends(name, "?");
        int index;

        if (name.n == 0)
            continue;
        if (optional)
            name.n--;
        index = form_field(form, arena_copy(l->arena, name).p);
        if (index < 0) {
            struct field *f =
                add_field(l, form, arena_copy(l->arena, name), fields ? member(fields, name) : NULL);

            if (!f)
                return;
            index = (int)f->position;
        }
        v->uses[v->uses_n++] = (unsigned)index;
        if (!optional)
            v->required[v->required_n++] = (unsigned)index;
    }
}

static void read_keywords(struct loader *l, struct form *form, struct yaml *doc)
{
    struct slice *words = yaml_texts(doc, "keywords", &form->keywords_n, l->arena, l->faults);

    form->keywords = ARENA_ARRAY(l->arena, struct slice, form->keywords_n);
    if (!form->keywords || form->keywords_n == 0) {
        fault_add(l->faults, doc->mark, "a form needs 'keywords'");
        form->keywords_n = 0;
        return;
    }
    for (unsigned i = 0; i < form->keywords_n; i++) {
        form->keywords[i] = forms_upper(words[i], l->arena);
        if (form_by_keyword(l->set, form->keywords[i]))
            fault_add(l->faults, doc->mark, "keyword %.*s belongs to another form",
                      SLICE_ARG(form->keywords[i]));
        if (!form_add_keyword(l->set, form, form->keywords[i]))
            fault_add(l->faults, doc->mark, "more than %d keywords, or an empty one", KEYWORDS_MAX);
    }
}

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct known_word {
    const char *name;
    unsigned value;
};

static const struct known_word abouts[] = {
    { "", FORM_ABOUT_NOBODY },      { "anak", FORM_ABOUT_CHILD },  { "ibu", FORM_ABOUT_MOTHER },
    { "orang", FORM_ABOUT_PERSON }, { "kasus", FORM_ABOUT_CASES }, { "kejadian", FORM_ABOUT_EVENT },
};
static const struct known_word judges[] = {
    { "", FORM_JUDGE_NONE },     { "growth", FORM_JUDGE_GROWTH }, { "schedule", FORM_JUDGE_SCHEDULE },
    { "skdn", FORM_JUDGE_SKDN }, { "w2", FORM_JUDGE_W2 },
};
static const struct known_word reporters[] = {
    { "", FORM_BY_HEALTH },
    { "staff", FORM_BY_STAFF },
    { "all", FORM_BY_ALL },
};

/* The field that the code reads of such a form. */
static const struct {
    const char *name;
    enum form_is is;
    const char *field;
} traits[] = {
    { "weighing", FORM_WEIGHING, "bb" },     { "birth", FORM_BIRTH, "tgl" },
    { "death", FORM_DEATH, "nama" },         { "visit", FORM_VISIT, "nama" },
    { "referral", FORM_REFERRAL, "alasan" }, { "pregnancy", FORM_PREGNANCY, "ukh" },
    { "postnatal", FORM_POSTNATAL, "hari" }, { "letters", FORM_LETTERS, NULL },
};

static unsigned read_word(struct loader *l, struct yaml *doc, const char *key, const struct known_word *words,
                          size_t n)
{
    struct yaml *at = yaml_get(doc, key);
    struct slice name = yaml_text(doc, key, "", l->faults);

    for (size_t i = 0; i < n; i++)
        if (slice_is(name, words[i].name))
            return words[i].value;
    if (at)
        fault_add(l->faults, at->mark, "unknown %s '%.*s'", key, SLICE_ARG(name));
    return 0;
}

static void read_trait(struct loader *l, struct form *form, const struct yaml *at)
{
    for (size_t i = 0; i < COUNT(traits); i++) {
        if (at->kind != YAML_SCALAR || !slice_is(at->text, traits[i].name))
            continue;
        form->is |= (unsigned)traits[i].is;
        if (traits[i].field && form_field(form, traits[i].field) < 0)
            fault_add(l->faults, at->mark, "'%s' needs a field '%s'", traits[i].name, traits[i].field);
        return;
    }
    fault_add(l->faults, at->mark, "unknown word '%.*s' in 'is'", SLICE_ARG(at->text));
}

static void read_is(struct loader *l, struct yaml *doc, struct form *form)
{
    struct yaml *list = yaml_list(doc, "is", l->faults);

    YAML_EACH(at, list) read_trait(l, form, at);
    if (list && form_is(form, FORM_WEIGHING | FORM_BIRTH) && form->about != FORM_ABOUT_CHILD)
        fault_add(l->faults, list->mark, "a weighing and a birth need 'subject: anak'");
}

static void read_counts(struct loader *l, struct yaml *doc, struct form *form)
{
    struct yaml *at = yaml_get(doc, "counts");
    struct slice name = yaml_text(doc, "counts", "", l->faults);

    form->counts = at ? form_field_named(form, name) : -1;
    if (at && (form->counts < 0 || form->fields[form->counts].type != FIELD_CHOICE ||
               !form->fields[form->counts].list)) {
        fault_add(l->faults, at->mark, "'counts' needs a field of type choice");
        form->counts = -1;
    }
    for (unsigned i = 0; i < form->fields_n; i++)
        form->code_counts |= form->fields[i].type == FIELD_COUNTS;
}

/* A second report of the same sender and week or month is a correction of the first (RULINGS 58). */
static void read_period(struct loader *l, struct yaml *doc, struct form *form)
{
    struct yaml *at = yaml_get(doc, "once_per");
    struct slice name = yaml_text(doc, "once_per", "", l->faults);

    form->period = at ? form_field_named(form, name) : -1;
    if (at && (form->period < 0 || (form->fields[form->period].type != FIELD_MONTH &&
                                    form->fields[form->period].type != FIELD_NUMBER))) {
        fault_add(l->faults, at->mark, "'once_per' needs a field of type month or number");
        form->period = -1;
    }
}

static void read_form(struct loader *l, struct yaml *doc, struct form *form)
{
    struct faults *x = l->faults;
    struct yaml *fields = yaml_map(doc, "fields", x);
    struct yaml *variants = yaml_list(doc, "variants", x);

    form->mark = doc->mark;
    form->name = yaml_text(doc, "name", "", x);
    form->klaster = yaml_text(doc, "klaster", "", x);
    form->title = yaml_text(doc, "title", "", x);
    form->about = (enum form_about)read_word(l, doc, "subject", abouts, COUNT(abouts));
    form->judge = (enum form_judge)read_word(l, doc, "judge", judges, COUNT(judges));
    form->reporters = (enum form_reporters)read_word(l, doc, "reporters", reporters, COUNT(reporters));
    form->person_sex = yaml_text(doc, "person_sex", "", x);
    form->age_min_months = yaml_int(doc, "age_min_months", 0, 0, 1500, x);
    form->age_max_months = yaml_int(doc, "age_max_months", 0, 0, 1500, x);
    form->examples = yaml_texts(doc, "examples", &form->examples_n, l->arena, x);
    read_keywords(l, form, doc);
    if (slice_empty(form->name) || !variants)
        fault_add(x, doc->mark, "a form needs 'name' and 'variants'");
    YAML_EACH(line, variants) read_variant(l, form, fields, line);
    read_is(l, doc, form);
    read_counts(l, doc, form);
    read_period(l, doc, form);
    form_index_labels(form, l->arena);
    if (fields)
        yaml_done(fields, x);
    yaml_done(doc, x);
}

int forms_load(const char *folder, struct arena *a, struct faults *x, struct form_set *out)
{
    struct loader l = { .arena = a, .faults = x, .set = out };
    unsigned before = faults_count(x), n = 0;
    struct slice *files;

    *out = (struct form_set){ 0 };
    if (forms_lists_load(folder, a, x, out) != 0)
        return -1;
    l.common = yaml_load(arena_printf(a, "%s/fields.yaml", folder).p, a, x);
    files = forms_folder(folder, a, x, &n);
    out->forms = ARENA_ARRAY(a, struct form, n ? n : 1);
    if (!l.common || !files || !out->forms)
        return -1;
    for (unsigned i = 0; i < n; i++) {
        struct yaml *doc;

        if (slice_ends(files[i], "/fields.yaml"))
            continue;
        doc = yaml_load(files[i].p, a, x);
        if (!doc)
            continue;
        read_form(&l, doc, &out->forms[out->n]);
        out->n++;
    }
    YAML_EACH(unused, l.common)
    if (!unused->asked)
        fault_add(x, unused->key_mark, "no form uses field '%.*s'", SLICE_ARG(unused->key));
    return faults_count(x) == before ? 0 : -1;
}
