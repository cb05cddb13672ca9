/* http_sink.h - the sink of kind `http` (SPEC 5): rows as JSON by POST, signed; docs/sinks.md is its
 * contract.
 *
 * 2xx: stored.  400, 409, 413, 422: something in it is refused; the entry to blame is found by halving and
 * parked. Everything else, a connection or key that does not work included, opens the circuit. */
#ifndef KENTONGAN_DISTRICT_HTTP_SINK_H
#define KENTONGAN_DISTRICT_HTTP_SINK_H

#include "gateway/district/sink.h"

extern const struct sink_kind http_kind;

#endif
