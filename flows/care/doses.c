/* doses.c - see doses.h. */
#include "flows/care/doses.h"

#include "parsers/date.h"
#include "flows/rows/clocks.h"
#include "gateway/conf/rules.h"

enum {
    SPREAD = 120, /* minutes over which the timers of a day fall due */
};

static const int64_t day_ms = INT64_C(86400000);

/* --- lists of codes --- */

static bool lists(struct slice codes, struct slice code)
{
    while (codes.n)
        if (slice_eq(slice_cut(&codes, ','), code))
            return true;
    return false;
}

struct slice doses_without(struct slice had, struct slice codes, struct arena *a)
{
    struct slice out = slice_make("", 0);

    while (had.n) {
        struct slice code = slice_cut(&had, ',');

        if (!lists(codes, code))
            out = arena_printf(a, "%.*s%s%.*s", SLICE_ARG(out), out.n ? "," : "", SLICE_ARG(code));
    }
    return out;
}

struct slice doses_with(struct slice had, struct slice codes, struct arena *a)
{
    struct slice more = doses_without(codes, had, a);

    return arena_printf(a, "%.*s%s%.*s", SLICE_ARG(had), had.n && more.n ? "," : "", SLICE_ARG(more));
}

struct slice doses_of(const struct form *form, const struct value *values, struct arena *a)
{
    int i = form->judge == FORM_JUDGE_SCHEDULE ? form_as(form, AS_VACCINES) : -1;
    struct slice out = slice_make("", 0);

    for (unsigned k = 0; i >= 0 && values[i].kind == VALUE_LIST && k < values[i].n; k++)
        out = doses_with(out, values[i].items[k], a);
    return out;
}

/* --- the schedule --- */

/* It was told, or a later one of the same kind was. */
static bool has_had(const struct dose_rule *rows, unsigned n, struct slice had, const struct dose_rule *dose)
{
    bool it = lists(had, dose->code);

    for (const struct dose_rule *later = dose + 1; !it && later < rows + n; later++)
        it = slice_eq(later->after, dose->code) && has_had(rows, n, had, later);
    return it;
}

/* The first day on which it is overdue. */
static int64_t overdue_day(const struct dose_rule *dose, const struct date *born)
{
    int64_t months = (int64_t)born->year * 12 + born->month - 1 + dose->months;

    return date_days((int)(months / 12), (int)(months % 12) + 1, born->day) + dose->late_ms / day_ms;
}

static void sooner(struct doses_owed *out, int64_t day)
{
    if (!out->next || day < out->next)
        out->next = day;
}

void doses_look(const struct step *s, const struct child *c, struct doses_owed *out)
{
    int64_t born, again = clock_of(s->rules, "dose_again") / day_ms, today = step_today(s),
                  since = c->since ? c->since : today;
    unsigned n;
    const struct dose_rule *rows = rules_doses(s->rules->rules, &n);
    struct date birth;

    *out = (struct doses_owed){ 0 };
    if (!date_parse_iso(c->tgl_lahir, &born))
        return;
    birth = date_of_days(born);
    for (const struct dose_rule *d = rows; d < rows + n; d++) {
        int64_t day = overdue_day(d, &birth);

        if (day < since || has_had(rows, n, c->doses, d) ||
            date_months_between(born, day > today ? day : today) > d->until_months)
            continue;
        if (day > today) {
            sooner(out, day);
        } else if (c->dose_visit && today < c->dose_visit + again) {
            sooner(out, c->dose_visit + again);
        } else {
            out->first = out->n++ ? out->first : d->code;
            sooner(out, today + again);
        }
    }
}

/* --- timers --- */

static void look_at(struct step *s, const struct child *c, int64_t at_ms)
{
    const struct place *p = directory_place(&s->rules->directory, c->posyandu);
    struct due d = { .what = S("dosis"), .nomor = c->nomor, .posyandu = c->posyandu };

    if (p && p->level == PLACE_POSYANDU)
        step_timer(s, ARENA_JOIN(s->arena, S("dosis:"), c->nomor), step_due(s, &d), at_ms);
}

void doses_wait(struct step *s, const struct child *c)
{
    struct doses_owed owed;

    doses_look(s, c, &owed);
    if (owed.next)
        look_at(s, c,
                owed.next * day_ms - (int64_t)s->rules->utc_offset_min * 60000 +
                    (int64_t)(slice_hash(c->nomor) % SPREAD) * 60000);
}

void doses_reported(struct step *s, const struct child *c, bool changed)
{
    struct doses_owed owed;

    doses_look(s, c, &owed);
    if (changed || owed.n)
        look_at(s, c, s->now_ms);
    else
        doses_wait(s, c);
}

void doses_visited(struct step *s, struct slice nomor, struct slice posyandu)
{
    struct due d = { .what = S("dosis"), .act = S("dikunjungi"), .nomor = nomor, .posyandu = posyandu };

    step_timer(s, ARENA_JOIN(s->arena, S("dosis:"), nomor, S(":kunjungan")), step_due(s, &d), s->now_ms);
}
