/* record.c - rows as JSON objects, member by member from one table a kind.  See record.h. */
#include "gateway/model/record.h"

#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROW_VERSION = 1
};

enum kind {
    TEXT,
    JSON, /* carried as it stands */
};

struct member {
    const char *name;
    size_t at;
    enum kind kind;
};

#define AT(type, field) offsetof(struct type, field)
static const struct member record_members[] = {
    { "id", AT(record, id), TEXT },
    { "nomor", AT(record, nomor), TEXT },
    { "form", AT(record, form), TEXT },
    { "klaster", AT(record, klaster), TEXT },
    { "at", AT(record, at), TEXT },
    { "received_at", AT(record, received_at), TEXT },
    { "reporter", AT(record, reporter), TEXT },
    { "role", AT(record, role), TEXT },
    { "place", AT(record, place), TEXT },
    { "posyandu", AT(record, posyandu), TEXT },
    { "person_id", AT(record, person_id), TEXT },
    { "fields", AT(record, fields), JSON },
    { "findings", AT(record, findings), JSON },
    { "status", AT(record, status), TEXT },
    { "provider", AT(record, provider), TEXT },
    { "message_id", AT(record, message_id), TEXT },
    { NULL, 0, TEXT },
};
static const struct member event_members[] = {
    { "id", AT(event_row, id), TEXT },       { "of", AT(event_row, of), TEXT },
    { "nomor", AT(event_row, nomor), TEXT }, { "event", AT(event_row, event), TEXT },
    { "at", AT(event_row, at), TEXT },       { "who", AT(event_row, who), TEXT },
    { "role", AT(event_row, role), TEXT },   { "place", AT(event_row, place), TEXT },
    { "words", AT(event_row, words), TEXT }, { NULL, 0, TEXT },
};
static const struct member person_members[] = {
    { "id", AT(person_row, id), TEXT },
    { "nomor", AT(person_row, nomor), TEXT },
    { "nama", AT(person_row, nama), TEXT },
    { "jk", AT(person_row, jk), TEXT },
    { "tgl_lahir", AT(person_row, tgl_lahir), TEXT },
    { "nik", AT(person_row, nik), TEXT },
    { "posyandu", AT(person_row, posyandu), TEXT },
    { NULL, 0, TEXT },
};

static const struct {
    const char *name;
    const struct member *members;
} kinds[] = {
    [ROW_RECORD] = { "record", record_members },
    [ROW_REFERRAL_EVENT] = { "referral_event", event_members },
    [ROW_ALERT_EVENT] = { "alert_event", event_members },
    [ROW_PERSON] = { "person", person_members },
};

void row_encode(struct buf *b, const struct row *r)
{
    const char *base = (const char *)&r->record;

    buf_printf(b, "{\"v\":%d,\"row\":\"%s\"", ROW_VERSION, kinds[r->kind].name);
    if (r->kind == ROW_RECORD)
        buf_printf(b, ",\"version\":%u", r->record.version);
    if (r->kind == ROW_PERSON)
        buf_printf(b, ",\"tgl_lahir_exact\":%s", r->person.tgl_lahir_exact ? "true" : "false");
    for (const struct member *m = kinds[r->kind].members; m->name; m++) {
        const struct slice *s = (const struct slice *)(const void *)(base + m->at);

        if (slice_empty(*s))
            continue;
        buf_printf(b, ",\"%s\":", m->name);
        if (m->kind == JSON)
            buf_add(b, *s);
        else
            buf_json(b, *s);
    }
    buf_char(b, '}');
}

static int member_read(const json_t *o, const struct member *m, struct arena *a, struct slice *out,
                       struct err *e)
{
    const json_t *v = json_object_get(o, m->name);
    char *text;

    if (!v || json_is_null(v))
        return 0;
    if (m->kind == TEXT) {
        if (!json_is_string(v))
            return err_set(e, "row: %s is no text", m->name);
        *out = arena_copy(a, slice_make(json_string_value(v), json_string_length(v)));
    } else {
        text = json_dumps(v, JSON_COMPACT | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY);
        *out = text ? arena_str(a, text) : (struct slice){ NULL, 0 };
        free(text);
    }
    return a->failed ? err_set(e, "row: too large") : 0;
}

int row_decode(struct slice text, struct arena *a, struct row *out, struct err *e)
{
    json_error_t je;
    json_t *o = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &je);
    const char *name = json_string_value(json_object_get(o, "row"));
    char *base = (char *)&out->record;
    int rc = 0;
    size_t k = 0;

    if (!o)
        return err_set(e, "row: broken text at byte %d", je.position);
    memset(out, 0, sizeof *out);
    if (json_integer_value(json_object_get(o, "v")) != ROW_VERSION)
        rc = err_set(e, "row: version unknown to this program; install the newer Kentongan");
    while (k < sizeof kinds / sizeof *kinds && (!name || strcmp(kinds[k].name, name) != 0))
        k++;
    if (rc == 0 && k == sizeof kinds / sizeof *kinds)
        rc = err_set(e, "row: unknown kind");
    if (rc == 0) {
        out->kind = (enum row_kind)k;
        for (const struct member *m = kinds[k].members; rc == 0 && m->name; m++)
            rc = member_read(o, m, a, (struct slice *)(void *)(base + m->at), e);
        if (k == ROW_RECORD)
            out->record.version = (unsigned)json_integer_value(json_object_get(o, "version"));
        if (k == ROW_PERSON)
            out->person.tgl_lahir_exact = json_is_true(json_object_get(o, "tgl_lahir_exact"));
    }
    json_decref(o);
    return rc;
}
