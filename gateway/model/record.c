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
    struct slice name;
    size_t at;
    enum kind kind;
};

#define AT(type, field) offsetof(struct type, field)
static const struct member record_members[] = {
    { SLICE("id"), AT(record, id), TEXT },
    { SLICE("nomor"), AT(record, nomor), TEXT },
    { SLICE("form"), AT(record, form), TEXT },
    { SLICE("klaster"), AT(record, klaster), TEXT },
    { SLICE("at"), AT(record, at), TEXT },
    { SLICE("received_at"), AT(record, received_at), TEXT },
    { SLICE("reporter"), AT(record, reporter), TEXT },
    { SLICE("role"), AT(record, role), TEXT },
    { SLICE("place"), AT(record, place), TEXT },
    { SLICE("posyandu"), AT(record, posyandu), TEXT },
    { SLICE("person_id"), AT(record, person_id), TEXT },
    { SLICE("fields"), AT(record, fields), JSON },
    { SLICE("findings"), AT(record, findings), JSON },
    { SLICE("status"), AT(record, status), TEXT },
    { SLICE("provider"), AT(record, provider), TEXT },
    { SLICE("message_id"), AT(record, message_id), TEXT },
    { SLICE("checked_by"), AT(record, checked_by), TEXT },
    { SLICE(""), 0, TEXT },
};
static const struct member event_members[] = {
    { SLICE("id"), AT(event_row, id), TEXT },       { SLICE("of"), AT(event_row, of), TEXT },
    { SLICE("nomor"), AT(event_row, nomor), TEXT }, { SLICE("event"), AT(event_row, event), TEXT },
    { SLICE("at"), AT(event_row, at), TEXT },       { SLICE("who"), AT(event_row, who), TEXT },
    { SLICE("role"), AT(event_row, role), TEXT },   { SLICE("place"), AT(event_row, place), TEXT },
    { SLICE("words"), AT(event_row, words), TEXT }, { SLICE("disease"), AT(event_row, disease), TEXT },
    { SLICE("rules"), AT(event_row, rules), TEXT }, { SLICE(""), 0, TEXT },
};
static const struct member person_members[] = {
    { SLICE("id"), AT(person_row, id), TEXT },
    { SLICE("nomor"), AT(person_row, nomor), TEXT },
    { SLICE("nama"), AT(person_row, nama), TEXT },
    { SLICE("jk"), AT(person_row, jk), TEXT },
    { SLICE("tgl_lahir"), AT(person_row, tgl_lahir), TEXT },
    { SLICE("nik"), AT(person_row, nik), TEXT },
    { SLICE("posyandu"), AT(person_row, posyandu), TEXT },
    { SLICE("merged_into"), AT(person_row, merged_into), TEXT },
    { SLICE(""), 0, TEXT },
};
static const struct member forget_members[] = {
    { SLICE("id"), AT(forget_row, id), TEXT },           { SLICE("at"), AT(forget_row, at), TEXT },
    { SLICE("account"), AT(forget_row, account), TEXT }, { SLICE("why"), AT(forget_row, why), TEXT },
    { SLICE("nomor"), AT(forget_row, nomor), JSON },     { SLICE("persons"), AT(forget_row, persons), JSON },
    { SLICE("who"), AT(forget_row, who), TEXT },         { SLICE(""), 0, TEXT },
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
    for (const struct member *m = kinds[r->kind].members; m->name.n; m++) {
        const struct slice *s = (const struct slice *)(const void *)(base + m->at);

        if (slice_empty(*s))
            continue;
        buf_str(b, ",\"");
        buf_add(b, m->name);
        buf_str(b, "\":");
        if (m->kind == JSON)
            buf_add(b, *s);
        else
            buf_json(b, *s);
    }
    buf_char(b, '}');
}

/* at: the member behind the one that was read last.  They stand as row_encode() wrote them, so that mostly it
 * is this one. */
static int member_read(const struct node *o, const struct node **at, const struct member *m,
                       struct slice *out, struct err *e)
{
    const struct node *v = *at && slice_eq((*at)->key, m->name) ? *at : node_get_named(o, m->name);

    if (v)
        *at = v->next;

    if (!v || v->kind == NODE_NULL)
        return 0;
    if (m->kind == TEXT && v->kind != NODE_TEXT)
        return err_set(e, "row: %.*s is no text", SLICE_ARG(m->name));
    *out = m->kind == TEXT ? v->text : v->raw;
    return 0;
}

int row_decode(struct slice text, struct arena *a, struct row *out, struct err *e)
{
    const struct node *o = node_read(arena_copy(a, text), a);
    const struct node *at = NULL;
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
    for (const struct member *m = kinds[k].members; rc == 0 && m->name.n; m++)
        rc = member_read(o, &at, m, (struct slice *)(void *)(base + m->at), e);
    if (k == ROW_RECORD && (node_int(o, "version") < 1 || node_int(o, "version") > INT32_MAX))
        return err_set(e, "row: version out of range");
    if (k == ROW_RECORD)
        out->record.version = (unsigned)node_int(o, "version");
    if (k == ROW_PERSON)
        out->person.tgl_lahir_exact = node_bool(o, "tgl_lahir_exact");
    return rc;
}
