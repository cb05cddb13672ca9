/* episode.c - see episode.h. */
#include "flows/alert/episode.h"

#include <string.h>

#include "flows/step/blob.h"
#include "parsers/date.h"
#include "flows/rows/clocks.h"
#include "gateway/conf/rules.h"

/* --- the episode's two blobs --- */

static struct slice episode_id(struct step *s, struct slice village, struct slice disease)
{
    return arena_printf(s->arena, "%.*s/%.*s", SLICE_ARG(village), SLICE_ARG(disease));
}

#define EPISODE(key, m) MEMBER(struct episode, key, m)
CODEC(episode_codec, struct episode, EPISODE(nomor, nomor), EPISODE(id, id), EPISODE(puskesmas, puskesmas),
      EPISODE(by_name, by_name), EPISODE(single, single), EPISODE(verdict, verdict), EPISODE(rules, rules),
      EPISODE(usual, usual.sum), EPISODE(weeks, usual.weeks), EPISODE(history, history),
      EPISODE(before, before), EPISODE(count, count), EPISODE(day, day), EPISODE(told, told),
      EPISODE(staff_told, staff_told), EPISODE(told_day, told_day), EPISODE(staff_day, staff_day),
      EPISODE(late, late), EPISODE(heard, heard), EPISODE(staff_heard, staff_heard),
      MEMBER_SLICES(struct episode, heads, heads, heads_n), EPISODE(camat, camat), EPISODE(ok, ok),
      EPISODE(ralat, ralat), EPISODE(fallen, fallen), EPISODE(until, until_ms),
      MEMBER_LIST(struct episode, cases, cases.all, cases.n, same_case_codec));

CODEC(number_codec, struct episode, EPISODE(id, id), EPISODE(village, village), EPISODE(disease, disease),
      EPISODE(puskesmas, puskesmas), EPISODE(verdict, verdict), EPISODE(rules, rules), EPISODE(ok, ok));

bool episode_load(struct step *s, struct slice village, struct slice disease, struct episode *e)
{
    const struct node *o =
        blob_parse(step_blob(s, SUBJECT_EPISODE, episode_id(s, village, disease)), s->arena);
    *e = (struct episode){ 0 };
    (void)codec_get(o, &episode_codec, e);
    e->village = village;
    e->disease = disease;
    e->closed = e->until_ms > 0 && s->now_ms > e->until_ms;
    return e->nomor.n > 0;
}

/* Whoever was told may leave its number out (flows/step/open.h). */
static void list(struct step *s, const struct episode *e)
{
    struct due d = { .what = S("buka"), .nomor = e->nomor, .to = e->list };

    if (d.to.n)
        step_timer(s, arena_printf(s->arena, "buka:%.*s", SLICE_ARG(e->nomor)), step_due(s, &d), s->now_ms);
}

void episode_save(struct step *s, const struct episode *e)
{
    struct node *o = blob_new(s->arena);
    struct episode kept = *e;

    if (!e->closed)
        kept.until_ms = s->now_ms + clock_of(s->rules, "episode_close");
    codec_put(o, &episode_codec, &kept);
    step_write(s, SUBJECT_EPISODE, episode_id(s, e->village, e->disease), blob_done(o, s->arena),
               clock_of(s->rules, "episode_close") + clock_of(s->rules, "report_open"));
    list(s, e);
}

/* What BENAR, BUKAN and OK find under the number. */
void episode_number_save(struct step *s, const struct episode *e)
{
    struct node *o = blob_new(s->arena);

    node_put(o, "kind", S("episode"));
    codec_put(o, &number_codec, e);
    step_write(s, SUBJECT_NUMBER, e->nomor, blob_done(o, s->arena), clock_of(s->rules, "episode_number"));
}

bool episode_number_load(struct step *s, struct slice nomor, struct episode *e)
{
    const struct node *o = blob_parse(step_blob(s, SUBJECT_NUMBER, nomor), s->arena);
    bool is = slice_is(node_text(o, "kind"), "episode");

    *e = (struct episode){ .nomor = nomor };
    (void)codec_get(o, &number_codec, e);
    return is;
}

void episode_event(struct step *s, const struct episode *e, const char *name, struct slice words)
{
    struct row row = { .kind = ROW_ALERT_EVENT };
    bool spoken = s->seen->inbound->kind == INBOUND_SMS || s->seen->inbound->kind == INBOUND_USSD;
    bool office = s->account.n > 0;

    row.event = (struct event_row){
        .id = step_uuid(s),
        .of = e->id,
        .nomor = e->nomor,
        .event = slice_of(name),
        .at = step_rfc3339(s, spoken || office ? s->seen->inbound->received_ms : s->now_ms),
        .who = office   ? step_account(s)
               : spoken ? s->msisdn
                        : slice_make("", 0),
        .role = office                ? slice_of(role_name(ROLE_DINKES))
                : spoken && s->person ? slice_of(role_name(s->person->role))
                                      : S("sistem"),
        .place = spoken && s->person ? s->person->place_code : e->village,
        .words = words,
        .disease = e->disease,
        .rules = e->rules,
    };
    step_row(s, &row);
}

/* The other blob is told by a timer that is due at once and names both. */
void episode_pass_on(struct step *s, const struct episode *e, const char *act, int64_t in_ms)
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

/* Small counts are never told exactly outside the health service (SPEC 7). */
struct slice episode_count(struct step *s, int64_t n, bool head)
{
    int64_t small = rules_figure(s->rules->rules, "small_count") / 1000;

    return head && n > 0 && n < small ? arena_printf(s->arena, "<%lld", (long long)small)
                                      : arena_printf(s->arena, "%lld", (long long)n);
}

/* The mean with one decimal, rounded. */
static struct slice usual(struct step *s, struct threshold_mean m)
{
    int64_t tenths = m.weeks ? (20 * m.sum + m.weeks) / (2 * m.weeks) : 0;

    return arena_printf(s->arena, "%lld,%lld", (long long)(tenths / 10), (long long)(tenths % 10));
}

static struct slice days_of(struct step *s)
{
    return arena_printf(s->arena, "%lld", (long long)rules_figure(s->rules->rules, "signal_days") / 1000);
}

struct slice episode_arithmetic(struct step *s, const struct episode *e)
{
    int64_t least = rules_figure(s->rules->rules, "head_weeks_least") / 1000;
    const struct text_fill f[] = { { "hari", days_of(s) },
                                   { "jumlah", episode_count(s, e->count, false) },
                                   { "biasa", usual(s, e->usual) },
                                   { "mg", arena_printf(s->arena, "%lld", (long long)least) } };

    return step_text(s, s->rules->language, e->history < least ? "alert.short_history" : "alert.arithmetic",
                     FILLS(f));
}

struct slice episode_disease(const struct step *s, struct slice slug)
{
    const struct word *w = form_counted_word(&s->rules->forms, slug);

    return w && w->say.n ? w->say : slug;
}

bool episode_late(const struct step *s, const struct episode *e)
{
    return e->day > 0 && e->day + rules_figure(s->rules->rules, "signal_days") / 1000 <= step_today(s);
}

/* "s.d. 2/11": days that are over say so, since a late report rings like one of today. */
static struct slice until(struct step *s, const struct episode *e)
{
    int64_t month, day;
    struct slice iso = date_iso(e->day, s->arena);
    struct text_fill f[] = { { "tanggal", iso } };

    if (!episode_late(s, e) || !slice_to_i64(slice_take(slice_skip(iso, 5), 2), &month) ||
        !slice_to_i64(slice_skip(iso, 8), &day))
        return slice_make("", 0);
    f[0].value = arena_printf(s->arena, "%d/%d", (int)day, (int)month);
    return step_text(s, s->rules->language, "alert.until", FILLS(f));
}

static void tell(struct step *s, struct episode *e, struct slice to, const char *key, bool head,
                 const struct same_case *same)
{
    const struct place *village = directory_place(&s->rules->directory, e->village);
    const struct person *reporter = head ? NULL : directory_person(&s->rules->directory, e->by);
    struct slice language = step_language_of(s, to);
    const struct text_fill f[] = { { "nama", reporter ? reporter->name : slice_make("", 0) },
                                   { "hp", head ? slice_make("", 0) : step_phone(s, e->by) },
                                   { "nomor", e->nomor },
                                   { "jumlah", episode_count(s, e->count, head) },
                                   { "semula", episode_count(s, e->said, head) },
                                   { "hitungan", head ? slice_make("", 0) : episode_arithmetic(s, e) },
                                   { "mg", arena_printf(s->arena, "%d", e->week) },
                                   { "lalu", episode_count(s, e->before, head) },
                                   { "penyakit", episode_disease(s, e->disease) },
                                   { "hari", days_of(s) },
                                   { "lewat", until(s, e) },
                                   { "isi", head ? slice_make("", 0) : e->words },
                                   { "anak", same ? same->nomor : slice_make("", 0) },
                                   { "lain", same ? same->other : slice_make("", 0) },
                                   { "desa", village ? village->name : e->village } };

    if (key)
        step_sms(s, to, SMS_ALERT, e->nomor, step_text(s, language, key, FILLS(f)));
    e->list = arena_printf(s->arena, "%.*s%s%.*s", SLICE_ARG(e->list), e->list.n ? "," : "", SLICE_ARG(to));
}

void episode_tell(struct step *s, struct episode *e, struct slice to, const char *key, bool head)
{
    tell(s, e, to, key, head, NULL);
}

/* --- who --- */

struct telling {
    struct step *s;
    struct episode *e;
    const char *key;
    bool head;
    const struct same_case *same;
    unsigned n;
};

static void tell_head(struct telling *t, struct slice msisdn)
{
    tell(t->s, t->e, msisdn, t->key, true, NULL);
    t->n++;
    for (unsigned i = 0; i < t->e->heads_n; i++)
        if (slice_eq(t->e->heads[i], msisdn))
            return;
    if (t->e->heads_n < EPISODE_HEADS)
        t->e->heads[t->e->heads_n++] = msisdn;
}

static void tell_person(void *arg, const struct person *p)
{
    struct telling *t = arg;

    if (t->head)
        tell_head(t, p->msisdn);
    else
        tell(t->s, t->e, p->msisdn, t->key, false, t->same);
}

/* Pustu of the village and its puskesmas; nobody there: upwards, at last the duty numbers. */
static void tell_staff(struct step *s, struct episode *e, const char *key, const struct same_case *same)
{
    const struct directory *dir = &s->rules->directory;
    const struct place *pkm = directory_place(dir, e->puskesmas);
    struct telling t = { .s = s, .e = e, .key = key, .same = same };
    struct audience who;

    for (unsigned i = 0; i < dir->places_n; i++)
        if (dir->places[i].level == PLACE_PUSTU && dir->places[i].area &&
            slice_eq(dir->places[i].area->code, e->village))
            directory_people_at(dir, &dir->places[i], tell_person, &t);
    step_audience(s, pkm, &who);
    for (unsigned i = 0; i < who.n; i++)
        tell(s, e, who.msisdn[i], key, false, same);
}

void episode_tell_staff(struct step *s, struct episode *e, const char *key)
{
    tell_staff(s, e, key, NULL);
}

void episode_list_staff(struct step *s, struct episode *e)
{
    tell_staff(s, e, NULL, NULL);
    list(s, e);
}

void episode_tell_same(struct step *s, struct episode *e, const struct same_case *same)
{
    tell_staff(s, e, "alert.staff_same", same);
    episode_event(s, e, "sent",
                  arena_printf(s->arena, "%.*s = %.*s?", SLICE_ARG(same->nomor), SLICE_ARG(same->other)));
}

/* A village without head, in a kecamatan without camat: whoever is above, at last the duty numbers. */
static void tell_above(struct telling *t, const struct place *kecamatan)
{
    struct audience who;

    step_audience(t->s, kecamatan, &who);
    for (unsigned i = 0; i < who.n; i++)
        tell_head(t, who.msisdn[i]);
}

/* At most one SMS to a head per episode and doubling. */
void episode_tell_heads(struct step *s, struct episode *e, const char *key)
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
        tell_above(&t, place_kecamatan(village));
    e->told = e->heard = e->count;
    e->told_day = e->day;
    episode_event(s, e, "sent", episode_count(s, e->count, true));
    if (!e->camat && !e->ok)
        episode_pass_on(s, e, "camat", clock_of(s->rules, "episode_ok"));
}

void episode_tell_told(struct step *s, struct episode *e, const char *key)
{
    for (unsigned i = 0; i < e->heads_n; i++)
        episode_tell(s, e, e->heads[i], key, true);
}

/* Nobody has verified it, nor do so many cases speak for themselves (SPEC 2.5). */
static bool unsure(const struct step *s, const struct episode *e)
{
    const struct disease_rule *rule = rules_disease(s->rules->rules, e->disease);

    return !slice_is(e->verdict, "benar") && !(rule && rule->heads == HEADS_COUNT);
}

const char *episode_more_words(const struct step *s, const struct episode *e)
{
    return unsure(s, e) ? "alert.head_more_unverified" : "alert.head_more";
}

static const char *camat_words(const struct step *s, const struct episode *e)
{
    return slice_is(e->verdict, "benar") ? "alert.head_verified"
           : unsure(s, e)                ? "alert.head_unverified"
                                         : "alert.head";
}

/* The camat, when no head said OK in time. */
void episode_tell_camat(struct step *s, struct episode *e)
{
    const struct place *kecamatan = place_kecamatan(directory_place(&s->rules->directory, e->village));
    struct telling t = { .s = s, .e = e, .key = camat_words(s, e), .head = true };

    e->camat = true;
    if (kecamatan)
        directory_people_at(&s->rules->directory, kecamatan, tell_person, &t);
    if (t.n)
        episode_event(s, e, "escalated", slice_make("", 0));
}
