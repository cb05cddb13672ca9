/* alert.c - judging figures and telling people.  See alert.h. */
#include "flows/alert.h"

#include <string.h>

#include "flows/blob.h"
#include "flows/calendar.h"
#include "flows/clocks.h"
#include "flows/roles.h"
#include "flows/subject_report.h"
#include "gateway/conf/rules.h"

#define FILLS(f) (f), (unsigned)(sizeof(f) / sizeof((f)[0]))

enum {
    WEEK = 7,
    BACK_WEEKS = 4,
    HEADS = 8,
};

static const int64_t day_ms = INT64_C(86400000);

/* --- the episode's two blobs --- */

struct episode {
    struct slice nomor, id, village, disease, puskesmas;
    bool by_name;
    int64_t single;            /* by name: cases from which the heads hear too */
    struct slice verdict;      /* "", "benar", "bukan" */
    int64_t count;             /* cases at the last judgement */
    int64_t told;              /* cases when the heads heard last; 0 = never */
    int64_t staff_told;        /* cases when the staff heard last */
    int64_t told_day;          /* the day (since 1970) of the figures that they heard */
    struct slice heads[HEADS]; /* who of them has had it */
    unsigned heads_n;
    bool camat;  /* the camat was told too */
    bool ok;     /* a head said OK */
    bool ralat;  /* taken back, once */
    bool fallen; /* its cases were cancelled: over */
};

static struct slice episode_id(struct step *s, struct slice village, struct slice disease)
{
    return arena_printf(s->arena, "%.*s/%.*s", SLICE_ARG(village), SLICE_ARG(disease));
}

static bool episode_load(struct step *s, struct slice village, struct slice disease, struct episode *e)
{
    json_t *o = blob_parse(step_blob(s, SUBJECT_EPISODE, episode_id(s, village, disease)));
    bool is = o != NULL;

    *e = (struct episode){ .village = village, .disease = disease };
    if (is) {
        e->nomor = blob_slice(o, "nomor", s->arena);
        e->id = blob_slice(o, "id", s->arena);
        e->puskesmas = blob_slice(o, "puskesmas", s->arena);
        e->by_name = blob_bool(o, "by_name");
        e->single = blob_int(o, "single");
        e->verdict = blob_slice(o, "verdict", s->arena);
        e->count = blob_int(o, "count");
        e->told = blob_int(o, "told");
        e->staff_told = blob_int(o, "staff_told");
        e->told_day = blob_int(o, "told_day");
        e->heads_n = blob_slices(o, "heads", e->heads, HEADS, s->arena);
        e->camat = blob_bool(o, "camat");
        e->ok = blob_bool(o, "ok");
        e->ralat = blob_bool(o, "ralat");
        e->fallen = blob_bool(o, "fallen");
    }
    json_decref(o);
    return is;
}

static void episode_save(struct step *s, const struct episode *e)
{
    json_t *o = blob_new();

    blob_put(o, "nomor", e->nomor);
    blob_put(o, "id", e->id);
    blob_put(o, "puskesmas", e->puskesmas);
    blob_put_bool(o, "by_name", e->by_name);
    blob_put_int(o, "single", e->single);
    blob_put(o, "verdict", e->verdict);
    blob_put_int(o, "count", e->count);
    blob_put_int(o, "told", e->told);
    blob_put_int(o, "staff_told", e->staff_told);
    blob_put_int(o, "told_day", e->told_day);
    blob_put_slices(o, "heads", e->heads, e->heads_n);
    blob_put_bool(o, "camat", e->camat);
    blob_put_bool(o, "ok", e->ok);
    blob_put_bool(o, "ralat", e->ralat);
    blob_put_bool(o, "fallen", e->fallen);
    step_write(s, SUBJECT_EPISODE, episode_id(s, e->village, e->disease), blob_done(o, s->arena),
               clock_of(s->rules, "episode_close"));
}

/* What BENAR, BUKAN and OK find under the number. */
static void number_save(struct step *s, const struct episode *e)
{
    json_t *o = blob_new();

    blob_put(o, "kind", S("episode"));
    blob_put(o, "id", e->id);
    blob_put(o, "village", e->village);
    blob_put(o, "disease", e->disease);
    blob_put(o, "puskesmas", e->puskesmas);
    blob_put(o, "verdict", e->verdict);
    blob_put_bool(o, "ok", e->ok);
    step_write(s, SUBJECT_NUMBER, e->nomor, blob_done(o, s->arena), 60 * day_ms);
}

static bool number_load(struct step *s, struct slice nomor, struct episode *e)
{
    json_t *o = blob_parse(step_blob(s, SUBJECT_NUMBER, nomor));
    bool is = slice_is(blob_slice(o, "kind", s->arena), "episode");

    *e = (struct episode){ .nomor = nomor };
    e->id = blob_slice(o, "id", s->arena);
    e->village = blob_slice(o, "village", s->arena);
    e->disease = blob_slice(o, "disease", s->arena);
    e->puskesmas = blob_slice(o, "puskesmas", s->arena);
    e->verdict = blob_slice(o, "verdict", s->arena);
    e->ok = blob_bool(o, "ok");
    json_decref(o);
    return is;
}

static void event(struct step *s, const struct episode *e, const char *name, struct slice words)
{
    struct row row = { .kind = ROW_ALERT_EVENT };
    bool spoken = s->seen->inbound->kind == INBOUND_SMS || s->seen->inbound->kind == INBOUND_USSD;

    row.event = (struct event_row){
        .id = step_uuid(s),
        .of = e->id,
        .nomor = e->nomor,
        .event = slice_of(name),
        .at = step_rfc3339(s, spoken ? s->seen->inbound->received_ms : s->now_ms),
        .who = spoken ? s->msisdn : slice_make("", 0),
        .role = spoken && s->person ? slice_of(role_name(s->person->role)) : S("sistem"),
        .place = spoken && s->person ? s->person->place_code : e->village,
        .words = words,
    };
    step_row(s, &row);
}

/* The other blob is told by a timer that is due at once and names both. */
static void pass_on(struct step *s, const struct episode *e, const char *act, int64_t in_ms)
{
    struct due d = { .what = S("episode"),
                     .nomor = e->nomor,
                     .act = slice_of(act),
                     .village = e->village,
                     .disease = e->disease };

    step_timer(s, arena_printf(s->arena, "episode:%.*s:%s", SLICE_ARG(e->nomor), act), step_due(s, &d),
               s->now_ms + in_ms);
}

/* --- words --- */

/* Counts under five are never told exactly outside the health service. */
static struct slice count_for(struct step *s, int64_t n, bool head)
{
    return head && n < 5 ? S("<5") : arena_printf(s->arena, "%lld", (long long)n);
}

static struct slice disease_name(const struct step *s, struct slice slug)
{
    for (unsigned i = 0; i < s->rules->forms.lists_n; i++) {
        const struct word_list *l = &s->rules->forms.lists[i];
        const struct word *w = word_by_code(l, slug);

        if (w &&
            (slice_is(l->name, "penyakit") || slice_is(l->name, "jenis") || slice_is(l->name, "kejadian")))
            return w->say.n ? w->say : slug;
    }
    return slug;
}

static void tell(struct step *s, const struct episode *e, struct slice to, const char *key, bool head)
{
    const struct place *village = directory_place(&s->rules->directory, e->village);
    struct slice language = step_language_of(s, to);
    const struct text_fill f[] = { { "nomor", e->nomor },
                                   { "jumlah", count_for(s, e->count, head) },
                                   { "penyakit", disease_name(s, e->disease) },
                                   { "desa", village ? village->name : e->village } };

    step_sms(s, to, SMS_ALERT, e->nomor, step_text(s, language, key, FILLS(f)));
}

/* --- who --- */

struct telling {
    struct step *s;
    struct episode *e;
    const char *key;
    bool head;
    unsigned n;
};

static void tell_person(void *arg, const struct person *p)
{
    struct telling *t = arg;

    tell(t->s, t->e, p->msisdn, t->key, t->head);
    t->n++;
    if (!t->head)
        return;
    for (unsigned i = 0; i < t->e->heads_n; i++)
        if (slice_eq(t->e->heads[i], p->msisdn))
            return;
    if (t->e->heads_n < HEADS)
        t->e->heads[t->e->heads_n++] = p->msisdn;
}

/* Pustu of the village and its puskesmas; nobody there: upwards, at last the duty numbers. */
static void tell_staff(struct step *s, struct episode *e, const char *key)
{
    const struct directory *dir = &s->rules->directory;
    const struct place *pkm = directory_place(dir, e->puskesmas);
    struct telling t = { .s = s, .e = e, .key = key };
    struct audience who;

    for (unsigned i = 0; i < dir->places_n; i++)
        if (dir->places[i].level == PLACE_PUSTU && dir->places[i].area &&
            slice_eq(dir->places[i].area->code, e->village))
            directory_people_at(dir, &dir->places[i], tell_person, &t);
    step_audience(s, pkm, &who);
    for (unsigned i = 0; i < who.n; i++)
        tell(s, e, who.msisdn[i], key, false);
}

/* At most one SMS to a head per episode and doubling. */
static void tell_heads(struct step *s, struct episode *e, const char *key)
{
    const struct directory *dir = &s->rules->directory;
    const struct place *village = directory_place(dir, e->village);
    struct telling t = { .s = s, .e = e, .key = key, .head = true };

    if (village && (village->level == PLACE_DESA || village->level == PLACE_KELURAHAN))
        directory_people_at(dir, village, tell_person, &t);
    if (!t.n && village && place_kecamatan(village)) { /* a village without a head: its camat */
        directory_people_at(dir, place_kecamatan(village), tell_person, &t);
        e->camat = true;
    }
    if (!t.n)
        return;
    e->told = e->count;
    e->told_day = calendar_day(s->now_ms, s->rules->utc_offset_min);
    event(s, e, "sent", count_for(s, e->count, true));
    if (!e->camat && !e->ok)
        pass_on(s, e, "camat", clock_of(s->rules, "episode_ok"));
}

/* --- judging --- */

static int64_t day_count(const json_t *days, int64_t day, struct arena *a)
{
    return blob_int(days, calendar_iso(day, a).p);
}

static int64_t days_sum(const json_t *days, int64_t last, int n, struct arena *a)
{
    int64_t sum = 0;

    for (int i = 0; i < n; i++)
        sum += day_count(days, last - i, a);
    return sum;
}

static int64_t figure(const struct step *s, const char *id, int64_t otherwise)
{
    int64_t milli = s->rules->rules ? rules_figure(s->rules->rules, id) : -1;

    return milli > 0 ? milli / 1000 : otherwise;
}

/* At least 5 cases in 7 days and at least m + 3 sqrt(max(m, 1)), m the weekly mean of the four weeks before.
 * In whole numbers: with S the sum of the four weeks, 4n - S >= 12 sqrt(max(S, 4)/4). */
static bool village_over(const struct step *s, const json_t *days, int64_t day, int64_t *count)
{
    int64_t n = days_sum(days, day, WEEK, s->arena);
    int64_t back = days_sum(days, day - WEEK, WEEK * BACK_WEEKS, s->arena), d = 4 * n - back;

    *count = n;
    return n >= figure(s, "signal_cases", 5) && d >= 0 && d * d >= 36 * (back > 4 ? back : 4);
}

/* 1.5 times last week, by epidemiological weeks (Sunday to Saturday), at least 5 cases and 3 more. */
static bool puskesmas_over(const struct step *s, const json_t *days, int64_t day, int64_t *count)
{
    int64_t sunday = day - (day + 4) % 7; /* 1970-01-01 was a Thursday */
    int64_t n = 0, before = days_sum(days, sunday - 1, WEEK, s->arena);

    for (int64_t i = sunday; i <= sunday + 6; i++)
        n += day_count(days, i, s->arena);
    *count = n;
    return n >= figure(s, "signal_cases", 5) && n >= before + 3 && 2 * n >= 3 * before;
}

static bool over(const struct step *s, const struct disease_rule *rule, const json_t *days, int64_t day,
                 int64_t *count)
{
    if (!rule->by_name)
        return village_over(s, days, day, count);
    *count = days_sum(days, day, WEEK, s->arena);
    return *count >= 1; /* the puskesmas hears of one */
}

static void episode_open(struct step *s, struct episode *e, const struct disease_rule *rule,
                         struct slice puskesmas)
{
    e->nomor = step_number(s);
    e->id = step_uuid(s);
    e->puskesmas = puskesmas;
    e->by_name = rule->by_name;
    e->single = rule->single;
    number_save(s, e);
}

/* More cases, or the first ones. */
static void rise(struct step *s, struct episode *e, int64_t day)
{
    bool verified = slice_is(e->verdict, "benar");

    if (e->staff_told == 0 || e->count >= 2 * e->staff_told) {
        tell_staff(s, e, e->by_name ? "alert.staff_verify" : "alert.staff");
        if (e->staff_told == 0)
            event(s, e, "sent", count_for(s, e->count, false));
        if (e->staff_told == 0 && e->by_name)
            pass_on(s, e, "unverified", clock_of(s->rules, "episode_verify"));
        e->staff_told = e->count;
    }
    if (slice_is(e->verdict, "bukan") || (e->by_name && e->told == 0 && (!verified || e->count < e->single)))
        return;
    if (e->told == 0 || e->count >= 2 * e->told) {
        tell_heads(s, e, e->told ? "alert.head_more" : verified ? "alert.head_verified" : "alert.head");
        e->told_day = day;
    }
}

/* The counts that the heads were told of do not stand any more. */
static void take_back(struct step *s, struct episode *e)
{
    if (e->told == 0 || e->ralat)
        return;
    e->ralat = true;
    for (unsigned i = 0; i < e->heads_n; i++)
        tell(s, e, e->heads[i], "alert.ralat", true);
    event(s, e, "ralat", slice_make("", 0));
}

static void judge_village(struct step *s, const json_t *o)
{
    struct slice village = blob_slice(o, "village", s->arena), disease = blob_slice(o, "disease", s->arena);
    const json_t *days = json_object_get(o, "village_days");
    const struct disease_rule *rule = rules_disease(s->rules->rules, disease);
    struct episode e;
    bool is = episode_load(s, village, disease, &e);
    int64_t day = 0, count = 0, then = 0;

    if (!calendar_parse(blob_slice(o, "day", s->arena), &day))
        return;
    /* A late report of an old day is judged by the week that ends today, if it still reaches into it. */
    if (day < calendar_day(s->now_ms, s->rules->utc_offset_min) &&
        day + WEEK > calendar_day(s->now_ms, s->rules->utc_offset_min))
        day = calendar_day(s->now_ms, s->rules->utc_offset_min);
    if (over(s, rule, days, day, &count)) {
        if (is && e.fallen) { /* taken back before: this is another episode */
            e = (struct episode){ .village = village, .disease = disease };
            is = false;
        }
        if (!is)
            episode_open(s, &e, rule, blob_slice(o, "puskesmas", s->arena));
        e.count = count;
        rise(s, &e, day);
        episode_save(s, &e);
    } else if (is && !over(s, rule, days, e.told_day ? e.told_day : day, &then)) {
        e.count = then;
        take_back(s, &e);
        e.fallen = true;
        episode_save(s, &e);
    }
}

static void judge_puskesmas(struct step *s, const json_t *o)
{
    struct slice pkm = blob_slice(o, "puskesmas", s->arena), disease = blob_slice(o, "disease", s->arena);
    const struct disease_rule *rule = rules_disease(s->rules->rules, disease);
    struct episode e;
    int64_t day = 0, count = 0;
    bool is;

    if (!pkm.n || rule->by_name || !calendar_parse(blob_slice(o, "day", s->arena), &day) ||
        !puskesmas_over(s, json_object_get(o, "puskesmas_days"), day, &count))
        return;
    /* Cases of one village alone are that village's signal. */
    if (count <= days_sum(json_object_get(o, "village_days"), day, WEEK, s->arena))
        return;
    is = episode_load(s, pkm, disease, &e);
    if (is && count < 2 * e.staff_told)
        return;
    if (!is)
        episode_open(s, &e, rule, pkm);
    e.count = count;
    e.staff_told = count;
    tell_staff(s, &e, "alert.staff_week");
    event(s, &e, "sent", count_for(s, count, false));
    episode_save(s, &e);
}

bool alert_subjects(const struct inbound *in, struct arena *a, struct intent *intent)
{
    json_t *o = in->text.n ? json_loadb(in->text.p, in->text.n, 0, NULL) : NULL;
    struct slice village = blob_slice(o, "village", a), disease = blob_slice(o, "disease", a);
    struct slice pkm = blob_slice(o, "puskesmas", a);
    bool ok = village.n && disease.n;

    if (ok)
        ok = intent_add(intent, SUBJECT_EPISODE,
                        arena_printf(a, "%.*s/%.*s", SLICE_ARG(village), SLICE_ARG(disease)));
    if (ok && pkm.n)
        ok = intent_add(intent, SUBJECT_EPISODE,
                        arena_printf(a, "%.*s/%.*s", SLICE_ARG(pkm), SLICE_ARG(disease)));
    json_decref(o);
    return ok;
}

void alert_judge(struct step *s)
{
    const struct inbound *in = s->seen->inbound;
    json_t *o = json_loadb(in->text.p, in->text.n, 0, NULL);

    step_reason(s, "signal");
    judge_village(s, o);
    judge_puskesmas(s, o);
    json_decref(o);
}

/* --- answers --- */

static void say(struct step *s, const struct episode *e, const char *key)
{
    const struct place *village = directory_place(&s->rules->directory, e->village);
    const struct text_fill f[] = { { "nomor", e->nomor },
                                   { "penyakit", disease_name(s, e->disease) },
                                   { "desa", village ? village->name : e->village } };

    step_answer(s, e->nomor, step_text(s, s->language, key, FILLS(f)));
}

static bool may_verify(const struct step *s, const struct episode *e)
{
    const struct directory *dir = &s->rules->directory;
    const struct place *village = directory_place(dir, e->village), *pkm = directory_place(dir, e->puskesmas);
    const struct place *at = s->person ? s->person->place : NULL;

    if (!at || s->person->role == ROLE_KADER || s->person->role == ROLE_KADES ||
        s->person->role == ROLE_CAMAT)
        return false;
    return s->person->role == ROLE_DINKES || place_under(pkm, at) ||
           (at->area && village && place_village(at) == place_village(village));
}

static bool may_ok(const struct step *s, const struct episode *e)
{
    const struct place *village = directory_place(&s->rules->directory, e->village);

    return s->person && village &&
           (s->person->place == village || s->person->place == place_kecamatan(village));
}

void alert_answer(struct step *s, const struct command *c)
{
    struct episode e;
    const char *verdict = c->kind == COMMAND_BENAR ? "benar" : "bukan";

    if (!number_load(s, c->nomor, &e))
        return;
    if (c->kind == COMMAND_OK ? !(may_ok(s, &e) || may_verify(s, &e)) : !may_verify(s, &e)) {
        step_reason(s, "command_refused");
        say(s, &e, "alert.not_yours");
        return;
    }
    if (c->kind == COMMAND_OK) {
        event(s, &e, "ok", c->catatan);
        e.ok = true;
        number_save(s, &e);
        pass_on(s, &e, "ok", 0);
        say(s, &e, "alert.ok");
        return;
    }
    if (slice_is(e.verdict, verdict)) {
        say(s, &e, "alert.already");
        return;
    }
    e.verdict = slice_of(verdict);
    event(s, &e, verdict, c->catatan);
    number_save(s, &e);
    pass_on(s, &e, verdict, 0);
    say(s, &e, c->kind == COMMAND_BENAR ? "alert.benar" : "alert.bukan");
}

/* --- clocks, and verdicts on their way --- */

void alert_due(struct step *s, const struct due *d)
{
    struct episode e, number;

    step_reason(s, "timer_idle");
    if (!episode_load(s, d->village, d->disease, &e) || !slice_eq(e.nomor, d->nomor) ||
        !number_load(s, d->nomor, &number))
        return;
    e.verdict = number.verdict;
    e.ok = number.ok;
    step_reason(s, "timer");
    if (slice_is(d->act, "benar")) {
        if (e.told == 0 && e.count >= e.single)
            tell_heads(s, &e, "alert.head_verified");
    } else if (slice_is(d->act, "bukan")) {
        take_back(s, &e);
        event(s, &e, "closed", slice_make("", 0));
    } else if (slice_is(d->act, "unverified")) {
        if (!e.verdict.n && e.told == 0 && e.count >= e.single)
            tell_heads(s, &e, "alert.head_unverified");
    } else if (slice_is(d->act, "camat") && !e.ok && !e.ralat && !e.camat && !slice_is(e.verdict, "bukan")) {
        const struct place *village = directory_place(&s->rules->directory, e.village);
        struct telling t = { .s = s, .e = &e, .key = "alert.head", .head = true };

        e.camat = true;
        directory_people_at(&s->rules->directory, place_kecamatan(village), tell_person, &t);
        if (t.n)
            event(s, &e, "escalated", slice_make("", 0));
    }
    episode_save(s, &e);
}
