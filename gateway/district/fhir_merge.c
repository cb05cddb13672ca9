/* fhir_merge.c - see fhir_merge.h. */
#include "gateway/district/fhir_merge.h"

#include "gateway/base/node.h"
#include "gateway/district/fhir_bundle.h"
#include "parsers/query.h"

bool fhir_merge_person(const struct row_list *rows, unsigned at, struct person_row *out)
{
    for (unsigned i = 0; i < rows->n; i++)
        if (rows->all[i].kind != ROW_PERSON)
            return false;
    if (at >= rows->n)
        return false;
    *out = rows->all[at].person;
    return true;
}

struct slice fhir_merge_query(const struct fhir_about *about, const struct person_row *p, struct arena *a)
{
    struct slice query;
    struct buf b;

    buf_init(&b, 1024);
    query_pair(&b, "identifier",
               arena_printf(a, "%.*s|%.*s", SLICE_ARG(fhir_system(about, a)), SLICE_ARG(p->id)));
    query = buf_into(&b, a);
    return arena_printf(a, "Patient?%.*s", SLICE_ARG(query));
}

static struct node *replaced_by(const struct fhir_about *about, struct slice id, struct arena *a)
{
    struct node *link = node_object(a), *other = node_object(a), *identifier = node_object(a);

    node_put(identifier, "system", fhir_system(about, a));
    node_put(identifier, "value", id);
    node_put(other, "type", S("Patient"));
    node_set(other, "identifier", identifier);
    node_set(link, "other", other);
    node_put(link, "type", S("replaced-by"));
    return link;
}

/* The links of others stay. */
static struct node *links_of(const struct node *patient, const struct fhir_about *about, struct slice into,
                             struct arena *a, bool *had)
{
    struct node *list = node_list(a);

    *had = false;
    for (const struct node *l = node_first(node_get(patient, "link")); l; l = l->next) {
        if (slice_is(node_text(l, "type"), "replaced-by"))
            *had = true;
        else
            node_add(list, node_of_raw(a, l->raw));
    }
    if (into.n)
        node_add(list, replaced_by(about, into, a));
    return list;
}

/* A member that is left out of a copy: FHIR knows no empty list. */
static struct node *without(const struct node *o, const char *key, struct arena *a)
{
    struct node *copy = node_object(a);

    for (const struct node *m = node_first(o); m; m = m->next)
        if (!slice_is(m->key, key))
            node_set_named(copy, m->key, node_of_raw(a, m->raw));
    return copy;
}

bool fhir_merge_put(const struct fhir_about *about, const struct person_row *p, struct slice answer,
                    struct arena *a, struct slice *path, struct buf *out)
{
    const struct node *entry = node_first(node_get(node_read(answer, a), "entry"));
    const struct node *patient = node_get(entry, "resource");
    struct slice id = node_text(patient, "id");
    struct node *links, *now;
    bool had;

    if (!id.n || !slice_is(node_text(patient, "resourceType"), "Patient"))
        return false;
    links = links_of(patient, about, p->merged_into, a, &had);
    if (!p->merged_into.n && !had)
        return false;
    now = without(patient, "link", a);
    now = node_replaced(now, S("active"),
                        node_of_raw(a, p->merged_into.n ? (struct slice)S("false") : (struct slice)S("true")),
                        a);
    if (links->n)
        node_set(now, "link", links);
    *path = arena_printf(a, "Patient/%.*s", SLICE_ARG(id));
    node_write(out, now);
    return !a->failed && !out->failed;
}
