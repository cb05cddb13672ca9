/* answers.c - a draft is answered.  See answers.h. */
#include "flows/talk/answers.h"

#include <string.h>

#include "flows/filing/referral.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/talk/death.h"
#include "flows/talk/doubts.h"
#include "flows/talk/fix.h"
#include "flows/talk/listing.h"
#include "flows/talk/numbered.h"
#include "flows/talk/questions.h"
#include "flows/talk/unread.h"
#include "flows/talk/emergency.h"
#include "flows/talk/waits.h"
#include "flows/talk/words.h"
#include "gateway/conf/rules.h"

static void sure_of(struct step *s, struct draft *d, struct slice field)
{
    if (!drafts_is_sure(d, field))
        d->sure = arena_printf(s->arena, "%.*s,%.*s", SLICE_ARG(d->sure), SLICE_ARG(field));
    s->state->changed = true;
}

/* What the answer brought, for the next question: "BB 9,2 ok."  The field asked again shows itself. */
static struct slice noted(struct step *s, const struct draft *d, const struct report *r)
{
    struct slice asked = r->status == REPORT_ACCEPTED ? slice_make("", 0) : r->error_field;
    struct slice all = fix_changes(s, d->form, d->values, r, asked, ", ");
    const struct text_fill f[] = { { "nilai", all } };

    return all.n ? step_text(s, s->language, "ask.noted", FILLS(f)) : all;
}

static void end_draft(struct step *s, const struct draft *d)
{
    struct slice nomor = d->nomor;

    step_timer(s, arena_printf(s->arena, "draft:%.*s", SLICE_ARG(nomor)), slice_make("", 0), 0);
    drafts_remove(s->state, nomor);
}

/* The draft comes to nothing: its number says so from now on. */
static void drop_draft(struct step *s, const struct draft *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    if (r && report_load(s, d->nomor, r) && r->draft) {
        r->status = S("cancelled");
        report_save(s, r);
    }
    end_draft(s, d);
}

/* What she sent for the week or month that this draft turns out to be for. */
static bool sent_before(struct step *s, const struct draft *d, const struct report *r,
                        struct filed_report *sent)
{
    return !d->correct && filing_sent_before(s, r, d->at_ms, sent) && !slice_eq(sent->nomor, d->nomor);
}

/* Files a draft again with what is known now, and answers. */
static void file_again(struct step *s, const struct draft *d, const struct report *r)
{
    struct filed_report *old = ARENA_NEW(s->arena, struct filed_report);
    struct filing f = { .report = r,
                        .draft = d,
                        .hash = d->hash,
                        .new_person = d->not_child,
                        .second = d->second,
                        .child = d->picked,
                        .noted = noted(s, d, r) };
    struct filed out;

    if (!old)
        return;
    if (r->status == REPORT_ACCEPTED && sent_before(s, d, r, old)) {
        f.draft = NULL;
        f.resent = true;
        f.correct = old;
        drop_draft(s, d);
    } else if (d->correct && report_load(s, d->nomor, old)) {
        f.correct = old;
    }
    filing_file(s, &f, &out);
    step_reason(s, out.kind == FILED_ACCEPTED ? "repaired" : "confirm");
    step_answer(s, out.nomor, out.text);
}

/* `ya tapi tb 75`: what came with the yes. */
static void take_beside(const struct reading *said, const struct draft *d, struct report *r)
{
    for (unsigned i = 0; said->mends && i < d->form->fields_n; i++)
        if (!value_equal(&d->values[i], &said->answer.values[i])) {
            r->values[i] = said->answer.values[i];
            r->faults[i] = said->answer.faults[i];
        }
}

static void judge_again(struct step *s, const struct draft *d, struct report *r)
{
    drafts_report(d, r);
    take_beside(s->reading, d, r);
    understand_judge(s->rules, d->at_ms, s->arena, r);
}

void answers_value(struct step *s)
{
    struct draft *d = drafts_find(s->state, s->reading->nomor);
    struct report *r = ARENA_NEW(s->arena, struct report);

    if (!d || !r)
        return;
    *r = s->reading->answer;
    doubts_keep_worst(s->rules, d, d->at_ms, s->arena, r);
    if (s->reading->another.n && !r->emergency)
        doubts_another(d, s->reading->another, r);
    if ((r->status != REPORT_REJECTED || !slice_eq(r->error_field, d->field)) &&
        questions_read_back(d, s->reading) && !questions_named_before(s, d, r)) {
        r->status = REPORT_CONFIRM;
        r->error = ERROR_AMBIGUOUS;
        r->error_field = d->field;
    }
    file_again(s, d, r);
}

/* The measures of the draft in the place of those of the report before; who it is stays as it was. */
static void overlay(const struct draft *d, struct report *out)
{
    static const enum meaning whose[] = { AS_NAME, AS_SEX, AS_AGE, AS_BIRTH, AS_NUMBER, AS_NIK };

    for (unsigned i = 0; i < d->form->fields_n; i++) {
        bool measure = d->values[i].kind != VALUE_ABSENT;

        for (size_t k = 0; k < sizeof whose / sizeof *whose; k++)
            measure &= d->form->fields[i].as != whose[k];
        if (measure)
            out->values[i] = d->values[i];
    }
}

/* `Ganti yang tadi? YA`: a new version of the weighing before.  False when it is gone. */
static bool replace(struct step *s, struct draft *d)
{
    struct filed_report *old = ARENA_NEW(s->arena, struct filed_report);
    struct report *r = ARENA_NEW(s->arena, struct report);
    struct filing f = { .report = r, .correct = old };
    struct filed out;

    if (!old || !r || !report_load(s, d->before, old) || old->form != d->form || old->draft ||
        slice_is(old->status, "cancelled"))
        return false;
    r->form = old->form;
    memcpy(r->values, old->values, sizeof r->values);
    overlay(d, r);
    understand_judge(s->rules, old->at_ms, s->arena, r);
    drop_draft(s, d);
    filing_file(s, &f, &out);
    step_reason(s, out.kind == FILED_ACCEPTED ? "repaired" : "confirm");
    step_answer(s, out.nomor, out.text);
    return true;
}

/* TIDAK to `Ganti yang tadi?` and `Kembar?`, YA to a baby whose LAHIR is there: what was there stays, the new
 * one is not filed. */
static void keep_before(struct step *s, struct draft *d)
{
    struct slice bb = form_called(d->form, AS_WEIGHT);
    struct slice kg = reply_value(d->form, d->values, bb, s->arena);
    const struct text_fill f[] = {
        { "nomor", d->nomor },
        { "siapa", questions_whom(s, d) },
        { "dulu", d->before },
        { "contoh",
          kg.n ? arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(reply_label(d->form, bb)), SLICE_ARG(kg))
               : reply_example(d->form, bb, s->arena) },
    };

    step_reason(s, "repaired");
    step_answer(
        s, d->nomor,
        step_text(s, s->language, d->asking == ASK_AGAIN ? "draft.same_day" : "draft.same_baby", FILLS(f)));
    drop_draft(s, d);
}

static void say_yes(struct step *s, struct draft *d)
{
    struct report *r = ARENA_NEW(s->arena, struct report);

    if (!r)
        return;
    if (d->asking == ASK_DEATH) {
        sure_of(s, d, d->field);
        death_noted(s, d);
        judge_again(s, d, r);
        death_file(s, d, r);
        return;
    }
    if (d->asking == ASK_CHILD && d->before.n) {
        keep_before(s, d);
        return;
    }
    if (d->asking == ASK_AGAIN && replace(s, d))
        return;
    if (d->asking == ASK_SURE)
        d->unsure = slice_make("", 0);
    else if (d->asking == ASK_TWIN)
        d->not_child = true;
    else if (d->asking == ASK_CHILD)
        d->picked = d->child;
    else {
        questions_agree_to_no(s, d);
        sure_of(s, d, d->field);
    }
    judge_again(s, d, r);
    file_again(s, d, r);
}

static struct value *field_value(struct draft *d, struct slice field, unsigned *index)
{
    int i = form_field_named(d->form, field);

    *index = i >= 0 ? (unsigned)i : 0;
    return i >= 0 ? &d->values[i] : NULL;
}

/* The guess was wrong, or the field is still open: its value is asked for. */
static void ask_value(struct step *s, struct draft *d, struct slice field)
{
    int codes = slice_is(field, "nihil") ? form_as(d->form, AS_CODES) : -1;
    unsigned i;
    struct value *v;

    field = codes >= 0 ? d->form->fields[codes].name : field; /* there are cases: which? */
    v = field_value(d, field, &i);
    if (v && (d->asking == ASK_VALUE || !slice_eq(field, d->field))) {
        *v = (struct value){ .kind = VALUE_ABSENT };
        d->faults[i] = 0;
    }
    if (d->asking == ASK_VALUE || !slice_eq(field, d->field)) {
        d->asking = ASK_FIELD;
        d->error = ERROR_MISSING;
        d->field = field;
        d->asked = reply_label(d->form, field);
    }
    {
        const struct text_fill f[] = { { "nomor", d->nomor },
                                       { "siapa", questions_whom(s, d) },
                                       { "field", reply_label(d->form, d->field) },
                                       { "contoh", reply_example(d->form, d->field, s->arena) } };

        d->question = step_text(s, s->language, s->reading->words == WORD_DENIED ? "ask.denied" : "ask.again",
                                FILLS(f));
        s->state->changed = true;
        step_reason(s, "rejected");
        step_answer(s, d->nomor, d->question);
    }
}

static void say_new(struct step *s, struct draft *d, bool other)
{
    struct report *r = ARENA_NEW(s->arena, struct report);
    bool second = d->asking == ASK_AGAIN && !other && !d->not_child;

    if (!r)
        return;
    d->second |= second;
    d->not_child |= !second;
    d->picked = second ? d->picked : slice_make("", 0);
    s->state->changed = true;
    judge_again(s, d, r);
    file_again(s, d, r);
}

/* `bukan bu, anak lain`: to a report by number the number is wrong. */
static void say_other(struct step *s, struct draft *d)
{
    unsigned i;
    const struct value *nomor = field_value(d, S("nomor"), &i);
    bool by_number = nomor && nomor->kind != VALUE_ABSENT;

    if (d->asking == ASK_CHILD || d->asking == ASK_TWIN || (d->asking == ASK_AGAIN && !by_number))
        say_new(s, d, true);
    else if (!d->correct && d->form->about == FORM_ABOUT_CHILD && by_number)
        ask_value(s, d, S("nomor"));
    else
        questions_repeat(s, d);
}

static void say_nothing(struct step *s, struct draft *d)
{
    struct report *r = ARENA_NEW(s->arena, struct report);
    unsigned i;
    struct value *v = field_value(d, d->field, &i);

    if (!r || !v)
        return;
    *v = (struct value){ .kind = VALUE_ABSENT };
    d->faults[i] = 0;
    sure_of(s, d, d->field);
    judge_again(s, d, r);
    file_again(s, d, r);
}

/* A correction that is not made after all: the record stays as it is, and that is said (RULINGS 55). */
static void keep_record(struct step *s, struct draft *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    bool known = r && report_load(s, d->nomor, r);
    const struct text_fill f[] = {
        { "nomor", d->nomor },
        { "isi", known ? reply_echo(r->form, r->values, s->arena) : slice_make("", 0) },
    };

    if (known && r->referral.doubtful) {
        referral_unfounded(s, r, f[1].value);
        report_save(s, r);
    }
    step_reason(s, "repaired");
    step_answer(s, d->nomor, step_text(s, s->language, "koreksi.kept", FILLS(f)));
    end_draft(s, d);
}

/* TIDAK, nobody whom it is about died: the report as it is. */
static void say_living(struct step *s, struct draft *d)
{
    struct report *r = ARENA_NEW(s->arena, struct report);

    if (!r)
        return;
    death_denied(s, d);
    sure_of(s, d, d->field);
    judge_again(s, d, r);
    file_again(s, d, r);
}

/* `ga jadi`: the unfinished report is dropped.  One that staff were told of is not dropped by a word that may
 * have been meant for something else: her own BATAL does that. */
static void say_cancel(struct step *s, struct draft *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    bool known = r && report_load(s, d->nomor, r);
    const struct text_fill f[] = { { "nomor", d->nomor }, { "siapa", questions_whom(s, d) } };
    struct slice words;

    if (d->correct) {
        keep_record(s, d);
        return;
    }
    step_reason(s, "command");
    if (known && r->referral.state != REFERRAL_NONE) {
        (void)emergency_number(s->state, s->reading->said.body, s->arena, &words);
        if (waits_talks(words)) /* who was told hears that, too */
            referral_added(s, r, words);
        step_answer(s, d->nomor, step_text(s, s->language, "batal.sure", FILLS(f)));
        return;
    }
    step_answer(s, d->nomor, step_text(s, s->language, "batal.draft", FILLS(f)));
    drop_draft(s, d);
}

static void say_no(struct step *s, struct draft *d)
{
    unsigned i;
    const struct value *v = field_value(d, d->field, &i);

    if (d->correct)
        keep_record(s, d);
    else if (d->asking == ASK_DEATH)
        say_living(s, d);
    else if (d->asking == ASK_CHILD)
        say_new(s, d, false);
    else if (d->asking == ASK_SURE)
        say_cancel(s, d);
    else if (asking_store(d->asking))
        keep_before(s, d);
    else if (questions_may_be_none(d) && (d->asking == ASK_FIELD || (v && v->n <= 1)))
        say_nothing(s, d);
    else
        ask_value(s, d, d->field);
}

static void answer_word(struct step *s, struct draft *d, enum answer_word word)
{
    bool unseen = d->unseen && asking_store(d->asking); /* nobody says YA to a child that she has not seen */
    bool death = d->asking == ASK_DEATH || d->asking == ASK_SURE;

    if ((unseen && word != WORD_CANCEL) || (word == WORD_NO && questions_denied(d)) ||
        (death && (word == WORD_NEW || word == WORD_OTHER || word == WORD_NOTHING))) {
        questions_repeat(s, d);
        return;
    }
    switch (word) {
    case WORD_YES:
        if (d->asking == ASK_FIELD)
            ask_value(s, d, d->field);
        else if (d->asking == ASK_AGAIN && d->not_child)
            questions_other(s);
        else
            say_yes(s, d);
        break;
    case WORD_NO:
        say_no(s, d);
        break;
    case WORD_NEW:
        if (asking_store(d->asking))
            say_new(s, d, false);
        else
            say_other(s, d);
        break;
    case WORD_OTHER:
        say_other(s, d);
        break;
    case WORD_NOTHING:
    case WORD_UNMEASURED:
        if (drafts_may_lack(d) && (!d->correct || questions_may_be_none(d)))
            say_nothing(s, d);
        else
            unread_needed(s, d);
        break;
    case WORD_LATER:
        unread_waits(s, d);
        break;
    case WORD_CANCEL:
        say_cancel(s, d);
        break;
    case WORD_DENIED:
        if (d->asking == ASK_FIELD && !questions_in_hands(s, d))
            ask_value(s, d, d->field);
        else
            questions_repeat(s, d);
        break;
    case WORD_UNHEARD:
        questions_unheard(s, d);
        break;
    case WORD_NONE:
        break;
    }
}

void answers_words(struct step *s)
{
    struct slice nomor = s->reading->nomor;
    struct draft *d = nomor.n ? drafts_find(s->state, nomor) : drafts_only(s->state);

    step_reason(s, "confirm");
    if (d)
        answer_word(s, d, (enum answer_word)s->reading->words);
    else if (s->state->drafts_n)
        questions_which(s);
    else
        questions_cancel_what(s);
}

void answers_command(struct step *s, const struct command *c)
{
    struct draft *d = c->nomor.n ? drafts_find(s->state, c->nomor) : drafts_only(s->state);

    if (!c->nomor.n && (s->state->drafts_n > 1 || (d && c->kind == COMMAND_BARU && s->state->again.n))) {
        questions_which(s);
        return;
    }
    if (!d) {
        const struct text_fill f[] = { { "nomor", c->nomor } };

        step_reason(s, "command_refused");
        if (c->nomor.n ? numbered_lapsed(s, c->nomor)
                       : listing_waiting(s)) /* `tidak siap`: nothing is asked, but a case waits */
            return;
        step_answer(s, c->nomor,
                    step_text(s, s->language, c->nomor.n ? "draft.not_open" : "draft.none", FILLS(f)));
        return;
    }
    answer_word(s, d, c->kind == COMMAND_YA ? WORD_YES : c->kind == COMMAND_TIDAK ? WORD_NO : WORD_NEW);
}

void answers_expired(struct step *s, const struct due *due)
{
    const struct draft *d = drafts_find(s->state, due->nomor);
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    step_reason(s, "timer_idle");
    if (!d || !r)
        return;
    step_reason(s, "draft_expired"); /* the staff list is what ended so (district/log_db.h) */
    if (!report_load(s, due->nomor, r) || d->correct || !referral_is_open(&r->referral)) {
        const struct text_fill f[] = { { "nomor", d->nomor }, { "form", d->form->title }, numbered_term(s) };

        step_sms(s, s->msisdn, SMS_NOTICE, d->nomor,
                 step_text(s, s->language, d->correct ? "koreksi.expired" : "draft.expired", FILLS(f)));
    }
    if (r->nomor.n && r->draft) {
        r->status = S("expired"); /* a referral that it opened goes on */
        report_save(s, r);
    }
    drafts_remove(s->state, due->nomor);
}
