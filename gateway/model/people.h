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
/* Of what a row of the file says; never 0. */
uint64_t person_hash(const struct person *);

struct people {
    struct person **all; /* those of the file first, in its order */
    unsigned n;
    struct person **stored; /* what the store said, for the next time */
    unsigned stored_n;
    struct person *imports; /* those of the file that the store does not have so yet; in the scratch */
    unsigned imports_n;
};

/* What file and store say together.  Who says the same in both is the file's, which must outlive it; others
 * of the store are copied into the arena.  The file's `imported` is its person_hash().  False when the arena
 * is full. */
bool people_merge(struct person *const *file, unsigned file_n, const struct person *const *stored,
                  unsigned stored_n, struct arena *, struct people *out) MUST_CHECK;

#endif
