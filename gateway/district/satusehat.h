/* satusehat.h - the sink of kind fhir with `profile: satusehat`: the ministry's platform (SPEC 5, DISTRICT
 * 5).
 *
 * The stream goes into the outbox (outbox.h), where each record stands in a stage; what lacks nothing is sent
 * (satusehat_send.h).  When the platform is away all waits; what one record lacks holds up no other. */
#ifndef KENTONGAN_DISTRICT_SATUSEHAT_H
#define KENTONGAN_DISTRICT_SATUSEHAT_H

#include "gateway/district/sink.h"

extern const struct sink_kind satusehat_kind;

#endif
