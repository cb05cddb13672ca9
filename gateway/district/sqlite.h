/* sqlite.h - the sink of kind `sqlite` (SPEC 5): takes the entries of its stream to a worker thread that owns
 * the database file, one transaction a batch, and ends each entry only after the commit.
 *
 * A row that can never be stored is parked with a reason; while the database is busy, full or gone the
 * entries go back with growing delay and the sink pauses, for days if need be.  Never blocks the loop. */
#ifndef KENTONGAN_DISTRICT_SQLITE_H
#define KENTONGAN_DISTRICT_SQLITE_H

#include "gateway/conf/config.h"
#include "gateway/loop/loop.h"
#include "gateway/store/store.h"

struct sqlite_sink;

/* Consumer of the stream "sink:<name>".  Opens the file (its folder must be there) and makes the views of the
 * forms; a file that is merely busy is opened later.  The forms are not kept.  NULL with an error. */
struct sqlite_sink *sqlite_sink_open(struct loop *, struct store *, const struct sink_conf *,
                                     const struct form_set *, struct err *);
/* A reload: the views of other forms. */
void sqlite_sink_forms(struct sqlite_sink *, const struct form_set *);
/* Waits for the batch at work (a few seconds at the very most), ends its entries, gives the rest back.  Call
 * it before the store is closed. */
void sqlite_sink_close(struct sqlite_sink *);
/* False while the database cannot be written: /readyz says degraded. */
bool sqlite_sink_up(const struct sqlite_sink *);

#endif
