/* figures_pg.c - see figures_pg.h.  The loop and the thread share one question under a mutex: the thread puts
 * it and waits, the loop carries it out and copies the rows of its answer. */
#include "gateway/district/figures_pg.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/arena.h"
#include "gateway/base/buf.h"
#include "gateway/district/pg.h"
#include "gateway/loop/crew.h"

enum {
    WAITING = 16,
    ROWS_MEMORY = 64 << 20,
    SQL_MAX = 64 << 10,
    REST = 1,  /* the server has others to serve */
    UNITS = 1, /* nothing that is locked waits for a second one */
};

#define FETCH "FETCH 500 FROM kentongan"

/* "figures" in ASCII: one gateway counts at a time. */
static const char *const begin[] = { "BEGIN", "SELECT pg_advisory_xact_lock(28823104206497139)", NULL };

/* What the thread asks. */
struct question {
    const char *sql;
    const char *params[FIGURES_DB_TEXTS];
    unsigned params_n, columns, rows;
    struct slice *cells; /* of the answer, in the arena */
    struct arena arena;
    bool may_connect;
    int rc;
    struct err why;
};

struct figures_pg {
    struct loop *loop;
    struct pg *pg;
    struct crew *crew;
    struct loop_wake *wake;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    struct question *asked; /* the thread waits for it; NULL when it is answered */
    bool carried;           /* the loop has taken it up */
    bool ready, cut;
    bool inside; /* a transaction: the thread's */
    const struct feed *feed;
    struct figures_db db;
};

/* A job of the keeper, for a crew knows its threads by number. */
struct errand {
    void (*run)(void *), (*done)(void *);
    void *arg;
};

/* --- in the loop --- */

static void end(struct figures_pg *f, int rc, const struct err *why)
{
    pthread_mutex_lock(&f->lock);
    if (f->asked) {
        f->asked->rc = rc;
        if (rc != 0)
            f->asked->why = *why;
    }
    f->asked = NULL;
    f->carried = false;
    pthread_cond_signal(&f->answered);
    pthread_mutex_unlock(&f->lock);
}

static void copy_rows(struct question *q, const struct pg_answer *a)
{
    q->rows = pg_rows(a);
    q->columns = pg_columns(a) < FIGURES_DB_CELLS ? pg_columns(a) : FIGURES_DB_CELLS;
    q->cells = ARENA_ARRAY(&q->arena, struct slice, (size_t)q->rows * q->columns + 1);
    for (unsigned r = 0; q->cells && r < q->rows; r++)
        for (unsigned c = 0; c < q->columns; c++) {
            struct slice cell = pg_cell(a, r, c);

            q->cells[(size_t)r * q->columns + c] = cell.p ? arena_copy(&q->arena, cell) : cell;
        }
}

static void on_answer(void *arg, const struct pg_answer *a)
{
    struct figures_pg *f = arg;
    struct err why = a->why;

    if (a->fault != PG_OK) {
        end(f, -1, &why);
        return;
    }
    copy_rows(f->asked, a);
    if (f->asked->arena.failed)
        end(f, -1, &(struct err){ "postgres: the rows of one answer are larger than memory" });
    else
        end(f, 0, NULL);
}

static void carry_out(struct figures_pg *f)
{
    pg_params(f->pg, f->asked->sql, f->asked->params, f->asked->params_n, on_answer, f);
}

static void on_set(void *arg, const struct pg_answer *a)
{
    struct figures_pg *f = arg;
    struct err why = a->why;

    if (a->fault == PG_OK) {
        carry_out(f);
        return;
    }
    pg_drop(f->pg);
    end(f, -1, &why);
}

static void on_connected(void *arg, const struct pg_answer *a)
{
    struct figures_pg *f = arg;
    struct err why = a->why;

    if (a->fault == PG_OK)
        pg_query(f->pg, "SET statement_timeout = '60s'; SET lock_timeout = '20s'", on_set, f);
    else
        end(f, -1, &why);
}

static void on_wake(void *arg)
{
    struct figures_pg *f = arg;
    bool carry;

    pthread_mutex_lock(&f->lock);
    carry = f->asked && !f->carried;
    f->carried = f->carried || carry;
    pthread_mutex_unlock(&f->lock);
    if (!carry)
        return;
    if (pg_up(f->pg))
        carry_out(f);
    else if (f->asked->may_connect)
        pg_connect(f->pg, on_connected, f);
    else
        end(f, -1, &(struct err){ "postgres: the connection was lost" });
}

static void cut(void *self, bool on)
{
    struct figures_pg *f = self;

    pthread_mutex_lock(&f->lock);
    f->cut = on;
    pthread_mutex_unlock(&f->lock);
    if (!on)
        return;
    pg_drop(f->pg);
    end(f, -1, &(struct err){ "postgres: broken off" });
}

/* --- on the thread --- */

static bool fill(struct question *q, const struct figures_ask *ask)
{
    q->sql = ask->sql;
    for (unsigned i = 0; i < ask->texts_n && i < FIGURES_DB_TEXTS; i++)
        q->params[q->params_n++] = arena_copy(&q->arena, ask->texts[i]).p;
    return !q->arena.failed;
}

/* A transaction does not live on over another connection. */
static void note_transaction(struct figures_pg *f, const struct question *q)
{
    if (strcmp(q->sql, "BEGIN") == 0)
        f->inside = q->rc == 0;
    else if (strcmp(q->sql, "COMMIT") == 0 || strcmp(q->sql, "ROLLBACK") == 0)
        f->inside = false;
}

/* Carries out one statement and hands its rows out; how many, or -1. */
static int carry_one(struct figures_pg *f, const struct figures_ask *ask, struct err *e)
{
    struct question q = { .rc = -1, .why = { "postgres: broken off" } };
    int rows;

    arena_init(&q.arena, ROWS_MEMORY);
    q.may_connect = !f->inside && strcmp(ask->sql, "ROLLBACK") != 0;
    if (fill(&q, ask)) {
        pthread_mutex_lock(&f->lock);
        if (!f->cut) {
            f->asked = &q;
            loop_wake(f->wake);
            while (f->asked == &q)
                pthread_cond_wait(&f->answered, &f->lock);
        }
        pthread_mutex_unlock(&f->lock);
    }
    for (unsigned r = 0; q.rc == 0 && ask->row && r < q.rows; r++) {
        struct slice cells[FIGURES_DB_CELLS] = { { NULL, 0 } };

        memcpy(cells, q.cells + (size_t)r * q.columns, q.columns * sizeof *cells);
        ask->row(ask->arg, cells);
    }
    note_transaction(f, &q);
    if (q.rc != 0)
        *e = q.why;
    rows = q.rc == 0 ? (int)q.rows : -1;
    arena_free(&q.arena);
    return rows;
}

/* The rows of a question, some hundred at a time: a posyandu may have any number of reports. */
static int carry_cursor(struct figures_pg *f, const struct figures_ask *ask, struct err *e)
{
    struct figures_ask declare = *ask, fetch = { .sql = FETCH, .row = ask->row, .arg = ask->arg };
    struct buf sql;
    int n = -1;

    buf_init(&sql, SQL_MAX);
    buf_printf(&sql, "DECLARE kentongan NO SCROLL CURSOR FOR %s", ask->sql);
    declare.sql = sql.p;
    declare.row = NULL;
    if (!sql.failed && carry_one(f, &declare, e) >= 0)
        while ((n = carry_one(f, &fetch, e)) > 0)
            ;
    buf_free(&sql);
    return n < 0 ? -1 : carry_one(f, &(struct figures_ask){ .sql = "CLOSE kentongan" }, e);
}

static int ask_loop(void *self, const struct figures_ask *ask, struct err *e)
{
    struct figures_pg *f = self;
    bool many = ask->row && f->inside && strncmp(ask->sql, "SELECT", 6) == 0;

    return (many ? carry_cursor(f, ask, e) : carry_one(f, ask, e)) < 0 ? -1 : 0;
}

static const struct figures_db *db_of(void *self)
{
    struct figures_pg *f = self;
    bool ready;

    pthread_mutex_lock(&f->lock);
    ready = f->ready && !f->cut;
    pthread_mutex_unlock(&f->lock);
    return ready ? &f->db : NULL;
}

static void errand_run(void *arg, unsigned thread)
{
    struct errand *r = arg;

    (void)thread;
    r->run(r->arg);
}

static void errand_done(void *arg)
{
    struct errand *r = arg;

    r->done(r->arg);
    free(r);
}

/* --- life --- */

static bool ask_thread(void *self, void (*run)(void *), void (*done)(void *), void *arg)
{
    struct figures_pg *f = self;
    struct errand *r = malloc(sizeof *r);

    if (!r)
        return false;
    *r = (struct errand){ run, done, arg };
    if (crew_ask(f->crew, errand_run, errand_done, r))
        return true;
    free(r);
    return false;
}

static bool busy(void *self)
{
    const struct figures_pg *f = self;
    struct feed_figures figures = { .in_hand = 0 };

    if (f->feed)
        feed_figures(f->feed, &figures);
    return figures.in_hand >= FEED_BATCH;
}

void figures_pg_behind(struct figures_pg *f, const struct feed *feed)
{
    f->feed = feed;
}

struct figures_keeper *figures_pg_keeper(struct figures_pg *f, const struct sink_host *host)
{
    const struct figures_thread thread = {
        .self = f, .rest = REST, .ask = ask_thread, .db = db_of, .busy = busy, .cut = cut
    };

    return figures_keeper_new(host, &thread);
}

void figures_pg_ready(struct figures_pg *f)
{
    pthread_mutex_lock(&f->lock);
    f->ready = true;
    pthread_mutex_unlock(&f->lock);
}

struct figures_pg *figures_pg_new(struct loop *loop, const char *dsn)
{
    struct figures_pg *f = calloc(1, sizeof *f);

    if (!f)
        return NULL;
    f->loop = loop;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->answered, NULL);
    f->db = (struct figures_db){ .self = f,
                                 .begin = begin,
                                 .rows_of = "jsonb_array_elements(CAST($1 AS jsonb)) AS e(value)",
                                 .events_of = "json_agg(json_build_array(e.event, e.at))",
                                 .units = UNITS,
                                 .ask = ask_loop };
    f->pg = pg_new(loop, dsn);
    f->wake = loop_wake_new(loop, on_wake, f);
    f->crew = f->wake ? crew_new(loop, 1, WAITING) : NULL;
    if (f->pg && f->crew)
        return f;
    figures_pg_free(f);
    return NULL;
}

void figures_pg_free(struct figures_pg *f)
{
    if (!f)
        return;
    if (f->pg)
        cut(f, true);
    crew_free(f->crew, errand_done);
    if (f->wake)
        loop_wake_free(f->wake);
    pg_free(f->pg);
    pthread_cond_destroy(&f->answered);
    pthread_mutex_destroy(&f->lock);
    free(f);
}
