/* page_today.c - what waits for whoever looks: the oldest first. */
#include "gateway/console/pages.h"
#include "gateway/console/values.h"

#include "gateway/console/sql.h"
#include "gateway/store/store.h"

static const struct reader_part parts[] = {
    { .name = "rujukan",
      .sql = SQL_REFERRALS " WHERE r.tutup = 0 AND r.terima = 0",
      .tail = "ORDER BY tenggat",
      .limit = 20 },
    { .name = "sinyal", .sql = SQL_SIGNALS " WHERE s.putusan = ''", .tail = "ORDER BY s.mulai", .limit = 20 },
    { .name = "daftar", .kind = READ_LOG, .sql = SQL_REQUESTS, .tail = "ORDER BY i.id DESC", .limit = 20 },
    { .name = "draf",
      .kind = READ_LOG,
      .sql = "SELECT i.uuid AS id, i.at_ms AS waktu, o.nomor AS nomor, CASE WHEN json_valid(i.text) THEN"
             " json_extract(i.text, '$.form') END AS formulir, phone(o.recipient) AS kader, p.name AS tempat "
             "FROM"
             " message_in AS i JOIN message_out AS o ON o.cause = i.id LEFT JOIN of_number AS s ON s.msisdn ="
             " o.recipient LEFT JOIN of_code AS p ON p.code = s.place WHERE i.reason = 'draft_expired' AND "
             "i.at_ms >"
             " :now - 604800000",
      .tail = "ORDER BY i.id DESC",
      .limit = 20 },
    { .name = "w2",
      .sql =
          "SELECT p.code AS kode, p.name AS nama FROM place AS p WHERE p.level = 'puskesmas' AND NOT EXISTS"
          " (SELECT 1 FROM record AS r JOIN of_number AS s ON s.msisdn = r.reporter WHERE r.form = 'w2' AND"
          " r.status <> 'cancelled' AND s.place = p.code AND CAST(json_extract(r.fields, '$.minggu') AS "
          "INTEGER) ="
          " CAST(:_week AS INTEGER) AND r.received_at > strftime('%Y-%m-%d', :now / 1000 - 1209600, "
          "'unixepoch'))",
      .tail = "ORDER BY p.code",
      .limit = 60 },
};

static void on_streams(void *arg, const struct parked_stream *all, unsigned n)
{
    struct request *r = arg;
    int64_t parked = 0, oldest = 0;

    if (r->console->stopped)
        return;
    for (unsigned i = 0; all && i < n; i++) {
        parked += (int64_t)all[i].n;
        if (all[i].n && (!oldest || all[i].oldest_ms < oldest))
            oldest = all[i].oldest_ms;
    }
    values_int(r->values, "parkir", parked);
    values_int(r->values, "parkir_sejak", oldest);
    node_put_bool(r->values, "tenang",
                  !parked && !node_get(r->values, "rujukan")->first &&
                      !node_get(r->values, "sinyal")->first && !node_get(r->values, "daftar")->first &&
                      !node_get(r->values, "draf")->first && !node_get(r->values, "w2")->first);
    page_show(r);
}

static void more(struct request *r)
{
    static const char *const lists[] = { "rujukan", "sinyal", "daftar", "draf", "w2" };

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (!node_get(r->values, lists[i]))
            node_set(r->values, lists[i], node_list(&r->arena));
    if (r->console->ops.store && store_up(r->console->ops.store))
        store_parked_streams(r->console->ops.store, on_streams, r);
    else
        on_streams(r, NULL, 0);
}

const struct page page_today = { .name = "hari", PARTS(parts), .more = more };
