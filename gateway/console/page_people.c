/* page_people.c - who reports and who is told: the people, one of them, the places; import with a preview,
 * DAFTAR. */
#include "gateway/console/pages.h"
#include "gateway/console/values.h"

#include <stdio.h>

#include "gateway/conf/places.h"
#include "gateway/console/sql.h"
#include "gateway/store/store.h"
#include "gateway/model/people.h"

static const struct reader_part people[] = {
    { .name = "rows",
      .sql = "SELECT s.pseudonym AS _siapa, substr(s.pseudonym, 1, 6) AS orang, s.name AS nama, s.role AS "
             "peran, s.place"
             " AS kode, p.name AS tempat, d.name AS desa, s.active AS aktif, s.leader AS utama, (SELECT "
             "max((SELECT max(r.received_at) FROM record AS r WHERE" SQL_REPORTED_BY(
                 "s.msisdn") ")) FROM"
                             " record_block AS b) AS terakhir FROM staff AS s LEFT JOIN of_code "
                             "AS p ON p.code ="
                             " s.place LEFT JOIN of_code AS d ON d.code = p.village WHERE 1",
      .tail = "ORDER BY s.role, s.place, s.name",
      .limit = 250,
      .filters = { { "peran", "AND s.role = :peran" },
                   { "desa", "AND p.village = :desa" },
                   { "tempat", "AND s.place = :tempat" },
                   { "cari", "AND s.name LIKE '%' || :cari || '%'" },
                   { "diam",
                     "AND s.role = 'kader' AND s.active AND NOT EXISTS (SELECT 1 FROM record_block AS b "
                     "CROSS JOIN record AS r WHERE" SQL_REPORTED_BY(
                         "s.msisdn") " AND r.received_at > strftime('%Y-%m-%d', :now / 1000 - 90 * 86400,"
                                     " 'unixepoch'))" } } },
    { .name = "daftar", .kind = READ_LOG, .sql = SQL_REQUESTS, .tail = "ORDER BY i.id DESC", .limit = 50 },
};

static void people_more(struct request *r)
{
    if (!node_get(r->values, "daftar"))
        node_set(r->values, "daftar", node_list(&r->arena));
    page_show(r);
}

const struct page page_people = { .name = "orang", PARTS(people), .more = people_more };

static const struct reader_part person[] = {
    { .name = "o",
      .kind = READ_ONE,
      .sql = "SELECT substr(s.pseudonym, 1, 6) AS orang, s.name AS nama, phone(s.msisdn) AS hp, "
             "dial(s.msisdn) AS _dial,"
             " s.role AS peran, s.place AS kode, p.name AS tempat, d.name AS desa, p.village AS kode_desa, "
             "s.active AS"
             " aktif, s.leader AS utama, s.msisdn AS _msisdn FROM staff AS s LEFT JOIN of_code AS p ON "
             "p.code = s.place"
             " LEFT JOIN of_code AS d ON d.code = p.village WHERE s.pseudonym = :siapa" },
    { .name = "laporan",
      .sql = "SELECT r.nomor, r.received_at AS waktu, r.form AS formulir, r.status FROM "
             "record_block AS b CROSS JOIN record AS r WHERE" SQL_REPORTED_BY(
                 "(SELECT msisdn FROM staff WHERE pseudonym = :siapa)"),
      .tail = "ORDER BY r.received_at DESC",
      .limit = 30 },
    { .name = "pesan",
      .kind = READ_LOG,
      .sql = "SELECT i.uuid AS id, i.at_ms AS waktu, words(i.text, i.understood) AS teks, i.reason AS hasil "
             "FROM message_in AS i WHERE" SQL_SENT_BY(
                 "= (SELECT msisdn FROM staff WHERE pseudonym = :siapa)") " AND i.kind IN ('sms', 'ussd')",
      .tail = "ORDER BY i.id DESC",
      .limit = 30 },
};

const struct page page_person = { .name = "seorang", PARTS(person), .reveals = true };

const struct reader_part guard_person = { .name = "ada",
                                          .kind = READ_ONE,
                                          .sql = "SELECT msisdn FROM staff WHERE pseudonym = :siapa" };

struct asked {
    struct request *request;
    const char *act, *back;
    struct slice of;
};

static void on_desk(void *ctx, struct slice text)
{
    struct asked *a = ctx;
    struct request *r = a->request;
    bool good = !slice_starts(text, "error:");

    if (r->console->stopped)
        return;
    request_audit(r, a->act, a->of, request_field(r, "alasan"), good ? "ok" : "failed");
    request_back(r, good, good ? request_text(r, "orang.berhasil") : slice_trim(slice_skip(text, 6)),
                 a->back);
}

static void ask_desk(struct request *r, const char *act, struct slice of, struct slice words,
                     const char *back)
{
    struct asked *a = ARENA_NEW(&r->arena, struct asked);

    if (!a) {
        request_refuse(r, 503, "sibuk");
        return;
    }
    *a = (struct asked){ .request = r, .act = act, .of = of, .back = back };
    r->console->ops.desk(r->console->ops.arg, "people", words, on_desk, a);
}

/* Whose address this is. */
static const struct person *person_of(const struct request *r)
{
    const struct directory *d = &r->console->ops.rules(r->console->ops.arg)->directory;
    struct slice siapa = request_param(r, "siapa");
    const struct roster *roster = console_roster(r->console);

    for (unsigned i = 0; roster && i < roster->people_n; i++)
        if (slice_eq(roster->people[i].pseudonym, siapa))
            return directory_person(d, roster->people[i].msisdn);
    return NULL;
}

void act_person(struct request *r)
{
    const struct person *p = person_of(r);

    if (!p || !slice_is(request_field(r, "apa"), "berhenti")) {
        request_refuse(r, 400, "cara");
        return;
    }
    ask_desk(r, "orang_berhenti", request_param(r, "siapa"),
             arena_printf(&r->arena, "retire %.*s", SLICE_ARG(p->msisdn)), "/orang");
}

/* --- DAFTAR --- */

const struct reader_part guard_request = { .name = "ada",
                                           .kind = READ_LOG_ONE,
                                           .sql = "SELECT i.id FROM message_in AS i JOIN message_nomor AS n "
                                                  "ON n.message = i.id WHERE n.nomor = :nomor AND i.text"
                                                  " LIKE 'daftar %'" };

void act_request(struct request *r)
{
    struct slice nomor = request_param(r, "nomor"), act = request_field(r, "apa");

    if (slice_is(act, "setuju"))
        order(r, "daftar_setuju", nomor, arena_printf(&r->arena, "SETUJU %.*s", SLICE_ARG(nomor)), "/orang");
    else if (slice_is(act, "tolak"))
        order(r, "daftar_tolak", nomor, arena_printf(&r->arena, "TOLAK %.*s", SLICE_ARG(nomor)), "/orang");
    else
        request_refuse(r, 400, "cara");
}

/* --- import --- */

struct importing {
    struct request *request;
    unsigned n;
};

static const char *change_of(const struct person *was, const struct person *now)
{
    if (!was)
        return "baru";
    return was->role == now->role && slice_eq(was->name, now->name) &&
                   slice_eq(was->place_code, now->place_code) && was->active == now->active &&
                   was->leader == now->leader
               ? "sama"
               : "berubah";
}

/* A fault of a row in the reader's words; one that is rare stays as the program says it. */
static struct slice said_fault(struct request *r, const char *line)
{
    static const struct {
        const char *begins, *key;
    } said[] = { { "no telephone number", "impor.galat.hp" },
                 { "role is one of", "impor.galat.peran" },
                 { "a name has", "impor.galat.nama" },
                 { "a language is", "impor.galat.bahasa" },
                 { "yes or no", "impor.galat.ya" } };
    struct slice rest = slice_of(line), file = slice_cut(&rest, ':');
    uint64_t row = 0;

    if (!slice_is(file, "row") || !slice_to_u64(slice_cut(&rest, ':'), &row) || row < 2)
        return arena_str(&r->arena, line);
    (void)slice_cut(&rest, ' '); /* the column */
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (slice_starts(rest, said[i].begins))
            rest = request_text(r, said[i].key);
    /* The header, which may have been left out, is no row. */
    return arena_printf(&r->arena, "%.*s %llu: %.*s", SLICE_ARG(request_text(r, "impor.baris")),
                        (unsigned long long)row - 1, SLICE_ARG(rest));
}

static void preview(struct request *r, const struct person *all, unsigned n, const struct faults *faults,
                    unsigned elsewhere)
{
    const struct directory *d = &r->console->ops.rules(r->console->ops.arg)->directory;
    struct node *list = node_list(&r->arena), *wrong = node_list(&r->arena);
    int64_t fresh = 0, changed = 0, same = 0;

    for (unsigned i = 0; i < n; i++) {
        const struct person *was = directory_person(d, all[i].msisdn);
        const char *change = change_of(was, &all[i]);
        struct node *o = node_object(&r->arena);

        if (!directory_place(d, all[i].place_code))
            continue; /* told as a fault, and no more */
        fresh += change[1] == 'a' && change[0] == 'b' && change[2] == 'r';
        changed += change[1] == 'e';
        same += change[0] == 's';
        if (change[0] == 's')
            continue;
        node_put(o, "perubahan", slice_of(change));
        node_put(o, "nama", all[i].name);
        node_put(o, "peran", slice_of(role_name(all[i].role)));
        node_put(o, "tempat", all[i].place_code);
        node_put(o, "lama", was ? was->name : S(""));
        node_put(o, "tempat_lama", was ? was->place_code : S(""));
        node_put_bool(o, "aktif", all[i].active);
        node_add(list, o);
    }
    for (unsigned i = 0; i < faults->n; i++)
        node_add(wrong, node_of_text(&r->arena, said_fault(r, faults->lines[i])));
    r->values = node_object(&r->arena);
    node_set(r->values, "perubahan", list);
    node_set(r->values, "salah", wrong);
    values_int(r->values, "baru", fresh);
    values_int(r->values, "berubah", changed);
    values_int(r->values, "sama", same);
    values_int(r->values, "luar", elsewhere);
    values_int(r->values, "n", fresh + changed);
    node_put_bool(r->values, "boleh", !wrong->first && !elsewhere && fresh + changed > 0);
    node_put(r->values, "csv", request_field(r, "csv"));
    request_page(r, wrong->first || elsewhere ? 422 : 200, "impor");
}

static void on_imported(void *arg, enum store_rc rc)
{
    struct importing *m = arg;
    struct request *r = m->request;

    if (r->console->stopped)
        return;
    request_audit(r, "impor", arena_printf(&r->arena, "%u", m->n), S(""), rc == STORE_OK ? "ok" : "failed");
    request_back(r, rc == STORE_OK, request_text(r, rc == STORE_OK ? "impor.berhasil" : "impor.gagal"),
                 "/orang");
}

/* The rows, with or without the header of people.csv. */
static struct slice rows_of(struct slice csv)
{
    if (slice_starts(csv, "\xEF\xBB\xBF"))
        csv = slice_skip(csv, 3);
    if (slice_starts(csv, "msisdn"))
        (void)slice_cut(&csv, '\n');
    return csv;
}

void act_import(struct request *r)
{
    const struct ruleset *rules = r->console->ops.rules(r->console->ops.arg);
    struct faults faults = { 0 };
    struct person *all = NULL;
    unsigned n = 0, elsewhere = 0;
    int rc = people_parse(rows_of(request_field(r, "csv")), &r->arena, &faults, &all, &n);

    if (rc == 0 && directory_unseated(&rules->directory, all, n))
        fault_add(&faults, (struct mark){ .file = "people.csv" }, "%s",
                  arena_copy(&r->arena, request_text(r, "impor.tempat")).p);
    /* A row that moves somebody into the area, or out of it, is somebody else's to make. */
    for (unsigned i = 0; i < n; i++) {
        const struct person *was = directory_person(&rules->directory, all[i].msisdn);

        if (!area_has(rules, slice_of(r->area), directory_place(&rules->directory, all[i].place_code)) ||
            (was && !area_has(rules, slice_of(r->area), was->place)))
            elsewhere++;
    }
    if (faults.n || elsewhere || !slice_is(request_field(r, "apa"), "simpan") || !n) {
        if (elsewhere)
            request_audit(r, "impor", S(""), S("wilayah"), "refused");
        preview(r, all, n, &faults, elsewhere);
    } else {
        struct importing *m = ARENA_NEW(&r->arena, struct importing);

        *m = (struct importing){ r, n };
        store_people_put(r->console->ops.store, all, n, on_imported, m);
    }
    faults_free(&faults);
}

/* --- places --- */

static const struct reader_part places[] = {
    { .name = "rows",
      .sql = "SELECT p.code AS kode, p.level AS tingkat, p.name AS nama, u.name AS atas, a.name AS wilayah, "
             "p.village AS"
             " _desa, (SELECT count(*) FROM staff AS s WHERE s.place = p.code AND s.active) AS orang FROM "
             "place AS p LEFT"
             " JOIN of_code AS u ON u.code = p.parent LEFT JOIN of_code AS a ON a.code = p.area WHERE 1",
      .tail = "ORDER BY p.level, p.code",
      .limit = 250,
      .filters = { { "tingkat", "AND p.level = :tingkat" },
                   { "desa", "AND p.village = :desa" },
                   { "cari", "AND p.name LIKE '%' || :cari || '%'" } } },
};

const struct page page_places = { .name = "tempat", PARTS(places) };
