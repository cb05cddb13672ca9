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

#define REFERRAL(key, m) MEMBER(struct referral, key, m)
CODEC(referral_codec, struct referral, MEMBER_ONE_OF(struct referral, state, state, REFERRAL_EXPIRED + 1),
      REFERRAL(urgency, urgency), REFERRAL(say, say), REFERRAL(level, level), REFERRAL(by, by),
      REFERRAL(climbs, climbs), REFERRAL(incomplete, incomplete), REFERRAL(doubtful, doubtful),
      REFERRAL(asked, asked), REFERRAL(held, held), REFERRAL(held_key, held_key),
      MEMBER_SLICES(struct referral, told, told, told_n), MEMBER_SLICES(struct referral, also, also, also_n),
      REFERRAL(teller, teller), REFERRAL(died, died), REFERRAL(left, left));

bool referral_has(const struct referral *r, struct slice msisdn)
{
    for (unsigned i = 0; i < r->told_n; i++)
        if (slice_eq(r->told[i], msisdn))
            return true;
    return false;
}

bool referral_left_by(const struct referral *r, struct slice place_code)
{
    struct slice left = r->left;

    while (left.n)
        if (slice_eq(slice_cut(&left, ','), place_code))
            return true;
    return false;
}

bool report_of(const struct filed_report *r, struct slice msisdn)
{
    bool also = slice_eq(r->reporter, msisdn);

    for (unsigned i = 0; i < r->referral.also_n; i++)
        also = also || slice_eq(r->referral.also[i], msisdn);
    return also;
}

#define REPORT(key, m) MEMBER(struct filed_report, key, m)
CODEC(report_codec, struct filed_report, REPORT(id, id), REPORT(draft, draft), REPORT(version, version),
      REPORT(status, status), REPORT(reporter, reporter), REPORT(role, role), REPORT(place, place),
      REPORT(posyandu, posyandu), REPORT(posting, posting), REPORT(person, person_id), REPORT(child, child),
      REPORT(whom, whom), REPORT(findings, findings), REPORT(at, at), REPORT(received_at, received_at),
      REPORT(provider, provider), REPORT(message, message_id), REPORT(at_ms, at_ms), REPORT(unsaid, unsaid),
      MEMBER_IN(struct filed_report, before, before, child_before_codec),
      MEMBER_IN(struct filed_report, referral, referral, referral_codec));

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
        (void)codec_get(o, &report_codec, out);
        blob_values(o, "values", out->form, out->values, a);
    }
    return is;
}

struct slice report_encode(const struct filed_report *r, struct arena *a)
{
    struct node *o = blob_new(a);

    node_put(o, "kind", slice_of(kinds[NUMBER_REPORT]));
    node_put(o, "form", r->form->name);
    blob_put_values(o, "values", r->form, r->values);
    codec_put(o, &report_codec, r);
    return blob_done(o, a);
}

void report_save(struct step *s, const struct filed_report *r)
{
    step_write(s, SUBJECT_NUMBER, r->nomor, report_encode(r, s->arena), KEPT_DAYS * INT64_C(86400000));
}

/* Who has retired has no patient, and is told of none. */
static void without_retired(const struct step *s, struct referral *r)
{
    unsigned n = 0;

    for (unsigned i = 0; i < r->told_n; i++)
        if (!step_gone(s, r->told[i]))
            r->told[n++] = r->told[i];
    r->lost = (n == 0 && r->told_n) || (r->by.n && step_gone(s, r->by));
    r->told_n = n;
    if (!r->by.n || !step_gone(s, r->by))
        return;
    r->by = slice_make("", 0);
    r->state = r->state == REFERRAL_TAKEN ? REFERRAL_SENT : r->state;
}

bool report_load(struct step *s, struct slice nomor, struct filed_report *out)
{
    if (!report_decode(step_blob(s, SUBJECT_NUMBER, nomor), nomor, s->rules, s->arena, out))
        return false;
    without_retired(s, &out->referral);
    return true;
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
    struct slice findings = r->findings.n ? r->findings : S("[]");

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
        .fields = row_tree(report_fields(r->form, r->values, s->arena), s->arena),
        .findings = row_tree(node_of_raw(s->arena, findings), s->arena),
        .status = r->status,
        .provider = r->provider,
        .message_id = r->message_id,
    };
    if (slice_is(r->status, "checked") && s->person)
        row.record.checked_by = s->person->msisdn;
    step_row(s, &row);
}
