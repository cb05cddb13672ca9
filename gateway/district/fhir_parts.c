/* fhir_parts.c - the pieces of resources, and how one comes into the bundle.  See fhir_making.h. */
#include <nettle/sha1.h>
#include <string.h>

#include "gateway/base/uuid.h"
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

/* The posyandu or facility that reported: by its code, never by a person. */
struct node *fhir_performer(const struct making *m)
{
    struct node *o = node_object(m->arena);
    const struct record *r = m->record;

    node_set(o, "identifier", fhir_identifier(m, m->system, r->posyandu.n ? r->posyandu : r->place));
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
struct slice fhir_add(struct making *m, const char *type, struct node *resource, struct slice system,
                      struct slice value, bool replaces)
{
    struct node *entry = node_object(m->arena), *request = node_object(m->arena);
    struct slice full = urn(m, fhir_join(m, slice_of(type), "/", value));

    node_set(resource, "identifier", fhir_in_list(m, fhir_identifier(m, system, value)));
    if (replaces) {
        node_put(request, "method", S("PUT"));
        node_put(
            request, "url",
            arena_printf(m->arena, "%s?identifier=%.*s%%7C%.*s", type, SLICE_ARG(system), SLICE_ARG(value)));
    } else {
        node_put(request, "method", S("POST"));
        node_put(request, "url", slice_of(type));
        node_put(request, "ifNoneExist",
                 arena_printf(m->arena, "identifier=%.*s|%.*s", SLICE_ARG(system), SLICE_ARG(value)));
    }
    node_put(entry, "fullUrl", full);
    node_set(entry, "resource", resource);
    node_set(entry, "request", request);
    node_add(m->entries, entry);
    return full;
}

struct node *fhir_resource_new(const struct making *m, const char *type, const char *status)
{
    struct node *o = node_object(m->arena);

    node_put(o, "resourceType", slice_of(type));
    if (status)
        node_put(o, "status", m->withdrawn ? S("entered-in-error") : slice_of(status));
    return o;
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
