/* child.c - children.  See child.h. */
#include "flows/care/child.h"

#include <string.h>

#include "flows/step/blob.h"
#include "parsers/date.h"
#include "flows/care/doses.h"
#include "flows/rows/growth.h"

static const int64_t day_ms = INT64_C(86400000);

/* --- the child's blob --- */

#define CHILD(key, m) MEMBER(struct child, key, m)
SHARED_CODEC(child_codec, struct child, CHILD(id, id), CHILD(nama, nama), CHILD(jk, jk),
             CHILD(tgl_lahir, tgl_lahir), CHILD(exact, exact), CHILD(nik, nik), CHILD(posyandu, posyandu),
             CHILD(puskesmas, puskesmas), CHILD(doses, doses), CHILD(since, since),
             CHILD(dose_visit, dose_visit), MEMBER_IN(struct child, birth, birth, weighing_codec),
             MEMBER_LIST(struct child, weighings, weighings, weighings_n, weighing_codec));

SHARED_CODEC(child_before_codec, struct child, CHILD(jk, jk), CHILD(lahir, tgl_lahir),
             MEMBER_LIST(struct child, weighings, weighings, weighings_n, weighing_codec));

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

const struct weighing *child_weighed_on(const struct step *s, const struct child *c, int64_t at_ms)
{
    int64_t day = date_today(at_ms, s->rules->utc_offset_min);

    for (unsigned i = c->weighings_n; i-- > 0;)
        if (date_today(c->weighings[i].at_ms, s->rules->utc_offset_min) == day)
            return &c->weighings[i];
    return NULL;
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

void child_make(struct step *s, struct child *c)
{
    c->nomor = step_number(s);
    c->id = step_uuid(s);
    if (s->ids->child.n)
        c->id = s->ids->child;
    child_list(s, c);
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

    child_buckets(c->posyandu, child_name_key(s->rules, c->nama, s->arena), c->nik, s->arena, id);
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
    child_list_anew(s, d, &c, changed || !d->at_ms);
}
