/* fhir_bundle.h - one entry of a sink's stream as an FHIR R4 transaction bundle (SPEC 5).
 *
 * Pure.  What a record becomes is data (conf/fhir.h).  Sent twice, nothing changes: each resource has an
 * identifier of ours and is created only if none has it; from version 3 on, when an earlier one may have been
 * sent, it is put in its place.  What was cancelled, or corrected and not checked again, is entered-in-error.
 *
 * The ministry's platform has Patient, Practitioner, Organization and Location already, and names what it
 * took itself (struct fhir_placed): one record, which refers to them, and no ifNoneExist. */
#ifndef KENTONGAN_DISTRICT_FHIR_BUNDLE_H
#define KENTONGAN_DISTRICT_FHIR_BUNDLE_H

#include "gateway/base/buf.h"
#include "gateway/base/node.h"
#include "gateway/conf/fhir.h"
#include "gateway/model/record.h"

/* Who and where, as the ministry's platform calls them. */
struct fhir_placed {
    struct slice patient, practitioner, organization, location;
    struct slice born;      /* of the patient, ISO; empty = what the report says */
    const struct node *ids; /* our identifier -> "Observation/…", of what was sent before; NULL = nothing */
};

struct fhir_about {
    const struct fhir_map *map;
    struct slice organization; /* stands in the identifiers */
    int utc_offset_min;
    const struct fhir_placed *placed; /* NULL: profile generic */
};

enum fhir_rc {
    FHIR_READY,
    FHIR_NOTHING, /* no row of it is for this receiver */
    FHIR_BROKEN,  /* no rows that this program knows; *e says why */
};

/* gone: a batch that takes away what a correction may have left there, to be sent
 * when the other was taken; empty when there is none, and on the ministry's platform, where it is withdrawn.
 */
enum fhir_rc fhir_bundle(const struct fhir_about *, const struct row_list *, struct arena *, struct buf *out,
                         struct buf *gone, struct err *e) MUST_CHECK;
enum fhir_verdict {
    FHIR_TAKEN,
    FHIR_REFUSED, /* never */
    FHIR_NOT_NOW, /* later; or it is no FHIR service that answers */
};

/* What an answer with status 2xx says: a Bundle whose entries were taken, or an OperationOutcome.  why: what
 * is wrong, without what it says of a person.  batch: of deletions. */
enum fhir_verdict fhir_verdict(struct slice answer, bool batch, struct arena *, struct slice *why);
/* The system of our identifiers. */
struct slice fhir_system(const struct fhir_about *, struct arena *);
/* The fault of an OperationOutcome without what it says of a person: "invalid at Bundle.entry[1].resource".
 */
struct slice fhir_fault(struct slice answer, struct arena *);

#endif
