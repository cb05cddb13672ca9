/* fhir_newest.h - which version of a record was the last to be sent: an older one that comes back from a
 * retry is not put in its place.  Remembers exactly the last FHIR_NEWEST records of which more than one
 * version was sent, whatever they are, and keeps them in a file beside it, so that a restart forgets none. */
#ifndef KENTONGAN_DISTRICT_FHIR_NEWEST_H
#define KENTONGAN_DISTRICT_FHIR_NEWEST_H

#include <stdio.h>

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
    FILE *file;                  /* NULL: in memory alone */
};

/* Reads what `path` has, and writes down there what is noted from now on: hashes and versions, nothing else.
 * NULL closes it.  What does not come through whole is left out; a disk that takes nothing leaves the memory.
 */
void fhir_newest_keep(struct fhir_newest *, const char *path);

/* The records of an entry (rows, one a line) are about to be sent. */
void fhir_newest_note(struct fhir_newest *, struct slice body, struct arena *);
/* Is it one record, of which a newer version was sent or is about to be? */
bool fhir_newest_over(const struct fhir_newest *, struct slice body, struct arena *);

#endif
