/* page_messages.c - the messages of the district, and one of them whole: what was typed, what was understood
 * and why, what was answered, and what became of each SMS and row. */
#include "gateway/console/pages.h"
#include "gateway/console/sql.h"
#include "gateway/console/values.h"

#include "flows/understand/understanding.h"
#include "parsers/text.h"

#define MESSAGE_COLUMNS                                                                                      \
    " i.uuid AS id, i.at_ms AS waktu, i.kind AS jenis, i.provider AS penyedia, phone(i.sender) AS pengirim," \
    " s.role AS peran, p.name AS tempat, p.village AS desa, words(i.text, i.understood) AS teks, i.reason "  \
    "AS hasil,"                                                                                              \
    " (SELECT group_concat(DISTINCT json_extract(j.value, '$.form')) FROM json_each(coalesce(i.understood, " \
    "'[]'))"                                                                                                 \
    " AS j WHERE json_extract(j.value, '$.form') IS NOT NULL) AS formulir,"                                  \
    " (SELECT group_concat(DISTINCT json_extract(j.value, '$.nomor')) FROM "                                 \
    "json_each(coalesce(i.understood, '[]'))"                                                                \
    " AS j WHERE json_extract(j.value, '$.row') <> 'person') AS nomor,"                                      \
    " EXISTS (SELECT 1 FROM message_out AS o WHERE o.cause = i.id AND o.class = 'emergency') AS darurat"
#define MESSAGE_FROM                                                                                         \
    " FROM message_in AS i LEFT JOIN of_number AS s ON s.msisdn = i.sender LEFT JOIN of_code AS p ON "       \
    "p.code ="                                                                                               \
    " s.place"

static const struct reader_part list[] = {
    { .name = "rows",
      .kind = READ_LOG,
      .sql = "SELECT :month || '.' || i.id AS _key," MESSAGE_COLUMNS MESSAGE_FROM,
      .pick = "SELECT i.id FROM message_in AS i WHERE (i.kind NOT IN ('timer', 'signal') OR i.kind = :jenis)",
      .tail = "ORDER BY i.id DESC",
      .limit = 50,
      .filters = { { "before", "AND i.id < :before" },
                   { "_match",
                     "AND i.id IN (SELECT rowid FROM log.message_in_text WHERE message_in_text MATCH :_match"
                     " ORDER BY rowid DESC LIMIT 5000)" },
                   { "_nomor",
                     "AND i.id IN (SELECT n.message FROM message_nomor AS n WHERE n.nomor = :_nomor)" },
                   { "_dari", "AND" SQL_SENT_BY("= :_dari") },
                   { "_desa",
                     "AND" SQL_SENT_BY("IN (SELECT msisdn FROM of_number WHERE place IN (SELECT code FROM"
                                       " of_code WHERE code = :_desa OR village = :_desa))") },
                   /* Of so many people the newest are found sooner than all of theirs. */
                   { "_kecamatan",
                     "AND +i.sender IN (SELECT msisdn FROM of_number WHERE place IN (SELECT code FROM of_code"
                     " WHERE code = :_kecamatan OR kecamatan = :_kecamatan))" },
                   /* The newest of a form: a common one is no longer list than this. */
                   { "form",
                     "AND i.id IN (SELECT f.message FROM message_form AS f WHERE f.form = :form AND"
                     " (:before IS NULL OR f.message < :before) ORDER BY f.message DESC LIMIT 30000)" },
                   { "hasil", "AND i.reason = :hasil" },
                   { "provider", "AND i.provider = :provider" },
                   { "jenis", "AND i.kind = :jenis" },
                   { "urgensi", "AND i.id IN (SELECT o.cause FROM message_out AS o WHERE o.class = "
                                "'emergency') AND :urgensi ="
                                " 'E1'" } } },
};

/* --- what a filter may be --- */

static void option(struct request *r, struct node *list_, struct slice value, struct slice text,
                   struct slice now)
{
    struct node *o = node_object(&r->arena);

    node_put(o, "value", value);
    node_put(o, "text", text);
    node_put_bool(o, "on", slice_eq(value, now));
    node_add(list_, o);
}

/* What live.js calls the results. */
static struct slice words_of_results(struct request *r, const struct node *reasons)
{
    struct node *o = node_object(&r->arena);
    struct slice s;
    struct buf b;

    for (const struct node *n = node_first(reasons); n; n = n->next)
        node_set_named(o, node_text(n, "value"), node_of_text(&r->arena, node_text(n, "text")));
    buf_init(&b, 4096);
    node_write(&b, o);
    s = arena_copy(&r->arena, buf_slice(&b));
    buf_free(&b);
    return s;
}

static void options(struct request *r)
{
    const struct ruleset *rules = r->console->ops.rules(r->console->ops.arg);
    const struct config *config = r->console->ops.config(r->console->ops.arg);
    struct node *places = node_list(&r->arena), *forms = node_list(&r->arena),
                *reasons = node_list(&r->arena), *providers = node_list(&r->arena);
    static const char *const shown[] = { "hasil.accepted",       "hasil.confirm",
                                         "hasil.rejected",       "hasil.command",
                                         "hasil.repaired",       "hasil.repeat",
                                         "hasil.thanks",         "hasil.unknown_keyword",
                                         "hasil.unknown_sender", "hasil.draft_expired" };

    for (unsigned i = 0; i < rules->directory.places_n; i++) {
        const struct place *p = &rules->directory.places[i];

        if ((p->level == PLACE_KECAMATAN || p->level == PLACE_DESA || p->level == PLACE_KELURAHAN) &&
            area_has(rules, slice_of(r->area), p))
            option(r, places, p->code, p->name, request_param(r, "desa"));
    }
    for (unsigned i = 0; i < rules->forms.n; i++)
        option(r, forms, rules->forms.forms[i].name, rules->forms.forms[i].title, request_param(r, "form"));
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        option(r, reasons, slice_of(shown[i] + 6), request_text(r, shown[i]), request_param(r, "hasil"));
    }
    for (unsigned i = 0; i < config->providers_n; i++)
        option(r, providers, config->providers[i].name, config->providers[i].name,
               request_param(r, "provider"));
    node_set(r->values, "_desa", places);
    node_set(r->values, "_form", forms);
    node_set(r->values, "_hasil", reasons);
    node_set(r->values, "_provider", providers);
    values_int(r->values, "zona", rules->utc_offset_min);
    node_put(r->values, "kamus", words_of_results(r, reasons));
    node_put_bool(r->values, "_e1", slice_is(request_param(r, "urgensi"), "E1"));
}

static void list_more(struct request *r)
{
    /* What is looked for may be somebody's name: that it was looked for is noted, not what. */
    if (request_param(r, "cari").n && !request_param(r, "before").n)
        request_audit(r, "cari", S(""), S(""), "ok");
    if (r->as == AS_PAGE)
        options(r);
    page_show(r);
}

const struct page page_messages = { .name = "pesan", PARTS(list), .more = list_more };

/* A telephone's or a citizen's number, whole or most of one, however it is written. */
static bool is_somebodys(struct slice words)
{
    unsigned digits = 0;

    for (size_t i = 0; i < words.n; i++) {
        if (text_is_digit(words.p[i]))
            digits++;
        else if (!strchr("+-. ()/", words.p[i]))
            return false;
    }
    return digits >= 7 && words.n < SESSION_WORDS;
}

/* Filters stand in the address, but nobody's number: histories and logs keep addresses. */
void act_search(struct request *r)
{
    static const char *const names[] = { "cari", "desa", "form", "hasil", "provider", "urgensi" };
    struct session *s = request_session(r);
    struct buf b;

    buf_init(&b, 8192);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct slice value = request_field(r, names[i]);

        if (i == 0 && s && is_somebodys(value))
            value = session_keep(s, value);
        if (value.n)
            query_pair(&b, names[i], value);
    }
    request_redirect(r, arena_printf(&r->arena, "/pesan?%.*s", SLICE_ARG(buf_slice(&b))));
    buf_free(&b);
}

/* --- one message --- */

#define ITS_NUMBERS                                                                                          \
    "(SELECT json_extract(j.value, '$.nomor') FROM message_in AS m, json_each(coalesce(m.understood, '[]'))" \
    " AS j WHERE m.uuid = :id UNION SELECT o.nomor FROM message_out AS o JOIN message_in AS m ON m.id = "    \
    "o.cause WHERE m.uuid = :id)"

static const struct reader_part one[] = {
    { .name = "m",
      .kind = READ_LOG_ONE,
      .sql = "SELECT" MESSAGE_COLUMNS
             ", i.provider_id AS id_penyedia, i.recipient AS tujuan, words(i.screen, i.understood) AS layar,"
             " s.pseudonym AS _siapa, i.text AS _raw" MESSAGE_FROM " WHERE i.uuid = :id" },
    { .name = "keluar",
      .sql = "SELECT o.at_ms AS waktu, o.class AS golongan, phone(o.recipient) AS tujuan, o.nomor, "
             "words(o.text, (SELECT m.understood FROM message_in AS"
             " m WHERE m.uuid = :id)) AS teks, o.provider AS penyedia, o.state AS keadaan, o.state_ms AS "
             "sejak, o.why AS sebab, o.attempts AS"
             " percobaan, o.parts AS bagian, o.text AS _teks FROM message_out AS o WHERE o.cause = (SELECT "
             "m.id FROM "
             "message_in AS m"
             " WHERE m.uuid = :id)",
      .tail = "ORDER BY o.id",
      .limit = 64 },
    { .name = "rekam",
      .sql =
          "SELECT r.nomor, r.form AS formulir, r.version AS versi, r.status, r.at AS waktu, r.place AS desa,"
          " r.findings AS _findings, r.fields AS _fields, r.id AS uuid, p.nomor AS anak FROM record AS r "
          "LEFT JOIN"
          " person AS p ON p.id = r.person_id WHERE r.nomor IN " ITS_NUMBERS,
      .tail = "ORDER BY r.nomor",
      .limit = 20 },
    { .name = "pengesah",
      .sql = "SELECT DISTINCT r.nomor, s.pseudonym AS siapa, s.name AS nama FROM record AS r" RECORD_NAKES
             " WHERE r.nomor IN " ITS_NUMBERS " AND r.status IN ('valid', 'corrected')",
      .tail = "ORDER BY r.nomor, s.role, s.name",
      .limit = 60 },
    { .name = "versi",
      .sql =
          "SELECT h.nomor, h.version AS versi, h.status, h.received_at AS waktu, words(h.fields) AS isi FROM"
          " record_history AS h WHERE h.nomor IN " ITS_NUMBERS " AND EXISTS (SELECT 1 FROM record AS r WHERE"
          " r.nomor = h.nomor AND r.version > 1)",
      .tail = "ORDER BY h.nomor, h.version",
      .limit = 40 },
    { .name = "rujukan",
      .sql = "SELECT e.nomor, e.event AS kejadian, e.at AS waktu, phone(e.who) AS siapa, e.role AS peran, "
             "p.name AS"
             " tempat, words(e.words, " ITS_FIELDS(
                 "e.nomor") ") AS kata FROM referral_event AS e LEFT JOIN of_code AS p ON p.code = "
                            "e.place WHERE"
                            " e.nomor IN " ITS_NUMBERS,
      .tail = "ORDER BY e.at",
      .limit = 60 },
    { .name = "sinyal",
      .sql = "SELECT e.nomor, e.event AS kejadian, e.at AS waktu, words(e.words) AS kata FROM alert_event AS "
             "e WHERE"
             " e.nomor IN " ITS_NUMBERS,
      .tail = "ORDER BY e.at",
      .limit = 60 },
};

/* What a piece of the text was read as: the field whose value it gives by itself. */
static const struct field *read_as(const struct ruleset *rules, const struct report *report,
                                   struct slice token, int64_t at_ms, struct arena *a)
{
    for (unsigned i = 0; i < report->form->fields_n; i++) {
        const struct field *f = &report->form->fields[i];
        const struct value *have = &report->values[i];
        struct value v = { 0 };
        enum report_error e;

        if (have->kind == VALUE_ABSENT || f->type == FIELD_NAME || f->hidden)
            continue;
        e = understand_field(rules, report->form, i, token, at_ms, a, &v);
        if ((e != ERROR_NONE && e != ERROR_AMBIGUOUS) || v.kind == VALUE_ABSENT)
            continue;
        if (value_equal(&v, have))
            return f;
        for (unsigned k = 0; have->kind == VALUE_LIST && v.kind == VALUE_LIST && v.n && k < have->n; k++)
            if (slice_eq(v.items[0], have->items[k]))
                return f;
    }
    return NULL;
}

/* Is it a word of the name? */
static const struct field *in_name(const struct report *report, struct slice token)
{
    for (unsigned i = 0; i < report->form->fields_n; i++) {
        struct slice rest = report->values[i].text;

        if (report->form->fields[i].type != FIELD_NAME || report->values[i].kind != VALUE_TEXT)
            continue;
        while (rest.n)
            if (slice_ieq(slice_cut(&rest, ' '), token))
                return &report->form->fields[i];
    }
    return NULL;
}

static bool is_keyword(const struct form *form, struct slice token)
{
    for (unsigned i = 0; i < form->keywords_n; i++)
        if (slice_ieq(form->keywords[i], token))
            return true;
    return false;
}

static struct node *piece(struct request *r, struct slice text, struct slice label, const char *kind,
                          struct slice name)
{
    struct node *o = node_object(&r->arena);

    node_put(o, "text", r->reveal ? text : roster_mask(console_roster(r->console), text, name, &r->arena));
    node_put(o, "label", label);
    if (kind)
        node_put_bool(o, kind, true);
    return o;
}

static bool parts_words(char c)
{
    return c == ' ' || c == '#' || c == '*' || c == ';' || c == '|' || c == '\n' || c == '\r' || c == '\t';
}

static void mark_up(struct request *r, struct slice raw, int64_t at_ms)
{
    const struct ruleset *rules = r->console->ops.rules(r->console->ops.arg);
    struct said *said = ARENA_NEW(&r->arena, struct said);
    struct node *pieces = node_list(&r->arena), *reports = node_list(&r->arena);
    const struct report *report = NULL;
    size_t i = 0;

    if (!said || !understand_sms(rules, raw, at_ms, &r->arena, said))
        return;
    for (unsigned k = 0; said->kind == SAID_REPORTS && k < said->reports_n; k++) {
        struct node *o = node_object(&r->arena);
        const struct report *p = &said->reports[k];

        report = report ? report : p->form ? p : NULL;
        node_put(o, "form", p->form ? p->form->title : S(""));
        node_put(o, "status", slice_of(report_status_name(p->status)));
        if (p->error)
            node_put(o, "error", slice_of(report_error_name(p->error)));
        node_put(o, "field", p->error_field);
        node_put_bool(o, "darurat", p->emergency);
        node_add(reports, o);
    }
    if (said->kind == SAID_COMMAND)
        node_put(r->values, "perintah", slice_of(command_name(said->command.kind)));
    node_set(r->values, "dibaca", reports);
    for (unsigned line = 0; i < raw.n;) {
        size_t from = i;
        struct slice token;
        const struct field *f = NULL;

        while (i < raw.n && parts_words(raw.p[i])) {
            line += raw.p[i] == '\n';
            i++;
        }
        if (i > from)
            node_add(pieces, piece(r, slice_make(raw.p + from, i - from), S(""), NULL, S("")));
        from = i;
        while (i < raw.n && !parts_words(raw.p[i]))
            i++;
        token = slice_make(raw.p + from, i - from);
        if (!token.n)
            break;
        if (report && line < said->reports_n && said->reports[line].form)
            report = &said->reports[line];
        if (report && is_keyword(report->form, token)) {
            node_add(pieces, piece(r, token, report->form->title, "kunci", S("")));
            continue;
        }
        if (report)
            f = in_name(report, token);
        if (report && !f)
            f = read_as(rules, report, token, at_ms, &r->arena);
        node_add(pieces, piece(r, token, f ? f->name : S(""), f ? "isian" : NULL,
                               f && f->type == FIELD_NAME ? token : S("")));
    }
    node_set(r->values, "kata", pieces);
}

static struct slice with_comma(struct request *r, struct slice number)
{
    size_t at = slice_find(number, '.');

    return at == (size_t)-1 ? number
                            : arena_printf(&r->arena, "%.*s,%.*s", (int)at, number.p,
                                           SLICE_ARG(slice_skip(number, at + 1)));
}

static void add_fields(struct request *r, struct node *row)
{
    const struct roster *roster = console_roster(r->console);
    const struct node *fields = node_read(node_text(row, "_fields"), &r->arena);
    const struct node *findings = node_read(node_text(row, "_findings"), &r->arena);
    struct node *list_ = node_list(&r->arena), *found = node_list(&r->arena);

    for (const struct node *f = node_first(fields); f; f = f->next) {
        struct node *o = node_object(&r->arena);
        struct slice value = f->kind == NODE_TEXT ? f->text : f->raw;
        bool names = !roster || roster_is_whom(roster, f->key);

        if (f->kind == NODE_NUMBER) /* as people write it */
            value = with_comma(r, value);
        node_put(o, "nama", f->key);
        node_put(o, "isi", r->reveal || !names ? value : roster_mask_name(value, &r->arena));
        node_add(list_, o);
    }
    for (const struct node *f = node_first(findings); f; f = f->next) {
        struct node *o = node_object(&r->arena);

        node_put(o, "kelas", node_text(f, "class"));
        node_put(o, "kata", node_text(f, "say"));
        node_put(o, "aturan", node_text(f, "id"));
        values_int(o, "versi", node_int(f, "v"));
        node_add(found, o);
    }
    node_set(row, "isi", list_);
    node_set(row, "temuan", found);
}

/* The names in it, whether it became a record or a question. */
static struct slice names_said(struct request *r, const struct said *said)
{
    struct slice names = S("");

    for (unsigned k = 0; said->kind == SAID_REPORTS && k < said->reports_n; k++)
        for (unsigned i = 0; said->reports[k].form && i < said->reports[k].form->fields_n; i++)
            if (said->reports[k].form->fields[i].type == FIELD_NAME &&
                said->reports[k].values[i].kind == VALUE_TEXT)
                names = arena_printf(&r->arena, "%.*s %.*s", SLICE_ARG(names),
                                     SLICE_ARG(said->reports[k].values[i].text));
    return names;
}

/* What went out repeats names as it pleases: those that the message said are masked there, too. */
static void mask_answers(struct request *r, const struct node *m)
{
    const struct ruleset *rules = r->console->ops.rules(r->console->ops.arg);
    struct said *said = ARENA_NEW(&r->arena, struct said);
    const struct node *list_ = node_get(r->values, "keluar");
    struct slice names;

    if (r->reveal || !said ||
        !understand_sms(rules, node_text(m, "_raw"), node_int(m, "waktu"), &r->arena, said))
        return;
    names = names_said(r, said);
    for (struct node *o = list_ && names.n ? list_->first : NULL; o; o = o->next)
        for (struct node *c = o->first; c; c = c->next)
            if (slice_is(c->key, "teks"))
                c->text = roster_mask(console_roster(r->console), node_text(o, "_teks"), names, &r->arena);
}

static bool any_of(const struct request *r, const char *list_)
{
    return node_first(node_get(r->values, list_)) != NULL;
}

/* Whose names stand on its buttons. */
static void add_checkers(struct request *r, struct node *record)
{
    struct node *mine = node_list(&r->arena);

    for (const struct node *p = node_first(node_get(r->values, "pengesah")); p; p = p->next)
        if (slice_eq(node_text(p, "nomor"), node_text(record, "nomor")))
            node_add(mine, values_copy(p, &r->arena));
    node_set(record, "pengesah", mine);
}

static void one_more(struct request *r)
{
    const struct node *m = node_get(r->values, "m");
    struct slice kind = node_text(m, "jenis");

    if (slice_is(kind, "sms") || slice_is(kind, "staff"))
        mark_up(r, node_text(m, "_raw"), node_int(m, "waktu"));
    mask_answers(r, m);
    node_put(r->values, "id", request_param(r, "id"));
    node_put_bool(r->values, "ada_riwayat",
                  any_of(r, "rujukan") || any_of(r, "sinyal") || any_of(r, "versi"));
    for (struct node *row = node_get(r->values, "rekam") ? node_get(r->values, "rekam")->first : NULL; row;
         row = row->next) {
        add_fields(r, row);
        add_checkers(r, row);
    }
    page_show(r);
}

const struct page page_message = { .name = "satu", PARTS(one), .more = one_more, .reveals = true };
