/* export.c - see export.h. */
#include "gateway/desk/export.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/csv_cell.h"
#include "gateway/base/node.h"
#include "parsers/date.h"
#include "gateway/conf/exports.h"
#include "gateway/desk/held.h"

enum {
    SQL_MAX = 32 << 10,
    CSV_MAX = 64 << 20,
    ROWS_MEMORY = 256 << 20,
    HELP_MAX = 16 << 10,
};

static const char help[] =
    "export PERSON   all that is held of a person as JSON: the number of a child, of a report, or of a "
    "telephone\n\n"
    "export csv --month 2026-11 --what NAME [--place CODE] [--sep ';'] [--sink NAME]\n\n"
    "A table of one month as CSV (UTF-8 with BOM), for copying into another system.  Its columns are rows "
    "of\n"
    "config/rules/exports.yaml.  --place: a kecamatan, village or posyandu; --sep: ; for an Indonesian "
    "Excel;\n"
    "--sink: which database is asked, else the first.\n\n"
    "Example: kentongan ctl export csv --month 2026-11 --what timbang --place 19.06.01.2004 > "
    "timbang.csv\n\n";

struct exporting {
    const struct export *what;
    const struct directory *directory;
    struct slice month, place;
    char sep;
    struct sink *sink; /* NULL: the first that can */
    ctl_done *done;
    void *ctx;
};

/* Heads and names of places are kept: the ruleset may go while the rows are gathered. */
struct asked {
    struct arena arena;
    struct slice heads[EXPORT_COLUMNS];
    bool place[EXPORT_COLUMNS];
    unsigned columns_n;
    struct slice *codes, *names;
    unsigned places_n;
    char sep;
    ctl_done *done;
    void *ctx;
};

static struct slice place_name(const struct asked *a, struct slice code)
{
    for (unsigned i = 0; i < a->places_n; i++)
        if (slice_eq(a->codes[i], code))
            return a->names[i];
    return code;
}

static void put_row(struct buf *b, const struct asked *a, const struct node *row)
{
    const struct node *c = node_first(row);

    for (unsigned i = 0; i < a->columns_n; i++, c = c ? c->next : NULL) {
        struct slice text = !c                       ? S("")
                            : c->kind == NODE_NUMBER ? c->raw
                            : c->kind == NODE_TEXT   ? c->text
                                                     : S("");

        if (i)
            buf_char(b, a->sep);
        csv_cell(b, a->place[i] ? place_name(a, text) : text);
    }
    buf_str(b, "\r\n");
}

static void on_rows(void *ctx, struct slice text)
{
    struct asked *a = ctx;
    const struct node *rows;
    struct buf b;

    buf_init(&b, CSV_MAX);
    rows = slice_starts(text, "error:") ? NULL : node_read(text, &a->arena);
    if (!rows) {
        a->done(a->ctx, slice_starts(text, "error:") ? text : (struct slice)S("error: more than memory\n"));
    } else {
        buf_str(&b, "\xEF\xBB\xBF");
        for (unsigned i = 0; i < a->columns_n; i++) {
            if (i)
                buf_char(&b, a->sep);
            csv_cell(&b, a->heads[i]);
        }
        buf_str(&b, "\r\n");
        for (const struct node *row = node_first(rows); row; row = row->next)
            put_row(&b, a, row);
        a->done(a->ctx,
                b.failed ? (struct slice)S("error: more than 64 MiB: name a --place\n") : buf_slice(&b));
    }
    buf_free(&b);
    arena_free(&a->arena);
}

/* Month and place were looked at: they hold digits, dots, capitals and -, no quote. */
static void put_sql(struct buf *b, const struct exporting *x)
{
    const struct export *e = x->what;

    for (unsigned i = 0; i < e->columns_n; i++)
        buf_printf(b, "%s%.*s AS c%u", i ? ", " : "SELECT ", SLICE_ARG(e->columns[i].is), i);
    buf_printf(b, " FROM %.*s WHERE %.*s = '%.*s'", SLICE_ARG(e->from), SLICE_ARG(e->month),
               SLICE_ARG(x->month));
    if (x->place.n)
        buf_printf(b, " AND (%.*s = '%.*s' OR %.*s LIKE '%.*s.%%' OR %.*s = '%.*s')", SLICE_ARG(e->place),
                   SLICE_ARG(x->place), SLICE_ARG(e->place), SLICE_ARG(x->place), SLICE_ARG(e->posyandu),
                   SLICE_ARG(x->place));
    buf_printf(b, " ORDER BY %.*s", SLICE_ARG(e->order));
}

static struct asked *asked_new(const struct exporting *x)
{
    struct arena arena;
    struct asked *a;

    arena_init(&arena, ROWS_MEMORY);
    a = ARENA_NEW(&arena, struct asked);
    if (!a)
        abort(); /* asked by a person, once */
    a->columns_n = x->what->columns_n;
    for (unsigned i = 0; i < a->columns_n; i++) {
        a->heads[i] = arena_copy(&arena, x->what->columns[i].head);
        a->place[i] = x->what->columns[i].place;
    }
    a->codes = ARENA_ARRAY(&arena, struct slice, x->directory->places_n + 1);
    a->names = ARENA_ARRAY(&arena, struct slice, x->directory->places_n + 1);
    for (; a->codes && a->names && a->places_n < x->directory->places_n; a->places_n++) {
        a->codes[a->places_n] = arena_copy(&arena, x->directory->places[a->places_n].code);
        a->names[a->places_n] = arena_copy(&arena, x->directory->places[a->places_n].name);
    }
    a->sep = x->sep;
    a->done = x->done;
    a->ctx = x->ctx;
    a->arena = arena;
    return a;
}

static void ask(const struct desk *desk, const struct exporting *x)
{
    struct asked *a = asked_new(x);
    struct arena arena;
    struct buf sql;
    bool begun = false;

    buf_init(&sql, SQL_MAX);
    put_sql(&sql, x);
    for (unsigned i = 0; i < desk->sinks_n && !begun && !sql.failed; i++)
        if (!x->sink || x->sink == desk->sinks[i])
            begun = sink_ask(desk->sinks[i], buf_slice(&sql), on_rows, a);
    buf_free(&sql);
    if (begun)
        return;
    arena = a->arena;
    x->done(x->ctx, S("error: no such sink, or it is none of kind sqlite or postgres\n"));
    arena_free(&arena);
}

/* --- the words --- */

static void put_help(const struct desk *desk, ctl_done *done, void *ctx)
{
    const struct export_set *set = desk->rules->exports;
    struct buf b;

    buf_init(&b, HELP_MAX);
    buf_str(&b, help);
    for (unsigned i = 0; set && i < set->n; i++)
        buf_printf(&b, "  %-12.*s %.*s\n", SLICE_ARG(set->all[i].name), SLICE_ARG(set->all[i].words));
    done(ctx, buf_slice(&b));
    buf_free(&b);
}

/* NULL, or what is wrong with the words. */
static const char *read_words(const struct desk *desk, struct slice words, struct exporting *x)
{
    while (words.n) {
        struct slice flag = slice_cut(&words, ' '), value;

        words = slice_trim(words);
        value = slice_cut(&words, ' ');
        words = slice_trim(words);
        if (slice_is(flag, "--month")) {
            x->month = value;
        } else if (slice_is(flag, "--what")) {
            x->what = export_of(desk->rules->exports, value);
        } else if (slice_is(flag, "--place")) {
            x->place = value;
            if (!directory_place(&desk->rules->directory, value))
                return "error: --place: no code of places.csv\n";
        } else if (slice_is(flag, "--sep") && value.n == 1) {
            x->sep = value.p[0];
        } else if (slice_is(flag, "--sink")) {
            for (unsigned i = 0; i < desk->sinks_n; i++)
                if (slice_eq(sink_name(desk->sinks[i]), value))
                    x->sink = desk->sinks[i];
            if (!x->sink)
                return "error: --sink: the names stand in show sinks\n";
        } else {
            return "error: unknown words; see export csv --help\n";
        }
    }
    return !date_is_month(x->month)
               ? "error: --month is missing, or none: --month 2026-11; see export csv --help\n"
           : !x->what ? "error: --what: no such table; export csv --help names them\n"
                      : NULL;
}

void export_desk(const struct desk *desk, struct slice words, ctl_done *done, void *ctx)
{
    struct exporting x = { .directory = &desk->rules->directory, .sep = ',', .done = done, .ctx = ctx };
    struct slice verb = slice_cut(&words, ' ');
    const char *wrong;

    words = slice_trim(words);
    if (verb.n && !words.n && !slice_is(verb, "csv") && !slice_starts(verb, "-")) {
        held_desk(desk, verb, done, ctx);
        return;
    }
    if (!slice_is(verb, "csv") || !words.n || slice_is(words, "--help")) {
        put_help(desk, done, ctx);
        return;
    }
    wrong = read_words(desk, words, &x);
    if (wrong)
        done(ctx, slice_of(wrong));
    else
        ask(desk, &x);
}
