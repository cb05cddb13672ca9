/* pg_put.h - batches on their way into the tables of PostgreSQL, one transaction each: the row that is to
 * blame for a fault is found by halving, and what may be everybody's fault is a row's only when another one
 * is taken (suspects.h).  The next batch is put into words while the server works on the one before, and sent
 * behind it, so that the server never waits for us. */
#ifndef KENTONGAN_DISTRICT_PG_PUT_H
#define KENTONGAN_DISTRICT_PG_PUT_H

#include "gateway/district/item.h"
#include "gateway/district/pg.h"

struct pg_put;

/* The batch is over.  trouble: no row is to blame, all that is not refused comes again, over a new
 * connection: this one may lead to a server that is a standby now, or hang in settings that somebody changed.
 */
typedef void pg_put_done(void *arg, const struct err *trouble);

/* Over this connection, which outlives it.  NULL: out of memory. */
struct pg_put *pg_put_new(struct pg *, pg_put_done *, void *arg);
void pg_put_free(struct pg_put *); /* NULL is none */
/* The batch that pg_put_take() will be given next is put into words; ahead: and may be sent. */
void pg_put_prepare(struct pg_put *, struct item *, unsigned n, bool ahead);
/* A batch is in hand: the one that was prepared, if one was. */
void pg_put_take(struct pg_put *, struct item *, unsigned n);
/* Stores what is in hand, over a connection that is ready; done exactly once, perhaps inside this call. */
void pg_put_go(struct pg_put *);
/* The connection is gone, and with it what was sent ahead. */
void pg_put_lost(struct pg_put *);

#endif
