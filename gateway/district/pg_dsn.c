/* pg_dsn.c - is a text a connection string that pg.c can dial?  See pg.h. */
#include <libpq-fe.h>
#include <string.h>

#include "gateway/district/pg.h"

bool pg_dsn_check(const char *dsn, struct err *e)
{
    char *why = NULL;
    PQconninfoOption *all = PQconninfoParse(dsn, &why);
    bool ok = all != NULL;

    if (!all) /* libpq's words may quote a piece of the text, and a password is one */
        err_set(e,
                "no connection string of PostgreSQL; write it as host=… dbname=… user=…, words with blanks "
                "in ''");
    for (const PQconninfoOption *o = all; o && o->keyword; o++)
        if (strcmp(o->keyword, "service") == 0 && o->val && *o->val)
            ok = err_set(e, "service= is not read: write host=… dbname=… here") == 0;
    PQfreemem(why);
    PQconninfoFree(all);
    return ok;
}
