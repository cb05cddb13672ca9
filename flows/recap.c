/* recap.c - see recap.h.
 *
 * SUBJECT_POSYANDU "PSY001/rekap": {"weeks":[{"sunday":20770,"visits":3,"tidak_akses":1}]}, the newest two.
 */
#include "flows/recap.h"

#include <string.h>

#include "flows/blob.h"
#include "flows/calendar.h"
#include "flows/clocks.h"

#define FILLS(f) (f), (unsigned)(sizeof(f) / sizeof((f)[0]))

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
    int64_t day = calendar_day(ms, s->rules->utc_offset_min);

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
    int temuan = form_field(r->form, "temuan"), tanda = form_field(r->form, "tanda");
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
    int nama = form_field(r->form, "nama");
    struct due d = {
        .what = S("kunjungan"), .posyandu = r->posyandu, .taken_back = taken_back, .at_ms = r->at_ms
    };

    if (!r->posyandu.n || !slice_is(r->form->name, "kunjungan"))
        return;
    if (nama >= 0 && r->values[nama].kind == VALUE_TEXT)
        d.nama = r->values[nama].text;
    d.act = found_in(s, r);
    step_timer(s,
               arena_printf(s->arena, "kunjungan:%.*s:%u:%s", SLICE_ARG(r->nomor), r->version,
                            taken_back ? "batal" : "baru"),
               step_due(s, &d), s->now_ms);
}

static void count(json_t *week, const char *key, int64_t by)
{
    int64_t n = blob_int(week, key) + by;

    json_object_set_new(week, key, json_integer(n > 0 ? n : 0));
}

static json_t *week_of(json_t *weeks, int64_t sunday)
{
    json_t *w;
    size_t i;

    json_array_foreach(weeks, i, w)
    {
        if (blob_int(w, "sunday") == sunday)
            return w;
    }
    return NULL;
}

void recap_visited(struct step *s, const struct due *d)
{
    struct due over = { .what = S("rekap"), .posyandu = d->posyandu };
    struct slice id = counts_id(d->posyandu, s->arena);
    int64_t sunday = sunday_of(s, d->at_ms), now = sunday_of(s, s->now_ms);
    json_t *o, *weeks, *w;

    step_reason(s, "timer");
    if (sunday <= now - WEEKS * WEEK)
        return; /* told, and over */
    o = blob_parse(step_blob(s, SUBJECT_POSYANDU, id));
    o = o ? o : blob_new();
    weeks = json_object_get(o, "weeks");
    if (!weeks) {
        weeks = json_array();
        json_object_set_new(o, "weeks", weeks);
    }
    w = week_of(weeks, sunday);
    if (!w) {
        w = json_object();
        json_object_set_new(w, "sunday", json_integer(sunday));
        json_array_append_new(weeks, w);
    }
    count(w, "visits", d->taken_back ? -1 : 1);
    for (unsigned k = 0; k < FOUND; k++)
        if (recap_says(d->act, found[k]))
            count(w, found[k], d->taken_back ? -1 : 1);
    for (size_t i = json_array_size(weeks); i-- > 0;)
        if (blob_int(json_array_get(weeks, i), "sunday") <= now - WEEKS * WEEK)
            json_array_remove(weeks, i);
    step_write(s, SUBJECT_POSYANDU, id, blob_done(o, s->arena), KEEP_DAYS * day_ms);
    if (sunday == now)
        step_timer(s, arena_printf(s->arena, "rekap:%.*s", SLICE_ARG(d->posyandu)), step_due(s, &over),
                   (sunday + WEEK) * day_ms - (int64_t)s->rules->utc_offset_min * 60000 +
                       clock_of(s->rules, "recap_after"));
}

/* --- the week is over --- */

void recap_due(struct step *s, const struct due *d)
{
    const struct place *p = directory_place(&s->rules->directory, d->posyandu);
    int64_t sunday = sunday_of(s, s->now_ms) - WEEK;
    json_t *o = blob_parse(step_blob(s, SUBJECT_POSYANDU, counts_id(d->posyandu, s->arena)));
    const json_t *w = week_of(json_object_get(o, "weeks"), sunday);
    struct slice n[FOUND], visits = arena_printf(s->arena, "%lld", (long long)blob_int(w, "visits"));
    bool any = blob_int(w, "visits") > 0;
    struct audience who;

    for (unsigned k = 0; k < FOUND; k++)
        n[k] = arena_printf(s->arena, "%lld", (long long)blob_int(w, found[k]));
    json_decref(o);
    step_reason(s, "timer_idle");
    if (!p || !any)
        return;
    step_reason(s, "timer");
    {
        const struct text_fill f[] = { { "tempat", p->name }, { "tanggal", calendar_iso(sunday, s->arena) },
                                       { "jumlah", visits },  { "a", n[0] },
                                       { "b", n[1] },         { "c", n[2] },
                                       { "d", n[3] } };

        step_audience(s, p->parent, &who);
        step_tell(s, &who, SMS_NOTICE, slice_make("", 0), "rekap.line", FILLS(f));
    }
}
