/* child.c - children.  See child.h. */
#include "flows/care/child.h"

#include <stdlib.h>
#include <string.h>

#include "flows/step/blob.h"
#include "parsers/date.h"
#include "flows/care/doses.h"
#include "flows/rows/growth.h"

enum {
    BUCKET = 200,      /* most children of one bucket: more are still filed, only not found by name */
    BIRTHS_APART = 62, /* days between two LAHIR of one mother that may be one birth */
};

static const int64_t day_ms = INT64_C(86400000);

/* --- the child's blob --- */

#define WEIGHING(key, m) MEMBER(struct weighing, key, m)
CODEC(weighing_codec, struct weighing, WEIGHING("at", at_ms), WEIGHING("bb", bb), WEIGHING("tb", tb),
      WEIGHING("n", nomor));

#define CHILD(key, m) MEMBER(struct child, key, m)
SHARED_CODEC(child_codec, struct child, CHILD("id", id), CHILD("nama", nama), CHILD("jk", jk),
             CHILD("tgl_lahir", tgl_lahir), CHILD("exact", exact), CHILD("nik", nik),
             CHILD("posyandu", posyandu), CHILD("puskesmas", puskesmas), CHILD("doses", doses),
             CHILD("since", since), CHILD("dose_visit", dose_visit),
             MEMBER_IN(struct child, "birth", birth, weighing_codec),
             MEMBER_LIST(struct child, "weighings", weighings, weighings_n, weighing_codec));

SHARED_CODEC(child_before_codec, struct child, CHILD("jk", jk), CHILD("lahir", tgl_lahir),
             MEMBER_LIST(struct child, "weighings", weighings, weighings_n, weighing_codec));

bool child_load(struct step *s, struct slice nomor, struct child *out)
{
    const struct node *o = blob_parse(step_blob(s, SUBJECT_NUMBER, nomor), s->arena);
    bool is = slice_is(node_text(o, "kind"), "child");

    memset(out, 0, sizeof *out);
    if (is) {
        (void)codec_get(o, &child_codec, out);
        out->nomor = node_text(o, "into").n ? node_text(o, "into") : nomor;
    }
    return is;
}

bool child_load_own(struct step *s, struct slice nomor, struct child *out)
{
    return child_load(s, nomor, out) && slice_eq(out->nomor, nomor);
}

struct node *child_encode(struct step *s, const struct child *c)
{
    struct node *o = blob_new(s->arena);
    struct child kept = *c;

    kept.since = c->since ? c->since : step_today(s);
    node_put(o, "kind", S("child"));
    codec_put(o, &child_codec, &kept);
    return o;
}

void child_save(struct step *s, const struct child *c)
{
    step_write(s, SUBJECT_NUMBER, c->nomor, blob_done(child_encode(s, c), s->arena), CHILD_KEPT_MS);
}

/* --- finding --- */

struct search {
    struct step *step;
    const struct child *wanted;
    struct slice key;
    int64_t born;
    unsigned exact, near;
    struct child best, other, best_near; /* other: of several exact ones */
};

static bool same_age(int64_t born, int64_t other)
{
    struct date a = date_of_days(born), b = date_of_days(other);
    int months = (a.year - b.year) * 12 + a.month - b.month;

    return months >= -1 && months <= 1;
}

/* A child in the buckets of its name. */
CODEC(entry_codec, struct child, CHILD("n", nomor), CHILD("id", id), CHILD("nama", nama), CHILD("jk", jk),
      CHILD("lahir", tgl_lahir), CHILD("exact", exact), CHILD("nik", nik),
      MEMBER_IN(struct child, "birth", birth, weighing_codec),
      MEMBER_LIST(struct child, "weighings", weighings, weighings_n, weighing_codec));

static struct node *entry_encode(const struct child *c, struct arena *a)
{
    struct node *o = node_object(a);

    codec_put(o, &entry_codec, c);
    return o;
}

/* `Rina`, where "Bayi Rina" is known: perhaps the same, and asked. */
static bool baby_of_that_name(struct slice a, struct slice b)
{
    return (slice_starts(a, "bayi ") && slice_eq(slice_skip(a, 5), b)) ||
           (slice_starts(b, "bayi ") && slice_eq(slice_skip(b, 5), a));
}

static void look_at(struct search *f, const struct node *o)
{
    struct child found = { 0 };
    struct slice key;
    int64_t born;
    bool by_nik;

    (void)codec_get(o, &entry_codec, &found);
    key = child_name_key(f->step->rules, found.nama, f->step->arena);
    by_nik = found.nik.n && slice_eq(found.nik, f->wanted->nik);
    if (!date_parse_iso(found.tgl_lahir, &born))
        return;
    if (!by_nik && (!slice_eq(found.jk, f->wanted->jk) || !same_age(born, f->born)))
        return;
    if ((by_nik || slice_eq(key, f->key)) && !slice_eq(found.nomor, f->best.nomor)) {
        f->other = f->best;
        f->best = found;
        f->exact++;
    } else if (!slice_eq(key, f->key) && (slice_one_edit(key, f->key) || baby_of_that_name(key, f->key))) {
        f->best_near = found;
        f->near++;
    }
}

enum child_match child_match(struct step *s, struct slice posyandu, const struct child *wanted,
                             struct child *out, struct child *other)
{
    struct search f = { .step = s,
                        .wanted = wanted,
                        .key = child_name_key(s->rules, wanted->nama, s->arena) };
    struct slice id[CHILD_BUCKETS];

    child_buckets(s->rules, posyandu, wanted->nama, wanted->nik, s->arena, id);
    if (!date_parse_iso(wanted->tgl_lahir, &f.born))
        return CHILD_NEW;
    for (unsigned i = 0; i < CHILD_BUCKETS; i++) {
        static const unsigned order[CHILD_BUCKETS] = { 2, 0, 1 };
        unsigned b = order[i];
        const struct node *o = id[b].n ? blob_parse(step_blob(s, SUBJECT_NAME, id[b]), s->arena) : NULL;

        for (const struct node *k = node_first(node_get(o, "children")); k; k = k->next)
            look_at(&f, k);
        if (f.exact)
            break; /* NIK wins; and the other bucket of the name holds the same ones */
    }
    *out = f.exact ? f.best : f.best_near;
    *other = f.other;
    return f.exact == 1 ? CHILD_ONE : f.exact || f.near ? CHILD_ASK : CHILD_NEW;
}

/* No mother gives birth again so soon. */
static bool one_birth(struct slice a, struct slice b)
{
    int64_t day, other;

    return date_parse_iso(a, &day) && date_parse_iso(b, &other) && llabs(day - other) <= BIRTHS_APART;
}

bool child_born_before(struct step *s, const struct child *wanted, struct child *out)
{
    struct slice key = child_name_key(s->rules, wanted->nama, s->arena), id[CHILD_BUCKETS];
    const struct node *o;
    bool found = false;

    child_buckets(s->rules, wanted->posyandu, wanted->nama, wanted->nik, s->arena, id);
    o = blob_parse(step_blob(s, SUBJECT_NAME, id[0]), s->arena);
    for (const struct node *k = node_first(node_get(o, "children")); k; k = k->next) {
        struct child c = { 0 };

        (void)codec_get(k, &entry_codec, &c);
        if (!c.birth.at_ms || !one_birth(c.tgl_lahir, wanted->tgl_lahir) ||
            !slice_eq(child_name_key(s->rules, c.nama, s->arena), key))
            continue;
        *out = c;
        found = true;
    }
    return found;
}

const struct weighing *child_weighed_on(const struct step *s, const struct child *c, int64_t at_ms)
{
    int64_t day = date_today(at_ms, s->rules->utc_offset_min);

    for (unsigned i = c->weighings_n; i-- > 0;)
        if (date_today(c->weighings[i].at_ms, s->rules->utc_offset_min) == day)
            return &c->weighings[i];
    return NULL;
}

/* Puts the child into bucket b, or in the place of what stood there of it.  The bucket of the last letters
 * serves names one edit away, who are asked about: it needs no weighings. */
static void bucket_put(struct step *s, unsigned b, struct slice id, const struct child *c)
{
    const struct node *was = blob_parse(step_blob(s, SUBJECT_NAME, id), s->arena);
    struct node *o = blob_new(s->arena), *children = node_list(s->arena);
    struct child kept = *c;
    bool stands = false;

    if (b == 1)
        kept.weighings_n = 0;

    for (const struct node *k = node_first(node_get(was, "children")); k; k = k->next) {
        bool it = slice_eq(node_text(k, "n"), c->nomor);

        node_add(children, it ? entry_encode(&kept, s->arena) : node_of_raw(s->arena, k->raw));
        stands |= it;
    }
    if (!stands && children && children->n < BUCKET)
        node_add(children, entry_encode(&kept, s->arena));
    node_set(o, "children", children);
    step_write(s, SUBJECT_NAME, id, blob_done(o, s->arena), CHILD_KEPT_MS);
}

void child_unlist(struct step *s, struct slice bucket, struct slice nomor)
{
    const struct node *was = blob_parse(step_blob(s, SUBJECT_NAME, bucket), s->arena);
    struct node *o = blob_new(s->arena), *children = node_list(s->arena);

    for (const struct node *k = node_first(node_get(was, "children")); k; k = k->next)
        if (!slice_eq(node_text(k, "n"), nomor))
            node_add(children, node_of_raw(s->arena, k->raw));
    node_set(o, "children", children);
    step_write(s, SUBJECT_NAME, bucket, blob_done(o, s->arena), CHILD_KEPT_MS);
}

void child_row(struct step *s, const struct child *c, struct slice merged_into)
{
    struct row row = { .kind = ROW_PERSON };

    row.person = (struct person_row){ .id = c->id,
                                      .nomor = c->nomor,
                                      .nama = c->nama,
                                      .jk = c->jk,
                                      .tgl_lahir = c->tgl_lahir,
                                      .tgl_lahir_exact = c->exact,
                                      .nik = c->nik,
                                      .posyandu = c->posyandu,
                                      .merged_into = merged_into };
    step_row(s, &row);
}

static void buckets_put(struct step *s, const struct child *c)
{
    struct slice id[CHILD_BUCKETS];

    child_buckets(s->rules, c->posyandu, c->nama, c->nik, s->arena, id);
    for (unsigned b = 0; b < CHILD_BUCKETS; b++)
        if (id[b].n)
            bucket_put(s, b, id[b], c);
}

void child_make(struct step *s, struct child *c)
{
    c->nomor = step_number(s);
    c->id = step_uuid(s);
    if (s->ids->child.n)
        c->id = s->ids->child;
    buckets_put(s, c);
    child_row(s, c, S(""));
}

/* --- ages and weights --- */

bool child_birth(const struct step *s, const struct form *form, const struct value *values, int64_t at_ms,
                 int64_t *day, bool *exact)
{
    int umur = form_as(form, AS_AGE), lahir = form_as(form, AS_BIRTH);
    int64_t today = date_today(at_ms, s->rules->utc_offset_min), n = 0, months;
    struct slice t, unit;
    struct date c;

    *exact = false;
    if (lahir >= 0 && values[lahir].kind == VALUE_TEXT && date_parse_iso(values[lahir].text, day)) {
        *exact = true;
        return true;
    }
    if (umur < 0 || values[umur].kind != VALUE_TEXT || values[umur].text.n < 3)
        return false;
    t = values[umur].text;
    unit = slice_skip(t, t.n - 2);
    if (!slice_to_i64(slice_take(t, t.n - 2), &n) || n < 0 || n > 2000)
        return false;
    if (slice_is(unit, "hr") || slice_is(unit, "mg")) {
        *day = today - (slice_is(unit, "mg") ? 7 * n : n);
        return true;
    }
    c = date_of_days(today);
    months = (int64_t)c.year * 12 + c.month - 1 - (slice_is(unit, "th") ? 12 * n : n);
    *day = date_days((int)(months / 12), (int)(months % 12) + 1, 1);
    return true;
}

static enum meaning doubt_by_age(const struct ruleset *rules, const struct child *c, int64_t bb, int64_t tb,
                                 struct slice tb_label, int64_t at_ms)
{
    int64_t born, months;

    if (!date_parse_iso(c->tgl_lahir, &born))
        return AS_NOTHING;
    months = date_months_between(born, date_today(at_ms, rules->utc_offset_min));
    switch (growth_plausible(rules->rules, c->jk, months, bb, tb, growth_lying(tb_label, false, months))) {
    case GROWTH_DOUBT_BB:
    case GROWTH_DOUBT_BOTH:
        return AS_WEIGHT;
    case GROWTH_DOUBT_TB:
        return AS_HEIGHT;
    case GROWTH_FINE:
        break;
    }
    return AS_NOTHING;
}

enum meaning child_doubt(const struct ruleset *rules, const struct child *c, int64_t bb, int64_t tb,
                         struct slice tb_label, int64_t at_ms)
{
    for (unsigned i = c->weighings_n; bb && i-- > 0;)
        if (c->weighings[i].bb) {
            if (!growth_weight_step(rules->rules, c->weighings[i].bb, bb,
                                    (at_ms - c->weighings[i].at_ms) / day_ms))
                return AS_WEIGHT;
            break;
        }
    for (unsigned i = c->weighings_n; tb && i-- > 0;)
        if (c->weighings[i].tb) {
            if (!growth_height_step(rules->rules, c->weighings[i].tb, tb,
                                    (at_ms - c->weighings[i].at_ms) / day_ms))
                return AS_HEIGHT;
            break;
        }
    return doubt_by_age(rules, c, bb, tb, tb_label, at_ms);
}

void child_weighed(struct child *c, const struct weighing *w)
{
    if (!w->bb && !w->tb)
        return;
    if (c->weighings_n == CHILD_WEIGHINGS) {
        memmove(&c->weighings[0], &c->weighings[1], (CHILD_WEIGHINGS - 1) * sizeof c->weighings[0]);
        c->weighings_n--;
    }
    c->weighings[c->weighings_n++] = *w;
}

/* The timer names all that lists the child: its NIK as the message's third bucket. */
static void refresh(struct step *s, const struct child *c, const struct weighing *w, struct slice doses)
{
    struct due d = {
        .what = S("child"), .nomor = c->nomor, .of = w->nomor, .at_ms = w->at_ms, .bb = w->bb, .tb = w->tb
    };
    struct slice id[CHILD_BUCKETS];

    child_buckets(s->rules, c->posyandu, c->nama, c->nik, s->arena, id);
    memcpy(d.buckets, id, sizeof id);
    d.nik = c->nik;
    d.doses = doses;
    step_timer(s, arena_printf(s->arena, "child:%.*s:%lld", SLICE_ARG(c->nomor), (long long)w->at_ms),
               step_due(s, &d), s->now_ms);
}

void child_weigh_later(struct step *s, const struct child *c, const struct weighing *w, struct slice doses)
{
    if (w->bb || w->tb || c->nik.n || doses.n)
        refresh(s, c, w, doses);
}

void child_changed(struct step *s, const struct child *c)
{
    const struct weighing none = { 0 };

    if (!step_subject(s, SUBJECT_NUMBER, c->nomor)) {
        refresh(s, c, &none, slice_make("", 0)); /* it came by a number that was merged into this one */
        return;
    }
    child_save(s, c);
    child_row(s, c, S(""));
    refresh(s, c, &none, slice_make("", 0));
}

void child_fix(struct step *s, const struct child_fix *fix)
{
    struct due d = { .what = S("child"),
                     .nomor = fix->nomor,
                     .act = fix->cancelled ? S("batal") : S("ganti"),
                     .at_ms = fix->weighing.at_ms,
                     .bb = fix->weighing.bb,
                     .tb = fix->weighing.tb,
                     .lahir = fix->tgl_lahir,
                     .jk = fix->jk,
                     .exact = fix->exact,
                     .doses = fix->doses,
                     .undone = fix->undone };

    step_timer(s,
               arena_printf(s->arena, "child:%.*s:%lld:%.*s", SLICE_ARG(fix->nomor), (long long)d.at_ms,
                            SLICE_ARG(d.act)),
               step_due(s, &d), s->now_ms);
}

/* The weighing of this moment: taken away, put in its place, or added. */
static void weighing_set(struct child *c, const struct due *d)
{
    unsigned i = 0;

    while (i < c->weighings_n && c->weighings[i].at_ms != d->at_ms)
        i++;
    if (i < c->weighings_n && slice_is(d->act, "batal")) {
        memmove(&c->weighings[i], &c->weighings[i + 1], (c->weighings_n - i - 1) * sizeof c->weighings[0]);
        c->weighings_n--;
    } else if (i < c->weighings_n && slice_is(d->act, "ganti")) {
        c->weighings[i].bb = d->bb;
        c->weighings[i].tb = d->tb;
    } else if (i == c->weighings_n && !d->act.n) {
        child_weighed(c, &(struct weighing){ .at_ms = d->at_ms, .bb = d->bb, .tb = d->tb, .nomor = d->of });
    }
}

/* True when what the person row says changed. */
static bool person_set(struct child *c, const struct due *d)
{
    bool changed = d->lahir.n || d->jk.n || (d->nik.n && !c->nik.n);

    if (d->nik.n && !c->nik.n)
        c->nik = d->nik;
    if (d->jk.n)
        c->jk = d->jk;
    if (d->lahir.n) {
        c->tgl_lahir = d->lahir;
        c->exact = d->exact;
    }
    return changed;
}

void child_due(struct step *s, const struct due *d)
{
    const struct weighing none = { 0 };
    bool changed;
    struct child c;

    step_reason(s, "timer_idle");
    if (slice_is(d->act, "gabung")) { /* its number is another child's now: the lists forget it */
        step_reason(s, "timer");
        for (unsigned b = 0; b < CHILD_BUCKETS; b++)
            if (d->buckets[b].n)
                child_unlist(s, d->buckets[b], d->nomor);
        return;
    }
    if (!child_load(s, d->nomor, &c))
        return;
    step_reason(s, "timer");
    if (!slice_eq(c.nomor, d->nomor)) { /* merged since: on to the child that it is now */
        struct due on = *d;

        on.nomor = c.nomor;
        memset(on.buckets, 0, sizeof on.buckets);
        step_timer(s,
                   arena_printf(s->arena, "child:%.*s:%lld:%.*s", SLICE_ARG(c.nomor), (long long)d->at_ms,
                                SLICE_ARG(d->act)),
                   step_due(s, &on), s->now_ms);
        return;
    }
    weighing_set(&c, d);
    changed = person_set(&c, d);
    if (changed)
        child_row(s, &c, S(""));
    c.doses = doses_with(doses_without(c.doses, d->undone, s->arena), d->doses, s->arena);
    child_save(s, &c);
    doses_reported(s, &c, d->doses.n || d->undone.n || d->lahir.n);
    if (!d->buckets[0].n) /* a correction did not know the name: the next timer does */
        refresh(s, &c, &none, slice_make("", 0));
    for (unsigned b = 0; b < CHILD_BUCKETS; b++)
        if (d->buckets[b].n && (b != 1 || changed || !d->at_ms))
            bucket_put(s, b, d->buckets[b], &c);
}
