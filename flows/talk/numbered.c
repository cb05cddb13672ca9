/* numbered.c - see numbered.h. */
#include "flows/talk/numbered.h"

#include "flows/filing/referral.h"
#include "flows/rows/clocks.h"
#include "flows/step/reply_parts.h"
#include "flows/talk/fix.h"
#include "flows/talk/mending.h"
#include "flows/talk/told.h"
#include "flows/talk/waits.h"
#include "parsers/damm.h"
#include "parsers/text.h"

enum {
    SURELY = 5 /* digits that no value has */
};

bool numbered_other(struct sender_state *state, struct slice text)
{
    struct slice rest = slice_trim(text), first = slice_cut(&rest, ' ');

    return first.n >= SURELY && slice_all_digits(first) && damm_valid(first) && slice_has_digit(rest) &&
           !drafts_find(state, first);
}

static bool expired(const struct filed_report *r)
{
    return r->draft && slice_is(r->status, "expired");
}

static const char *state_key(const struct filed_report *r)
{
    bool over = r->referral.state == REFERRAL_CANCELLED && !form_is(r->form, FORM_REFERRAL);

    return r->referral.state != REFERRAL_NONE && !over ? referral_state_key(r->referral.state)
           : slice_is(r->status, "cancelled")          ? "status.cancelled"
           : expired(r)                                ? "status.lapsed"
           : r->draft                                  ? "status.draft"
           : slice_is(r->status, "corrected")          ? "status.corrected"
           : slice_is(r->status, "checked")            ? "status.checked"
                                                       : "status.valid";
}

struct text_fill numbered_term(struct step *s)
{
    enum {
        TENTH_MS = 360000 /* of an hour */
    };
    long long tenths = (clock_of(s->rules, "draft") + TENTH_MS - 1) / TENTH_MS;

    return (struct text_fill){ "batas", tenths % 10
                                            ? arena_printf(s->arena, "%lld,%lld", tenths / 10, tenths % 10)
                                            : arena_printf(s->arena, "%lld", tenths / 10) };
}

struct slice numbered_state(struct step *s, const struct filed_report *r)
{
    const struct text_fill f[] = { numbered_term(s) };

    return step_text(s, s->language, state_key(r), FILLS(f));
}

bool numbered_over(struct step *s, const struct filed_report *r)
{
    const struct text_fill f[] = {
        { "nomor", r->nomor },
        { "siapa", told_whom(s, r->nomor, r) },
        { "contoh", r->form->examples_n ? r->form->examples[0] : slice_make("", 0) },
        numbered_term(s),
    };
    bool cancelled = slice_is(r->status, "cancelled");

    if (!expired(r) && !cancelled)
        return false;
    step_answer(s, r->nomor,
                step_text(s, s->language, cancelled ? "number.cancelled" : "number.expired", FILLS(f)));
    return true;
}

bool numbered_lapsed(struct step *s, struct slice nomor)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    return r && report_load(s, nomor, r) && report_of(r, s->msisdn) && numbered_over(s, r);
}

/* A record of hers: the line that changes it. */
static void say_change(struct step *s, const struct filed_report *r, struct slice words)
{
    const struct last_report about = {
        .nomor = r->nomor, .whom = r->whom, .form = r->form, .values = (struct value *)(uintptr_t)r->values
    };
    struct report *fixed = ARENA_NEW(s->arena, struct report);
    const struct text_fill f[] = { { "nomor", r->nomor } };

    if (fixed && mending_read(s->rules, &about, words, s->seen->inbound->received_ms, s->arena, fixed))
        fix_ready_line(s, &about, fixed);
    else
        step_answer(s, r->nomor, step_text(s, s->language, "koreksi.what", FILLS(f)));
}

/* A number of no report of hers. */
static void say_kind(struct step *s, struct slice nomor)
{
    static const char *const keys[] = {
        [NUMBER_NONE] = "number.unknown",    [NUMBER_REPORT] = "number.not_yours",
        [NUMBER_CHILD] = "number.child_at",  [NUMBER_EPISODE] = "number.episode",
        [NUMBER_REQUEST] = "number.request",
    };
    const struct text_fill f[] = { { "nomor", nomor } };

    step_answer(s, nomor,
                step_text(s, s->language, keys[number_kind(step_blob(s, SUBJECT_NUMBER, nomor), s->arena)],
                          FILLS(f)));
}

bool numbered_said(struct step *s)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice rest = slice_trim(s->reading->said.body), first = slice_cut(&rest, ' ');
    struct slice nomor = waits_named(s->reading, s->arena);

    rest = slice_trim(rest);
    if (!r || !s->person || !nomor.n || !slice_eq(first, nomor) || (rest.n && !slice_has_digit(rest)))
        return false;
    if (!report_load(s, nomor, r)) {
        if (nomor.n >= SURELY || step_blob(s, SUBJECT_NUMBER, nomor).n)
            say_kind(s, nomor);
        return nomor.n >= SURELY || step_blob(s, SUBJECT_NUMBER, nomor).n;
    }
    if (referral_is_open(&r->referral) || r->referral.state == REFERRAL_ARRIVED)
        return false;
    if (!report_of(r, s->msisdn))
        say_kind(s, nomor);
    else if (!numbered_over(s, r)) {
        if (r->draft)
            return false;
        say_change(s, r, rest);
    }
    return true;
}
