/* filing.c - one understood report becomes a record, or a draft with a question.  See filing.h. */
#include "flows/filing/filing.h"

#include <string.h>

#include "parsers/date.h"
#include "flows/alert/alert.h"
#include "flows/filing/alarm.h"
#include "flows/filing/ask.h"
#include "flows/filing/joined.h"
#include "flows/filing/judge.h"
#include "flows/rows/clocks.h"
#include "flows/care/day_list.h"
#include "flows/care/doses.h"
#include "flows/rows/growth.h"
#include "flows/care/mothers.h"
#include "flows/care/recap.h"
#include "flows/care/reminders.h"
#include "flows/filing/referral.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/step/roles.h"
#include "flows/care/tasks.h"
#include "gateway/base/node.h"
#include "gateway/conf/rules.h"

enum {
    STANDING = 24, /* months: from here on TB is the same as no label */
};

bool filing_subjects(const struct ruleset *rules, const struct sender *sender, const struct open_cases *open,
                     const struct report *r, struct arena *a, struct intent *intent)
{
    struct slice nomor, nama, nik, id[CHILD_BUCKETS];
    bool ok;

    if (!r->form)
        return true;
    nomor = report_text(r, AS_NUMBER);
    nama = report_text(r, AS_NAME);
    ok = intent_add(intent, SUBJECT_NUMBER, nomor) && joined_subjects(rules, open, r, a, intent);
    if (sender->person && (nama.n || nomor.n)) /* a visit may be due to whom it is about */
        ok = tasks_subjects(sender->person->place_code, a, intent) && ok;
    if (work_about_child(r->form) && nama.n && sender->person) {
        if (form_is(r->form, FORM_BIRTH))
            nama = child_of_mother(rules, nama, a);
        nik = form_is(r->form, FORM_BIRTH) ? slice_make("", 0) : report_text(r, AS_NIK);
        child_buckets(sender->person->place_code, child_name_key(rules, nama, a), nik, a, id);
        for (unsigned b = 0; b < CHILD_BUCKETS; b++)
            ok = intent_add(intent, SUBJECT_NAME, id[b]) && ok;
    }
    return ok;
}

/* --- records --- */

/* Whom a case by name is about: two reporters may tell of the same one (flows/alert/same_case.h). */
static struct slice case_of(struct step *s, const struct filed_report *r)
{
    int nama = form_as(r->form, AS_NAME), jk = form_as(r->form, AS_SEX);

    if (nama < 0 || r->values[nama].kind != VALUE_TEXT)
        return slice_make("", 0);
    return arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(tasks_key(s, r->values[nama].text)),
                        jk >= 0 && r->values[jk].kind == VALUE_TEXT ? (int)r->values[jk].text.n : 0,
                        jk >= 0 && r->values[jk].kind == VALUE_TEXT ? r->values[jk].text.p : "");
}

static void tally_one(struct step *s, const struct filed_report *r, int64_t sign)
{
    const struct form *form = r->form;
    const struct value *values = r->values;
    struct tally t = { .village = r->place, .by = r->reporter };
    const struct place *posting = directory_place(&s->rules->directory, r->posting);
    int tgl = form_as(form, AS_DATE), jumlah = form_as(form, AS_COUNT), what = form->counts;

    if (what < 0 || values[what].kind != VALUE_TEXT || !t.village.n)
        return;
    t.disease = values[what].text;
    t.day = tgl >= 0 && values[tgl].kind == VALUE_TEXT ? values[tgl].text : step_day(s, r->at_ms);
    t.puskesmas = work_puskesmas(s, posting);
    t.delta = jumlah >= 0 && values[jumlah].kind == VALUE_NUMBER ? values[jumlah].milli / 1000 : 1;
    t.delta *= sign;
    t.nomor = r->nomor;
    t.who = case_of(s, r);
    if (t.delta)
        step_tally(s, &t);
}

/* The Sunday of the latest week of that number up to a day; -1: none. */
static int64_t week_sunday(int64_t day, int64_t week)
{
    for (int i = 0; i < 54; i++, day -= 7)
        if (date_epi_week(day).week == week)
            return day - (day + 4) % 7; /* 1970-01-01 was a Thursday */
    return -1;
}

static int64_t letter_count(const struct value *v, struct slice letter)
{
    for (unsigned i = 0; v->kind == VALUE_COUNTS && i < v->n; i++)
        if (slice_eq(v->items[i], letter))
            return v->counts[i] / 1000;
    return 0;
}

/* A pustu counts for itself: its puskesmas adds it up in its own W2 (DOMAIN 4.2). */
static struct slice unit_of(const struct step *s, const struct place *posting)
{
    return posting && posting->level == PLACE_PUSTU ? posting->code : work_puskesmas(s, posting);
}

/* A weekly report says a figure of every count disease, a zero too: its week is not silent.  Whoever of the
 * puskesmas sends the week again replaces it (RULINGS 58); who takes his back leaves the other's. */
static void tally_week(struct step *s, const struct filed_report *r, int64_t sign)
{
    const struct place *posting = directory_place(&s->rules->directory, r->posting);
    int minggu = form_as(r->form, AS_WEEK), codes = form_counts_field(r->form);
    struct tally t = { .village = unit_of(s, posting), .by = r->reporter, .nomor = r->nomor };
    const struct word_list *list;
    int64_t sunday;

    if (codes < 0 || minggu < 0 || r->values[minggu].kind != VALUE_NUMBER || !t.village.n)
        return;
    sunday = week_sunday(date_today(r->at_ms, s->rules->utc_offset_min), r->values[minggu].milli / 1000);
    if (sunday < 0)
        return;
    if (sign > 0)
        reminders_week(s, t.village, sunday);
    t.day = date_iso(sunday, s->arena);
    list = r->form->fields[codes].list;
    for (unsigned i = 0; list && i < list->n; i++) {
        const struct disease_rule *rule = rules_disease(s->rules->rules, list->words[i].code);

        if (!list->words[i].letter.n || rule->by_name)
            continue;
        t.disease = arena_printf(s->arena, ALERT_W2 "%.*s", SLICE_ARG(list->words[i].code));
        t.whole = true;
        t.delta = sign < 0 ? -1 : letter_count(&r->values[codes], list->words[i].letter);
        step_tally(s, &t);
    }
}

/* What others lean on: the cases of the village, the visits and the visits due of the posyandu. */
static void count_in(struct step *s, const struct filed_report *r)
{
    tally_one(s, r, 1);
    tally_week(s, r, 1);
    reminders_filed(s, r);
    recap_filed(s, r, false);
    mothers_filed(s, r, false);
    tasks_filed(s, r, false);
}

static void count_out(struct step *s, const struct filed_report *r)
{
    tally_one(s, r, -1);
    tally_week(s, r, -1);
    recap_filed(s, r, true);
    mothers_filed(s, r, true);
}

/* The worst that was found in it is of class E3: it may stand on the list of a day. */
static bool was_light(struct step *s, const struct filed_report *r)
{
    return work_found(s, r) == URGENCY_E3;
}

void filing_tally(struct step *s, const struct filed_report *r)
{
    count_in(s, r);
}

void filing_untally(struct step *s, const struct filed_report *r)
{
    count_out(s, r);
    day_list_filed(s, r, slice_make("", 0), r->whom, was_light(s, r));
    tasks_filed(s, r, true);
}

/* What a correction says of the child itself. */
static struct child_fix fix_of(const struct work *w)
{
    const struct filed_report *old = w->f->correct;
    struct child_fix fix = { .nomor = old->child, .weighing = { .at_ms = old->at_ms } };
    int jk = form_as(old->form, AS_SEX);
    int64_t was, is;
    bool exact;

    if (form_is(old->form, FORM_WEIGHING)) {
        fix.weighing.bb = report_number(&w->report, AS_WEIGHT);
        fix.weighing.tb = report_number(&w->report, AS_HEIGHT);
    }
    if (child_birth(w->s, old->form, w->report.values, old->at_ms, &is, &fix.exact) &&
        (!child_birth(w->s, old->form, old->values, old->at_ms, &was, &exact) || was != is))
        fix.tgl_lahir = date_iso(is, w->s->arena);
    if (jk >= 0 && !value_equal(&old->values[jk], &w->report.values[jk]))
        fix.jk = report_text(&w->report, AS_SEX);
    fix.doses = doses_of(old->form, w->report.values, w->s->arena);
    fix.undone = doses_of(old->form, old->values, w->s->arena);
    return fix;
}

static void correct_child(struct work *w)
{
    const struct child_fix fix = fix_of(w);

    if (fix.nomor.n)
        child_fix(w->s, &fix);
}

/* BATAL: its weighing and its vaccines go too. */
void filing_unweigh(struct step *s, const struct filed_report *r)
{
    const struct child_fix fix = { .nomor = r->child,
                                   .weighing = { .at_ms = r->at_ms },
                                   .cancelled = true,
                                   .undone = doses_of(r->form, r->values, s->arena) };

    if (r->child.n && (form_is(r->form, FORM_WEIGHING) || fix.undone.n))
        child_fix(s, &fix);
}

static void file_child(struct work *w)
{
    struct weighing now = { .at_ms = w->filed.at_ms, .nomor = w->filed.nomor };
    struct slice doses = doses_of(w->report.form, w->report.values, w->s->arena);

    if (w->f->correct) {
        correct_child(w);
        return;
    }
    if (form_is(w->report.form, FORM_WEIGHING)) {
        now.bb = report_number(&w->report, AS_WEIGHT);
        now.tb = report_number(&w->report, AS_HEIGHT);
    }
    if (w->fresh) {
        child_weighed(&w->child, &now);
        w->child.doses = doses;
        child_make(w->s, &w->child);
        child_save(w->s, &w->child);
        doses_wait(w->s, &w->child);
    } else if (w->known) {
        child_weigh_later(w->s, &w->child, &now, doses);
    }
    w->filed.child = w->child.nomor;
    w->filed.person_id = w->child.id;
}

static const char *corrected_key(const struct work *w, const struct findings *found)
{
    if (found->worst >= URGENCY_E2 && !form_is(w->report.form, FORM_DEATH))
        return "receipt.corrected_today";
    if (found->say.n)
        return "receipt.corrected_finding";
    if (w->f->none.n)
        return "receipt.corrected_none";
    return w->calmed ? "receipt.corrected_calm" : "receipt.corrected";
}

static const char *receipt_key(const struct work *w, const struct findings *found)
{
    bool child = w->filed.child.n > 0, now = slice_is(w->filed.referral.urgency, "E1");

    if (w->report.death && !w->out->emergency)
        return "receipt.death_asked";
    if (form_is(w->report.form, FORM_DEATH) && !w->f->correct && !w->out->emergency && !child)
        return found->worst == URGENCY_E2 || found->say.n ? "receipt.death_told" : "receipt.death";
    if (w->f->resent && !w->out->emergency && !found->say.n)
        return "receipt.version";
    if (w->f->correct && !w->out->emergency)
        return corrected_key(w, found);
    if (w->out->emergency && found->say.n)
        return child ? "receipt.danger_child" : "receipt.danger";
    if (w->out->emergency)
        return now ? "receipt.referred_now" : "receipt.referred";
    if (found->worst == URGENCY_E2 && !form_is(w->report.form, FORM_DEATH))
        return child ? "receipt.today_child" : "receipt.today";
    if (found->say.n)
        return child ? "receipt.child_finding" : "receipt.finding";
    return child ? "receipt.child" : "receipt.done";
}

static struct slice receipt(struct work *w, const struct findings *found)
{
    const char *told = w->filed.referral.held.n ? "act.told_at_five" : "act.told"; /* quiet hours, SPEC 4 */
    const struct text_fill f[] = {
        { "nomor", w->filed.nomor },
        { "isi", reply_echo(w->report.form, w->shown, w->s->arena) },
        { "anak", w->filed.child },
        { "temuan", found->say },
        { "saran", found->act },
        { "petugas", w->out->called },
        { "hp", w->out->hp },
        { "field", w->f->none },
        { "kabar", step_text(w->s, w->s->language, told, NULL, 0) },
    };

    return step_text(w->s, w->s->language, receipt_key(w, found), FILLS(f));
}

static void remember_before(struct work *w)
{
    const struct child *c = &w->child;
    unsigned from = c->weighings_n > REPORT_BEFORE ? c->weighings_n - REPORT_BEFORE : 0;
    struct child *b = &w->filed.before;

    *b = (struct child){ .jk = c->jk, .tgl_lahir = c->tgl_lahir, .weighings_n = c->weighings_n - from };
    memcpy(b->weighings, &c->weighings[from], b->weighings_n * sizeof b->weighings[0]);
}

/* Whose measures they are: of a correction the child as it was, and as the correction has it. */
static const struct child *measured(struct work *w)
{
    struct child_fix fix;

    if (!w->f->correct)
        return w->known || w->fresh ? &w->child : NULL;
    if (!w->filed.before.tgl_lahir.n)
        return NULL;
    fix = fix_of(w);
    if (fix.tgl_lahir.n)
        w->filed.before.tgl_lahir = fix.tgl_lahir;
    if (fix.jk.n)
        w->filed.before.jk = fix.jk;
    return &w->filed.before;
}

static void end_draft(struct work *w)
{
    struct step *s = w->s;

    if (drafts_find(s->state, w->filed.nomor)) {
        step_timer(s, ARENA_JOIN(s->arena, S("draft:"), w->filed.nomor), slice_make("", 0), 0);
        drafts_remove(s->state, w->filed.nomor);
    }
}

/* What can wait for days stands on the list of the day; what cannot was told. */
static void list_in(struct work *w, const struct findings *found)
{
    bool light = found->worst == URGENCY_E3 && !found->private;
    struct slice nama = w->known || w->fresh ? w->child.nama : report_text(&w->report, AS_NAME);

    day_list_filed(w->s, &w->filed, light ? found->brief : slice_make("", 0), nama,
                   w->f->correct && was_light(w->s, w->f->correct));
}

/* An emergency by her words that no finding of this form says, or a lesser one, or somebody else's: the
 * reporter hears what was understood, and as urgent as the staff do. */
static void name_danger(struct work *w, struct findings *found)
{
    if (!w->report.emergency || !w->report.emergency_reason.n ||
        (found->worst == URGENCY_E1 && !w->report.others.n))
        return;
    w->out->danger = w->report.emergency_reason;
    if (work_is_referral(w->report.form)) { /* its reason is in the echo */
        found->say = slice_make("", 0);
        return;
    }
    found->say = w->report.emergency_reason;
    found->act = step_text(w->s, w->s->language, "act.now", NULL, 0);
}

static void file_record(struct work *w)
{
    struct step *s = w->s;
    struct filed_report *r = &w->filed;
    struct findings found;

    if (w->f->correct)
        count_out(s, w->f->correct);
    findings_of(s, &w->report, measured(w), r, &found);
    if (!w->f->correct && (w->known || w->fresh) && form_is(w->report.form, FORM_WEIGHING))
        remember_before(w);
    file_child(w);
    r->whom = reply_whom(r->form, w->shown, s->arena);
    r->draft = false;
    r->version++;
    r->status = r->version > 1 ? S("corrected") : S("valid");
    r->findings = found.json;
    work_alarm(w, false, &found);
    w->out->worst = found.worst;
    w->out->danger = found.worst >= URGENCY_E2 ? found.say : slice_make("", 0);
    if (w->f->correct)
        work_tell_reporter(w);
    work_tell_staff(w, &found);
    joined_died(w);
    list_in(w, &found);
    count_in(s, r);
    report_row(s, r);
    report_save(s, r);
    if (!w->f->correct)
        drafts_remember(s->state,
                        w->f->hash.n  ? w->f->hash
                        : w->f->draft ? w->f->draft->hash
                                      : w->f->hash,
                        r->nomor, s->seen->inbound->received_ms);
    drafts_send(s->state, r->form, filing_period(s->rules, &w->report, r->at_ms, s->arena), r->nomor,
                r->at_ms);
    work_last(w);
    w->out->kind = FILED_ACCEPTED;
    if (w->out->emergency) {
        referral_contact(s, r, &w->out->called, &w->out->hp);
        w->out->danger = w->out->danger.n ? w->out->danger : w->report.emergency_reason;
        w->out->worst = slice_is(r->referral.urgency, "E1") ? URGENCY_E1 : URGENCY_E2;
    }
    name_danger(w, &found);
    w->out->text = receipt(w, &found);
    end_draft(w);
}

/* A correction that changes nothing: the values that stand already, told lying or standing as they were. */
static bool stands_already(const struct work *w)
{
    const struct filed_report *old = w->f->correct;
    const struct report *r = &w->report;

    if (!old || r->status == REPORT_REJECTED || (r->status == REPORT_CONFIRM && !reply_shows_guess(r)))
        return false;
    for (unsigned i = 0; i < r->form->fields_n; i++)
        if (!value_equal(&old->values[i], &r->values[i]) ||
            growth_lying(old->values[i].label, false, STANDING) !=
                growth_lying(r->values[i].label, false, STANDING))
            return false;
    return true;
}

/* No new version, and nobody is told again. */
static void say_so_already(struct work *w)
{
    const struct text_fill f[] = { { "nomor", w->filed.nomor },
                                   { "isi", reply_echo(w->report.form, w->report.values, w->s->arena) } };

    end_draft(w);
    w->out->kind = FILED_ACCEPTED;
    w->out->text = step_text(w->s, w->s->language, "koreksi.already", FILLS(f));
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
        out->text = reply_unknown(s->rules, s->language, step_role(s), s->arena);
        return;
    }
    if (!s->person) {
        work_stranger(w);
        return;
    }
    if (!f->draft && !f->correct && !roles_may_report(s->person->role, w->report.form) && !work_alarms(w)) {
        filing_keep(s);
        out->kind = FILED_REFUSED;
        return;
    }
    if (w->report.withdrawn && !work_alarms(w)) {
        out->kind = FILED_REFUSED;
        if (w->report.pattern)
            out->text = reply_format(s->rules, s->language, w->report.form, s->arena);
        else if (w->report.nil)
            out->text = filing_say_nil(s, w->report.form);
        else
            filing_say_withdrawn_report(s, &w->report, &out->text);
        return;
    }
    if (work_joins(w))
        return;
    work_begin(w);
    out->nomor = w->filed.nomor;
    if (stands_already(w)) {
        say_so_already(w);
        return;
    }
    work_judge(w);
    if (w->report.status == REPORT_ACCEPTED)
        file_record(w);
    else
        work_ask(w);
}
