/* filing.c - one understood report becomes a record, or a draft with a question.  See filing.h. */
#include "flows/filing.h"

#include <string.h>

#include "flows/calendar.h"
#include "flows/clocks.h"
#include "flows/drafts.h"
#include "flows/findings.h"
#include "flows/people.h"
#include "flows/referral.h"
#include "flows/reply.h"
#include "flows/reply_parts.h"
#include "flows/roles.h"

#define FILLS(f) (f), (unsigned)(sizeof(f) / sizeof((f)[0]))

/* One report under way. */
struct work {
    struct step *s;
    const struct filing *f;
    struct filed *out;
    struct report report; /* a copy: status and error may be worsened by what the store knows */
    struct filed_report filed;
    struct child child;
    bool known;                      /* child is a child that was there before */
    bool fresh;                      /* a child is to be made */
    struct value shown[FORM_FIELDS]; /* values with the child's name filled in, for the echo */
    enum asking asking;
    struct child offered;
    enum number_kind wrong; /* the number given is one of these instead */
    bool far;               /* the number given belongs to another puskesmas */
};

static const struct value *value_of(const struct report *r, const char *name)
{
    int i = form_field(r->form, name);

    return i >= 0 && r->values[i].kind != VALUE_ABSENT ? &r->values[i] : NULL;
}

static struct slice text_of(const struct report *r, const char *name)
{
    const struct value *v = value_of(r, name);

    return v && v->kind == VALUE_TEXT ? v->text : slice_make("", 0);
}

static int64_t number_of(const struct report *r, const char *name)
{
    const struct value *v = value_of(r, name);

    return v && v->kind == VALUE_NUMBER ? v->milli : 0;
}

static bool about_child(const struct form *form)
{
    return slice_is(form->subject, "anak");
}

static bool is_referral(const struct form *form)
{
    return slice_is(form->name, "rujuk");
}

bool filing_subjects(const struct ruleset *rules, const struct sender *sender, const struct report *r,
                     struct arena *a, struct intent *intent)
{
    struct slice nomor, nama, id[2];
    bool ok;

    (void)rules;
    if (!r->form)
        return true;
    nomor = text_of(r, "nomor");
    nama = text_of(r, "nama");
    ok = intent_add(intent, SUBJECT_NUMBER, nomor);
    if (about_child(r->form) && nama.n && sender->person) {
        if (r->form->nik_of_mother)
            nama = arena_printf(a, "Bayi %.*s", SLICE_ARG(nama));
        people_buckets(sender->person->place_code, nama, a, id);
        ok = intent_add(intent, SUBJECT_NAME, id[0]) && ok;
        ok = intent_add(intent, SUBJECT_NAME, id[1]) && ok;
    }
    return ok;
}

/* --- what the report becomes: number, ids, places --- */

static void begin_new(struct work *w)
{
    struct step *s = w->s;
    const struct inbound *in = s->seen->inbound;
    const struct person *p = s->person;
    const struct place *village = p ? place_village(p->place) : NULL;
    struct filed_report *r = &w->filed;

    r->nomor = step_number(s);
    r->id = s->ids->uuids[w->f->index];
    r->reporter = s->msisdn;
    if (p) {
        r->role = slice_of(role_name(p->role));
        r->posting = p->place_code;
        r->place = village ? village->code : p->place_code;
        r->posyandu = p->place && p->place->level == PLACE_POSYANDU ? p->place_code : slice_make("", 0);
    }
    r->at_ms = in->received_ms;
    r->at = step_rfc3339(s, in->received_ms);
    r->received_at = r->at;
    r->provider = in->provider;
    r->message_id = in->provider_id;
}

static void begin(struct work *w)
{
    const struct draft *d = w->f->draft;
    struct filed_report *r = &w->filed;

    if (w->f->correct) {
        *r = *w->f->correct;
    } else if (!d || !report_load(w->s, d->nomor, r)) {
        begin_new(w);
        if (d) { /* its number was forgotten, the draft was not */
            r->nomor = d->nomor;
            r->id = d->uuid;
        }
    }
    r->form = w->report.form;
    memcpy(r->values, w->report.values, sizeof r->values);
    memcpy(w->shown, w->report.values, sizeof w->shown);
}

/* --- doubts that only the store knows --- */

static void doubt(struct work *w, enum report_status status, enum report_error error, const char *field)
{
    w->report.status = status;
    w->report.error = error;
    w->report.error_field = slice_of(field);
    w->report.typed = slice_make("", 0);
    w->asking = status == REPORT_CONFIRM ? ASK_VALUE : ASK_FIELD;
}

static bool is_sure(const struct work *w, struct slice field)
{
    return w->f->draft && drafts_is_sure(w->f->draft, field);
}

static struct slice puskesmas_of(const struct step *s, const struct place *p)
{
    const struct place *up = step_puskesmas(s, p);

    return up ? up->code : slice_make("", 0);
}

/* A number in the report: the child, or (RUJUK) the report that it is about. */
static void find_number(struct work *w, struct slice nomor)
{
    struct slice blob = step_blob(w->s, SUBJECT_NUMBER, nomor);
    enum number_kind kind = number_kind(blob);
    int nama = form_field(w->report.form, "nama");

    if (kind != (about_child(w->report.form) ? NUMBER_CHILD : NUMBER_REPORT)) {
        w->wrong = kind;
        doubt(w, REPORT_REJECTED, ERROR_INVALID, "nomor");
        return;
    }
    if (kind == NUMBER_REPORT || !child_load(w->s, nomor, &w->child))
        return;
    if (w->s->person && !slice_eq(w->child.puskesmas, puskesmas_of(w->s, w->s->person->place))) {
        w->far = true;
        doubt(w, REPORT_REJECTED, ERROR_INVALID, "nomor");
        return;
    }
    w->known = true;
    if (nama >= 0)
        w->shown[nama] = value_text(w->child.nama);
}

static void wanted_child(struct work *w)
{
    struct step *s = w->s;
    struct child *c = &w->child;
    int64_t born = 0;

    int tgl = form_field(w->report.form, "tgl");

    c->nama = text_of(&w->report, "nama");
    c->jk = text_of(&w->report, "jk");
    c->nik = text_of(&w->report, "nik");
    c->posyandu = s->person->place_code;
    c->puskesmas = puskesmas_of(s, s->person->place);
    if (people_birth(s, w->report.form, w->report.values, w->filed.at_ms, &born, &c->exact))
        c->tgl_lahir = calendar_iso(born, s->arena);
    if (w->report.form->nik_of_mother) { /* a birth: the name and the NIK are the mother's */
        c->nama = arena_printf(s->arena, "Bayi %.*s", SLICE_ARG(c->nama));
        c->nik = slice_make("", 0);
        c->tgl_lahir = tgl >= 0 ? text_of(&w->report, "tgl") : c->tgl_lahir;
        c->exact = true;
    }
}

static void find_child(struct work *w)
{
    enum people_match m;

    if (w->f->child.n && child_load(w->s, w->f->child, &w->child)) {
        w->known = true;
        return;
    }
    wanted_child(w);
    if (!w->child.tgl_lahir.n)
        return;
    m = w->f->new_person ? PEOPLE_NEW : people_match(w->s, w->child.posyandu, &w->child, &w->offered);
    if (m == PEOPLE_ASK) {
        doubt(w, REPORT_CONFIRM, ERROR_AMBIGUOUS, "nama");
        w->asking = ASK_CHILD;
    } else if (m == PEOPLE_ONE) {
        w->offered.posyandu = w->child.posyandu;
        w->offered.puskesmas = w->child.puskesmas;
        w->child = w->offered;
        w->known = true;
    } else {
        w->fresh = true;
    }
}

static void judge(struct work *w)
{
    struct slice nomor, field;

    w->asking = w->report.status == REPORT_CONFIRM ? ASK_VALUE : ASK_FIELD;
    if (w->report.status == REPORT_CONFIRM && (w->f->sure || is_sure(w, w->report.error_field)))
        w->report.status = REPORT_ACCEPTED;
    if (w->report.status != REPORT_ACCEPTED || !w->s->person || w->f->correct)
        return; /* a correction is about whom it was about */
    nomor = text_of(&w->report, "nomor");
    if (nomor.n)
        find_number(w, nomor);
    else if (about_child(w->report.form) && text_of(&w->report, "nama").n)
        find_child(w);
    if (w->report.status != REPORT_ACCEPTED || !w->known)
        return;
    field = people_doubt(w->s->rules, &w->child, number_of(&w->report, "bb"), number_of(&w->report, "tb"),
                         w->filed.at_ms);
    if (field.n && !is_sure(w, field))
        doubt(w, REPORT_CONFIRM, ERROR_IMPLAUSIBLE, field.p);
}

/* --- emergencies --- */

/* "Bu Ana 28th perdarahan": who and why. */
static struct slice who_and_why(struct work *w)
{
    struct slice nama = w->known ? w->child.nama : text_of(&w->report, "nama"),
                 umur = text_of(&w->report, "umur");
    struct slice why = w->report.emergency_reason, about = text_of(&w->report, "nomor");
    struct filed_report other;

    if (is_referral(w->report.form) && text_of(&w->report, "alasan").n)
        why = text_of(&w->report, "alasan");
    if (is_referral(w->report.form) && about.n && report_load(w->s, about, &other)) {
        int i = form_field(other.form, "nama");

        nama = i >= 0 && other.values[i].kind == VALUE_TEXT ? other.values[i].text : nama;
        i = form_field(other.form, "umur");
        umur = i >= 0 && other.values[i].kind == VALUE_TEXT ? other.values[i].text : umur;
        why = findings_first(other.findings, w->s->arena);
        why = why.n ? why : other.form->title;
    }
    return slice_trim(arena_printf(w->s->arena, "%.*s %.*s %.*s",
                                   SLICE_ARG(nama.n ? text_cut(nama, 20, w->s->arena) : S("(tanpa nama)")),
                                   SLICE_ARG(umur), SLICE_ARG(text_cut(why, 30, w->s->arena))));
}

bool filing_alarms(const struct report *r)
{
    return r->emergency || (is_referral(r->form) && (value_of(r, "alasan") || r->status == REPORT_ACCEPTED));
}

static bool alarms(const struct work *w)
{
    return filing_alarms(&w->report);
}

static void alarm(struct work *w, bool incomplete)
{
    const struct person *p = w->s->person;
    struct referral_opening o = {
        .urgency = w->report.emergency ? S("E1") : S("E2"),
        .say = who_and_why(w),
        .incomplete = incomplete,
        .asked = is_referral(w->report.form),
        .place = referral_place(w->s->rules, p ? p->place : NULL, text_of(&w->report, "tujuan"), w->s->arena),
    };

    if (!alarms(w))
        return;
    w->out->emergency = true;
    if (w->filed.referral.state == REFERRAL_NONE)
        referral_open(w->s, &w->filed, &o);
    else if (!incomplete && w->filed.referral.incomplete)
        referral_complete(w->s, &w->filed, &o);
}

/* --- drafts --- */

static void draft_timer(struct work *w, const struct draft *d)
{
    struct due due = { .what = S("draft"), .nomor = d->nomor, .from = w->s->msisdn };

    step_timer(w->s, arena_printf(w->s->arena, "draft:%.*s", SLICE_ARG(d->nomor)), step_due(w->s, &due),
               d->at_ms + clock_of(w->s->rules, "draft"));
}

static struct slice question(struct work *w)
{
    struct report shown = w->report;
    struct slice months = slice_make("", 0);

    if (w->asking == ASK_CHILD) {
        int64_t today = calendar_day(w->filed.at_ms, w->s->rules->utc_offset_min), born = today;

        (void)calendar_parse(w->offered.tgl_lahir, &born);
        months = arena_printf(w->s->arena, "%dbl", people_months(born, today));
    }
    {
        const struct text_fill f[] = { { "nomor", w->filed.nomor },
                                       { "anak", w->wrong || w->far ? text_of(&w->report, "nomor")
                                                                    : w->offered.nomor },
                                       { "nama", w->offered.nama },
                                       { "umur", months } };

        if (w->asking == ASK_CHILD)
            return step_text(w->s, w->s->language, "ask.child", FILLS(f));
        if (w->far)
            return step_text(w->s, w->s->language, "ask.far_number", FILLS(f));
        if (w->wrong == NUMBER_REPORT || w->wrong == NUMBER_CHILD || w->wrong == NUMBER_EPISODE)
            return step_text(w->s, w->s->language,
                             w->wrong == NUMBER_REPORT  ? "ask.number_report"
                             : w->wrong == NUMBER_CHILD ? "ask.number_child"
                                                        : "ask.number_episode",
                             FILLS(f));
    }
    memcpy(shown.values, w->shown, sizeof shown.values);
    return reply_report(w->s->rules, w->s->language, &shown, w->filed.nomor, w->s->arena);
}

static void file_draft(struct work *w)
{
    struct step *s = w->s;
    struct draft *d = drafts_find(s->state, w->filed.nomor);
    struct slice sure = d ? d->sure : slice_make("", 0);

    if (!d)
        d = drafts_add(s->state, s->arena);
    if (!d) {
        alarm(w, true);
        w->out->kind = FILED_REFUSED;
        w->out->text = step_text(s, s->language, "draft.too_many", NULL, 0);
        return;
    }
    d->nomor = w->filed.nomor;
    d->uuid = w->filed.id;
    d->form = w->report.form;
    memcpy(d->values, w->report.values, sizeof w->report.values);
    d->asking = w->asking;
    d->error = w->report.error;
    d->field = w->report.error_field;
    d->child = w->asking == ASK_CHILD ? w->offered.nomor : slice_make("", 0);
    d->sure = sure;
    d->not_child = w->f->new_person;
    d->picked = w->f->child;
    if (w->f->hash.n)
        d->hash = w->f->hash;
    d->at_ms = w->filed.at_ms;
    s->state->changed = true;
    draft_timer(w, d);
    alarm(w, true);
    if (!w->f->correct) {
        w->filed.draft = true;
        w->filed.status = S("draft");
        report_save(s, &w->filed);
    }
    w->out->kind = FILED_ASKED;
    w->out->text = question(w);
    w->out->asked = reply_label(w->report.form, w->asking == ASK_CHILD ? S("nama") : d->field);
}

/* --- records --- */

static void tally_one(struct step *s, const struct filed_report *r, int64_t sign)
{
    static const struct {
        const char *form, *disease;
    } counted[] = { { "kasus", "penyakit" }, { "kejadian", "jenis" } };
    const struct form *form = r->form;
    const struct value *values = r->values;
    struct tally t = { .village = r->place };
    const struct place *posting = directory_place(&s->rules->directory, r->posting);
    int tgl = form_field(form, "tgl"), jumlah = form_field(form, "jumlah"), what = -1;

    for (unsigned i = 0; i < sizeof counted / sizeof counted[0]; i++)
        if (slice_is(form->name, counted[i].form))
            what = form_field(form, counted[i].disease);
    if (what < 0 || values[what].kind != VALUE_TEXT || !t.village.n)
        return;
    t.disease = values[what].text;
    t.day = tgl >= 0 && values[tgl].kind == VALUE_TEXT ? values[tgl].text : step_day(s, r->at_ms);
    t.puskesmas = puskesmas_of(s, posting);
    t.delta = jumlah >= 0 && values[jumlah].kind == VALUE_NUMBER ? values[jumlah].milli / 1000 : 1;
    t.delta *= sign;
    if (t.delta)
        step_tally(s, &t);
}

void filing_untally(struct step *s, const struct filed_report *r)
{
    tally_one(s, r, -1);
}

static void file_child(struct work *w)
{
    bool weighed = slice_is(w->report.form->name, "timbang");
    int64_t bb = weighed ? number_of(&w->report, "bb") : 0, tb = weighed ? number_of(&w->report, "tb") : 0;

    if (w->f->correct)
        return;
    if (w->fresh) {
        people_weighed(&w->child, bb, tb, w->filed.at_ms);
        people_make(w->s, &w->child);
        child_save(w->s, &w->child);
    } else if (w->known) {
        people_weigh_later(w->s, &w->child, bb, tb, w->filed.at_ms);
    }
    w->filed.child = w->child.nomor;
    w->filed.person_id = w->child.id;
}

static struct slice receipt(struct work *w, const struct findings *found)
{
    const struct text_fill f[] = {
        { "nomor", w->filed.nomor }, { "isi", reply_echo(w->report.form, w->shown, w->s->arena) },
        { "anak", w->filed.child },  { "temuan", found->say },
        { "saran", found->act },
    };

    return step_text(w->s, w->s->language,
                     w->f->correct                      ? "receipt.corrected"
                     : w->out->emergency                ? "receipt.danger"
                     : found->say.n && w->filed.child.n ? "receipt.child_finding"
                     : w->filed.child.n                 ? "receipt.child"
                     : found->say.n                     ? "receipt.finding"
                                                        : "receipt.done",
                     FILLS(f));
}

/* What only staff may hear, or must hear within a day. */
static void tell_staff(struct work *w, const struct findings *found)
{
    struct step *s = w->s;
    const struct place *at = s->person->place;
    bool death = slice_is(w->report.form->name, "wafat") && found->worst >= URGENCY_E2;
    const struct text_fill f[] = { { "nomor", w->filed.nomor },
                                   { "form", w->report.form->title },
                                   { "siapa", who_and_why(w) },
                                   { "tempat", at->name },
                                   { "peran", w->filed.role },
                                   { "hp", step_phone(s, s->msisdn) },
                                   { "desa", place_village(at) ? place_village(at)->name : S("") } };
    struct audience who;

    if (!found->private && !death)
        return;
    step_audience(s, death ? step_puskesmas(s, at) : step_next_level(s, at), &who);
    step_tell(s, &who, SMS_ALERT, w->filed.nomor, death ? "staff.death" : "staff.private", FILLS(f));
}

/* The reporter hears what staff made of her report. */
static void tell_reporter(struct work *w)
{
    struct step *s = w->s;
    const struct text_fill f[] = { { "nomor", w->filed.nomor },
                                   { "nama", s->person->name },
                                   { "isi", reply_echo(w->report.form, w->shown, s->arena) } };

    if (!slice_eq(w->filed.reporter, s->msisdn))
        step_sms(s, w->filed.reporter, SMS_NOTICE, w->filed.nomor,
                 step_text(s, step_language_of(s, w->filed.reporter), "koreksi.by_staff", FILLS(f)));
}

static void file_record(struct work *w)
{
    struct step *s = w->s;
    struct filed_report *r = &w->filed;
    struct findings found;

    if (w->f->correct)
        tally_one(s, w->f->correct, -1);
    findings_of(s, &w->report, w->known || w->fresh ? &w->child : NULL, r, &found);
    file_child(w);
    r->draft = false;
    r->version++;
    r->status = r->version > 1 ? S("corrected") : S("valid");
    r->findings = found.json;
    alarm(w, false);
    if (w->f->correct) {
        referral_corrected(s, r, reply_echo(w->report.form, w->shown, s->arena));
        tell_reporter(w);
    } else {
        tell_staff(w, &found);
    }
    tally_one(s, r, 1);
    report_row(s, r);
    report_save(s, r);
    if (!w->f->correct)
        drafts_remember(s->state,
                        w->f->hash.n  ? w->f->hash
                        : w->f->draft ? w->f->draft->hash
                                      : w->f->hash,
                        r->nomor, s->seen->inbound->received_ms);
    w->out->kind = FILED_ACCEPTED;
    w->out->text = receipt(w, &found);
    if (drafts_find(s->state, r->nomor)) {
        step_timer(s, arena_printf(s->arena, "draft:%.*s", SLICE_ARG(r->nomor)), slice_make("", 0), 0);
        drafts_remove(s->state, r->nomor);
    }
}

/* --- people who are not registered (SPEC 2.3) --- */

void filing_keep(struct step *s)
{
    const struct inbound *in = s->seen->inbound;

    if (s->state->kept_n == DRAFTS_KEPT)
        return; /* staff have twenty of hers already */
    s->state->kept[s->state->kept_n++] = (struct kept){
        .text = in->text, .provider = in->provider, .message_id = in->provider_id, .at_ms = in->received_ms
    };
    s->state->changed = true;
}

static void tell_duty(struct work *w)
{
    struct step *s = w->s;

    for (unsigned i = 0; i < s->rules->duty_n; i++) {
        const struct text_fill f[] = { { "nomor", w->filed.nomor },
                                       { "isi", reply_echo(w->report.form, w->shown, s->arena) },
                                       { "form", w->report.form->title },
                                       { "hp", step_phone(s, s->msisdn) } };

        step_sms(s, s->rules->duty[i], SMS_EMERGENCY, w->filed.nomor,
                 step_text(s, s->rules->language, "stranger.event", FILLS(f)));
    }
}

static void file_stranger(struct work *w)
{
    struct step *s = w->s;
    bool event = slice_is(w->report.form->name, "kejadian");

    filing_keep(s);
    w->out->kind = FILED_REFUSED;
    if (!alarms(w) && !event) {
        w->out->text = step_text(s, s->language,
                                 s->seen->sender->person ? "stranger.pending" : "stranger.kept", NULL, 0);
        return;
    }
    begin(w);
    alarm(w, w->report.status != REPORT_ACCEPTED);
    if (event && !w->out->emergency)
        tell_duty(w);
    w->filed.draft = true;
    w->filed.status = S("draft");
    report_save(s, &w->filed);
    w->out->nomor = w->filed.nomor;
    {
        const struct text_fill f[] = { { "nomor", w->filed.nomor } };

        w->out->text = step_text(s, s->language, "stranger.forwarded", FILLS(f));
    }
    w->out->emergency = true;
}

void filing_file(struct step *s, const struct filing *f, struct filed *out)
{
    struct work *w = ARENA_NEW(s->arena, struct work);

    memset(out, 0, sizeof *out);
    if (!w)
        return;
    w->s = s;
    w->f = f;
    w->out = out;
    w->report = *f->report;
    if (!w->report.form) {
        out->kind = FILED_REFUSED;
        out->text = reply_unknown(s->rules, s->language, s->arena);
        return;
    }
    if (!s->person) {
        file_stranger(w);
        return;
    }
    if (!roles_may_report(s->person->role, w->report.form) && !alarms(w)) {
        filing_keep(s);
        out->kind = FILED_REFUSED;
        return;
    }
    begin(w);
    judge(w);
    out->nomor = w->filed.nomor;
    if (w->report.status == REPORT_ACCEPTED)
        file_record(w);
    else
        file_draft(w);
}
