/* figures_pg.h - a thread that counts indicators in PostgreSQL: what it asks is carried out by the loop, over
 * a connection of its own, while it waits (figures_keeper.h). */
#ifndef KENTONGAN_DISTRICT_FIGURES_PG_H
#define KENTONGAN_DISTRICT_FIGURES_PG_H

#include "gateway/district/figures_keeper.h"

struct figures_pg;

/* NULL when memory is out or no thread is to be had.  Connects when the tables are there. */
struct figures_pg *figures_pg_new(struct loop *, const char *dsn);
/* The keeper of its tables; free it after the thread. */
struct figures_keeper *figures_pg_keeper(struct figures_pg *, const struct sink_host *);
/* While that feed has a backlog, its records go first. */
void figures_pg_behind(struct figures_pg *, const struct feed *);
/* The tables that are counted in are there. */
void figures_pg_ready(struct figures_pg *);
/* Cuts what is under way and waits for the thread; what was asked of it ends.  NULL is none. */
void figures_pg_free(struct figures_pg *);

#endif
