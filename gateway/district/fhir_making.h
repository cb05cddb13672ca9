/* fhir_making.h - a bundle under way: shared by the files fhir_*.c, by nobody else. */
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
    struct node *entries, *gone; /* gone: of the batch behind it */
    struct slice system, moment; /* of our identifiers; when it was said, UTC */
    int64_t day, ms;             /* the same: local day, wall clock */
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
struct node *fhir_resource_new(const struct making *m, const char *type, const char *status);
/* A wall clock as UTC, "2026-11-29T02:04:05+00:00" (DISTRICT 5.1). */
struct slice fhir_utc(const struct making *m, int64_t ms);
/* The field of that type as it was reported; empty when the form has none. */
struct slice fhir_text_of_type(const struct fhir_form *, const struct node *fields, enum field_type);
struct slice fhir_field_text(const struct making *m, struct slice name);
/* A day of the form if it is one that may be sent, else the moment of the report. */
struct slice fhir_when(const struct making *m, struct slice field);
/* A node hangs in one tree only. */
struct node *fhir_again(const struct making *m, const struct node *reference_to);
const struct fhir_code *fhir_code_of(const struct fhir_code *codes, unsigned n, struct slice value);

struct node *fhir_request(const struct making *m, const char *method, struct slice url);

/* When she was born, as exact as it is known: a day, a month or a year; or empty. */
struct slice fhir_born(const struct making *m);

/* --- fhir_ministry.c --- */
/* The identifier's system, and the request: what was sent before is put in its place.  NULL: nothing is to
 * be sent, for what is withdrawn was never there. */
struct slice fhir_ministry_system(const struct making *m, const char *type);
struct node *fhir_ministry_request(const struct making *m, const char *type, struct node *resource,
                                   struct slice value);
struct node *fhir_ministry_encounter(const struct making *m);
/* What a kader's report of a vaccine has beyond FHIR R4 (DISTRICT 5.6). */
void fhir_ministry_vaccine(const struct making *m, struct node *immunization, const struct fhir_code *);

/* --- fhir_add.c --- */
/* Adds a resource under an identifier of ours; what others refer to it by. */
struct slice fhir_add(struct making *m, const char *type, struct node *resource, struct slice system,
                      struct slice value, bool replaces);

/* Whatever has this identifier of ours, if anything, is to go. */
void fhir_delete(struct making *, const char *type, struct slice value);

/* --- fhir_resources.c --- */
/* One of a form's resources, if the record has its value. */
void fhir_add_resource(struct making *, const struct fhir_resource *);

#endif
