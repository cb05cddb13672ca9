/* postgres.h - the sink of kind `postgres` (SPEC 5; DISTRICT 6): one jsonb array a batch and kind of row, by
 * libpq on the loop.
 *
 * A batch is one transaction.  A row that the server refuses (SQLSTATE 22, 23) is found by halving and
 * parked, the rest is stored.  Whatever else goes wrong, a lost connection and a schema that does not fit
 * included, opens the circuit: nothing is parked for it. */
#ifndef KENTONGAN_DISTRICT_POSTGRES_H
#define KENTONGAN_DISTRICT_POSTGRES_H

#include "gateway/district/sink.h"

/* A server that is away at the start is reached later; the schema is brought up to date whenever a connection
 * is made, if the role may. */
extern const struct sink_kind postgres_kind;

#endif
