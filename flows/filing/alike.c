/* alike.c - see alike.h. */
#include "flows/filing/alike.h"

#include "parsers/when.h"

enum {
    LIKE_MIN = 4,     /* letters: Ana and Ani are two */
    LIKE_AGELESS = 5, /* where no ages say that they may be one: Sari and Sri are two */
};

static bool alike(struct slice a, struct slice b)
{
    bool longer = a.n > b.n;
    struct slice full = longer ? a : b, part = longer ? b : a;

    if (full.n < LIKE_MIN || !part.n || slice_eq(a, b))
        return false;
    return slice_one_edit(a, b) ||
           (slice_eq(slice_take(full, part.n), part) && (part.n >= LIKE_MIN || full.p[part.n] == ' '));
}

bool alike_may_be(const struct ruleset *rules, const struct open_case *c, const struct report *r,
                  struct arena *a)
{
    struct slice nama = report_text(r, AS_NAME);

    return nama.n && c->who.n && alike(c->who, child_called(rules, nama, a));
}

bool alike_in_age(const struct report *r, const struct filed_report *other)
{
    struct slice a = report_text(r, AS_AGE), b = text_as(other->form, other->values, AS_AGE);
    int64_t x = age_months(a), y = age_months(b);

    if (x < 0 || y < 0 || slice_eq(a, b))
        return true;
    return !slice_eq(slice_skip(a, a.n - 2), slice_skip(b, b.n - 2)) && x / 12 == y / 12;
}

/* One of them is for now; and the same age stands in both, or the names are long enough without. */
static bool near_enough(const struct work *w, const struct open_case *c, const struct filed_report *other)
{
    bool now = slice_is(w->filed.referral.urgency, "E1") || slice_is(other->referral.urgency, "E1");
    struct slice nama = child_called(w->s->rules, report_text(&w->report, AS_NAME), w->s->arena);
    bool ages = report_text(&w->report, AS_AGE).n && text_as(other->form, other->values, AS_AGE).n;

    return now && alike_in_age(&w->report, other) &&
           (ages || nama.n >= LIKE_AGELESS || c->who.n >= LIKE_AGELESS);
}

/* The open case of somebody whose name is nearly hers. */
static const struct open_case *like(struct work *w, struct filed_report *out)
{
    const struct open_cases *open = &w->s->state->open;

    for (unsigned i = 0; i < open->n; i++)
        if (!slice_eq(open->all[i].nomor, w->filed.nomor) &&
            alike_may_be(w->s->rules, &open->all[i], &w->report, w->s->arena) &&
            report_load(w->s, open->all[i].nomor, out) && referral_is_open(&out->referral) &&
            near_enough(w, &open->all[i], out))
            return &open->all[i];
    return NULL;
}

void alike_say(struct work *w)
{
    struct filed_report *other = ARENA_NEW(w->s->arena, struct filed_report);
    const struct referral *r = &w->filed.referral;
    struct step *s = w->s;

    if (!other || !like(w, other))
        return;
    {
        const struct text_fill f[] = { { "nomor", w->filed.nomor },
                                       { "siapa", r->say },
                                       { "dulu", other->nomor },
                                       { "orang", other->referral.say } };

        for (unsigned i = 0; i < r->told_n; i++)
            if (!slice_eq(r->told[i], s->msisdn))
                step_sms(s, r->told[i], SMS_REFERRAL, w->filed.nomor,
                         step_text(s, step_language_of(s, r->told[i]), "referral.like", FILLS(f)));
        step_sms(s, s->msisdn, SMS_NOTICE, w->filed.nomor,
                 step_text(s, s->language, "referral.like_yours", FILLS(f)));
    }
}
