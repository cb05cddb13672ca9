/* commands.c - one row a command.  See commands.h. */
#include "flows/talk/commands.h"

#include <string.h>

#include "flows/alert/alert.h"
#include "flows/talk/answers.h"
#include "flows/talk/questions.h"
#include "flows/talk/approval.h"
#include "flows/talk/emergency.h"
#include "flows/talk/fix.h"
#include "flows/talk/mending.h"
#include "flows/talk/numbered.h"
#include "flows/step/blob.h"
#include "parsers/date.h"
#include "flows/rows/clocks.h"
#include "flows/care/child.h"
#include "flows/alert/pws.h"
#include "flows/filing/joined.h"
#include "flows/filing/referral.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/step/roles.h"
#include "flows/talk/waits.h"
#include "flows/talk/words.h"
#include "flows/care/tasks.h"
#include "parsers/nik.h"
#include "gateway/conf/programme.h"

bool commands_subjects(const struct command *c, struct intent *intent)
{
    return intent_add(intent, SUBJECT_NUMBER, c->nomor);
}

static void say(struct step *s, struct slice nomor, const char *key)
{
    const struct text_fill f[] = { { "nomor", nomor } };

    step_answer(s, nomor, step_text(s, s->language, key, FILLS(f)));
}

/* What a number is, when it is not what the command needs. */
static void wrong_number(struct step *s, struct slice nomor)
{
    static const char *const keys[] = {
        [NUMBER_NONE] = "number.unknown",    [NUMBER_REPORT] = "number.report",
        [NUMBER_CHILD] = "number.child",     [NUMBER_EPISODE] = "number.episode",
        [NUMBER_REQUEST] = "number.request",
    };

    step_reason(s, "command_refused");
    say(s, nomor, keys[number_kind(step_blob(s, SUBJECT_NUMBER, nomor), s->arena)]);
}

/* --- the reporter's own reports --- */

/* Who joined it may look at it; it is not hers to change: what she says is for those who have it. */
static bool may_touch(struct step *s, const struct filed_report *r, bool looks)
{
    bool own = looks ? report_of(r, s->msisdn) : slice_eq(r->reporter, s->msisdn);

    if ((own && r->at_ms + clock_of(s->rules, "report_open") > s->now_ms) ||
        roles_chain(s, s->person, r->posting))
        return true;
    if (!looks && fix_joined(s, r))
        return false;
    step_reason(s, "command_refused");
    say(s, r->nomor, "number.not_yours");
    return false;
}

/* The report of a number, if the speaker may look at it and change it; else NULL, and she has heard why. */
static struct filed_report *hers(struct step *s, struct slice nomor, bool looks)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    if (!r)
        return NULL;
    if (!report_load(s, nomor, r)) {
        wrong_number(s, nomor);
        return NULL;
    }
    return may_touch(s, r, looks) ? r : NULL;
}

static void run_status(struct step *s, const struct command *c)
{
    struct filed_report *r = hers(s, c->nomor, true);
    struct draft *d = drafts_find(s->state, c->nomor);

    if (!r)
        return;
    {
        const struct text_fill f[] = {
            { "nomor", c->nomor },
            { "form", r->form->title },
            { "jam", step_clock(s, r->at_ms) },
            { "tanggal", step_day(s, r->at_ms) },
            { "keadaan", numbered_state(s, r) },
            { "contoh", d ? reply_example(d->form, d->field, s->arena) : slice_make("", 0) },
            { "siapa", d ? questions_whom(s, d) : slice_make("", 0) },
            { "field", d ? d->asked : slice_make("", 0) },
        };
        const char *line = !d ? "status.line" : asking_store(d->asking) ? "status.asks" : "status.open";

        step_answer(s, c->nomor, step_text(s, s->language, line, FILLS(f)));
    }
}

static void run_batal(struct step *s, const struct command *c)
{
    struct filed_report *r = hers(s, c->nomor, false);
    struct draft *d = drafts_find(s->state, c->nomor);

    if (!r)
        return;
    if (slice_is(r->status, "cancelled")) {
        say(s, c->nomor, "batal.already");
        return;
    }
    referral_cancel(s, r);
    joined_alive(s, r);
    if (d) {
        step_timer(s, arena_printf(s->arena, "draft:%.*s", SLICE_ARG(c->nomor)), slice_make("", 0), 0);
        drafts_remove(s->state, c->nomor);
    }
    if (!r->draft) {
        filing_untally(s, r);
        filing_unweigh(s, r);
        filing_take_back(s, r);
        r->version++;
    }
    r->status = S("cancelled");
    if (!r->draft)
        report_row(s, r);
    report_save(s, r);
    if (!slice_eq(r->reporter, s->msisdn)) {
        const struct text_fill f[] = { { "nomor", c->nomor },
                                       { "nama", s->person ? s->person->name : S("") } };

        step_sms(s, r->reporter, SMS_NOTICE, c->nomor,
                 step_text(s, step_language_of(s, r->reporter), "batal.by_staff", FILLS(f)));
    }
    say(s, c->nomor, "batal.done");
}

/* Only its reporter can complete a report: the draft of another, or one that is over. */
static void not_open(struct step *s, const struct filed_report *r)
{
    const struct text_fill f[] = { { "nomor", r->nomor },
                                   { "form", r->form->title },
                                   { "hp", step_phone(s, r->reporter) },
                                   numbered_term(s) };

    step_reason(s, "command_refused");
    step_answer(s, r->nomor,
                step_text(s, s->language,
                          slice_is(r->status, "expired")     ? "draft.expired"
                          : slice_eq(r->reporter, s->msisdn) ? "draft.not_open"
                                                             : "draft.of_other",
                          FILLS(f)));
}

/* `tanda tidak ada`: the label of a list that may be empty, and that there is nothing of the kind.  Its
 * label, or empty; out: the report without it. */
static struct slice corrected_to_none(struct step *s, const struct report *known, struct slice text,
                                      int64_t at_ms, struct report *out)
{
    const struct form *form = known->form;

    for (unsigned i = 0; i < form->fields_n; i++) {
        const struct field *f = &form->fields[i];
        bool may = f->type == FIELD_CHOICES && !f->hidden;

        for (unsigned v = 0; v < form->variants_n; v++)
            may = may && !variant_requires(&form->variants[v], i);
        if (!may || !words_labelled(f, text, s->arena) ||
            words_answer(s->rules, f, text, s->arena) != WORD_NOTHING)
            continue;
        *out = *known;
        out->values[i] = (struct value){ .kind = VALUE_ABSENT };
        out->faults[i] = 0;
        understand_judge(s->rules, at_ms, s->arena, out);
        return reply_label(form, f->name);
    }
    return slice_make("", 0);
}

static void refuse_command(struct step *s, const struct command *c, const struct form *form)
{
    step_reason(s, "command_refused");
    step_answer(s, c->nomor, reply_command_error(s->rules, s->language, c, form, s->arena));
}

/* Its words fit no form by themselves (`A7` of a W2, a value out of range): its report may know better. */
static bool fits_no_form(const struct command *c)
{
    return c->status == REPORT_ACCEPTED || slice_is(c->error_field, "arg") || c->error == ERROR_OUT_OF_RANGE;
}

static void say_what(struct step *s, struct slice nomor)
{
    step_reason(s, "command_refused");
    say(s, nomor, "koreksi.what");
}

/* What she means all the same, as the line that does it. */
static bool mended(struct step *s, const struct filed_report *r, const struct report *known,
                   struct slice words)
{
    const struct last_report about = { .nomor = r->nomor,
                                       .whom = r->whom,
                                       .form = known->form,
                                       .values = (struct value *)(uintptr_t)known->values };
    struct report *fixed = ARENA_NEW(s->arena, struct report);

    if (!fixed || s->reading->said.emergency ||
        !mending_read(s->rules, &about, words, s->seen->inbound->received_ms, s->arena, fixed))
        return false;
    fix_ready_line(s, &about, fixed);
    return true;
}

static void run_koreksi(struct step *s, const struct command *c)
{
    struct filed_report *r = hers(s, c->nomor, false);
    struct report *fixed = ARENA_NEW(s->arena, struct report);
    struct report *known = ARENA_NEW(s->arena, struct report);
    struct draft *d = drafts_find(s->state, c->nomor);
    struct slice none, said;
    struct filed out;

    if (!r || !fixed || !known)
        return;
    if (slice_is(r->status, "cancelled")) {
        say(s, c->nomor, "batal.already");
        return;
    }
    if (d) {
        drafts_report(d, known);
    } else {
        known->form = r->form;
        memcpy(known->values, r->values, sizeof known->values);
    }
    said = understand_codes_said(s->rules, known->form, c->correction, s->arena); /* `diare 6` */
    none = corrected_to_none(s, known, c->correction, r->at_ms, fixed);
    if (!none.n && !fits_no_form(c)) {
        if (!mended(s, r, known, c->correction))
            refuse_command(s, c, r->form);
        return;
    }
    if (!none.n &&
        !understand_correction(s->rules, known, said, s->seen->inbound->received_ms, s->arena, fixed)) {
        if (!mended(s, r, known, c->correction))
            say_what(s, c->nomor);
        return;
    }
    {
        struct filing f = { .report = fixed, .draft = d, .correct = r->draft ? NULL : r, .none = none };

        if (d && d->correct)
            f.correct = r;
        if (r->draft && !d) {
            if (!numbered_over(s, r))
                not_open(s, r);
            return;
        }
        emergency_doubt(s, known, fixed);
        filing_file(s, &f, &out);
    }
    step_answer(s, c->nomor, out.text);
    emergency_corrected(s, c, fixed);
}

static void run_cek(struct step *s, const struct command *c)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    if (!r)
        return;
    if (!report_load(s, c->nomor, r) || r->draft) {
        wrong_number(s, c->nomor);
        return;
    }
    if (!roles_chain(s, s->person, r->posting)) {
        step_reason(s, "command_refused");
        say(s, c->nomor, "number.not_yours");
        return;
    }
    if (!slice_is(r->status, "cancelled") && !slice_is(r->status, "checked")) {
        r->version++;
        r->status = S("checked");
        report_row(s, r);
        report_save(s, r);
    }
    say(s, c->nomor, slice_is(r->status, "checked") ? "cek.done" : "batal.already");
}

/* --- referrals and episodes --- */

static void run_referral(struct step *s, const struct command *c)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    if (!r || (c->kind == COMMAND_TOLAK && approval_refuse(s, c)))
        return;
    if (!report_load(s, c->nomor, r) || r->referral.state == REFERRAL_NONE)
        wrong_number(s, c->nomor);
    else
        referral_answer(s, c, r);
}

/* OK and SIAP say yes to what the number is of: of a case that waits for staff they are TERIMA (RULINGS 57).
 */
static bool means_terima(struct step *s, const struct command *c)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    return c->kind == COMMAND_OK && r && (s->staff || roles_may_command(s->person, COMMAND_TERIMA)) &&
           report_load(s, c->nomor, r) && r->referral.state != REFERRAL_NONE;
}

static void run_episode(struct step *s, const struct command *c)
{
    struct command terima = *c;

    if (means_terima(s, c)) {
        terima.kind = COMMAND_TERIMA;
        run_referral(s, &terima);
        return;
    }
    if (number_kind(step_blob(s, SUBJECT_NUMBER, c->nomor), s->arena) != NUMBER_EPISODE)
        wrong_number(s, c->nomor);
    else
        alert_answer(s, c);
}

/* --- help and the rest --- */

static void run_help(struct step *s, const struct command *c)
{
    const struct form *form = form_by_name(&s->rules->forms, c->arg);

    step_answer(s, slice_make("", 0),
                c->kind == COMMAND_FORMAT && form
                    ? reply_format(s->rules, s->language, form, s->arena)
                    : reply_help(s->rules, s->language, step_role(s), s->arena));
}

static void run_stop(struct step *s, const struct command *c)
{
    s->state->stopped = c->kind == COMMAND_BERHENTI;
    s->state->changed = true;
    say(s, slice_make("", 0), s->state->stopped ? "stop.done" : "stop.undone");
}

/* The NIK of a child, checked against its sex and its birth (within a month: the birth may be estimated). */
static void run_nik(struct step *s, const struct command *c)
{
    int64_t today = date_today(s->now_ms, s->rules->utc_offset_min), births[2], born = 0;
    const struct place *pkm = step_puskesmas(s, s->person->place);
    const char *key = "nik.done";
    struct child child;

    if (!child_load(s, c->nomor, &child)) {
        wrong_number(s, c->nomor);
        return;
    }
    if (!nik_valid(c->nik, today)) {
        key = "nik.wrong";
    } else if (!pkm || !slice_eq(pkm->code, child.puskesmas)) {
        key = "nik.far";
    } else {
        nik_births(c->nik, today, births);
        if (!date_parse_iso(child.tgl_lahir, &born) || nik_sex(c->nik) != child.jk.p[0] ||
            births[0] < born - 31 || births[0] > born + 62)
            key = "nik.other";
    }
    if (strcmp(key, "nik.done") == 0) {
        child.nik = c->nik;
        child_changed(s, &child);
    } else {
        step_reason(s, "command_refused");
    }
    {
        const struct text_fill f[] = { { "anak", c->nomor }, { "nama", child.nama } };

        step_answer(s, c->nomor, step_text(s, s->language, key, FILLS(f)));
    }
}

/* Her skills and level; the first ones that are missing. */
static void run_cakap(struct step *s, const struct command *c)
{
    static const char *const levels[] = { [LEVEL_NONE] = "cakap.none",
                                          [LEVEL_PURWA] = "cakap.purwa",
                                          [LEVEL_MADYA] = "cakap.madya",
                                          [LEVEL_UTAMA] = "cakap.utama" };
    uint32_t skills = s->rules->programme ? programme_skills(s->rules->programme, s->msisdn) : 0;
    unsigned have = 0;
    struct slice missing;
    struct buf b;

    (void)c;
    buf_init(&b, 256);
    for (unsigned i = 0, lacks = 0; i < SKILLS; i++) {
        bool has = skills >> i & 1, ends = i + 1 == SKILLS || skill_code(i + 1)[0] != skill_code(i)[0];
        const char *group = arena_printf(s->arena, "cakap.%c", skill_code(i)[0]).p;

        have += has;
        lacks += !has;
        if (!ends)
            continue;
        if (lacks)
            buf_printf(&b, "%s%.*s %u", b.n ? ", " : "", SLICE_ARG(step_text(s, s->language, group, NULL, 0)),
                       lacks);
        lacks = 0;
    }
    missing = buf_into(&b, s->arena);
    {
        const struct text_fill f[] = {
            { "jumlah", arena_printf(s->arena, "%u", have) },
            { "keadaan", step_text(s, s->language, levels[competence_level(skills)], NULL, 0) },
            { "daftar", missing },
        };

        step_answer(s, slice_make("", 0),
                    step_text(s, s->language, have == SKILLS ? "cakap.all" : "cakap.line", FILLS(f)));
    }
}

/* FORMAT of nothing that there is asks what there is; what KOREKSI's words say is known by its report. */
static bool runs_all_the_same(const struct command *c)
{
    return c->kind == COMMAND_FORMAT || (c->kind == COMMAND_KOREKSI && c->nomor.n && c->correction.n &&
                                         !slice_is(c->error_field, "nomor"));
}

/* Staff and heads may leave its number out where one is open for them (RULINGS 57). */
static bool about_a_number(enum command_kind kind)
{
    static const bool may[COMMANDS] = {
#define COMMAND(id, name, who, open, argument, does, run) [COMMAND_##id] = open,
#include "flows/understand/commands.def"
    };

    return may[kind];
}

void commands_run(struct step *s, const struct command *c)
{
    static void (*const run[COMMANDS])(struct step *, const struct command *) = {
#define COMMAND(id, name, who, open, argument, does, run) [COMMAND_##id] = run,
#include "flows/understand/commands.def"
    };

    step_reason(s, "command");
    if (!s->staff && !roles_may_command(s->person, c->kind)) {
        if (!c->nomor.n && waits_passed_on(s))
            return; /* `bidan belum datang` is no TIDAK HADIR */
        filing_keep(s);
        roles_refuse(s);
        return;
    }
    if (c->kind == COMMAND_OK && !c->nomor.n && s->state->drafts_n) { /* no yes, and nothing is settled */
        questions_again(s);
        return;
    }
    if (c->kind == COMMAND_OK && !c->nomor.n && s->person && s->person->role == ROLE_KADER) {
        step_reason(s, "thanks");
        say(s, c->nomor, "unknown.thanks"); /* `ok` and no more: she has read our answer */
        return;
    }
    if (c->kind == COMMAND_STATUS && c->error == ERROR_MISSING && s->state->drafts_n) {
        questions_list(s);
        return;
    }
    if (c->kind == COMMAND_BATAL && !c->nomor.n && c->error == ERROR_MISSING) {
        questions_cancel_what(s);
        return;
    }
    if (!c->nomor.n && c->status == REPORT_ACCEPTED && about_a_number(c->kind)) {
        struct command missing = *c;

        missing.status = REPORT_REJECTED;
        missing.error = ERROR_MISSING;
        missing.error_field = S("nomor");
        refuse_command(s, &missing, NULL);
        return;
    }
    if (c->status != REPORT_ACCEPTED && !runs_all_the_same(c)) {
        struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
        bool known = r && c->nomor.n && report_load(s, c->nomor, r);

        refuse_command(s, c, known ? r->form : NULL);
        return;
    }
    run[c->kind](s, c);
}
