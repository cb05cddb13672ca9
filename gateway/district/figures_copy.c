/* figures_copy.c - see figures_copy.h. */
#include "gateway/district/figures_copy.h"

#include "gateway/base/buf.h"
#include "gateway/district/figures_rows.h"
#include "gateway/district/figures_sqlite.h"
#include "gateway/district/sqlite_db.h"

enum {
    BUSY_MS = 2000,
    PLACE_MEMORY = 16 << 20,
    JSON_MAX = 8 << 20,
};

static const char *const steps[] = {
    SQLITE_DB_INDICATOR SQLITE_DB_INDICATOR_VALUE,
};

/* It can be made again at any time: a power cut may take the last seconds of it. */
static const struct sqlite_schema schema = {
    .pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
    .steps = steps,
    .steps_n = sizeof steps / sizeof *steps,
};

int figures_copy_open(const char *path, struct sqlite_file **out, struct err *e)
{
    return sqlite_file_open(path, BUSY_MS, &schema, out, e) == SQLITE_DB_OK ? 0 : -1;
}

/* --- all of it, place by place --- */

struct copying {
    struct figures_db to;
    const struct figures_db *from;
    const struct ruleset *rules;
    struct buf json; /* of the rows of a place */
    const struct figures_step *step;
};

static void on_value(void *arg, const struct slice *c)
{
    struct buf *b = arg;

    buf_str(b, b->n > 1 ? ",[" : "[");
    buf_json(b, c[0]);
    buf_char(b, ',');
    buf_json(b, c[1]);
    for (unsigned i = 2; i < 6; i++) {
        buf_char(b, ',');
        buf_add(b, c[i].p ? c[i] : (struct slice)S("null"));
    }
    buf_char(b, ',');
    buf_json(b, c[6]);
    buf_char(b, ']');
}

static int copy_place(struct copying *w, struct slice code, struct err *e)
{
    const struct figures_ask ask = { .sql = "SELECT indicator, month, n, d, n_year, d_year, computed_at"
                                            " FROM indicator_value WHERE place = $1",
                                     .texts = &code,
                                     .texts_n = 1,
                                     .row = on_value,
                                     .arg = &w->json };
    struct figures_place p = { .code = code, .year = S("") };
    struct arena a;
    int rc;

    buf_clear(&w->json);
    buf_char(&w->json, '[');
    if (figures_db_ask(w->from, &ask, e))
        return -1;
    buf_char(&w->json, ']');
    if (w->json.failed)
        return err_set(e, "figures of a place are larger than they can be");
    p.rows = buf_slice(&w->json);
    arena_init(&a, PLACE_MEMORY);
    rc = figures_place_put(&w->to, &p, &a, e);
    arena_free(&a);
    return rc;
}

static int copy_all(void *arg, struct err *e)
{
    struct copying *w = arg;
    const struct directory *dir = &w->rules->directory;

    if (figures_rows_put(&w->to, w->rules, e) ||
        figures_db_ask(&w->to, &(struct figures_ask){ .sql = "DELETE FROM indicator_value" }, e))
        return -1;
    for (unsigned i = 0; i < dir->places_n; i++)
        if (copy_place(w, dir->places[i].code, e))
            return -1;
    return 0;
}

int figures_copy_all(struct sqlite_file *f, const struct figures_db *from, const struct ruleset *rules,
                     struct err *e)
{
    struct copying w = { .to = figures_sqlite(f->db), .from = from, .rules = rules };
    int rc;

    if (!rules->indicators)
        return 0;
    buf_init(&w.json, JSON_MAX);
    rc = figures_transaction(&w.to, copy_all, &w, e);
    buf_free(&w.json);
    return rc;
}

/* --- what changed --- */

static int copy_changed(void *arg, struct err *e)
{
    struct copying *w = arg;

    /* The newest first: a village that was summed up twice stands as it was summed up last. */
    for (const struct figures_place *p = w->step->changed; p; p = p->next) {
        const struct figures_place *newer = w->step->changed;

        while (newer != p && !(slice_eq(newer->code, p->code) && slice_eq(newer->year, p->year)))
            newer = newer->next;
        if (newer == p && figures_place_put(&w->to, p, w->step->arena, e))
            return -1;
    }
    return 0;
}

int figures_copy_changed(struct sqlite_file *f, const struct figures_step *step, struct err *e)
{
    struct copying w = { .to = figures_sqlite(f->db), .step = step };

    return step->changed ? figures_transaction(&w.to, copy_changed, &w, e) : 0;
}
