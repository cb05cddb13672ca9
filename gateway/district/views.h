/* views.h - the views of the district database as SQL, the same names and columns in SQLite and PostgreSQL.
 *
 * Pure.  v_<form> for each form: the record's own columns, then one for each field (a field that is called
 * like a column of the record becomes field_<name>); record_day and record_finding; then those of
 * rules/views.sql, which are data. */
#ifndef KENTONGAN_DISTRICT_VIEWS_H
#define KENTONGAN_DISTRICT_VIEWS_H

#include "gateway/base/buf.h"
#include "gateway/model/ruleset.h"

enum views_dialect {
    VIEWS_SQLITE,
    VIEWS_POSTGRES,
};

/* Drops what there is of them and makes them anew: OR REPLACE could not change a column. */
void views_sql(struct buf *, enum views_dialect, const struct ruleset *);

#endif
