/* emergency.c - see emergency.h. */
#include "flows/talk/emergency.h"

#include <string.h>

#include "flows/care/findings.h"
#include "flows/filing/filing.h"
#include "flows/filing/referral.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/talk/answering.h"
#include "flows/talk/called.h"
#include "flows/talk/doubts.h"
#include "flows/talk/fix.h"
#include "flows/talk/told.h"
#include "flows/talk/words.h"
#include "gateway/conf/rules.h"
#include "parsers/damm.h"

enum {
    NOMOR_MIN = 4,        /* digits */
    MEASURED_MOST = 1600, /* bytes of a text without keyword or sign: ten parts of a long SMS */
    SCRATCH = 4 << 20,
};

/* --- reading --- */

/* The open question of a draft is for a reason or a sign. */
static bool asks_for_signs(const struct ruleset *rules, const struct draft *d)
{
    const struct word_list *signs = list_by_name(&rules->forms, S("tanda"));
    int field = form_field_named(d->form, d->field);

    return signs && !asking_store(d->asking) && field >= 0 && d->form->fields[field].list == signs;
}

struct slice emergency_number(struct sender_state *state, struct slice text, struct arena *a,
                              struct slice *words)
{
    struct slice nomor = slice_make("", 0), rest = slice_trim(text), word;
    char *left = arena_raw(a, text.n + 1); /* never longer than the text */
    size_t n = 0;

    *words = nomor;
    if (!left)
        return nomor;
    while (rest.n) {
        struct slice digits;

        word = slice_cut(&rest, ' ');
        digits = word;
        while (digits.n && strchr(",.:;!", digits.p[digits.n - 1])) /* `tidak 48217, kejang` */
            digits.n--;
        if ((!nomor.n || (!drafts_find(state, nomor) && drafts_find(state, digits))) &&
            digits.n >= NOMOR_MIN && slice_all_digits(digits) && damm_valid(digits)) {
            nomor = digits;
            word = slice_skip(word, digits.n);
        } else if (n) {
            left[n++] = ' ';
        }
        memcpy(left + n, word.p, word.n);
        n += word.n;
    }
    left[n] = '\0';
    *words = slice_make(left, n);
    return nomor;
}

/* The only draft whose question the text may answer, or the one that it names. */
static const struct draft *asked(const struct ruleset *rules, struct sender_state *state, struct slice *text,
                                 struct arena *a)
{
    struct slice words, nomor = emergency_number(state, *text, a, &words);
    const struct draft *one = drafts_find(state, nomor), *only = NULL;

    if (one) {
        *text = words;
        return one;
    }
    for (unsigned i = 0; i < state->drafts_n; i++)
        if (!state->drafts[i].correct && asks_for_signs(rules, &state->drafts[i])) {
            if (only)
                return NULL;
            only = &state->drafts[i];
        }
    return only;
}

static bool answers(const struct ruleset *rules, struct sender_state *state, int64_t at_ms, struct arena *a,
                    struct reading *r)
{
    struct slice text = r->said.body;
    const struct draft *d = asked(rules, state, &text, a);
    struct report *known = d && !d->correct ? ARENA_NEW(a, struct report) : NULL; /* no news of a danger */

    if (!known)
        return false;
    drafts_report(d, known);
    if (!understand_answer(rules, known, asks_for_signs(rules, d) ? d->field : slice_make("", 0), text, at_ms,
                           a, &r->answer) ||
        !r->answer.emergency)
        return false;
    r->nomor = d->nomor;
    r->kind = READING_ANSWER;
    return true;
}

static struct slice all_whom(const struct sender_state *state, struct arena *a)
{
    struct slice all = state->last.nomor.n ? state->last.whom : slice_make("", 0);

    for (unsigned i = 0; i < state->drafts_n; i++)
        all = arena_printf(a, "%.*s %.*s", SLICE_ARG(all), SLICE_ARG(state->drafts[i].whom));
    return all;
}

void emergency_denied(struct listening *h)
{
    struct reading *r = h->r;
    struct slice words, nomor;

    bool no =
        r->said.kind == SAID_COMMAND && r->said.command.kind == COMMAND_TIDAK; /* `tidak 48217 kejang` */

    if (r->said.kind != SAID_NOTHING && !no)
        return;
    nomor = emergency_number(h->state, r->said.body, h->a, &words);
    if ((nomor.n || h->state->drafts_n) && understand_denies(h->rules, words, all_whom(h->state, h->a), h->a))
        r->said.emergency = false;
}

void emergency_read(struct listening *h)
{
    struct reading *r = h->r;
    /* `ya 48217 tapi kejang` is no yes: the question stays open. */
    bool command = r->said.kind == SAID_COMMAND && !answering_takes_back(h->rules, &r->said.command, h->a);

    if (r->said.kind == SAID_REPORTS)
        return;
    if (!command && answers(h->rules, h->state, h->in->received_ms, h->a, r))
        return;
    if (!understand_cry(h->rules, r->said.body, h->in->received_ms, h->a, &r->answer) ||
        (command && r->said.command.nomor.n))
        return;
    r->kind = READING_EMERGENCY;
    if (!command)
        r->nomor = emergency_number(h->state, r->said.body, h->a, &(struct slice){ 0 });
    if (!command && !r->nomor.n)
        r->nomor = called_case(h->rules, h->state, r->said.body, h->a);
}

/* The first word with a slash in it may be a pressure without its label. */
static struct slice slashed(struct slice text)
{
    struct slice rest = slice_trim(text), word;

    while ((word = slice_cut(&rest, ' ')).n && !memchr(word.p, '/', word.n))
        rest = slice_trim(rest);
    return word;
}

/* Whether measures that are certain, and nothing else of it, are a danger of the day in that form. */
static bool endangers(const struct ruleset *rules, struct report *r, struct arena *a)
{
    struct slice say;

    for (unsigned i = 0; i < r->form->fields_n; i++)
        if (r->form->fields[i].type != FIELD_NUMBER && r->form->fields[i].type != FIELD_PRESSURE)
            r->values[i] = (struct value){ 0 };
    return findings_certain(rules, r->form, r->values, r->faults, a, &say) >= URGENCY_E2;
}

static bool endangers_in(const struct ruleset *rules, const struct form *form, struct slice text,
                         int64_t at_ms, struct arena *a)
{
    struct report *none = ARENA_NEW(a, struct report), *r = ARENA_NEW(a, struct report);
    struct slice pressure = slashed(text);

    if (!none || !r)
        return false;
    *none = (struct report){ .form = form, .variant = &form->variants[0] };
    if (understand_answer(rules, none, slice_make("", 0), words_plain(rules, form, text, a), at_ms, a, r) &&
        endangers(rules, r, a))
        return true;
    for (unsigned i = 0; pressure.n && i < form->fields_n; i++)
        if (form->fields[i].type == FIELD_PRESSURE &&
            understand_answer(rules, none, form->fields[i].name, pressure, at_ms, a, r) &&
            endangers(rules, r, a))
            return true;
    return false;
}

/* Words without a form in which a measure stands that would be a danger of the day in one: `tensi 200/120`.
 */
static bool measures_danger(const struct ruleset *rules, struct slice text, int64_t at_ms, struct arena *a)
{
    struct arena scratch;
    bool danger = false;

    if (text.n > MEASURED_MOST)
        return false;
    arena_init(&scratch, SCRATCH);
    for (unsigned f = 0; !danger && !a->failed && rules->rules && f < rules->forms.n; f++) {
        danger = endangers_in(rules, &rules->forms.forms[f], text, at_ms, &scratch);
        a->failed |= scratch.failed; /* or less would have been understood, and nobody would know */
        arena_reset(&scratch);
    }
    arena_free(&scratch);
    return danger;
}

/* The only referral that is asked about, by whose name, and that staff have: what is said is of her. */
static struct slice nameless(const struct sender_state *state)
{
    const struct draft *d = state->drafts_n == 1 ? &state->drafts[0] : NULL;

    return d && slice_eq(d->field, form_called(d->form, AS_NAME)) && open_own(&state->open, d->nomor)
               ? d->nomor
               : slice_make("", 0);
}

void emergency_plea(struct listening *h)
{
    struct reading *r = h->r;
    const struct turned *t = &r->said.turned;
    /* `ibu hamil tidak kuat ketuban pecah`; but `tidak ada kasus demam` names a disease. */
    bool words = r->said.kind == SAID_NOTHING ||
                 (r->said.kind == SAID_TURNED && t->why == TURNED_FORM && t->form && t->form->counts < 0);

    bool asked = words && !words_ask(r->said.body);
    bool measured = asked && measures_danger(h->rules, r->said.body, h->in->received_ms, h->a);

    if (asked && (r->said.today || measured) &&
        understand_plea(h->rules, r->said.body, h->in->received_ms, h->a, &r->answer)) {
        if (measured)
            understand_plea_of(h->rules, understand_addressed(h->rules, r->said.body, h->a),
                               h->in->received_ms, h->a, &r->answer);
        r->kind = READING_EMERGENCY;
        r->nomor = emergency_number(r->state, r->said.body, h->a, &(struct slice){ 0 });
        if (!r->nomor.n && understand_asks_to_fetch(h->rules, r->said.body, h->a))
            r->nomor = emergency_own(r->state);
        if (!r->nomor.n)
            r->nomor = called_case(h->rules, r->state, r->said.body, h->a);
        if (!r->nomor.n && (r->nomor = nameless(r->state)).n)
            r->answer.plea = false; /* hers, at once */
        if (!r->nomor.n && called_sign(h->rules, r->said.body, h->a))
            r->nomor = r->state->last.nomor;
    }
}

/* The fields of a draft that an answer changed.  *only: the last of them. */
static unsigned changed(const struct draft *d, const struct report *r, int *only)
{
    unsigned n = 0;

    for (unsigned i = 0; i < d->form->fields_n; i++)
        if (!value_equal(&d->values[i], &r->values[i])) {
            *only = (int)i;
            n++;
        }
    return n;
}

void emergency_no_answer(struct listening *h)
{
    struct reading *r = h->r;
    const struct draft *d = r->kind == READING_ANSWER ? drafts_find(h->state, r->nomor) : NULL;
    int field = -1;
    unsigned n = d ? changed(d, &r->answer, &field) : 0;
    bool name = n == 1 && field == form_as(d->form, AS_NAME);
    bool nothing = r->kind == READING_WHICH || (d && n == 0 && r->answer.error == ERROR_INVALID);

    if ((!name && !nothing) ||
        !(r->said.today || measures_danger(h->rules, r->said.body, h->in->received_ms, h->a)))
        return;
    if (name && field == form_field_named(d->form, d->field)) {
        r->kind = READING_EMERGENCY;
        return;
    }
    r->kind = READING_NOTHING;
    r->nomor = slice_make("", 0);
}

struct reading *emergency_before(const struct ruleset *rules, int64_t at_ms, struct arena *a,
                                 const struct reading *r)
{
    struct reading *cry = r->said.before.n ? ARENA_NEW(a, struct reading) : NULL;

    if (!cry)
        return NULL;
    *cry = (struct reading){ .acting = r->acting, .state = r->state, .kind = READING_EMERGENCY };
    cry->said = (struct said){ .body = r->said.before, .emergency = true };
    return understand_cry(rules, cry->said.body, at_ms, a, &cry->answer) ? cry : NULL;
}

/* --- deciding --- */

/* `1007 kejang`: an emergency that names a number of hers is that person's, under that number.  What is asked
 * about it stays open. */
static bool told_by_number(struct step *s)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice nomor = s->reading->nomor, words, who, hp;
    const struct draft *d = drafts_find(s->state, nomor);

    (void)emergency_number(s->state, s->reading->said.body, s->arena, &words);
    if (!r || !nomor.n || !s->person || !report_load(s, nomor, r) ||
        !(told_sent_on(s, nomor, words, r) ||
          (told_known_to(s, nomor, r) && told_of_case(s, nomor, words, r))))
        return false;
    referral_contact(s, r, &who, &hp);
    {
        const struct text_fill f[] = { { "nomor", nomor },
                                       { "petugas", who },
                                       { "hp", hp },
                                       { "siapa", (d ? told_name : told_whom)(s, nomor, r) },
                                       { "field", d ? d->asked : slice_make("", 0) },
                                       { "contoh", d ? reply_example(d->form, d->field, s->arena) : words } };

        step_reason(s, "emergency");
        step_answer(s, nomor, step_text(s, s->language, d ? "danger.ask" : "danger.numbered", FILLS(f)));
    }
    return true;
}

/* The words are told at once, the command is asked about (RULINGS 44). */
static void ask_first(struct step *s, enum command_kind kind, const struct filed_report *r)
{
    struct slice who, hp;

    referral_contact(s, r, &who, &hp);
    {
        const struct text_fill f[] = { { "nomor", r->nomor },
                                       { "perintah", reply_command(kind, s->arena) },
                                       { "petugas", who },
                                       { "hp", hp } };

        step_reason(s, "emergency");
        step_answer(s, r->nomor, step_text(s, s->language, "danger.first", FILLS(f)));
    }
}

/* `selesai 48217 ibu masih pingsan`: a command that its own words turn is asked about like one that they do
 * not; it is no new call for her. */
static bool turned_by_danger(struct step *s)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    const struct said *said = &s->reading->said;

    if (!r || said->kind != SAID_TURNED || said->turned.command == COMMAND_NONE ||
        !slice_eq(said->turned.nomor, s->reading->nomor) ||
        !told_of_case(s, said->turned.nomor, said->body, r))
        return false;
    ask_first(s, said->turned.command, r);
    return true;
}

void emergency_step(struct step *s)
{
    const struct report *answer = &s->reading->answer;
    struct filing f = { .report = answer,
                        .index = s->reading->first,
                        .draft = drafts_find(s->state, s->reading->joins),
                        .cry = answer->emergency || !s->person || s->reading->joins.n };
    struct filed out;

    if (s->reading->nomor.n && !answer->plea && (turned_by_danger(s) || told_by_number(s)))
        return;
    filing_file(s, &f, &out);
    step_reason(s, f.cry ? "emergency" : "rejected");
    step_answer(s, out.nomor, out.text);
}

struct slice emergency_own(const struct sender_state *state)
{
    if (state->last.nomor.n)
        return state->last.nomor;
    for (unsigned i = state->open.n; i-- > 0;)
        if (state->open.all[i].what == OPEN_OWN)
            return state->open.all[i].nomor;
    return slice_make("", 0);
}

static bool ends_something(enum command_kind kind)
{
    return kind == COMMAND_SELESAI || kind == COMMAND_BATAL || kind == COMMAND_BUKAN;
}

bool emergency_behind(struct step *s, const struct command *c)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    if (!r || !s->reading->said.emergency || (c->kind == COMMAND_KOREKSI && c->corrected_n))
        return false; /* a correction is told by itself */
    if (!told_of_case(s, c->nomor, s->reading->said.body, r)) {
        emergency_step(s);
        return ends_something(c->kind);
    }
    if (!ends_something(c->kind))
        return false;
    ask_first(s, c->kind, r);
    return true;
}

/* `KOREKSI 1007 nama perdarahan`: danger in the words, none in the report. */
static bool hides_danger(const struct step *s, const struct report *corrected)
{
    return s->reading->said.emergency && !corrected->emergency && corrected->form &&
           report_text(corrected, AS_NAME).n;
}

void emergency_doubt(struct step *s, const struct report *known, struct report *corrected)
{
    int nama = corrected->form ? form_as(corrected->form, AS_NAME) : -1;

    doubts_lesser(s->rules, known, s->seen->inbound->received_ms, s->arena, corrected);
    if (nama < 0 || !hides_danger(s, corrected) || corrected->status != REPORT_ACCEPTED ||
        value_equal(&known->values[nama], &corrected->values[nama]))
        return;
    corrected->status = REPORT_CONFIRM;
    corrected->error = ERROR_AMBIGUOUS;
    corrected->error_field = corrected->form->fields[nama].name;
    corrected->faults[nama] = ERROR_AMBIGUOUS;
}

void emergency_corrected(struct step *s, const struct command *c, const struct report *corrected)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    bool asked = corrected->form && corrected->status == REPORT_CONFIRM &&
                 slice_eq(corrected->error_field, form_called(corrected->form, AS_NAME));
    struct slice who, hp;

    if (!r || !hides_danger(s, corrected) || !told_of_case(s, c->nomor, c->correction, r))
        return;
    referral_contact(s, r, &who, &hp);
    {
        const struct text_fill f[] = { { "nomor", c->nomor },
                                       { "petugas", who },
                                       { "hp", hp },
                                       { "siapa", told_whom(s, c->nomor, r) },
                                       { "field", reply_label(corrected->form, corrected->error_field) },
                                       { "nilai", report_text(corrected, AS_NAME) },
                                       { "contoh",
                                         asked ? reply_command(COMMAND_TIDAK, s->arena) : c->correction } };

        step_answer(s, c->nomor,
                    step_text(s, s->language, asked ? "danger.value" : "danger.numbered", FILLS(f)));
    }
}

void emergency_not_done(struct step *s, const struct command *c)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice who, hp;

    if (!r || !s->out->reason || strcmp(s->out->reason, "command_refused") != 0 ||
        !report_load(s, c->nomor, r) || r->referral.state == REFERRAL_NONE || !report_of(r, s->msisdn))
        return;
    referral_contact(s, r, &who, &hp);
    {
        const struct text_fill f[] = { { "nomor", c->nomor },
                                       { "perintah", reply_command(c->kind, s->arena) },
                                       { "petugas", who },
                                       { "hp", hp } };

        step_answer(s, c->nomor, step_text(s, s->language, "danger.not_done", FILLS(f)));
    }
}

void emergency_maybe(struct step *s, const struct due *due)
{
    const struct draft *d = drafts_find(s->state, due->nomor);
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice signs = { 0 };

    step_reason(s, "timer_idle");
    if (!r || !report_load(s, due->nomor, r))
        return;
    if (due->act.n)
        fix_danger_due(s, due, r);
    if (due->act.n || !d)
        return;
    if (form_is(d->form, FORM_REFERRAL) && r->referral.state == REFERRAL_NONE) {
        step_reason(s, "timer");
        filing_maybe(s, r, S("E2"), text_as(d->form, d->values, AS_REASON), true);
        return;
    }
    if (!filing_doubts(s->rules, d->form, d->values, d->faults, s->arena, &signs)) {
        (void)filing_unfinished(s, d, r);
        return;
    }
    step_reason(s, "timer");
    {
        const struct text_fill f[] = { { "siapa", d->whom }, { "daftar", signs } };

        filing_maybe(s, r, S("E1"), step_text(s, s->rules->language, "danger.maybe", FILLS(f)), true);
    }
}
