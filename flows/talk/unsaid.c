/* unsaid.c - see unsaid.h. */
#include "flows/talk/unsaid.h"

#include <string.h>

#include "flows/alert/doubted.h"
#include "flows/filing/referral.h"
#include "flows/step/drafts.h"
#include "flows/talk/words.h"
#include "parsers/text.h"

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

    if (!known)
        return false;
    known->form = l->form;
    memcpy(known->values, l->values, sizeof known->values);
    return understand_denies_counted(s->rules, known, s->reading->said.body, s->arena);
}

bool unsaid_last(struct step *s)
{
    const struct last_report *l = &s->state->last;
    struct slice before, none, body = s->reading->said.body;
    const struct word *w;

    if (!s->person || !l->form)
        return false;
    if (form_is(l->form, FORM_DEATH))
        return understand_lives(s->rules, of_her(s->rules, l->whom, body, s->arena), s->arena);
    if (denies_case(s, l))
        return true;
    if (l->form->counts < 0 || !words_mended(s->rules, body, s->arena, &before, &none))
        return false;
    w = list_find(s->rules->forms.words.answers, slice_trim(none));
    return w && slice_is(w->code, "kosong");
}

void unsaid_passed_on(struct step *s)
{
    const struct last_report *l = &s->state->last;
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    if (!r || !l->nomor.n || !l->form || !report_load(s, l->nomor, r) || !report_of(r, s->msisdn))
        return;
    if (denies_case(s, l))
        doubted_said(s, r, s->reading->said.body);
    if (referral_is_open(&r->referral))
        referral_added(s, r, s->reading->said.body);
}
