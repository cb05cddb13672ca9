/* fhir_parts.c - the pieces of resources.  See fhir_making.h. */
#include "gateway/district/fhir_making.h"
#include "parsers/date.h"

struct slice fhir_join(const struct making *m, struct slice a, const char *between, struct slice b)
{
    return arena_printf(m->arena, "%.*s%s%.*s", SLICE_ARG(a), between, SLICE_ARG(b));
}

struct node *fhir_coding(const struct making *m, struct slice system, struct slice code, struct slice display)
{
    struct node *concept = node_object(m->arena), *list = node_list(m->arena), *c = node_object(m->arena);

    node_put(c, "system", system);
    node_put(c, "code", code);
    node_put(c, "display", display);
    node_add(list, c);
    node_set(concept, "coding", list);
    return concept;
}

struct node *fhir_in_list(const struct making *m, struct node *item)
{
    struct node *list = node_list(m->arena);

    node_add(list, item);
    return list;
}

struct node *fhir_text_only(const struct making *m, struct slice text)
{
    struct node *o = node_object(m->arena);

    node_put(o, "text", text);
    return o;
}

struct node *fhir_identifier(const struct making *m, struct slice system, struct slice value)
{
    struct node *o = node_object(m->arena);

    node_put(o, "system", system);
    node_put(o, "value", value);
    return o;
}

struct node *fhir_reference(const struct making *m, struct slice to)
{
    struct node *o = node_object(m->arena);

    node_put(o, "reference", to);
    return o;
}

/* The posyandu or facility that reported: by its code, never by a person.  The ministry wants the nakes who
 * checked it (rule 10383). */
struct node *fhir_performer(const struct making *m)
{
    struct node *o = node_object(m->arena);
    const struct record *r = m->record;

    if (m->about->placed)
        return fhir_reference(m, fhir_join(m, S("Practitioner"), "/", m->about->placed->practitioner));
    node_set(o, "identifier", fhir_identifier(m, m->system, r->posyandu.n ? r->posyandu : r->place));
    return o;
}

struct node *fhir_request(const struct making *m, const char *method, struct slice url)
{
    struct node *o = node_object(m->arena);

    node_put(o, "method", slice_of(method));
    node_put(o, "url", url);
    return o;
}

struct node *fhir_resource_new(const struct making *m, const char *type, const char *status)
{
    struct node *o = node_object(m->arena);

    node_put(o, "resourceType", slice_of(type));
    if (status)
        node_put(o, "status", m->withdrawn ? S("entered-in-error") : slice_of(status));
    return o;
}

struct slice fhir_utc(const struct making *m, int64_t ms)
{
    struct civil c = date_civil(ms, 0);

    return arena_printf(m->arena, "%04d-%02d-%02dT%02d:%02d:%02d+00:00", c.day.year, c.day.month, c.day.day,
                        c.hour, c.minute, c.second);
}

struct slice fhir_text_of_type(const struct fhir_form *form, const struct node *fields, enum field_type type)
{
    const struct form *f = form->form;

    for (unsigned i = 0; i < f->fields_n; i++)
        if (f->fields[i].type == type && !f->fields[i].hidden)
            return node_text(fields, f->fields[i].name.p);
    return S("");
}

struct slice fhir_field_text(const struct making *m, struct slice name)
{
    return name.n ? node_text(m->fields, name.p) : S("");
}

/* A day of the form if it is one that may be sent, else the moment of the report. */
struct slice fhir_when(const struct making *m, struct slice field)
{
    struct slice day = fhir_field_text(m, field);
    int64_t days;

    return day.n && date_parse_iso(day, &days) && days >= m->about->map->floor_day ? day : m->moment;
}

/* A node hangs in one tree only. */
struct node *fhir_again(const struct making *m, const struct node *reference_to)
{
    return fhir_reference(m, node_text(reference_to, "reference"));
}

const struct fhir_code *fhir_code_of(const struct fhir_code *codes, unsigned n, struct slice value)
{
    for (unsigned i = 0; i < n; i++)
        if (slice_eq(codes[i].value, value))
            return &codes[i];
    return NULL;
}

/* "14bl" at the day of the report: as exact as it was said. */
static struct slice born_of_age(const struct making *m, struct slice age)
{
    struct date at = date_of_days(m->day);
    struct slice unit = age.n > 2 ? slice_skip(age, age.n - 2) : S("");
    int64_t n, months;

    if (!unit.n || !slice_to_i64(slice_take(age, age.n - 2), &n))
        return S("");
    if (slice_is(unit, "hr") || slice_is(unit, "mg"))
        return date_iso(m->day - n * (slice_is(unit, "mg") ? 7 : 1), m->arena);
    if (slice_is(unit, "th"))
        return arena_printf(m->arena, "%04d", at.year - (int)n);
    months = (int64_t)at.year * 12 + at.month - 1 - n;
    return arena_printf(m->arena, "%04d-%02d", (int)(months / 12), (int)(months % 12) + 1);
}

struct slice fhir_born(const struct making *m)
{
    const struct form *f = m->form->form;
    struct slice exact = m->about->placed && m->about->placed->born.n ? m->about->placed->born
                                                                      : fhir_field_text(m, m->form->born);

    for (unsigned i = 0; i < f->fields_n && !exact.n; i++)
        if (f->fields[i].type == FIELD_AGE && f->fields[i].companion >= 0)
            exact = node_text(m->fields, f->fields[f->fields[i].companion].name.p);
    return exact.n ? exact : born_of_age(m, fhir_text_of_type(m->form, m->fields, FIELD_AGE));
}
