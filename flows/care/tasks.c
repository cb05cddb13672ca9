/* tasks.c - see tasks.h.  The list itself: tasks_list.c. */
#include "flows/care/tasks_list.h"

#include <string.h>

#include "flows/step/blob.h"
#include "parsers/date.h"
#include "flows/rows/clocks.h"
#include "flows/care/doses.h"
#include "flows/care/child.h"
#include "flows/care/recap.h"
#include "gateway/conf/programme.h"

enum {
    NAME = 20,
    LIST_MAX = 86,      /* {daftar 86} of tugas.line */
    MORE_MAX = 14,      /* " +12: TUGAS 12" */
    OLDEST_MONTHS = 60, /* a child that is older is not waited for on the scales */
    STAFF_LISTS = 20,   /* posyandu of one place whose lists TUGAS of its staff reads */
    SPREAD = 120,       /* minutes over which the timers of a posyandu fall due */
};

static const int64_t day_ms = INT64_C(86400000);

/* Why a visit is due, the most urgent first; the first three are findings of a weighing.  Empty: only for a
 * dose. */
static const struct {
    const char *why, *key;
} whys[] = {
    { "bgm", "tugas.bgm" }, { "2t", "tugas.t2" },  { "t", "tugas.t" },         { "kf", "tugas.kf" },
    { "anc", "tugas.anc" }, { "", "tugas.dosis" }, { "absen", "tugas.absen" }, { "obat", "tugas.obat" },
};

enum {
    WHYS = sizeof whys / sizeof whys[0],
    WHYS_WEIGHED = 3,
};

static int over_of(struct step *s, const struct tasks *t, const struct due *d);

/* The list, as it was loaded, has something that a report changes. */
static bool concerns(struct step *s, const struct due *d)
{
    struct tasks t;

    if (d->act.n || d->taken_back || !step_subject(s, SUBJECT_POSYANDU, tasks_list_id(d->posyandu, s->arena)))
        return true;
    tasks_load(s, d->posyandu, &t);
    if (d->nomor.n)
        return tasks_of_child(&t, d->nomor) >= 0 || t.gone_n;
    return over_of(s, &t, d) >= 0 || tasks_gone_at(s, &t, d->nama) >= 0;
}

void tasks_tell(struct step *s, const struct filed_report *r, const struct due *d)
{
    /* A correction takes back and files in one step: the same id, the later one stands. */
    if (r->version > 1 || concerns(s, d))
        step_timer(s, ARENA_JOIN(s->arena, S("tugas:"), r->nomor), step_due(s, d), s->now_ms);
}

/* --- what a report brings --- */

/* The most urgent finding of a weighing that asks for a visit. */
static struct slice why_of(const struct filed_report *r, struct arena *a)
{
    static const char group[] = "growth.";
    unsigned best = WHYS_WEIGHED;

    for (const struct node *one = node_first(node_read(r->findings, a)); one; one = one->next) {
        struct slice id = node_text(one, "id");

        for (unsigned w = 0; slice_starts(id, group) && w < best; w++)
            if (slice_is(slice_skip(id, strlen(group)), whys[w].why))
                best = w;
    }
    return best < WHYS_WEIGHED ? slice_of(whys[best].why) : slice_make("", 0);
}

/* The morning after the posyandu's day in the month after a day; 0 when it is not on the schedule. */
static int64_t after_next_opening(const struct step *s, struct slice posyandu, struct slice anak, int64_t day)
{
    const struct place *p = directory_place(&s->rules->directory, posyandu);
    const struct opening *o = s->rules->programme && p ? programme_opening(s->rules->programme, p) : NULL;

    if (!o)
        return 0;
    return programme_opens(o, date_month_after(day)) * day_ms - (int64_t)s->rules->utc_offset_min * 60000 +
           clock_of(s->rules, "absent_after") + (int64_t)(slice_hash(anak) % SPREAD) * 60000;
}

/* One timer a child: every weighing moves it on. */
static void wait_for(struct step *s, struct slice anak, struct slice posyandu, int64_t day)
{
    struct due d = { .what = S("absen"), .nomor = anak, .posyandu = posyandu };
    int64_t at = after_next_opening(s, posyandu, anak, day);

    if (at > s->now_ms)
        step_timer(s, ARENA_JOIN(s->arena, S("absen:"), anak), step_due(s, &d), at);
}

/* What a cancelled visit asked for is not due (what it closed stays closed); who died is not looked for. */
static void tell_of(struct step *s, const struct filed_report *r, const char *act)
{
    int nama = form_as(r->form, AS_NAME);
    struct due d = { .what = S("tugas"), .act = slice_of(act), .posyandu = r->posyandu, .taken_back = true };

    if (!r->posyandu.n || nama < 0 || r->values[nama].kind != VALUE_TEXT)
        return;
    d.nama = r->values[nama].text;
    tasks_tell(s, r, &d);
}

void tasks_filed(struct step *s, const struct filed_report *r, bool taken_back)
{
    struct due d = { .what = S("tugas"), .nomor = r->child, .posyandu = r->posyandu };

    if (form_is(r->form, taken_back ? FORM_VISIT : FORM_DEATH))
        tell_of(s, r, taken_back ? "" : "wafat");
    else if (taken_back && form_is(r->form, FORM_DEATH))
        tell_of(s, r, "hidup");
    if (!r->posyandu.n || !r->child.n || !form_is(r->form, FORM_WEIGHING | FORM_BIRTH))
        return;
    if (!taken_back)
        wait_for(s, r->child, r->posyandu, date_today(r->at_ms, s->rules->utc_offset_min));
    if (!form_is(r->form, FORM_WEIGHING))
        return;
    d.act = taken_back ? slice_make("", 0) : why_of(r, s->arena);
    tasks_tell(s, r, &d);
}

/* --- timers --- */

/* What is not due any more of a person without a number: a cancelled visit asked for the medicine, or a
 * mother was seen. */
static int over_of(struct step *s, const struct tasks *t, const struct due *d)
{
    struct slice key = tasks_key(s, d->nama);

    for (unsigned i = 0; i < t->n; i++) {
        struct slice why = t->all[i].why;

        if ((d->taken_back ? slice_is(why, "obat") : slice_is(why, "anc") || slice_is(why, "kf")) &&
            slice_eq(tasks_key(s, t->all[i].nama), key))
            return (int)i;
    }
    return -1;
}

static bool died(struct step *s, struct tasks *t, struct slice nama)
{
    bool changed = tasks_set_gone(s, t, nama, true);

    for (unsigned i = t->n; i-- > 0;)
        if (slice_eq(tasks_key(s, t->all[i].nama), tasks_key(s, nama))) {
            tasks_remove(t, i);
            changed = true;
        }
    return changed;
}

static bool was_weighed(struct step *s, struct tasks *t, const struct due *d)
{
    int i = tasks_of_child(t, d->nomor);
    struct child c;

    if ((i < 0 && !d->act.n && !t->gone_n) || !child_load(s, d->nomor, &c))
        return false;
    (void)tasks_set_gone(s, t, c.nama, false);
    tasks_set_why(s, t, &c, d->act);
    return true;
}

/* Its number is another child's now (merge.h). */
static bool merged(struct tasks *t, const struct due *d)
{
    int i = tasks_of_child(t, d->nomor);

    if (i >= 0)
        tasks_remove(t, (unsigned)i);
    return i >= 0;
}

static bool person_seen(struct step *s, struct tasks *t, const struct due *d)
{
    bool changed = !d->taken_back && tasks_set_gone(s, t, d->nama, false);
    int i = over_of(s, t, d);

    if (i >= 0)
        tasks_remove(t, (unsigned)i);
    return changed || i >= 0;
}

void tasks_changed(struct step *s, const struct due *d)
{
    struct tasks t;
    bool changed;

    tasks_load(s, d->posyandu, &t);
    changed = slice_is(d->act, "gabung")  ? merged(&t, d)
              : d->nomor.n                ? was_weighed(s, &t, d)
              : slice_is(d->act, "wafat") ? died(s, &t, d->nama)
              : slice_is(d->act, "hidup") ? tasks_set_gone(s, &t, d->nama, false)
                                          : person_seen(s, &t, d);
    step_reason(s, changed ? "timer" : "timer_idle");
    if (changed)
        tasks_save(s, &t);
}

static int month_of(const struct step *s, int64_t ms)
{
    struct date d = date_civil(ms, s->rules->utc_offset_min).day;

    return d.year * 12 + d.month;
}

void tasks_absent(struct step *s, const struct due *d)
{
    int64_t opened_ms = s->now_ms - clock_of(s->rules, "absent_after"), born = 0;
    struct tasks t;
    struct child c;

    step_reason(s, "timer_idle");
    if (!child_load_own(s, d->nomor, &c) || !date_parse_iso(c.tgl_lahir, &born) ||
        date_months_between(born, step_today(s)) >= OLDEST_MONTHS)
        return;
    step_reason(s, "timer");
    tasks_load(s, d->posyandu, &t);
    if (tasks_gone_at(s, &t, c.nama) >= 0)
        return;
    wait_for(s, d->nomor, d->posyandu, date_today(opened_ms, s->rules->utc_offset_min));
    /* Weighed that month elsewhere, by staff: nobody is missing. */
    if (c.weighings_n && month_of(s, c.weighings[c.weighings_n - 1].at_ms) >= month_of(s, opened_ms))
        return;
    {
        int i = tasks_of_child(&t, d->nomor); /* what is due already is so still */

        tasks_set_why(s, &t, &c, i >= 0 && t.all[i].why.n ? t.all[i].why : S("absen"));
    }
    tasks_save(s, &t);
}

/* "MR 1", "DPT 1 dll": the dose that is overdue longest, for people. */
static struct slice dose_words(struct step *s, const struct doses_owed *owed)
{
    const struct word_list *list = list_by_name(&s->rules->forms, S("vaksin"));
    const struct word *w = owed->n && list ? word_by_code(list, owed->first) : NULL;

    return w ? arena_printf(s->arena, "%.*s%s", SLICE_ARG(w->say), owed->n > 1 ? " dll" : "") : owed->first;
}

void tasks_doses(struct step *s, const struct due *d)
{
    struct doses_owed owed;
    struct tasks t;
    struct child c;

    step_reason(s, "timer_idle");
    if (!child_load_own(s, d->nomor, &c))
        return;
    if (slice_is(d->act, "dikunjungi")) {
        c.dose_visit = step_today(s);
        child_save(s, &c);
    }
    tasks_load(s, d->posyandu, &t);
    if (tasks_gone_at(s, &t, c.nama) >= 0)
        return;
    doses_look(s, &c, &owed);
    doses_wait(s, &c);
    if (tasks_set_dose(s, &t, &c, dose_words(s, &owed))) {
        step_reason(s, "timer");
        tasks_save(s, &t);
    }
}

void tasks_missed(struct step *s, const struct due *d)
{
    struct tasks t;

    tasks_load(s, d->posyandu, &t);
    tasks_add(s, &t, slice_make("", 0), d->nama, d->act);
    tasks_save(s, &t);
    step_reason(s, "timer");
}

/* The visit ends what was due; who does not take the medicine is visited again. */
void tasks_visited(struct step *s, const struct due *d)
{
    bool again = recap_says(d->act, "tidak_patuh");
    struct tasks t;
    int i;

    tasks_load(s, d->posyandu, &t);
    i = tasks_of_name(s, &t, d->nama);
    if (d->taken_back || (i < 0 && !again))
        return;
    if (i >= 0) {
        if (t.all[i].dose.n)
            doses_visited(s, t.all[i].anak, d->posyandu);
        tasks_remove(&t, (unsigned)i);
    }
    if (again)
        tasks_add(s, &t, slice_make("", 0), d->nama, S("obat"));
    tasks_save(s, &t);
}

/* --- TUGAS --- */

/* "2x tidak naik", "imunisasi MR 1", or both. */
static struct slice why_words(struct step *s, const struct task *k, const char *key)
{
    const struct text_fill f[] = { { "vaksin", k->dose } };
    struct slice why = step_text(s, s->language, key, FILLS(f)), dose;

    if (!k->why.n || !k->dose.n)
        return why;
    dose = step_text(s, s->language, "tugas.dosis", FILLS(f));
    return arena_printf(s->arena, "%.*s, %.*s", SLICE_ARG(why), SLICE_ARG(dose));
}

/* "Siti Aminah (BGM), Budi (tidak ditimbang) +3: TUGAS 2": the most urgent first, whole entries only.  Page 1
 * is the first; a later one goes on behind it. */
static struct slice list_of(struct step *s, const struct tasks *t, unsigned page)
{
    struct slice all[TASKS], out;
    unsigned n = 0, i = 0, first = 0;
    struct buf b;

    for (unsigned w = 0; w < WHYS; w++)
        for (unsigned k = 0; k < t->n && n < TASKS; k++)
            if (slice_is(t->all[k].why, whys[w].why))
                all[n++] =
                    arena_printf(s->arena, "%.*s (%.*s)", SLICE_ARG(text_cut(t->all[k].nama, NAME, s->arena)),
                                 SLICE_ARG(why_words(s, &t->all[k], whys[w].key)));
    buf_init(&b, LIST_MAX + MORE_MAX);
    for (unsigned p = 1; p <= page && i < n; p++) {
        b.n = 0;
        for (first = i; i < n; i++) {
            if (i > first && b.n + all[i].n + 2 > LIST_MAX - (i + 1 < n ? MORE_MAX : 0U))
                break;
            buf_str(&b, i > first ? ", " : "");
            buf_add(&b, all[i]);
        }
    }
    if (i < n)
        buf_printf(&b, " +%u: TUGAS %u", n - i, page + 1);
    out = buf_into(&b, s->arena);
    return out;
}

/* Of the posyandu that report to a place: what its staff see of them. */
static void load_below(struct step *s, const struct place *up, struct tasks *all)
{
    const struct directory *dir = &s->rules->directory;

    *all = (struct tasks){ .n = 0 };
    for (unsigned i = 0; i < dir->places_n; i++) {
        struct tasks one;

        if (dir->places[i].level != PLACE_POSYANDU || dir->places[i].parent != up)
            continue;
        tasks_load(s, dir->places[i].code, &one);
        for (unsigned k = 0; k < one.n && all->n < TASKS; k++)
            all->all[all->n++] = one.all[k];
    }
}

bool tasks_subjects_of(const struct ruleset *rules, const struct person *p, struct arena *a,
                       struct intent *intent)
{
    const struct directory *dir = &rules->directory;
    unsigned n = 0;

    if (p->role == ROLE_KADER)
        return tasks_subjects(p->place_code, a, intent);
    for (unsigned i = 0; i < dir->places_n && n < STAFF_LISTS; i++)
        if (dir->places[i].level == PLACE_POSYANDU && dir->places[i].parent == p->place) {
            n++;
            if (!tasks_subjects(dir->places[i].code, a, intent))
                return false;
        }
    return true;
}

struct slice tasks_words(struct step *s, const struct place *posyandu, struct slice language)
{
    struct slice before = s->language, out = slice_make("", 0);
    struct tasks t;

    tasks_load(s, posyandu->code, &t);
    s->language = language;
    if (t.n) {
        const struct text_fill f[] = { { "jumlah", arena_printf(s->arena, "%u", t.n) },
                                       { "daftar", list_of(s, &t, 1) } };

        out = step_text(s, language, "tugas.line", FILLS(f));
    }
    s->language = before;
    return out;
}

void tasks_answer(struct step *s, const struct command *c)
{
    struct tasks t;
    uint64_t page;

    if (!slice_to_u64(c->catatan, &page) || page < 1 || page > TASKS)
        page = 1;
    if (s->person->role == ROLE_KADER)
        tasks_load(s, s->person->place_code, &t);
    else
        load_below(s, s->person->place, &t);
    {
        const struct text_fill f[] = { { "jumlah", arena_printf(s->arena, "%u", t.n) },
                                       { "daftar", list_of(s, &t, (unsigned)page) },
                                       { "tempat", s->person->place->name } };

        step_answer(s, slice_make("", 0),
                    step_text(s, s->language, t.n ? "tugas.line" : "tugas.none", FILLS(f)));
    }
}
