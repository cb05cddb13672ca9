/* pg_dsn.h - the parts of a connection string.  For pg.c alone. */
#ifndef KENTONGAN_DISTRICT_PG_DSN_H
#define KENTONGAN_DISTRICT_PG_DSN_H

#include <libpq-fe.h>
#include <stdbool.h>

/* NULL when it is empty or left out. */
const char *pg_dsn_option(const PQconninfoOption *all, const char *name);
/* Has this host to be looked up?  An address or a socket has not. */
bool pg_dsn_is_name(const char *host);
/* Begins to connect, to these addresses of its hosts if there are any; NULL: out of memory. */
PGconn *pg_dsn_dial(const char *dsn, const char *addresses);

#endif
