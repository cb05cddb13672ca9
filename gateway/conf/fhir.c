/* fhir.c - reads config/forms/fhir/.  See fhir.h. */
#include "gateway/conf/fhir.h"

#include <unistd.h>

#include "gateway/conf/yaml.h"
#include "parsers/date.h"

struct loader {
    struct arena *arena;
    struct faults *faults;
    struct yaml *systems;
    const struct form *form; /* whose file is being read */
    const struct fhir_ministry *ministry;
};

/* The URI of a system by its short name. */
static struct slice system_of(struct loader *l, const struct yaml *at, struct slice name)
{
    YAML_EACH(s, l->systems)
    if (slice_eq(s->key, name)) {
        s->asked = true;
        return s->text;
    }
    fault_add(l->faults, at->mark, "no system \"%.*s\" in common.yaml", SLICE_ARG(name));
    return S("");
}

/* The field of the form that a member names; NULL and a fault when it has none of that type. */
static const struct field *field_of(struct loader *l, struct yaml *map, const char *key, unsigned types,
                                    struct slice *name)
{
    int at;

    *name = yaml_text(map, key, "", l->faults);
    if (!name->n)
        return NULL;
    at = form_field(l->form, name->p);
    if (at < 0)
        fault_add(l->faults, map->mark, "%s: form %.*s has no field \"%.*s\"", key, SLICE_ARG(l->form->name),
                  SLICE_ARG(*name));
    else if (types && !(types & 1u << l->form->fields[at].type))
        fault_add(l->faults, map->mark, "%s: \"%.*s\" is of another type than this resource needs", key,
                  SLICE_ARG(*name));
    else
        return &l->form->fields[at];
    return NULL;
}

/* "loinc 29463-7". */
static void read_code(struct loader *l, struct yaml *map, struct fhir_resource *r)
{
    struct slice text = yaml_text(map, "code", "", l->faults);

    r->system = slice_cut(&text, ' ');
    r->code = slice_trim(text);
    if (!r->code.n)
        fault_add(l->faults, map->mark, "code: a system of common.yaml and a code, such as loinc 29463-7");
    else
        r->system = system_of(l, map, r->system);
    r->display = yaml_text(map, "display", "", l->faults);
}

static struct fhir_code read_value(struct loader *l, struct yaml *v)
{
    struct fhir_code c = { .value = v->key };

    if (v->kind == YAML_MAP) {
        c.code = yaml_text(v, "code", "", l->faults);
        c.dose = yaml_int(v, "dose", 0, 0, 20, l->faults);
        c.kfa = yaml_text(v, "kfa", "", l->faults);
        c.reason = yaml_text(v, "reason", "", l->faults);
        yaml_done(v, l->faults);
    } else if (!slice_is(v->text, "none")) {
        c.code = v->text;
    }
    return c;
}

/* A vaccine that the ministry would refuse for its code, dose or reason is found here, not there. */
static void check_vaccines(struct loader *l, const struct yaml *map, const struct fhir_resource *r)
{
    for (unsigned i = 0; l->ministry && i < r->codes_n; i++) {
        const struct fhir_code *c = &r->codes[i];

        if (!c->code.n)
            continue;
        if (!c->kfa.n || c->dose < 1)
            fault_add(l->faults, map->mark, "\"%.*s\" needs kfa and a dose above 0 for satusehat.yaml",
                      SLICE_ARG(c->value));
        if (!ministry_reason(l->ministry, c->reason))
            fault_add(l->faults, map->mark, "\"%.*s\" needs a reason of satusehat.yaml", SLICE_ARG(c->value));
    }
}

/* Every value that the list knows has a code, or is said to have none. */
static void read_codes(struct loader *l, struct yaml *map, const struct field *f, struct fhir_resource *r)
{
    struct yaml *codes = yaml_map(map, "codes", l->faults);
    struct fhir_code *all;

    r->system = system_of(l, map, yaml_text(map, "system", "", l->faults));
    if (!codes || !f || !f->list || !(all = ARENA_ARRAY(l->arena, struct fhir_code, codes->n + 1)))
        return;
    YAML_EACH(v, codes)
    {
        if (!word_by_code(f->list, v->key))
            fault_add(l->faults, v->key_mark, "list %.*s has no \"%.*s\"", SLICE_ARG(f->list->name),
                      SLICE_ARG(v->key));
        all[r->codes_n++] = read_value(l, v);
    }
    r->codes = all;
    for (unsigned i = 0; i < f->list->n; i++) {
        const struct slice code = f->list->words[i].code;
        bool there = f->list->words[i].neutral;

        for (unsigned k = 0; k < r->codes_n && !there; k++)
            there = slice_eq(all[k].value, code);
        if (!there)
            fault_add(l->faults, codes->mark, "\"%.*s\" has no code here; write none if it has none",
                      SLICE_ARG(code));
    }
}

static void read_observation(struct loader *l, struct yaml *map, const struct field *f,
                             struct fhir_resource *r)
{
    struct slice half = yaml_text(map, "half", "", l->faults);

    read_code(l, map, r);
    r->unit = yaml_text(map, "unit", "", l->faults);
    r->category = yaml_text(map, "category", "vital-signs", l->faults);
    r->times = yaml_int(map, "times", 1, 1, 1000000, l->faults);
    r->half = slice_is(half, "first") ? 1 : slice_is(half, "second") ? 2 : 0;
    if (!r->unit.n)
        fault_add(l->faults, map->mark, "unit: a UCUM unit is missing");
    if (half.n && !r->half)
        fault_add(l->faults, map->mark, "half: first or second");
    if (f && (f->type == FIELD_PRESSURE) != (r->half > 0))
        fault_add(l->faults, map->mark, "half: a blood pressure is two observations, all else is one");
}

static void read_resource(struct loader *l, struct yaml *map, struct fhir_resource *r)
{
    static const struct {
        const char *key;
        enum fhir_kind kind;
        unsigned types;
    } kinds[] = {
        { "observation", FHIR_OBSERVATION, 0 },
        { "signs", FHIR_SIGNS, 1u << FIELD_CHOICES },
        { "condition", FHIR_CONDITION, 1u << FIELD_CHOICE },
        { "immunization", FHIR_IMMUNIZATION, 1u << FIELD_CHOICES },
        { "referral", FHIR_REFERRAL, 0 },
    };
    const struct field *f = NULL;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !r->field.n; i++) {
        f = field_of(l, map, kinds[i].key, kinds[i].types, &r->field);
        r->kind = kinds[i].kind;
    }
    if (!r->field.n)
        fault_add(l->faults, map->mark,
                  "one of observation, signs, condition, immunization, referral is missing");
    else if (r->kind == FHIR_OBSERVATION)
        read_observation(l, map, f, r);
    else if (r->kind == FHIR_SIGNS)
        r->system = system_of(l, map, yaml_text(map, "system", "", l->faults));
    else if (r->kind == FHIR_REFERRAL)
        read_code(l, map, r);
    else
        read_codes(l, map, f, r);
    if (r->kind == FHIR_IMMUNIZATION)
        check_vaccines(l, map, r);
    (void)field_of(l, map, "on", 1u << FIELD_DATE, &r->on);
    (void)field_of(l, map, "to", 0, &r->to);
    yaml_done(map, l->faults);
}

static void read_form(struct loader *l, struct yaml *doc, struct fhir_form *out)
{
    struct yaml *list = yaml_list(doc, "resources", l->faults);
    struct slice send = yaml_text(doc, "send", "checked", l->faults);
    struct fhir_resource *r = ARENA_ARRAY(l->arena, struct fhir_resource, list ? list->n + 1 : 1);

    out->form = l->form;
    out->always = slice_is(send, "always");
    if (!out->always && !slice_is(send, "checked"))
        fault_add(l->faults, doc->mark, "send: checked or always");
    out->encounter = yaml_text(doc, "encounter", "", l->faults);
    out->gender = yaml_text(doc, "gender", "", l->faults);
    out->name = yaml_text(doc, "name", "", l->faults);
    (void)field_of(l, doc, "born", 1u << FIELD_DATE, &out->born);
    (void)field_of(l, doc, "deceased", 1u << FIELD_DATE, &out->deceased);
    if (!r)
        return;
    YAML_EACH(item, list)
    read_resource(l, item, &r[out->resources_n++]);
    out->resources = r;
    yaml_done(doc, l->faults);
}

static void read_events(struct loader *l, struct yaml *doc, struct fhir_map *map)
{
    struct yaml *events = yaml_map(doc, "referral", l->faults);
    struct fhir_code *all = ARENA_ARRAY(l->arena, struct fhir_code, events ? events->n + 1 : 1);

    map->events = all;
    YAML_EACH(e, all ? events : NULL)
    all[map->events_n++] = (struct fhir_code){ .value = e->key, .code = e->text };
}

static bool read_common(struct loader *l, struct yaml *doc, struct fhir_map *map)
{
    struct slice floor = yaml_text(doc, "floor", "2022-08-31", l->faults);

    map->version = yaml_int(doc, "version", 1, 1, 1000000, l->faults);
    map->identifiers = yaml_text(doc, "identifiers", "urn:kentongan:{organization}", l->faults);
    map->nik = yaml_text(doc, "nik", "https://fhir.kemkes.go.id/id/nik", l->faults);
    l->systems = yaml_map(doc, "systems", l->faults);
    read_events(l, doc, map);
    yaml_done(doc, l->faults);
    map->category_system = system_of(l, doc, S("observation-category"));
    if (map->ministry)
        map->vaccine_system = system_of(l, doc, map->ministry->vaccines);
    if (date_parse_iso(floor, &map->floor_day))
        return true;
    fault_add(l->faults, doc->mark, "floor: a day such as 2022-08-31");
    return false;
}

const struct fhir_map *fhir_map_load(const char *folder, const struct form_set *forms, struct arena *a,
                                     struct faults *faults)
{
    struct loader l = { .arena = a, .faults = faults };
    unsigned before = faults_count(faults);
    struct fhir_map *map = ARENA_NEW(a, struct fhir_map);
    struct fhir_form *all = ARENA_ARRAY(a, struct fhir_form, forms->n + 1);
    struct slice common = arena_printf(a, "%s/fhir/common.yaml", folder);
    struct yaml *doc;

    if (!map || !all)
        return NULL;
    map->forms = all;
    if (access(common.p, F_OK) != 0)
        return map;
    l.ministry = map->ministry =
        fhir_ministry_load(arena_printf(a, "%s/fhir/satusehat.yaml", folder).p, a, faults);
    doc = yaml_load(common.p, a, faults);
    if (!doc || !read_common(&l, doc, map))
        return NULL;
    for (unsigned i = 0; i < forms->n; i++) {
        struct slice path = arena_printf(a, "%s/fhir/%.*s.yaml", folder, SLICE_ARG(forms->forms[i].name));

        if (access(path.p, F_OK) != 0 || !(doc = yaml_load(path.p, a, faults)))
            continue;
        l.form = &forms->forms[i];
        read_form(&l, doc, &all[map->n++]);
    }
    return faults_count(faults) == before && !a->failed ? map : NULL;
}

const struct fhir_form *fhir_form_of(const struct fhir_map *map, struct slice form)
{
    for (unsigned i = 0; i < map->n; i++)
        if (slice_eq(map->forms[i].form->name, form))
            return &map->forms[i];
    return NULL;
}
