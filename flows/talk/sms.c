/* sms.c - an SMS: what it says in the light of what is open for its sender, and who decides about each part
 * of it.  See sms.h. */
#include "flows/talk/sms.h"

#include <string.h>

#include "flows/filing/filing.h"
#include "flows/step/drafts.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/step/roles.h"
#include "flows/talk/answers.h"
#include "flows/talk/beside.h"
#include "flows/talk/questions.h"
#include "flows/talk/commands.h"
#include "flows/talk/death.h"
#include "flows/talk/doubts.h"
#include "flows/talk/emergency.h"
#include "flows/talk/fix.h"
#include "flows/talk/listing.h"
#include "flows/talk/nothing.h"
#include "flows/talk/offer.h"
#include "flows/talk/told.h"
#include "flows/talk/unread.h"
#include "flows/talk/unsaid.h"
#include "flows/talk/waits.h"

/* It lacks something, or says what cannot be: what she answered made it a report, not its text. */
static bool not_full(const struct reading *r)
{
    return r->said.reports_n == 1 && r->said.reports[0].status == REPORT_REJECTED;
}

/* Another id, the same text of a full report within a day (SPEC 2.4b). */
static bool step_repeat(struct step *s)
{
    const struct reading *r = s->reading;
    const struct repeat *again = drafts_repeat(s->state, r->hash);
    struct filed_report *was;
    struct slice isi;

    if (!again || r->baru || not_full(r) || !(was = ARENA_NEW(s->arena, struct filed_report)))
        return false;
    if (r->said.reports_n == 1 && report_load(s, again->nomor, was) && slice_is(was->status, "cancelled")) {
        drafts_forget(s->state, r->hash); /* nothing of it stands */
        return false;
    }
    isi = r->said.reports_n == 1 ? reply_echo(r->said.reports[0].form, r->said.reports[0].values, s->arena)
                                 : slice_make("", 0);
    {
        const struct text_fill f[] = { { "nomor", again->nomor },
                                       { "jam", step_clock(s, again->at_ms) },
                                       { "isi", isi } };

        step_answer(s, again->nomor,
                    step_text(s, s->language, isi.n ? "receipt.again" : "receipt.again_many", FILLS(f)));
    }
    s->state->again = s->seen->inbound->text;
    s->state->again_ms = s->seen->inbound->received_ms;
    s->state->again_other = false;
    s->state->changed = true;
    step_reason(s, "repeat");
    return true;
}

/* The same text again while its question is still open: the same question. */
static bool step_draft_again(struct step *s)
{
    const struct reading *r = s->reading;

    if (r->said.reports_n != 1 || r->baru)
        return false;
    for (unsigned i = 0; i < s->state->drafts_n; i++) {
        struct draft *d = &s->state->drafts[i];

        if (!r->hash.n || !slice_eq(d->hash, r->hash))
            continue;
        step_reason(s, "repeat");
        questions_repeat(s, d);
        return true;
    }
    return false;
}

/* What was sent for that week, month or person before; NULL: nothing was. */
static const struct filed_report *sent_before(struct step *s, const struct report *report)
{
    struct filed_report *sent =
        report->form && report->form->once_n ? ARENA_NEW(s->arena, struct filed_report) : NULL;

    return sent && filing_sent_before(s, report, s->seen->inbound->received_ms, sent) ? sent : NULL;
}

/* Files report i: as the draft that it repeats in full, or as a new version of what was sent for that week or
 * month before (RULINGS 55, 58), else as a new one. */
static void file_one(struct step *s, unsigned i, unsigned index, struct filed *out)
{
    const struct reading *r = s->reading;
    struct report *report = &r->said.reports[i];
    struct filing f = { .report = report,
                        .index = index,
                        .hash = r->hash,
                        .second = r->baru,
                        .new_person = r->baru && r->other };
    struct draft *d = reading_retyped(r, s->state, i);

    if (d) {
        d->sure = slice_make("", 0);
        doubts_keep_worst(s->rules, d, d->at_ms, s->arena, report);
    }
    f.draft = d;
    if (!d && !r->baru)
        f.correct = sent_before(s, report);
    f.resent = f.correct != NULL;
    filing_file(s, &f, out);
}

static void step_one(struct step *s)
{
    const struct reading *r = s->reading;
    struct filed out;

    file_one(s, 0, r->first, &out);
    step_reason(s, out.kind == FILED_ACCEPTED  ? "accepted"
                   : out.kind == FILED_REFUSED ? (s->person ? "rejected" : "unknown_sender")
                   : r->said.reports[0].status == REPORT_REJECTED ? "rejected"
                                                                  : "confirm");
    if (out.text.n)
        step_answer(s, out.nomor, out.text);
    else
        roles_refuse(s);
    beside_say(s, &r->said.reports[0], out.nomor); /* whatever came of the rest */
}

/* Those that are filed: as typed, or the emergencies first where some are left out. */
static unsigned in_order(const struct reading *r, unsigned order[READING_REPORTS_FILED])
{
    bool all = r->said.reports_n <= READING_REPORTS_FILED;
    unsigned n = 0;

    for (int urgent = 1; urgent >= 0; urgent--)
        for (unsigned i = 0; i < r->said.reports_n && n < READING_REPORTS_FILED; i++)
            if (reading_takes(r, i) &&
                (all ? urgent == 1 : filing_alarms(&r->said.reports[i]) == (urgent == 1)))
                order[n++] = i;
    return n;
}

/* Of its question no more is seen than the words in the list. */
static void only_listed(struct step *s, const struct filed *out)
{
    struct draft *d = out->kind == FILED_ASKED ? drafts_find(s->state, out->nomor) : NULL;

    if (d)
        d->unseen = true;
}

static bool ends_with(struct slice s, struct slice tail)
{
    return tail.n && s.n > tail.n && slice_eq(slice_skip(s, s.n - tail.n), tail);
}

static void step_many(struct step *s)
{
    const struct reading *r = s->reading;
    struct reply_outcome all[READING_REPORTS_FILED];
    struct slice filed[READING_REPORTS_FILED];
    struct filed out;
    unsigned order[READING_REPORTS_FILED], taken = in_order(r, order), n = 0, asked = 0;

    for (unsigned i = 0; i < taken; i++) {
        const struct report *report = &r->said.reports[order[i]];

        file_one(s, order[i], r->first + i, &out);
        filed[i] = out.nomor;
        if (!out.nomor.n || out.kind == FILED_REFUSED) { /* a stranger, or too many drafts: said once */
            step_answer(s, out.nomor, out.text);
            continue;
        }
        asked += out.kind == FILED_ASKED;
        only_listed(s, &out);
        all[n] = (struct reply_outcome){ .nomor = out.nomor, .field = out.asked };
        all[n].isi = ends_with(out.asked, out.whom) ? slice_make("", 0) /* NAMA Hasan */
                     : out.whom.n                   ? out.whom
                                                    : reply_whom(report->form, report->values, s->arena);
        all[n].danger = out.danger;
        all[n].now = out.worst == URGENCY_E1;
        all[n].called = out.called;
        all[n].hp = out.hp;
        n++;
    }
    s->state->last.nomor = slice_make("", 0); /* which one would a field alone be about? */
    step_reason(s, !s->person ? "unknown_sender" : asked ? "confirm" : "accepted");
    if (s->person && (n || !taken))
        step_answer(s, n ? all[0].nomor : slice_make("", 0),
                    reply_many(s->rules, s->language, all, n, r->said.reports_n - taken, s->arena));
    for (unsigned i = 0; i < taken; i++)
        beside_say(s, &r->said.reports[order[i]], filed[i]);
}

static void step_reports(struct step *s)
{
    if (s->reading->baru) {
        s->state->again = slice_make("", 0);
        s->state->changed = true;
    }
    if (step_repeat(s) || step_draft_again(s))
        return;
    if (s->reading->said.reports_n == 1 && reading_takes(s->reading, 0))
        step_one(s);
    else
        step_many(s);
}

/* `SELESAI 48217 ibunya meninggal`: the referral is over, and her death is reported by nobody yet (RULINGS
 * 49). */
static void hint_death(struct step *s, const struct command *c)
{
    const struct text_fill f[] = { { "nomor", c->nomor } };

    if (command_acts(c->kind) && s->out->reason && strcmp(s->out->reason, "command") == 0 &&
        understand_says_death(s->rules, c->kind == COMMAND_KOREKSI ? c->correction : c->catatan, true,
                              s->arena))
        step_sms(s, s->msisdn, SMS_REFERRAL, c->nomor,
                 step_text(s, s->language, "unknown.death_of", FILLS(f)));
}

/* `KOREKSI 48217 meninggal` corrects nothing, and is never dropped (RULINGS 49). */
static bool corrects_to_death(struct step *s, const struct command *c)
{
    if (c->kind != COMMAND_KOREKSI || c->corrected_n || !s->person ||
        !understand_says_death(s->rules, c->correction, false, s->arena))
        return false;
    step_reason(s, "command_refused");
    if (!death_of_referred(s))
        step_answer(s, c->nomor, step_text(s, s->language, "unknown.death", NULL, 0));
    return true;
}

/* `belum datang` before she was taken: nothing waits for that word, but for another. */
static bool another_word(struct step *s, const struct command *c)
{
    if (c->nomor.n || !open_may_lack_number(c->kind) || s->reading->said.emergency || !listing_waiting(s))
        return false;
    step_reason(s, "command_refused");
    return true;
}

/* Nobody is called anew: those who have her hear it, or of staff whoever reported her. */
static bool known_already(struct step *s)
{
    struct slice hp;

    if (waits_ended(s))
        return true;
    if (!s->reading->answer.plea)
        return false;
    if (waits_told(s))
        return true;
    if (!s->person || !s->reading->nomor.n || !waits_passed_back(s, &hp))
        return false;
    step_reason(s, "emergency");
    return listing_waiting_told(s, hp);
}

static void hear(struct step *s)
{
    struct last_report denied;

    if (s->state->offer.n && offer_dropped(s))
        return;
    if (s->reading->of_n && fix_named(s))
        return;
    switch (s->reading->kind) {
    case READING_REPORTS:
        step_reports(s);
        break;
    case READING_EMERGENCY:
        if (s->reading->answer.plea && !s->person)
            nothing_step(s);
        else if (!known_already(s))
            emergency_step(s);
        break;
    case READING_COMMAND:
        if (s->reading->which)
            listing_which(s, &s->reading->said.command);
        else if (another_word(s, &s->reading->said.command) ||
                 corrects_to_death(s, &s->reading->said.command))
            ;
        else if (!s->reading->said.emergency || !emergency_behind(s, &s->reading->said.command)) {
            commands_run(s, &s->reading->said.command);
            hint_death(s, &s->reading->said.command);
            if (s->reading->said.emergency)
                emergency_not_done(s, &s->reading->said.command);
        }
        break;
    case READING_ANSWER:
        answers_value(s);
        told_denied(s);
        break;
    case READING_WORDS:
        answers_words(s);
        break;
    case READING_FIX:
        fix_ready_line(s, &s->state->last, &s->reading->answer);
        if (unsaid_report(s, &denied))
            unsaid_passed_on(s, &denied);
        if (s->reading->said.today)
            fix_danger_timer(s, &s->state->last, s->reading->said.body);
        break;
    case READING_WHICH:
        questions_which(s);
        break;
    default:
        if (s->reading->other)
            questions_other(s);
        else if (s->reading->not_last)
            fix_of_nobody(s);
        else
            nothing_step(s);
        break;
    }
}

void sms_step(struct step *s)
{
    struct unread before;

    unread_before(s, &before);
    hear(s);
    unread_after(s, &before);
}
