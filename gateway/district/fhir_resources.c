/* fhir_resources.c - what was found, resource by resource.  See fhir_making.h. */
#include "gateway/district/fhir_making.h"

static struct node *observation(const struct making *m, struct slice category, struct node *code)
{
    struct node *o = fhir_resource_new(m, "Observation", "final");

    node_set(o, "category", fhir_in_list(m, fhir_coding(m, m->about->map->category_system, category, S(""))));
    node_set(o, "code", code);
    node_set(o, "subject", fhir_again(m, m->subject));
    if (m->encounter)
        node_set(o, "encounter", fhir_again(m, m->encounter));
    node_put(o, "effectiveDateTime", m->moment);
    node_set(o, "performer", fhir_in_list(m, fhir_performer(m)));
    return o;
}

/* A number as a number, never as a text; times whole thousandths stays exact.  Empty: there is none. */
static struct slice number_of(const struct making *m, const struct fhir_resource *r)
{
    const struct node *v = node_get(m->fields, r->field.p);
    struct slice text = v ? v->text : S(""), first;
    struct slice raw = v && v->kind == NODE_NUMBER ? node_json(v, m->arena) : S("");
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

static struct slice key_of(const struct making *m, const struct fhir_resource *r)
{
    return arena_printf(m->arena, "%.*s:%.*s%s", SLICE_ARG(m->record->id), SLICE_ARG(r->field),
                        r->half == 1   ? ":1"
                        : r->half == 2 ? ":2"
                                       : "");
}

/* A value that a correction took out is there no more: withdrawn where it is known what it became, which is
 * the ministry's way, else deleted. */
static void add_observation(struct making *m, const struct fhir_resource *r)
{
    struct slice number = number_of(m, r);
    bool withdrawn = m->withdrawn;
    struct node *o, *q;

    if (!number.n && !m->replaces)
        return;
    if (!number.n && !m->about->placed) {
        fhir_delete(m, "Observation", key_of(m, r));
        return;
    }
    m->withdrawn = withdrawn || !number.n;
    o = observation(m, r->category, fhir_coding(m, r->system, r->code, r->display));
    if (number.n) {
        q = node_object(m->arena);
        node_set(q, "value", node_of_raw(m->arena, number));
        node_put(q, "unit", r->unit);
        node_put(q, "system", S("http://unitsofmeasure.org"));
        node_put(q, "code", r->unit);
        node_set(o, "valueQuantity", q);
    }
    (void)fhir_add(m, "Observation", o, m->system, key_of(m, r), m->replaces);
    m->withdrawn = withdrawn;
}

/* All signs of a report are one Observation: what a correction leaves out is out. */
static void add_signs(struct making *m, const struct fhir_resource *r)
{
    const struct node *first = node_first(node_get(m->fields, r->field.p));
    struct node *o, *components = node_list(m->arena);

    if (!first && m->replaces)
        fhir_delete(m, "Observation", key_of(m, r));
    if (!first)
        return;
    o = observation(m, S("exam"), fhir_coding(m, r->system, r->field, S("")));
    for (const struct node *sign = first; sign; sign = sign->next) {
        struct node *c = node_object(m->arena);

        node_set(c, "code", fhir_coding(m, r->system, sign->text, S("")));
        node_put_bool(c, "valueBoolean", true);
        node_add(components, c);
    }
    node_set(o, "component", components);
    (void)fhir_add(m, "Observation", o, m->system, key_of(m, r), m->replaces);
}

static void add_immunization(struct making *m, const struct fhir_resource *r, struct slice vaccine)
{
    const struct fhir_code *c = fhir_code_of(r->codes, r->codes_n, vaccine);
    struct node *o, *actor, *protocol;

    if (!c || !c->code.n)
        return;
    o = fhir_resource_new(m, "Immunization", "completed");
    node_set(o, "vaccineCode", fhir_coding(m, r->system, c->code, vaccine));
    node_set(o, "patient", fhir_again(m, m->subject));
    if (m->encounter)
        node_set(o, "encounter", fhir_again(m, m->encounter));
    node_put(o, "occurrenceDateTime", fhir_when(m, r->on));
    node_set(o, "primarySource", node_of_raw(m->arena, S("true")));
    if (m->about->placed) {
        fhir_ministry_vaccine(m, o, c);
    } else {
        actor = node_object(m->arena);
        node_set(actor, "actor", fhir_performer(m));
        node_set(o, "performer", fhir_in_list(m, actor));
    }
    if (c->dose) {
        protocol = node_object(m->arena);
        node_put_int(protocol, "doseNumberPositiveInt", c->dose);
        node_set(o, "protocolApplied", fhir_in_list(m, protocol));
    }
    (void)fhir_add(m, "Immunization", o, m->system,
                   fhir_join(m, fhir_join(m, m->record->id, ":", r->field), ":", vaccine), m->replaces);
}

static void add_condition(struct making *m, const struct fhir_resource *r)
{
    struct slice value = fhir_field_text(m, r->field);
    const struct fhir_code *c = fhir_code_of(r->codes, r->codes_n, value);
    struct node *o;

    if (!c || !c->code.n)
        return;
    o = fhir_resource_new(m, "Condition", NULL);
    node_set(o, "verificationStatus",
             fhir_coding(m, S("http://terminology.hl7.org/CodeSystem/condition-ver-status"),
                         m->withdrawn ? S("entered-in-error") : S("provisional"), S("")));
    if (!m->withdrawn)
        node_set(o, "clinicalStatus",
                 fhir_coding(m, S("http://terminology.hl7.org/CodeSystem/condition-clinical"), S("active"),
                             S("")));
    node_set(o, "category",
             fhir_in_list(m, fhir_coding(m, S("http://terminology.hl7.org/CodeSystem/condition-category"),
                                         S("encounter-diagnosis"), S(""))));
    node_set(o, "code", fhir_coding(m, r->system, c->code, value));
    node_set(o, "subject", fhir_again(m, m->subject));
    if (m->encounter)
        node_set(o, "encounter", fhir_again(m, m->encounter));
    node_put(o, "onsetDateTime", fhir_when(m, r->on));
    node_put(o, "recordedDate", m->moment);
    (void)fhir_add(m, "Condition", o, m->system, fhir_join(m, m->record->id, ":", r->field), m->replaces);
}

static void add_referral(struct making *m, const struct fhir_resource *r)
{
    struct node *o = fhir_resource_new(m, "ServiceRequest", "active"), *to;

    node_put(o, "intent", S("order"));
    node_set(o, "code", fhir_coding(m, r->system, r->code, r->display));
    node_set(o, "subject", fhir_again(m, m->subject));
    if (m->encounter)
        node_set(o, "encounter", fhir_again(m, m->encounter));
    node_put(o, "authoredOn", m->moment);
    node_set(o, "requester", fhir_performer(m));
    node_set(o, "reasonCode", fhir_in_list(m, fhir_text_only(m, fhir_field_text(m, r->field))));
    if (fhir_field_text(m, r->to).n) {
        to = node_object(m->arena);
        node_put(to, "display", fhir_field_text(m, r->to));
        node_set(o, "locationReference", fhir_in_list(m, to));
    }
    (void)fhir_add(m, "ServiceRequest", o, m->system, fhir_join(m, m->record->id, ":", S("referral")),
                   m->replaces);
}

/* Those of the list that are not in it, and may have been before a correction. */
static void vaccines_gone(struct making *m, const struct fhir_resource *r)
{
    bool withdrawn = m->withdrawn;

    for (unsigned i = 0; i < r->codes_n; i++) {
        struct slice word = r->codes[i].value;
        const struct node *v = node_first(node_get(m->fields, r->field.p));

        while (v && !slice_eq(v->text, word))
            v = v->next;
        if (v || !r->codes[i].code.n)
            continue;
        if (!m->about->placed) {
            fhir_delete(m, "Immunization",
                        fhir_join(m, fhir_join(m, m->record->id, ":", r->field), ":", word));
            continue;
        }
        m->withdrawn = true;
        add_immunization(m, r, word);
        m->withdrawn = withdrawn;
    }
}

static void add_vaccines(struct making *m, const struct fhir_resource *r)
{
    for (const struct node *v = node_first(node_get(m->fields, r->field.p)); v; v = v->next)
        add_immunization(m, r, v->text);
    if (m->replaces)
        vaccines_gone(m, r);
}

void fhir_add_resource(struct making *m, const struct fhir_resource *r)
{
    if (m->about->placed && slice_starts(r->system, "urn:"))
        return; /* codes of our own are in no value set of the ministry */
    switch (r->kind) {
    case FHIR_OBSERVATION:
        add_observation(m, r);
        break;
    case FHIR_SIGNS:
        add_signs(m, r);
        break;
    case FHIR_IMMUNIZATION:
        add_vaccines(m, r);
        break;
    case FHIR_CONDITION:
        add_condition(m, r);
        break;
    case FHIR_REFERRAL:
        add_referral(m, r);
        break;
    }
}
