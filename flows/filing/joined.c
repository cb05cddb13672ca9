/* joined.c - see joined.h. */
#include "flows/filing/joined.h"

#include "flows/filing/alarm.h"
#include "flows/filing/alike.h"
#include "flows/filing/referral.h"

/* By number: the case itself, or the report that a RUJUK was about.  By name: as one calls somebody. */
static bool may_be(const struct ruleset *rules, const struct open_case *c, const struct report *r,
                   struct arena *a)
{
    struct slice nomor = report_text(r, AS_NUMBER), nama = report_text(r, AS_NAME);

    if (nomor.n)
        return slice_eq(c->nomor, nomor) || slice_eq(c->of, nomor);
    return nama.n && slice_eq(c->who, child_called(rules, nama, a));
}

bool joined_subjects(const struct ruleset *rules, const struct open_cases *open, const struct report *r,
                     struct arena *a, struct intent *intent)
{
    bool ok = true;

    for (unsigned i = 0; open && i < open->n; i++)
        if (((work_is_referral(r->form) || form_is(r->form, FORM_DEATH)) &&
             may_be(rules, &open->all[i], r, a)) ||
            alike_may_be(rules, &open->all[i], r, a))
            ok = intent_add(intent, SUBJECT_NUMBER, open->all[i].nomor) && ok;
    return ok;
}

static bool find_open(struct work *w, struct filed_report *out)
{
    const struct open_cases *open = &w->s->state->open;
    const struct report *r = &w->report;

    for (unsigned i = 0; i < open->n; i++)
        if (may_be(w->s->rules, &open->all[i], r, w->s->arena) &&
            report_load(w->s, open->all[i].nomor, out) && referral_may_join(w->s, out) &&
            (report_text(r, AS_NUMBER).n || alike_in_age(r, out)))
            return true;
    return false;
}

/* Joined by name, it may be another of that name: BARU files it by itself (SPEC 2.4 b). */
static bool offer_new(struct work *w)
{
    struct sender_state *state = w->s->state;

    if (!w->f->hash.n || report_text(&w->report, AS_NUMBER).n)
        return false;
    state->again = w->s->seen->inbound->text;
    state->again_ms = w->s->seen->inbound->received_ms;
    state->changed = true;
    return true;
}

static void answer(struct work *w, const struct filed_report *r)
{
    struct step *s = w->s;
    bool now = slice_is(r->referral.urgency, "E1"), offers = offer_new(w);

    w->out->kind = FILED_ACCEPTED;
    w->out->nomor = r->nomor;
    w->out->emergency = true;
    w->out->danger = r->referral.say;
    w->out->worst = now ? URGENCY_E1 : URGENCY_E2;
    referral_contact(s, r, &w->out->called, &w->out->hp);
    {
        const struct text_fill f[] = { { "nomor", r->nomor },
                                       { "isi", r->referral.say },
                                       { "petugas", w->out->called },
                                       { "hp", w->out->hp } };

        w->out->text = step_text(s, s->language,
                                 offers ? (now ? "receipt.joined_now" : "receipt.joined")
                                 : now  ? "receipt.referred_now"
                                        : "receipt.referred",
                                 FILLS(f));
    }
}

static bool says(struct slice text, struct slice words)
{
    for (size_t i = 0; i + words.n <= text.n; i++)
        if (slice_ieq(slice_make(text.p + i, words.n), words))
            return true;
    return false;
}

/* Her reason stands in the record too: a new version of the RUJUK that it joins.  What another has not
 * finished is a record by this one. */
static void keep_reason(struct work *w, struct filed_report *r)
{
    const struct report *now = &w->report;
    int why = form_as(now->form, AS_REASON);
    struct slice said = report_text(now, AS_REASON), was;

    if (r->form != now->form || !said.n || (r->draft && now->status != REPORT_ACCEPTED))
        return;
    for (unsigned i = 0; r->draft && i < r->form->fields_n; i++)
        if (r->values[i].kind == VALUE_ABSENT)
            r->values[i] = now->values[i];
    was = r->values[why].kind == VALUE_TEXT ? r->values[why].text : slice_make("", 0);
    if (!says(was, said))
        r->values[why] = value_text(
            arena_printf(w->s->arena, "%.*s%s%.*s", SLICE_ARG(was), was.n ? "; " : "", SLICE_ARG(said)));
    else if (!r->draft)
        return; /* nothing new */
    r->draft = false;
    r->version++;
    r->status = r->version > 1 ? S("corrected") : S("valid");
    report_row(w->s, r);
}

/* `RUJUK Sari`: of somebody whose case is open nothing more need be said. */
static bool lacks_something(const struct report *r)
{
    return r->status == REPORT_REJECTED && r->error == ERROR_MISSING;
}

bool work_joins(struct work *w)
{
    struct filed_report *other;
    struct referral_opening o;

    if (!work_is_referral(w->report.form) || w->f->correct || w->f->draft || w->f->cry || w->f->second ||
        !(work_alarms(w) || lacks_something(&w->report)))
        return false;
    other = ARENA_NEW(w->s->arena, struct filed_report);
    if (!other || !find_open(w, other))
        return false;
    work_opening(w, NULL, &o);
    if (!report_as(&w->report, AS_REASON))
        o.say = other->referral.say;
    keep_reason(w, other);
    referral_asked(w->s, other, &o);
    report_save(w->s, other);
    drafts_remember(w->s->state, w->f->hash, other->nomor, w->s->seen->inbound->received_ms);
    answer(w, other);
    return true;
}

void joined_died(struct work *w)
{
    const struct open_cases *open = &w->s->state->open;
    struct filed_report *other;
    const struct text_fill f[] = { { "nomor", w->filed.nomor } };

    if (!form_is(w->report.form, FORM_DEATH) || w->f->correct)
        return;
    other = ARENA_NEW(w->s->arena, struct filed_report);
    for (unsigned i = 0; other && i < open->n; i++)
        if (may_be(w->s->rules, &open->all[i], &w->report, w->s->arena) &&
            report_load(w->s, open->all[i].nomor, other) && referral_is_open(&other->referral) &&
            alike_in_age(&w->report, other)) {
            referral_added(w->s, other,
                           step_text(w->s, w->s->rules->language, "referral.said_dead", FILLS(f)));
            if (other->referral.died.n)
                continue;
            other->referral.died =
                w->filed.nomor; /* she may be another: the next level hears it, and no more */
            other->referral.say = step_text(
                w->s, w->s->rules->language, "referral.dead",
                (const struct text_fill[]){ { "nomor", w->filed.nomor }, { "siapa", other->referral.say } },
                2);
            report_save(w->s, other);
        }
}

void joined_alive(struct step *s, const struct filed_report *dead)
{
    struct slice nama = child_called(s->rules, text_as(dead->form, dead->values, AS_NAME), s->arena);
    const struct open_cases *open = &s->state->open;

    for (unsigned i = 0; form_is(dead->form, FORM_DEATH) && nama.n && i < open->n; i++) {
        struct due d = {
            .what = S("hidup"), .nomor = open->all[i].nomor, .of = dead->nomor, .from = s->msisdn
        };

        if (slice_eq(open->all[i].who, nama))
            step_timer(s, ARENA_JOIN(s->arena, S("hidup:"), d.nomor), step_due(s, &d), s->now_ms);
    }
}
