/* page_pws.c - the picture of the area: indicators by place and month (docs/indicators.md), a village, and
 * who reported. */
#include "gateway/console/pages.h"
#include "gateway/console/sql.h"
#include "gateway/console/values.h"

#include <stdlib.h>

#include "gateway/console/chart.h"
#include "gateway/console/standing.h"

/* --- one indicator over the places --- */

/* The one that was chosen, else the first. */
#define CHOSEN                                                                                               \
    "coalesce(:indikator, (SELECT z.id FROM indicator AS z WHERE :klaster IS NULL OR z.klaster = :klaster "  \
    "ORDER BY"                                                                                               \
    " z.position LIMIT 1))"
#define PWS_VALUE                                                                                            \
    " LEFT JOIN indicator_value AS v ON v.place = p.code AND v.indicator = i.id AND v.month = :_bulan"       \
    " LEFT JOIN indicator_value AS w ON w.place = p.code AND w.indicator = i.id AND w.month = :_lalu"

static const struct reader_part pws[] = {
    { .name = "rows",
      .sql = "SELECT p.code AS kode, p.name AS tempat, coalesce(v.n, 0) AS bulan_ini, coalesce(w.n, 0) AS "
             "bulan_lalu,"
             " coalesce(v.n_year, (SELECT max(x.n_year) FROM indicator_value AS x WHERE x.place = p.code AND "
             "x.indicator"
             " = i.id AND x.month <= :_bulan AND x.month >= substr(:_bulan, 1, 4)), 0) AS kumulatif,"
             " coalesce(v.d_year, (SELECT max(x.d_year) FROM indicator_value AS x WHERE x.place = p.code AND "
             "x.indicator"
             " = i.id AND x.month <= :_bulan AND x.month >= substr(:_bulan, 1, 4))) AS sasaran, i.target AS"
             " _target, i.denominator AS _jenis, i.direction AS _arah, p.level AS _level FROM place AS p "
             "JOIN indicator AS i"
             " ON i.id = " CHOSEN PWS_VALUE " WHERE p.level IN ('desa', 'kelurahan', 'puskesmas')",
      .tail = "ORDER BY p.code",
      .limit = 400 },
    { .name = "indikator",
      .sql =
          "SELECT id, klaster, words AS nama, target, direction AS arah, grade AS mutu, source AS sumber, "
          "version AS"
          " versi, denominator AS penyebut, id = " CHOSEN " AS _ini FROM indicator WHERE (:klaster IS NULL OR"
          " klaster = :klaster)",
      .tail = "ORDER BY position",
      .limit = 100 },
    { .name = "klaster",
      .sql = "SELECT DISTINCT klaster AS id, klaster = :klaster AS _ini FROM indicator",
      .tail = "ORDER BY 1",
      .limit = 10 },
    { .name = "data", .kind = READ_ONE, .sql = "SELECT max(computed_at) AS sampai FROM indicator_value" },
};

struct ranked {
    struct node *row;
    struct standing is;
    bool village;
};

static int best_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->village != y->village)
        return x->village ? -1 : 1; /* last of all the puskesmas */
    if (x->is.counted != y->is.counted)
        return x->is.counted ? -1 : 1;
    return x->is.permille > y->is.permille ? -1 : x->is.permille < y->is.permille;
}

/* The outlines of the operator's map, each with how its village stands. */
static void put_map(struct request *r, const struct ranked *all, unsigned n)
{
    const struct geo_map *map = console_map(r->console);
    struct node *o, *shapes;

    if (!map || !map->n || r->as != AS_PAGE)
        return;
    o = node_object(&r->arena);
    shapes = node_list(&r->arena);
    for (unsigned i = 0; i < map->n; i++) {
        const struct geo_shape *g = &map->shapes[i];
        unsigned k = 0;

        while (k < n && !slice_eq(node_text(all[k].row, "kode"), g->code))
            k++;
        if (k < n) {
            struct node *shape = values_copy(all[k].row, &r->arena);

            node_put(shape, "d", g->d);
            values_int(shape, "x", g->x);
            values_int(shape, "y", g->y);
            node_add(shapes, shape);
        }
    }
    values_int(o, "w", map->w);
    values_int(o, "h", map->h);
    node_set(o, "bentuk", shapes);
    if (shapes->first)
        node_set(r->values, "peta", o);
}

static void put_ranks(struct request *r, struct ranked *all, unsigned n)
{
    struct chart_bar *bars = ARENA_ARRAY(&r->arena, struct chart_bar, (size_t)n + 1);
    struct node *sorted = node_list(&r->arena);
    int64_t target = n ? all[0].is.target : 0;
    unsigned bars_n = 0;

    if (n)
        qsort(all, n, sizeof *all, best_first);
    for (unsigned i = 0; bars && i < n; i++) {
        standing_put(all[i].row, &all[i].is);
        values_int(all[i].row, "_urut", i + 1);
        node_add(sorted, all[i].row);
        if (all[i].is.counted)
            bars[bars_n++] = (struct chart_bar){ node_text(all[i].row, "tempat"),
                                                 node_text(all[i].row, "kode"), all[i].is.permille };
    }
    node_set(r->values, "peringkat", sorted);
    values_int(r->values, "target_bulan", (target + 5) / 10);
    if (bars_n)
        node_set(r->values, "bagan", chart_bars(&r->arena, bars, bars_n, target));
}

static void pws_more(struct request *r)
{
    const struct node *rows = node_get(r->values, "rows");
    struct ranked *all = ARENA_ARRAY(&r->arena, struct ranked, (size_t)(rows ? rows->n : 0) + 1);
    unsigned n = 0, month = month_asked(r);

    for (const struct node *row = node_first(rows); all && row; row = row->next)
        all[n++] = (struct ranked){ .row = values_copy(row, &r->arena),
                                    .is = standing_of(row, month),
                                    .village = !slice_is(node_text(row, "_level"), "puskesmas") };
    put_ranks(r, all, n);
    put_map(r, all, n);
    node_put(r->values, "bulan", request_param(r, "_bulan"));
    for (const struct node *i = node_first(node_get(r->values, "indikator")); i; i = i->next)
        if (node_int(i, "_ini"))
            node_set(r->values, "ini", values_copy(i, &r->arena));
    page_show(r);
}

const struct page page_pws = { .name = "pws", PARTS(pws), .more = pws_more };

/* --- one village --- */

static const struct reader_part village[] = {
    { .name = "desa",
      .kind = READ_ONE,
      .sql =
          "SELECT p.code AS kode, p.name AS nama, p.level AS tingkat, k.name AS kecamatan FROM place AS p "
          "LEFT JOIN"
          " of_code AS k ON k.code = p.kecamatan WHERE p.code = :kode AND p.level IN ('desa', 'kelurahan')" },
    { .name = "rows",
      .sql = "SELECT i.id AS indikator, i.klaster, i.words AS nama, v.n AS bulan_ini, v.d AS penyebut, "
             "v.n_year AS"
             " kumulatif, v.d_year AS sasaran, CASE WHEN v.d_year > 0 THEN v.n_year * 100 / v.d_year END AS "
             "persen,"
             " i.target, i.grade AS mutu FROM indicator AS i LEFT JOIN indicator_value AS v ON v.indicator = "
             "i.id AND"
             " v.place = :kode AND v.month = :_bulan",
      .tail = "ORDER BY i.position",
      .limit = 200 },
    { .name = "fasilitas",
      .sql = "SELECT p.code AS kode, p.name AS nama, p.level AS tingkat, (SELECT count(*) FROM staff AS s "
             "WHERE s.place ="
             " p.code AND s.active) AS orang, (SELECT max(r.at) FROM record AS r WHERE r.posyandu = p.code) "
             "AS terakhir"
             " FROM place AS p WHERE p.area = :kode",
      .tail = "ORDER BY p.level, p.code",
      .limit = 100 },
    { .name = "rujukan",
      .sql = "SELECT e.nomor, min(e.at) AS waktu, words(max(CASE WHEN e.event = 'sent' THEN e.words "
             "END), " ITS_FIELDS("e.nomor") ") AS "
                                            "kata FROM"
                                            " referral_event AS e JOIN of_code AS p ON p.code = e.place "
                                            "WHERE p.village = :kode AND NOT "
                                            "EXISTS (SELECT"
                                            " 1 FROM referral_event AS f WHERE f.nomor = e.nomor AND f.event "
                                            "IN ('hadir', 'selesai', "
                                            "'batal')) GROUP BY"
                                            " e.nomor",
      .tail = "ORDER BY 2",
      .limit = 50 },
    { .name = "laporan",
      .sql = "SELECT r.nomor, r.at AS waktu, r.form AS formulir, r.status FROM record AS r WHERE r.place = "
             ":kode AND (r.posyandu IS NULL OR r.posyandu IN (SELECT p.code FROM of_code AS p WHERE p.area = "
             ":kode))",
      .tail = "ORDER BY r.at DESC",
      .limit = 20 },
};

const struct page page_village = { .name = "desa", PARTS(village) };

/* --- who reported --- */

static const struct reader_part completeness[] = {
    { .name = "rows",
      .sql = "SELECT p.code AS kode, p.name AS posyandu, d.name AS desa, substr(r.at, 1, 7) AS bulan, "
             "count(*) AS laporan,"
             " sum(r.form = 'skdn') AS skdn FROM place AS p LEFT JOIN of_code AS d ON d.code = p.area LEFT "
             "JOIN record AS"
             " r ON r.posyandu = p.code AND r.status <> 'cancelled' AND r.at >= strftime('%Y-%m-01', :now / "
             "1000,"
             " 'unixepoch', '-5 months') WHERE p.level = 'posyandu'",
      .tail = "GROUP BY p.code, 4 ORDER BY p.code, 4",
      .limit = 6000,
      .filters = { { "desa", "AND p.area = :desa" } } },
    { .name = "minggu",
      .sql = "SELECT p.code AS kode, p.name AS puskesmas, CAST(json_extract(r.fields, '$.minggu') AS "
             "INTEGER) AS minggu,"
             " max(r.received_at) AS diterima, max(coalesce(json_extract(r.fields, '$.nihil'), 0)) AS nihil "
             "FROM place AS"
             " p LEFT JOIN of_number AS s ON s.place = p.code LEFT JOIN record AS r ON r.reporter = s.msisdn "
             "AND r.form ="
             " 'w2' AND r.status <> 'cancelled' WHERE p.level = 'puskesmas'",
      .tail = "GROUP BY p.code, 3 ORDER BY p.code, 3",
      .limit = 3000 },
};

enum {
    MONTHS_SHOWN = 6,
    WEEKS_SHOWN = 8,
};

static struct node *cell(struct request *r, const char *state, struct slice text)
{
    struct node *o = node_object(&r->arena);

    node_put(o, "keadaan", slice_of(state));
    node_put(o, "text", text);
    node_put_bool(o, slice_is(slice_of(state), "tidak") ? "tidak" : "ada", true);
    return o;
}

/* Month i of the last six, "2026-11". */
static struct slice month_at(struct request *r, unsigned back)
{
    struct slice now = request_param(r, "_bulan"), year = slice_take(now, 4);
    uint64_t y = 0, m = 0, at;

    if (!slice_to_u64(year, &y) || !slice_to_u64(slice_skip(now, 5), &m))
        return now;
    at = y * 12 + m - 1 - back;
    return arena_printf(&r->arena, "%04llu-%02llu", (unsigned long long)(at / 12),
                        (unsigned long long)(at % 12 + 1));
}

static void matrix(struct request *r)
{
    const struct node *rows = node_get(r->values, "rows");
    struct node *heads = node_list(&r->arena), *lines = node_list(&r->arena);

    for (unsigned i = MONTHS_SHOWN; i > 0; i--)
        node_add(heads, node_of_text(&r->arena, month_at(r, i - 1)));
    for (const struct node *row = node_first(rows); row;) {
        unsigned counts[MONTHS_SHOWN] = { 0 }, skdn[MONTHS_SHOWN] = { 0 };
        struct node *line = node_object(&r->arena), *cells = node_list(&r->arena);
        struct slice last = node_text(row, "kode");

        node_put(line, "kode", last);
        node_put(line, "nama", node_text(row, "posyandu"));
        node_put(line, "desa", node_text(row, "desa"));
        for (; row && slice_eq(node_text(row, "kode"), last); row = row->next)
            for (unsigned i = 0; i < MONTHS_SHOWN; i++)
                if (slice_eq(node_text(row, "bulan"), month_at(r, i))) {
                    counts[i] = (unsigned)node_int(row, "laporan");
                    skdn[i] = (unsigned)node_int(row, "skdn");
                }
        for (unsigned i = MONTHS_SHOWN; i > 0; i--)
            node_add(cells, cell(r,
                                 !counts[i - 1] ? "tidak"
                                 : skdn[i - 1]  ? "skdn"
                                                : "ada",
                                 arena_printf(&r->arena, "%u", counts[i - 1])));
        node_set(line, "sel", cells);
        node_add(lines, line);
    }
    node_set(r->values, "bulan2", heads);
    node_set(r->values, "posyandu", lines);
}

static void weeks(struct request *r)
{
    const struct node *rows = node_get(r->values, "minggu");
    struct node *heads = node_list(&r->arena), *lines = node_list(&r->arena);
    uint64_t week = 1;

    (void)!slice_to_u64(request_param(r, "_week"), &week);
    for (int64_t i = WEEKS_SHOWN - 1; i >= 0; i--)
        node_add(heads,
                 node_of_int(&r->arena, (int64_t)week - i > 0 ? (int64_t)week - i : (int64_t)week - i + 52));
    for (const struct node *row = node_first(rows); row;) {
        struct slice code = node_text(row, "kode");
        struct node *line = node_object(&r->arena), *cells = node_list(&r->arena);
        const struct node *from = row;

        node_put(line, "nama", node_text(row, "puskesmas"));
        for (const struct node *h = node_first(heads); h; h = h->next) {
            const char *state = "tidak";

            for (row = from; row && slice_eq(node_text(row, "kode"), code); row = row->next)
                if (node_int(row, "minggu") == h->number && node_text(row, "diterima").n)
                    state = node_int(row, "nihil") ? "nihil" : "ada";
            node_add(cells, cell(r, state, S("")));
        }
        for (row = from; row && slice_eq(node_text(row, "kode"), code);)
            row = row->next;
        node_set(line, "sel", cells);
        node_add(lines, line);
    }
    node_set(r->values, "minggu2", heads);
    node_set(r->values, "puskesmas", lines);
}

static void completeness_more(struct request *r)
{
    if (r->as == AS_PAGE) {
        matrix(r);
        weeks(r);
    }
    page_show(r);
}

const struct page page_completeness = { .name = "kelengkapan",
                                        PARTS(completeness),
                                        .more = completeness_more };
