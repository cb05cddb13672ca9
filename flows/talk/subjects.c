/* subjects.c - see subjects.h. */
#include "flows/talk/subjects.h"

#include <string.h>

#include "flows/alert/pws.h"
#include "flows/care/child.h"
#include "flows/care/tasks.h"
#include "flows/filing/filing.h"
#include "flows/step/drafts.h"
#include "flows/talk/chat.h"
#include "flows/talk/commands.h"
#include "flows/talk/emergency.h"
#include "flows/talk/questions.h"
#include "flows/talk/waits.h"
#include "parsers/text.h"

/* KOREKSI of an open report may say another child: it is looked for too. */
static bool correction_subjects(const struct ruleset *rules, const struct sender *who, const struct draft *d,
                                int64_t at_ms, struct arena *a, struct intent *out)
{
    struct slice correction = out->reading->said.command.correction;
    struct report *known = ARENA_NEW(a, struct report), *fixed = ARENA_NEW(a, struct report);

    if (!known || !fixed)
        return false;
    drafts_report(d, known);
    return !understand_correction(rules, known, correction, at_ms, a, fixed) ||
           filing_subjects(rules, who, &out->reading->state->open, fixed, a, out);
}

/* What she sent for the same week or month. */
static bool sent_before(const struct ruleset *rules, const struct reading *r, const struct report *report,
                        int64_t at_ms, struct arena *a, struct intent *out)
{
    struct slice period = filing_period(rules, report, at_ms, a);

    return !period.n || intent_add(out, SUBJECT_NUMBER, drafts_sent(r->state, report->form, period));
}

/* The words stand in a text as words, in any case. */
static bool says(struct slice text, struct slice words, struct arena *a)
{
    struct slice low = arena_printf(a, " %.*s ", SLICE_ARG(text_lowered(text, a)));
    struct slice wanted = arena_printf(a, " %.*s ", SLICE_ARG(text_lowered(words, a)));

    while (low.n >= wanted.n && wanted.n > 2) {
        if (slice_eq(slice_take(low, wanted.n), wanted))
            return true;
        low = slice_skip(low, 1);
    }
    return false;
}

/* The cry for help that is said again as a RUJUK, with the name or the reason that stands in it, while its
 * name is asked for still: one patient, one number. */
static const struct draft *cry_retyped(const struct ruleset *rules, const struct sender_state *state,
                                       const struct report *r, int64_t at_ms, struct arena *a)
{
    struct slice nama = child_called(rules, report_text(r, AS_NAME), a), why = report_text(r, AS_REASON);

    for (unsigned i = 0; r->form && form_is(r->form, FORM_REFERRAL) && i < state->drafts_n; i++) {
        const struct draft *d = &state->drafts[i];
        struct slice words = text_as(d->form, d->values, AS_REASON);

        if (form_is(d->form, FORM_REFERRAL) && !d->correct && d->at_ms + DRAFTS_LAST_MS > at_ms &&
            !value_as(d->form, d->values, AS_NAME) && !value_as(d->form, d->values, AS_NUMBER) && nama.n &&
            (says(words, nama, a) || says(words, why, a)))
            return d;
    }
    return NULL;
}

/* A report, the draft that it repeats, and what was sent for its week or month before. */
static bool report_subjects(const struct ruleset *rules, const struct sender *who, unsigned i, int64_t at_ms,
                            struct arena *a, struct intent *out)
{
    struct reading *r = out->reading;
    const struct report *report = &r->said.reports[i];
    const struct draft *same = drafts_retyped(r->state, report);
    const struct draft *d = same ? same : cry_retyped(rules, r->state, report, at_ms, a);
    bool ok = filing_subjects(rules, who, &r->state->open, report, a, out);

    if (d && !r->retyped)
        r->retyped = ARENA_ARRAY(a, struct slice, UNDERSTAND_REPORTS);
    if (d && r->retyped) {
        r->retyped[i] = d->nomor;
        ok = intent_add(out, SUBJECT_NUMBER, d->nomor) && ok;
    }
    return sent_before(rules, r, report, at_ms, a, out) && ok;
}

static bool name_subjects(const struct ruleset *rules, const struct sender *who, struct sender_state *state,
                          int64_t at_ms, struct arena *a, struct intent *out)
{
    struct reading *r = out->reading;
    const struct repeat *again = drafts_repeat(state, r->hash);
    const struct draft *d = NULL;
    bool ok = true;

    if (r->kind == READING_COMMAND) {
        ok = commands_subjects(&r->said.command, out);
        if (r->said.command.kind == COMMAND_PWS)
            ok = pws_subjects(rules, who, &r->said.command, a, out) && ok;
        if (r->said.command.kind == COMMAND_TUGAS && who->person)
            ok = tasks_subjects_of(rules, who->person, a, out) && ok;
        d = r->said.command.nomor.n ? drafts_find(state, r->said.command.nomor) : drafts_only(state);
        if (d && r->said.command.kind == COMMAND_KOREKSI)
            ok = correction_subjects(rules, who, d, at_ms, a, out) && ok;
    } else if (r->kind == READING_WORDS) {
        d = r->nomor.n ? drafts_find(state, r->nomor) : drafts_only(state);
        if (r->mends)
            ok = filing_subjects(rules, who, &r->state->open, &r->answer, a, out) && ok;
    } else if (r->kind == READING_ANSWER) {
        d = drafts_find(state, r->nomor);
        ok = filing_subjects(rules, who, &r->state->open, &r->answer, a, out) &&
             sent_before(rules, r, &r->answer, at_ms, a, out);
    } else if (r->kind == READING_REPORTS) {
        for (unsigned i = 0; i < r->said.reports_n; i++)
            if (reading_takes(r, i))
                ok = report_subjects(rules, who, i, at_ms, a, out) && ok;
    }
    if (r->kind == READING_NOTHING) /* it may be staff's already */
        for (unsigned i = 0; i < state->drafts_n; i++)
            if (&state->drafts[i] == drafts_only(state) || &state->drafts[i] == questions_nameless(state))
                ok = intent_add(out, SUBJECT_NUMBER, state->drafts[i].nomor) && ok;
    if (r->kind == READING_NOTHING || r->kind == READING_EMERGENCY ||
        (r->kind == READING_COMMAND && !r->said.command.nomor.n))
        ok = intent_add(out, SUBJECT_NUMBER, waits_whom(rules, r, a)) && /* she may wait for somebody */
             intent_add(out, SUBJECT_NUMBER, state->last.nomor) &&
             intent_add(out, SUBJECT_NUMBER, waits_of_staff(rules, r, a)) &&
             intent_add(out, SUBJECT_NUMBER, waits_of_news(rules, r, a)) &&
             intent_add(out, SUBJECT_NUMBER, emergency_own(state)) &&
             (r->kind != READING_NOTHING || intent_add(out, SUBJECT_NUMBER, chat_about(state))) && ok;
    if (r->kind == READING_EMERGENCY || r->kind == READING_FIX)
        ok = intent_add(out, SUBJECT_NUMBER, r->joins) && intent_add(out, SUBJECT_NUMBER, r->nomor) && ok;
    if (again)
        ok = intent_add(out, SUBJECT_NUMBER, again->nomor) && ok;
    for (unsigned i = 0; i < r->of_n; i++)
        ok = intent_add(out, SUBJECT_NUMBER, r->of[i]) && ok;
    if (d) {
        struct report *seen = ARENA_NEW(a, struct report);

        if (!seen)
            return false;
        seen->form = d->form;
        memcpy(seen->values, d->values, sizeof seen->values);
        ok = sent_before(rules, r, seen, at_ms, a, out) && ok;
        ok = intent_add(out, SUBJECT_NUMBER, d->nomor) && intent_add(out, SUBJECT_NUMBER, d->child) &&
             intent_add(out, SUBJECT_NUMBER, d->picked) && intent_add(out, SUBJECT_NUMBER, d->before) &&
             filing_subjects(rules, who, &r->state->open, seen, a, out) && ok;
    }
    return ok;
}

void subjects_name(const struct ruleset *rules, const struct sender *who, int64_t at_ms, struct arena *a,
                   struct intent *out)
{
    struct reading *all = out->reading;

    for (struct reading *r = all; r; r = r->next) {
        out->reading = r;
        (void)name_subjects(rules, who, r->state, at_ms, a, out);
        for (unsigned i = 0; i < r->said.reports_n; i++)
            out->reports += reading_takes(r, i);
        out->reports += reading_cries(r);
    }
    out->reading = all;
}
