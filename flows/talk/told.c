/* told.c - see told.h. */
#include "flows/talk/told.h"

#include "flows/filing/referral.h"
#include "flows/step/drafts.h"
#include "flows/step/reply_parts.h"
#include "parsers/text.h"

struct slice told_name(struct step *s, struct slice nomor, const struct filed_report *r)
{
    const struct draft *d = drafts_find(s->state, nomor);
    struct slice nama = text_as(r->form, r->values, AS_NAME), whom = nama.n           ? nama
                                                                     : r->whom.n      ? r->whom
                                                                     : d && d->whom.n ? d->whom
                                                                                      : nama;

    return slice_eq(whom, r->form->title) ? slice_make("", 0) : whom;
}

struct slice told_whom(struct step *s, struct slice nomor, const struct filed_report *r)
{
    struct slice name = told_name(s, nomor, r);

    return name.n ? name : r->form->title;
}

/* Who tells of a danger of somebody's whom another of her posyandu reported hears what becomes of it too
 * (SPEC 2.2).
 */
static void hears_too(const struct step *s, struct filed_report *r)
{
    struct referral *now = &r->referral;

    if (s->reading->said.emergency && !report_of(r, s->msisdn) && !referral_has(now, s->msisdn) &&
        now->also_n < REFERRAL_ALSO)
        now->also[now->also_n++] = s->msisdn;
}

/* Who has the case has it as less than this, or has done with it: it is told as what it is now, with its
 * clock. */
static bool is_news(const struct step *s, const struct referral *now)
{
    if (!s->reading->said.emergency || referral_has(now, s->msisdn))
        return false;
    return (now->state == REFERRAL_SENT || now->state == REFERRAL_TAKEN) ? !slice_is(now->urgency, "E1")
                                                                         : now->state != REFERRAL_ARRIVED;
}

/* "Bu Ana 28th kejang": what the words repeat of her, her number and the command are left out. */
static struct slice case_said(struct step *s, struct slice nomor, const struct filed_report *r,
                              struct slice words)
{
    struct slice whom = told_name(s, nomor, r), say = whom, word, behind = words;
    struct slice body = s->reading->said.body;
    struct slice age = form_as(r->form, AS_AGE) >= 0
                           ? reply_value(r->form, r->values, form_called(r->form, AS_AGE), s->arena)
                           : slice_make("", 0);

    if (age.n)
        say = arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(say), SLICE_ARG(age));
    if (s->reading->said.kind == SAID_COMMAND && slice_ieq(slice_cut(&behind, ' '), slice_cut(&body, ' ')))
        words = behind;
    while ((word = slice_cut(&words, ' ')).n || words.n) {
        struct slice rest = whom;
        bool again = slice_eq(slice_take(word, nomor.n), nomor);

        while (rest.n && !again)
            again = slice_ieq(slice_cut(&rest, ' '), word);
        if (!again)
            say = arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(say), SLICE_ARG(word));
    }
    return say;
}

bool told_of_case(struct step *s, struct slice nomor, struct slice words, struct filed_report *r)
{
    struct referral_opening o = { .why = words };

    if (!report_load(s, nomor, r) || r->referral.state == REFERRAL_CANCELLED ||
        slice_is(r->status, "cancelled"))
        return false;
    o.urgency = s->reading->said.emergency ? S("E1") : S("E2");
    o.say = case_said(s, nomor, r, words);
    o.asked = r->referral.asked;
    if (r->referral.state == REFERRAL_NONE)
        referral_open(s, r, &o);
    else if (is_news(s, &r->referral))
        (void)referral_changed(s, r, REFERRAL_ON_WORSE, &o, slice_make("", 0));
    else
        referral_words(s, r, words);
    hears_too(s, r);
    report_save(s, r);
    return true;
}

bool told_sent_on(struct step *s, struct slice nomor, struct slice words, struct filed_report *r)
{
    struct referral_opening o = { .urgency = S("E1"), .why = words, .asked = true };

    if (!referral_has(&r->referral, s->msisdn) || !s->person->place || !referral_may_join(s, r))
        return false;
    o.say = case_said(s, nomor, r, words);
    referral_asked(s, r, &o);
    report_save(s, r);
    return true;
}

bool told_known_to(const struct step *s, struct slice nomor, const struct filed_report *r)
{
    return report_of(r, s->msisdn) || open_own(&s->state->open, nomor);
}

/* One of the words turns what was said. */
static bool says_no(const struct step *s)
{
    struct slice rest = text_folded(s->reading->said.body, s->arena);

    while (rest.n)
        if (list_find(s->rules->forms.words.negators, slice_cut(&rest, ' ')))
            return true;
    return false;
}

void told_denied(struct step *s)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    const struct draft *d = drafts_find(s->state, s->reading->nomor);

    if (!r || !d || !slice_eq(d->field, form_called(d->form, AS_NAME)) || !says_no(s) ||
        !report_load(s, d->nomor, r) || !referral_is_open(&r->referral))
        return;
    /* As typed, where it is all that was: the words may have been put in another order to be read. */
    referral_added(s, r,
                   s->reading->next || s->reading->first ? s->reading->said.body : s->seen->inbound->text);
}
