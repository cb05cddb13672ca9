/* pg_reader.c - see pg_reader.h. */
#include "gateway/district/pg_reader.h"

#include <stdlib.h>

#include "gateway/district/pg.h"

enum {
    SQL_MAX = 64 << 10,
};

struct pg_reader {
    struct pg *pg;
    struct buf sql; /* of the question; empty: none is under way */
    void (*done)(void *, struct slice);
    void *ctx;
};

static void end(struct pg_reader *r, struct slice text)
{
    void (*done)(void *, struct slice) = r->done;

    buf_clear(&r->sql);
    r->done = NULL;
    done(r->ctx, text);
}

static void failed(struct pg_reader *r, const struct pg_answer *a)
{
    struct buf b;

    pg_drop(r->pg);
    buf_init(&b, 1024);
    buf_printf(&b, "error: %s\n", a->why.text);
    end(r, buf_slice(&b));
    buf_free(&b);
}

static void on_rows(void *arg, const struct pg_answer *a)
{
    struct pg_reader *r = arg;

    if (a->fault != PG_OK)
        failed(r, a);
    else
        end(r, slice_of(a->value ? a->value : "[]"));
}

static void on_set(void *arg, const struct pg_answer *a)
{
    struct pg_reader *r = arg;

    if (a->fault != PG_OK)
        failed(r, a);
    else
        pg_query(r->pg, r->sql.p, on_rows, r);
}

static void on_connected(void *arg, const struct pg_answer *a)
{
    struct pg_reader *r = arg;

    if (a->fault != PG_OK)
        failed(r, a);
    else
        pg_query(r->pg, "SET default_transaction_read_only = on; SET statement_timeout = '60s'", on_set, r);
}

void pg_reader_ask(struct pg_reader *r, struct slice sql, void (*done)(void *, struct slice), void *ctx)
{
    if (r->done) {
        done(ctx, S("error: somebody else asks just now: again in a minute\n"));
        return;
    }
    buf_clear(&r->sql);
    buf_str(&r->sql, "SELECT coalesce(json_agg(row_to_json(r)), '[]') FROM (");
    buf_add(&r->sql, sql);
    buf_str(&r->sql, ") AS r");
    if (r->sql.failed) {
        done(ctx, S("error: the question is too long\n"));
        return;
    }
    r->done = done;
    r->ctx = ctx;
    if (pg_up(r->pg))
        pg_query(r->pg, r->sql.p, on_rows, r);
    else
        pg_connect(r->pg, on_connected, r);
}

struct pg_reader *pg_reader_new(struct loop *loop, const char *dsn)
{
    struct pg_reader *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    buf_init(&r->sql, SQL_MAX);
    r->pg = pg_new(loop, dsn);
    if (r->pg)
        return r;
    free(r);
    return NULL;
}

void pg_reader_free(struct pg_reader *r)
{
    if (!r)
        return;
    pg_free(r->pg);
    buf_free(&r->sql);
    free(r);
}
