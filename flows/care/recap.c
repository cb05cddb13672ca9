/* recap.c - see recap.h.
 *
 * SUBJECT_POSYANDU "PSY001/rekap": {"weeks":[{"sunday":20770,"visits":3,"tidak_akses":1}]}, the newest two.
 */
#include "flows/care/recap.h"

#include <string.h>

#include "flows/step/blob.h"
#include "parsers/date.h"
#include "flows/rows/clocks.h"

enum {
    WEEK = 7,
    WEEKS = 2, /* the one that runs, and the one that is over */
    KEEP_DAYS = 21,
};

static const int64_t day_ms = INT64_C(86400000);

static const char *const found[] = { "tidak_akses", "tidak_patuh", "bahaya", "gejala_tbc" };

enum {
    FOUND = sizeof found / sizeof found[0]
};

static int64_t sunday_of(const struct step *s, int64_t ms)
{
    int64_t day = date_today(ms, s->rules->utc_offset_min);

    return day - (day + 4) % WEEK; /* 1970-01-01 was a Thursday */
}

static struct slice counts_id(struct slice posyandu, struct arena *a)
{
    return arena_printf(a, "%.*s/rekap", SLICE_ARG(posyandu));
}

bool recap_subjects(struct slice posyandu, struct arena *a, struct intent *intent)
{
    return !posyandu.n || intent_add(intent, SUBJECT_POSYANDU, counts_id(posyandu, a));
}

bool recap_says(struct slice act, const char *code)
{
    while (act.n)
        if (slice_is(slice_cut(&act, ','), code))
            return true;
    return false;
}

/* --- a visit --- */

/* Danger signs that were named count as C, said or not. */
static struct slice found_in(struct step *s, const struct filed_report *r)
{
    int temuan = form_as(r->form, AS_FINDINGS), tanda = form_as(r->form, AS_SIGNS);
    struct slice out = slice_make("", 0);
    bool danger = tanda >= 0 && r->values[tanda].kind == VALUE_LIST && r->values[tanda].n > 0;

    for (unsigned k = 0; k < FOUND; k++) {
        bool is = danger && strcmp(found[k], "bahaya") == 0;

        for (unsigned i = 0; temuan >= 0 && r->values[temuan].kind == VALUE_LIST && i < r->values[temuan].n;
             i++)
            is = is || slice_is(r->values[temuan].items[i], found[k]);
        if (is)
            out = arena_printf(s->arena, "%.*s%s%s", SLICE_ARG(out), out.n ? "," : "", found[k]);
    }
    return out;
}

void recap_filed(struct step *s, const struct filed_report *r, bool taken_back)
{
    int nama = form_as(r->form, AS_NAME);
    struct due d = {
        .what = S("kunjungan"), .posyandu = r->posyandu, .taken_back = taken_back, .at_ms = r->at_ms
    };

    if (!r->posyandu.n || !form_is(r->form, FORM_VISIT))
        return;
    if (nama >= 0 && r->values[nama].kind == VALUE_TEXT)
        d.nama = r->values[nama].text;
    d.act = found_in(s, r);
    step_timer(s,
               arena_printf(s->arena, "kunjungan:%.*s:%u:%s", SLICE_ARG(r->nomor), r->version,
                            taken_back ? "batal" : "baru"),
               step_due(s, &d), s->now_ms);
}

static void count(struct node *week, const struct node *was, const char *key, int64_t by)
{
    int64_t n = node_int(was, key) + by;

    node_put_int(week, key, n > 0 ? n : 0);
}

static const struct node *week_of(const struct node *weeks, int64_t sunday)
{
    for (const struct node *w = node_first(weeks); w; w = w->next)
        if (node_int(w, "sunday") == sunday)
            return w;
    return NULL;
}

/* The week with one visit more, or one less. */
static struct node *week_with(struct step *s, const struct node *was, int64_t sunday, const struct due *d)
{
    struct node *w = node_object(s->arena);
    int64_t by = d->taken_back ? -1 : 1;

    node_put_int(w, "sunday", sunday);
    count(w, was, "visits", by);
    for (unsigned k = 0; k < FOUND; k++)
        count(w, was, found[k], recap_says(d->act, found[k]) ? by : 0);
    return w;
}

void recap_visited(struct step *s, const struct due *d)
{
    struct due over = { .what = S("rekap"), .posyandu = d->posyandu };
    struct slice id = counts_id(d->posyandu, s->arena);
    int64_t sunday = sunday_of(s, d->at_ms), now = sunday_of(s, s->now_ms);
    struct node *o = blob_new(s->arena), *weeks = node_list(s->arena);
    const struct node *was;

    step_reason(s, "timer");
    if (sunday <= now - WEEKS * WEEK)
        return; /* told, and over */
    was = node_get(blob_parse(step_blob(s, SUBJECT_POSYANDU, id), s->arena), "weeks");
    for (const struct node *w = node_first(was); w; w = w->next)
        if (node_int(w, "sunday") != sunday && node_int(w, "sunday") > now - WEEKS * WEEK)
            node_add(weeks, node_again(s->arena, w));
    node_add(weeks, week_with(s, week_of(was, sunday), sunday, d));
    node_set(o, "weeks", weeks);
    step_write(s, SUBJECT_POSYANDU, id, blob_done(o, s->arena), KEEP_DAYS * day_ms);
    if (sunday == now)
        step_timer(s, ARENA_JOIN(s->arena, S("rekap:"), d->posyandu), step_due(s, &over),
                   (sunday + WEEK) * day_ms - (int64_t)s->rules->utc_offset_min * 60000 +
                       clock_of(s->rules, "recap_after"));
}

/* --- the week is over --- */

void recap_due(struct step *s, const struct due *d)
{
    const struct place *p = directory_place(&s->rules->directory, d->posyandu);
    int64_t sunday = sunday_of(s, s->now_ms) - WEEK;
    const struct node *o =
        blob_parse(step_blob(s, SUBJECT_POSYANDU, counts_id(d->posyandu, s->arena)), s->arena);
    const struct node *w = week_of(node_get(o, "weeks"), sunday);
    struct slice n[FOUND], visits = arena_printf(s->arena, "%lld", (long long)node_int(w, "visits"));
    bool any = node_int(w, "visits") > 0;
    struct audience who;

    for (unsigned k = 0; k < FOUND; k++)
        n[k] = arena_printf(s->arena, "%lld", (long long)node_int(w, found[k]));
    step_reason(s, "timer_idle");
    if (!p || !any)
        return;
    step_reason(s, "timer");
    {
        const struct text_fill f[] = { { "tempat", p->name }, { "tanggal", date_iso(sunday, s->arena) },
                                       { "jumlah", visits },  { "a", n[0] },
                                       { "b", n[1] },         { "c", n[2] },
                                       { "d", n[3] } };

        step_audience(s, p->parent, &who);
        step_tell(s, &who, SMS_NOTICE, slice_make("", 0), "rekap.line", FILLS(f));
    }
}
