/* people.h - people as the store keeps them: the store is the truth, CSV files are imports (SPEC 7).
 *
 * A row of people.csv counts when it is new or was changed since it was imported; else what the store says
 * does: a kader approved by SMS, someone retired.  A row that left the file stays.  Sample people, whose
 * names end in (contoh), are never imported: they go with their file. */
#ifndef KENTONGAN_MODEL_PEOPLE_H
#define KENTONGAN_MODEL_PEOPLE_H

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/model/directory.h"

/* One person as a JSON object with its version. */
void person_encode(struct buf *, const struct person *);
/* False for broken text or a newer version.  Slices in the arena. */
bool person_decode(struct slice text, struct arena *, struct person *out) MUST_CHECK;
/* Its texts in the arena; its place is found anew by whoever links it. */
struct person person_copy(const struct person *, struct arena *);
bool person_is_sample(const struct person *);

struct people {
    struct person *all; /* in the arena; those of the file first, in its order */
    unsigned n;
    struct person *imports; /* those of the file that the store does not have so yet */
    unsigned imports_n;
};

/* What file and store say together.  False when the arena is full. */
bool people_merge(const struct person *file, unsigned file_n, const struct person *stored, unsigned stored_n,
                  struct arena *, struct people *out) MUST_CHECK;

#endif
