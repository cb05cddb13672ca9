/* page_mother.c - a mother: what was reported of her.
 *
 * She is no person of her own (docs/flows.md): hers are the reports of her name at her posyandu.  So two
 * spellings of her are made one by correcting the name of the one, and parted by giving it back. */
#include "gateway/console/pages.h"

#define A_MOTHERS(r) r ".form IN ('bumil', 'nifas', 'lahir')"
#define SAME_NAME(a, b)                                                                                      \
    "(lower(json_extract(" a ".fields, '$.nama')) = lower(json_extract(" b ".fields, '$.nama')))"

static const struct reader_part mother[] = {
    { .name = "ibu",
      .kind = READ_ONE,
      .sql = "SELECT r.nomor, name(json_extract(r.fields, '$.nama')) AS nama, r.form AS formulir, r.at AS "
             "waktu, q.name AS"
             " posyandu, r.place AS desa, d.name AS nama_desa FROM record AS r LEFT JOIN of_code AS q ON "
             "q.code ="
             " r.posyandu LEFT JOIN of_code AS d ON d.code = r.place WHERE r.nomor = :nomor AND r.form IN "
             "('bumil',"
             " 'nifas', 'lahir')" },
    { .name = "rows",
      .sql = "SELECT r.nomor, r.at AS waktu, r.form AS formulir, json_extract(r.fields, '$.ukh') AS minggu,"
             " json_extract(r.fields, '$.hari') AS hari, json_extract(r.fields, '$.td') AS td, "
             "json_extract(r.fields,"
             " '$.lila') AS lila, json_extract(r.fields, '$.ttd') AS ttd, (SELECT "
             "group_concat(json_extract(f.value,"
             " '$.say'), ', ') FROM json_each(r.findings) AS f) AS temuan, r.status FROM record AS r JOIN "
             "record AS me ON"
             " me.nomor = :nomor WHERE r.form IN ('bumil', 'nifas', 'lahir') AND r.posyandu = me.posyandu AND"
             " lower(json_extract(r.fields, '$.nama')) = lower(json_extract(me.fields, '$.nama')) AND "
             "r.status <>"
             " 'cancelled'",
      .tail = "ORDER BY r.at",
      .limit = 60 },
    /* Names at her posyandu that may be hers, misspelt: of the last ten months. */
    { .name = "mirip",
      .sql =
          "SELECT max(r.nomor) AS nomor, name(json_extract(r.fields, '$.nama')) AS nama, max(r.at) AS waktu,"
          " count(*) AS n FROM record AS r JOIN record AS me ON me.nomor = :nomor WHERE " A_MOTHERS(
              "r") " AND r.posyandu = me.posyandu AND NOT " SAME_NAME("r", "me") " AND r.status <> "
                                                                                 "'cancelled' AND r.at >"
                                                                                 " strftime('%Y-%m-%d', :now "
                                                                                 "/ 1000 - 300 * 86400, "
                                                                                 "'unixepoch') GROUP BY"
                                                                                 " lower(json_extract(r."
                                                                                 "fields, '$.nama'))",
      .tail = "ORDER BY 2",
      .limit = 60 },
    { .name = "banding",
      .sql = "SELECT k.nomor, name(json_extract(k.fields, '$.nama')) AS nama, k.form AS formulir, k.at AS "
             "waktu FROM"
             " record AS k JOIN record AS me ON me.nomor = :nomor AND me.posyandu = k.posyandu WHERE k.nomor "
             "= :ke"
             " AND " A_MOTHERS("k") " AND NOT " SAME_NAME("k", "me"),
      .limit = 1 },
    /* Reports that came here by a merge: the name that they had before. */
    { .name = "dahulu",
      .sql = "SELECT r.nomor, r.at AS waktu, name((SELECT json_extract(h.fields, '$.nama') FROM "
             "record_history AS h"
             " WHERE h.nomor = r.nomor AND NOT " SAME_NAME(
                 "h", "r") " ORDER BY h.version DESC LIMIT 1)) AS nama FROM"
                           " record AS r JOIN record AS me ON me.nomor = :nomor WHERE " A_MOTHERS(
                               "r") " AND r.posyandu ="
                                    " me.posyandu AND " SAME_NAME(
                                        "r",
                                        "me") " AND r.version > 1 AND EXISTS (SELECT 1 FROM record_history AS"
                                              " h WHERE h.nomor = r.nomor AND NOT " SAME_NAME("h", "r") ")",
      .tail = "ORDER BY r.at",
      .limit = 60 },
};

/* _gabung: her name as the other one has it, and all reports of hers that take it; _pisah: the name that this
 * report had before. */
const struct reader_part guard_mother = {
    .name = "ada",
    .kind = READ_ONE,
    .sql = "SELECT me.nomor, me.reporter AS _dari, (SELECT json_extract(k.fields, '$.nama') FROM record AS k "
           "WHERE k.nomor = :ke AND"
           " k.posyandu = me.posyandu AND " A_MOTHERS(
               "k") ") AS _gabung, (SELECT group_concat(r.nomor || '/' || r.reporter, ' ') FROM"
                    " record AS r WHERE " A_MOTHERS("r") " AND r.posyandu = me.posyandu AND " SAME_NAME(
                        "r", "me") " AND r.status <> 'cancelled') AS _semua, (SELECT json_extract(h.fields, "
                                   "'$.nama') FROM record_history AS h"
                                   " WHERE h.nomor = me.nomor AND NOT " SAME_NAME(
                                       "h", "me") " ORDER BY h.version DESC LIMIT 1) AS _pisah"
                                                  " FROM record AS me WHERE me.nomor = :nomor AND " A_MOTHERS(
                                                      "me")
};

/* One report after the other gets its name: the same correction that its reporter's SMS makes, with its
 * versions; she hears of it. */
struct naming {
    struct request *request;
    const char *act;
    struct slice left, name, back;
    unsigned done, failed;
};

static void name_next(struct naming *n);

static void on_named(void *ctx, struct slice text)
{
    struct naming *n = ctx;

    if (n->request->console->stopped)
        return;
    if (slice_starts(text, "error:"))
        n->failed++;
    else
        n->done++;
    name_next(n);
}

static void name_next(struct naming *n)
{
    struct request *r = n->request;
    struct slice who = slice_cut(&n->left, ' '), nomor = slice_cut(&who, '/');

    if (nomor.n) {
        r->console->ops.desk(r->console->ops.arg, "order",
                             arena_printf(&r->arena, "--as %.*s KOREKSI %.*s nama %.*s", SLICE_ARG(who),
                                          SLICE_ARG(nomor), SLICE_ARG(n->name)),
                             on_named, n);
        return;
    }
    request_audit(r, n->act,
                  arena_printf(&r->arena, "%.*s %.*s", SLICE_ARG(request_param(r, "nomor")),
                               SLICE_ARG(request_param(r, "ke"))),
                  request_field(r, "alasan"), n->failed ? "failed" : "ok");
    request_back(r, !n->failed,
                 arena_printf(&r->arena, "%.*s %u. %.*s", SLICE_ARG(request_text(r, "ibu.dibetulkan")),
                              n->done,
                              SLICE_ARG(n->failed ? request_text(r, "ibu.terlambat") : (struct slice)S(""))),
                 n->back.p);
}

/* "gabung": all that is hers takes the name of the other one; "pisah": this report has its own name again. */
void act_mother(struct request *r)
{
    const struct node *o = node_get(r->values, "ada");
    bool split = slice_is(request_field(r, "apa"), "pisah");
    struct slice own = arena_printf(&r->arena, "%.*s/%.*s", SLICE_ARG(request_param(r, "nomor")),
                                    SLICE_ARG(node_text(o, "_dari")));
    struct naming *n = ARENA_NEW(&r->arena, struct naming);
    struct slice name = node_text(o, split ? "_pisah" : "_gabung");

    if (!n || !name.n || (!split && !slice_is(request_field(r, "apa"), "gabung"))) {
        request_refuse(r, 400, "cara");
        return;
    }
    *n = (struct naming){
        .request = r,
        .act = split ? "ibu_pisah" : "ibu_gabung",
        .left = split ? own : arena_copy(&r->arena, node_text(o, "_semua")),
        .name = arena_copy(&r->arena, name),
        .back = arena_printf(&r->arena, "/ibu/%.*s",
                             SLICE_ARG(split ? request_param(r, "nomor") : request_param(r, "ke"))),
    };
    name_next(n);
}

static void mother_more(struct request *r)
{
    node_put_bool(r->values, "berdua", node_first(node_get(r->values, "banding")) != NULL);
    node_put(r->values, "ke", request_param(r, "ke"));
    page_show(r);
}

const struct page page_mother = { .name = "ibu", PARTS(mother), .more = mother_more, .reveals = true };
