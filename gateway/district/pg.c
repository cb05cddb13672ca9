/* pg.c - see pg.h. */
#include "gateway/district/pg.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/buf.h"
#include "gateway/district/pg_dsn.h"
#include "gateway/district/pg_state.h"

enum {
    CONNECT_MS = 15 * 1000,
    ANSWER_MS = 90 * 1000, /* past the statement_timeout that the session sets */
    HOSTS = 8,
    NAME_MAX_BYTES = 256,
    UNDER_WAY = 2, /* a batch, and the one sent behind it */
};

enum state {
    DOWN,
    RESOLVING,
    CONNECTING,
    IDLE,
    BUSY,
};

/* A look-up may end after the connection that wanted it is gone. */
struct lookup {
    struct pg *pg; /* NULL: nobody waits */
};

struct asked {
    pg_done *done;
    void *arg;
};

struct pg {
    struct loop *loop;
    char *dsn;
    enum state state;
    PGconn *conn;
    struct event *event;
    struct loop_timer *late;
    struct evdns_base *dns;
    struct lookup *lookup;
    char hosts[HOSTS][NAME_MAX_BYTES];
    unsigned hosts_n, host; /* host: the one that is being looked up */
    struct buf addresses;   /* comma-separated, in the order of hosts */
    bool pipeline, failed;  /* failed: told at the next turn */
    struct pg_answer answer;
    PGresult *rows;
    struct asked asked[UNDER_WAY]; /* the first is the one that is answered now */
    unsigned asked_n;
};

static void on_event(evutil_socket_t fd, short what, void *arg);

/* --- the end of what was asked --- */

static void unwatch(struct pg *g)
{
    if (g->event)
        event_free(g->event);
    g->event = NULL;
}

static void hang_up(struct pg *g)
{
    unwatch(g);
    if (g->conn)
        PQfinish(g->conn);
    g->conn = NULL;
    if (g->lookup)
        g->lookup->pg = NULL;
    g->lookup = NULL;
    g->state = DOWN;
}

/* What was sent behind it is answered next; without a connection it is lost too. */
static void next_asked(struct pg *g)
{
    bool lost = g->state == DOWN;

    g->asked[0] = g->asked[1];
    if (--g->asked_n == 0)
        return;
    g->failed = lost;
    if (!lost)
        g->answer = (struct pg_answer){ .fault = PG_OK };
    loop_timer_set(g->late, lost ? 0 : ANSWER_MS);
}

static void finish(struct pg *g)
{
    struct asked asked = g->asked_n ? g->asked[0] : (struct asked){ NULL, NULL };
    PGresult *rows = g->rows;
    struct pg_answer a = g->answer;

    loop_timer_stop(g->late);
    g->rows = NULL;
    if (g->asked_n)
        next_asked(g);
    a.value = rows && PQntuples(rows) > 0 && !PQgetisnull(rows, PQntuples(rows) - 1, 0)
                  ? PQgetvalue(rows, PQntuples(rows) - 1, 0)
                  : NULL;
    a.rows = rows;
    if (asked.done)
        asked.done(asked.arg, &a);
    PQclear(rows);
}

/* One line, as libpq's are many. */
static void set_why(struct err *e, const char *text)
{
    size_t n = strcspn(text, "\n");

    err_set(e, "postgres: %.*s", (int)(n < 280 ? n : 280), text);
}

static void lost(struct pg *g, const char *why)
{
    set_why(&g->answer.why, why && *why ? why : "the connection was lost");
    g->answer.fault = PG_LOST;
    hang_up(g);
    finish(g);
}

static void lost_soon(struct pg *g, const char *why)
{
    set_why(&g->answer.why, why);
    g->failed = true;
    loop_timer_set(g->late, 0);
}

static void on_late(void *arg)
{
    struct pg *g = arg;
    struct err why = g->answer.why;

    if (g->failed)
        lost(g, why.text + strlen("postgres: "));
    else
        lost(g, g->state == BUSY ? "no answer in time" : "no connection in time");
}

static void begin(struct pg *g, pg_done *done, void *arg, int64_t ms)
{
    g->answer = (struct pg_answer){ .fault = PG_OK };
    g->asked[0] = (struct asked){ done, arg };
    g->asked_n = 1;
    g->failed = false;
    loop_timer_set(g->late, ms);
}

static void watch(struct pg *g, short what)
{
    unwatch(g);
    g->event = event_new(loop_base(g->loop), PQsocket(g->conn), what | EV_PERSIST, on_event, g);
    if (!g->event || event_add(g->event, NULL) != 0)
        lost_soon(g, "out of memory");
}

/* --- answers --- */

static void keep_fault(struct pg *g, const PGresult *r)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *constraint = PQresultErrorField(r, PG_DIAG_CONSTRAINT_NAME);
    struct pg_answer *a = &g->answer;

    if (a->fault != PG_OK) /* the first is the cause */
        return;
    snprintf(a->sqlstate, sizeof a->sqlstate, "%s", state ? state : "");
    a->fault = pg_state_fault(a->sqlstate);
    if (a->fault != PG_OTHER) /* the server's text may quote the row */
        err_set(&a->why, "postgres: a row is refused, SQLSTATE %s%s%s", a->sqlstate, constraint ? " by " : "",
                constraint ? constraint : "");
    else
        err_set(&a->why, "postgres: %s (SQLSTATE %s)", PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY),
                a->sqlstate);
}

/* True when all that was asked is answered. */
static bool take(struct pg *g, PGresult *r)
{
    ExecStatusType status = r ? PQresultStatus(r) : PGRES_EMPTY_QUERY;
    bool over = r ? status == PGRES_PIPELINE_SYNC : !g->pipeline;

    if (status == PGRES_FATAL_ERROR)
        keep_fault(g, r);
    if (status == PGRES_TUPLES_OK) {
        PQclear(g->rows);
        g->rows = r;
    } else {
        PQclear(r);
    }
    return over;
}

static void answered(struct pg *g)
{
    if (g->asked_n > 1) {
        event_active(g->event, EV_READ, 0); /* its answer may be here already */
    } else {
        if (g->pipeline)
            (void)!PQexitPipelineMode(g->conn);
        g->state = IDLE;
        watch(g, EV_READ);
    }
    finish(g);
}

static void on_busy(struct pg *g, short what)
{
    int left;

    if ((what & EV_READ) && !PQconsumeInput(g->conn)) {
        lost(g, PQerrorMessage(g->conn));
        return;
    }
    left = PQflush(g->conn);
    while (left >= 0 && !PQisBusy(g->conn)) {
        if (take(g, PQgetResult(g->conn))) {
            answered(g);
            return;
        }
        if (PQstatus(g->conn) == CONNECTION_BAD)
            break;
    }
    if (left < 0 || PQstatus(g->conn) == CONNECTION_BAD)
        lost(g, g->answer.why.text[0] ? g->answer.why.text + strlen("postgres: ") : PQerrorMessage(g->conn));
    else if (what & EV_WRITE || left > 0)
        watch(g, left > 0 ? EV_READ | EV_WRITE : EV_READ);
}

static void on_connecting(struct pg *g)
{
    switch (PQconnectPoll(g->conn)) {
    case PGRES_POLLING_READING:
        watch(g, EV_READ);
        break;
    case PGRES_POLLING_WRITING:
        watch(g, EV_WRITE);
        break;
    case PGRES_POLLING_OK:
        g->state = IDLE;
        if (PQsetnonblocking(g->conn, 1) != 0) {
            lost(g, PQerrorMessage(g->conn));
            break;
        }
        watch(g, EV_READ);
        finish(g);
        break;
    default:
        lost(g, PQerrorMessage(g->conn));
    }
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
    struct pg *g = arg;

    (void)fd;
    if (g->failed)
        return;
    if (g->state == CONNECTING)
        on_connecting(g);
    else if (g->state == BUSY)
        on_busy(g, what);
    else if (!PQconsumeInput(g->conn) || PQstatus(g->conn) == CONNECTION_BAD)
        hang_up(g); /* the server went while nothing was asked of it */
}

/* --- connecting --- */

static void dial(struct pg *g)
{
    g->state = CONNECTING;
    g->conn = pg_dsn_dial(g->dsn, g->addresses.n > 0 ? g->addresses.p : NULL);
    if (!g->conn || PQstatus(g->conn) == CONNECTION_BAD || PQsocket(g->conn) < 0)
        lost_soon(g, g->conn ? PQerrorMessage(g->conn) : "out of memory");
    else
        watch(g, EV_WRITE);
}

static void look_up_next(struct pg *g);

static void add_address(struct pg *g, const char *text)
{
    if (g->host)
        buf_char(&g->addresses, ',');
    buf_str(&g->addresses, text);
    g->host++;
}

static void on_looked_up(int rc, struct evutil_addrinfo *found, void *arg)
{
    struct lookup *l = arg;
    struct pg *g = l->pg;
    char text[64] = "";

    free(l);
    if (g && rc == 0 && found)
        getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
    if (found)
        evutil_freeaddrinfo(found);
    if (!g)
        return;
    g->lookup = NULL;
    if (!text[0]) {
        lost_soon(g, "the host's name is not known to the name server");
        return;
    }
    add_address(g, text);
    look_up_next(g);
}

static void look_up_next(struct pg *g)
{
    struct evutil_addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };

    while (g->host < g->hosts_n && !pg_dsn_is_name(g->hosts[g->host]))
        add_address(g, g->hosts[g->host][0] == '/' || g->hosts[g->host][0] == '@' ? "" : g->hosts[g->host]);
    if (g->host == g->hosts_n) {
        dial(g);
        return;
    }
    if (!g->dns)
        g->dns = evdns_base_new(loop_base(g->loop),
                                EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    g->lookup = g->dns ? calloc(1, sizeof *g->lookup) : NULL;
    if (!g->lookup) {
        lost_soon(g, "no name server is set up (/etc/resolv.conf): write hostaddr=… too");
        return;
    }
    g->lookup->pg = g;
    evdns_getaddrinfo(g->dns, g->hosts[g->host], NULL, &hints, on_looked_up, g->lookup);
}

/* The names that have to be looked up; none when libpq needs no resolver. */
static void list_hosts(struct pg *g, const PQconninfoOption *all)
{
    struct slice rest = slice_of(pg_dsn_option(all, "host"));
    bool any = false;

    g->hosts_n = 0;
    if (pg_dsn_option(all, "hostaddr"))
        return;
    while (rest.n > 0 && g->hosts_n < HOSTS) {
        struct slice host = slice_trim(slice_cut(&rest, ','));

        snprintf(g->hosts[g->hosts_n], NAME_MAX_BYTES, "%.*s", SLICE_ARG(host));
        any = any || pg_dsn_is_name(g->hosts[g->hosts_n]);
        g->hosts_n++;
    }
    if (!any)
        g->hosts_n = 0;
}

void pg_connect(struct pg *g, pg_done *done, void *arg)
{
    PQconninfoOption *all = PQconninfoParse(g->dsn, NULL);

    begin(g, done, arg, CONNECT_MS);
    hang_up(g);
    g->state = RESOLVING;
    buf_clear(&g->addresses);
    g->host = 0;
    if (!all) {
        lost_soon(g, "out of memory");
        return;
    }
    list_hosts(g, all);
    PQconninfoFree(all);
    look_up_next(g);
}

/* --- asking --- */

static void asked(struct pg *g, int ok)
{
    int left = ok ? PQflush(g->conn) : -1;

    if (left < 0)
        lost_soon(g, PQerrorMessage(g->conn));
    else
        watch(g, left > 0 ? EV_READ | EV_WRITE : EV_READ);
    if (g->asked_n > 1 && g->event) /* the socket does not tell of what was read from it already */
        event_active(g->event, EV_READ, 0);
}

static bool take_up(struct pg *g, bool pipeline)
{
    if (g->state != IDLE) {
        lost_soon(g, "the connection was lost");
        return false;
    }
    g->state = BUSY;
    g->pipeline = pipeline;
    return true;
}

void pg_query(struct pg *g, const char *sql, pg_done *done, void *arg)
{
    begin(g, done, arg, ANSWER_MS);
    if (take_up(g, false))
        asked(g, PQsendQuery(g->conn, sql));
}

void pg_params(struct pg *g, const char *sql, const char *const *params, unsigned n, pg_done *done, void *arg)
{
    begin(g, done, arg, ANSWER_MS);
    if (take_up(g, false))
        asked(g, PQsendQueryParams(g->conn, sql, (int)n, NULL, params, NULL, NULL, 0));
}

bool pg_follows(const struct pg *g)
{
    return g->state == BUSY && g->pipeline && g->asked_n == 1;
}

void pg_batch(struct pg *g, const struct pg_part *parts, unsigned n, pg_done *done, void *arg)
{
    int ok = 1;

    if (pg_follows(g)) {
        g->asked[g->asked_n++] = (struct asked){ done, arg };
        if (g->failed) /* it is told of both */
            return;
    } else {
        begin(g, done, arg, ANSWER_MS);
        if (!take_up(g, true))
            return;
        ok = PQenterPipelineMode(g->conn);
    }
    for (unsigned i = 0; i < n && ok; i++)
        ok = PQsendQueryParams(g->conn, parts[i].sql, (int)parts[i].n, NULL, parts[i].params, NULL, NULL, 0);
    asked(g, ok && PQpipelineSync(g->conn));
}

/* --- life --- */

bool pg_up(const struct pg *g)
{
    return g->state == IDLE;
}

bool pg_down(const struct pg *g)
{
    return g->state == DOWN;
}

void pg_drop(struct pg *g)
{
    hang_up(g);
    loop_timer_stop(g->late);
    PQclear(g->rows);
    g->rows = NULL;
    g->asked_n = 0;
    g->failed = false;
}

struct pg *pg_new(struct loop *loop, const char *dsn)
{
    struct pg *g = calloc(1, sizeof *g);

    if (!g)
        return NULL;
    g->loop = loop;
    buf_init(&g->addresses, 1024);
    g->dsn = strdup(dsn);
    g->late = loop_timer_new(loop, "postgres", on_late, g);
    if (g->dsn && g->late)
        return g;
    pg_free(g);
    return NULL;
}

void pg_free(struct pg *g)
{
    if (!g)
        return;
    hang_up(g);
    if (g->dns)
        evdns_base_free(g->dns, 0);
    if (g->late)
        loop_timer_free(g->late);
    PQclear(g->rows);
    buf_free(&g->addresses);
    if (g->dsn)
        explicit_bzero(g->dsn, strlen(g->dsn));
    free(g->dsn);
    free(g);
}
