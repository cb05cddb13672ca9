/* pg_put.c - see pg_put.h. */
#include "gateway/district/pg_put.h"

#include <stdlib.h>

#include "gateway/district/halves.h"
#include "gateway/district/pg_tables.h"
#include "gateway/district/suspects.h"

enum {
    GOOD_MAX = 64 << 10,
};

/* The batch behind the one in hand was sent ahead of its turn. */
enum early {
    EARLY_NONE,
    EARLY_SENT,
    EARLY_ANSWERED,
};

struct pg_put {
    struct pg *pg;
    pg_put_done *done;
    void *arg;
    struct item *items; /* of the batch */
    unsigned items_n, suspects;
    struct suspects known;
    bool stored_any; /* of it */
    struct halves halves;
    struct buf good; /* the body of an item that was stored */
    struct pg_filling fillings[2], *filling, *next;
    bool filled, prepared;   /* filling holds all of the batch, next all of the one behind it */
    enum early early;        /* of the one behind */
    bool awaited;            /* the one in hand was sent ahead, and is not answered yet */
    struct pg_answer answer; /* of the early one */
};

static void next_range(struct pg_put *p);

/* What was sent ahead goes again: twice changes nothing. */
static void forget_early(struct pg_put *p)
{
    if (p->early != EARLY_NONE)
        p->prepared = false; /* its words are used up */
    p->early = EARLY_NONE;
    p->awaited = false;
}

static void end(struct pg_put *p, const struct err *trouble)
{
    if (trouble)
        forget_early(p);
    p->done(p->arg, trouble);
}

/* No row is to blame, or none that is known. */
static void blame_server(struct pg_put *p)
{
    struct err why = suspects_fault(p->items, p->items_n);

    end(p, &why);
}

static void on_probed(void *arg, const struct pg_answer *a)
{
    struct pg_put *p = arg;

    p->stored_any = a->fault == PG_OK;
    if (p->stored_any)
        next_range(p); /* the rest of the batch; then they are judged */
    else
        blame_server(p);
}

/* What was stored before can be stored again and changes nothing: that shows whether it is the row or all. */
static void probe(struct pg_put *p)
{
    struct pg_part parts[PG_ROW_KINDS];
    struct item item = { .body = buf_slice(&p->good) };
    unsigned n;

    pg_tables_clear(p->filling);
    n = item.body.n && pg_tables_add(p->filling, &item) ? pg_tables_parts(p->filling, parts) : 0;
    if (n)
        pg_batch(p->pg, parts, n, on_probed, p);
    else
        blame_server(p);
}

static void keep_good(struct pg_put *p, unsigned i)
{
    buf_clear(&p->good);
    buf_add(&p->good, p->items[i].body);
    if (p->good.failed)
        buf_clear(&p->good);
}

static void on_stored(void *arg, const struct pg_answer *a)
{
    struct pg_put *p = arg;
    struct err why = a->why;
    struct range r;

    if (a->fault == PG_LOST || a->fault == PG_OTHER) {
        end(p, &why);
        return;
    }
    if (a->fault == PG_OK || !halves_split(&p->halves)) {
        if (a->fault == PG_ROW && halves_now(&p->halves, &r))
            item_refuse(&p->items[r.from], why.text);
        if (a->fault == PG_DOUBT && halves_now(&p->halves, &r)) {
            suspect(&p->items[r.from], &why);
            p->suspects++;
        }
        if (a->fault == PG_OK && halves_now(&p->halves, &r))
            keep_good(p, r.from);
        p->stored_any = p->stored_any || a->fault == PG_OK;
        halves_done(&p->halves);
    }
    if (p->suspects >= SUSPECTS && !p->stored_any)
        probe(p);
    else
        next_range(p);
}

/* False: the rows are over the limit. */
static bool fill(struct pg_filling *f, struct item *items, unsigned n)
{
    bool room = true;

    pg_tables_clear(f);
    for (unsigned i = 0; i < n && room; i++)
        if (!items[i].refused)
            room = pg_tables_add(f, &items[i]);
    return room;
}

static bool fill_range(struct pg_put *p, struct range r)
{
    bool filled = p->filled; /* then it is the first range, which is all */

    p->filled = false;
    return filled || fill(p->filling, p->items + r.from, r.to - r.from);
}

static void next_range(struct pg_put *p)
{
    struct pg_part parts[PG_ROW_KINDS];
    struct range r = { 0, 0 };
    unsigned n = 0;

    while (n == 0 && halves_now(&p->halves, &r)) {
        if (!fill_range(p, r)) {
            end(p, &(struct err){ "postgres: a batch is larger than memory" });
            return;
        }
        n = pg_tables_parts(p->filling, parts);
        if (n == 0) /* none of it can be read */
            halves_done(&p->halves);
    }
    if (n > 0) {
        pg_batch(p->pg, parts, n, on_stored, p);
        return;
    }
    if (p->suspects && !p->stored_any) {
        probe(p);
        return;
    }
    suspects_judge(&p->known, p->items, p->items_n);
    end(p, NULL);
}

/* A batch that went ahead is answered: the one in hand, else the one behind it. */
static void on_early(void *arg, const struct pg_answer *a)
{
    struct pg_put *p = arg;

    if (p->awaited) {
        p->awaited = false;
        on_stored(p, a);
    } else if (a->fault == PG_LOST) {
        forget_early(p);
    } else {
        p->early = EARLY_ANSWERED;
        p->answer = *a;
        p->answer.value = p->answer.rows = NULL;
    }
}

void pg_put_prepare(struct pg_put *p, struct item *items, unsigned n, bool ahead)
{
    struct pg_part parts[PG_ROW_KINDS];

    p->prepared = fill(p->next, items, n);
    if (!ahead || !p->prepared || !pg_follows(p->pg))
        return;
    n = pg_tables_parts(p->next, parts);
    if (!n)
        return;
    p->early = EARLY_SENT;
    pg_batch(p->pg, parts, n, on_early, p);
}

void pg_put_take(struct pg_put *p, struct item *items, unsigned n)
{
    struct pg_filling *other = p->filling;

    if (p->prepared) {
        p->filling = p->next;
        p->next = other;
    }
    p->filled = p->prepared && p->early == EARLY_NONE;
    p->prepared = false;
    p->items = items;
    p->items_n = n;
    p->suspects = 0;
    p->stored_any = false;
    p->halves = halves_of(n);
}

void pg_put_go(struct pg_put *p)
{
    if (p->early == EARLY_SENT) {
        p->early = EARLY_NONE;
        p->awaited = true;
    } else if (p->early == EARLY_ANSWERED) {
        p->early = EARLY_NONE;
        on_stored(p, &p->answer);
    } else {
        next_range(p);
    }
}

void pg_put_lost(struct pg_put *p)
{
    forget_early(p);
}

struct pg_put *pg_put_new(struct pg *pg, pg_put_done *done, void *arg)
{
    struct pg_put *p = calloc(1, sizeof *p);

    if (!p)
        return NULL;
    p->pg = pg;
    p->done = done;
    p->arg = arg;
    p->filling = &p->fillings[0];
    p->next = &p->fillings[1];
    pg_tables_init(p->filling);
    pg_tables_init(p->next);
    buf_init(&p->good, GOOD_MAX);
    return p;
}

void pg_put_free(struct pg_put *p)
{
    if (!p)
        return;
    pg_tables_free(p->filling);
    pg_tables_free(p->next);
    buf_free(&p->good);
    free(p);
}
