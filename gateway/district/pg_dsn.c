/* pg_dsn.c - is a text a connection string that pg.c can dial?  See pg.h. */
#include "gateway/district/pg_dsn.h"

#include <arpa/inet.h>
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

const char *pg_dsn_option(const PQconninfoOption *all, const char *name)
{
    for (; all->keyword; all++)
        if (strcmp(all->keyword, name) == 0)
            return all->val && *all->val ? all->val : NULL;
    return NULL;
}

bool pg_dsn_is_name(const char *host)
{
    unsigned char bytes[16];

    return host[0] != '/' && host[0] != '@' && inet_pton(AF_INET, host, bytes) != 1 &&
           inet_pton(AF_INET6, host, bytes) != 1;
}
