/* waits.c - see waits.h. */
#include "flows/talk/waits.h"

#include "flows/filing/referral.h"
#include "flows/step/drafts.h"
#include "flows/talk/emergency.h"
#include "flows/talk/told.h"

struct slice waits_named(const struct reading *r, struct arena *a)
{
    return emergency_number(r->state, r->said.body, a, &(struct slice){ 0 });
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

        step_answer(s, nomor, step_text(s, s->language, "unknown.referral", FILLS(f)));
    }
    return true;
}

bool waits_passed_on(struct step *s)
{
    return told(s, waits_named(s->reading, s->arena)) ||
           told(s, s->person ? s->state->last.nomor : emergency_own(s->state));
}

bool waits_told(struct step *s)
{
    if (!told(s, s->reading->nomor))
        return false;
    step_reason(s, "emergency");
    return true;
}
