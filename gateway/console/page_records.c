/* page_records.c - a child: what was reported of it, and the curve; two numbers of one child. */
#include "gateway/console/pages.h"

#include <stdlib.h>

#include "gateway/console/chart.h"
#include "gateway/console/sql.h"
#include "parsers/date.h"

/* The records of the child, and of the numbers that are merged into it (flows/care/merge.h). */
#define ITS_RECORDS                                                                                          \
    " r.person_id IN (SELECT q.id FROM person AS q WHERE q.nomor = :nomor UNION ALL SELECT q.id FROM "       \
    "person AS q"                                                                                            \
    " JOIN person AS me ON q.merged_into = me.id WHERE me.nomor = :nomor)"
#define A_CHILD                                                                                              \
    "SELECT p.nomor, name(p.nama) AS nama, p.jk, p.tgl_lahir AS lahir, p.tgl_lahir_exact AS pasti, CASE "    \
    "WHEN"                                                                                                   \
    " p.nik <> '' THEN 1 ELSE 0 END AS ada_nik, q.name AS posyandu, q.village AS desa, d.name AS nama_desa," \
    " (SELECT m.nomor FROM person AS m WHERE m.id = p.merged_into) AS gabung FROM person AS p"               \
    " LEFT JOIN of_code AS q ON q.code = p.posyandu LEFT JOIN of_code AS d ON d.code = q.village"

static const struct reader_part child[] = {
    { .name = "anak", .kind = READ_ONE, .sql = A_CHILD " WHERE p.nomor = :nomor" },
    { .name = "timbang",
      .sql = "SELECT r.nomor, r.at AS waktu, json_extract(r.fields, '$.bb') AS bb, "
             "coalesce(json_extract(r.fields, '$.tb'), json_extract(r.fields, '$.tb_u')) AS tb,"
             " json_extract(r.fields, '$.lila') AS lila, (SELECT group_concat(json_extract(f.value, "
             "'$.say'), ', ')"
             " FROM json_each(r.findings) AS f) AS temuan, r.status, CASE WHEN p.nomor <> :nomor THEN "
             "p.nomor END AS"
             " dari FROM record AS r JOIN person AS p ON p.id = r.person_id WHERE " ITS_RECORDS
             " AND r.form IN ('timbang', 'lahir') AND r.status <> 'cancelled'",
      .tail = "ORDER BY r.at",
      .limit = 200 },
    { .name = "dosis",
      .sql = "SELECT r.nomor, r.at AS waktu, (SELECT group_concat(v.value, ', ') FROM json_each(CASE WHEN"
             " json_type(r.fields, '$.vaksin') = 'array' THEN json_extract(r.fields, '$.vaksin') ELSE '[]' "
             "END) AS v) AS vaksin, r.status FROM record AS r WHERE " ITS_RECORDS " AND r.form = 'imunisasi'",
      .tail = "ORDER BY r.at",
      .limit = 100 },
    { .name = "satu",
      .sql = "SELECT q.nomor FROM person AS q JOIN person AS me ON q.merged_into = me.id WHERE me.nomor = "
             ":nomor",
      .tail = "ORDER BY q.nomor",
      .limit = 20 },
    /* Who may be the same: of the posyandu, the sex, born within a month. */
    { .name = "mirip",
      .sql = "SELECT q.nomor, name(q.nama) AS nama, q.tgl_lahir AS lahir FROM person AS me CROSS JOIN"
             " person_block AS b CROSS JOIN person AS q WHERE" SQL_BLOCK(
                 "q.") " = b.n AND q.posyandu ="
                       " me.posyandu AND q.jk = me.jk AND q.nomor <> me.nomor AND q.tgl_lahir BETWEEN "
                       "date(me.tgl_lahir,"
                       " '-31 days') AND date(me.tgl_lahir, '+31 days') AND me.nomor = :nomor AND"
                       " coalesce(me.merged_into, '') = '' AND coalesce(q.merged_into, '') = ''",
      .tail = "ORDER BY abs(julianday(q.tgl_lahir) - julianday(me.tgl_lahir)), q.nomor",
      .limit = 12 },
    { .name = "banding",
      .sql = A_CHILD " WHERE p.nomor IN (:nomor, :ke) AND :ke IS NOT NULL",
      .tail = "ORDER BY p.nomor = :ke",
      .limit = 2 },
};

const struct reader_part guard_child = { .name = "ada",
                                         .kind = READ_ONE,
                                         .sql = "SELECT p.nomor, k.nomor AS ke FROM person AS p JOIN person "
                                                "AS k ON k.nomor = :ke WHERE p.nomor = :nomor" };

/* "gabung": this number is from now on the other one's; "pisah": it is not, after all. */
void act_child(struct request *r)
{
    static const char *const acts[] = { "gabung", "pisah" };
    struct slice act = request_field(r, "apa"), from = request_param(r, "nomor"),
                 into = request_param(r, "ke");

    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (slice_is(act, acts[i]) && slice_all_digits(from) && slice_all_digits(into)) {
            order(r, acts[i], arena_printf(&r->arena, "%.*s %.*s", SLICE_ARG(from), SLICE_ARG(into)),
                  arena_printf(&r->arena, "{\"do\":\"%s\",\"from\":\"%.*s\",\"into\":\"%.*s\"}", acts[i],
                               SLICE_ARG(from), SLICE_ARG(into)),
                  arena_printf(&r->arena, "/anak/%.*s", SLICE_ARG(into)).p);
            return;
        }
    request_refuse(r, 400, "cara");
}

static int64_t milli_of(const struct node *o)
{
    if (!o)
        return 0;
    return o->kind == NODE_NUMBER ? o->number * 1000
           : o->text.n            ? (int64_t)(strtod(o->text.p, NULL) * 1000 + 0.5)
                                  : 0;
}

static void child_more(struct request *r)
{
    const struct ruleset *rules = r->console->ops.rules(r->console->ops.arg);
    const struct node *c = node_get(r->values, "anak"), *list = node_get(r->values, "timbang");
    struct chart_weight *w = ARENA_ARRAY(&r->arena, struct chart_weight, 200);
    struct node *curve;
    int64_t born, day;
    unsigned n = 0;

    if (w && date_parse_iso(node_text(c, "lahir"), &born)) {
        for (const struct node *t = node_first(list); t && n < 200; t = t->next)
            if (date_parse_iso(slice_take(node_text(t, "waktu"), 10), &day) && milli_of(node_get(t, "bb")))
                w[n++] = (struct chart_weight){ date_months_between(born, day), milli_of(node_get(t, "bb")) };
        curve = chart_growth(&r->arena, rules->rules, node_text(c, "jk"), w, n);
        if (curve)
            node_set(r->values, "kurva", curve);
    }
    node_put_bool(r->values, "berdua",
                  node_get(r->values, "banding") && node_get(r->values, "banding")->n == 2);
    node_put(r->values, "ke", request_param(r, "ke"));
    page_show(r);
}

const struct page page_child = { .name = "anak", PARTS(child), .more = child_more, .reveals = true };
