/* ask.c - a report that is not certain becomes a draft with a number and one question, which says whom and
 * what (SPEC 2.2, RULINGS 55).  See filing/work.h. */
#include "flows/filing/ask.h"

#include <string.h>

#include "flows/filing/alarm.h"
#include "flows/care/findings.h"
#include "flows/filing/referral.h"
#include "flows/rows/clocks.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "parsers/date.h"
#include "parsers/text.h"

enum {
    WHOM = 6 /* bytes of a name, at the least */
};

/* A danger of the day in what is certain of it: staff hear of it even if the question is never answered.  Of
 * a correction one that is new. */
static bool unfinished_danger(const struct work *w, const struct draft *d)
{
    struct slice say;

    return !(d->correct && w->was >= URGENCY_E2) && !w->report.emergency && !work_is_referral(d->form) &&
           findings_certain(w->s->rules, d->form, d->values, d->faults, w->s->arena, &say) >= URGENCY_E2;
}

/* What is not known of it yet: "UKH belum ada". */
static struct slice open_part(struct step *s, const struct draft *d)
{
    const struct text_fill f[] = { { "field", reply_label(d->form, d->field) } };

    return step_text(s, s->rules->language, d->error == ERROR_MISSING ? "danger.lacks" : "danger.unclear",
                     FILLS(f));
}

bool filing_unfinished(struct step *s, const struct draft *d, struct filed_report *r)
{
    struct slice found, open, who = text_as(d->form, d->values, AS_NAME);

    if ((d->correct ? work_found(s, r) >= URGENCY_E2 : r->referral.state != REFERRAL_NONE) ||
        findings_certain(s->rules, d->form, d->values, d->faults, s->arena, &found) < URGENCY_E2)
        return false;
    if (!found.n) { /* neither what nor of whom */
        found = step_text(s, s->rules->language, "danger.private", NULL, 0);
        who = slice_make("", 0);
    }
    open = asking_store(d->asking) ? slice_make("", 0) : open_part(s, d);
    if (open.n && found.n + 2 + open.n + 1 + WHOM <= ALARM_WORDS)
        found = arena_printf(s->arena, "%.*s, %.*s", SLICE_ARG(found), SLICE_ARG(open));
    who = text_cut(who, found.n + 1 + WHOM < ALARM_WORDS ? (unsigned)(ALARM_WORDS - 1 - found.n) : WHOM,
                   s->arena);
    step_reason(s, "timer");
    filing_maybe(s, r, S("E2"),
                 arena_printf(s->arena, "%.*s%s%.*s", SLICE_ARG(who), who.n ? " " : "", SLICE_ARG(found)),
                 d->correct);
    return true;
}

static void draft_timer(struct work *w, const struct draft *d)
{
    struct due due = { .what = S("draft"), .nomor = d->nomor, .from = w->s->msisdn, .form = d->form->name };

    step_timer(w->s, ARENA_JOIN(w->s->arena, S("draft:"), d->nomor), step_due(w->s, &due),
               (d->correct ? w->s->now_ms : d->at_ms) + clock_of(w->s->rules, "draft"));
    if (!w->report.maybe && !w->report.plea && !unfinished_danger(w, d))
        return;
    due.what = S("mungkin");
    step_timer(w->s, ARENA_JOIN(w->s->arena, S("mungkin:"), d->nomor), step_due(w->s, &due),
               w->s->now_ms + clock_of(w->s->rules, w->report.maybe ? "maybe_e1" : "maybe_e2"));
}

/* The form that a no before its keyword turned: of it nothing is stored (RULINGS 43); NULL: none was. */
static const struct form *turned_form(const struct work *w)
{
    const struct said *said = w->s->reading ? &w->s->reading->said : NULL;

    return said && said->kind == SAID_TURNED && said->turned.why == TURNED_FORM ? said->turned.form : NULL;
}

/* Who speaks of a village as often as of a person: `banyak warga muntah`. */
static bool is_head(const struct work *w)
{
    const struct person *p = w->s->person;

    return p && (p->role == ROLE_KADES || p->role == ROLE_CAMAT);
}

/* Many who are ill: the line that reports them. */
static struct slice crowd(const struct work *w)
{
    return w->report.plea && !w->f->draft
               ? understand_crowd(w->s->rules, w->report.body, w->filed.at_ms, w->s->arena)
               : slice_make("", 0);
}

/* The question is about a child or a number that only the store knows; NULL: about a value. */
static const char *store_key(const struct work *w)
{
    if (w->asking == ASK_CHILD)
        return w->other.nomor.n ? "ask.children" : "ask.child";
    if (w->asking == ASK_TWIN)
        return "ask.twin";
    if (w->asking == ASK_AGAIN)
        return "ask.weighed";
    if (w->report.plea)
        return turned_form(w) ? "ask.plea_turned"
               : crowd(w).n   ? "ask.plea_many"
               : is_head(w)   ? "ask.plea_head"
                              : "ask.plea";
    if (w->far)
        return "ask.far_number";
    if (w->none)
        return "ask.number_none";
    switch (w->wrong) {
    case NUMBER_REPORT:
        return "ask.number_report";
    case NUMBER_CHILD:
        return "ask.number_child";
    case NUMBER_EPISODE:
        return "ask.number_episode";
    default:
        return NULL;
    }
}

static struct slice months_old(struct work *w, const struct child *c)
{
    int64_t today = date_today(w->filed.at_ms, w->s->rules->utc_offset_min), born;

    if (!date_parse_iso(c->tgl_lahir, &born))
        return slice_make("", 0);
    return arena_printf(w->s->arena, "%dbl", (int)date_months_between(born, today));
}

/* "BB 9,2 TB 76" */
static struct slice measures(struct work *w, int64_t bb, int64_t tb)
{
    struct slice said;
    struct buf b;

    buf_init(&b, 64);
    if (bb) {
        buf_str(&b, "BB ");
        number_print(&b, bb, ',');
    }
    if (tb) {
        buf_str(&b, b.n ? " TB " : "TB ");
        number_print(&b, tb, ',');
    }
    said = buf_into(&b, w->s->arena);
    return said;
}

/* What was reported before: of a twin "L BB 2,7". */
static struct slice before_said(struct work *w)
{
    const struct child *c = &w->offered;

    if (w->asking != ASK_TWIN)
        return measures(w, w->earlier.bb, w->earlier.tb);
    return arena_printf(w->s->arena, "%.*s %.*s", SLICE_ARG(c->jk),
                        SLICE_ARG(measures(w, c->birth.bb, c->birth.tb)));
}

static struct slice question(struct work *w, struct slice whom, struct slice noted)
{
    struct report shown = w->report;
    const char *key = store_key(w);
    const struct form *turned = turned_form(w);
    const struct reply_about about = {
        .nomor = w->filed.nomor, .siapa = whom, .catat = noted, .sebab = w->why
    };
    const struct text_fill f[] = {
        { "nomor", w->filed.nomor },
        { "siapa", whom },
        { "catat", noted },
        { "lain", w->other.nomor },
        { "anak", asking_store(w->asking) ? w->offered.nomor : report_text(&w->report, AS_NUMBER) },
        { "nama", w->offered.nama },
        { "umur", months_old(w, &w->offered) },
        { "isi", report_text(&w->report, AS_REASON) },
        { "perintah", crowd(w) },
        { "form", turned ? turned->title : slice_make("", 0) },
        { "contoh", reply_example(w->report.form, w->report.error_field, w->s->arena) },
        { "dulu", w->before },
        { "lama", before_said(w) },
        { "nilai", measures(w, report_number(&w->report, AS_WEIGHT), report_number(&w->report, AS_HEIGHT)) },
    };

    if (key)
        return step_text(w->s, w->s->language, key, FILLS(f));
    memcpy(shown.values, w->shown, sizeof shown.values);
    return reply_report(w->s->rules, w->s->language, &shown, &about, w->s->arena);
}

/* What is asked, in few words for a list: a field with the value that nobody says YA to unseen. */
static struct slice asked_of(const struct work *w, const struct draft *d)
{
    static const char *const store[] = { [ASK_CHILD] = "asked.child",
                                         [ASK_TWIN] = "asked.twin",
                                         [ASK_AGAIN] = "asked.weighed",
                                         [ASK_DEATH] = "asked.death",
                                         [ASK_SURE] = "asked.sure" };
    struct slice label = reply_label(w->report.form, d->field), guess;

    if (asking_store(w->asking))
        return step_text(w->s, w->s->language, store[w->asking], NULL, 0);
    if (w->asking != ASK_VALUE)
        return label;
    guess = reply_value(w->report.form, w->report.values, d->field, w->s->arena);
    return arena_printf(w->s->arena, "%.*s %.*s", SLICE_ARG(label), SLICE_ARG(guess));
}

/* A report by number is about the child (RUJUK: the report) of that number. */
static struct slice whom_of(struct work *w)
{
    struct slice nomor = report_text(&w->report, AS_NUMBER);
    struct filed_report *other = ARENA_NEW(w->s->arena, struct filed_report);
    struct child c;

    if (w->asking == ASK_DEATH && form_is(w->report.form, FORM_BIRTH) && report_text(&w->report, AS_NAME).n)
        return child_of_mother(w->s->rules, report_text(&w->report, AS_NAME), w->s->arena);
    if (report_text(&w->report, AS_NAME).n || !nomor.n)
        return reply_whom(w->report.form, w->shown, w->s->arena);
    if (w->filed.whom.n)
        return w->filed.whom;
    if (w->far || w->wrong || w->none)
        return w->report.form->title;
    if (work_about_child(w->report.form) && child_load(w->s, nomor, &c) && w->s->person &&
        slice_eq(c.puskesmas, work_puskesmas(w->s, w->s->person->place)))
        return c.nama;
    if (other && report_load(w->s, nomor, other) && other->whom.n)
        return other->whom;
    return reply_whom(w->report.form, w->shown, w->s->arena);
}

static struct draft *keep_draft(struct work *w)
{
    struct step *s = w->s;
    struct draft *d = drafts_find(s->state, w->filed.nomor);
    struct slice sure = d ? d->sure : slice_make("", 0);

    if (!d)
        d = drafts_add(s->state, s->arena);
    if (!d)
        return NULL;
    d->nomor = w->filed.nomor;
    d->uuid = w->filed.id;
    d->form = w->report.form;
    memcpy(d->values, w->report.values, sizeof w->report.values);
    memcpy(d->faults, w->report.faults, sizeof d->faults);
    d->correct = w->f->correct != NULL;
    d->asking = w->asking;
    d->error = w->report.error;
    d->field = w->report.error_field;
    d->child = w->asking == ASK_CHILD ? w->offered.nomor : slice_make("", 0);
    d->sure = sure;
    d->not_child = w->f->new_person;
    d->picked = w->f->child;
    d->second = w->f->second;
    d->before = w->before;
    if (w->f->hash.n)
        d->hash = w->f->hash;
    d->at_ms = w->filed.at_ms;
    d->whom = whom_of(w);
    d->died = w->report.died;
    d->died_words = w->report.died_words;
    d->unsure = w->report.unsure;
    d->asked = asked_of(w, d);
    d->unseen = false;
    d->question = question(w, d->whom, slice_make("", 0));
    s->state->changed = true;
    return d;
}

/* `tidak jadi rujuk Ana, perdarahan`: staff know, and whether it stands is asked with the name (RULINGS 43).
 */
static bool takes_referral_back(const struct work *w)
{
    const struct form *form = turned_form(w);

    return form && form_is(form, FORM_REFERRAL) && w->f->cry &&
           slice_eq(w->report.error_field, form_called(w->report.form, AS_NAME));
}

/* An emergency: who was called, on which number, and only then the question (SPEC 2.2). */
static struct slice question_told(struct work *w, struct slice whom)
{
    const struct report *r = &w->report;
    bool value = w->asking == ASK_VALUE && w->f->correct == NULL;
    bool named = !slice_eq(r->error_field, form_called(r->form, AS_NAME)) &&
                 (report_text(r, AS_NAME).n || report_text(r, AS_NUMBER).n);
    bool more =
        !named && w->f->noted.n && value_as(r->form, r->values, AS_AGE); /* `umur 30`: not for nothing */
    struct slice example =
        value ? reply_other_example(r, w->s->arena) : reply_example(r->form, r->error_field, w->s->arena);
    bool other = reply_example_is_other(r, w->shown, example, w->s->arena);
    const struct text_fill f[] = {
        { "nomor", w->filed.nomor },
        { "petugas", w->out->called },
        { "hp", w->out->hp },
        { "siapa", named || asking_store(w->asking) ? whom : slice_make("", 0) },
        { "lama", before_said(w) },
        { "anak", w->offered.nomor },
        { "nama", w->offered.nama },
        { "field", reply_label(r->form, r->error_field) },
        { "nilai", reply_value(r->form, w->shown, r->error_field, w->s->arena) },
        { "contoh", example },
        { "orang", r->died_words },
        { "ketik", r->typed },
        { "catat", w->f->noted },
    };

    return step_text(w->s, w->s->language,
                     w->asking == ASK_CHILD   ? "danger.child"
                     : w->asking == ASK_TWIN  ? "danger.twin"
                     : w->asking == ASK_AGAIN ? "danger.weighed"
                     : w->asking == ASK_DEATH ? (r->died.n ? "danger.death_other" : "danger.death")
                     : reply_doubts_reason(r) ? "danger.reason"
                     : takes_referral_back(w) ? "danger.turned"
                     : value && !other        ? "danger.value_only"
                     : value                  ? "danger.value"
                     : more                   ? "danger.ask_more"
                                              : "danger.ask",
                     FILLS(f));
}

/* `RUJUK Bu Ana 28th kejang batal`: staff have it; taking it back is said once more. */
static struct slice withdrawn_told(struct work *w)
{
    const struct text_fill f[] = { { "nomor", w->filed.nomor },
                                   { "petugas", w->out->called },
                                   { "hp", w->out->hp },
                                   { "perintah", S("BATAL") } };

    return step_text(w->s, w->s->language, "danger.first", FILLS(f));
}

/* Words of a cry stand in a record at once: what she adds later is its next version.  Of a draft that staff
 * made a record of meanwhile, nothing is taken back. */
static void keep_report(struct work *w)
{
    if (w->f->cry) {
        w->filed.findings = S("[]");
        report_settle(w->s, &w->filed);
    } else if (!w->filed.version) {
        w->filed.draft = true;
        w->filed.status = S("draft");
    }
    report_save(w->s, &w->filed);
}

/* A correction waits for its answer, and its danger does not: the record as it was, with the referral. */
static void keep_referral(struct work *w)
{
    struct filed_report *r = ARENA_NEW(w->s->arena, struct filed_report);

    if (!r)
        return;
    *r = *w->f->correct;
    r->referral = w->filed.referral;
    report_save(w->s, r);
}

static void say_called(struct work *w)
{
    referral_contact(w->s, &w->filed, &w->out->called, &w->out->hp);
    w->out->danger = w->report.emergency_reason;
    w->out->worst = w->report.emergency ? URGENCY_E1 : URGENCY_E2;
}

/* No room for one question more: an emergency is in the staff's hands all the same. */
static void no_room(struct work *w)
{
    struct step *s = w->s;

    work_alarm(w, true, NULL);
    w->out->kind = FILED_REFUSED;
    if (!w->out->emergency) {
        w->out->text = step_text(s, s->language, "draft.too_many", NULL, 0);
        return;
    }
    keep_report(w);
    say_called(w);
    {
        const struct text_fill f[] = { { "nomor", w->filed.nomor },
                                       { "petugas", w->out->called },
                                       { "hp", w->out->hp } };

        w->out->text = step_text(s, s->language, "danger.full", FILLS(f));
    }
}

void work_ask(struct work *w)
{
    struct draft *d = keep_draft(w);

    if (!d) {
        no_room(w);
        return;
    }
    draft_timer(w, d);
    work_alarm(w, true, NULL);
    if (!w->f->correct)
        keep_report(w);
    else if (w->out->emergency)
        keep_referral(w);
    w->out->kind = FILED_ASKED;
    w->out->text = w->f->noted.n ? question(w, d->whom, w->f->noted) : d->question;
    if (w->out->emergency) {
        say_called(w);
        if (w->report.withdrawn)
            w->out->text = withdrawn_told(w);
        else if (!w->wrong && !w->far && !w->none)
            w->out->text = question_told(w, d->whom);
    }
    w->out->asked = d->asked;
    w->out->whom = d->whom;
}

/* --- not made after all --- */

/* The only open draft of a form, else the report of it that was filed within the hour. */
static struct slice may_mean(const struct step *s, const struct form *form, struct slice *whom)
{
    const struct draft *only = NULL;

    for (unsigned i = 0; i < s->state->drafts_n; i++)
        if (s->state->drafts[i].form == form) {
            if (only)
                return slice_make("", 0);
            only = &s->state->drafts[i];
        }
    if (only) {
        *whom = only->whom;
        return only->nomor;
    }
    *whom = s->state->last.whom;
    return s->state->last.form == form ? s->state->last.nomor : slice_make("", 0);
}

struct slice filing_say_withdrawn(struct step *s, const struct form *form, struct slice *text)
{
    struct slice whom = { 0 }, nomor = may_mean(s, form, &whom);
    const struct text_fill f[] = { { "form", form->title }, { "nomor", nomor }, { "siapa", whom } };

    *text = step_text(s, s->language, nomor.n ? "turned.which" : "turned.form", FILLS(f));
    return nomor;
}

void filing_say_withdrawn_report(struct step *s, const struct report *r, struct slice *text)
{
    const struct text_fill f[] = { { "form", r->form->title }, { "ketik", r->typed } };

    if (r->twins)
        *text = step_text(s, s->language, "turned.twins", FILLS(f));
    else if (!filing_say_withdrawn(s, r->form, text).n && r->refused)
        *text = step_text(s, s->language, "turned.not_held", FILLS(f));
}

struct slice filing_say_nil(struct step *s, const struct form *form)
{
    const struct text_fill f[] = { { "form", form->title } };

    return step_text(s, s->language, "turned.nil", FILLS(f));
}
