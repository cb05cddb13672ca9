/* fhir_add.c - how a resource comes into the bundle.  See fhir_making.h. */
#include <nettle/sha1.h>

#include "gateway/base/uuid.h"
#include "gateway/district/fhir_making.h"

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

static struct slice by_identifier(const struct making *m, const char *type, struct slice system,
                                  struct slice value)
{
    return arena_printf(m->arena, "%s?identifier=%.*s%%7C%.*s", type, SLICE_ARG(system), SLICE_ARG(value));
}

void fhir_delete(struct making *m, const char *type, struct slice value)
{
    struct node *entry = node_object(m->arena);

    node_set(entry, "request", fhir_request(m, "DELETE", by_identifier(m, type, m->system, value)));
    node_add(m->gone, entry);
}

/* Created if there is none, or put in the place of the one that may be there. */
static struct node *conditional(const struct making *m, const char *type, struct slice system,
                                struct slice value, bool replaces)
{
    struct node *o;

    if (replaces)
        return fhir_request(
            m, "PUT",
            arena_printf(m->arena, "%s?identifier=%.*s%%7C%.*s", type, SLICE_ARG(system), SLICE_ARG(value)));
    o = fhir_request(m, "POST", slice_of(type));
    node_put(o, "ifNoneExist",
             arena_printf(m->arena, "identifier=%.*s|%.*s", SLICE_ARG(system), SLICE_ARG(value)));
    return o;
}

/* Adds a resource under an identifier of ours; what others refer to it by. */
struct slice fhir_add(struct making *m, const char *type, struct node *resource, struct slice system,
                      struct slice value, bool replaces)
{
    struct node *entry = node_object(m->arena), *request;
    struct slice full = urn(m, fhir_join(m, slice_of(type), "/", value));

    if (m->about->placed)
        system = fhir_ministry_system(m, type);
    node_set(resource, "identifier", fhir_in_list(m, fhir_identifier(m, system, value)));
    request = m->about->placed ? fhir_ministry_request(m, type, resource, value)
                               : conditional(m, type, system, value, replaces);
    if (!request)
        return full;
    node_put(entry, "fullUrl", full);
    node_set(entry, "resource", resource);
    node_set(entry, "request", request);
    node_add(m->entries, entry);
    return full;
}
