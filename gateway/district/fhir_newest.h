/* fhir_newest.h - which version of a record was the last to be sent: an older one that comes back from a
 * retry is not put in its place.  Remembers some thousand records; pure but for that. */
#ifndef KENTONGAN_DISTRICT_FHIR_NEWEST_H
#define KENTONGAN_DISTRICT_FHIR_NEWEST_H

#include "gateway/base/arena.h"

enum {
    FHIR_NEWEST = 4096,
};

struct fhir_newest {
    struct {
        uint64_t id; /* its hash */
        unsigned version;
    } seen[FHIR_NEWEST];
};

/* The records of an entry (rows, one a line) are about to be sent. */
void fhir_newest_note(struct fhir_newest *, struct slice body, struct arena *);
/* Is it one record, of which a newer version was sent or is about to be? */
bool fhir_newest_over(const struct fhir_newest *, struct slice body, struct arena *);

#endif
