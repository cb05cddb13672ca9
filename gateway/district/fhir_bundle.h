/* fhir_bundle.h - one entry of a sink's stream as an FHIR R4 transaction bundle (SPEC 5, profile generic).
 *
 * Pure.  What a record becomes is data (conf/fhir.h).  Sent twice, nothing changes: each resource has an
 * identifier of ours and is created only if none has it; from version 3 on, when an earlier one may have been
 * sent, it is put in its place.  What was cancelled, or corrected and not checked again, is entered-in-error.
 */
#ifndef KENTONGAN_DISTRICT_FHIR_BUNDLE_H
#define KENTONGAN_DISTRICT_FHIR_BUNDLE_H

#include "gateway/base/buf.h"
#include "gateway/conf/fhir.h"

struct fhir_about {
    const struct fhir_map *map;
    struct slice organization; /* stands in the identifiers */
    int utc_offset_min;
};

enum fhir_rc {
    FHIR_READY,
    FHIR_NOTHING, /* no row of it is for this receiver */
    FHIR_BROKEN,  /* no rows that this program knows; *e says why */
};

/* body: rows, one a line. */
enum fhir_rc fhir_bundle(const struct fhir_about *, struct slice body, struct arena *, struct buf *out,
                         struct err *e) MUST_CHECK;
/* The fault of an OperationOutcome without what it says of a person: "invalid at Bundle.entry[1].resource".
 */
struct slice fhir_fault(struct slice answer, struct arena *);

#endif
