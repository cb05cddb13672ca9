/* forms_field.c - see forms_field.h. */
#include "gateway/conf/forms_field.h"

#include "gateway/conf/forms_lists.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

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

static void read_type(struct form_loader *l, struct yaml *node, struct field *f)
{
    struct yaml *at = yaml_get(node, "type");
    struct slice name = yaml_text(node, "type", "", l->faults);

    if (!at)
        return;
    for (size_t i = 0; i < COUNT(types); i++)
        if (slice_is(name, types[i].name)) {
            f->type = types[i].type;
            return;
        }
    fault_add(l->faults, at->mark, "unknown field type '%.*s'", SLICE_ARG(name));
}

/* Every word of meaning.def. */
static const struct {
    const char *word;
    enum field_type type;
} meanings[MEANINGS] = {
#define MEANING(id, word, type) [AS_##id] = { word, type },
#include "gateway/model/meaning.def"
#undef MEANING
};

static void read_meaning(struct form_loader *l, struct yaml *node, struct field *f)
{
    struct yaml *at = yaml_get(node, "as");
    struct slice word = yaml_text(node, "as", "", l->faults);

    if (!at)
        return;
    for (unsigned m = AS_NOTHING + 1; m < MEANINGS; m++)
        if (slice_is(word, meanings[m].word)) {
            f->as = (enum meaning)m;
            return;
        }
    fault_add(l->faults, at->mark, "unknown meaning '%.*s'", SLICE_ARG(word));
}

/* One field of a form means a thing, and has the type that such fields have. */
static void note_meaning(struct form_loader *l, struct form *form, const struct field *f)
{
    if (f->as == AS_NOTHING)
        return;
    if (f->type != meanings[f->as].type)
        fault_add(l->faults, f->mark, "'as: %s' cannot stand on a field of this type", meanings[f->as].word);
    else if (form->meant[f->as])
        fault_add(l->faults, f->mark, "two fields of the form mean '%s'", meanings[f->as].word);
    else
        form->meant[f->as] = (uint8_t)(f->position + 1);
}

static void read_unit(struct form_loader *l, struct yaml *node, struct field *f)
{
    struct yaml *at = yaml_get(node, "unit");
    struct slice name = yaml_text(node, "unit", "", l->faults);

    if (!at)
        return;
    f->default_unit = name;
    if (f->type == FIELD_AGE)
        return;
    for (size_t i = 0; i < COUNT(units); i++)
        if (slice_is(name, units[i].name)) {
            f->unit = units[i].unit;
            return;
        }
    fault_add(l->faults, at->mark, "unknown unit '%.*s'", SLICE_ARG(name));
}

static void read_list(struct form_loader *l, struct yaml *node, struct field *f)
{
    struct yaml *at = yaml_get(node, "list");
    struct slice name = yaml_text(node, "list", "", l->faults);

    if (!at)
        return;
    f->list = list_by_name(l->set, name);
    if (!f->list)
        fault_add(l->faults, at->mark, "no word list '%.*s' in lists/", SLICE_ARG(name));
}

static void read_labels(struct form_loader *l, struct yaml *node, struct field *f)
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

static void read_bands(struct form_loader *l, struct yaml *node, struct field *f)
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

static struct slice text_or(struct form_loader *l, struct yaml *node, const char *key, struct slice old)
{
    return yaml_get(node, key) ? yaml_text(node, key, "", l->faults) : old;
}

/* Reads what the node says and leaves the rest as it is: first the shared field, then the form's own. */
static void read_field(struct form_loader *l, struct yaml *node, struct field *f)
{
    struct faults *x = l->faults;

    if (!node)
        return;
    f->mark = node->key_mark;
    read_type(l, node, f);
    read_meaning(l, node, f);
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

/* tanda_lain beside tanda, tgl_lahir beside umur: what the field cannot hold itself. */
static void add_companion(struct form_loader *l, struct form *form, int index, struct yaml *own,
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
    beside = field_add(l, form, name, NULL);
    if (beside) {
        beside->hidden = true;
        form->fields[index].companion = (int)beside->position;
    }
}

struct yaml *field_member(struct yaml *map, struct slice key)
{
    YAML_EACH(m, map)
    if (slice_eq(m->key, key)) {
        m->asked = true;
        return m;
    }
    return NULL;
}

struct field *field_add(struct form_loader *l, struct form *form, struct slice name, struct yaml *own)
{
    struct yaml *common = field_member(l->common, name);
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
    form->types |= 1u << f->type;
    if (f->type == FIELD_NUMBER) {
        form->units |= 1u << f->unit;
        for (unsigned i = 0; unit_measures(f->unit) && i < f->labels_n; i++)
            shapes_add(&l->set->measures, f->labels[i]);
    }
    note_meaning(l, form, f);
    if ((f->type == FIELD_CHOICE || f->type == FIELD_CHOICES) && !f->list)
        fault_add(l->faults, f->mark, "field '%.*s' needs a 'list'", SLICE_ARG(name));
    add_companion(l, form, (int)f->position, own, common);
    return f;
}

void field_need(struct form_loader *l, const struct form *form, struct mark at, const char *what,
                enum meaning as)
{
    if (form_as(form, as) < 0)
        fault_add(l->faults, at, "'%s' needs a field with 'as: %s'", what, meanings[as].word);
}
