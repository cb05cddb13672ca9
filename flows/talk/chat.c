/* chat.c - see chat.h.  The words are the list `obrolan`. */
#include "flows/talk/chat.h"

#include "flows/filing/referral.h"
#include "flows/step/reply.h"
#include "flows/step/reply_parts.h"
#include "flows/step/roles.h"
#include "flows/talk/emergency.h"
#include "flows/talk/numbered.h"
#include "flows/talk/questions.h"
#include "flows/talk/told.h"
#include "parsers/phrase.h"
#include "parsers/text.h"

enum {
    LONGEST = 160, /* bytes: more is no such talk */
    TALK_LEAST = 3 /* words in which somebody tells something */
};

/* A text by its words. */
struct talk {
    const struct words *words;
    const struct word_list *list;
    struct tokens ts;
};

static bool cut(const struct ruleset *rules, struct slice text, struct arena *a, struct talk *t)
{
    *t = (struct talk){ .words = &rules->forms.words, .list = list_by_name(&rules->forms, S("obrolan")) };
    return t->list && text.n <= LONGEST && tokens_cut(text_plain(text, a), NULL, &rules->forms, a, &t->ts);
}

/* A word that people say around anything begins at token i: to whom, please, yes. */
static bool around(const struct talk *t, unsigned i, unsigned *used)
{
    static const char *const iya[] = { "ya", "ingat", "sapaan", "sopan", "baik", "tadi" };
    static const char *const kata[] = { "partikel", "penanda_tangan", "terima_kasih", "sela" };
    struct slice code = phrase_code(&t->ts, i, t->words->answers, used);

    for (size_t k = 0; k < sizeof iya / sizeof *iya; k++)
        if (slice_is(code, iya[k]))
            return true;
    code = phrase_code(&t->ts, i, t->words->kata, used);
    for (size_t k = 0; k < sizeof kata / sizeof *kata; k++)
        if (slice_is(code, kata[k]))
            return true;
    return phrase_at(&t->ts, i, t->words->greetings, used) != NULL;
}

static bool says(const struct talk *t, unsigned i, const char *code, unsigned *used)
{
    return slice_is(phrase_code(&t->ts, i, t->list, used), code);
}

bool chat_thanks(const struct ruleset *rules, struct slice text, struct arena *a)
{
    struct talk t;
    bool thanks = false;
    unsigned used;

    if (!cut(rules, text, a, &t))
        return false;
    for (unsigned i = 0; i < t.ts.n; i += used) {
        thanks |= phrase_is(&t.ts, i, t.words->kata, "terima_kasih", &used);
        if (!around(&t, i, &used) && !says(&t, i, "sekali", &used))
            return false;
    }
    return thanks;
}

static bool asks(struct slice text)
{
    return slice_find(text, '?') < text.n;
}

/* Nothing but what is said around anything, and, waits: that she waits.  *yes: a word of consent is in it. */
static bool small(const struct talk *t, bool waits, bool question, bool asked, bool *yes)
{
    unsigned used;

    *yes = false;
    for (unsigned i = 0; i < t->ts.n; i += used) {
        struct slice code = phrase_code(&t->ts, i, t->words->answers, &used);

        *yes |= slice_is(code, "ya") || slice_is(code, "baik");
        if (t->ts.t[i].kind == TOKEN_EMPTY) /* `?` */
            used = 1;
        else if (!(waits && says(t, i, "desak", &used)) &&
                 !(waits && !asked && says(t, i, "desak_apa", &used)) &&
                 !(question && says(t, i, "desak_tanya", &used)) && !around(t, i, &used) &&
                 !phrase_is(&t->ts, i, t->words->kata, "pengisi", &used))
            return false;
    }
    return true;
}

/* `iya`, `baik bu`, and no more. */
static bool agrees(const struct talk *t, struct slice text)
{
    bool yes;

    return !asks(text) && small(t, false, false, false, &yes) && yes;
}

bool chat_nudges(const struct ruleset *rules, struct slice text, bool asked, struct arena *a)
{
    bool yes;
    struct talk t;

    return cut(rules, text, a, &t) && (t.ts.n || asks(text)) && small(&t, true, asks(text), asked, &yes) &&
           !yes;
}

bool chat_keeps(const struct ruleset *rules, struct slice text, struct arena *a)
{
    struct talk t;

    return cut(rules, text, a, &t) && phrase_any(&t.ts, t.list, "tetap");
}

/* `sudah masuk blm bu`: nothing of anything else stands behind it. */
static bool asks_after(const struct talk *t)
{
    unsigned used;

    for (unsigned i = 0; i < t->ts.n; i += used)
        if (says(t, i, "tiba", &used)) {
            for (i += used; i < t->ts.n; i += used)
                if (!around(t, i, &used) && !says(t, i, "kiriman", &used) && !says(t, i, "tiba", &used) &&
                    !phrase_at(&t->ts, i, t->words->negators, &used))
                    return false;
            return true;
        }
    return false;
}

/* A number that may be a value; not how many people there are. */
static bool has_figure(const struct talk *t)
{
    unsigned used;

    for (unsigned i = 0; i < t->ts.n; i++)
        if (t->ts.t[i].kind == TOKEN_NUMBER && !phrase_at(&t->ts, i + 1, t->words->people, &used))
            return true;
    return false;
}

static const struct repeat *newest(const struct sender_state *state)
{
    const struct repeat *last = NULL;

    for (unsigned i = 0; i < state->repeats_n; i++)
        if (!last || state->repeats[i].at_ms >= last->at_ms)
            last = &state->repeats[i];
    return last;
}

struct slice chat_about(const struct sender_state *state)
{
    const struct repeat *last = state->last.nomor.n ? NULL : newest(state);

    return last ? last->nomor : state->last.nomor;
}

/* Who is called when she needs somebody. */
static void nearest(struct step *s, struct slice *who, struct slice *hp)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct audience staff;

    *who = *hp = slice_make("", 0);
    if (!r)
        return;
    step_audience(s, step_next_level(s, s->person->place), &staff);
    r->referral.level = staff.place ? staff.place->code : slice_make("", 0);
    referral_contact(s, r, who, hp);
}

static struct filed_report *last_report(struct step *s)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    return r && report_load(s, chat_about(s->state), r) ? r : NULL;
}

/* r: the report that it is about; NULL: there is none. */
static void say(struct step *s, const struct filed_report *r, const char *key)
{
    struct slice who, hp, none = slice_make("", 0);

    if (r && r->referral.state != REFERRAL_NONE)
        referral_contact(s, r, &who, &hp); /* whoever has, or had her */
    else
        nearest(s, &who, &hp);
    {
        const struct text_fill f[] = {
            { "nomor", r ? r->nomor : none },
            { "siapa", !r          ? none
                       : r->whom.n ? r->whom
                                   : r->form->title },
            { "jam", r ? step_clock(s, r->at_ms) : none },
            { "keadaan", r ? numbered_state(s, r) : none },
            { "petugas", who },
            { "hp", hp },
        };

        step_answer(s, r ? r->nomor : none, step_text(s, s->language, key, FILLS(f)));
    }
}

static bool may_be_danger(const struct step *s)
{
    return s->reading->said.emergency || s->reading->said.today;
}

static void say_help(struct step *s)
{
    step_answer(s, slice_make("", 0), reply_help(s->rules, s->language, step_role(s), s->arena));
}

bool chat_while_asked(struct step *s)
{
    struct talk t;
    struct draft *d = drafts_only(s->state);
    bool nudge = s->reading->nudge;

    if (may_be_danger(s) || !cut(s->rules, s->reading->said.body, s->arena, &t) || !(nudge || asks_after(&t)))
        return false;
    if (!d) {
        questions_list(s);
        return true;
    }
    {
        const struct text_fill f[] = { { "nomor", d->nomor },
                                       { "siapa", questions_whom(s, d) },
                                       { "field", d->asked.n ? d->asked : reply_label(d->form, d->field) },
                                       { "contoh", reply_example(d->form, d->field, s->arena) } };

        if (nudge || d->unseen || d->asking != ASK_FIELD)
            questions_repeat(s, d);
        else
            step_answer(s, d->nomor, step_text(s, s->language, "chat.arrived_open", FILLS(f)));
    }
    return true;
}

static unsigned words_in(struct slice text)
{
    unsigned n = 0;

    while (text.n)
        n += slice_cut(&text, ' ').n > 0;
    return n;
}

/* A word of the name of whom she reported stands in it. */
static bool names(const struct talk *t, struct slice whom, struct arena *a)
{
    while (whom.n) {
        struct slice name = text_folded(slice_cut(&whom, ' '), a);

        for (unsigned i = 0; name.n >= TALK_LEAST && i < t->ts.n; i++)
            if (slice_eq(t->ts.t[i].low, name))
                return true;
    }
    return false;
}

/* Somebody tells something.  What is said of a person, and is not that she is well, may be a danger that no
 * list knows: how that is reported is said.  NULL: nobody does. */
static const char *told(struct step *s, const struct talk *t, const struct filed_report *r)
{
    struct slice body = s->reading->said.body, whom = r ? r->whom : slice_make("", 0);

    if (words_in(body) < TALK_LEAST || has_figure(t))
        return NULL;
    if (understand_denies(s->rules, body, whom, s->arena) ||
        (phrase_any(&t->ts, t->list, "kabar") && !phrase_any(&t->ts, t->list, "tetapi")))
        return r ? "chat.heard" : "chat.heard_none";
    return phrase_any(&t->ts, t->list, "orang") || phrase_any(&t->ts, t->list, "kabar") ||
                   names(t, whom, s->arena)
               ? "chat.who"
               : NULL;
}

/* Who reports of patients: heads of villages do not. */
static bool reports(const struct step *s)
{
    const struct form_set *forms = &s->rules->forms;

    for (unsigned i = 0; s->person && i < forms->n; i++)
        if (forms->forms[i].about == FORM_ABOUT_CHILD && roles_may_report(s->person->role, &forms->forms[i]))
            return true;
    return false;
}

bool chat_of_case(struct step *s)
{
    struct slice body = s->reading->said.body, who, hp;
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    bool agreed;
    struct talk t;

    if (!r || !s->person || may_be_danger(s) || !cut(s->rules, body, s->arena, &t) ||
        !report_load(s, emergency_own(s->state), r) || !report_of(r, s->msisdn) ||
        (!referral_is_open(&r->referral) && r->referral.state != REFERRAL_ARRIVED))
        return false;
    agreed = agrees(&t, body);
    if (!agreed && !s->reading->nudge && !asks_after(&t))
        return false;
    referral_contact(s, r, &who, &hp);
    {
        const struct text_fill f[] = {
            { "nomor", r->nomor },
            { "siapa", told_whom(s, r->nomor, r) },
            { "keadaan", numbered_state(s, r) },
            { "petugas", who },
            { "hp", hp },
        };

        step_reason(s, "talk");
        step_answer(s, r->nomor,
                    step_text(s, s->language, agreed ? "chat.case_heard" : "chat.case", FILLS(f)));
    }
    return true;
}

bool chat_answered(struct step *s)
{
    struct slice body = s->reading->said.body;
    const struct filed_report *r;
    const char *key;
    struct talk t;

    if (!reports(s) || may_be_danger(s) || !cut(s->rules, body, s->arena, &t))
        return false;
    r = last_report(s);
    if (asks_after(&t) || (s->reading->nudge && (r || asks(body))))
        say(s, r, r ? "chat.arrived" : "chat.arrived_none");
    else if (phrase_any(&t.ts, t.list, "cara"))
        say_help(s);
    else if (phrase_any(&t.ts, t.list, "tetap") && !has_figure(&t))
        say(s, r, r ? "chat.kept" : "chat.kept_none");
    else if (r && asks(body) && names(&t, r->whom, s->arena))
        say(s, r, "chat.asked");
    else if (r && agrees(&t, body))
        say(s, r, "chat.agreed");
    else if (r && phrase_any(&t.ts, t.list, "boleh") && !has_figure(&t))
        say(s, r, "chat.may_lack");
    else if ((key = told(s, &t, r)))
        say(s, r, key);
    else
        return false;
    step_reason(s, "talk");
    return true;
}
