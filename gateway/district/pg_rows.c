/* pg_rows.c - the rows of an answer.  See pg.h. */
#include <libpq-fe.h>

#include "gateway/district/pg.h"

unsigned pg_rows(const struct pg_answer *a)
{
    return a->rows ? (unsigned)PQntuples(a->rows) : 0;
}

unsigned pg_columns(const struct pg_answer *a)
{
    return a->rows ? (unsigned)PQnfields(a->rows) : 0;
}

struct slice pg_cell(const struct pg_answer *a, unsigned row, unsigned column)
{
    if (PQgetisnull(a->rows, (int)row, (int)column))
        return slice_make(NULL, 0);
    return slice_make(PQgetvalue(a->rows, (int)row, (int)column),
                      (size_t)PQgetlength(a->rows, (int)row, (int)column));
}
