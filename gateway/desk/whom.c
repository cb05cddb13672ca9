/* whom.c - see whom.h. */
#include "gateway/desk/whom.h"

#include <stdlib.h>

#include "parsers/msisdn.h"

enum {
    MEMORY = 64 << 20,
    SQL_MAX = 16 << 10,
    MOST = 4096,   /* rows of one person: some thousand weighings */
    CUT_FROM = 18, /* of an SMS a long name keeps so much (budgets of the texts) */
};

struct finding {
    struct whom *whom;
    struct slice asked; /* the number */
    bool telephone;
    struct pipeline *pipeline; /* has the directory of now */
    whom_cb *done;
    void *arg;
};

/* Is the report of a grown-up?  NULL: it does not say. */
#define GROWN(r)                                                                                             \
    "CASE WHEN coalesce(json_extract(" r ".fields, '$.td'), json_extract(" r                                 \
    ".fields, '$.ukh'), json_extract(" r ".fields, '$.hari')) IS NOT NULL THEN 1 WHEN json_extract(" r       \
    ".fields, '$.umur') LIKE '%%th' THEN CAST("                                                              \
    "json_extract(" r ".fields, '$.umur') AS INTEGER) > 7 WHEN json_extract(" r                              \
    ".fields, '$.umur') IS NOT NULL "                                                                        \
    "THEN 0 END"

/* The person, and everybody who is one with her; and what was reported of her name at her posyandu without a
 * person (all that there is of a mother), unless it is a child's and she is grown-up, or the other way round.
 * What was said of a referral that never became a record names her in its words. */
#define HER                                                                                                  \
    "WITH me AS (SELECT id FROM person WHERE nomor = '%.*s' UNION SELECT person_id FROM record WHERE nomor " \
    "= "                                                                                                     \
    "'%.*s' AND coalesce(person_id, '') <> ''), root AS (SELECT id FROM me UNION SELECT merged_into FROM "   \
    "person WHERE id IN (SELECT id FROM me) AND coalesce(merged_into, '') <> ''), ps AS (SELECT id FROM "    \
    "root "                                                                                                  \
    "UNION SELECT id FROM person WHERE merged_into IN (SELECT id FROM root)), her AS (SELECT r.posyandu, "   \
    "lower(json_extract(r.fields, '$.nama')) AS nama, " GROWN(                                               \
        "r") " AS grown FROM record AS r WHERE r.nomor = "                                                   \
             "'%.*s' AND coalesce(r.person_id, '') = '' UNION SELECT posyandu, lower(nama), 0 FROM person "  \
             "WHERE id IN "                                                                                  \
             "(SELECT id FROM ps)), rs AS (SELECT nomor FROM record_history WHERE person_id IN (SELECT id "  \
             "FROM ps) "                                                                                     \
             "UNION SELECT nomor FROM record WHERE nomor = '%.*s' UNION SELECT r.nomor FROM record AS r "    \
             "JOIN her ON "                                                                                  \
             "r.posyandu = her.posyandu AND lower(json_extract(r.fields, '$.nama')) = her.nama AND "         \
             "coalesce(" GROWN(                                                                              \
                 "r") " = her.grown, 1) WHERE coalesce(r.person_id, '') = '' AND her.nama <> ''), es AS "    \
                      "(SELECT nomor FROM "                                                                  \
                      "referral_event WHERE nomor IN (SELECT nomor FROM rs) UNION SELECT e.nomor FROM "      \
                      "referral_event AS e JOIN "                                                            \
                      "her ON e.place = her.posyandu AND her.nama <> '' AND instr(lower(e.words), "          \
                      "her.nama) > 0 WHERE e.event = "                                                       \
                      "'sent' AND NOT EXISTS (SELECT 1 FROM record AS x WHERE x.nomor = e.nomor)) "

static const char her_sql[] =
    HER "SELECT 'person' AS what, nomor, nama, id, posyandu, NULL AS reporter, nik, 0 AS open, "
        "json_object('nomor', nomor,"
        " 'nama', nama, 'jk', jk, 'tgl_lahir', tgl_lahir, 'nik', nik, 'posyandu', posyandu) AS row FROM "
        "person WHERE id"
        " IN (SELECT id FROM ps)"
        " UNION ALL SELECT 'record', nomor, json_extract(fields, '$.nama'), NULL, posyandu, reporter, "
        "json_extract(fields, '$.nik'), 0,"
        " json_object('nomor', nomor, 'form', form, 'version', version, 'at', at, 'received_at', received_at,"
        " 'reporter', reporter, 'role', role, 'place', place, 'posyandu', posyandu, 'fields', json(fields), "
        "'findings',"
        " json(findings), 'status', status, 'provider', provider, 'message_id', message_id) FROM "
        "record_history WHERE"
        " nomor IN (SELECT nomor FROM rs)"
        " UNION ALL SELECT 'referral', nomor, NULL, NULL, NULL, NULL, NULL, event = 'sent' AND at >"
        " strftime('%%Y-%%m-%%dT%%H:%%M:%%SZ', 'now', '-40 days') AND NOT EXISTS (SELECT 1 FROM "
        "referral_event AS x"
        " WHERE x.nomor = e.nomor AND x.event IN ('selesai', 'batal')), json_object('nomor', nomor, 'event', "
        "event,"
        " 'at', at, 'who', who, 'role', role, 'place', place, 'words', words) FROM referral_event AS e WHERE "
        "nomor IN"
        " (SELECT nomor FROM es)"
        " UNION ALL SELECT 'birth', (SELECT q.nomor FROM person AS q WHERE q.id = r.person_id), NULL, NULL, "
        "NULL, NULL,"
        " NULL, 0, '{}' FROM record AS r JOIN her ON r.posyandu = her.posyandu AND "
        "lower(json_extract(r.fields, '$.nama')) ="
        " her.nama WHERE her.grown IS NOT 0 AND r.form = 'lahir' AND coalesce(r.person_id, '') <> ''";

static const char number_sql[] = "SELECT 'reported' AS what, NULL AS nomor, NULL AS nama, NULL AS id, NULL "
                                 "AS posyandu, NULL AS reporter, 0 AS"
                                 " open, json_object('nomor', nomor, 'form', form, 'at', at, 'place', place) "
                                 "AS row FROM record WHERE reporter ="
                                 " '%.*s' UNION ALL SELECT 'referral', NULL, NULL, NULL, NULL, NULL, 0, "
                                 "json_object('nomor', nomor, 'event',"
                                 " event, 'at', at, 'words', words) FROM referral_event WHERE who = '%.*s' "
                                 "UNION ALL SELECT 'alert', NULL, NULL,"
                                 " NULL, NULL, NULL, 0, json_object('nomor', nomor, 'event', event, 'at', "
                                 "at, 'words', words) FROM alert_event"
                                 " WHERE who = '%.*s'";

void whom_free(struct whom *w)
{
    if (w)
        arena_free(&w->arena);
}

static void add(struct slice *all, unsigned *n, struct slice s)
{
    for (unsigned i = 0; i < *n; i++)
        if (slice_eq(all[i], s))
            return;
    if (s.n)
        all[(*n)++] = s;
}

/* As an SMS says a long name: cut at a word. */
static struct slice cut(struct slice name)
{
    size_t at = CUT_FROM;

    if (name.n <= CUT_FROM)
        return S("");
    while (at > 0 && name.p[at] != ' ')
        at--;
    return slice_find(slice_take(name, at), ' ') == (size_t)-1 ? S("") : slice_take(name, at);
}

static void add_row(struct whom *w, const struct node *row)
{
    struct slice what = node_text(row, "what"), nomor = node_text(row, "nomor");
    struct slice name = node_text(row, "nama");

    if (slice_is(what, "birth")) {
        w->child = nomor;
        return;
    }
    w->rows_n++;
    add(w->whose.nomor, &w->whose.nomor_n, nomor);
    add(w->whose.names, &w->whose.names_n, name);
    add(w->whose.names, &w->whose.names_n, cut(name));
    add(w->whose.names, &w->whose.names_n, node_text(row, "nik"));
    add(w->whose.near, &w->whose.near_n, node_text(row, "reporter"));
    add(w->posyandu, &w->posyandu_n, node_text(row, "posyandu"));
    add(w->persons, &w->persons_n, node_text(row, "id"));
    if (node_int(row, "open"))
        w->open = nomor;
}

/* Who looks after her posyandu may have said her name too. */
static void add_near(struct whom *w, const struct directory *d, unsigned room)
{
    for (unsigned i = 0; i < w->posyandu_n; i++)
        for (const struct place *p = directory_place(d, w->posyandu[i]); p; p = p->parent)
            for (unsigned k = 0; k < d->people_n && w->whose.near_n < room; k++)
                if (d->people[k]->place == p)
                    add(w->whose.near, &w->whose.near_n, arena_copy(&w->arena, d->people[k]->msisdn));
}

static void on_rows(void *ctx, struct slice text)
{
    struct finding *f = ctx;
    struct whom *w = f->whom;
    const struct directory *directory = &pipeline_rules(f->pipeline)->directory;
    struct arena *a = &w->arena;
    unsigned n, room;

    if (slice_starts(text, "error:")) {
        f->done(f->arg, NULL, text);
        whom_free(w);
        return;
    }
    w->rows = node_read(arena_copy(a, text), a);
    n = w->rows ? w->rows->n : 0;
    room = n + directory->people_n + 8;
    w->whose.nomor = ARENA_ARRAY(a, struct slice, n + 1);
    w->whose.names = ARENA_ARRAY(a, struct slice, 3 * n + 1);
    w->whose.near = ARENA_ARRAY(a, struct slice, room);
    w->posyandu = ARENA_ARRAY(a, struct slice, n + 1);
    w->persons = ARENA_ARRAY(a, struct slice, n + 1);
    for (const struct node *row = a->failed ? NULL : node_first(w->rows); row; row = row->next)
        add_row(w, row);
    if (f->telephone)
        w->whose.msisdn = f->asked;
    else if (!a->failed)
        add_near(w, directory, room);
    if (a->failed || n > MOST)
        f->done(f->arg, NULL, S("error: memory: more is held of this person than memory\n"));
    else if (!f->telephone && !w->whose.nomor_n)
        f->done(f->arg, NULL, S("error: nobody: this number is nobody's; see trace\n"));
    else {
        f->done(f->arg, w, S(""));
        return;
    }
    whom_free(w);
}

static bool ask(const struct desk *desk, struct finding *f)
{
    struct slice q = f->asked;
    struct buf sql;
    bool begun = false;

    buf_init(&sql, SQL_MAX);
    if (f->telephone)
        buf_printf(&sql, number_sql, SLICE_ARG(q), SLICE_ARG(q), SLICE_ARG(q));
    else
        buf_printf(&sql, her_sql, SLICE_ARG(q), SLICE_ARG(q), SLICE_ARG(q), SLICE_ARG(q));
    for (unsigned i = 0; i < desk->sinks_n && !begun && !sql.failed; i++)
        if (slice_is(slice_of(sink_kind_of(desk->sinks[i])->name), "sqlite"))
            begun = sink_ask(desk->sinks[i], buf_slice(&sql), on_rows, f);
    buf_free(&sql);
    return begun;
}

void whom_find(const struct desk *desk, struct slice person, whom_cb *done, void *arg)
{
    struct finding *f;
    struct whom *w;
    struct arena arena;
    struct msisdn m;
    bool nomor = slice_all_digits(person) && person.n >= 4 && person.n <= 10 && person.p[0] != '0';

    if (!nomor && !msisdn_parse(person, &m)) {
        done(arg, NULL, S("error: number: the number of a child, of a report, or of a telephone\n"));
        return;
    }
    arena_init(&arena, MEMORY);
    w = ARENA_NEW(&arena, struct whom);
    f = ARENA_NEW(&arena, struct finding);
    if (!w || !f)
        abort(); /* asked by a person, once */
    *f = (struct finding){ .whom = w,
                           .asked = arena_copy(&arena, nomor ? person : msisdn_slice(&m)),
                           .telephone = !nomor,
                           .pipeline = desk->pipeline,
                           .done = done,
                           .arg = arg };
    w->arena = arena;
    if (ask(desk, f))
        return;
    done(arg, NULL, S("error: sqlite: a `sqlite` sink is needed, and is not there\n"));
    whom_free(w);
}
