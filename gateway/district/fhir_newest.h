/* fhir_newest.h - which version of a record was the last to be sent: an older one that comes back from a
 * retry is not put in its place.  Remembers exactly the last FHIR_NEWEST records of which more than one
 * version was sent, whatever they are; pure but for that. */
#ifndef KENTONGAN_DISTRICT_FHIR_NEWEST_H
#define KENTONGAN_DISTRICT_FHIR_NEWEST_H

#include "gateway/base/arena.h"

enum {
    FHIR_NEWEST = 1 << 15,
};

/* All zero at first; somewhat over a MiB. */
struct fhir_newest {
    struct fhir_newest_seen {
        uint64_t id; /* its hash */
        uint32_t version, next;
    } seen[FHIR_NEWEST + 1];     /* a ring; 0 is none */
    uint32_t first[FHIR_NEWEST]; /* of those of one hash */
    uint32_t last;               /* slot that was taken last */
};

/* The records of an entry (rows, one a line) are about to be sent. */
void fhir_newest_note(struct fhir_newest *, struct slice body, struct arena *);
/* Is it one record, of which a newer version was sent or is about to be? */
bool fhir_newest_over(const struct fhir_newest *, struct slice body, struct arena *);

#endif
