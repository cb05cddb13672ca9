/* page_matrix.c - all indicators of all villages at once: the matrix, the sheet for the lokakarya mini with
 * the worst village first, and the finding that goes to the pustu. */
#include "gateway/console/pages.h"
#include "gateway/console/standing.h"
#include "gateway/console/values.h"

#include <stdlib.h>

/* What one indicator says of one village in the month asked for; the sum of the year is that of the last
 * month that was counted. */
#define LATEST(column)                                                                                       \
    "coalesce(v." column ", (SELECT max(x." column ") FROM indicator_value AS x WHERE x.place = p.code AND " \
    "x.indicator = i.id AND x.month <= :_bulan AND x.month >= substr(:_bulan, 1, 4)))"
#define FIGURES                                                                                              \
    "SELECT p.code AS kode, p.name AS tempat, i.id AS indikator, i.klaster, i.words AS nama, i.grade AS "    \
    "mutu,"                                                                                                  \
    " coalesce(v.n, 0) AS bulan_ini, coalesce(w.n, 0) AS bulan_lalu, coalesce(" LATEST(                      \
        "n_year") ", 0) AS kumulatif, " LATEST("d_year") " AS sasaran, i.target AS _target, i.denominator "  \
                                                         "AS _jenis,"                                        \
                                                         " i.direction AS _arah FROM place AS p CROSS JOIN " \
                                                         "indicator AS i"                                    \
                                                         " LEFT JOIN indicator_value AS v ON v.place = "     \
                                                         "p.code AND v.indicator = i.id AND v.month = "      \
                                                         ":_bulan"                                           \
                                                         " LEFT JOIN indicator_value AS w ON w.place = "     \
                                                         "p.code AND w.indicator = i.id AND w.month = "      \
                                                         ":_lalu"                                            \
                                                         " WHERE p.level IN ('desa', 'kelurahan')"

enum {
    CELLS = 8000, /* of villages times indicators */
};

static const struct reader_part cells[] = {
    { .name = "rows",
      .sql = FIGURES,
      .tail = "ORDER BY p.code, i.position",
      .limit = CELLS,
      .filters = { { "klaster", "AND i.klaster = :klaster" },
                   { "kecamatan", "AND p.kecamatan = :kecamatan" } } },
    { .name = "kolom",
      .sql = "SELECT i.id, i.words AS nama, i.target FROM indicator AS i WHERE 1",
      .tail = "ORDER BY i.position",
      .limit = 200,
      .filters = { { "klaster", "AND i.klaster = :klaster" } } },
    { .name = "klaster",
      .sql = "SELECT DISTINCT klaster AS id, klaster = :klaster AS _ini FROM indicator",
      .tail = "ORDER BY 1",
      .limit = 10 },
    { .name = "data", .kind = READ_ONE, .sql = "SELECT max(computed_at) AS sampai FROM indicator_value" },
};

unsigned month_asked(const struct request *r)
{
    uint64_t m = 12;

    return slice_to_u64(slice_skip(request_param(r, "_bulan"), 5), &m) && m >= 1 && m <= 12 ? (unsigned)m
                                                                                            : 12;
}

/* The rows with how each stands; CSV and JSON say it too. */
static struct node *judged(struct request *r)
{
    struct node *list = node_list(&r->arena);
    unsigned month = month_asked(r);

    for (const struct node *row = node_first(node_get(r->values, "rows")); row; row = row->next) {
        struct node *o = values_copy(row, &r->arena);
        struct standing is = standing_of(row, month);

        standing_put(o, &is);
        values_int(o, "_perlu", standing_need(&is));
        node_put_bool(o, "_ada", is.counted);
        node_add(list, o);
    }
    return list;
}

/* Without the columns that nobody has a sasaran for. */
static struct node *columns_of(struct request *r, const struct node *rows)
{
    struct node *list = node_list(&r->arena);

    for (const struct node *c = node_first(node_get(r->values, "kolom")); c; c = c->next) {
        const struct node *row = node_first(rows);

        while (row && !(node_bool(row, "_ada") && slice_eq(node_text(row, "indikator"), node_text(c, "id"))))
            row = row->next;
        if (row)
            node_add(list, values_copy(c, &r->arena));
    }
    return list;
}

static bool is_column(const struct node *columns, const struct node *row)
{
    for (const struct node *c = node_first(columns); c; c = c->next)
        if (slice_eq(node_text(c, "id"), node_text(row, "indikator")))
            return true;
    return false;
}

/* No more than the template shows: there are thousands. */
static struct node *shown_cell(struct request *r, const struct node *row)
{
    struct node *o = node_object(&r->arena);

    node_put_bool(o, "_ada", node_bool(row, "_ada"));
    values_int(o, "persen", node_int(row, "persen"));
    node_set(o, "status", node_of_text(&r->arena, node_text(row, "status")));
    return o;
}

static void matrix_more(struct request *r)
{
    struct node *rows = judged(r), *lines = node_list(&r->arena), *columns = columns_of(r, rows);

    node_put(r->values, "bulan", request_param(r, "_bulan"));
    for (const struct node *row = node_first(rows); r->as == AS_PAGE && row;) {
        struct node *line = node_object(&r->arena), *in = node_list(&r->arena);
        struct slice code = node_text(row, "kode");

        node_put(line, "kode", code);
        node_put(line, "tempat", node_text(row, "tempat"));
        for (; row && slice_eq(node_text(row, "kode"), code); row = row->next)
            if (is_column(columns, row))
                node_add(in, shown_cell(r, row));
        node_set(line, "sel", in);
        node_add(lines, line);
    }
    if (r->as == AS_PAGE) {
        node_set(r->values, "kolom_ada", columns);
        node_set(r->values, "baris", lines);
    }
    r->values = values_with(r->values, "rows", rows, &r->arena);
    page_show(r);
}

const struct page page_matrix = { .name = "matriks", PARTS(cells), .more = matrix_more };

/* --- the sheet --- */

struct sheet_line {
    struct node *node;
    int64_t need[4]; /* how many are jelek, kurang, cukup at 3, 2, 1 */
};

static int worst_first(const void *a, const void *b)
{
    const struct sheet_line *x = a, *y = b;

    for (unsigned i = 3; i > 0; i--)
        if (x->need[i] != y->need[i])
            return x->need[i] > y->need[i] ? -1 : 1;
    return 0;
}

static void sheet_more(struct request *r)
{
    struct node *rows = judged(r), *lines = node_list(&r->arena), *calm = node_list(&r->arena);
    struct sheet_line *all = ARENA_ARRAY(&r->arena, struct sheet_line, CELLS);
    unsigned n = 0;

    for (const struct node *row = node_first(rows); all && row; n++) {
        struct sheet_line *l = &all[n];
        struct slice code = node_text(row, "kode");
        struct node *in = node_list(&r->arena);

        *l = (struct sheet_line){ .node = node_object(&r->arena) };
        node_put(l->node, "kode", code);
        node_put(l->node, "tempat", node_text(row, "tempat"));
        for (; row && slice_eq(node_text(row, "kode"), code); row = row->next) {
            l->need[node_int(row, "_perlu")]++;
            if (node_int(row, "_perlu") >= 2)
                node_add(in, values_copy(row, &r->arena));
        }
        values_int(l->node, "jelek", l->need[3]);
        values_int(l->node, "kurang", l->need[2]);
        values_int(l->node, "cukup", l->need[1]);
        node_set(l->node, "butir", in);
    }
    qsort(all, n, sizeof *all, worst_first);
    for (unsigned i = 0; i < n; i++)
        node_add(all[i].need[3] + all[i].need[2] + all[i].need[1] || r->as != AS_PAGE ? lines : calm,
                 all[i].node);
    node_set(r->values, "tenang", calm);
    r->values = values_with(r->values, "rows", lines, &r->arena);
    node_put(r->values, "bulan", request_param(r, "_bulan"));
    page_show(r);
}

const struct page page_sheet = { .name = "lokmin", PARTS(cells), .more = sheet_more };

/* --- a finding goes to the pustu --- */

const struct reader_part guard_finding = { .name = "ada",
                                           .kind = READ_ONE,
                                           .sql = FIGURES " AND p.code = :kode AND i.id = :indikator" };

static void put_number(struct node *o, const char *name, struct request *r, int64_t n)
{
    node_put(o, name, arena_printf(&r->arena, "%lld", (long long)n));
}

void act_finding(struct request *r)
{
    const struct node *row = node_get(r->values, "ada");
    struct standing is = standing_of(row, month_asked(r));
    struct node *o = node_object(&r->arena);
    struct buf b;

    if (!is.status) {
        request_refuse(r, 400, "cara");
        return;
    }
    node_put(o, "do", S("temuan"));
    node_put(o, "village", node_text(row, "kode"));
    node_put(o, "month", request_param(r, "_bulan"));
    node_put(o, "indicator", node_text(row, "nama"));
    put_number(o, "n", r, node_int(row, "kumulatif"));
    put_number(o, "d", r, node_int(row, "sasaran"));
    put_number(o, "percent", r, (is.permille + 5) / 10);
    put_number(o, "target", r, (is.target + 5) / 10);
    buf_init(&b, 4096);
    node_write(&b, o);
    order(r, "temuan",
          arena_printf(&r->arena, "%.*s %.*s", SLICE_ARG(node_text(row, "kode")),
                       SLICE_ARG(node_text(row, "indikator"))),
          arena_copy(&r->arena, buf_slice(&b)), "/pws/lokmin");
    buf_free(&b);
}
