/* fhir_making.h - a bundle under way: shared by fhir_bundle.c, fhir_parts.c and fhir_resources.c, by nobody
 * else.
 */
#ifndef KENTONGAN_DISTRICT_FHIR_MAKING_H
#define KENTONGAN_DISTRICT_FHIR_MAKING_H

#include "gateway/base/node.h"
#include "gateway/district/fhir_bundle.h"
#include "gateway/model/record.h"

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

/* --- fhir_parts.c --- */
struct slice fhir_join(const struct making *m, struct slice a, const char *between, struct slice b);
struct node *fhir_coding(const struct making *m, struct slice system, struct slice code,
                         struct slice display);
struct node *fhir_in_list(const struct making *m, struct node *item);
struct node *fhir_text_only(const struct making *m, struct slice text);
struct node *fhir_identifier(const struct making *m, struct slice system, struct slice value);
struct node *fhir_reference(const struct making *m, struct slice to);
/* The posyandu or facility that reported: by its code, never by a person. */
struct node *fhir_performer(const struct making *m);
/* Adds a resource under an identifier of ours; what others refer to it by. */
struct slice fhir_add(struct making *m, const char *type, struct node *resource, struct slice system,
                      struct slice value, bool replaces);
struct node *fhir_resource_new(const struct making *m, const char *type, const char *status);
struct slice fhir_field_text(const struct making *m, struct slice name);
/* A day of the form if it is one that may be sent, else the moment of the report. */
struct slice fhir_when(const struct making *m, struct slice field);
/* A node hangs in one tree only. */
struct node *fhir_again(const struct making *m, const struct node *reference_to);
const struct fhir_code *fhir_code_of(const struct fhir_code *codes, unsigned n, struct slice value);

/* --- fhir_resources.c --- */
/* One of a form's resources, if the record has its value. */
void fhir_add_resource(struct making *, const struct fhir_resource *);

#endif
