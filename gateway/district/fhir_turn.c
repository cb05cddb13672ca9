/* fhir_turn.c - see fhir_turn.h. */
#include "gateway/district/fhir_turn.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/model/record.h"

enum {
    MEMORY = 4 << 20, /* of the ids of a batch */
    ROW_ARENA = 1 << 20,
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
    const struct item *items;
    struct arena ids;
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

/* False: more than a batch has, or memory is out. */
static bool note(struct fhir_turn *t, unsigned item, struct arena *scratch)
{
    struct slice rest = t->items[item].body;

    while (rest.n) {
        struct row row;
        struct err e;

        arena_reset(scratch);
        if (row_decode(slice_cut(&rest, '\n'), scratch, &row, &e) != 0 || row.kind != ROW_RECORD)
            continue;
        if (t->n == MOST)
            return false;
        t->items_of[t->n] = item;
        t->versions[t->n++] =
            (struct store_version){ arena_copy(&t->ids, row.record.id), (uint32_t)row.record.version };
    }
    return !t->ids.failed;
}

void fhir_turn_take(struct fhir_turn *t, const struct item *items, unsigned n,
                    void (*done)(void *arg, bool known), void *arg)
{
    struct arena scratch;
    bool good = true;

    arena_init(&scratch, ROW_ARENA);
    arena_reset(&t->ids);
    t->items = items;
    t->n = 0;
    t->done = done;
    t->arg = arg;
    for (unsigned i = 0; i < n && good; i++)
        good = note(t, i, &scratch);
    arena_free(&scratch);
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

bool fhir_turn_rows(const struct fhir_turn *t, unsigned item, struct arena *a, struct slice *rows)
{
    struct slice rest = t->items[item].body;
    struct buf b;

    buf_init(&b, rest.n + 1);
    while (rest.n) {
        struct slice line = slice_cut(&rest, '\n');
        enum store_newest may = STORE_NEWEST_GOES;
        struct row row;
        struct err e;

        if (row_decode(line, a, &row, &e) == 0 && row.kind == ROW_RECORD)
            may = may_go(t, item, &row.record);
        if (may == STORE_NEWEST_WAIT) {
            buf_free(&b);
            return false;
        }
        if (may == STORE_NEWEST_GOES) {
            buf_str(&b, b.n ? "\n" : "");
            buf_add(&b, line);
        }
    }
    *rows = buf_into(&b, a);
    return !a->failed;
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
    arena_init(&t->ids, MEMORY);
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
    arena_free(&t->ids);
    free(t->sink);
    free(t);
}
