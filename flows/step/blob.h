/* blob.h - what is kept of subjects between messages, and of timers, as a tree (gateway/base/node.h), and
 * what of a form stands in it.
 *
 * Pure.  They are kept packed (gateway/base/packed.h); what an earlier version kept as JSON is read the same,
 * and packed when it is next written.  A timer that is due comes in as JSON (flow_due): people read inbounds.
 * A blob has "v":1; one of another version, or broken, reads as NULL.  flow.c looks at what was loaded before
 * anybody reads it, so that NULL means "not there" to everybody else. */
#ifndef KENTONGAN_FLOWS_STEP_BLOB_H
#define KENTONGAN_FLOWS_STEP_BLOB_H

#include "flows/step/names.h"
#include "gateway/base/codec.h"
#include "gateway/base/packed.h"
#include "gateway/model/form.h"

/* NULL when empty, broken or of another version.  The text must outlive the tree. */
const struct node *blob_parse(struct slice, struct arena *);
/* There is something, and it is not ours to read: of a newer version, or broken. */
bool blob_is_foreign(struct slice, struct arena *);
/* A new object with "v":1. */
struct node *blob_new(struct arena *);
/* As it is kept, in the arena. */
struct slice blob_done(const struct node *, struct arena *);
/* What is kept, for people: as JSON; empty when it is broken. */
struct slice blob_shown(struct slice, struct arena *);
/* The names that are kept as numbers. */
const struct packed_names *blob_names(void);

/* Lists of texts; an empty one is not written. */
unsigned blob_slices(const struct node *, const char *key, struct slice *out, unsigned max);
void blob_put_slices(struct node *, const char *key, const struct slice *, unsigned n);

/* The faults of a report's fields by name; none are left out. */
void blob_put_faults(struct node *, const char *key, const struct form *, const uint8_t *faults);
void blob_faults(const struct node *, const char *key, const struct form *, uint8_t *faults);

/* Values by field name: text, milli as integer, lists, counts; beside them, as "labels", what numbers were
 * typed with (PB or TB).  Fields that the form no longer has are left out; values has FORM_FIELDS places. */
void blob_put_values(struct node *, const char *key, const struct form *, const struct value *values);
void blob_values(const struct node *, const char *key, const struct form *, struct value *values,
                 struct arena *);

#endif
