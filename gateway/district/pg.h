/* pg.h - one connection to PostgreSQL by libpq on the event loop.  No call of it ever blocks: names of hosts
 * are looked up by libevent, for libpq would wait for the resolver.
 *
 * One thing at a time: connect, query or batch, and one batch behind another; an answer comes exactly once,
 * in that order, never inside the call.  Knows no table.  What went wrong is told without a value of a row
 * (SQLSTATE, constraint). */
#ifndef KENTONGAN_DISTRICT_PG_H
#define KENTONGAN_DISTRICT_PG_H

#include "gateway/base/err.h"
#include "gateway/base/slice.h"
#include "gateway/loop/loop.h"

struct pg;

enum pg_fault {
    PG_OK,
    PG_LOST,  /* no connection any more: whether it was carried out is not known */
    PG_ROW,   /* SQLSTATE 22, 23 or 44: a row is to blame; nothing was changed */
    PG_DOUBT, /* a trigger, a limit …: of a row or of all; nothing was changed */
    PG_OTHER, /* locks, resources, rights, tables that do not fit, shutdown, a standby …: nothing was changed,
                 try again later */
};

struct pg_answer {
    enum pg_fault fault;
    char sqlstate[6];
    struct err why;
    const char *value; /* first column of the last row of the last query that gave rows; NULL: none.  Valid
                          during the call */
    const void *rows;  /* of that query, for pg_cell() during the call; NULL: none */
};

typedef void pg_done(void *arg, const struct pg_answer *);

/* A statement with n parameters $1 … as texts. */
struct pg_part {
    const char *sql;
    const char *const *params;
    unsigned n;
};

/* False: the text is no connection string of libpq; e says what is wrong, without a password. */
bool pg_dsn_check(const char *dsn, struct err *) MUST_CHECK;
/* NULL when memory is out. */
struct pg *pg_new(struct loop *, const char *dsn);
/* Cuts what is under way, without an answer.  NULL is none. */
void pg_free(struct pg *);
/* Connected and idle; not connected, nor on the way to it. */
bool pg_up(const struct pg *);
bool pg_down(const struct pg *);

/* Only while it is not up. */
void pg_connect(struct pg *, pg_done *, void *arg);
/* Any number of statements, in one transaction of their own unless they say BEGIN and COMMIT. */
void pg_query(struct pg *, const char *sql, pg_done *, void *arg);
/* The parts (n > 0, copied) in one transaction, in one round trip.  It may be sent behind a batch that is not
 * answered yet, if pg_follows(): the server begins it at once when that one is stored or refused. */
bool pg_follows(const struct pg *);
void pg_batch(struct pg *, const struct pg_part *, unsigned n, pg_done *, void *arg);
/* One statement with n parameters $1 … as texts, copied. */
void pg_params(struct pg *, const char *sql, const char *const *params, unsigned n, pg_done *, void *arg);
unsigned pg_rows(const struct pg_answer *);
unsigned pg_columns(const struct pg_answer *);
/* .p is NULL where it is NULL. */
struct slice pg_cell(const struct pg_answer *, unsigned row, unsigned column);
/* Drops the connection: its session is in a state that nobody wants.  What is under way gets no answer. */
void pg_drop(struct pg *);

#endif
