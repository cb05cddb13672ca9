/* page_cases.c - what runs by the clock: referrals and signals, and what staff do about them. */
#include "gateway/console/pages.h"
#include "gateway/console/values.h"

#include <stdio.h>

#include "gateway/console/chart.h"
#include "gateway/console/sql.h"
#include "gateway/conf/rules.h"
#include "parsers/date.h"

/* --- an order, as an SMS would say it --- */

struct ordering {
    struct request *request;
    const char *act, *back;
    struct slice of;
};

static void on_ordered(void *ctx, struct slice text)
{
    struct ordering *o = ctx;
    struct request *r = o->request;
    bool good = !slice_starts(text, "error:");

    if (r->console->stopped)
        return;
    request_audit(r, o->act, o->of, request_field(r, "alasan"), good ? "ok" : "failed");
    text = slice_trim(good ? text : slice_skip(text, 6));
    if (!good && slice_is(text, "busy"))
        text = request_text(r, "umum.belum_dicatat");
    else /* what an SMS would have said, names and all: shown here as everything is */
        text = roster_mask(console_roster(r->console), text, S(""), &r->arena);
    request_back(r, good, text, o->back);
}

void order(struct request *r, const char *act, struct slice of, struct slice words, const char *back)
{
    struct ordering *o = ARENA_NEW(&r->arena, struct ordering);

    if (!o) {
        request_refuse(r, 503, "sibuk");
        return;
    }
    *o = (struct ordering){ .request = r, .act = act, .of = of, .back = back };
    r->console->ops.desk(r->console->ops.arg, "order", words, on_ordered, o);
}

#define ITS_SMS SQL_SMS_OF("o", ":nomor")

/* Whom of the staff it was sent to last: she has it open. */
#define WHOM_TOLD                                                                                            \
    " (SELECT o.recipient FROM message_out AS o JOIN of_number AS s ON s.msisdn = o.recipient WHERE" ITS_SMS \
    " AND s.active AND s.role IN ('bidan', 'puskesmas', 'rs', 'dinkes') ORDER BY o.id DESC LIMIT 1) "        \
    "AS kepada "

/* Who may have the patient of a referral: those of each place that was told, and, of one that waits for the
 * morning, of those that will be. */
#define WHO_MAY_HAVE(nomor, more)                                                                            \
    "(SELECT json_group_array(json_object('siapa', q.pseudonym, 'nama', q.name, 'di', q.place" more          \
    ")) FROM (SELECT s.pseudonym, s.msisdn, s.name, p.name AS place FROM of_number AS s JOIN of_code AS p "  \
    "ON p.code = s.place WHERE s.active AND s.role IN ('bidan', 'puskesmas', 'rs', 'dinkes') AND s.place IN" \
    " (SELECT t.place FROM message_out AS o JOIN of_number AS t ON t.msisdn = o.recipient WHERE" SQL_SMS_OF( \
        "o", nomor) " UNION SELECT s.place FROM record AS r" RECORD_NAKES " WHERE r.nomor = " nomor          \
                    ") ORDER BY p.level DESC, p.name, s.leader DESC, s.name LIMIT 60) AS q)"

/* An order for one of the staff. */
static struct slice order_as(struct request *r, struct slice whom, struct slice words)
{
    return whom.n ? arena_printf(&r->arena, "--as %.*s %.*s", SLICE_ARG(whom), SLICE_ARG(words)) : words;
}

/* The account's own act, for her or for nobody: it is not written as hers. */
static struct slice order_by(struct request *r, struct slice whom, struct slice words)
{
    return arena_printf(&r->arena, "--by %s %.*s", r->who, SLICE_ARG(order_as(r, whom, words)));
}

/* --- a record that a nakes has seen --- */

/* A nakes above the record's posyandu, in the area of who asks: she is its performer (DISTRICT 5). */
const struct reader_part guard_check = { .name = "ada",
                                         .kind = READ_ONE,
                                         .sql = "SELECT s.msisdn AS kepada FROM record AS r" RECORD_NAKES
                                                " WHERE r.nomor = :nomor AND s.pseudonym = :siapa" };

void act_check(struct request *r)
{
    struct slice nomor = request_param(r, "nomor"), message = request_param(r, "dari");

    order(r, "cek", nomor,
          order_as(r, node_text(node_get(r->values, "ada"), "kepada"),
                   arena_printf(&r->arena, "CEK %.*s", SLICE_ARG(nomor))),
          arena_printf(&r->arena, "/pesan/%.*s", SLICE_ARG(message)).p);
}

/* --- referrals --- */

static const struct reader_part referrals[] = {
    { .name = "rows",
      .sql = "SELECT r.*, CASE WHEN r.tutup THEN NULL ELSE " WHO_MAY_HAVE("r.nomor", "") " END AS _siapa FROM"
                                                                                         " (" SQL_REFERRALS
                                                                                         ") AS r WHERE 1",
      .tail = "ORDER BY r.tutup, r.hadir, r.terima, r.tenggat, r.mulai DESC",
      .limit = 200,
      .filters = { { "nomor", "AND r.nomor = :nomor" },
                   { "desa", "AND r.desa = :desa" },
                   { "mendesak", "AND r.mendesak = :mendesak" },
                   { "keadaan", "AND (:keadaan = 'semua' OR r.tutup = (:keadaan = 'tutup'))" } } },
    { .name = "langkah",
      .sql = "SELECT e.nomor, e.event AS kejadian, e.at AS waktu, phone(e.who) AS siapa, e.role AS peran, "
             "p.name AS"
             " tempat, words(e.words, " ITS_FIELDS(
                 "e.nomor") ") AS kata FROM referral_event AS e LEFT JOIN of_code AS p ON p.code = "
                            "e.place WHERE"
                            " e.nomor = :nomor",
      .tail = "ORDER BY e.at",
      .limit = 60 },
};

/* The column _siapa as a list. */
static struct node *names_of(struct request *r, const struct node *row)
{
    const struct node *all = node_read(node_text(row, "_siapa"), &r->arena);

    return all ? values_copy(all, &r->arena) : node_list(&r->arena);
}

static void referrals_more(struct request *r)
{
    static const char *const lanes[] = { "E1", "E2", "E3" };
    const struct node *rows = node_get(r->values, "rows");
    struct node *list = node_list(&r->arena);

    for (size_t i = 0; r->as == AS_PAGE && i < sizeof lanes / sizeof *lanes; i++) {
        struct node *lane = node_object(&r->arena), *in = node_list(&r->arena);

        for (const struct node *row = node_first(rows); row; row = row->next)
            if (slice_is(node_text(row, "mendesak"), lanes[i]))
                node_add(in, values_with(row, "_siapa", names_of(r, row), &r->arena));
        node_put(lane, "lajur", slice_of(lanes[i]));
        values_int(lane, "banyak", in->n);
        node_set(lane, "isi", in);
        node_add(list, lane);
    }
    if (r->as == AS_PAGE)
        node_set(r->values, "lajur", list);
    page_show(r);
}

const struct page page_referrals = {
    .name = "rujukan", PARTS(referrals), .more = referrals_more, .reveals = true
};

const struct reader_part guard_referral = {
    .name = "ada",
    .kind = READ_ONE,
    .sql = "SELECT e.nomor," WHO_MAY_HAVE(":nomor", ", 'hp', q.msisdn") " AS siapa "
                                                                        "FROM referral_event"
                                                                        " AS e WHERE e.nomor = :nomor"
};

/* The number of whom the page named, if she may have the patient; else empty. */
static struct slice who_has_her(struct request *r)
{
    struct slice chosen = request_field(r, "siapa");
    const struct node *all = node_read(node_text(node_get(r->values, "ada"), "siapa"), &r->arena);

    for (const struct node *n = node_first(all); n && chosen.n; n = n->next)
        if (slice_eq(node_text(n, "siapa"), chosen))
            return node_text(n, "hp");
    return S("");
}

void act_referral(struct request *r)
{
    static const char *const acts[] = { "TERIMA", "TOLAK", "HADIR", "TIDAK HADIR", "SELESAI" };
    struct slice nomor = request_param(r, "nomor"), act = request_field(r, "apa"),
                 words = slice_take(request_field(r, "kata"), 100), whom = who_has_her(r), said;
    unsigned i = 0;

    while (i < sizeof acts / sizeof *acts && !slice_is(act, acts[i]))
        i++;
    if (i == sizeof acts / sizeof *acts) {
        request_refuse(r, 400, "cara");
        return;
    }
    if (!whom.n) { /* no clock stops while nobody is known to have her */
        request_back(r, false, request_text(r, "rujukan.tanpa_siapa"), "/rujukan");
        return;
    }
    said = arena_printf(&r->arena, "%.*s %.*s", SLICE_ARG(act), SLICE_ARG(nomor));
    order(r, "rujukan", said,
          order_by(r, whom,
                   words.n ? arena_printf(&r->arena, "%.*s %.*s", SLICE_ARG(said), SLICE_ARG(words)) : said),
          "/rujukan");
}

/* --- signals --- */

static const struct reader_part signals[] = {
    { .name = "rows",
      .sql = SQL_SIGNALS " WHERE 1",
      .tail = "ORDER BY s.putusan <> '', s.mulai DESC",
      .limit = 200,
      .filters = { { "desa", "AND s.desa = :desa" },
                   { "putusan",
                     "AND s.putusan = CASE :putusan WHEN 'menunggu' THEN '' ELSE :putusan END" } } },
};

const struct page page_signals = { .name = "sinyal", PARTS(signals) };

const struct reader_part guard_signal = { .name = "ada",
                                          .kind = READ_ONE,
                                          .sql = "SELECT e.nomor," WHOM_TOLD "FROM alert_event"
                                                 " AS e WHERE e.nomor = :nomor" };

/* The reports of an episode. */
#define ITS_CASES                                                                                            \
    " WHERE r.form IN "                                                                                      \
    "('kasus',"                                                                                              \
    " 'kejadian') AND coalesce(json_extract(r.fields, '$.penyakit'), json_extract(r.fields, "                \
    "'$.jenis')) ="                                                                                          \
    " (SELECT json_extract(i.text, '$.disease') FROM message_nomor AS n JOIN message_in AS i ON i.id ="      \
    " n.message WHERE n.nomor = :nomor AND i.kind = 'signal' AND json_valid(i.text) LIMIT 1) AND "           \
    "(r.place ="                                                                                             \
    " (SELECT f.place FROM alert_event AS f WHERE f.nomor = :nomor AND f.role = 'sistem' LIMIT 1) OR"        \
    " r.posyandu IN (SELECT y.code FROM of_code AS y LEFT JOIN of_code AS u ON u.code = y.parent WHERE"      \
    " (SELECT f.place FROM alert_event AS f WHERE f.nomor = :nomor AND f.role = 'sistem' LIMIT 1) IN"        \
    " (y.parent, u.parent)))"

static const struct reader_part signal_one[] = {
    { .name = "s", .kind = READ_ONE, .sql = SQL_SIGNALS " WHERE s.nomor = :nomor" },
    { .name = "langkah",
      .sql = "SELECT e.event AS kejadian, e.at AS waktu, phone(e.who) AS siapa, e.role AS peran, p.name AS "
             "tempat,"
             " words(e.words) AS kata FROM alert_event AS e LEFT JOIN of_code AS p ON p.code = e.place WHERE "
             "e.nomor ="
             " :nomor",
      .tail = "ORDER BY e.at",
      .limit = 100 },
    { .name = "hitungan",
      .kind = READ_LOG_ONE,
      .sql = "SELECT i.text AS _angka, CASE WHEN json_valid(i.text) THEN json_extract(i.text, '$.disease') "
             "END AS"
             " penyakit, i.at_ms AS waktu FROM message_nomor AS n JOIN message_in AS i ON i.id = n.message "
             "WHERE n.nomor"
             " = :nomor AND i.kind = 'signal'",
      .tail = "ORDER BY i.id DESC" },
    { .name = "kasus",
      .sql =
          "SELECT r.nomor, r.at AS waktu, p.name AS posyandu, name(json_extract(r.fields, '$.nama')) AS nama,"
          " json_extract(r.fields, '$.jk') AS jk, json_extract(r.fields, '$.umur') AS umur,"
          " coalesce(json_extract(r.fields, '$.jumlah'), 1) AS jumlah, words(json_extract(r.fields, "
          "'$.lokasi')) AS"
          " lokasi, r.status FROM record AS r LEFT JOIN of_code AS p ON p.code = r.posyandu" ITS_CASES,
      .tail = "ORDER BY r.at DESC",
      .limit = 100 },
    { .name = "hari",
      .sql =
          "SELECT substr(r.at, 1, 10) AS hari, sum(coalesce(json_extract(r.fields, '$.jumlah'), 1)) AS n FROM"
          " record AS r" ITS_CASES " AND r.status <> 'cancelled'",
      .tail = "GROUP BY 1 ORDER BY 1 DESC",
      .limit = 400 },
};

enum {
    CURVE_DAYS = 35,
};

/* The least in seven days that calls staff, in thousandths: 5, and m + 3 times the root of max(m, 1), m the
 * mean of the four weeks before (SPEC 2.5). */
static int64_t threshold(int64_t four_weeks)
{
    int64_t m = four_weeks * 250, root = 1000, line;

    while (root * root < (m > 1000 ? m : 1000) * 1000)
        root++;
    line = m + 3 * root;
    return line < 5000 ? 5000 : line;
}

static void put_tenths(struct request *r, const char *name, int64_t milli)
{
    node_set(r->values, name,
             node_of_text(&r->arena, arena_printf(&r->arena, "%lld,%lld", (long long)(milli / 1000),
                                                  (long long)(milli / 100 % 10))));
}

/* The root of a whole number, in thousandths of its own scale: milli in, milli out. */
static int64_t root_milli(int64_t milli)
{
    int64_t root = 0;

    while ((root + 1) * (root + 1) <= milli * 1000)
        root++;
    return root;
}

static void add_rule(struct request *r, struct node *list, const char *name, int64_t line_milli, bool calls)
{
    struct node *o = node_object(&r->arena);

    node_put(o, "aturan", slice_of(name));
    node_set(o, "batas",
             node_of_text(&r->arena, arena_printf(&r->arena, "%lld,%lld", (long long)(line_milli / 1000),
                                                  (long long)(line_milli / 100 % 10))));
    node_put(o, "kata", calls ? S("ya") : S("tidak"));
    node_add(list, o);
}

/* What the rules that others use would have said of the same weeks (DISTRICT 4.1, 4.2); the last week is the
 * one that is judged. */
static struct node *other_rules(struct request *r, const int64_t weeks[CURVE_DAYS / 7], int64_t ours)
{
    enum {
        BEFORE = CURVE_DAYS / 7 - 1, /* weeks behind it */
    };

    struct node *list = node_list(&r->arena);
    int64_t now = weeks[BEFORE] * 1000, last = weeks[BEFORE - 1] * 1000, sum = 0, squares = 0, mean, sd, line;

    for (unsigned i = 0; i < BEFORE; i++) {
        sum += weeks[i];
        squares += weeks[i] * weeks[i];
    }
    mean = sum * 1000 / BEFORE;
    sd = root_milli((squares * BEFORE - sum * sum) * 1000 / (BEFORE * BEFORE));
    add_rule(r, list, "petugas", ours, now >= ours);
    line = last * 3 / 2 > last + 3000 ? last * 3 / 2 : last + 3000;
    line = line < 5000 ? 5000 : line;
    add_rule(r, list, "naik", line, now >= line);
    add_rule(r, list, "skdr", last * 3 / 2, now > 0 && now >= last * 3 / 2);
    add_rule(r, list, "dua_sd", mean + 2 * sd, now > mean + 2 * sd);
    add_rule(r, list, "c2", mean + 3 * (sd < 500 ? 500 : sd), now > mean + 3 * (sd < 500 ? 500 : sd));
    return list;
}

/* The cases by day, up to the last of them or the last day that was judged: those that the list beside the
 * curve has; of an episode without reports (W2) what the signal said. */
static int64_t cases_by_day(struct request *r, const struct node *signal, int64_t today,
                            int64_t counts[CURVE_DAYS])
{
    const struct node *days = node_get(signal, "village_days"), *listed = node_get(r->values, "hari");
    int64_t day;

    /* An episode of a puskesmas has its own figures. */
    if (slice_eq(node_text(node_get(r->values, "s"), "desa"), node_text(signal, "puskesmas")))
        days = node_get(signal, "puskesmas_days");
    for (const struct node *d = node_first(listed); d; d = d->next)
        if (date_parse_iso(node_text(d, "hari"), &day) && day > today)
            today = day;
    for (const struct node *d = node_first(listed); d; d = d->next)
        if (date_parse_iso(node_text(d, "hari"), &day) && today - day < CURVE_DAYS)
            counts[CURVE_DAYS - 1 - (today - day)] += node_int(d, "n");
    for (const struct node *d = listed && listed->first ? NULL : node_first(days); d; d = d->next)
        if (date_parse_iso(d->key, &day) && today - day >= 0 && today - day < CURVE_DAYS)
            counts[CURVE_DAYS - 1 - (today - day)] = d->number;
    return today;
}

static void signal_more(struct request *r)
{
    const struct ruleset *rules = r->console->ops.rules(r->console->ops.arg);
    const struct node *h = node_get(r->values, "hitungan");
    unsigned single = rules_disease(rules->rules, node_text(h, "penyakit"))->single;
    int64_t counts[CURVE_DAYS] = { 0 }, weeks[CURVE_DAYS / 7] = { 0 }, before = 0, line;
    int64_t today =
        date_today(node_int(h, "waktu") ? node_int(h, "waktu") : r->now_ms, rules->utc_offset_min);

    today = cases_by_day(r, node_read(node_text(h, "_angka"), &r->arena), today, counts);
    for (unsigned i = 0; i < CURVE_DAYS; i++)
        weeks[i / 7] += counts[i];
    for (unsigned i = 0; i < CURVE_DAYS / 7 - 1; i++)
        before += weeks[i];
    line = single ? (int64_t)single * 1000 : threshold(before);
    values_int(r->values, "tujuh", weeks[CURVE_DAYS / 7 - 1]);
    values_int(r->values, "sendiri", single);
    put_tenths(r, "biasa", before * 250);
    put_tenths(r, "ambang", line);
    node_set(r->values, "minggu",
             chart_cases(&r->arena, &(struct chart_counts){ weeks, CURVE_DAYS / 7, 7, today, line }));
    node_set(r->values, "lain", other_rules(r, weeks, line));
    node_set(r->values, "kurva",
             chart_cases(&r->arena, &(struct chart_counts){ counts, CURVE_DAYS, 1, today, 0 }));
    page_show(r);
}

const struct page page_signal = {
    .name = "episode", PARTS(signal_one), .more = signal_more, .reveals = true
};

void act_signal(struct request *r)
{
    struct slice nomor = request_param(r, "nomor"), act = request_field(r, "apa"), said;

    if (!slice_is(act, "BENAR") && !slice_is(act, "BUKAN")) {
        request_refuse(r, 400, "cara");
        return;
    }
    said = arena_printf(&r->arena, "%.*s %.*s", SLICE_ARG(act), SLICE_ARG(nomor));
    order(r, "sinyal", said, order_by(r, node_text(node_get(r->values, "ada"), "kepada"), said), "/sinyal");
}

/* --- to see a person --- */

enum {
    REVEAL_MS = 10 * 60 * 1000,
};

void act_reveal(struct request *r)
{
    struct slice path = request_field(r, "kembali"), why = request_field(r, "alasan");
    struct session *s = request_session(r);

    if (!s || why.n < 5 || !slice_starts(path, "/")) {
        request_back(r, false, request_text(r, "buka.kurang"), "/");
        return;
    }
    request_audit(r, "buka", path, why, "ok");
    session_reveal(s, path, r->now_ms + REVEAL_MS);
    request_back(r, true, request_text(r, "buka.ya"), "/");
}
