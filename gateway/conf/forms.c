/* forms.c - config/forms/ into a form_set.  See forms.h; docs/new-form.md tells how to write one. */
#include "gateway/conf/forms.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/conf/forms_field.h"
#include "gateway/conf/forms_lists.h"
#include "gateway/conf/yaml.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* "nama jk umur bb tb? lila?": the fields of one way to fill the form, in order; `?` = optional. */
static void read_variant(struct form_loader *l, struct form *form, struct yaml *fields, struct yaml *line)
{
    struct variant *v = &form->variants[form->variants_n];
    struct slice rest = line->text;

    if (form->variants_n == COUNT(form->variants)) {
        fault_add(l->faults, line->mark, "at most %d variants", (int)COUNT(form->variants));
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
                field_add(l, form, arena_copy(l->arena, name), fields ? field_member(fields, name) : NULL);

            if (!f)
                return;
            index = (int)f->position;
        }
        v->uses[v->uses_n++] = (unsigned)index;
        if (!optional)
            v->required[v->required_n++] = (unsigned)index;
    }
}

static void read_keywords(struct form_loader *l, struct form *form, struct yaml *doc)
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

/* With the field without which the code can do nothing for such a form. */
static const struct {
    const char *name;
    enum form_is is;
    enum meaning needs;
} traits[] = {
    { "weighing", FORM_WEIGHING, AS_WEIGHT },
    { "birth", FORM_BIRTH, AS_DATE },
    { "death", FORM_DEATH, AS_NAME },
    { "visit", FORM_VISIT, AS_NAME },
    { "referral", FORM_REFERRAL, AS_REASON },
    { "pregnancy", FORM_PREGNANCY, AS_GESTATION },
    { "postnatal", FORM_POSTNATAL, AS_DAYS_AFTER },
    { "letters", FORM_LETTERS, AS_NOTHING },
    { "held", FORM_HELD, AS_NOTHING },
};

static unsigned read_word(struct form_loader *l, struct yaml *doc, const char *key,
                          const struct known_word *words, size_t n)
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

static void read_trait(struct form_loader *l, struct form *form, const struct yaml *at)
{
    for (size_t i = 0; i < COUNT(traits); i++) {
        if (at->kind != YAML_SCALAR || !slice_is(at->text, traits[i].name))
            continue;
        form->is |= (unsigned)traits[i].is;
        if (traits[i].needs)
            field_need(l, form, at->mark, traits[i].name, traits[i].needs);
        return;
    }
    fault_add(l->faults, at->mark, "unknown word '%.*s' in 'is'", SLICE_ARG(at->text));
}

static void read_is(struct form_loader *l, struct yaml *doc, struct form *form)
{
    struct yaml *list = yaml_list(doc, "is", l->faults);

    YAML_EACH(at, list) read_trait(l, form, at);
    if (list && form_is(form, FORM_WEIGHING | FORM_BIRTH) && form->about != FORM_ABOUT_CHILD)
        fault_add(l->faults, list->mark, "a weighing and a birth need 'subject: anak'");
}

static void read_counts(struct form_loader *l, struct yaml *doc, struct form *form)
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

/* A value of it is one text, and the same in each report of the same thing. */
static bool tells_apart(enum field_type type)
{
    return type == FIELD_MONTH || type == FIELD_NUMBER || type == FIELD_NAME || type == FIELD_SEX ||
           type == FIELD_AGE;
}

/* A second report of the same sender for the same week, month or person is a correction of the first (RULINGS
 * 58). */
static void read_once(struct form_loader *l, struct yaml *doc, struct form *form)
{
    struct yaml *at = yaml_get(doc, "once_per");
    struct slice rest = yaml_text(doc, "once_per", "", l->faults), name;

    while (at && (name = slice_cut(&rest, ' ')).n) {
        int i = form_field_named(form, name);

        if (i < 0 || !tells_apart(form->fields[i].type) || form->once_n == FORM_ONCE) {
            fault_add(l->faults, at->mark,
                      "'once_per' needs up to %d fields of type month, number, name, sex or age", FORM_ONCE);
            return;
        }
        form->once[form->once_n++] = (uint8_t)i;
        rest = slice_trim(rest);
    }
}

/* What judges a form, and the fields that it compares. */
static const struct {
    const char *what;
    enum form_judge judge;
    enum meaning needs;
} judged[] = {
    { "judge: growth", FORM_JUDGE_GROWTH, AS_WEIGHT },
    { "judge: schedule", FORM_JUDGE_SCHEDULE, AS_VACCINES },
    { "judge: w2", FORM_JUDGE_W2, AS_WEEK },
    { "judge: w2", FORM_JUDGE_W2, AS_CODES },
    { "judge: skdn", FORM_JUDGE_SKDN, AS_SKDN_S },
    { "judge: skdn", FORM_JUDGE_SKDN, AS_SKDN_K },
    { "judge: skdn", FORM_JUDGE_SKDN, AS_SKDN_D },
    { "judge: skdn", FORM_JUDGE_SKDN, AS_SKDN_N },
    { "judge: skdn", FORM_JUDGE_SKDN, AS_SKDN_T },
    { "judge: skdn", FORM_JUDGE_SKDN, AS_SKDN_O },
    { "judge: skdn", FORM_JUDGE_SKDN, AS_SKDN_B },
    { "judge: skdn", FORM_JUDGE_SKDN, AS_SKDN_BGM },
};

/* Two ways to fill a form are told apart by the number that the second begins with, or, where nobody has one,
 * by what only a person has (kasus: so many cases, or one person's). */
static void check_ways(struct form_loader *l, const struct form *form, struct mark at)
{
    static const enum meaning person[] = { AS_NAME, AS_SEX, AS_AGE, AS_DATE, AS_COUNT, AS_LOCATION };
    int number = form_as(form, AS_NUMBER);

    if (form->variants_n < 2)
        return;
    if (number >= 0 && !variant_requires(&form->variants[1], (unsigned)number))
        fault_add(l->faults, at, "the second of 'variants' needs '%.*s'",
                  SLICE_ARG(form->fields[number].name));
    for (size_t i = 0; number < 0 && i < COUNT(person); i++)
        field_need(l, form, at, "variants", person[i]);
}

static void check_needs(struct form_loader *l, const struct form *form, const struct yaml *doc,
                        const struct yaml *variants)
{
    for (size_t i = 0; i < COUNT(judged); i++)
        if (form->judge == judged[i].judge)
            field_need(l, form, doc->mark, judged[i].what, judged[i].needs);
    if (form->code_counts && form->judge != FORM_JUDGE_W2)
        field_need(l, form, doc->mark, "type: counts", AS_WEEK);
    if (form->about == FORM_ABOUT_CHILD)
        field_need(l, form, doc->mark, "subject: anak", AS_NAME);
    if (variants)
        check_ways(l, form, variants->mark);
}

static void read_form(struct form_loader *l, struct yaml *doc, struct form *form)
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
    read_once(l, doc, form);
    check_needs(l, form, doc, variants);
    form_index_labels(form, l->arena);
    if (fields)
        yaml_done(fields, x);
    yaml_done(doc, x);
}

int forms_load(const char *folder, struct arena *a, struct faults *x, struct form_set *out)
{
    struct form_loader l = { .arena = a, .faults = x, .set = out };
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
