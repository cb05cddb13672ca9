/* beside.c - see beside.h. */
#include "flows/talk/beside.h"

#include "flows/care/findings.h"
#include "flows/filing/filing.h"
#include "flows/filing/referral.h"
#include "flows/rows/clocks.h"

/* How urgent the words are as a report of their own: by its values, if those of its signs are told already.
 */
static enum urgency danger_in(struct step *s, const struct report *r)
{
    struct slice text =
        arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(r->form->keywords[0]), SLICE_ARG(r->beside));
    struct said *said = ARENA_NEW(s->arena, struct said);
    static const uint8_t none[FORM_FIELDS];
    struct slice say;

    if (!said || !understand_sms(s->rules, text, s->seen->inbound->received_ms, s->arena, said) ||
        said->kind != SAID_REPORTS || said->reports[0].form != r->form)
        return URGENCY_NONE;
    if (said->reports[0].emergency)
        return URGENCY_E1;
    return findings_certain(s->rules, r->form, said->reports[0].values, none, s->arena, &say);
}

static bool has_words(struct slice text, struct slice words)
{
    while (text.n >= words.n && !slice_eq(slice_take(text, words.n), words))
        text = slice_skip(text, 1);
    return text.n >= words.n;
}

/* They have it: as one more of the case that they have, or as a case. */
static void tell(struct step *s, struct filed_report *filed, enum urgency is, struct slice words)
{
    if (filed->referral.state == REFERRAL_NONE)
        filing_maybe(s, filed, is == URGENCY_E1 ? S("E1") : S("E2"), words, false);
    else if (!has_words(filed->referral.say, words))
        referral_added(s, filed, words);
}

/* True when the staff know of it now. */
static bool staff_know(struct step *s, const struct report *r, struct slice nomor)
{
    struct filed_report *filed = ARENA_NEW(s->arena, struct filed_report);
    bool asked = form_is(r->form, FORM_REFERRAL), night;
    enum urgency is;

    if (r->others.n)
        return true;
    if (!filed || !report_load(s, nomor, filed))
        return false;
    is = asked || r->others_today.n ? URGENCY_E2 : danger_in(s, r);
    if (asked ? filed->referral.state != REFERRAL_NONE : is >= URGENCY_E2 && !r->others_today.n)
        tell(s, filed, is, r->beside);
    night = clock_quiet_ms(s->now_ms, s->rules->utc_offset_min) > 0; /* a danger of the day is held */
    return asked || is == URGENCY_E1 || (is == URGENCY_E2 && !night);
}

void beside_say(struct step *s, const struct report *r, struct slice nomor)
{
    const struct text_fill f[] = { { "ketik", r->beside }, { "form", r->form->keywords[0] } };
    bool known;

    if (!r->beside.n)
        return;
    known = staff_know(s, r, nomor);
    if (s->person && s->seen->inbound->from_is_msisdn)
        step_sms(s, s->msisdn, SMS_ANSWER, nomor,
                 step_text(s, s->language, known ? "receipt.beside_told" : "receipt.beside", FILLS(f)));
}
