/* doubts.c - see doubts.h. */
#include "flows/talk/doubts.h"

#include <string.h>

void doubts_gaps(struct said *said)
{
    bool gap = said->body.n && memmem(said->body.p, said->body.n, "[...]", 5) != NULL;

    for (unsigned i = 0; gap && i < said->reports_n; i++) {
        struct report *r = &said->reports[i];
        int last = -1;

        for (unsigned f = 0; r->form && f < r->form->fields_n; f++)
            if (r->values[f].kind != VALUE_ABSENT && !r->form->fields[f].hidden)
                last = (int)f;
        if (last < 0 || r->status != REPORT_ACCEPTED)
            continue;
        report_doubt(r, (unsigned)last);
    }
}

static bool same_value(const struct report *a, const struct report *b, enum meaning as)
{
    int i = form_as(a->form, as);

    return i < 0 || value_equal(&a->values[i], &b->values[i]);
}

static void doubt_name(struct report *r, unsigned nama)
{
    if (r->faults[nama])
        return;
    if (r->status == REPORT_ACCEPTED)
        report_doubt(r, nama);
    else
        r->faults[nama] = ERROR_AMBIGUOUS; /* asked in its turn */
}

void doubts_near_names(struct said *said)
{
    for (unsigned i = 0; i < said->reports_n; i++)
        for (unsigned k = i + 1; k < said->reports_n; k++) {
            struct report *a = &said->reports[i], *b = &said->reports[k];
            int nama = a->form && a->form == b->form ? form_as(a->form, AS_NAME) : -1;

            if (nama < 0 || a->form->about != FORM_ABOUT_CHILD || a->values[nama].kind != VALUE_TEXT ||
                b->values[nama].kind != VALUE_TEXT || slice_ieq(a->values[nama].text, b->values[nama].text) ||
                !slice_one_edit(a->values[nama].text, b->values[nama].text) || !same_value(a, b, AS_SEX) ||
                !same_value(a, b, AS_AGE) || !same_value(a, b, AS_BIRTH))
                continue;
            doubt_name(a, (unsigned)nama);
            doubt_name(b, (unsigned)nama);
        }
}

void doubts_another(const struct draft *d, struct slice name, struct report *r)
{
    int asked = form_field_named(d->form, d->field), at = -1;

    for (unsigned i = 0; i < d->form->fields_n; i++)
        if (!value_equal(&d->values[i], &r->values[i]) && (at < 0 || (int)i == asked))
            at = (int)i;
    if (at < 0 || r->faults[at])
        return;
    report_doubt(r, (unsigned)at);
    if (r->status == REPORT_CONFIRM)
        r->typed = name;
}

/* Its reason is a danger to life, and nothing in it is in doubt. */
static bool rings(const struct ruleset *rules, const struct report *r, int64_t at_ms, struct arena *a)
{
    struct report *alone = ARENA_NEW(a, struct report);
    int why = form_as(r->form, AS_REASON);

    if (!alone || why < 0 || r->faults[why] || r->values[why].kind != VALUE_TEXT)
        return false;
    alone->form = r->form;
    alone->values[why] = r->values[why];
    understand_judge(rules, at_ms, a, alone);
    return alone->emergency;
}

static bool is_lesser(const struct ruleset *rules, const struct report *known, const struct report *now,
                      int64_t at_ms, struct arena *a)
{
    int why = now->form && now->form == known->form ? form_as(now->form, AS_REASON) : -1;

    return why >= 0 && now->values[why].kind == VALUE_TEXT && !rings(rules, now, at_ms, a) &&
           !value_equal(&known->values[why], &now->values[why]) && rings(rules, known, at_ms, a);
}

void doubts_lesser(const struct ruleset *rules, const struct report *known, int64_t at_ms, struct arena *a,
                   struct report *corrected)
{
    int why = corrected->form ? form_as(corrected->form, AS_REASON) : -1;

    if (corrected->status != REPORT_ACCEPTED || !is_lesser(rules, known, corrected, at_ms, a) ||
        understand_says_death(rules, corrected->values[why].text, true, a))
        return;
    corrected->status = REPORT_CONFIRM;
    corrected->error = ERROR_AMBIGUOUS;
    corrected->error_field = corrected->form->fields[why].name;
    corrected->faults[why] = ERROR_AMBIGUOUS;
}

void doubts_keep_worst(const struct ruleset *rules, const struct draft *d, int64_t at_ms, struct arena *a,
                       struct report *r)
{
    struct report *known = ARENA_NEW(a, struct report);
    int why;

    if (!known)
        return;
    drafts_report(d, known);
    if (!is_lesser(rules, known, r, at_ms, a))
        return;
    why = form_as(r->form, AS_REASON);
    r->values[why] = value_text(
        arena_printf(a, "%.*s; %.*s", SLICE_ARG(r->values[why].text), SLICE_ARG(known->values[why].text)));
    understand_judge(rules, at_ms, a, r);
}
