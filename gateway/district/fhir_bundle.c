/* fhir_bundle.c - see fhir_bundle.h. */
#include "gateway/district/fhir_bundle.h"

#include <nettle/sha1.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/node.h"
#include "gateway/base/uuid.h"
#include "gateway/model/record.h"
#include "parsers/date.h"

enum {
    REPLACES_FROM = 3, /* a first CEK is version 2: nothing was sent before it */
};

struct making {
    const struct fhir_about *about;
    const struct fhir_form *form;
    const struct record *record;
    const struct node *fields;
    struct arena *arena;
    struct node *entries;
    struct slice system, moment; /* of our identifiers; when it was said, UTC */
    int64_t day;                 /* the same, local */
    struct node *subject, *encounter;
    bool replaces, withdrawn;
};

/* --- pieces --- */

static struct slice join(const struct making *m, struct slice a, const char *between, struct slice b)
{
    return arena_printf(m->arena, "%.*s%s%.*s", SLICE_ARG(a), between, SLICE_ARG(b));
}

static struct node *coding(const struct making *m, struct slice system, struct slice code, struct slice display)
{
    struct node *concept = node_object(m->arena), *list = node_list(m->arena), *c = node_object(m->arena);

    node_put(c, "system", system);
    node_put(c, "code", code);
    node_put(c, "display", display);
    node_add(list, c);
    node_set(concept, "coding", list);
    return concept;
}

static struct node *in_list(const struct making *m, struct node *item)
{
    struct node *list = node_list(m->arena);

    node_add(list, item);
    return list;
}

static struct node *text_only(const struct making *m, struct slice text)
{
    struct node *o = node_object(m->arena);

    node_put(o, "text", text);
    return o;
}

static struct node *identifier(const struct making *m, struct slice system, struct slice value)
{
    struct node *o = node_object(m->arena);

    node_put(o, "system", system);
    node_put(o, "value", value);
    return o;
}

static struct node *reference(const struct making *m, struct slice to)
{
    struct node *o = node_object(m->arena);

    node_put(o, "reference", to);
    return o;
}

/* The posyandu or facility that reported: by its code, never by a person. */
static struct node *performer(const struct making *m)
{
    struct node *o = node_object(m->arena);
    const struct record *r = m->record;

    node_set(o, "identifier", identifier(m, m->system, r->posyandu.n ? r->posyandu : r->place));
    return o;
}

/* A name-based UUID: the same at every sending. */
static struct slice urn(const struct making *m, struct slice name)
{
    uint8_t digest[SHA1_DIGEST_SIZE];
    struct sha1_ctx sha;
    struct uuid_text uuid;

    sha1_init(&sha);
    sha1_update(&sha, m->system.n, (const uint8_t *)m->system.p);
    sha1_update(&sha, name.n, (const uint8_t *)name.p);
    sha1_digest(&sha, sizeof digest, digest);
    uuid = uuid5_text(digest);
    return arena_printf(m->arena, "urn:uuid:%s", uuid.text);
}

/* Adds a resource under an identifier of ours; what others refer to it by. */
static struct slice add(struct making *m, const char *type, struct node *resource, struct slice system,
                        struct slice value, bool replaces)
{
    struct node *entry = node_object(m->arena), *request = node_object(m->arena);
    struct slice full = urn(m, join(m, slice_of(type), "/", value));

    node_set(resource, "identifier", in_list(m, identifier(m, system, value)));
    if (replaces) {
        node_put(request, "method", S("PUT"));
        node_put(request, "url", arena_printf(m->arena, "%s?identifier=%.*s%%7C%.*s", type, SLICE_ARG(system), SLICE_ARG(value)));
    } else {
        node_put(request, "method", S("POST"));
        node_put(request, "url", slice_of(type));
        node_put(request, "ifNoneExist", arena_printf(m->arena, "identifier=%.*s|%.*s", SLICE_ARG(system), SLICE_ARG(value)));
    }
    node_put(entry, "fullUrl", full);
    node_set(entry, "resource", resource);
    node_set(entry, "request", request);
    node_add(m->entries, entry);
    return full;
}

static struct node *resource_new(const struct making *m, const char *type, const char *status)
{
    struct node *o = node_object(m->arena);

    node_put(o, "resourceType", slice_of(type));
    if (status)
        node_put(o, "status", m->withdrawn ? S("entered-in-error") : slice_of(status));
    return o;
}

static struct slice field_text(const struct making *m, struct slice name)
{
    return name.n ? node_text(m->fields, name.p) : S("");
}

/* The field of that type as it was reported; empty when the form has none. */
static struct slice text_of_type(const struct making *m, enum field_type type)
{
    const struct form *f = m->form->form;

    for (unsigned i = 0; i < f->fields_n; i++)
        if (f->fields[i].type == type && !f->fields[i].hidden)
            return node_text(m->fields, f->fields[i].name.p);
    return S("");
}

/* A day of the form if it is one that may be sent, else the moment of the report. */
static struct slice when(const struct making *m, struct slice field)
{
    struct slice day = field_text(m, field);
    int64_t days;

    return day.n && date_parse_iso(day, &days) && days >= m->about->map->floor_day ? day : m->moment;
}

/* --- the patient --- */

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

static struct slice birth_date(const struct making *m)
{
    const struct form *f = m->form->form;
    struct slice exact = field_text(m, m->form->born);

    for (unsigned i = 0; i < f->fields_n && !exact.n; i++)
        if (f->fields[i].type == FIELD_AGE && f->fields[i].companion >= 0)
            exact = node_text(m->fields, f->fields[f->fields[i].companion].name.p);
    return exact.n ? exact : born_of_age(m, text_of_type(m, FIELD_AGE));
}

static struct slice gender(const struct making *m)
{
    struct slice jk = text_of_type(m, FIELD_SEX);

    return m->form->gender.n ? m->form->gender : slice_is(jk, "L") ? S("male") : slice_is(jk, "P") ? S("female") : S("unknown");
}

/* "By Ny {}" with the name in it. */
static struct slice name_of(const struct making *m)
{
    struct slice name = text_of_type(m, FIELD_NAME), rest = m->form->name, before;

    if (!name.n || !rest.n)
        return name;
    before = slice_cut(&rest, '{');
    if (rest.n)
        rest = slice_skip(rest, 1);
    return arena_printf(m->arena, "%.*s%.*s%.*s", SLICE_ARG(before), SLICE_ARG(name), SLICE_ARG(rest));
}

/* Her, where the report names her; a person known by number is referred to.  False: it is about nobody. */
static bool add_patient(struct making *m)
{
    struct slice name = name_of(m), nik = text_of_type(m, FIELD_NIK);
    struct slice id = m->record->person_id.n ? m->record->person_id : m->record->id;
    struct node *p;

    if (!name.n) {
        m->subject = reference(m, arena_printf(m->arena, "Patient?identifier=%.*s|%.*s", SLICE_ARG(m->system), SLICE_ARG(id)));
        return m->record->person_id.n > 0;
    }
    p = resource_new(m, "Patient", NULL);
    node_set(p, "name", in_list(m, text_only(m, name)));
    node_put(p, "gender", gender(m));
    node_put(p, "birthDate", birth_date(m));
    node_put(p, "deceasedDateTime", field_text(m, m->form->deceased));
    m->subject = reference(m, add(m, "Patient", p, m->system, id, m->form->deceased.n > 0));
    if (nik.n) /* beside ours, by which she is known again */
        node_add((struct node *)node_get(p, "identifier"), identifier(m, m->about->map->nik, nik));
    return true;
}

static void add_encounter(struct making *m)
{
    struct node *e, *class, *period;

    if (!m->form->encounter.n)
        return;
    e = resource_new(m, "Encounter", "finished");
    class = node_object(m->arena);
    period = node_object(m->arena);
    node_put(class, "system", S("http://terminology.hl7.org/CodeSystem/v3-ActCode"));
    node_put(class, "code", m->form->encounter);
    node_set(e, "class", class);
    node_set(e, "subject", m->subject);
    node_put(period, "start", m->moment);
    node_put(period, "end", m->moment);
    node_set(e, "period", period);
    node_set(e, "serviceProvider", performer(m));
    m->encounter = reference(m, add(m, "Encounter", e, m->system, m->record->id, m->replaces));
}

/* --- what was found --- */

/* A node hangs in one tree only. */
static struct node *again(const struct making *m, const struct node *reference_to)
{
    return reference(m, node_text(reference_to, "reference"));
}

static struct node *observation(const struct making *m, struct slice category, struct node *code)
{
    struct node *o = resource_new(m, "Observation", "final");

    node_set(o, "category", in_list(m, coding(m, m->about->map->category_system, category, S(""))));
    node_set(o, "code", code);
    node_set(o, "subject", again(m, m->subject));
    if (m->encounter)
        node_set(o, "encounter", again(m, m->encounter));
    node_put(o, "effectiveDateTime", m->moment);
    node_set(o, "performer", in_list(m, performer(m)));
    return o;
}

/* A number as a number, never as a text; times whole thousandths stays exact.  Empty: there is none. */
static struct slice number_of(const struct making *m, const struct fhir_resource *r)
{
    const struct node *v = node_get(m->fields, r->field.p);
    struct slice text = v ? v->text : S(""), first;
    struct slice raw = v && v->kind == NODE_NUMBER ? v->raw : S("");
    int64_t whole, milli = 0, scale = 100;

    if (r->half) {
        first = slice_cut(&text, '/');
        raw = r->half == 1 ? first : text;
    }
    if (!raw.n || r->times == 1)
        return raw;
    first = slice_cut(&raw, '.');
    if (!slice_to_i64(first, &whole))
        return S("");
    for (size_t i = 0; i < raw.n && scale; i++, scale /= 10)
        milli += (raw.p[i] - '0') * scale;
    milli = (whole * 1000 + milli) * r->times;
    return milli % 1000 ? arena_printf(m->arena, "%lld.%03d", (long long)(milli / 1000), (int)(milli % 1000))
                        : arena_printf(m->arena, "%lld", (long long)(milli / 1000));
}

static void add_observation(struct making *m, const struct fhir_resource *r)
{
    struct slice number = number_of(m, r);
    struct node *o, *q;

    if (!number.n)
        return;
    o = observation(m, r->category, coding(m, r->system, r->code, r->display));
    q = node_object(m->arena);
    node_set(q, "value", node_of_raw(m->arena, number));
    node_put(q, "unit", r->unit);
    node_put(q, "system", S("http://unitsofmeasure.org"));
    node_put(q, "code", r->unit);
    node_set(o, "valueQuantity", q);
    (void)add(m, "Observation", o, m->system,
              arena_printf(m->arena, "%.*s:%.*s%s", SLICE_ARG(m->record->id), SLICE_ARG(r->field),
                           r->half == 1 ? ":1" : r->half == 2 ? ":2" : ""),
              m->replaces);
}

static const struct fhir_code *code_of(const struct fhir_code *codes, unsigned n, struct slice value)
{
    for (unsigned i = 0; i < n; i++)
        if (slice_eq(codes[i].value, value))
            return &codes[i];
    return NULL;
}

static void add_sign(struct making *m, const struct fhir_resource *r, struct slice sign)
{
    struct node *o = observation(m, S("exam"), coding(m, r->system, sign, S("")));

    node_put_bool(o, "valueBoolean", true);
    (void)add(m, "Observation", o, m->system, join(m, join(m, m->record->id, ":", r->field), ":", sign), m->replaces);
}

static void add_immunization(struct making *m, const struct fhir_resource *r, struct slice vaccine)
{
    const struct fhir_code *c = code_of(r->codes, r->codes_n, vaccine);
    struct node *o, *actor, *protocol;

    if (!c || !c->code.n)
        return;
    o = resource_new(m, "Immunization", "completed");
    actor = node_object(m->arena);
    node_set(o, "vaccineCode", coding(m, r->system, c->code, vaccine));
    node_set(o, "patient", again(m, m->subject));
    if (m->encounter)
        node_set(o, "encounter", again(m, m->encounter));
    node_put(o, "occurrenceDateTime", when(m, r->on));
    node_set(o, "primarySource", node_of_raw(m->arena, S("true")));
    node_set(actor, "actor", performer(m));
    node_set(o, "performer", in_list(m, actor));
    if (c->dose) {
        protocol = node_object(m->arena);
        node_put_int(protocol, "doseNumberPositiveInt", c->dose);
        node_set(o, "protocolApplied", in_list(m, protocol));
    }
    (void)add(m, "Immunization", o, m->system, join(m, join(m, m->record->id, ":", r->field), ":", vaccine), m->replaces);
}

static void add_condition(struct making *m, const struct fhir_resource *r)
{
    struct slice value = field_text(m, r->field);
    const struct fhir_code *c = code_of(r->codes, r->codes_n, value);
    struct node *o;

    if (!c || !c->code.n)
        return;
    o = resource_new(m, "Condition", NULL);
    node_set(o, "verificationStatus", coding(m, S("http://terminology.hl7.org/CodeSystem/condition-ver-status"),
                                             m->withdrawn ? S("entered-in-error") : S("provisional"), S("")));
    if (!m->withdrawn)
        node_set(o, "clinicalStatus",
                 coding(m, S("http://terminology.hl7.org/CodeSystem/condition-clinical"), S("active"), S("")));
    node_set(o, "code", coding(m, r->system, c->code, value));
    node_set(o, "subject", again(m, m->subject));
    if (m->encounter)
        node_set(o, "encounter", again(m, m->encounter));
    node_put(o, "onsetDateTime", when(m, r->on));
    node_put(o, "recordedDate", m->moment);
    (void)add(m, "Condition", o, m->system, join(m, m->record->id, ":", r->field), m->replaces);
}

static void add_referral(struct making *m, const struct fhir_resource *r)
{
    struct node *o = resource_new(m, "ServiceRequest", "active"), *to;

    node_put(o, "intent", S("order"));
    node_set(o, "code", coding(m, r->system, r->code, r->display));
    node_set(o, "subject", again(m, m->subject));
    if (m->encounter)
        node_set(o, "encounter", again(m, m->encounter));
    node_put(o, "authoredOn", m->moment);
    node_set(o, "requester", performer(m));
    node_set(o, "reasonCode", in_list(m, text_only(m, field_text(m, r->field))));
    if (field_text(m, r->to).n) {
        to = node_object(m->arena);
        node_put(to, "display", field_text(m, r->to));
        node_set(o, "locationReference", in_list(m, to));
    }
    (void)add(m, "ServiceRequest", o, m->system, join(m, m->record->id, ":", S("referral")), m->replaces);
}

static void add_each(struct making *m, const struct fhir_resource *r,
                     void (*one)(struct making *, const struct fhir_resource *, struct slice))
{
    for (const struct node *v = node_first(node_get(m->fields, r->field.p)); v; v = v->next)
        one(m, r, v->text);
}

static void add_resource(struct making *m, const struct fhir_resource *r)
{
    switch (r->kind) {
    case FHIR_OBSERVATION:
        add_observation(m, r);
        break;
    case FHIR_SIGNS:
        add_each(m, r, add_sign);
        break;
    case FHIR_IMMUNIZATION:
        add_each(m, r, add_immunization);
        break;
    case FHIR_CONDITION:
        add_condition(m, r);
        break;
    case FHIR_REFERRAL:
        add_referral(m, r);
        break;
    }
}

/* --- rows --- */

/* RFC 3339 with an offset as UTC, "2026-11-29T02:04:05+00:00" (DISTRICT 5.1), and its local day. */
static struct slice utc(struct making *m, struct slice at)
{
    int y, mo, d, h, mi, s, oh, om;
    char sign;
    struct civil c;
    int64_t ms;
    char text[40];

    snprintf(text, sizeof text, "%.*s", SLICE_ARG(at));
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%c%2d:%2d", &y, &mo, &d, &h, &mi, &s, &sign, &oh, &om) != 9)
        return at;
    m->day = date_days(y, mo, d);
    ms = (m->day * 86400 + h * 3600 + mi * 60 + s - (sign == '-' ? -1 : 1) * (oh * 3600 + om * 60)) * 1000;
    c = date_civil(ms, 0);
    return arena_printf(m->arena, "%04d-%02d-%02dT%02d:%02d:%02d+00:00", c.day.year, c.day.month, c.day.day, c.hour,
                        c.minute, c.second);
}

static void add_record(struct making *m, const struct record *r)
{
    bool checked = slice_is(r->status, "checked"), gone = slice_is(r->status, "cancelled");

    m->form = fhir_form_of(m->about->map, r->form);
    if (!m->form)
        return;
    m->record = r;
    m->replaces = r->version >= REPLACES_FROM || (m->form->always && r->version > 1);
    m->withdrawn = gone || (!checked && !m->form->always);
    if (m->withdrawn && !m->replaces)
        return; /* never sent, and not to be sent */
    m->fields = node_read(r->fields, m->arena);
    m->moment = utc(m, r->at);
    m->encounter = NULL;
    if (!add_patient(m))
        return; /* a count, nobody's */
    add_encounter(m);
    for (unsigned i = 0; i < m->form->resources_n; i++)
        add_resource(m, &m->form->resources[i]);
}

/* What became of a referral. */
static void add_event(struct making *m, const struct event_row *e)
{
    const struct fhir_code *status = code_of(m->about->map->events, m->about->map->events_n, e->event);
    struct node *o;

    if (!status || !e->of.n)
        return;
    m->withdrawn = false;
    o = resource_new(m, "Task", status->code.p);
    node_put(o, "intent", S("order"));
    node_set(o, "focus", reference(m, arena_printf(m->arena, "ServiceRequest?identifier=%.*s|%.*s:referral",
                                                   SLICE_ARG(m->system), SLICE_ARG(e->of))));
    node_put(o, "lastModified", utc(m, e->at));
    (void)add(m, "Task", o, m->system, join(m, e->of, ":", S("task")), true);
}

static struct slice system_of(const struct fhir_about *about, struct arena *a)
{
    struct slice rest = about->map->identifiers, before = slice_cut(&rest, '{');

    (void)slice_cut(&rest, '}');
    return arena_printf(a, "%.*s%.*s%.*s", SLICE_ARG(before), SLICE_ARG(about->organization), SLICE_ARG(rest));
}

enum fhir_rc fhir_bundle(const struct fhir_about *about, struct slice body, struct arena *a, struct buf *out,
                         struct err *e)
{
    struct making m = { .about = about, .arena = a, .entries = node_list(a), .system = system_of(about, a) };
    struct node *bundle = node_object(a);

    while (!slice_empty(body)) {
        struct slice line = slice_cut(&body, '\n');
        struct row *row = ARENA_NEW(a, struct row);

        if (!row || row_decode(line, a, row, e) != 0)
            return FHIR_BROKEN;
        if (row->kind == ROW_RECORD)
            add_record(&m, &row->record);
        else if (row->kind == ROW_REFERRAL_EVENT)
            add_event(&m, &row->event);
    }
    if (!node_first(m.entries) && !a->failed)
        return FHIR_NOTHING;
    node_put(bundle, "resourceType", S("Bundle"));
    node_put(bundle, "type", S("transaction"));
    node_set(bundle, "entry", m.entries);
    node_write(out, bundle);
    if (!a->failed && !out->failed)
        return FHIR_READY;
    err_set(e, "larger than a bundle may be");
    return FHIR_BROKEN;
}

struct slice fhir_fault(struct slice answer, struct arena *a)
{
    const struct node *issue = node_first(node_get(node_read(answer, a), "issue"));
    const struct node *where = node_first(node_get(issue, "expression"));
    struct slice code = node_text(issue, "code");

    return !code.n ? S("no OperationOutcome") : where ? arena_printf(a, "%.*s at %.*s", SLICE_ARG(code), SLICE_ARG(where->text)) : code;
}
