/* reader.c - see reader.h. */
#include "gateway/console/reader.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/stat.h"
#include "gateway/loop/crew.h"
#include "gateway/console/sight.h"

enum {
    THREADS = 2,
    WAITING = 64,
    MONTHS = 8,        /* of the message log that are looked through */
    MONTHS_MOST = 120, /* that may lie there */
    ANSWER_MEMORY = 24 << 20,
    SQL_MAX = 16384,
    PATIENCE_MS = 8000,
};

struct reader {
    struct crew *crew;
    struct sight sights[THREADS];
    char district[512], state[512];
    struct stat_hist *took;
};

struct asking {
    struct reader *reader;
    struct roster *roster;
    struct reader_ask ask;
    struct params params;
    struct arena arena;
    struct node *what;
    void (*done)(void *, const struct node *);
    void *arg;
};

/* --- the months of the message log --- */

struct months {
    char path[MONTHS][512];
    unsigned n;
};

/* <state>/log/YYYY-MM.db, newest first (district/log_files.h). */
static int newest_first(const void *a, const void *b)
{
    return strcmp(b, a);
}

static void find_months(const char *state, struct months *m)
{
    char folder[400], names[MONTHS_MOST][16] = { "" };
    unsigned n = 0;
    struct dirent *e;
    DIR *d;

    m->n = 0;
    snprintf(folder, sizeof folder, "%.390s/log", state);
    d = opendir(folder);
    while (d && (e = readdir(d)) != NULL && n < MONTHS_MOST)
        if (strlen(e->d_name) == sizeof "2026-11.db" - 1 && slice_ends(slice_of(e->d_name), ".db"))
            snprintf(names[n++], sizeof names[0], "%.15s", e->d_name);
    if (d)
        closedir(d);
    qsort(names, n, sizeof *names, newest_first);
    for (unsigned i = 0; i < n && m->n < MONTHS; i++)
        snprintf(m->path[m->n++], sizeof m->path[0], "%.395s/%.15s", folder, names[i]);
}

/* The month's own name, "2026-11": what a key begins with. */
static struct slice month_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct slice name = slice_of(slash ? slash + 1 : path);

    return slice_take(name, name.n - 3);
}

/* --- a question --- */

static struct slice param(const struct params *p, const char *name)
{
    const char *const names[] = { name, NULL };

    return params_get(p, names);
}

/* "2026-11.1234": rows of older months, and older rows of this one. */
struct key {
    struct slice month;
    int64_t id;
};

static struct key key_of(struct slice text)
{
    struct slice rest = text;
    struct key k = { .month = slice_cut(&rest, '.') };

    if (!slice_to_i64(rest, &k.id))
        k = (struct key){ 0 };
    return k;
}

static void bind_all(sqlite3_stmt *st, const struct asking *a, struct slice month, int64_t before)
{
    for (int i = 1, n = sqlite3_bind_parameter_count(st); i <= n; i++) {
        const char *name = sqlite3_bind_parameter_name(st, i);
        struct slice value;

        if (!name)
            continue;
        name++;
        if (strcmp(name, "now") == 0)
            sqlite3_bind_int64(st, i, a->ask.now_ms);
        else if (strcmp(name, "before") == 0 && before)
            sqlite3_bind_int64(st, i, before);
        else {
            value = strcmp(name, "month") == 0  ? month
                    : strcmp(name, "who") == 0  ? a->ask.who
                    : strcmp(name, "area") == 0 ? a->ask.area
                                                : param(&a->params, name);
            if (value.n)
                sqlite3_bind_text(st, i, value.p, (int)value.n, SQLITE_STATIC);
        }
    }
}

static void compose(struct buf *sql, const struct reader_part *p, const struct asking *a, bool before,
                    unsigned most)
{
    buf_str(sql, p->sql);
    if (p->pick) {
        buf_str(sql, " WHERE i.id IN (");
        buf_str(sql, p->pick);
    }
    for (unsigned i = 0; i < READER_FILTERS && p->filters[i].name; i++) {
        bool is_before = strcmp(p->filters[i].name, "before") == 0;

        if (is_before && p->kind == READ_LOG ? before : param(&a->params, p->filters[i].name).n > 0) {
            buf_char(sql, ' ');
            buf_str(sql, p->filters[i].sql);
        }
    }
    if (p->pick)
        buf_printf(sql, " ORDER BY i.id DESC LIMIT %u)", most);
    buf_char(sql, ' ');
    buf_str(sql, p->tail ? p->tail : "");
    if (most)
        buf_printf(sql, " LIMIT %u", most);
}

static struct node *row_of(sqlite3_stmt *st, struct arena *a)
{
    struct node *o = node_object(a);

    for (int i = 0, n = sqlite3_column_count(st); i < n; i++) {
        const char *name = arena_str(a, sqlite3_column_name(st, i)).p;
        const char *p;

        switch (sqlite3_column_type(st, i)) {
        case SQLITE_NULL:
            node_set(o, name, node_of_text(a, S("")));
            break;
        case SQLITE_INTEGER:
            node_set(o, name, node_of_int(a, sqlite3_column_int64(st, i)));
            break;
        default:
            p = (const char *)sqlite3_column_text(st, i);
            node_set(
                o, name,
                node_of_text(a, arena_copy(a, slice_make(p ? p : "", (size_t)sqlite3_column_bytes(st, i)))));
        }
    }
    return o;
}

/* The names of the columns, as a row without values: what stands over a table that has none. */
static struct node *head_of(sqlite3_stmt *st, struct arena *a)
{
    struct node *o = node_object(a);

    for (int i = 0, n = sqlite3_column_count(st); i < n; i++)
        node_set(o, arena_str(a, sqlite3_column_name(st, i)).p, node_of_text(a, S("")));
    return o;
}

static bool seen_before(const struct node *list, const struct node *row)
{
    const struct node *once = node_get(row, "_once");

    for (const struct node *r = once ? node_first(list) : NULL; r; r = r->next) {
        const struct node *o = node_get(r, "_once");

        if (o && slice_eq(o->text, once->text) && o->number == once->number)
            return true;
    }
    return false;
}

/* Asks one file and adds its rows to the list, until there are `most`.  False when it could not be asked. */
static bool ask_one(struct sight *c, const struct reader_part *p, struct asking *a, const struct key *of,
                    struct node *list, unsigned most)
{
    struct slice month = of->month;
    int64_t before = of->id;
    sqlite3_stmt *st = NULL;
    struct buf sql;
    int rc = SQLITE_NOMEM;

    buf_init(&sql, SQL_MAX);
    compose(&sql, p, a, before != 0, most ? most - list->n : 0);
    if (!sql.failed)
        rc = sqlite3_prepare_v2(c->db, sql.p, (int)sql.n, &st, NULL);
    if (rc == SQLITE_OK) {
        bind_all(st, a, month, before);
        while (!a->arena.failed && (!most || list->n < most) && (rc = sqlite3_step(st)) == SQLITE_ROW) {
            struct node *row = row_of(st, &a->arena);

            if (!seen_before(list, row))
                node_add(list, row);
        }
        if (rc == SQLITE_ROW)
            rc = SQLITE_DONE;
        if (!list->first)
            node_set(a->what, arena_printf(&a->arena, "_%s", p->name).p, head_of(st, &a->arena));
    }
    /* No value of a row is in what SQLite says, but of the pattern of a search a piece may be: of that its
     * kind alone. */
    if (rc != SQLITE_DONE)
        log_event(LOG_WARN, "console_query", "part", p->name, "why",
                  param(&a->params, "cari").n ? sqlite3_errstr(rc) : sqlite3_errmsg(c->db), NULL);
    sqlite3_finalize(st);
    buf_free(&sql);
    return rc == SQLITE_DONE;
}

static bool ask_months(struct sight *c, const struct reader_part *p, struct asking *a, struct node *list,
                       unsigned most)
{
    struct key before = key_of(param(&a->params, "before"));
    struct months *m = malloc(sizeof *m);
    bool ok = m != NULL;

    if (m)
        find_months(a->reader->state, m);
    for (unsigned i = 0; m && i < m->n && (!most || list->n < most); i++) {
        struct slice month = month_name(m->path[i]);
        int order = before.month.n ? slice_cmp(month, before.month) : -1;

        if (order > 0)
            continue;
        if (!sight_attach(c, m->path[i])) {
            ok = false;
            continue;
        }
        if (!ask_one(c, p, a, &(struct key){ month, order == 0 ? before.id : 0 }, list, most))
            ok = false;
    }
    free(m);
    return ok;
}

static bool ask_part(struct sight *c, const struct reader_part *p, struct asking *a)
{
    bool one = p->kind == READ_ONE || p->kind == READ_LOG_ONE;
    unsigned most = one ? 1 : a->ask.most && p->limit ? a->ask.most : p->limit;
    struct node *list = node_list(&a->arena), *row;
    bool ok = p->kind == READ_LOG || p->kind == READ_LOG_ONE
                  ? ask_months(c, p, a, list, most)
                  : ask_one(c, p, a, &(struct key){ S(""), 0 }, list, most);

    if (!one) {
        node_set(a->what, p->name, list);
    } else if (list->first) {
        row = list->first;
        list->first = list->last = NULL;
        row->next = NULL;
        node_set(a->what, p->name, row);
    }
    return ok;
}

/* A thread may have no month attached yet, and the log may be what a part of another kind asks too. */
static void attach_newest(struct sight *c, const struct reader *r)
{
    struct months *m = malloc(sizeof *m);

    if (m) {
        find_months(r->state, m);
        if (m->n)
            (void)!sight_attach(c, m->path[0]);
    }
    free(m);
}

static void ask_run(void *arg, unsigned thread)
{
    struct asking *a = arg;
    struct sight *c = &a->reader->sights[thread];
    int64_t from_us = clock_mono_us();
    const struct reader_part *first = &a->ask.parts[0];
    bool ok = true;

    a->what = node_object(&a->arena);
    if (!sight_open(c, a->reader->district)) {
        node_put_bool(a->what, "away", true);
        return;
    }
    c->until_ms = clock_mono_ms() + PATIENCE_MS; /* behind sight_open, which begins anew when the file came */
    c->roster = a->roster;
    c->reveal = a->ask.reveal;
    sight_scope(c, a->roster, a->ask.area);
    attach_newest(c, a->reader);
    for (unsigned i = 0; i < a->ask.parts_n; i++)
        ok = ask_part(c, &a->ask.parts[i], a) && ok;
    if ((first->kind == READ_ONE || first->kind == READ_LOG_ONE) && !node_get(a->what, first->name) &&
        a->ask.area.n) {
        struct node *mine = a->what;

        a->what = node_object(&a->arena);
        sight_scope(c, a->roster, S(""));
        (void)ask_part(c, first, a);
        node_put_bool(mine, "elsewhere", node_get(a->what, first->name) != NULL);
        a->what = mine;
    }
    node_put_bool(a->what, "away", !ok);
    c->roster = NULL;
    node_put_int(a->what, "took_us", clock_mono_us() - from_us);
}

static void asking_free(void *arg)
{
    struct asking *a = arg;

    arena_free(&a->arena);
    roster_drop(a->roster);
    free(a);
}

static void ask_done(void *arg)
{
    struct asking *a = arg;

    stat_observe_us(a->reader->took, node_int(a->what, "took_us"));
    a->done(a->arg, a->what);
    asking_free(a);
}

bool reader_ask(struct reader *r, struct roster *roster, const struct reader_ask *ask,
                void (*done)(void *, const struct node *), void *arg)
{
    struct asking *a = calloc(1, sizeof *a);

    if (!a)
        return false;
    a->reader = r;
    a->roster = roster_hold(roster);
    a->ask = *ask;
    a->done = done;
    a->arg = arg;
    arena_init(&a->arena, ANSWER_MEMORY);
    a->ask.area = arena_copy(&a->arena, ask->area);
    a->ask.who = arena_copy(&a->arena, ask->who);
    for (unsigned i = 0; ask->params && i < ask->params->n; i++)
        a->params.item[a->params.n++] = (struct param){ arena_copy(&a->arena, ask->params->item[i].name),
                                                        arena_copy(&a->arena, ask->params->item[i].value) };
    if (crew_ask(r->crew, ask_run, ask_done, a))
        return true;
    asking_free(a);
    return false;
}

struct reader *reader_open(struct loop *loop, const char *district, const char *state)
{
    struct reader *r = calloc(1, sizeof *r);

    if (!r)
        return NULL;
    snprintf(r->district, sizeof r->district, "%s", district);
    snprintf(r->state, sizeof r->state, "%s", state);
    r->took = stat_hist_get("console_query_ms", "questions of the console to its files");
    r->crew = crew_new(loop, THREADS, WAITING);
    if (r->crew)
        return r;
    free(r);
    return NULL;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    crew_free(r->crew, asking_free);
    for (unsigned i = 0; i < THREADS; i++)
        sight_close(&r->sights[i]);
    free(r);
}
