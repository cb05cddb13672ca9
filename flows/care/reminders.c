/* reminders.c - see reminders.h. */
#include "flows/care/reminders.h"

#include <string.h>

#include "flows/care/tasks.h"
#include "flows/rows/clocks.h"
#include "flows/step/blob.h"
#include "flows/step/drafts.h"
#include "gateway/conf/programme.h"
#include "parsers/date.h"

enum {
    WEEK = 7,
    REMINDED = 16, /* people of one place */
    A_STEP = 56,   /* timers that one step of the root sets; an outcome holds 64 */
};

static const int64_t day_ms = INT64_C(86400000);

/* Of a week: after the Sunday on which it begins.  Of an opening: after the day before it begins. */
static const struct kind {
    const char *act, *clock;
    enum place_level level;
    bool opening;
} kinds[] = {
    { "buka", "opening_remind", PLACE_POSYANDU, true },
    { "lapor", "report_remind", PLACE_POSYANDU, false },
    { "tugas", "tasks_remind", PLACE_POSYANDU, false },
    { "w2", "w2_remind", PLACE_PUSKESMAS, false },
};

enum {
    KINDS = sizeof kinds / sizeof kinds[0],
};

static const struct kind *kind_of(struct slice act)
{
    for (unsigned i = 0; i < KINDS; i++)
        if (slice_is(act, kinds[i].act))
            return &kinds[i];
    return NULL;
}

/* --- when --- */

static int64_t sunday_of(int64_t day)
{
    return day - (day + 4) % WEEK; /* 1970-01-01 was a Thursday */
}

/* A clock from the beginning of a day in the district. */
static int64_t after(const struct step *s, int64_t day, const char *clock)
{
    return day * day_ms - (int64_t)s->rules->utc_offset_min * 60000 + clock_of(s->rules, clock);
}

static const struct opening *opening_of(const struct step *s, const struct place *p)
{
    return s->rules->programme ? programme_opening(s->rules->programme, p) : NULL;
}

/* The next time after now; 0: never. */
static int64_t next_ms(const struct step *s, const struct kind *k, const struct place *p)
{
    const struct opening *o = k->opening ? opening_of(s, p) : NULL;
    int64_t today = step_today(s), at = 0;

    if (!k->opening) {
        at = after(s, sunday_of(today), k->clock);
        return at > s->now_ms ? at : after(s, sunday_of(today) + WEEK, k->clock);
    }
    for (int64_t month = today, i = 0; o && at <= s->now_ms && i < 3; i++) {
        int64_t opens = programme_opens(o, month);

        at = after(s, opens - 1, k->clock);
        month = date_month_after(month);
    }
    return at > s->now_ms ? at : 0;
}

static void set(struct step *s, const struct kind *k, struct slice place, int64_t at, enum timer_how how)
{
    const struct due d = { .what = S("ingat"), .act = slice_of(k->act), .posyandu = place };

    if (at)
        step_timer_if(s, ARENA_JOIN(s->arena, S("ingat:"), d.act, S(":"), place), step_due(s, &d), at, how);
}

/* --- the root --- */

void reminders_root(struct step *s, const struct due *d)
{
    const struct directory *dir = &s->rules->directory;
    struct due next = { .what = S(REMINDERS_ROOT) };
    unsigned i = d->at_ms > 0 ? (unsigned)d->at_ms : 0, n = 0;

    for (; i < dir->places_n && n + KINDS <= A_STEP; i++) {
        const struct place *p = &dir->places[i];

        for (unsigned k = 0; k < KINDS && directory_people_count(dir, p); k++)
            if (kinds[k].level == p->level) {
                set(s, &kinds[k], p->code, next_ms(s, &kinds[k], p), TIMER_KEEP);
                n++;
            }
    }
    step_reason(s, "timer_idle");
    next.at_ms = i < dir->places_n ? i : 0;
    step_timer(s, S(REMINDERS_ROOT), step_due(s, &next),
               next.at_ms ? s->now_ms : after(s, step_today(s) + 1, "root_again"));
}

/* --- a reminder --- */

struct reminded {
    struct slice msisdn[REMINDED];
    unsigned n;
};

static void add_person(void *arg, const struct person *p)
{
    struct reminded *r = arg;

    if (r->n < REMINDED)
        r->msisdn[r->n++] = p->msisdn;
}

bool reminders_subjects(const struct ruleset *rules, const struct due *d, struct arena *a, struct intent *out)
{
    const struct place *p = directory_place(&rules->directory, d->posyandu);
    struct reminded who = { .n = 0 };
    bool ok = tasks_subjects(d->posyandu, a, out);

    if (p)
        directory_people_at(&rules->directory, p, add_person, &who);
    for (unsigned i = 0; i < who.n; i++)
        ok = intent_add(out, SUBJECT_SENDER, who.msisdn[i]) && ok;
    return ok;
}

/* In her language; empty: there is nothing to remind of. */
static struct slice words(struct step *s, const struct kind *k, const struct place *p, struct slice language)
{
    const struct opening *o = opening_of(s, p);
    int64_t week = sunday_of(step_today(s)) - WEEK;
    const struct text_fill f[] = {
        { "tempat", p->name },
        { "tanggal", date_iso(step_today(s) + 1, s->arena) },
        { "jam",
          o ? arena_printf(s->arena, "%02u:%02u", o->minute / 60, o->minute % 60) : slice_make("", 0) },
        { "mg", arena_printf(s->arena, "%d", date_epi_week(week).week) },
    };

    if (strcmp(k->act, "tugas") == 0)
        return tasks_words(s, p, language);
    return step_text(s, language, arena_printf(s->arena, "ingat.%s", k->act).p, FILLS(f));
}

void reminders_due(struct step *s, const struct due *d)
{
    const struct place *p = directory_place(&s->rules->directory, d->posyandu);
    const struct kind *k = kind_of(d->act);
    struct reminded who = { .n = 0 };

    step_reason(s, "timer_idle");
    if (!p || !k || p->level != k->level) /* the district does not have it any more */
        return;
    set(s, k, p->code, next_ms(s, k, p), TIMER_SET);
    directory_people_at(&s->rules->directory, p, add_person, &who);
    for (unsigned i = 0; i < who.n; i++) {
        struct slice text = words(s, k, p, step_language_of(s, who.msisdn[i]));

        if (!text.n || step_stopped(s, who.msisdn[i]))
            continue;
        step_sms(s, who.msisdn[i], SMS_BULK, slice_make("", 0), text);
        step_reason(s, "timer");
    }
}

/* --- what is waited for came --- */

void reminders_filed(struct step *s, const struct filed_report *r)
{
    const struct place *at = directory_place(&s->rules->directory, r->posting);
    const struct kind *k = kind_of(S("lapor"));
    int64_t sunday = sunday_of(step_today(s));

    if (!at || at->level != k->level)
        return;
    if (slice_eq(r->reporter, s->msisdn)) { /* once a week is enough */
        if (s->state->reported_week == sunday)
            return;
        s->state->reported_week = sunday;
        s->state->changed = true;
    }
    set(s, k, at->code, after(s, sunday + WEEK, k->clock), TIMER_MOVE);
}

void reminders_week(struct step *s, struct slice place, int64_t sunday)
{
    const struct kind *k = kind_of(S("w2"));

    set(s, k, place, after(s, sunday + INT64_C(2) * WEEK, k->clock), TIMER_MOVE);
}
