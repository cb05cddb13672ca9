/* fhir.h - the sink of kind fhir: records as FHIR R4 transaction bundles over HTTP, with an OAuth2 token
 * where the receiver wants one (SPEC 5, profile generic; DISTRICT 5.1).
 *
 * Each entry is a bundle of its own (fhir_bundle.h), a few under way at once.  What the receiver will never
 * take is parked with the fault that it named; when it is away, refuses us, or is misconfigured, everything
 * waits. */
#ifndef KENTONGAN_DISTRICT_FHIR_H
#define KENTONGAN_DISTRICT_FHIR_H

#include "gateway/district/sink.h"

extern const struct sink_kind fhir_kind;

#endif
