/* fhir_turn.c - see fhir_turn.h. */
#include "gateway/district/fhir_turn.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/model/record.h"

enum {
    MOST = 1024, /* records of a batch */
};

/* Of an answer that may come when the sink is gone. */
struct asked {
    struct fhir_turn *turn; /* NULL: nobody waits */
};

struct fhir_turn {
    struct store *store;
    char *sink;
    struct asked *asked;
    void (*done)(void *, bool);
    void *arg;
    const struct row_list *rows; /* of each item */
    struct store_version versions[MOST];
    unsigned items_of[MOST]; /* in which item each stands */
    enum store_newest may[MOST];
    unsigned n;
};

static void on_turns(void *arg, const enum store_newest *may)
{
    struct asked *a = arg;
    struct fhir_turn *t = a->turn;

    free(a);
    if (!t)
        return;
    t->asked = NULL;
    if (may)
        memcpy(t->may, may, t->n * sizeof *may);
    else
        t->n = 0;
    t->done(t->arg, may != NULL);
}

/* False: more than a batch has. */
static bool note(struct fhir_turn *t, unsigned item)
{
    for (unsigned i = 0; i < t->rows[item].n; i++) {
        const struct row *row = &t->rows[item].all[i];

        if (row->kind != ROW_RECORD)
            continue;
        if (t->n == MOST)
            return false;
        t->items_of[t->n] = item;
        t->versions[t->n++] = (struct store_version){ row->record.id, (uint32_t)row->record.version };
    }
    return true;
}

void fhir_turn_take(struct fhir_turn *t, const struct row_list *rows, unsigned n,
                    void (*done)(void *arg, bool known), void *arg)
{
    bool good = true;

    t->rows = rows;
    t->n = 0;
    t->done = done;
    t->arg = arg;
    for (unsigned i = 0; i < n && good; i++)
        good = note(t, i);
    t->asked = good && t->n ? calloc(1, sizeof *t->asked) : NULL;
    if (!t->asked) {
        t->n = 0;
        done(arg, good);
        return;
    }
    t->asked->turn = t;
    store_newest_take(t->store, slice_of(t->sink), t->versions, t->n, on_turns, t->asked);
}

/* What may become of a record's row; others go with it. */
static enum store_newest may_go(const struct fhir_turn *t, unsigned item, const struct record *r)
{
    for (unsigned i = 0; i < t->n; i++)
        if (t->items_of[i] == item && t->versions[i].version == r->version &&
            slice_eq(t->versions[i].id, r->id))
            return t->may[i];
    return STORE_NEWEST_GOES;
}

bool fhir_turn_rows(const struct fhir_turn *t, unsigned item, struct arena *a, struct row_list *out)
{
    const struct row_list *rows = &t->rows[item];
    struct row *all = ARENA_ARRAY(a, struct row, rows->n + 1);

    *out = (struct row_list){ .all = all };
    for (unsigned i = 0; all && i < rows->n; i++) {
        enum store_newest may =
            rows->all[i].kind == ROW_RECORD ? may_go(t, item, &rows->all[i].record) : STORE_NEWEST_GOES;

        if (may == STORE_NEWEST_WAIT)
            return false;
        if (may == STORE_NEWEST_GOES)
            all[out->n++] = rows->all[i];
    }
    return all != NULL;
}

void fhir_turn_give(struct fhir_turn *t)
{
    unsigned n = 0;

    for (unsigned i = 0; i < t->n; i++)
        if (t->may[i] == STORE_NEWEST_GOES)
            t->versions[n++] = t->versions[i];
    store_newest_give(t->store, slice_of(t->sink), t->versions, n);
    t->n = 0;
}

struct fhir_turn *fhir_turn_new(struct store *store, struct slice sink)
{
    struct fhir_turn *t = calloc(1, sizeof *t);

    if (!t)
        return NULL;
    t->store = store;
    t->sink = strndup(sink.p, sink.n);
    if (t->sink)
        return t;
    fhir_turn_free(t);
    return NULL;
}

void fhir_turn_free(struct fhir_turn *t)
{
    if (!t)
        return;
    if (t->asked)
        t->asked->turn = NULL;
    free(t->sink);
    free(t);
}
