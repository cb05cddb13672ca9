/* alarm.c - who else hears of a report: emergencies at once, deaths, what only staff may hear, and the
 * reports of people who are not registered (SPEC 2.2, 2.3).  See filing/work.h. */
#include "flows/filing/alarm.h"

#include <string.h>

#include "flows/filing/alike.h"
#include "flows/filing/referral.h"
#include "flows/step/reply.h"
#include "flows/step/roles.h"
#include "parsers/text.h"

/* --- emergencies --- */

/* What is certain of a field: the staff must not take a guess for a fact. */
static struct slice certain(const struct report *r, enum meaning as)
{
    int i = form_as(r->form, as);
    /* Whether she died is doubted, not who she is. */
    bool death = r->death && i >= 0 && slice_eq(r->form->fields[i].name, r->error_field);

    return i >= 0 && (death || !(r->faults[i] & REPORT_FAULT_ERROR)) ? report_text(r, as) : slice_make("", 0);
}

/* Who it is about, as far as that is certain. */
static void whom(struct work *w, struct slice *nama, struct slice *umur)
{
    struct child child;

    *nama = w->known ? w->child.nama : certain(&w->report, AS_NAME);
    *umur = certain(&w->report, AS_AGE);
    if (!nama->n && work_about_child(w->report.form) &&
        child_load(w->s, certain(&w->report, AS_NUMBER), &child)) /* an unfinished report of a known child */
        *nama = child.nama;
}

/* The name of the report that a RUJUK is about, and its reason where the RUJUK says none.  False: the staff
 * know it by its own words. */
static bool of_other(struct work *w, const struct filed_report *other, struct slice *nama, struct slice *umur,
                     struct slice *why)
{
    int i = form_as(other->form, AS_NAME);

    if (other->referral.say.n && !why->n)
        return false;
    *nama = i >= 0 && other->values[i].kind == VALUE_TEXT ? other->values[i].text : *nama;
    i = form_as(other->form, AS_AGE);
    *umur = i >= 0 && other->values[i].kind == VALUE_TEXT ? other->values[i].text : *umur;
    *why = why->n ? *why : findings_told(other, w->s->arena);
    *why = why->n ? *why : other->form->title;
    return true;
}

enum {
    NAME = 20,
    STORY = 100, /* bytes: longer than a report without a name is */
    WORDS = ALARM_KEPT,
};

/* The death of the unborn in the words that were typed, not only as the sign that it is. */
static struct slice unborn(const struct work *w)
{
    const struct draft *d = w->f->draft;

    if (slice_is(w->report.died, "janin"))
        return w->report.died_words;
    return d && d->asking == ASK_DEATH && slice_is(d->died, "janin") && work_alarms(w) ? d->died_words
                                                                                       : slice_make("", 0);
}

/* `ibunya`, `anaknye`: somebody of whoever was spoken of before. */
static bool of_somebody(const struct ruleset *rules, struct slice text, struct arena *a)
{
    const struct word_list *people = list_by_name(&rules->forms, S("siapa"));
    struct slice rest = text, word;

    while (people && (word = slice_cut(&rest, ' ')).n) {
        word = text_folded(word, a);
        if ((slice_ends(word, "nya") || slice_ends(word, "nye")) && list_find(people, word))
            return true;
        rest = slice_trim(rest);
    }
    return false;
}

/* Whom her latest report of the hour is about: an open one, or the one that was accepted. */
static struct slice spoken_of(const struct work *w)
{
    const struct sender_state *state = w->s->state;
    int64_t at_ms = state->last.nomor.n ? state->last.at_ms : 0;
    struct slice who = at_ms ? state->last.whom : slice_make("", 0);

    for (unsigned i = 0; i < state->drafts_n; i++) {
        const struct draft *d = &state->drafts[i];

        if (d->whom.n && !slice_eq(d->whom, d->form->title) && d->at_ms >= at_ms &&
            d->at_ms + DRAFTS_LAST_MS > w->s->now_ms && !slice_eq(d->nomor, w->filed.nomor)) {
            at_ms = d->at_ms;
            who = d->whom;
        }
    }
    return who;
}

static struct slice spoken(struct work *w, struct slice words, struct slice who)
{
    const struct text_fill f[] = { { "kata", words }, { "siapa", who } };

    return step_text(w->s, w->s->rules->language, "danger.spoken_of", FILLS(f));
}

/* Words without a name: they say whom; `ibunya kejang` and `kejang` with whom the report before was about. */
static struct slice words_alone(struct work *w, struct slice words)
{
    const struct ruleset *rules = w->s->rules;
    bool nameless =
        of_somebody(rules, words, w->s->arena) || (understand_names_nobody(rules, words, w->s->arena) &&
                                                   !understand_of_others(rules, words, w->s->arena));
    struct slice who = nameless ? spoken_of(w) : slice_make("", 0), both;

    words = understand_heart(w->s->rules, words, WORDS, w->s->arena);
    both = spoken(w, words, who);
    return who.n && words.n + who.n < both.n && both.n <= ALARM_WORDS ? both
                                                                      : text_cut(words, WORDS, w->s->arena);
}

/* The SMS is this report, and no answer. */
static bool typed_now(const struct work *w)
{
    return w->s->seen->inbound->kind == INBOUND_SMS && !w->f->draft && w->s->reading->said.reports_n == 1;
}

/* "Bu Ana 28th perdarahan": who and why.  found: of an accepted report, the worst first; or NULL. */
static struct slice who_and_why(struct work *w, const struct findings *found)
{
    struct slice nama, umur, why = w->report.emergency_reason;
    struct filed_report other;
    unsigned room;

    whom(w, &nama, &umur);
    if (found && found->private && found->worst < URGENCY_E2)
        return step_text(w->s, w->s->rules->language, "danger.private", NULL, 0);
    if (found && found->told.n && found->worst >= URGENCY_E2 && !w->report.others.n)
        why = found->told;
    why = unborn(w).n ? unborn(w) : why;
    if (work_is_referral(w->report.form) && report_text(&w->report, AS_REASON).n)
        why = report_text(&w->report, AS_REASON);
    if (work_about(w, &other) && !of_other(w, &other, &nama, &umur, &why))
        return other.referral.say;
    if (!nama.n && (w->f->cry || w->report.withdrawn)) /* her words say whom */
        return words_alone(w, w->report.withdrawn ? w->report.body : why);
    if (!nama.n && w->report.emergency && (typed_now(w) || w->s->seen->inbound->text.n > STORY))
        return words_alone(w, w->s->seen->inbound->text); /* `istri saya hamil, kejang, rt 3` */
    if (nama.n && slice_ieq(slice_take(why, nama.n), nama) && slice_starts(slice_skip(why, nama.n), " "))
        why = slice_trim(slice_skip(why, nama.n)); /* her words begin with her name */
    nama = nama.n ? text_cut(nama, NAME, w->s->arena)
                  : step_text(w->s, w->s->rules->language, "danger.nameless", NULL, 0);
    room = (unsigned)(ALARM_NAMED - 2 - nama.n - umur.n);
    why = text_cut(understand_heart(w->s->rules, why, room, w->s->arena), room, w->s->arena);
    return arena_printf(w->s->arena, "%.*s%s%.*s%s%.*s", SLICE_ARG(nama), umur.n ? " " : "", SLICE_ARG(umur),
                        why.n ? " " : "", SLICE_ARG(why));
}

bool filing_doubts(const struct ruleset *rules, const struct form *form, const struct value *values,
                   const uint8_t *faults, struct arena *a, struct slice *say)
{
    struct value guessed[FORM_FIELDS];
    bool doubt = false;

    memcpy(guessed, values, sizeof guessed);
    for (unsigned i = 0; i < form->fields_n; i++) {
        unsigned error = faults[i] & REPORT_FAULT_SURE ? 0 : faults[i] & REPORT_FAULT_ERROR;

        doubt |= error == ERROR_AMBIGUOUS;
        if (faults[i] & REPORT_FAULT_REJECTS)
            guessed[i] = (struct value){ 0 };
    }
    return doubt && rules->rules && rules_emergency(rules->rules, form, guessed, NULL, 0, a, say);
}

void filing_maybe(struct step *s, struct filed_report *r, struct slice urgency, struct slice say,
                  bool doubtful)
{
    bool calls = form_is(r->form, FORM_REFERRAL) && understand_calls_for_help(s->rules, say, s->arena);
    const struct referral_opening o = { .urgency = urgency,
                                        .say = text_cut(understand_heart(s->rules, say, WORDS, s->arena),
                                                        WORDS, s->arena),
                                        .incomplete = r->draft,
                                        .asked = calls,
                                        .doubtful = doubtful };

    if (r->referral.state == REFERRAL_NONE || r->referral.state == REFERRAL_CANCELLED)
        referral_open(s, r, &o);
    else
        referral_words(s, r, say);
    report_save(s, r);
}

bool filing_alarms(const struct report *r)
{
    return r->emergency || (work_is_referral(r->form) && !r->plea &&
                            (report_as(r, AS_REASON) || r->status == REPORT_ACCEPTED));
}

bool work_alarms(const struct work *w)
{
    return filing_alarms(&w->report);
}

/* It goes out whatever she answers, and until she has as the worst that it may be (RULINGS 42, 47). */
static bool doubts_reason(const struct work *w)
{
    return w->report.maybe && work_is_referral(w->report.form);
}

static struct slice urgency(const struct work *w, const struct findings *found)
{
    struct filed_report other;

    if (w->report.emergency || doubts_reason(w) || (found && found->worst == URGENCY_E1))
        return S("E1");
    return work_about(w, &other) && other.referral.urgency.n ? other.referral.urgency : S("E2");
}

/* A danger of the day in an accepted report: nobody asked for a referral, the staff hear of it all the same
 * (SPEC 2.5); of what no SMS may say, that there is a result.  Not of the dead. */
static bool endangers(const struct work *w, const struct findings *found)
{
    return found && (found->worst >= URGENCY_E2 || found->private) && !form_is(w->report.form, FORM_DEATH);
}

/* The place that a correction sends it to: NULL where it says none, or the one that it said before. */
static const struct place *new_place(const struct work *w, const struct place *place)
{
    int i = form_as(w->report.form, AS_DESTINATION);

    return i < 0 || value_equal(&w->report.values[i], &w->f->correct->values[i]) ? NULL : place;
}

static enum urgency danger_of(const struct work *w, const struct findings *found)
{
    if (work_alarms(w) || endangers(w, found))
        return slice_is(urgency(w, found), "E1") ? URGENCY_E1 : URGENCY_E2;
    return URGENCY_NONE;
}

/* The reason itself is corrected, not who it is: what is over may begin anew. */
static bool other_reason(const struct work *w)
{
    int i = w->f->correct ? form_as(w->report.form, AS_REASON) : -1;

    return i >= 0 && !value_equal(&w->report.values[i], &w->f->correct->values[i]);
}

/* What this version says beside the one before, and beside what those who have it were told. */
static enum referral_event event_of(const struct work *w, enum urgency is, const struct referral_opening *o)
{
    const struct referral *r = &w->filed.referral;
    bool open = r->state == REFERRAL_SENT || r->state == REFERRAL_TAKEN || r->state == REFERRAL_ARRIVED;
    enum urgency told = slice_is(r->urgency, "E1") ? URGENCY_E1 : URGENCY_E2;

    if (!is && !o->asked)
        return w->was >= URGENCY_E2 ? REFERRAL_ON_CALM : REFERRAL_ON_SAME;
    if (open && is <= told && slice_eq(r->say, o->say))
        return REFERRAL_ON_SAME;
    if (!o->asked || r->state == REFERRAL_CANCELLED) /* of a RUJUK, what was told is what it said before */
        told = w->was;
    if (!open && is == URGENCY_E1 && other_reason(w))
        return REFERRAL_ON_WORSE;
    return is > told ? REFERRAL_ON_WORSE : REFERRAL_ON_SAME;
}

/* Of a correction that is asked about, only a danger that is new is told already. */
static void alarm_corrected(struct work *w, struct referral_opening *o, enum urgency is, bool incomplete)
{
    enum referral_event e = event_of(w, is, o);
    enum referral_act act;

    if (incomplete && e != REFERRAL_ON_WORSE)
        return;
    o->place = new_place(w, o->place);
    if (e == REFERRAL_ON_SAME && (!is || w->was != URGENCY_E1))
        o->urgency = w->filed.referral.urgency; /* what its values never said, they do not take back */
    if (e == REFERRAL_ON_SAME && !is)
        o->say = w->filed.referral.say;
    act = referral_changed(w->s, &w->filed, e, o, reply_echo(w->report.form, w->shown, w->s->arena));
    w->out->emergency = is == URGENCY_E1 && (act == ACT_OPEN || act == ACT_WARN);
    w->calmed = e == REFERRAL_ON_CALM && act != ACT_NOTHING;
}

/* Of an unfinished report, and when it is finished. */
static void alarm_draft(struct work *w, const struct referral_opening *o, enum urgency is)
{
    struct slice isi = reply_echo(w->report.form, w->shown, w->s->arena);

    if (!is) {
        /* `kayaknya ga kejang`: what is asked about yet is not taken back. */
        if (filing_doubts(w->s->rules, w->report.form, w->report.values, w->report.faults, w->s->arena,
                          &(struct slice){ 0 }))
            return;
        if (w->filed.referral.doubtful)
            referral_unfounded(w->s, &w->filed, isi);
        else if (event_of(w, is, o) == REFERRAL_ON_CALM)
            w->calmed = referral_changed(w->s, &w->filed, REFERRAL_ON_CALM, o, isi) != ACT_NOTHING;
        return;
    }
    w->out->emergency = work_alarms(w) || is == URGENCY_E1;
    if (w->filed.referral.state == REFERRAL_CANCELLED)
        referral_open(w->s, &w->filed, o);
    else if (!o->incomplete && w->filed.referral.incomplete)
        referral_complete(w->s, &w->filed, o);
    else if (o->incomplete && !o->doubtful)
        referral_worsen(w->s, &w->filed, o);
}

void work_opening(struct work *w, const struct findings *found, struct referral_opening *o)
{
    const struct person *p = w->s->person;

    *o = (struct referral_opening){
        .urgency = urgency(w, found),
        .say = who_and_why(w, found),
        .why = report_text(&w->report, AS_REASON),
        .asked = work_is_referral(w->report.form),
        .doubtful = doubts_reason(w) && w->report.status != REPORT_ACCEPTED, /* USSD has asked already */
        .place = referral_place(w->s->rules, p ? p->place : NULL, report_text(&w->report, AS_DESTINATION),
                                w->s->arena),
    };
}

void work_alarm(struct work *w, bool incomplete, const struct findings *found)
{
    enum urgency is = danger_of(w, found);
    struct referral_opening o;

    if (w->filed.referral.state == REFERRAL_NONE && !is) {
        w->out->emergency = false;
        return;
    }
    work_opening(w, found, &o);
    o.incomplete = incomplete;
    if (w->filed.referral.state == REFERRAL_NONE) {
        referral_open(w->s, &w->filed, &o);
        alike_say(w);
        w->out->emergency = work_alarms(w) || is == URGENCY_E1;
    } else if (w->f->correct) {
        alarm_corrected(w, &o, is, incomplete);
    } else {
        alarm_draft(w, &o, is);
    }
}

/* A death that staff must hear of within a day. */
static bool for_staff(const struct form *form, enum urgency worst)
{
    return form_is(form, FORM_DEATH) && worst >= URGENCY_E2;
}

static void tell_place(struct step *s, const struct filed_report *r, struct slice siapa, struct slice isi,
                       const char *key)
{
    const struct place *at = directory_place(&s->rules->directory, r->posting);
    const struct text_fill f[] = { { "nomor", r->nomor },
                                   { "isi", isi },
                                   { "form", r->form->title },
                                   { "siapa", siapa },
                                   { "tempat", step_place_name(s, at) },
                                   { "peran", r->role },
                                   { "hp", step_phone(s, r->reporter) },
                                   { "desa", at && place_village(at) ? place_village(at)->name : S("") } };
    struct audience who;

    step_audience(s, step_puskesmas(s, at), &who);
    step_tell(s, &who, SMS_ALERT, r->nomor, key, FILLS(f));
}

void work_tell_staff(struct work *w, const struct findings *found)
{
    const struct filed_report *old = w->f->correct;

    if (old && for_staff(old->form, w->was))
        tell_place(w->s, &w->filed, who_and_why(w, NULL), S(""), "staff.corrected");
    else if (for_staff(w->report.form, found->worst))
        tell_place(w->s, &w->filed, who_and_why(w, NULL), S(""), "staff.death");
}

void filing_take_back(struct step *s, const struct filed_report *r)
{
    if (for_staff(r->form, work_found(s, r)))
        tell_place(s, r, r->whom, S(""), "staff.cancelled");
}

bool filing_doubt_told(struct step *s, const struct filed_report *r, struct slice words)
{
    bool told = for_staff(r->form, work_found(s, r));

    if (told && words.n)
        tell_place(s, r, r->whom, words, "staff.doubted");
    return told;
}

/* The reporter hears what staff made of her report. */
void work_tell_reporter(struct work *w)
{
    struct step *s = w->s;
    const struct text_fill f[] = { { "nomor", w->filed.nomor },
                                   { "nama", s->person->name },
                                   { "isi", reply_echo(w->report.form, w->shown, s->arena) } };

    if (!slice_eq(w->filed.reporter, s->msisdn))
        step_sms(s, w->filed.reporter, SMS_NOTICE, w->filed.nomor,
                 step_text(s, step_language_of(s, w->filed.reporter), "koreksi.by_staff", FILLS(f)));
}

/* --- people who are not registered (SPEC 2.3) --- */

/* nomor: of an emergency, which the staff have. */
static void keep(struct step *s, struct slice nomor)
{
    const struct inbound *in = s->seen->inbound;

    if (s->state->kept_n == DRAFTS_KEPT)
        return; /* staff have twenty of hers already */
    s->state->kept[s->state->kept_n++] = (struct kept){ .text = in->text,
                                                        .provider = in->provider,
                                                        .message_id = in->provider_id,
                                                        .at_ms = in->received_ms,
                                                        .forwarded = nomor.n > 0,
                                                        .nomor = nomor };
    s->state->changed = true;
}

void filing_keep(struct step *s)
{
    keep(s, slice_make("", 0));
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

/* What is doubtful is nobody's to confirm: it is left out of what staff may make a record of. */
static void only_certain(struct work *w)
{
    for (unsigned i = 0; i < w->report.form->fields_n; i++)
        if (w->report.faults[i] & REPORT_FAULT_ERROR)
            w->filed.values[i] = (struct value){ .kind = VALUE_ABSENT };
}

void work_stranger(struct work *w)
{
    struct step *s = w->s;
    bool event = w->report.form->about == FORM_ABOUT_EVENT;
    struct slice who, hp;

    w->out->kind = FILED_REFUSED;
    if (!work_alarms(w) && !event) {
        keep(s, slice_make("", 0));
        w->out->text = roles_stranger(s);
        return;
    }
    work_begin(w);
    keep(s, w->filed.nomor);
    only_certain(w);
    work_alarm(w, w->report.status != REPORT_ACCEPTED, NULL);
    if (event && !w->out->emergency)
        tell_duty(w);
    w->filed.draft = true;
    w->filed.status = S("draft");
    report_save(s, &w->filed);
    drafts_remember(s->state, w->f->hash, w->filed.nomor, s->seen->inbound->received_ms);
    w->out->nomor = w->filed.nomor;
    s->state->changed |=
        open_set(&s->state->open, &(struct open_case){ .nomor = w->filed.nomor, .what = OPEN_OWN });
    referral_contact(s, &w->filed, &who, &hp);
    {
        const struct text_fill f[] = { { "nomor", w->filed.nomor }, { "petugas", who }, { "hp", hp } };

        w->out->text = step_text(s, s->language, "stranger.forwarded", FILLS(f));
    }
    w->out->emergency = true;
}
