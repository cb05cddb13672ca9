/* blob.h - the JSON text in which subjects are kept between messages: small readers and writers over jansson.
 *
 * Pure.  A blob begins with "v":1; one of another version, or broken, reads as NULL (the caller treats the
 * subject as not there and must not overwrite it blindly). */
#ifndef KENTONGAN_FLOWS_BLOB_H
#define KENTONGAN_FLOWS_BLOB_H

#include <jansson.h>

#include "gateway/base/arena.h"
#include "gateway/model/form.h"

/* NULL when empty, broken or of another version.  Owned by the caller: json_decref. */
json_t *blob_parse(struct slice);
/* A new object with "v":1. */
json_t *blob_new(void);
/* Writes it into the arena and lets go of it.  NULL (no memory) fails the arena. */
struct slice blob_done(json_t *, struct arena *);

/* Members; what is absent reads as empty, 0 or false, and empty is not written. */
struct slice blob_slice(const json_t *, const char *key, struct arena *);
int64_t blob_int(const json_t *, const char *key);
bool blob_bool(const json_t *, const char *key);
void blob_put(json_t *, const char *key, struct slice);
void blob_put_int(json_t *, const char *key, int64_t);
void blob_put_bool(json_t *, const char *key, bool);
/* Lists of strings. */
unsigned blob_slices(const json_t *, const char *key, struct slice *out, unsigned max, struct arena *);
void blob_put_slices(json_t *, const char *key, const struct slice *, unsigned n);

/* The faults of a report's fields by name; none are left out. */
void blob_put_faults(json_t *, const char *key, const struct form *, const uint8_t *faults);
void blob_faults(const json_t *, const char *key, const struct form *, uint8_t *faults);

/* Values by field name: text, milli as integer, lists, counts.  Fields that the form no longer has are left
 * out; values has FORM_FIELDS places. */
void blob_put_values(json_t *, const char *key, const struct form *, const struct value *values);
void blob_values(const json_t *, const char *key, const struct form *, struct value *values, struct arena *);

#endif
