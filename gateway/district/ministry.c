/* ministry.c - see ministry.h. */
#include "gateway/district/ministry.h"

#include <string.h>

#include "gateway/base/node.h"
#include "parsers/date.h"
#include "parsers/nik.h"
#include "parsers/query.h"

enum {
    DUPLICATE = 20002,
    WHY_MAX = 240,
};

/* The field of that type as it was reported; empty when the form has none. */
static struct slice of_type(const struct fhir_form *form, const struct node *fields, enum field_type type)
{
    const struct form *f = form->form;

    for (unsigned i = 0; i < f->fields_n; i++)
        if (f->fields[i].type == type && !f->fields[i].hidden)
            return node_text(fields, f->fields[i].name.p);
    return S("");
}

static bool has(const struct fhir_form *form, enum fhir_kind kind)
{
    for (unsigned i = 0; i < form->resources_n; i++)
        if (form->resources[i].kind == kind)
            return true;
    return false;
}

bool ministry_wants(const struct fhir_map *map, const struct record *r)
{
    const struct fhir_form *form = map ? fhir_form_of(map, r->form) : NULL;

    return form && form->encounter.n && !has(form, FHIR_REFERRAL) &&
           (r->person_id.n || of_type(form, r->fields, FIELD_NAME).n);
}

/* --- what it needs --- */

static void need_place(const struct ruleset *rules, const struct record *r, struct ministry_need *out)
{
    const struct person *reporter = directory_person(&rules->directory, r->reporter);
    const struct place *place = r->posyandu.n ? directory_place(&rules->directory, r->posyandu)
                                : reporter    ? reporter->place
                                              : NULL;
    const struct facility *at = facility_at(rules->facilities, place);

    out->village = r->place;
    out->credentials = facility_credentials(rules->facilities, place);
    if (at) {
        out->organization = at->organization;
        out->location = at->location;
    }
}

/* "By Ny {}" with the mother's name in it. */
static struct slice name_by(struct slice pattern, struct slice name, struct arena *a)
{
    struct slice before = slice_cut(&pattern, '{');

    return arena_printf(a, "%.*s%.*s%.*s", SLICE_ARG(before), SLICE_ARG(name),
                        SLICE_ARG(slice_skip(pattern, 1)));
}

static void need_patient(const struct fhir_form *form, const struct node *fields,
                         const struct ministry_person *p, struct arena *a, struct ministry_need *out)
{
    struct slice said = of_type(form, fields, FIELD_NIK),
                 sex = p->sex.n ? p->sex : of_type(form, fields, FIELD_SEX);

    /* Where the name is not the patient's own, neither is the NIK. */
    out->mothers = !p->nik.n && said.n && form->name.n;
    out->nik = p->nik.n ? p->nik : said;
    out->name = p->name.n ? p->name : of_type(form, fields, FIELD_NAME);
    if (form->name.n && !p->name.n)
        out->name = name_by(form->name, out->name, a);
    out->born = p->born.n ? p->born : form->born.n ? node_text(fields, form->born.p) : S("");
    out->gender = form->gender.n       ? form->gender
                  : slice_is(sex, "L") ? S("male")
                  : slice_is(sex, "P") ? S("female")
                                       : S("");
}

/* A NIK says the day and the sex by itself. */
static void by_nik(const struct record *r, struct ministry_need *out, struct arena *a)
{
    int64_t births[2], day;

    if (!out->nik.n || out->mothers || !date_parse_iso(slice_take(r->at, 10), &day) ||
        !nik_valid(out->nik, day))
        return;
    nik_births(out->nik, day, births);
    if (!out->born.n)
        out->born = date_iso(births[0], a);
    if (!out->gender.n)
        out->gender = nik_sex(out->nik) == 'P' ? S("female") : S("male");
}

static bool coded_vaccine(const struct fhir_form *form, const struct node *fields)
{
    for (unsigned i = 0; i < form->resources_n; i++) {
        const struct fhir_resource *r = &form->resources[i];

        for (const struct node *v = r->kind == FHIR_IMMUNIZATION ? node_first(node_get(fields, r->field.p))
                                                                 : NULL;
             v; v = v->next)
            for (unsigned k = 0; k < r->codes_n; k++)
                if (slice_eq(r->codes[k].value, v->text) && r->codes[k].code.n)
                    return true;
    }
    return false;
}

void ministry_need(const struct ruleset *rules, const struct record *r, const struct ministry_person *person,
                   struct slice checked_by, struct arena *a, struct ministry_need *out)
{
    const struct fhir_form *form = fhir_form_of(rules->fhir, r->form);
    const struct node *fields = r->fields;
    const struct nakes *nakes = nakes_of(rules->facilities, checked_by);

    *out = (struct ministry_need){ .practitioner = nakes ? nakes->ihs : S("") };
    if (!form)
        return;
    need_patient(form, fields, person, a, out);
    by_nik(r, out, a);
    need_place(rules, r, out);
    if (!out->nik.n)
        out->stage = "needs_nik";
    else if (!out->credentials)
        out->stage = "needs_credentials";
    else if (!out->organization.n || !out->location.n)
        out->stage = "needs_location";
    else if (!out->practitioner.n)
        out->stage = "needs_ihs";
    else if (!slice_is(r->role, role_name(ROLE_KADER)) && coded_vaccine(form, fields))
        out->stage = "needs_lot"; /* a kader's report is taken without (DISTRICT 5.6) */
}

/* --- the patient --- */

/* "…/id/nik", or "…/id/nik-ibu" for the mother's. */
static struct slice nik_system(const struct fhir_map *map, const struct ministry_need *n, struct arena *a)
{
    return n->mothers ? arena_printf(a, "%.*s-ibu", SLICE_ARG(map->nik)) : map->nik;
}

struct slice ministry_patient_query(const struct fhir_map *map, const struct ministry_need *n,
                                    struct arena *a)
{
    struct slice out, system = nik_system(map, n, a);
    struct buf b;

    buf_init(&b, 1024);
    query_pair(&b, "identifier", arena_printf(a, "%.*s|%.*s", SLICE_ARG(system), SLICE_ARG(n->nik)));
    if (n->mothers && n->born.n) /* she may have more than one child */
        query_pair(&b, "birthdate", n->born);
    out = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    return out;
}

/* "19.06.01.2004" as the platform's four codes: 19, 1906, 190601, 1906012004. */
static struct node *administrative(struct slice village, struct arena *a)
{
    static const char *const levels[] = { "province", "city", "district", "village" };
    struct node *outer = node_object(a), *list = node_list(a);
    char digits[16];
    size_t n = 0, cut[] = { 2, 4, 6, 10 };

    for (size_t i = 0; i < village.n && n < sizeof digits; i++)
        if (village.p[i] != '.')
            digits[n++] = village.p[i];
    for (unsigned i = 0; i < 4; i++) {
        struct node *o = node_object(a);

        if (n < cut[i])
            break;
        node_put(o, "url", slice_of(levels[i]));
        node_put(o, "valueCode", arena_copy(a, slice_make(digits, cut[i])));
        node_add(list, o);
    }
    node_put(outer, "url", S("https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode"));
    node_set(outer, "extension", list);
    return outer;
}

static struct node *in_list(struct node *item, struct arena *a)
{
    struct node *list = node_list(a);

    node_add(list, item);
    return list;
}

bool ministry_patient(const struct fhir_map *map, const struct ministry_need *n, struct arena *a,
                      struct buf *out)
{
    struct node *p = node_object(a), *id = node_object(a), *name = node_object(a), *home = node_object(a);

    if (!n->name.n || n->born.n != 10 || !n->gender.n || !n->village.n)
        return false;
    node_put(p, "resourceType", S("Patient"));
    node_put(id, "use", S("official"));
    node_put(id, "system", nik_system(map, n, a));
    node_put(id, "value", n->nik);
    node_set(p, "identifier", in_list(id, a));
    node_set(p, "active", node_of_raw(a, S("true")));
    node_put(name, "use", S("official"));
    node_put(name, "text", n->name);
    node_set(p, "name", in_list(name, a));
    node_put(p, "gender", n->gender);
    node_put(p, "birthDate", n->born);
    node_set(p, "deceasedBoolean", node_of_raw(a, S("false")));
    node_put(home, "use", S("home"));
    node_put(home, "country", S("ID"));
    node_set(home, "extension", in_list(administrative(n->village, a), a));
    node_set(p, "address", in_list(home, a));
    node_set(p, "multipleBirthInteger", node_of_raw(a, S("0")));
    node_write(out, p);
    return !a->failed && !out->failed;
}

int ministry_found(struct slice answer, struct arena *a, struct slice *id)
{
    const struct node *o = node_read(answer, a), *entry = node_first(node_get(o, "entry"));
    int n = 0;

    *id = S("");
    if (!slice_is(node_text(o, "resourceType"), "Bundle"))
        return -1;
    for (; entry && n < 2; entry = entry->next)
        if (node_text(node_get(entry, "resource"), "id").n && n++ == 0)
            *id = node_text(node_get(entry, "resource"), "id");
    return n;
}

/* --- answers --- */

/* "Observation/1234" of a response: by its members, or by its location, a URL with /_history at its end. */
static struct slice taken_as(const struct node *response, struct arena *a)
{
    struct slice type = node_text(response, "resourceType"), id = node_text(response, "resourceID");
    struct slice rest = node_text(response, "location"), part, before = S("");

    if (type.n && id.n)
        return arena_printf(a, "%.*s/%.*s", SLICE_ARG(type), SLICE_ARG(id));
    type = id = S("");
    while (rest.n) {
        part = slice_cut(&rest, '/');
        if (slice_is(part, "_history"))
            break;
        type = before;
        id = before = part;
    }
    return type.n && id.n ? arena_printf(a, "%.*s/%.*s", SLICE_ARG(type), SLICE_ARG(id)) : S("");
}

struct slice ministry_ids(struct slice bundle, struct slice answer, const struct node *before,
                          struct arena *a)
{
    const struct node *sent = node_first(node_get(node_read(bundle, a), "entry"));
    const struct node *got = node_first(node_get(node_read(answer, a), "entry"));
    struct node *all = node_object(a);
    struct slice out;
    struct buf b;

    for (const struct node *old = node_first(before); old; old = old->next)
        node_set_named(all, old->key, node_of_text(a, old->text));
    for (; sent && got; sent = sent->next, got = got->next) {
        const struct node *resource = node_get(sent, "resource");
        struct slice key = node_text(node_first(node_get(resource, "identifier")), "value");
        struct slice id = taken_as(node_get(got, "response"), a);

        if (key.n && id.n && !node_get_named(all, key))
            node_set_named(all, key, node_of_text(a, id));
    }
    if (sent || got || !all->n)
        return S("");
    buf_init(&b, 64 << 10);
    node_write(&b, all);
    out = arena_copy(a, buf_slice(&b));
    buf_free(&b);
    return out;
}

/* The number behind "RuleNumber" in what an issue says; 0 = none. */
static int64_t rule_number(const struct node *issue)
{
    struct slice text = node_text(node_get(issue, "details"), "text");
    int64_t n = 0;

    if (!text.n)
        text = node_text(issue, "diagnostics");
    while (text.n && !slice_starts(text, "RuleNumber"))
        text = slice_skip(text, 1);
    while (text.n && !(text.p[0] >= '0' && text.p[0] <= '9'))
        text = slice_skip(text, 1);
    for (; text.n && text.p[0] >= '0' && text.p[0] <= '9' && n < 1000000; text = slice_skip(text, 1))
        n = n * 10 + (text.p[0] - '0');
    return n ? n : slice_is(node_text(issue, "code"), "duplicate") ? DUPLICATE : 0;
}

void ministry_fault(const struct fhir_ministry *m, struct slice answer, struct arena *a,
                    struct ministry_fault *out)
{
    const struct node *first = node_first(node_get(node_read(answer, a), "issue")), *cause = first;
    const struct ministry_rule *rule = NULL;
    struct slice where;
    int64_t n;

    for (const struct node *i = first; i; i = i->next) {
        rule = ministry_rule(m, rule_number(i));
        cause = i;
        if (!rule || rule->fate != MINISTRY_FOLLOWS)
            break;
    }
    if (rule && rule->fate == MINISTRY_FOLLOWS)
        cause = first; /* nothing else was said */
    n = rule_number(cause);
    rule = ministry_rule(m, n);
    where =
        node_first(node_get(cause, "expression")) ? node_first(node_get(cause, "expression"))->text : S("");
    *out = (struct ministry_fault){ .rule = n, .fate = rule ? rule->fate : MINISTRY_REFUSED };
    if (out->fate == MINISTRY_FOLLOWS)
        out->fate = MINISTRY_REFUSED;
    if (rule && rule->stage)
        out->stage = rule->stage->name;
    out->why = arena_printf(a, "%s%lld%s%.*s%s%.*s%s%.*s", n ? "RuleNumber " : "no RuleNumber ", (long long)n,
                            where.n ? " at " : "", SLICE_ARG(slice_take(where, 60)), rule ? ": " : "",
                            SLICE_ARG(rule ? rule->words : S("")), rule ? "; " : "",
                            SLICE_ARG(rule ? rule->act : S("")));
    out->why = slice_take(out->why, WHY_MAX);
}
