/* mothers.c - see mothers.h. */
#include "flows/care/mothers.h"

#include "parsers/date.h"
#include "flows/rows/clocks.h"
#include "flows/care/tasks.h"
#include "gateway/conf/rules.h"

static const int64_t day_ms = INT64_C(86400000);

/* The day after the birth on which a KF visit ends (DOMAIN 1.4, KMK 2015/2023); visit: 0 to 3. */
static int64_t kf_ends(const struct step *s, unsigned visit)
{
    static const char *const rows[] = { "kf1_ends", "kf2_ends", "kf3_ends", "kf4_ends" };

    return visit < sizeof rows / sizeof rows[0] ? rules_figure(s->rules->rules, rows[visit]) / 1000 : 0;
}

/* The end of the first KF visit that ends after a day; 0 when the last one is over or done.  seen: she was
 * seen on that day, so that this visit is done. */
static int64_t kf_end(const struct step *s, int64_t day, bool seen)
{
    for (unsigned i = 0; kf_ends(s, i); i++)
        if (day <= kf_ends(s, i))
            return kf_ends(s, seen ? i + 1 : i);
    return 0;
}

/* When it is overdue; 0: nothing is waited for. */
static int64_t overdue_ms(const struct step *s, const struct filed_report *r, const char **why)
{
    int64_t at = date_today(r->at_ms, s->rules->utc_offset_min), born = at, end;

    *why = "kf";
    if (form_is(r->form, FORM_PREGNANCY)) {
        int64_t wait = clock_of(s->rules, "anc_after");

        *why = "anc";
        return number_as(r->form, r->values, AS_GESTATION) / 1000 + wait / (7 * day_ms) <=
                       rules_figure(s->rules->rules, "anc_last_week") / 1000
                   ? r->at_ms + wait
                   : 0;
    }
    if (form_is(r->form, FORM_POSTNATAL)) {
        born = at - number_as(r->form, r->values, AS_DAYS_AFTER) / 1000;
        end = kf_end(s, at - born, true);
    } else {
        if (!date_parse_iso(text_as(r->form, r->values, AS_DATE), &born))
            return 0;
        end = kf_end(s, at - born, false);
    }
    return end ? (born + end + 1) * day_ms - (int64_t)s->rules->utc_offset_min * 60000 : 0;
}

void mothers_filed(struct step *s, const struct filed_report *r, bool taken_back)
{
    bool mine = form_is(r->form, FORM_PREGNANCY | FORM_POSTNATAL | FORM_BIRTH);
    struct due seen = { .what = S("tugas"),
                        .posyandu = r->posyandu,
                        .nama = text_as(r->form, r->values, AS_NAME) };
    struct due next = { .what = S("ibu"), .posyandu = r->posyandu, .nama = seen.nama };
    const char *why = "";
    struct slice id;
    int64_t at;

    if (!mine || !r->posyandu.n || !seen.nama.n)
        return;
    id = arena_printf(s->arena, "ibu:%.*s:%016llx", SLICE_ARG(r->posyandu),
                      (unsigned long long)slice_hash(tasks_key(s, seen.nama)));
    at = taken_back ? 0 : overdue_ms(s, r, &why);
    if (at > s->now_ms) {
        next.act = slice_of(why);
        step_timer(s, id, step_due(s, &next), at);
    } else {
        step_timer(s, id, slice_make("", 0), 0);
    }
    if (!taken_back) /* she was seen: what was overdue is not */
        tasks_tell(s, r, &seen);
}
