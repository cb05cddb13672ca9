/* read.c - what an SMS says in the light of what is open for its sender: reports, commands, the answer to a
 * question; and which subjects that is about.  See sms.h. */
#include "flows/talk/sms.h"

#include <string.h>

#include "flows/alert/pws.h"
#include "flows/care/child.h"
#include "flows/care/tasks.h"
#include "flows/filing/filing.h"
#include "flows/step/drafts.h"
#include "flows/step/today.h"
#include "flows/talk/answering.h"
#include "flows/talk/apart.h"
#include "flows/talk/called.h"
#include "flows/talk/chat.h"
#include "flows/talk/commands.h"
#include "flows/talk/death.h"
#include "flows/talk/doubts.h"
#include "flows/talk/emergency.h"
#include "flows/talk/known.h"
#include "flows/talk/listing.h"
#include "flows/talk/mending.h"
#include "flows/talk/numbered.h"
#include "flows/talk/questions.h"
#include "flows/talk/unread.h"
#include "flows/talk/waits.h"
#include "flows/talk/whom.h"
#include "flows/talk/words.h"
#include "parsers/date.h"
#include "parsers/text.h"

/* `48217 bb 9,2`, and the last report is another. */
static bool of_another(const struct reading *r, const struct last_report *last)
{
    struct slice rest = slice_trim(r->said.body);

    return numbered_other(r->state, rest) && !slice_eq(slice_cut(&rest, ' '), last->nomor);
}

/* Whom the words name: not of an answer that names nobody else, nor of what is no command of hers. */
static bool speaks_of(const struct reading *r)
{
    const struct command *c = &r->said.command;

    if (r->said.emergency || r->thanks || reading_turned(r))
        return false;
    if (r->kind == READING_COMMAND)
        return c->kind == COMMAND_KOREKSI && !c->nomor.n;
    return r->kind == READING_ANSWER ? r->another.n > 0
                                     : r->kind == READING_NOTHING && !drafts_find(r->state, r->nomor);
}

/* Her reports of today that it may be about, other than the last one; or that it is about nobody of today. */
static void read_whom(const struct ruleset *rules, const struct sender *who, const struct inbound *in,
                      struct arena *a, struct reading *r)
{
    const struct sender_state *state = r->state;
    struct slice day = date_iso(date_today(in->received_ms, rules->utc_offset_min), a);
    struct slice text = r->kind == READING_COMMAND ? r->said.command.correction : r->said.body;
    struct whom w = { .speaker = who->person };

    if (!speaks_of(r))
        return;
    whom_named(rules, state, today_of(state->filed, day), text, a, &w);
    if (r->kind != READING_ANSWER) {
        r->stranger = w.stranger;
        r->led = w.led;
    }
    r->of_last = w.n == 1 && slice_eq(w.of[0], state->last.nomor);
    if (r->of_last && r->kind != READING_ANSWER)
        return;
    memcpy(r->of, w.of, sizeof r->of);
    r->of_n = w.n;
    r->of_many = w.many;
}

/* Numbers go up. */
static bool later(struct slice nomor, struct slice than)
{
    uint64_t a, b;

    return slice_to_u64(nomor, &a) && slice_to_u64(than, &b) && a > b;
}

/* A newer question may be about what it changes, and nobody is named: `9,2` while the name of another child
 * is asked. */
static bool asked_of_another(const struct sender_state *state, const struct reading *r)
{
    const struct last_report *l = &state->last;
    bool changes = false, newer = false;

    for (unsigned d = 0; d < state->drafts_n && !r->of_last; d++) {
        newer |= later(state->drafts[d].nomor, l->nomor);
        for (unsigned i = 0; r->answer.form && i < l->form->fields_n; i++) {
            if (value_equal(&l->values[i], &r->answer.values[i]))
                continue;
            changes = true;
            if (later(state->drafts[d].nomor, l->nomor) &&
                form_field_named(state->drafts[d].form, l->form->fields[i].name) >= 0)
                return true;
        }
    }
    return newer && !changes;
}

/* `bb 9,2`, `salah bu, harusnya 9.2`, up to an hour after a single report (RULINGS 56). */
static void read_fix(const struct ruleset *rules, const struct sender_state *state, const struct inbound *in,
                     struct arena *a, struct reading *r)
{
    bool command = r->kind == READING_COMMAND;
    bool nil = r->said.kind == SAID_TURNED && r->said.turned.why == TURNED_FORM &&
               r->said.turned.form != state->last.form; /* `tidak ada kasus dbd` changes no W2 */

    if (!state->last.nomor.n || r->kind == READING_ANSWER || !speaks_of(r) || nil || r->of_n ||
        of_another(r, &state->last) || (command && r->stranger.n) ||
        !mending_read(rules, &state->last, command ? r->said.command.correction : r->said.body,
                      in->received_ms, a, &r->answer) ||
        asked_of_another(state, r))
        return;
    if (r->stranger.n) {
        r->not_last = true;
        return;
    }
    r->kind = READING_FIX;
    r->nomor = state->last.nomor;
}

/* Of more reports than an outcome can hold, in all parts of the message together, those that cannot wait come
 * first. */
static void choose(struct reading *all)
{
    unsigned n = 0, before = 0;

    for (int urgent = 1; urgent >= 0; urgent--)
        for (struct reading *r = all; r; r = r->next)
            for (unsigned i = 0; r->kind == READING_REPORTS && i < r->said.reports_n; i++)
                if (n < READING_REPORTS_FILED && filing_alarms(&r->said.reports[i]) == (urgent == 1)) {
                    r->taken |= UINT32_C(1) << i;
                    n++;
                }
    for (struct reading *r = all; r; r = r->next) {
        r->first = before;
        before += reading_cries(r);
        for (unsigned i = 0; i < r->said.reports_n; i++)
            before += r->taken >> i & 1;
    }
}

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

/* Upper and lower case are one (SPEC 2.1): a repeat is known in either. */
static struct slice folded(struct slice text, struct arena *a)
{
    char *low = arena_alloc(a, text.n);

    for (size_t i = 0; low && i < text.n; i++)
        low[i] = text_lower(text.p[i]);
    return low ? slice_make(low, text.n) : text;
}

/* The words stand in a text as words, in any case. */
static bool says(struct slice text, struct slice words, struct arena *a)
{
    struct slice low = arena_printf(a, " %.*s ", SLICE_ARG(folded(text, a)));
    struct slice wanted = arena_printf(a, " %.*s ", SLICE_ARG(folded(words, a)));

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
        ok = intent_add(out, SUBJECT_NUMBER, r->nomor) && ok;
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

/* `siti anak bu ros beda bu, sama beratnya` behind a repeat, or a second weighing of the day: it is none. */
static void read_other(const struct ruleset *rules, struct sender_state *state, const struct inbound *in,
                       struct arena *a, struct reading *r)
{
    const struct draft *d = drafts_only(state);
    bool repeat = !d && state->again.n && state->again_ms + DRAFTS_LAST_MS > in->received_ms;

    r->other = r->kind == READING_NOTHING && (repeat || (d && d->asking == ASK_AGAIN)) &&
               !r->said.emergency && !r->thanks && !slice_has_digit(r->said.body) &&
               (words_say(rules, "lain", r->said.body, a) || words_say(rules, "beda", r->said.body, a));
}

/* BARU after a repeat: the text of the repeat is read again, as a new report. */
static bool read_again(const struct ruleset *rules, struct sender_state *state, struct reading *r,
                       struct arena *a)
{
    const struct command *c = &r->said.command;

    if (r->kind != READING_COMMAND || c->kind != COMMAND_BARU || c->nomor.n || !state->again.n)
        return true;
    for (unsigned i = 0; i < state->drafts_n; i++)
        if (asking_store(state->drafts[i].asking))
            return true; /* it may be meant for that question: the numbers are listed */
    r->baru = true;
    r->other = state->again_other;
    if (!understand_sms(rules, state->again, state->again_ms, a, &r->said))
        return false;
    r->kind = r->said.kind == SAID_REPORTS && r->said.reports[0].form ? READING_REPORTS : READING_NOTHING;
    return true;
}

static enum reading_kind kind_of(const struct said *said)
{
    return said->kind == SAID_REPORTS   ? READING_REPORTS
           : said->kind == SAID_COMMAND ? READING_COMMAND
                                        : READING_NOTHING;
}

static struct slice hash_of(const struct said *said, struct arena *a)
{
    if (said->kind != SAID_REPORTS)
        return slice_make("", 0);
    return arena_hex(a, slice_hash(folded(said->body, a)));
}

/* Commands on lines of their own, and reports behind a command. */
static bool read_parts(const struct ruleset *rules, int64_t at_ms, struct reading *all, struct arena *a)
{
    struct reading *r = all;

    while (r->next) /* apart_read() */
        r = r->next;
    for (const struct said *said = all->said.next; said; said = said->next) {
        struct reading *next = ARENA_NEW(a, struct reading);

        if (!next)
            return false;
        *next = (struct reading){ .acting = r->acting, .state = r->state, .said = *said };
        next->kind = kind_of(said);
        next->hash = hash_of(said, a);
        doubts_gaps(&next->said);
        doubts_near_names(&next->said);
        (void)emergency_read(rules, next->state, at_ms, a, next);
        r = r->next = next;
    }
    for (const struct reading *part = all; part; part = part->next)
        if ((r->next = emergency_before(rules, at_ms, a, part)))
            r = r->next;
    return true;
}

/* What all parts are about.  Past the bound intent->overflow stands, and the message is parked. */
static void name_all(const struct ruleset *rules, const struct sender *who, int64_t at_ms, struct arena *a,
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

/* `selesai?` asks whether, and ends nothing; words behind a number may ask what they like. */
static bool asks_back(const struct command *c, struct slice body)
{
    struct slice words = c->catatan;

    while (c->nomor.n && words.n && strchr(" ?!.", words.p[0]))
        words = slice_skip(words, 1);
    return command_acts(c->kind) && words_ask(c->nomor.n ? c->catatan : body) && !(c->nomor.n && words.n);
}

static void hear_question(struct reading *r)
{
    const struct command *c = &r->said.command;

    if (r->kind != READING_COMMAND || r->said.emergency || !asks_back(c, r->said.body))
        return;
    r->said.turned = (struct turned){ .why = TURNED_WORDS, .command = c->kind, .nomor = c->nomor };
    r->said.kind = SAID_TURNED;
    r->kind = READING_NOTHING;
}

/* `ya` to the line that she was shown, and nothing else is asked. */
static bool accepts_offer(const struct ruleset *rules, const struct sender_state *state,
                          const struct said *said, struct arena *a)
{
    const struct command *c = &said->command;

    if (!state->offer.n || state->drafts_n)
        return false;
    return (said->kind == SAID_COMMAND && c->kind == COMMAND_YA && !c->nomor.n &&
            words_agree(rules, WORD_YES, c->catatan, a)) ||
           (said->kind == SAID_NOTHING && words_answer(rules, NULL, said->body, a) == WORD_YES &&
            !chat_keeps(rules, said->body, a));
}

/* `iya batal 48217`, or `ya` and no more: as she was told to send it. */
static bool carry_out_agreed(const struct ruleset *rules, const struct inbound *in,
                             const struct sender_state *state, struct arena *a, struct said *said)
{
    struct slice line = said->kind == SAID_TURNED && said->turned.agreed.n ? said->turned.agreed
                        : accepts_offer(rules, state, said, a)             ? state->offer
                                                                           : slice_make("", 0);

    return !line.n || said->emergency || said->next || understand_sms(rules, line, in->received_ms, a, said);
}

enum read_rc sms_read(const struct ruleset *rules, const struct sender *who, const struct inbound *in,
                      int64_t now_ms, struct arena *a, struct intent *out)
{
    struct reading *r = out->reading;
    struct sender_state *state = drafts_decode(who->state.blob, rules, now_ms, a);

    if (!state || !understand_sms(rules, in->text, in->received_ms, a, &r->said) ||
        !carry_out_agreed(rules, in, state, a, &r->said))
        return READ_NO_MEMORY;
    (void)called_command(rules, state, in->received_ms, a, &r->said);
    death_numbered(state, a, r);
    doubts_gaps(&r->said);
    doubts_near_names(&r->said);
    r->acting = who->msisdn;
    r->state = state;
    r->kind = kind_of(&r->said);
    r->hash = hash_of(&r->said, a);
    emergency_denied(rules, state, a, r);
    hear_question(r);
    r->thanks = r->kind == READING_NOTHING && !r->said.emergency &&
                (words_thank(rules, r->said.body) || chat_thanks(rules, r->said.body, a));
    r->nudge =
        r->kind == READING_NOTHING && !r->thanks && chat_nudges(rules, r->said.body, state->drafts_n > 0, a);
    if (!r->said.emergency)
        listing_read(state, r);
    if (!death_read(rules, state, a, r) && !emergency_read(rules, state, in->received_ms, a, r) &&
        !apart_yes_to_all(rules, state, a, r) && !answering_words(rules, state, in->received_ms, a, r) &&
        r->kind == READING_NOTHING && !r->thanks && !numbered_other(state, r->said.body) &&
        !apart_read(rules, state, in->received_ms, a, r))
        answering_value(rules, state, in->received_ms, a, r);
    apart_beside(rules, state, in->received_ms, a, r);
    emergency_no_answer(rules, state, in->received_ms, a, r);
    read_whom(rules, who, in, a, r);
    read_fix(rules, state, in, a, r);
    read_other(rules, state, in, a, r);
    if (!read_again(rules, state, r, a))
        return READ_NO_MEMORY;
    emergency_plea(rules, in->received_ms, a, r);
    if (r->kind == READING_EMERGENCY && r->answer.plea && !r->nomor.n &&
        understand_was_mistaken(rules, r->said.body, a)) /* of the case that is open */
        r->nomor = waits_of_news(rules, r, a);
    known_patient(rules, state, in->received_ms, a, r);
    unread_read(rules, state, a, r);
    if (!read_parts(rules, in->received_ms, r, a))
        return READ_NO_MEMORY;
    choose(r);
    name_all(rules, who, in->received_ms, a, out);
    return a->failed ? READ_NO_MEMORY : READ_OK;
}
