/* unsaid.c - see unsaid.h. */
#include "flows/talk/unsaid.h"

#include <string.h>

#include "flows/alert/doubted.h"
#include "flows/filing/filing.h"
#include "flows/filing/referral.h"
#include "flows/step/drafts.h"
#include "flows/talk/words.h"
#include "parsers/text.h"
#include "parsers/when.h"

enum {
    GROWN = 18 * 12 /* months */
};

/* `maaf bu ternyata pak udin masih hidup`: from her name on. */
static struct slice of_her(const struct ruleset *rules, struct slice whom, struct slice body, struct arena *a)
{
    struct slice rest = body;

    while (rest.n) {
        struct slice from = rest, word = slice_cut(&rest, ' '), names = whom;

        while (names.n)
            if (slice_ieq(slice_cut(&names, ' '), word) &&
                !list_find(rules->forms.words.titles, text_folded(word, a)))
                return from;
    }
    return body;
}

static bool denies_case(struct step *s, const struct last_report *l)
{
    struct report *known = ARENA_NEW(s->arena, struct report);

    if (!known || l->form->counts < 0)
        return false;
    known->form = l->form;
    memcpy(known->values, l->values, sizeof known->values);
    return understand_denies_counted(s->rules, known, s->reading->said.body, s->arena);
}

/* Of whom the WAFAT is: a child, or grown up, as far as its age says. */
static struct slice who_died(const struct last_report *l)
{
    struct slice age = text_as(l->form, l->values, AS_AGE);

    if (!age.n)
        return value_as(l->form, l->values, AS_BIRTH) ? S("anak") : slice_make("", 0);
    return age_months(age) < GROWN ? S("anak") : S("ibu");
}

static bool denies(struct step *s, const struct last_report *l)
{
    struct slice before, none, body = s->reading->said.body;
    const struct word *w;

    if (form_is(l->form, FORM_DEATH))
        return understand_lives(s->rules, of_her(s->rules, l->whom, body, s->arena), who_died(l), s->arena);
    if (denies_case(s, l))
        return true;
    if (l->form->counts < 0 || !words_mended(s->rules, body, s->arena, &before, &none))
        return false;
    w = list_find(s->rules->forms.words.answers, slice_trim(none));
    return w && slice_is(w->code, "kosong");
}

/* Report i of those whom the words name, if it stands. */
static bool named(struct step *s, unsigned i, struct filed_report *r, struct last_report *out)
{
    if (!report_load(s, s->reading->of[i], r) || r->draft || slice_is(r->status, "cancelled") ||
        !report_of(r, s->msisdn))
        return false;
    *out = (struct last_report){ .nomor = r->nomor, .whom = r->whom, .form = r->form, .values = r->values };
    return true;
}

bool unsaid_report(struct step *s, struct last_report *out)
{
    struct filed_report *r = s->person && s->reading->of_n ? ARENA_NEW(s->arena, struct filed_report) : NULL;

    *out = s->state->last;
    if (!s->person)
        return false;
    if (s->reading->of_n && s->reading->kind == READING_NOTHING) {
        for (unsigned i = 0; r && i < s->reading->of_n; i++)
            if (named(s, i, r, out) && denies(s, out))
                return true;
        return false;
    }
    return out->form && denies(s, out);
}

/* Whether anybody but her posyandu knows of the cases is the episode's to say: it hears, and tells whom it
 * told. */
bool unsaid_passed_on(struct step *s, const struct last_report *l)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice words = s->reading->said.body;
    bool told = false;

    if (!r || !l->nomor.n || !l->form || !report_load(s, l->nomor, r) || !report_of(r, s->msisdn))
        return false;
    if (referral_is_open(&r->referral)) {
        referral_added(s, r, words);
        told = true;
    }
    if (!denies(s, l))
        return told;
    if (!r->unsaid && l->form->counts >= 0)
        doubted_said(s, r, words);
    told |= filing_doubt_told(s, r, r->unsaid ? slice_make("", 0) : words);
    r->unsaid = true;
    report_save(s, r);
    return told;
}

void unsaid_answer(struct step *s, const struct last_report *l)
{
    const struct text_fill f[] = { { "form", l->form->title }, { "nomor", l->nomor }, { "siapa", l->whom } };
    bool told = unsaid_passed_on(s, l);

    step_answer(s, l->nomor,
                step_text(s, s->language, told ? "turned.which_told" : "turned.which", FILLS(f)));
}
