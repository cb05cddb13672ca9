/* work.c - one report on its way through filing: what it says, and its number, ids and places.  See
 * filing/work.h. */
#include "flows/filing/work.h"

#include <string.h>

#include "flows/rows/clocks.h"
#include "flows/step/today.h"
#include "parsers/date.h"
#include "parsers/text.h"
#include "gateway/base/node.h"
#include "gateway/conf/rules.h"

struct slice work_label(const struct report *r, enum meaning as)
{
    const struct value *v = report_as(r, as);

    return v ? v->label : slice_make("", 0);
}

bool work_about_child(const struct form *form)
{
    return form->about == FORM_ABOUT_CHILD;
}

bool work_is_referral(const struct form *form)
{
    return form_is(form, FORM_REFERRAL);
}

/* --- what the report becomes: number, ids, places --- */

static void begin_new(struct work *w)
{
    struct step *s = w->s;
    const struct inbound *in = s->seen->inbound;
    const struct person *p = s->person;
    struct filed_report *r = &w->filed;

    r->nomor = step_number(s);
    r->id = step_id(s, w->f->index);
    r->reporter = s->msisdn;
    if (p)
        report_by(r, p);
    r->at_ms = in->received_ms;
    r->at = step_rfc3339(s, in->received_ms);
    r->received_at = r->at;
    r->provider = in->provider;
    r->message_id = in->provider_id;
}

/* What stands in one of the fields that it is sent for; a month that was not typed is that of the receipt. */
static struct slice once_value(const struct ruleset *rules, const struct report *r, unsigned i, int64_t at_ms,
                               struct arena *a)
{
    const struct value *v = &r->values[i];

    if (v->kind == VALUE_NUMBER)
        return arena_printf(a, "%lld", (long long)(v->milli / 1000));
    if (v->kind == VALUE_TEXT)
        return text_folded(v->text, a);
    return r->form->fields[i].type == FIELD_MONTH
               ? slice_take(date_iso(date_today(at_ms, rules->utc_offset_min), a), 7)
               : slice_make("", 0);
}

struct slice filing_period(const struct ruleset *rules, const struct report *r, int64_t at_ms,
                           struct arena *a)
{
    struct slice all = slice_make("", 0);

    for (unsigned k = 0; r->form && k < r->form->once_n; k++) {
        struct slice v = once_value(rules, r, r->form->once[k], at_ms, a);

        if (!v.n)
            return v;
        all = all.n ? ARENA_JOIN(a, all, S("/"), v) : v;
    }
    return all;
}

static bool once_a_person(const struct form *form)
{
    for (unsigned k = 0; k < form->once_n; k++)
        if (form->fields[form->once[k]].type == FIELD_NAME)
            return true;
    return false;
}

bool filing_sent_before(struct step *s, const struct report *r, int64_t at_ms, struct filed_report *out)
{
    struct slice period = filing_period(s->rules, r, at_ms, s->arena);

    return r->form && report_load(s, drafts_sent(s->state, r->form, period), out) &&
           !slice_is(out->status, "cancelled") &&
           !(once_a_person(r->form) && out->at_ms + clock_of(s->rules, "duplicate") <= at_ms);
}

/* The month that was not typed stands in the record, and is echoed (RULINGS 58). */
static void fill_month(struct work *w)
{
    const struct form *form = w->report.form;
    int64_t at_ms = w->f->correct ? w->f->correct->at_ms : w->s->seen->inbound->received_ms;

    for (unsigned k = 0; k < form->once_n; k++) {
        struct value *v = &w->report.values[form->once[k]];

        if (form->fields[form->once[k]].type == FIELD_MONTH && v->kind == VALUE_ABSENT)
            *v = value_text(once_value(w->s->rules, &w->report, form->once[k], at_ms, w->s->arena));
    }
}

enum urgency work_found(struct step *s, const struct filed_report *r)
{
    enum urgency worst = URGENCY_NONE;
    struct slice signs;

    for (const struct node *f = node_first(node_read(r->findings, s->arena)); f; f = f->next) {
        struct slice class = node_text(f, "class");
        enum urgency u = slice_is(class, "E1")   ? URGENCY_E1
                         : slice_is(class, "E2") ? URGENCY_E2
                         : slice_is(class, "E3") ? URGENCY_E3
                                                 : URGENCY_NONE;

        worst = u > worst ? u : worst;
    }
    return rules_emergency(s->rules->rules, r->form, r->values, NULL, 0, s->arena, &signs) ? URGENCY_E1
                                                                                           : worst;
}

void work_begin(struct work *w)
{
    const struct draft *d = w->f->draft;
    struct filed_report *r = &w->filed;

    if (w->f->correct) {
        *r = *w->f->correct;
        r->unsaid = false;
    } else if (!d || !report_load(w->s, d->nomor, r)) {
        begin_new(w);
        if (d) { /* its number was forgotten, the draft was not */
            r->nomor = d->nomor;
            r->id = d->uuid;
        }
    }
    if (r->form) /* there was a version before */
        w->was = work_found(w->s, r);
    fill_month(w);
    r->form = w->report.form;
    memcpy(r->values, w->report.values, sizeof r->values);
    memcpy(w->shown, w->report.values, sizeof w->shown);
}

struct slice work_puskesmas(const struct step *s, const struct place *p)
{
    const struct place *up = step_puskesmas(s, p);

    return up ? up->code : slice_make("", 0);
}

bool work_about(const struct work *w, struct filed_report *other)
{
    struct slice nomor =
        work_is_referral(w->report.form) ? report_text(&w->report, AS_NUMBER) : slice_make("", 0);

    return nomor.n && report_load(w->s, nomor, other);
}

void work_last(struct work *w)
{
    struct step *s = w->s;
    const struct filed_report *r = &w->filed;
    struct slice name = text_as(r->form, w->shown, AS_NAME);
    const struct today_report today = { .nomor = r->nomor,
                                        .who = child_called(s->rules,
                                                            form_is(r->form, FORM_BIRTH) && name.n
                                                                ? child_of_mother(s->rules, name, s->arena)
                                                                : name,
                                                            s->arena) };

    s->state->last = (struct last_report){ .nomor = r->nomor,
                                           .whom = r->whom,
                                           .form = r->form,
                                           .values = w->filed.values,
                                           .at_ms = s->seen->inbound->received_ms };
    s->state->filed = today_with(s->state->filed, step_day(s, s->now_ms), &today, s->arena);
    s->state->changed = true;
}
