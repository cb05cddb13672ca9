/* unread.c - see unread.h. */
#include "flows/talk/unread.h"

#include <string.h>

#include "flows/care/subject_report.h"
#include "flows/filing/filing.h"
#include "flows/filing/referral.h"
#include "flows/rows/clocks.h"
#include "flows/step/reply_parts.h"
#include "flows/talk/questions.h"
#include "flows/talk/waits.h"
#include "flows/talk/words.h"
#include "gateway/model/vocabulary.h"
#include "parsers/date.h"
#include "parsers/text.h"

enum {
    SHOWN = 2, /* the time at which she is shown how to answer */
    CALLED = 3 /* and at which she is called */
};

/* --- reading --- */

static const struct field *asked_of(const struct draft *d)
{
    int i = asking_store(d->asking) ? -1 : form_field_named(d->form, d->field);

    return i >= 0 ? &d->form->fields[i] : NULL;
}

static bool asks_for_list(const struct draft *d)
{
    const struct field *f = asked_of(d);

    return f && f->type == FIELD_CHOICES;
}

/* The draft whose question the text may be about; *rest: without its number. */
static struct draft *meant(struct sender_state *state, struct slice *rest)
{
    struct slice behind = slice_trim(*rest);
    struct draft *d = drafts_find(state, slice_cut(&behind, ' '));

    *rest = d ? behind : *rest;
    return d ? d : drafts_only(state);
}

void unread_read(struct listening *h)
{
    struct reading *r = h->r;
    const struct turned *t = &r->said.turned;
    struct slice rest = r->said.body;
    const struct draft *d = meant(h->state, &rest);
    bool words = r->said.kind == SAID_NOTHING || (r->said.kind == SAID_TURNED && t->why == TURNED_FORM && d &&
                                                  t->form == d->form && !t->asked);
    enum unmeasured why;

    if (!d || !words || r->said.today || d->unseen || d->correct || form_is(d->form, FORM_REFERRAL) ||
        slice_find(rest, '?') < rest.n || understand_says_death(h->rules, rest, false, h->a))
        return;
    why = understand_unmeasured(h->rules, asked_of(d), rest, h->a);
    if (why == UNMEASURED_NOT || asks_for_list(d)) /* what may be a danger does not wait */
        return;
    r->kind = READING_WORDS;
    r->words = why == UNMEASURED_YET ? WORD_LATER : WORD_UNMEASURED;
    r->nomor = d->nomor;
}

/* --- deciding --- */

/* The report that is asked about: a full one typed again, else the only question.  Of several none is meant
 * whose number does not stand there: they are listed, however often (SPEC 2.2). */
static struct draft *about(struct step *s)
{
    const struct reading *r = s->reading;
    struct sender_state *state = s->state;
    struct slice body = r->said.body;
    bool heard = r->kind != READING_WHICH && r->kind != READING_NOTHING;
    struct draft *d = heard ? drafts_find(state, r->nomor) : NULL;

    if (d || r->kind != READING_REPORTS)
        return d ? d : meant(state, &body);
    if (r->said.reports_n != 1)
        return NULL;
    for (unsigned i = 0; r->hash.n && i < state->drafts_n; i++)
        if (slice_eq(state->drafts[i].hash, r->hash))
            return &state->drafts[i];
    return reading_retyped(r, state, 0);
}

/* It was said to a question, whatever it says. */
static bool to_question(const struct reading *r)
{
    switch (r->kind) {
    case READING_NOTHING:
        return !r->thanks && !r->nudge && !reading_turned(r) && !r->of_n && !r->other;
    case READING_REPORTS:
    case READING_ANSWER:
    case READING_WHICH:
        return true;
    case READING_WORDS:
        return r->words != WORD_DENIED; /* it was heard */
    default:
        return false;
    }
}

static bool staff_have(struct step *s, const struct draft *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    return r && d->asking == ASK_FIELD && report_load(s, d->nomor, r) && r->referral.state != REFERRAL_NONE;
}

/* `sudah sadar bu`, `kami jalan sekarang`: those who have her case are told it, and it is no wrong answer. */
static bool tells_staff(struct step *s, const struct draft *d)
{
    return s->reading->kind == READING_NOTHING && s->reading->said.kind == SAID_NOTHING &&
           waits_talks(s->reading->said.body) && !slice_has_digit(s->reading->said.body) &&
           (questions_in_hands(s, d) || staff_have(s, d));
}

void unread_before(struct step *s, struct unread *u)
{
    const struct draft *d = s->person && to_question(s->reading) ? about(s) : NULL;

    *u = (struct unread){ 0 };
    if (!d || d->unseen || s->reading->said.emergency || tells_staff(s, d) ||
        waits_beside_draft(s->rules, s->reading, s->arena) ||
        !(u->values = ARENA_ARRAY(s->arena, struct value, FORM_FIELDS)))
        return;
    memcpy(u->values, d->values, FORM_FIELDS * sizeof *u->values);
    u->nomor = d->nomor;
    u->field = d->field;
    u->asking = d->asking;
}

static bool same_question(const struct draft *d, const struct unread *u)
{
    bool same = d->asking == u->asking && slice_eq(d->field, u->field);

    for (unsigned i = 0; same && i < d->form->fields_n; i++)
        same = value_equal(&d->values[i], &u->values[i]);
    return same;
}

/* What was answered is about it, or a list. */
static bool answered(const struct step *s, struct slice nomor)
{
    for (unsigned i = s->answers_from; i < s->out->sms_n; i++) {
        const struct sms *m = &s->out->sms[i];

        if (m->class == SMS_ANSWER && slice_eq(m->to, s->msisdn))
            return !m->nomor.n || slice_eq(m->nomor, nomor);
    }
    return false;
}

/* Until when the draft waits: "22/11 09.00". */
static struct slice until(struct step *s, const struct draft *d)
{
    struct civil c = date_civil(d->at_ms + clock_of(s->rules, "draft"), s->rules->utc_offset_min);

    return arena_printf(s->arena, "%d/%d %02d.%02d", c.day.day, c.day.month, c.hour, c.minute);
}

static void say(struct step *s, struct draft *d, const char *key, struct slice who, struct slice hp)
{
    const struct text_fill f[] = { { "nomor", d->nomor },
                                   { "siapa", questions_whom(s, d) },
                                   { "field", reply_label(d->form, d->field) },
                                   { "nilai", d->asked },
                                   { "contoh", reply_example(d->form, d->field, s->arena) },
                                   { "batas", until(s, d) },
                                   { "petugas", who },
                                   { "hp", hp } };

    step_answer(s, d->nomor, step_text(s, s->language, key, FILLS(f)));
}

/* `tidak ada`, `ga diukur`; `normal` says that somebody knows it. */
static bool says_none(const struct step *s)
{
    struct slice rest = slice_trim(s->reading->said.body);
    const struct draft *d = drafts_find(s->state, slice_take(rest, slice_find(rest, ' ')));
    struct slice word = d ? slice_skip(rest, d->nomor.n + 1) : rest;

    word = text_folded(slice_cut(&word, ' '), s->arena);
    return s->reading->words == WORD_UNMEASURED || slice_is(word, "-") ||
           (vocabulary_word(s->rules->forms.vocabulary, word, NULL)->begins &
            s->rules->forms.words.negators->bit) != 0;
}

void unread_needed(struct step *s, struct draft *d)
{
    if (says_none(s))
        say(s, d, understand_is_measure(asked_of(d)) ? "unread.needed" : "unread.asked", slice_make("", 0),
            slice_make("", 0));
    else
        questions_repeat(s, d);
}

void unread_waits(struct step *s, struct draft *d)
{
    say(s, d, "unread.waits", slice_make("", 0), slice_make("", 0));
}

/* A yes to it says what the question says, which the value alone may not: `kejang tidak, benar?`. */
static bool yes_is_the_value(const struct draft *d)
{
    const struct field *f = asked_of(d);

    return f && f->type <= FIELD_PRESSURE && !questions_denied(d);
}

/* How this question is answered; NULL: as it says itself. */
static const char *shown(const struct draft *d)
{
    switch (d->asking) {
    case ASK_CHILD:
        return "unread.child";
    case ASK_AGAIN:
        return "unread.again";
    case ASK_TWIN:
    case ASK_DEATH:
    case ASK_SURE:
        return "unread.yes_no";
    case ASK_VALUE:
        return yes_is_the_value(d) ? "unread.value" : NULL;
    default:
        return drafts_may_lack(d) ? "unread.may_lack" : "unread.shown";
    }
}

/* Who is called for her, and how many they are. */
static void nearest(struct step *s, struct filed_report *r, struct audience *staff, struct slice *who,
                    struct slice *hp)
{
    step_audience(s, step_next_level(s, s->person->place), staff);
    if (r->referral.state == REFERRAL_NONE)
        r->referral.level = staff->place ? staff->place->code : slice_make("", 0);
    referral_contact(s, r, who, hp);
}

/* Asks them to call: those who have the patient already, else the next level. */
static void call(struct step *s, struct draft *d, struct filed_report *r, struct slice *who, struct slice *hp)
{
    const struct place *at = s->person->place;
    struct audience staff;

    if (referral_is_open(&r->referral) || (r->nomor.n && filing_unfinished(s, d, r))) {
        if (!questions_in_hands(s, d)) /* they have these words */
            referral_added(s, r, s->reading->said.body);
        nearest(s, r, &staff, who, hp);
        return;
    }
    nearest(s, r, &staff, who, hp);
    {
        const struct text_fill f[] = { { "nomor", d->nomor },
                                       { "siapa", questions_whom(s, d) },
                                       { "field", reply_label(d->form, d->field) },
                                       { "tempat", step_place_name(s, at) },
                                       { "peran", step_role(s) },
                                       { "hp", step_phone(s, s->msisdn) },
                                       { "isi", s->reading->said.body } };

        step_tell(s, &staff, SMS_ALERT, d->nomor, "unread.staff", FILLS(f));
    }
}

/* Nothing came of her words once more. */
static void say_unread(struct step *s, struct draft *d, struct filed_report *r)
{
    bool words = s->reading->kind == READING_WORDS;
    bool lacks = words && s->reading->words == WORD_UNMEASURED;
    bool later = words && s->reading->words == WORD_LATER;
    const char *key = later ? "unread.waits_still" : shown(d);
    struct slice who = { 0 }, hp = { 0 };
    struct audience staff;

    if (!d->called && d->unread >= (lacks ? SHOWN : CALLED)) {
        d->called = true;
        call(s, d, r, &who, &hp);
        key = "unread.called";
    } else {
        nearest(s, r, &staff, &who, &hp);
        if (d->unread < SHOWN || s->reading->kind == READING_ANSWER || !key)
            return; /* an answer says what is wrong with it */
        if (d->called) {
            say(s, d, "unread.called_still", who, hp);
            return; /* counted as what it is: a robot never ends */
        }
    }
    say(s, d, key, who, hp);
    step_reason(s, "confirm");
}

void unread_after(struct step *s, const struct unread *u)
{
    struct draft *d = u->nomor.n ? drafts_find(s->state, u->nomor) : NULL;
    struct filed_report *r = d && answered(s, d->nomor) ? ARENA_NEW(s->arena, struct filed_report) : NULL;

    if (!r)
        return;
    s->state->changed |= d->unread > 0;
    if (!same_question(d, u)) {
        d->unread = 0;
        return;
    }
    d->unread++;
    s->state->changed = true;
    (void)report_load(s, d->nomor, r);
    say_unread(s, d, r);
}
