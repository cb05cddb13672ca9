/* record.c - rows as JSON objects, member by member from one table a kind.  See record.h. */
#include "gateway/model/record.h"

#include <stddef.h>
#include <string.h>

#include "gateway/base/node.h"

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
    { "checked_by", AT(record, checked_by), TEXT },
    { NULL, 0, TEXT },
};
static const struct member event_members[] = {
    { "id", AT(event_row, id), TEXT },       { "of", AT(event_row, of), TEXT },
    { "nomor", AT(event_row, nomor), TEXT }, { "event", AT(event_row, event), TEXT },
    { "at", AT(event_row, at), TEXT },       { "who", AT(event_row, who), TEXT },
    { "role", AT(event_row, role), TEXT },   { "place", AT(event_row, place), TEXT },
    { "words", AT(event_row, words), TEXT }, { "disease", AT(event_row, disease), TEXT },
    { "rules", AT(event_row, rules), TEXT }, { NULL, 0, TEXT },
};
static const struct member person_members[] = {
    { "id", AT(person_row, id), TEXT },
    { "nomor", AT(person_row, nomor), TEXT },
    { "nama", AT(person_row, nama), TEXT },
    { "jk", AT(person_row, jk), TEXT },
    { "tgl_lahir", AT(person_row, tgl_lahir), TEXT },
    { "nik", AT(person_row, nik), TEXT },
    { "posyandu", AT(person_row, posyandu), TEXT },
    { "merged_into", AT(person_row, merged_into), TEXT },
    { NULL, 0, TEXT },
};
static const struct member forget_members[] = {
    { "id", AT(forget_row, id), TEXT },           { "at", AT(forget_row, at), TEXT },
    { "account", AT(forget_row, account), TEXT }, { "why", AT(forget_row, why), TEXT },
    { "nomor", AT(forget_row, nomor), JSON },     { "persons", AT(forget_row, persons), JSON },
    { "who", AT(forget_row, who), TEXT },         { NULL, 0, TEXT },
};

static const struct {
    const char *name;
    const struct member *members;
} kinds[] = {
    [ROW_RECORD] = { "record", record_members },
    [ROW_REFERRAL_EVENT] = { "referral_event", event_members },
    [ROW_ALERT_EVENT] = { "alert_event", event_members },
    [ROW_PERSON] = { "person", person_members },
    [ROW_FORGET] = { "forget", forget_members },
};

void row_encode(struct buf *b, const struct row *r)
{
    const char *base = (const char *)&r->record;

    buf_str(b, "{\"v\":");
    buf_i64(b, ROW_VERSION);
    buf_str(b, ",\"row\":\"");
    buf_str(b, kinds[r->kind].name);
    buf_char(b, '"');
    if (r->kind == ROW_RECORD) {
        buf_str(b, ",\"version\":");
        buf_i64(b, r->record.version);
    }
    if (r->kind == ROW_PERSON)
        buf_str(b, r->person.tgl_lahir_exact ? ",\"tgl_lahir_exact\":true" : ",\"tgl_lahir_exact\":false");
    for (const struct member *m = kinds[r->kind].members; m->name; m++) {
        const struct slice *s = (const struct slice *)(const void *)(base + m->at);

        if (slice_empty(*s))
            continue;
        buf_str(b, ",\"");
        buf_str(b, m->name);
        buf_str(b, "\":");
        if (m->kind == JSON)
            buf_add(b, *s);
        else
            buf_json(b, *s);
    }
    buf_char(b, '}');
}

static int member_read(const struct node *o, const struct member *m, struct slice *out, struct err *e)
{
    const struct node *v = node_get(o, m->name);

    if (!v || v->kind == NODE_NULL)
        return 0;
    if (m->kind == TEXT && v->kind != NODE_TEXT)
        return err_set(e, "row: %s is no text", m->name);
    *out = m->kind == TEXT ? v->text : v->raw;
    return 0;
}

int row_decode(struct slice text, struct arena *a, struct row *out, struct err *e)
{
    const struct node *o = node_read(arena_copy(a, text), a);
    struct slice name = node_text(o, "row");
    char *base = (char *)&out->record;
    int rc = 0;
    size_t k = 0;

    memset(out, 0, sizeof *out);
    if (a->failed)
        return err_set(e, "row: too large");
    if (!o)
        return err_set(e, "row: broken text");
    if (node_int(o, "v") != ROW_VERSION)
        return err_set(e, "row: version unknown to this program; install the newer Kentongan");
    while (k < sizeof kinds / sizeof *kinds && !slice_is(name, kinds[k].name))
        k++;
    if (k == sizeof kinds / sizeof *kinds)
        return err_set(e, "row: unknown kind");
    out->kind = (enum row_kind)k;
    for (const struct member *m = kinds[k].members; rc == 0 && m->name; m++)
        rc = member_read(o, m, (struct slice *)(void *)(base + m->at), e);
    if (k == ROW_RECORD && (node_int(o, "version") < 1 || node_int(o, "version") > INT32_MAX))
        return err_set(e, "row: version out of range");
    if (k == ROW_RECORD)
        out->record.version = (unsigned)node_int(o, "version");
    if (k == ROW_PERSON)
        out->person.tgl_lahir_exact = node_bool(o, "tgl_lahir_exact");
    return rc;
}
