/* sms.c - an SMS: what it says in the light of what is open for its sender, and who decides about each part
 * of it.  See sms.h. */
#include "flows/talk/sms.h"

#include <string.h>

#include "flows/alert/pws.h"
#include "flows/care/tasks.h"
#include "flows/filing/filing.h"
#include "flows/step/drafts.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/step/roles.h"
#include "flows/talk/answers.h"
#include "flows/talk/commands.h"
#include "parsers/text.h"

#define FILLS(f) (f), (unsigned)(sizeof(f) / sizeof((f)[0]))

enum {
    REPORTS_FILED = 10 /* of one SMS: their numbers, children and names fit the bounds of an outcome */
};

/* --- reading --- */

/* The draft that a text without keyword answers, as reading->answer. */
static bool try_answer(const struct ruleset *rules, const struct draft *d, struct slice text, int64_t at_ms,
                       struct arena *a, struct reading *r)
{
    struct report *known = ARENA_NEW(a, struct report);

    if (!known)
        return false;
    drafts_report(d, known);
    if (!understand_answer(rules, known, d->asking == ASK_CHILD ? slice_make("", 0) : d->field, text, at_ms,
                           a, &r->answer))
        return false;
    r->nomor = d->nomor;
    return true;
}

/* "Terima kasih bu": answered kindly, and never taken for the answer to a question. */
static bool is_thanks(const struct ruleset *rules, struct slice body)
{
    const struct word_list *list = list_by_name(&rules->forms, S("kata"));
    const struct word *w = list ? word_by_code(list, S("terima_kasih")) : NULL;
    struct slice text = slice_trim(body);

    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9')
            return false; /* `mksh bu, bb 9,2` answers */
    for (unsigned i = 0; w && text.n <= 40 && i < w->synonyms_n; i++) {
        struct slice word = w->synonyms[i];

        if (text.n >= word.n && slice_ieq(slice_take(text, word.n), word) &&
            (text.n == word.n || strchr(" .,!", text.p[word.n])))
            return true;
    }
    return false;
}

static bool is_whole(const struct word_list *list, const char *code, struct slice text)
{
    const struct word *w = list ? word_by_code(list, slice_of(code)) : NULL;

    for (unsigned i = 0; w && i < w->synonyms_n; i++)
        if (slice_ieq(text, w->synonyms[i]))
            return true;
    return w && slice_ieq(text, w->code);
}

/* YA or TIDAK, as such or in other words: `iya bu`, `betul`.  COMMAND_NONE when it is neither. */
static enum command_kind yes_or_no(const struct ruleset *rules, struct slice text)
{
    const struct word_list *list = list_by_name(&rules->forms, S("iya"));

    text = slice_trim(text);
    while (text.n && strchr(" .,!", text.p[text.n - 1]))
        text.n--;
    if (text.n > 3 && slice_ieq(slice_skip(text, text.n - 3), S(" bu")))
        text.n -= 3;
    return is_whole(list, "ya", text)      ? COMMAND_YA
           : is_whole(list, "tidak", text) ? COMMAND_TIDAK
                                           : COMMAND_NONE;
}

/* YA in other words, where a guess is to be confirmed.  True when it was one. */
static bool read_yes(const struct ruleset *rules, const struct sender_state *state, struct reading *r)
{
    enum command_kind word;
    bool guess = false;

    for (unsigned i = 0; i < state->drafts_n; i++)
        guess |= state->drafts[i].asking != ASK_FIELD;
    if (!guess || r->said.emergency || (r->kind == READING_COMMAND && r->said.command.nomor.n) ||
        r->kind == READING_REPORTS)
        return false;
    word = yes_or_no(rules, r->said.body);
    if (word == COMMAND_NONE)
        return false;
    r->kind = READING_COMMAND;
    r->said.command = (struct command){ .kind = word };
    return true;
}

/* `48217 YA`, `48217 BARU`: the number in front, as the question which one it is asks for it. */
static bool read_numbered_word(const struct ruleset *rules, const struct draft *d, struct slice rest,
                               struct reading *r)
{
    enum command_kind word = slice_ieq(slice_trim(rest), S("BARU")) ? COMMAND_BARU : yes_or_no(rules, rest);

    if (word == COMMAND_NONE)
        return false;
    r->kind = READING_COMMAND;
    r->said.command = (struct command){ .kind = word, .nomor = d->nomor };
    return true;
}

static void read_answer(const struct ruleset *rules, struct sender_state *state, const struct inbound *in,
                        struct arena *a, struct reading *r)
{
    struct slice rest = slice_trim(r->said.body), first = slice_cut(&rest, ' ');
    struct draft *d = drafts_find(state, first);
    unsigned fits = 0;

    if (d && read_numbered_word(rules, d, rest, r))
        return;
    if (d) { /* "48217 BB 9,2" */
        r->kind = try_answer(rules, d, rest, in->received_ms, a, r) ? READING_ANSWER : READING_NOTHING;
        return;
    }
    for (unsigned i = 0; i < state->drafts_n && fits < 2; i++)
        fits += try_answer(rules, &state->drafts[i], r->said.body, in->received_ms, a, r);
    if (fits && state->drafts_n > 1)
        r->kind = READING_WHICH;
    else if (fits)
        r->kind = READING_ANSWER;
}

/* Of more reports than an outcome can hold, in all parts of the message together, those that cannot wait come
 * first. */
static void choose(struct reading *all)
{
    unsigned n = 0, before = 0;

    for (int urgent = 1; urgent >= 0; urgent--)
        for (struct reading *r = all; r; r = r->next)
            for (unsigned i = 0; r->kind == READING_REPORTS && i < r->said.reports_n; i++)
                if (n < REPORTS_FILED && filing_alarms(&r->said.reports[i]) == (urgent == 1)) {
                    r->taken |= UINT32_C(1) << i;
                    n++;
                }
    for (struct reading *r = all; r; r = r->next) {
        r->first = before;
        for (unsigned i = 0; i < r->said.reports_n; i++)
            before += r->taken >> i & 1;
    }
}

static bool is_taken(const struct reading *r, unsigned report)
{
    return r->taken >> report & 1;
}

/* KOREKSI of an open report may say another child: it is looked for too. */
static bool correction_subjects(const struct ruleset *rules, const struct sender *who, const struct draft *d,
                                struct slice correction, int64_t at_ms, struct arena *a, struct intent *out)
{
    struct report *known = ARENA_NEW(a, struct report), *fixed = ARENA_NEW(a, struct report);

    if (!known || !fixed)
        return false;
    drafts_report(d, known);
    return !understand_correction(rules, known, correction, at_ms, a, fixed) ||
           filing_subjects(rules, who, fixed, a, out);
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
            ok = tasks_subjects(who->person->place_code, a, out) && ok;
        d = r->said.command.nomor.n ? drafts_find(state, r->said.command.nomor) : drafts_only(state);
        if (d && r->said.command.kind == COMMAND_KOREKSI)
            ok = correction_subjects(rules, who, d, r->said.command.correction, at_ms, a, out) && ok;
    } else if (r->kind == READING_ANSWER) {
        d = drafts_find(state, r->nomor);
        ok = filing_subjects(rules, who, &r->answer, a, out);
    } else if (r->kind == READING_REPORTS) {
        for (unsigned i = 0; i < r->said.reports_n; i++)
            if (is_taken(r, i))
                ok = filing_subjects(rules, who, &r->said.reports[i], a, out) && ok;
    }
    if (again)
        ok = intent_add(out, SUBJECT_NUMBER, again->nomor) && ok;
    if (d) {
        struct report *seen = ARENA_NEW(a, struct report);

        if (!seen)
            return false;
        seen->form = d->form;
        memcpy(seen->values, d->values, sizeof seen->values);
        ok = intent_add(out, SUBJECT_NUMBER, d->nomor) && intent_add(out, SUBJECT_NUMBER, d->child) &&
             intent_add(out, SUBJECT_NUMBER, d->picked) && filing_subjects(rules, who, seen, a, out) && ok;
    }
    return ok;
}

/* BARU after a repeat: the text of the repeat is read again, as a new report. */
static bool read_again(const struct ruleset *rules, struct sender_state *state, struct reading *r,
                       struct arena *a)
{
    const struct command *c = &r->said.command;

    if (r->kind != READING_COMMAND || c->kind != COMMAND_BARU || c->nomor.n || !state->again.n)
        return true;
    for (unsigned i = 0; i < state->drafts_n; i++)
        if (state->drafts[i].asking == ASK_CHILD)
            return true; /* it may be meant for that question: the numbers are listed */
    r->baru = true;
    if (!understand_sms(rules, state->again, state->again_ms, a, &r->said))
        return false;
    r->kind = r->said.kind == SAID_REPORTS && r->said.reports[0].form ? READING_REPORTS : READING_NOTHING;
    return true;
}

/* Upper and lower case are one (SPEC 2.1): a repeat is known in either. */
static struct slice folded(struct slice text, struct arena *a)
{
    char *low = arena_alloc(a, text.n);

    for (size_t i = 0; low && i < text.n; i++)
        low[i] = text_lower(text.p[i]);
    return low ? slice_make(low, text.n) : text;
}

/* A long SMS of which a part never came (parsers/segment.h): what it says is not all that was said. */
static void doubt_gaps(struct said *said)
{
    struct slice text = said->body;

    while (text.n && !slice_starts(text, "[...]"))
        text = slice_skip(text, 1);
    for (unsigned i = 0; text.n && i < said->reports_n; i++) {
        struct report *r = &said->reports[i];
        int last = -1;

        for (unsigned f = 0; r->form && f < r->form->fields_n; f++)
            if (r->values[f].kind != VALUE_ABSENT && !r->form->fields[f].hidden)
                last = (int)f;
        if (last < 0 || r->status != REPORT_ACCEPTED)
            continue;
        r->status = REPORT_CONFIRM;
        r->error = ERROR_AMBIGUOUS;
        r->error_field = r->form->fields[last].name;
        r->faults[last] = ERROR_AMBIGUOUS;
    }
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
    return arena_printf(a, "%016llx", (unsigned long long)slice_hash(folded(said->body, a)));
}

/* Commands on lines of their own, and reports behind a command. */
static bool read_parts(struct reading *r, struct arena *a)
{

    for (const struct said *said = r->said.next; said; said = said->next) {
        struct reading *next = ARENA_NEW(a, struct reading);

        if (!next)
            return false;
        *next = (struct reading){ .acting = r->acting, .state = r->state, .said = *said };
        next->kind = kind_of(said);
        next->hash = hash_of(said, a);
        doubt_gaps(&next->said);
        r = r->next = next;
    }
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
            out->reports += is_taken(r, i);
    }
    out->reading = all;
}

enum read_rc sms_read(const struct ruleset *rules, const struct sender *who, const struct inbound *in,
                      int64_t now_ms, struct arena *a, struct intent *out)
{
    struct reading *r = out->reading;
    struct sender_state *state = drafts_decode(who->state.blob, rules, now_ms, a);

    if (!state || !understand_sms(rules, in->text, in->received_ms, a, &r->said))
        return READ_NO_MEMORY;
    doubt_gaps(&r->said);
    r->acting = who->msisdn;
    r->state = state;
    r->kind = kind_of(&r->said);
    r->hash = hash_of(&r->said, a);
    r->thanks = r->kind == READING_NOTHING && !r->said.emergency && is_thanks(rules, r->said.body);
    if (!read_yes(rules, state, r) && r->kind == READING_NOTHING && !r->thanks)
        read_answer(rules, state, in, a, r);
    if (!read_again(rules, state, r, a))
        return READ_NO_MEMORY;
    if (!read_parts(r, a))
        return READ_NO_MEMORY;
    choose(r);
    name_all(rules, who, in->received_ms, a, out);
    return a->failed ? READ_NO_MEMORY : READ_OK;
}

/* --- deciding --- */

/* Another id, the same text of a full report within a day (SPEC 2.4b). */
static bool step_repeat(struct step *s)
{
    const struct reading *r = s->reading;
    const struct repeat *again = drafts_repeat(s->state, r->hash);
    struct slice isi;

    if (!again || r->baru)
        return false;
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
        const struct draft *d = &s->state->drafts[i];
        struct report shown = r->said.reports[0];

        if (!r->hash.n || !slice_eq(d->hash, r->hash) || shown.status == REPORT_ACCEPTED)
            continue;
        step_reason(s, "repeat");
        step_answer(s, d->nomor, reply_report(s->rules, s->language, &shown, d->nomor, s->arena));
        return true;
    }
    return false;
}

static void step_one(struct step *s)
{
    const struct reading *r = s->reading;
    struct filing f = { .report = &r->said.reports[0], .index = r->first, .hash = r->hash };
    struct filed out;

    filing_file(s, &f, &out);
    step_reason(s, out.kind == FILED_ACCEPTED            ? "accepted"
                   : out.kind == FILED_REFUSED           ? (s->person ? "rejected" : "unknown_sender")
                   : f.report->status == REPORT_REJECTED ? "rejected"
                                                         : "confirm");
    if (out.text.n)
        step_answer(s, out.nomor, out.text);
    else
        roles_refuse(s);
}

/* Those that are filed: as typed, or the emergencies first where some are left out. */
static unsigned in_order(const struct reading *r, unsigned order[REPORTS_FILED])
{
    bool all = r->said.reports_n <= REPORTS_FILED;
    unsigned n = 0;

    for (int urgent = 1; urgent >= 0; urgent--)
        for (unsigned i = 0; i < r->said.reports_n && n < REPORTS_FILED; i++)
            if (is_taken(r, i) && (all ? urgent == 1 : filing_alarms(&r->said.reports[i]) == (urgent == 1)))
                order[n++] = i;
    return n;
}

static void step_many(struct step *s)
{
    const struct reading *r = s->reading;
    struct reply_outcome all[REPORTS_FILED];
    struct filed out;
    unsigned order[REPORTS_FILED], taken = in_order(r, order), n = 0, asked = 0;

    for (unsigned i = 0; i < taken; i++) {
        struct filing f = { .report = &r->said.reports[order[i]], .index = r->first + i, .hash = r->hash };

        filing_file(s, &f, &out);
        if (!out.nomor.n || out.kind == FILED_REFUSED) { /* a stranger, or too many drafts: said once */
            step_answer(s, out.nomor, out.text);
            continue;
        }
        asked += out.kind == FILED_ASKED;
        all[n] = (struct reply_outcome){ .nomor = out.nomor, .field = out.asked };
        all[n].isi = reply_value(f.report->form, f.report->values, S("nama"), s->arena);
        n++;
    }
    step_reason(s, !s->person ? "unknown_sender" : asked ? "confirm" : "accepted");
    if (s->person && (n || !taken))
        step_answer(s, n ? all[0].nomor : slice_make("", 0),
                    reply_many(s->rules, s->language, all, n, r->said.reports_n - taken, s->arena));
}

static void step_reports(struct step *s)
{
    if (s->reading->baru) {
        s->state->again = slice_make("", 0);
        s->state->changed = true;
    }
    if (step_repeat(s) || step_draft_again(s))
        return;
    if (s->reading->said.reports_n == 1 && is_taken(s->reading, 0))
        step_one(s);
    else
        step_many(s);
}

/* An E1 word in a text that is no report (SPEC 2.2): the staff see the words, nothing is guessed. */
static void step_cry(struct step *s)
{
    const struct place *at = s->person ? s->person->place : NULL;
    const struct text_fill f[] = {
        { "isi", s->reading->said.body },
        { "tempat", at ? at->name : step_text(s, s->rules->language, "stranger.name", NULL, 0) },
        { "hp", step_phone(s, s->msisdn) },
    };
    struct audience who;

    step_audience(s, step_next_level(s, at), &who);
    step_tell(s, &who, SMS_EMERGENCY, slice_make("", 0), "unknown.danger_staff", FILLS(f));
}

static void step_nothing(struct step *s)
{
    if (!s->person)
        filing_keep(s);
    step_reason(s, !s->person ? "unknown_sender" : s->reading->thanks ? "thanks" : "unknown_keyword");
    if (s->reading->said.emergency) {
        step_cry(s);
        step_answer(s, slice_make("", 0), step_text(s, s->language, "unknown.danger", NULL, 0));
        return;
    }
    step_answer(s, slice_make("", 0),
                s->person && s->reading->thanks ? step_text(s, s->language, "unknown.thanks", NULL, 0)
                : s->person                     ? reply_unknown(s->rules, s->language, s->arena)
                                                : step_text(s, s->language, roles_stranger(s), NULL, 0));
}

void sms_step(struct step *s)
{
    switch (s->reading->kind) {
    case READING_REPORTS:
        step_reports(s);
        break;
    case READING_COMMAND:
        commands_run(s, &s->reading->said.command);
        break;
    case READING_ANSWER:
        answers_value(s);
        break;
    case READING_WHICH:
        answers_which(s);
        break;
    default:
        step_nothing(s);
        break;
    }
}
