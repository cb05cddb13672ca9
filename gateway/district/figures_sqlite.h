/* figures_sqlite.h - a district database in an SQLite file, as the counting of indicators sees it
 * (figures_db.h). */
#ifndef KENTONGAN_DISTRICT_FIGURES_SQLITE_H
#define KENTONGAN_DISTRICT_FIGURES_SQLITE_H

#include <sqlite3.h>

#include "gateway/district/figures_db.h"

/* The connection must outlive it. */
struct figures_db figures_sqlite(sqlite3 *);

#endif
