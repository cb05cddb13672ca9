/* subject_report.c - the blob of a report.  See subject_report.h. */
#include "flows/care/subject_report.h"

#include <string.h>

#include "flows/step/blob.h"

static const char *const kinds[] = { [NUMBER_NONE] = "",
                                     [NUMBER_REPORT] = "report",
                                     [NUMBER_CHILD] = "child",
                                     [NUMBER_EPISODE] = "episode",
                                     [NUMBER_REQUEST] = "request" };

enum {
    KEPT_DAYS = 40
};

enum number_kind number_kind(struct slice blob, struct arena *a)
{
    struct slice kind = node_text(blob_parse(blob, a), "kind");
    enum number_kind found = NUMBER_NONE;

    for (unsigned k = NUMBER_REPORT; kind.n && k <= NUMBER_REQUEST; k++)
        if (slice_is(kind, kinds[k]))
            found = (enum number_kind)k;
    return found;
}

static void referral_decode(const struct node *o, struct referral *r)
{
    if (!o)
        return;
    r->state = (enum referral_state)node_int(o, "state");
    r->urgency = node_text(o, "urgency");
    r->say = node_text(o, "say");
    r->level = node_text(o, "level");
    r->by = node_text(o, "by");
    r->climbs = (unsigned)node_int(o, "climbs");
    r->incomplete = node_bool(o, "incomplete");
    r->doubtful = node_bool(o, "doubtful");
    r->asked = node_bool(o, "asked");
    r->told_n = blob_slices(o, "told", r->told, STEP_PEOPLE);
}

static struct node *referral_encode(const struct referral *r, struct arena *a)
{
    struct node *o = node_object(a);

    node_put_int(o, "state", r->state);
    node_put(o, "urgency", r->urgency);
    node_put(o, "say", r->say);
    node_put(o, "level", r->level);
    node_put(o, "by", r->by);
    node_put_int(o, "climbs", r->climbs);
    node_put_bool(o, "incomplete", r->incomplete);
    if (r->doubtful)
        node_put_bool(o, "doubtful", true);
    if (r->asked)
        node_put_bool(o, "asked", true);
    blob_put_slices(o, "told", r->told, r->told_n);
    return o;
}

bool referral_has(const struct referral *r, struct slice msisdn)
{
    for (unsigned i = 0; i < r->told_n; i++)
        if (slice_eq(r->told[i], msisdn))
            return true;
    return false;
}

static void before_decode(const struct node *o, struct child *b)
{
    b->jk = node_text(o, "jk");
    b->tgl_lahir = node_text(o, "lahir");
    child_weighings(o, b);
}

static void before_encode(struct node *report, const struct child *b)
{
    struct node *o = b->tgl_lahir.n && report ? node_object(report->arena) : NULL;

    node_put(o, "jk", b->jk);
    node_put(o, "lahir", b->tgl_lahir);
    child_put_weighings(o, b);
    node_set(report, "before", o);
}

static void report_fields(const struct node *o, struct filed_report *r)
{
    r->id = node_text(o, "id");
    r->draft = node_bool(o, "draft");
    r->version = (unsigned)node_int(o, "version");
    r->status = node_text(o, "status");
    r->reporter = node_text(o, "reporter");
    r->role = node_text(o, "role");
    r->place = node_text(o, "place");
    r->posyandu = node_text(o, "posyandu");
    r->posting = node_text(o, "posting");
    r->person_id = node_text(o, "person");
    r->child = node_text(o, "child");
    r->whom = node_text(o, "whom");
    r->findings = node_text(o, "findings");
    r->at = node_text(o, "at");
    r->received_at = node_text(o, "received_at");
    r->provider = node_text(o, "provider");
    r->message_id = node_text(o, "message");
    r->at_ms = node_int(o, "at_ms");
    before_decode(node_get(o, "before"), &r->before);
    referral_decode(node_get(o, "referral"), &r->referral);
}

bool report_decode(struct slice blob, struct slice nomor, const struct ruleset *rules, struct arena *a,
                   struct filed_report *out)
{
    const struct node *o = blob_parse(blob, a);
    bool is = slice_is(node_text(o, "kind"), kinds[NUMBER_REPORT]);

    memset(out, 0, sizeof *out);
    if (is) {
        out->nomor = nomor;
        out->form = form_by_name(&rules->forms, node_text(o, "form"));
        is = out->form != NULL;
    }
    if (is) {
        blob_values(o, "values", out->form, out->values, a);
        report_fields(o, out);
    }
    return is;
}

struct slice report_encode(const struct filed_report *r, struct arena *a)
{
    struct node *o = blob_new(a);

    node_put(o, "kind", slice_of(kinds[NUMBER_REPORT]));
    node_put(o, "id", r->id);
    node_put(o, "form", r->form->name);
    blob_put_values(o, "values", r->form, r->values);
    node_put_bool(o, "draft", r->draft);
    node_put_int(o, "version", r->version);
    node_put(o, "status", r->status);
    node_put(o, "reporter", r->reporter);
    node_put(o, "role", r->role);
    node_put(o, "place", r->place);
    node_put(o, "posyandu", r->posyandu);
    node_put(o, "posting", r->posting);
    node_put(o, "person", r->person_id);
    node_put(o, "child", r->child);
    node_put(o, "whom", r->whom);
    node_put(o, "findings", r->findings);
    node_put(o, "at", r->at);
    node_put(o, "received_at", r->received_at);
    node_put(o, "provider", r->provider);
    node_put(o, "message", r->message_id);
    node_put_int(o, "at_ms", r->at_ms);
    before_encode(o, &r->before);
    if (r->referral.state != REFERRAL_NONE)
        node_set(o, "referral", referral_encode(&r->referral, a));
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

void report_by(struct filed_report *r, const struct person *p)
{
    const struct place *village = place_village(p->place);

    r->role = slice_of(role_name(p->role));
    r->posting = p->place_code;
    r->place = village ? village->code : p->place->area ? p->place->area->code : p->place_code;
    r->posyandu = p->place->level == PLACE_POSYANDU ? p->place_code : slice_make("", 0);
}

void report_settle(struct step *s, struct filed_report *r)
{
    const struct person *p = directory_person(&s->rules->directory, r->reporter);

    if (p && p->active && !p->pending && p->place && !r->role.n)
        report_by(r, p);
    r->draft = false;
    r->version++;
    r->status = S("valid");
    report_row(s, r);
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
    if (slice_is(r->status, "checked") && s->person)
        row.record.checked_by = s->person->msisdn;
    if (fields.failed)
        s->arena->failed = true;
    buf_free(&fields);
    step_row(s, &row);
}
