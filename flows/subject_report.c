/* subject_report.c - the blob of a report.  See subject_report.h. */
#include "flows/subject_report.h"

#include <string.h>

#include "flows/blob.h"

static const char *const kinds[] = { [NUMBER_NONE] = "",
                                     [NUMBER_REPORT] = "report",
                                     [NUMBER_CHILD] = "child",
                                     [NUMBER_EPISODE] = "episode",
                                     [NUMBER_REQUEST] = "request" };

enum {
    KEPT_DAYS = 40
};

enum number_kind number_kind(struct slice blob)
{
    json_t *o = blob_parse(blob);
    const char *kind = json_string_value(json_object_get(o, "kind"));
    enum number_kind found = NUMBER_NONE;

    for (unsigned k = NUMBER_REPORT; kind && k <= NUMBER_REQUEST; k++)
        if (strcmp(kind, kinds[k]) == 0)
            found = (enum number_kind)k;
    json_decref(o);
    return found;
}

static void referral_decode(const json_t *o, struct referral *r, struct arena *a)
{
    if (!o)
        return;
    r->state = (enum referral_state)blob_int(o, "state");
    r->urgency = blob_slice(o, "urgency", a);
    r->say = blob_slice(o, "say", a);
    r->level = blob_slice(o, "level", a);
    r->by = blob_slice(o, "by", a);
    r->climbs = (unsigned)blob_int(o, "climbs");
    r->incomplete = blob_bool(o, "incomplete");
    r->told_n = blob_slices(o, "told", r->told, STEP_PEOPLE, a);
}

static json_t *referral_encode(const struct referral *r)
{
    json_t *o = json_object();

    blob_put_int(o, "state", r->state);
    blob_put(o, "urgency", r->urgency);
    blob_put(o, "say", r->say);
    blob_put(o, "level", r->level);
    blob_put(o, "by", r->by);
    blob_put_int(o, "climbs", r->climbs);
    blob_put_bool(o, "incomplete", r->incomplete);
    blob_put_slices(o, "told", r->told, r->told_n);
    return o;
}

static void report_fields(const json_t *o, struct filed_report *r, struct arena *a)
{
    r->id = blob_slice(o, "id", a);
    r->draft = blob_bool(o, "draft");
    r->version = (unsigned)blob_int(o, "version");
    r->status = blob_slice(o, "status", a);
    r->reporter = blob_slice(o, "reporter", a);
    r->role = blob_slice(o, "role", a);
    r->place = blob_slice(o, "place", a);
    r->posyandu = blob_slice(o, "posyandu", a);
    r->posting = blob_slice(o, "posting", a);
    r->person_id = blob_slice(o, "person", a);
    r->child = blob_slice(o, "child", a);
    r->findings = blob_slice(o, "findings", a);
    r->at = blob_slice(o, "at", a);
    r->received_at = blob_slice(o, "received_at", a);
    r->provider = blob_slice(o, "provider", a);
    r->message_id = blob_slice(o, "message", a);
    r->at_ms = blob_int(o, "at_ms");
    referral_decode(json_object_get(o, "referral"), &r->referral, a);
}

bool report_decode(struct slice blob, struct slice nomor, const struct ruleset *rules, struct arena *a,
                   struct filed_report *out)
{
    json_t *o = blob_parse(blob);
    bool is = slice_is(blob_slice(o, "kind", a), kinds[NUMBER_REPORT]);

    memset(out, 0, sizeof *out);
    if (is) {
        out->nomor = nomor;
        out->form = form_by_name(&rules->forms, blob_slice(o, "form", a));
        is = out->form != NULL;
    }
    if (is) {
        blob_values(o, "values", out->form, out->values, a);
        report_fields(o, out, a);
    }
    json_decref(o);
    return is;
}

struct slice report_encode(const struct filed_report *r, struct arena *a)
{
    json_t *o = blob_new();

    blob_put(o, "kind", slice_of(kinds[NUMBER_REPORT]));
    blob_put(o, "id", r->id);
    blob_put(o, "form", r->form->name);
    blob_put_values(o, "values", r->form, r->values);
    blob_put_bool(o, "draft", r->draft);
    blob_put_int(o, "version", r->version);
    blob_put(o, "status", r->status);
    blob_put(o, "reporter", r->reporter);
    blob_put(o, "role", r->role);
    blob_put(o, "place", r->place);
    blob_put(o, "posyandu", r->posyandu);
    blob_put(o, "posting", r->posting);
    blob_put(o, "person", r->person_id);
    blob_put(o, "child", r->child);
    blob_put(o, "findings", r->findings);
    blob_put(o, "at", r->at);
    blob_put(o, "received_at", r->received_at);
    blob_put(o, "provider", r->provider);
    blob_put(o, "message", r->message_id);
    blob_put_int(o, "at_ms", r->at_ms);
    if (r->referral.state != REFERRAL_NONE)
        json_object_set_new(o, "referral", referral_encode(&r->referral));
    return blob_done(o, a);
}

void report_save(struct step *s, const struct filed_report *r)
{
    step_write(s, SUBJECT_NUMBER, r->nomor, report_encode(r, s->arena), KEPT_DAYS * INT64_C(86400000));
}

bool report_load(struct step *s, struct slice nomor, struct filed_report *out)
{
    return report_decode(step_blob(s, SUBJECT_NUMBER, nomor), nomor, s->rules, s->arena, out);
}

void report_row(struct step *s, const struct filed_report *r)
{
    struct row row = { .kind = ROW_RECORD };
    struct buf fields;

    buf_init(&fields, 16384);
    report_fields_json(&fields, r->form, r->values);
    row.record = (struct record){
        .id = r->id,
        .nomor = r->nomor,
        .form = r->form->name,
        .klaster = r->form->klaster,
        .version = r->version,
        .at = r->at,
        .received_at = r->received_at,
        .reporter = r->reporter,
        .role = r->role,
        .place = r->place,
        .posyandu = r->posyandu,
        .person_id = r->person_id,
        .fields = arena_copy(s->arena, buf_slice(&fields)),
        .findings = r->findings.n ? r->findings : S("[]"),
        .status = r->status,
        .provider = r->provider,
        .message_id = r->message_id,
    };
    if (fields.failed)
        s->arena->failed = true;
    buf_free(&fields);
    step_row(s, &row);
}
