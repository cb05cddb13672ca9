/* pg_state.h - what a SQLSTATE of PostgreSQL is about (DISTRICT 6.1). */
#ifndef KENTONGAN_DISTRICT_PG_STATE_H
#define KENTONGAN_DISTRICT_PG_STATE_H

#include "gateway/district/pg.h"

/* By its class, "" is none. */
enum pg_fault pg_state_fault(const char *sqlstate);

#endif
