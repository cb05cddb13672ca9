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

enum {
    PARAMS = 48, /* more than libpq knows */
};

static void no_notice(void *arg, const char *message)
{
    (void)arg;
    (void)message;
}

/* What the text leaves open: a dead peer is noticed, a standby is passed over, Kerberos is not waited for. */
PGconn *pg_dsn_dial(const char *dsn, const char *addresses)
{
    static const char *const ours[][2] = {
        { "application_name", "kentongan" },      { "keepalives_idle", "30" },
        { "keepalives_interval", "10" },          { "keepalives_count", "3" },
        { "tcp_user_timeout", "30000" },          { "gssencmode", "disable" },
        { "target_session_attrs", "read-write" }, { "client_encoding", "UTF8" },
    };
    const char *names[PARAMS + 1] = { 0 }, *values[PARAMS + 1] = { 0 };
    PQconninfoOption *all = PQconninfoParse(dsn, NULL);
    unsigned n = 0;
    PGconn *conn;

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        if (all && pg_dsn_option(all, ours[i][0]))
            continue;
        names[n] = ours[i][0];
        values[n++] = ours[i][1];
    }
    for (const PQconninfoOption *o = all; o && o->keyword && n < PARAMS - 1; o++)
        if (o->val && *o->val) {
            names[n] = o->keyword;
            values[n++] = o->val;
        }
    if (addresses) {
        names[n] = "hostaddr";
        values[n] = addresses;
    }
    conn = PQconnectStartParams(names, values, 0);
    if (conn)
        PQsetNoticeProcessor(conn, no_notice, NULL);
    PQconninfoFree(all);
    return conn;
}
