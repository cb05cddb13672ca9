/* sqlite.h - the sink of kind `sqlite` (SPEC 5): takes the entries of its stream to a worker thread that owns
 * the database file, one transaction a batch, and ends each entry only after the commit.
 *
 * A row that can never be stored is parked with a reason; while the database is busy, full or gone the
 * entries go back with growing delay and the sink pauses, for days if need be.  Never blocks the loop. */
#ifndef KENTONGAN_DISTRICT_SQLITE_H
#define KENTONGAN_DISTRICT_SQLITE_H

#include "gateway/district/sink.h"

/* Opens the file (its folder must be there) and makes the views of the forms; a file that is merely busy is
 * opened later. */
extern const struct sink_kind sqlite_kind;

#endif
