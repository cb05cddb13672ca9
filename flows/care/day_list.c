/* day_list.c - see day_list.h.
 *
 * SUBJECT_POSYANDU "PSY001/ringan": {"found":[{"n":"48217","say":"2T Siti 1041"}]}, until it is told. */
#include "flows/care/day_list.h"

#include "flows/rows/clocks.h"
#include "flows/step/blob.h"
#include "parsers/date.h"

enum {
    FOUND = 60, /* of one day; more are counted at the next */
    NAME = 12,
    LIST = 100, /* septets of the list: config/texts staff.list */
    KEEP_DAYS = 7,
};

static const int64_t day_ms = INT64_C(86400000);

struct found {
    struct slice nomor, say;
};

struct day_list {
    struct found all[FOUND];
    unsigned n;
};

CODEC(found_codec, struct found, MEMBER(struct found, n, nomor), MEMBER(struct found, say, say));
CODEC(list_codec, struct day_list, MEMBER_LIST(struct day_list, found, all, n, found_codec));

static struct slice list_id(struct slice posyandu, struct arena *a)
{
    return arena_printf(a, "%.*s/ringan", SLICE_ARG(posyandu));
}

bool day_list_subjects(const struct ruleset *rules, const struct due *d, struct arena *a, struct intent *out)
{
    (void)rules;
    return !d->posyandu.n || intent_add(out, SUBJECT_POSYANDU, list_id(d->posyandu, a));
}

void day_list_filed(struct step *s, const struct filed_report *r, struct slice brief, struct slice nama,
                    bool was)
{
    struct due d = { .what = S("ringan"), .nomor = r->nomor, .posyandu = r->posyandu, .act = brief };

    if (!r->posyandu.n || (!brief.n && !was))
        return;
    d.nama = arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(text_cut(nama, NAME, s->arena)),
                          SLICE_ARG(r->child.n ? r->child : r->nomor));
    step_timer(s, ARENA_JOIN(s->arena, S("ringan:"), r->nomor), step_due(s, &d), s->now_ms);
}

static void load(struct step *s, struct slice posyandu, struct day_list *l)
{
    const struct node *o = blob_parse(step_blob(s, SUBJECT_POSYANDU, list_id(posyandu, s->arena)), s->arena);

    (void)codec_get(o, &list_codec, l);
}

static void save(struct step *s, struct slice posyandu, const struct day_list *l)
{
    struct node *o = blob_new(s->arena);

    codec_put(o, &list_codec, l);
    step_write(s, SUBJECT_POSYANDU, list_id(posyandu, s->arena),
               l->n ? blob_done(o, s->arena) : slice_make("", 0), KEEP_DAYS * day_ms);
}

/* The next time that the clock shows the row's hour. */
static int64_t next_hour(const struct step *s)
{
    int64_t midnight = step_today(s) * day_ms - s->rules->utc_offset_min * INT64_C(60000);
    int64_t at = midnight + clock_of(s->rules, "day_list");

    return at > s->now_ms ? at : at + day_ms;
}

void day_list_changed(struct step *s, const struct due *d)
{
    struct day_list *l = ARENA_NEW(s->arena, struct day_list);
    struct due later = { .what = S("daftar"), .posyandu = d->posyandu };
    struct slice what = d->act;
    unsigned i = 0;

    step_reason(s, "timer_idle");
    if (!l)
        return;
    load(s, d->posyandu, l);
    while (i < l->n && !slice_eq(l->all[i].nomor, d->nomor))
        i++;
    if (i == FOUND)
        return;
    step_reason(s, "timer");
    if (i == l->n && !d->act.n) /* it was told: who had it hears that it is another now (SPEC 2.3) */
        what = step_text(s, s->rules->language, "staff.changed", NULL, 0);
    if (what.n) {
        l->all[i].nomor = d->nomor;
        l->all[i].say = arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(what), SLICE_ARG(d->nama));
        l->n += i == l->n;
    } else if (i < l->n) {
        for (l->n--; i < l->n; i++) {
            l->all[i].nomor = l->all[i + 1].nomor;
            l->all[i].say = l->all[i + 1].say;
        }
    }
    save(s, d->posyandu, l);
    step_timer(s, ARENA_JOIN(s->arena, S("daftar:"), d->posyandu), step_due(s, &later), next_hour(s));
}

/* "2T Siti 1041, BGM Budi 1052 +2": as many as one SMS holds. */
static struct slice said(struct step *s, const struct day_list *l)
{
    struct slice list = l->all[0].say;
    unsigned n = 1;

    while (n < l->n && list.n + 2 + l->all[n].say.n <= LIST - 4) {
        list = arena_printf(s->arena, "%.*s, %.*s", SLICE_ARG(list), SLICE_ARG(l->all[n].say));
        n++;
    }
    return n < l->n ? arena_printf(s->arena, "%.*s +%u", SLICE_ARG(list), l->n - n) : list;
}

void day_list_due(struct step *s, const struct due *d)
{
    struct day_list *l = ARENA_NEW(s->arena, struct day_list);
    const struct place *posyandu = directory_place(&s->rules->directory, d->posyandu);
    struct date today = date_civil(s->now_ms, s->rules->utc_offset_min).day;
    struct audience who;

    step_reason(s, "timer_idle");
    if (!l || !posyandu)
        return;
    load(s, d->posyandu, l);
    if (!l->n)
        return;
    step_reason(s, "timer");
    step_audience(s, step_next_level(s, posyandu), &who);
    {
        const struct text_fill f[] = {
            { "tempat", step_place_name(s, posyandu) },
            { "tanggal", arena_printf(s->arena, "%u/%u", (unsigned)today.day, (unsigned)today.month) },
            { "daftar", said(s, l) },
        };

        step_tell(s, &who, SMS_ALERT, slice_make("", 0), "staff.list", FILLS(f));
    }
    l->n = 0;
    save(s, d->posyandu, l);
}
