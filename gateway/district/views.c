/* views.c - see views.h. */
#include "gateway/district/views.h"

struct writer {
    struct buf *b;
    enum views_dialect dialect;
};

static const char *const own_columns[] = { "id",       "nomor",       "form",     "klaster",  "version",
                                           "at",       "received_at", "reporter", "role",     "place",
                                           "posyandu", "person_id",   "fields",   "findings", "status",
                                           "provider", "message_id" };

static bool is_own_column(struct slice name)
{
    for (unsigned i = 0; i < sizeof(own_columns) / sizeof(*own_columns); i++)
        if (slice_ieq(name, slice_of(own_columns[i])))
            return true;
    return false;
}

/* Names come from the configuration; one with a quote or a backslash in it makes no column. */
static bool is_plain(struct slice name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '"' || name.p[i] == '\'' || name.p[i] == '\\' || (unsigned char)name.p[i] < ' ')
            return false;
    return name.n > 0;
}

static void column(const struct writer *w, struct slice key, bool number)
{
    const char *prefix = is_own_column(key) ? "field_" : "";

    if (!is_plain(key))
        return;
    if (w->dialect == VIEWS_SQLITE)
        buf_printf(w->b, ", json_extract(fields, '$.\"%.*s\"')", SLICE_ARG(key));
    else if (number) /* what is no number, by whatever mistake, must not break the view */
        buf_printf(
            w->b,
            ", CASE WHEN jsonb_typeof(fields -> '%.*s') = 'number' THEN (fields ->> '%.*s')::numeric END",
            SLICE_ARG(key), SLICE_ARG(key));
    else
        buf_printf(w->b, ", fields ->> '%.*s'", SLICE_ARG(key));
    buf_printf(w->b, " AS \"%s%.*s\"", prefix, SLICE_ARG(key));
}

static void field(const struct writer *w, const struct field *f)
{
    if (f->type != FIELD_COUNTS || !f->list) {
        column(w, f->name, f->type == FIELD_NUMBER);
        return;
    }
    /* Counts stand in the record as one member for each letter, T and the total X, or as nihil (RULINGS 7,
     * 38). */
    column(w, S("nihil"), false);
    column(w, S("T"), true);
    column(w, S("X"), true);
    for (unsigned i = 0; i < f->list->n; i++)
        if (!slice_empty(f->list->words[i].letter))
            column(w, f->list->words[i].letter, true);
}

static void form_view(const struct writer *w, const struct form *f)
{
    buf_printf(w->b,
               "CREATE VIEW \"v_%.*s\" AS SELECT CAST(id AS text) AS id, nomor, klaster, version, at,"
               " received_at, reporter, role, place, posyandu, coalesce((SELECT nullif(p.merged_into, '')"
               " FROM person p WHERE p.id = record.person_id), person_id) AS person_id",
               SLICE_ARG(f->name));
    for (unsigned k = 0; k < f->fields_n; k++)
        field(w, &f->fields[k]);
    buf_printf(w->b, ", findings, status, provider, message_id FROM record WHERE form = '%.*s';\n",
               SLICE_ARG(f->name));
}

/* The day of the event: of its month when only that was said, of its date, else of the report. */
static const char *const base_views[] = {
    [VIEWS_SQLITE] =
        "CREATE VIEW record_day AS SELECT record, hari, substr(hari, 1, 7) AS bulan,"
        " date(hari, '-6 days', 'weekday 0') AS minggu FROM (SELECT id AS record,"
        " coalesce(json_extract(fields, '$.bulan') || '-01', json_extract(fields, '$.tgl'), substr(at, 1, "
        "10))"
        " AS hari FROM record WHERE status <> 'cancelled');\n"
        "CREATE VIEW record_finding AS SELECT r.id AS record, json_extract(e.value, '$.id') AS finding,"
        " json_extract(e.value, '$.class') AS class, json_extract(e.value, '$.say') AS say"
        " FROM record r, json_each(r.findings) e WHERE r.status <> 'cancelled';\n",
    [VIEWS_POSTGRES] =
        "CREATE VIEW record_day AS SELECT record, hari, substr(hari, 1, 7) AS bulan,"
        " CASE WHEN hari ~ '^\\d{4}-\\d\\d-\\d\\d$' THEN to_char(hari::date - extract(dow FROM "
        "hari::date)::int,"
        " 'YYYY-MM-DD') END AS minggu FROM (SELECT CAST(id AS text) AS record,"
        " coalesce((fields ->> 'bulan') || '-01', fields ->> 'tgl', substr(at, 1, 10))"
        " AS hari FROM record WHERE status <> 'cancelled') d;\n"
        "CREATE VIEW record_finding AS SELECT CAST(r.id AS text) AS record, e ->> 'id' AS finding,"
        " e ->> 'class' AS class, e ->> 'say' AS say"
        " FROM record r, jsonb_array_elements(r.findings) e WHERE r.status <> 'cancelled';\n",
};

/* The name behind the next CREATE VIEW at the beginning of a line; empty at the end. */
static struct slice next_name(struct slice *rest)
{
    while (rest->n > 0) {
        struct slice line = slice_cut(rest, '\n');

        if (slice_starts(line, "CREATE VIEW ")) {
            struct slice words = slice_skip(line, sizeof "CREATE VIEW " - 1);

            return slice_cut(&words, ' ');
        }
    }
    return slice_make("", 0);
}

static void drop_office(struct buf *b, struct slice sql)
{
    /* The last first: one may stand on another. */
    struct slice names[64], name;
    unsigned n = 0;

    while (n < 64 && (name = next_name(&sql)).n > 0)
        names[n++] = name;
    while (n-- > 0)
        if (is_plain(names[n]))
            buf_printf(b, "DROP VIEW IF EXISTS \"%.*s\";\n", SLICE_ARG(names[n]));
}

void views_sql(struct buf *b, enum views_dialect dialect, const struct ruleset *rules)
{
    const struct writer w = { .b = b, .dialect = dialect };
    const struct form_set *forms = &rules->forms;

    drop_office(b, rules->views);
    buf_str(b, "DROP VIEW IF EXISTS record_day;\nDROP VIEW IF EXISTS record_finding;\n");
    for (unsigned i = 0; i < forms->n; i++)
        if (is_plain(forms->forms[i].name))
            buf_printf(b, "DROP VIEW IF EXISTS \"v_%.*s\";\n", SLICE_ARG(forms->forms[i].name));
    for (unsigned i = 0; i < forms->n; i++)
        if (is_plain(forms->forms[i].name))
            form_view(&w, &forms->forms[i]);
    buf_str(b, base_views[dialect]);
    buf_add(b, rules->views);
}
