/* alert.c - judging figures and telling people.  See alert.h. */
#include "flows/step/reply.h"
#include "flows/alert/alert.h"

#include <string.h>

#include "flows/step/blob.h"
#include "flows/step/drafts.h"
#include "parsers/date.h"
#include "flows/rows/clocks.h"
#include "flows/alert/doubted.h"
#include "flows/alert/episode.h"
#include "flows/alert/pws.h"
#include "flows/alert/threshold.h"
#include "flows/step/roles.h"
#include "flows/care/subject_report.h"
#include "gateway/conf/rules.h"

enum {
    WEEK = 7,
};

/* --- judging --- */

/* What the days say of a disease: who should hear. */
static struct threshold judge(const struct step *s, const struct disease_rule *rule, struct slice village,
                              const struct node *days, int64_t day)
{
    struct threshold t = threshold_village(s, village, days, day);

    if (rule->by_name)
        t.staff = t.cases >= 1; /* the puskesmas hears of one */
    return t;
}

static void episode_open(struct step *s, struct episode *e, const struct disease_rule *rule,
                         struct slice puskesmas)
{
    e->nomor = step_number(s);
    e->id = step_uuid(s);
    e->puskesmas = puskesmas;
    e->by_name = rule->by_name;
    e->single = rule->single;
    e->rules = threshold_versions(s, rule);
    episode_number_save(s, e);
}

/* Should the heads hear of it now, and in which words?  NULL: no. */
static const char *heads_words(const struct step *s, const struct episode *e, const struct disease_rule *rule,
                               bool over)
{
    bool verified = slice_is(e->verdict, "benar");

    if (rule->heads == HEADS_NEVER || slice_is(e->verdict, "bukan"))
        return NULL;
    if (e->told > 0)
        return threshold_again(s, e->count, e->told) ? episode_more_words(s, e) : NULL;
    if (verified)
        return "alert.head_verified";
    if (rule->heads == HEADS_AT_ONCE)
        return "alert.head_unverified";
    return rule->heads == HEADS_COUNT && over ? "alert.head" : NULL;
}

/* Of a disease that is told from the first case it is a signal only now (dengue at two, meningitis at
 * three). */
static bool becomes_signal(const struct episode *e)
{
    int64_t least = e->single > 0 ? e->single : 1;

    return e->staff_told < least && e->count >= least;
}

/* Told of fewer cases than make a signal: no more than that there is one. */
static const char *staff_words(const struct episode *e)
{
    if (!e->by_name)
        return "alert.staff";
    return e->count < e->single ? "alert.staff_case" : "alert.staff_verify";
}

/* Some of the cases that people heard of are taken back: twice what remains of them is news again. */
static int64_t remains(int64_t told, int64_t delta, int64_t cases)
{
    int64_t least = told < cases ? told : cases;

    return told + delta > least ? told + delta : least;
}

/* More cases, or the first ones. */
static void rise(struct step *s, struct episode *e, const struct disease_rule *rule,
                 const struct threshold *t)
{
    bool signal = becomes_signal(e);
    const char *words;

    if (signal || threshold_again(s, e->count, e->staff_told)) {
        episode_tell_staff(s, e, staff_words(e));
        if (signal || (e->staff_told == 0 && e->count >= e->single))
            episode_event(s, e, "sent",
                          e->by_name ? episode_count(s, e->count, false) : episode_arithmetic(s, e));
        if (signal && rule->heads == HEADS_VERIFIED)
            episode_pass_on(s, e, "unverified", clock_of(s->rules, "episode_verify"));
        e->staff_told = e->staff_heard = e->count;
        e->staff_day = e->day;
        e->late = episode_late(s, e);
    }
    words = heads_words(s, e, rule, t->heads);
    if (words)
        episode_tell_heads(s, e, words);
}

/* The counts that the heads were told of do not stand any more. */
static void take_back(struct step *s, struct episode *e)
{
    if (e->told == 0 || e->ralat)
        return;
    e->ralat = true;
    episode_tell_told(s, e, "alert.ralat");
    episode_event(s, e, "ralat", slice_make("", 0));
}

/* So many were said, and twice what there are: that is told again.  False: heads read the same of both. */
static bool was_wrong(struct step *s, const struct episode *e, int64_t said, int64_t cases, bool head)
{
    return said > 0 && cases > 0 && cases < said && threshold_again(s, said, cases) &&
           !slice_eq(episode_count(s, said, head), episode_count(s, cases, head)) && !(head && e->ralat);
}

/* Eighty that were eight: whoever heard of eighty hears of eight.  cases: those that staff, and heads, heard
 * of, as they stand now. */
static void put_right(struct step *s, struct episode *e, int64_t staff_cases, int64_t cases)
{
    int64_t now = e->count;

    if (slice_is(e->verdict, "bukan")) /* they heard that there is nothing */
        return;
    if (was_wrong(s, e, e->staff_heard, staff_cases, false)) {
        e->said = e->staff_heard;
        e->count = e->staff_heard = staff_cases;
        episode_tell_staff(s, e, "alert.fewer");
        episode_event(s, e, "sent",
                      arena_printf(s->arena, "%lld -> %lld", (long long)e->said, (long long)e->count));
    }
    if (was_wrong(s, e, e->heard, cases, true)) {
        e->said = e->heard;
        e->count = e->heard = cases;
        episode_tell_told(s, e, "alert.fewer");
    }
    e->count = now;
}

static void tell_same(struct step *s, struct episode *e)
{
    const struct same_case *c;

    while ((c = same_cases_next(&e->cases)))
        episode_tell_same(s, e, c);
}

/* Closed, or taken back before; told late, of days long before these; or called no outbreak, and twice those
 * cases are more than what that was said of. */
static bool is_over(const struct step *s, const struct episode *e, int64_t cases, int64_t day)
{
    return e->closed || (e->late && day >= e->staff_day + threshold_days(s)) || e->fallen ||
           (slice_is(e->verdict, "bukan") && threshold_again(s, cases, e->staff_told));
}

static void judge_village(struct step *s, const struct node *o)
{
    struct slice village = node_text(o, "village"), disease = node_text(o, "disease");
    const struct node *days = node_get(o, "village_days");
    const struct disease_rule *rule = rules_disease(s->rules->rules, disease);
    struct threshold now, then;
    struct episode e;
    bool is = episode_load(s, village, disease, &e), noted;
    int64_t day = 0, span = threshold_days(s), today = step_today(s);

    if (!date_parse_iso(node_text(o, "day"), &day))
        return;
    noted = same_cases_note(&e.cases, o, day, span);
    /* A late report of an old day is judged by the week that ends today, if it still reaches into it. */
    if (day < today && day + span > today)
        day = today;
    now = judge(s, rule, village, days, day);
    if (now.staff) {
        if (is && is_over(s, &e, now.cases, day)) { /* this is another episode */
            e = (struct episode){ .village = village, .disease = disease, .cases = e.cases };
            is = false;
        }
        if (!is)
            episode_open(s, &e, rule, node_text(o, "puskesmas"));
        e.count = now.cases;
        e.day = day;
        e.usual = now.usual;
        e.history = now.long_.weeks;
        e.by = node_text(o, "by");
        if (node_int(o, "delta") < 0) {
            e.told = remains(e.told, node_int(o, "delta"), e.count);
            e.staff_told = remains(e.staff_told, node_int(o, "delta"), e.count);
            put_right(s, &e, threshold_cases(s, days, e.staff_day), threshold_cases(s, days, e.told_day));
        }
        rise(s, &e, rule, &now);
        tell_same(s, &e);
        pws_heads(s, village, disease, e.told && !e.ralat);
        episode_save(s, &e);
        return;
    }
    if (noted)
        episode_save(s, &e);
    if (!is)
        return;
    then = judge(s, rule, village, days, e.told ? e.told_day : e.staff_day ? e.staff_day : day);
    if (then.staff && node_int(o, "delta") < 0) {
        put_right(s, &e, threshold_cases(s, days, e.staff_day), threshold_cases(s, days, e.told_day));
        episode_save(s, &e);
    }
    if (!then.staff) {
        e.count = then.cases;
        e.usual = then.usual;
        take_back(s, &e);
        if (!e.fallen)
            episode_tell_staff(s, &e, "alert.ralat");
        e.fallen = true;
        pws_heads(s, village, disease, false);
        episode_save(s, &e);
    }
}

static struct slice puskesmas_of(const struct step *s, struct slice unit)
{
    const struct place *p = step_puskesmas(s, directory_place(&s->rules->directory, unit));

    return p ? p->code : unit;
}

/* People heard of a rise that is none any more, or of more than there were. */
static void week_corrected(struct step *s, struct episode *e, const struct threshold_rise *rise)
{
    e->count = e->staff_told = rise->cases;
    e->before = rise->before;
    if (rise->staff) {
        put_right(s, e, rise->cases, rise->cases);
    } else {
        take_back(s, e);
        episode_tell_staff(s, e, "alert.ralat");
        e->fallen = true;
    }
    episode_save(s, e);
}

/* An episode of the puskesmas: the ratio as two figures (DISTRICT 4.4). */
static void judge_week(struct step *s, struct slice unit, struct slice disease,
                       const struct threshold_rise *rise, const char *key)
{
    struct episode e;
    bool is = episode_load(s, unit, disease, &e);

    if (is && !e.fallen && e.day == rise->sunday && rise->cases < e.staff_told) {
        week_corrected(s, &e, rise);
        return;
    }
    if (is && is_over(s, &e, rise->cases, rise->sunday)) {
        e = (struct episode){ .village = unit, .disease = disease };
        is = false;
    }
    if (!rise->staff || (is && !threshold_again(s, rise->cases, e.staff_told)))
        return;
    if (!is)
        episode_open(s, &e, rules_disease(s->rules->rules, disease), puskesmas_of(s, unit));
    e.count = rise->cases;
    e.before = rise->before;
    e.week = rise->week;
    e.day = rise->sunday;
    e.staff_told = e.staff_heard = rise->cases;
    episode_tell_staff(s, &e, key);
    episode_event(s, &e, "sent", episode_count(s, rise->cases, false));
    episode_save(s, &e);
}

static void judge_puskesmas(struct step *s, const struct node *o)
{
    struct slice pkm = node_text(o, "puskesmas"), disease = node_text(o, "disease");
    const struct disease_rule *rule = rules_disease(s->rules->rules, disease);
    struct threshold_rise rise;
    int64_t day = 0;

    if (!pkm.n || rule->by_name || !date_parse_iso(node_text(o, "day"), &day))
        return;
    rise = threshold_puskesmas(s, node_get(o, "puskesmas_days"), day);
    /* Cases of one village alone are that village's signal. */
    if (!rise.staff || rise.cases > threshold_puskesmas(s, node_get(o, "village_days"), day).cases)
        judge_week(s, pkm, disease, &rise, "alert.staff_week");
}

/* The weeks that a puskesmas reported, each against the one before: this one, and the next, which had nothing
 * to be held against if this one comes late. */
static void judge_w2(struct step *s, const struct node *o, struct slice disease)
{
    const struct node *days = node_get(o, "village_days");
    struct threshold_rise rise;
    int64_t day = 0;

    if (!date_parse_iso(node_text(o, "day"), &day))
        return;
    for (int64_t week = day + WEEK; week >= day; week -= WEEK) {
        if (!node_get(days, date_iso(week, s->arena).p) || /* a silent week is no zero */
            !node_get(days, date_iso(week - WEEK, s->arena).p))
            continue;
        rise = threshold_puskesmas(s, days, week);
        judge_week(s, node_text(o, "village"), disease, &rise, "alert.staff_w2");
        if (rise.staff)
            break;
    }
}

bool alert_subjects(const struct inbound *in, struct arena *a, struct intent *intent)
{
    const struct node *o = node_read(in->text, a);
    struct slice village = node_text(o, "village"), disease = node_text(o, "disease");
    struct slice pkm = node_text(o, "puskesmas");
    bool ok = village.n && disease.n;

    if (village.n && node_get(o, "figures"))
        return pws_subject_of(village, intent);

    if (ok && slice_starts(disease, ALERT_W2))
        return intent_add(intent, SUBJECT_EPISODE,
                          arena_printf(a, "%.*s/%.*s", SLICE_ARG(village),
                                       SLICE_ARG(slice_skip(disease, sizeof ALERT_W2 - 1))));
    if (ok)
        ok = pws_subject_of(village, intent) &&
             intent_add(intent, SUBJECT_EPISODE,
                        arena_printf(a, "%.*s/%.*s", SLICE_ARG(village), SLICE_ARG(disease)));
    if (ok && pkm.n)
        ok = intent_add(intent, SUBJECT_EPISODE,
                        arena_printf(a, "%.*s/%.*s", SLICE_ARG(pkm), SLICE_ARG(disease)));
    return ok;
}

void alert_judge(struct step *s)
{
    const struct inbound *in = s->seen->inbound;
    const struct node *o = node_read(in->text, s->arena);

    step_reason(s, "signal");
    if (node_get(o, "figures")) {
        pws_figures(s, node_text(o, "village"), node_get(o, "figures"));
        return;
    }
    if (slice_starts(node_text(o, "disease"), ALERT_W2)) {
        judge_w2(s, o, slice_skip(node_text(o, "disease"), sizeof ALERT_W2 - 1));
        return;
    }
    pws_count(s, node_text(o, "village"), node_text(o, "disease"), node_get(o, "village_days"),
              in->received_ms);
    judge_village(s, o);
    judge_puskesmas(s, o);
}

/* --- answers --- */

static void say(struct step *s, const struct episode *e, const char *key)
{
    const struct place *village = directory_place(&s->rules->directory, e->village);
    const struct text_fill f[] = { { "nomor", e->nomor },
                                   { "penyakit", episode_disease(s, e->disease) },
                                   { "desa", village ? village->name : e->village } };

    step_answer(s, e->nomor, step_text(s, s->language, key, FILLS(f)));
}

static bool may_verify(const struct step *s, const struct episode *e)
{
    const struct directory *dir = &s->rules->directory;
    const struct place *village = directory_place(dir, e->village), *pkm = directory_place(dir, e->puskesmas);
    const struct place *at = s->person ? s->person->place : NULL;

    if (s->staff)
        return true;
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

/* The speaker has answered it. */
static void not_open(struct step *s, struct slice nomor)
{
    const struct open_case over = { .nomor = nomor };

    s->state->changed = open_set(&s->state->open, &over) || s->state->changed;
}

/* Of some diseases heads hear nothing (SPEC 2.5), nor of an episode that is over. */
static const char *answer_words(const struct step *s, const struct episode *e)
{
    bool heads = rules_disease(s->rules->rules, e->disease)->heads != HEADS_NEVER;

    if (slice_is(e->verdict, "benar"))
        return heads && !e->closed ? "alert.benar" : "alert.benar_noted";
    return heads ? "alert.bukan" : "alert.bukan_noted";
}

/* Who was told of it hears that the office has noted a verdict. */
static void tell_noted(struct step *s, const struct episode *e, const struct command *c)
{
    const struct place *village = directory_place(&s->rules->directory, e->village);
    const struct text_fill f[] = { { "nomor", e->nomor },
                                   { "penyakit", episode_disease(s, e->disease) },
                                   { "desa", village ? village->name : e->village },
                                   { "akun", s->account },
                                   { "perintah", reply_command(c->kind, s->arena) } };

    step_sms(s, s->msisdn, SMS_NOTICE, e->nomor, step_text(s, s->language, "alert.office_you", FILLS(f)));
}

void alert_answer(struct step *s, const struct command *c)
{
    struct episode e;
    const char *verdict = c->kind == COMMAND_BENAR ? "benar" : "bukan";

    if (!episode_number_load(s, c->nomor, &e))
        return;
    if (c->kind == COMMAND_OK ? !(may_ok(s, &e) || may_verify(s, &e)) : !may_verify(s, &e)) {
        step_reason(s, "command_refused");
        say(s, &e, "alert.not_yours");
        return;
    }
    if (c->kind == COMMAND_OK) {
        episode_event(s, &e, "ok", c->catatan);
        e.ok = true;
        episode_number_save(s, &e);
        episode_pass_on(s, &e, "ok", 0);
        not_open(s, c->nomor);
        say(s, &e, "alert.ok");
        return;
    }
    if (slice_is(e.verdict, verdict)) {
        say(s, &e, "alert.already");
        return;
    }
    e.verdict = slice_of(verdict);
    episode_event(s, &e, verdict, c->catatan);
    episode_number_save(s, &e);
    episode_pass_on(s, &e, verdict, 0);
    not_open(s, c->nomor);
    say(s, &e, answer_words(s, &e));
    if (s->account.n)
        tell_noted(s, &e, c);
}

/* --- clocks, and verdicts on their way --- */

void alert_due(struct step *s, const struct due *d)
{
    bool may_hear = rules_disease(s->rules->rules, d->disease)->heads != HEADS_NEVER;
    struct episode e, number;

    step_reason(s, "timer_idle");
    if (slice_is(d->act, "kata")) {
        doubted_due(s, d);
        return;
    }
    if (!episode_load(s, d->village, d->disease, &e) || !slice_eq(e.nomor, d->nomor) ||
        !episode_number_load(s, d->nomor, &number))
        return;
    e.verdict = number.verdict;
    e.ok = number.ok;
    if (slice_is(d->act, "benar") || slice_is(d->act, "bukan"))
        episode_list_staff(s, &e);
    if (e.closed && !slice_is(d->act, "bukan")) /* old news */
        return;
    step_reason(s, "timer");
    if (slice_is(d->act, "benar")) {
        if (e.told == 0 && may_hear)
            episode_tell_heads(s, &e, "alert.head_verified");
    } else if (slice_is(d->act, "bukan")) {
        take_back(s, &e);
        episode_event(s, &e, "closed", slice_make("", 0));
    } else if (slice_is(d->act, "unverified")) {
        if (!e.verdict.n && e.told == 0 && may_hear && e.count >= e.single)
            episode_tell_heads(s, &e, "alert.head_unverified");
    } else if (slice_is(d->act, "camat") && !e.ok && !e.ralat && !e.camat && !slice_is(e.verdict, "bukan")) {
        episode_tell_camat(s, &e);
    }
    pws_heads(s, d->village, d->disease, e.told && !e.ralat);
    episode_save(s, &e);
}
