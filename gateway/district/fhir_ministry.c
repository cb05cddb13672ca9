/* fhir_ministry.c - what resources are on the ministry's platform, where they are more than FHIR R4 (DISTRICT
 * 5.3 to 5.6).  See fhir_making.h. */
#include <ctype.h>

#include "gateway/district/fhir_making.h"
#include "parsers/date.h"

static const struct fhir_ministry *ministry(const struct making *m)
{
    return m->about->map->ministry;
}

struct slice fhir_ministry_system(const struct making *m, const char *type)
{
    struct slice rest = ministry(m)->identifiers;
    struct buf b;
    struct slice out;

    buf_init(&b, 512);
    while (rest.n) {
        if (slice_starts(rest, "{type}")) {
            for (const char *p = type; *p; p++)
                buf_char(&b, (char)tolower((unsigned char)*p));
            rest = slice_skip(rest, strlen("{type}"));
        } else if (slice_starts(rest, "{organization}")) {
            buf_add(&b, m->about->organization);
            rest = slice_skip(rest, strlen("{organization}"));
        } else {
            buf_char(&b, rest.p[0]);
            rest = slice_skip(rest, 1);
        }
    }
    out = arena_copy(m->arena, buf_slice(&b));
    buf_free(&b);
    return out;
}

struct node *fhir_ministry_request(const struct making *m, const char *type, struct node *resource,
                                   struct slice value)
{
    struct slice there = node_text(m->about->placed->ids, arena_copy(m->arena, value).p);

    if (!there.n)
        return m->withdrawn ? NULL : fhir_request(m, "POST", slice_of(type));
    node_put(resource, "id", slice_skip(there, strlen(type) + 1));
    return fhir_request(m, "PUT", there);
}

static struct node *period(const struct making *m, int64_t from_ms, int64_t to_ms)
{
    struct node *o = node_object(m->arena);

    node_put(o, "start", fhir_utc(m, from_ms));
    node_put(o, "end", fhir_utc(m, to_ms));
    return o;
}

static struct node *to(const struct making *m, const char *type, struct slice id)
{
    return fhir_reference(m, fhir_join(m, slice_of(type), "/", id));
}

static struct node *code(const struct making *m, const char *system, struct slice value)
{
    struct node *o = node_object(m->arena);

    node_put(o, "system", slice_of(system));
    node_put(o, "code", value);
    return o;
}

/* Arrived, seen, gone: the platform wants all three.  It ends when it was reported. */
static struct node *history(const struct making *m, int64_t from)
{
    static const char *const steps[] = { "arrived", "in-progress", "finished" };
    struct node *list = node_list(m->arena);
    int64_t middle = from + (m->ms - from) / 2;

    for (unsigned i = 0; i < 3; i++) {
        struct node *o = node_object(m->arena);

        node_put(o, "status", slice_of(steps[i]));
        node_set(o, "period", period(m, i == 0 ? from : i == 1 ? middle : m->ms, i == 0 ? middle : m->ms));
        node_add(list, o);
    }
    return list;
}

struct node *fhir_ministry_encounter(const struct making *m)
{
    const struct fhir_placed *p = m->about->placed;
    struct node *e = fhir_resource_new(m, "Encounter", "finished"), *who = node_object(m->arena);
    struct node *where = node_object(m->arena);
    int64_t from = m->ms - ministry(m)->minutes * 60000;

    node_set(e, "statusHistory", history(m, from));
    node_set(e, "class", code(m, "http://terminology.hl7.org/CodeSystem/v3-ActCode", ministry(m)->encounter));
    node_set(e, "subject", fhir_again(m, m->subject));
    node_set(who, "type",
             fhir_in_list(m, fhir_coding(m, S("http://terminology.hl7.org/CodeSystem/v3-ParticipationType"),
                                         S("ATND"), S("attender"))));
    node_set(who, "individual", to(m, "Practitioner", p->practitioner));
    node_set(e, "participant", fhir_in_list(m, who));
    node_set(e, "period", period(m, from, m->ms));
    node_set(where, "location", to(m, "Location", p->location));
    node_set(e, "location", fhir_in_list(m, where));
    node_set(e, "serviceProvider", to(m, "Organization", p->organization));
    return e;
}

/* Later than the schedule's year: catching up. */
static bool late(const struct making *m, const struct ministry_reason *reason)
{
    struct slice born = fhir_born(m);
    int64_t day;

    if (born.n == 4)
        born = arena_printf(m->arena, "%.*s-01-01", SLICE_ARG(born));
    else if (born.n == 7)
        born = arena_printf(m->arena, "%.*s-01", SLICE_ARG(born));
    return reason && date_parse_iso(born, &day) && date_months_between(day, m->day) >= reason->catch_up;
}

void fhir_ministry_vaccine(const struct making *m, struct node *o, const struct fhir_code *c)
{
    static const char origin[] = "http://terminology.hl7.org/CodeSystem/immunization-origin";
    static const char reasons[] = "http://terminology.kemkes.go.id/CodeSystem/immunization-reason";
    static const char timing[] = "http://terminology.kemkes.go.id/CodeSystem/immunization-routine-timing";
    struct node *who = node_object(m->arena), *function, *why = node_object(m->arena);
    struct node *codings = node_list(m->arena);

    node_add((struct node *)node_get(node_get(o, "vaccineCode"), "coding"),
             code(m, m->about->map->vaccine_system.p, c->kfa));
    node_put(o, "recorded", m->moment);
    node_set(o, "location", to(m, "Location", m->about->placed->location));
    node_set(o, "reportOrigin", fhir_coding(m, slice_of(origin), S("provider"), S("")));
    function = fhir_coding(m, S("http://terminology.hl7.org/CodeSystem/v2-0443"), S("EP"), S(""));
    node_put(function, "text", ministry(m)->kader);
    node_set(who, "function", function);
    node_set(who, "actor", to(m, "Organization", m->about->placed->organization));
    node_set(o, "performer", fhir_in_list(m, who));
    node_add(codings, code(m, reasons, c->reason));
    node_add(codings, code(m, timing,
                           late(m, ministry_reason(ministry(m), c->reason)) ? S("IM-Kejar") : S("IM-Ideal")));
    node_set(why, "coding", codings);
    node_set(o, "reasonCode", fhir_in_list(m, why));
}
