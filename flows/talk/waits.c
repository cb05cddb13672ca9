/* waits.c - see waits.h. */
#include "flows/talk/waits.h"

#include "flows/filing/filing.h"
#include "flows/filing/referral.h"
#include "flows/step/drafts.h"
#include "flows/talk/called.h"
#include "flows/talk/emergency.h"
#include "flows/talk/questions.h"
#include "flows/talk/told.h"
#include "flows/talk/words.h"
#include "flows/understand/commands.h"
#include "parsers/text.h"

enum {
    TALK_LEAST = 3, /* words */
    NAME_LEAST = 3, /* letters */
};

struct slice waits_named(const struct reading *r, struct arena *a)
{
    return emergency_number(r->state, r->said.body, a, &(struct slice){ 0 });
}

struct slice waits_whom(const struct ruleset *rules, const struct reading *r, struct arena *a)
{
    struct slice nomor = waits_named(r, a);

    nomor = nomor.n ? nomor : called_case(rules, r->state, r->said.body, a);
    return nomor.n ? nomor : r->of_n == 1 ? r->of[0] : slice_make("", 0);
}

bool waits_talks(struct slice text)
{
    unsigned words = 0;

    while (text.n)
        words += slice_cut(&text, ' ').n > 0;
    return words >= TALK_LEAST;
}

static bool told(struct step *s, struct slice nomor)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice who, hp;

    if (!r || !nomor.n || !report_load(s, nomor, r) || !report_of(r, s->msisdn) ||
        (!referral_is_open(&r->referral) && r->referral.state != REFERRAL_ARRIVED))
        return false;
    referral_contact(s, r, &who, &hp);
    referral_added(s, r, s->reading->said.body); /* `sudah di rs`, `salah ketik, bukan perdarahan` */
    {
        const struct text_fill f[] = {
            { "nomor", nomor },
            { "siapa", told_whom(s, nomor, r) },
            { "keadaan", step_text(s, s->language, referral_state_key(r->referral.state), NULL, 0) },
            { "petugas", who },
            { "hp", hp },
        };

        bool there = r->referral.state == REFERRAL_ARRIVED ||
                     understand_says_there(s->rules, s->reading->said.body, s->arena);

        step_answer(
            s, nomor,
            step_text(s, s->language, there ? "unknown.referral_there" : "unknown.referral", FILLS(f)));
    }
    return true;
}

bool waits_of_last(const struct step *s)
{
    struct slice nomor = waits_named(s->reading, s->arena), last = s->state->last.nomor;

    return last.n && (!nomor.n || slice_eq(nomor, last));
}

/* --- beside a draft --- */

/* A word is a label of its form, or stands in the name of whom it is about. */
static bool of_draft(const struct ruleset *rules, const struct draft *d, struct slice text, struct arena *a)
{
    struct slice rest = text_folded(text, a), word;

    while ((word = slice_cut(&rest, ' ')).n || rest.n) {
        struct slice whom = text_folded(d->whom, a);

        if (word.n && words_label(rules, d->form, word))
            return true;
        while (word.n >= NAME_LEAST && whom.n)
            if (slice_eq(slice_cut(&whom, ' '), word))
                return true;
    }
    return false;
}

static bool of_drafts(const struct ruleset *rules, const struct reading *r, struct arena *a)
{
    for (unsigned i = 0; i < r->state->drafts_n; i++)
        if (of_draft(rules, &r->state->drafts[i], r->said.body, a))
            return true;
    return false;
}

/* Yes and no are answers to it. */
static bool asks_yes_or_no(const struct draft *d)
{
    return d->asking != ASK_FIELD || questions_denied(d) || drafts_may_lack(d);
}

/* Nobody has answered it, or it is spoken of at some length where no yes or no is asked.  Whose draft has a
 * case itself speaks of that one. */
static bool case_waits(const struct reading *r)
{
    bool talks = waits_talks(r->said.body), waits = false;

    for (unsigned i = 0; i < r->state->drafts_n; i++)
        talks = talks && !asks_yes_or_no(&r->state->drafts[i]);
    for (unsigned i = 0; i < r->state->open.n; i++) {
        const struct open_case *c = &r->state->open.all[i];

        if (drafts_find(r->state, c->nomor))
            return false;
        if (c->what == OPEN_REQUEST)
            continue;
        waits |= talks || c->what == OPEN_SENT || c->what == OPEN_VERIFY;
    }
    return waits;
}

static bool is_open(const struct reading *r, struct slice nomor)
{
    return open_find(&r->state->open, nomor) && !drafts_find(r->state, nomor);
}

bool waits_beside_draft(const struct ruleset *rules, const struct reading *r, struct arena *a)
{
    struct slice whom;

    if (!r->state || !r->state->drafts_n || r->kind != READING_NOTHING || r->said.emergency || r->thanks ||
        r->nudge || r->other || r->said.turned.nomor.n)
        return false;
    whom = waits_whom(rules, r, a);
    if (whom.n)
        return is_open(r, whom);
    return !r->of_n && !(r->led && r->stranger.n) && !slice_has_digit(r->said.body) && case_waits(r) &&
           !of_drafts(rules, r, a);
}

void waits_no_answer(struct listening *h)
{
    struct reading *r = h->r;
    bool yes_or_no = r->words == WORD_YES || r->words == WORD_NO;

    for (unsigned i = 0; i < h->state->drafts_n; i++)
        yes_or_no = yes_or_no && !asks_yes_or_no(&h->state->drafts[i]);
    if (!yes_or_no || !waits_talks(r->said.body))
        return;
    r->kind = READING_NOTHING;
    if (!waits_beside_draft(h->rules, r, h->a))
        r->kind = READING_WORDS;
}

void waits_hear(struct step *s)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice whom = waits_whom(s->rules, s->reading, s->arena);

    if (r && waits_talks(s->reading->said.body) && report_load(s, whom.n ? whom : s->state->last.nomor, r) &&
        report_of(r, s->msisdn) && (referral_is_open(&r->referral) || r->referral.state == REFERRAL_ARRIVED))
        referral_added(s, r, s->reading->said.body);
}

/* Somebody whom no case is about: the words are not about the last one either. */
static bool of_nobody_known(const struct step *s)
{
    struct slice name = text_folded(s->reading->stranger, s->arena), title = slice_cut(&name, ' ');

    return s->reading->of_n || (s->reading->led && list_find(s->rules->forms.words.titles, title));
}

bool waits_passed_on(struct step *s)
{
    return told(s, waits_whom(s->rules, s->reading, s->arena)) ||
           (!of_nobody_known(s) && told(s, s->person ? s->state->last.nomor : emergency_own(s->state)));
}

bool waits_of_other(struct step *s)
{
    const struct draft *d = questions_nameless(s->state);
    struct slice nomor = waits_whom(s->rules, s->reading, s->arena);

    if (!d || s->reading->said.kind != SAID_NOTHING || slice_eq(nomor, d->nomor))
        return false;
    return told(s, nomor) || (!nomor.n && !of_nobody_known(s) && waits_talks(s->reading->said.body) &&
                              open_later(s->state->last.nomor, d->nomor) && told(s, s->state->last.nomor));
}

static bool waits_for_staff(enum open_what what)
{
    return what == OPEN_SENT || what == OPEN_TAKEN || what == OPEN_ARRIVED || what == OPEN_MISSED;
}

struct slice waits_of_staff(const struct ruleset *rules, const struct reading *r, struct arena *a)
{
    struct slice nomor = waits_named(r, a), only = slice_make("", 0);
    unsigned n = 0;

    nomor = nomor.n ? nomor : called_case(rules, r->state, r->said.body, a);
    for (unsigned i = 0; i < r->state->open.n; i++)
        if (waits_for_staff(r->state->open.all[i].what)) {
            only = r->state->open.all[i].nomor;
            n++;
        }
    return nomor.n ? nomor : n == 1 ? only : slice_make("", 0);
}

/* A name, a number or an age is said in it, or a danger. */
static bool says_whom(const struct report *r)
{
    return value_as(r->form, r->values, AS_NAME) || value_as(r->form, r->values, AS_NUMBER) ||
           value_as(r->form, r->values, AS_AGE) || filing_alarms(r);
}

/* Who died before she was taken may be another. */
static bool in_hand(const struct reading *r, struct slice nomor)
{
    const struct open_case *c = open_find(&r->state->open, nomor);

    return c && c->what != OPEN_SENT;
}

void waits_nameless(struct listening *h)
{
    struct reading *r = h->r;
    const struct person *p = h->who->person;
    const struct report *report = &r->said.reports[0];
    struct slice nomor = waits_of_staff(h->rules, r, h->a);

    if (!p || p->role == ROLE_KADER || r->said.reports_n != 1 || !report->form || r->said.before.n ||
        !(form_is(report->form, FORM_REFERRAL) || form_is(report->form, FORM_DEATH)) || says_whom(report) ||
        !nomor.n || (form_is(report->form, FORM_DEATH) && !in_hand(r, nomor)))
        return;
    r->said.kind = SAID_NOTHING;
    r->kind = READING_NOTHING;
    r->hash = slice_make("", 0);
}

/* `banyak?`, `sadar?`: she asks after the patient, and not with the word of a command whether it was heard.
 */
static bool asks_her(const struct step *s)
{
    struct slice rest = s->reading->said.body;

    if (s->reading->nudge || slice_find(rest, '?') == rest.n)
        return false;
    while (rest.n)
        if (command_said(slice_cut(&rest, ' '), s->arena))
            return false;
    return true;
}

/* Some words, a question, or that she died. */
static bool tells(const struct step *s)
{
    struct slice body = s->reading->said.body;

    return waits_talks(body) || asks_her(s) || understand_says_death(s->rules, body, true, s->arena);
}

bool waits_passed_back(struct step *s, struct slice *hp)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice nomor = waits_of_staff(s->rules, s->reading, s->arena);

    if (!r || !nomor.n || s->reading->thanks || !tells(s) || !report_load(s, nomor, r) ||
        report_of(r, s->msisdn) || !referral_has(&r->referral, s->msisdn) ||
        (!referral_is_open(&r->referral) && r->referral.state != REFERRAL_ARRIVED))
        return false;
    referral_back(s, r, s->reading->said.body);
    *hp = step_phone(s, r->reporter);
    return true;
}

bool waits_told(struct step *s)
{
    if (!told(s, s->reading->nomor))
        return false;
    step_reason(s, "emergency");
    return true;
}

/* The sign that a word names, `kejangnya`; empty: none. */
static struct slice sign_of(const struct ruleset *rules, struct slice word)
{
    struct slice bare = slice_ends(word, "nya") ? slice_take(word, word.n - 3) : word;
    const struct word *w = list_find(rules->forms.words.signs, bare);

    return w ? w->code : slice_make("", 0);
}

/* Both name one sign: what a case is about, and what is said. */
static bool one_sign(const struct ruleset *rules, struct slice about, struct slice said, struct arena *a)
{
    struct slice rest = text_folded(said, a), word;

    while ((word = slice_cut(&rest, ' ')).n || rest.n) {
        struct slice sign = sign_of(rules, word), all = text_folded(about, a);

        while (sign.n && all.n)
            if (slice_eq(sign_of(rules, slice_cut(&all, ' ')), sign))
                return true;
    }
    return false;
}

/* The only one of these that is open, or of several the only one with the sign that is named; empty: none. */
static struct slice only_open(const struct ruleset *rules, const struct reading *r,
                              bool (*is)(enum open_what), struct arena *a)
{
    const struct open_cases *open = &r->state->open;
    struct slice only = slice_make("", 0), like = only;
    unsigned n = 0, alike = 0;

    for (unsigned i = 0; i < open->n; i++) {
        if (!is(open->all[i].what))
            continue;
        only = open->all[i].nomor;
        n++;
        if (!one_sign(rules, open->all[i].whom, r->said.body, a))
            continue;
        like = only;
        alike++;
    }
    return n == 1 ? only : alike == 1 ? like : slice_make("", 0);
}

static bool is_own(enum open_what what)
{
    return what == OPEN_OWN;
}

/* That case is open, and has the sign that is named. */
static bool of_sign(const struct ruleset *rules, const struct reading *r, struct slice nomor, struct arena *a)
{
    const struct open_case *c = open_find(&r->state->open, nomor);

    return c && is_own(c->what) && one_sign(rules, c->whom, r->said.body, a);
}

struct slice waits_of_news(const struct ruleset *rules, const struct reading *r, struct arena *a)
{
    struct slice nomor = waits_named(r, a);

    nomor = nomor.n ? nomor : called_case(rules, r->state, r->said.body, a);
    if (nomor.n || !understand_names_nobody(rules, r->said.body, a))
        return nomor;
    if (of_sign(rules, r, r->state->last.nomor, a))
        return r->state->last.nomor;
    nomor = only_open(rules, r, is_own, a);
    return nomor.n ? nomor : only_open(rules, r, waits_for_staff, a);
}

struct slice waits_goes_on(const struct ruleset *rules, const struct reading *r, struct arena *a)
{
    struct slice last = r->state->last.nomor, only = slice_make("", 0);

    if (!understand_goes_on(rules, r->said.body, a))
        return only;
    if (of_sign(rules, r, last, a))
        return last;
    only = only_open(rules, r, is_own, a);
    return of_sign(rules, r, only, a) ? only : slice_make("", 0);
}

static void say_news(struct step *s, struct slice nomor, const struct filed_report *r, bool own)
{
    const struct person *p = directory_person(&s->rules->directory, r->reporter);
    struct slice who = p ? p->name : slice_make("", 0), hp = step_phone(s, r->reporter);

    if (own)
        referral_contact(s, r, &who, &hp);
    {
        const struct text_fill f[] = {
            { "nomor", nomor }, { "siapa", told_whom(s, nomor, r) }, { "petugas", who }, { "hp", hp }
        };

        step_answer(s, nomor, step_text(s, s->language, "danger.ended", FILLS(f)));
    }
}

bool waits_ended(struct step *s)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice nomor = waits_of_news(s->rules, s->reading, s->arena), words;
    bool own;

    (void)emergency_number(s->state, s->reading->said.body, s->arena, &words);
    if (!r || !nomor.n || !report_load(s, nomor, r) ||
        (!referral_is_open(&r->referral) && r->referral.state != REFERRAL_ARRIVED) ||
        !one_sign(s->rules, r->referral.say, words, s->arena) || /* what nobody knows of is a danger still */
        !understand_ended(s->rules, words, told_whom(s, nomor, r), s->arena))
        return false;
    own = told_known_to(s, nomor, r);
    if (own)
        referral_added(s, r, words);
    else if (referral_has(&r->referral, s->msisdn))
        referral_back(s, r, words);
    else
        return false;
    step_reason(s, "emergency");
    say_news(s, nomor, r, own);
    return true;
}
