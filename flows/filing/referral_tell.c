/* referral_tell.c - see referral_tell.h. */
#include "flows/filing/referral_tell.h"

#include <string.h>

#include "flows/filing/alarm.h"
#include "flows/rows/clocks.h"
#include "flows/step/reply.h"

/* --- events, clocks --- */

/* What the office notes of a clinician begins with her name: rebuild.c finds her by it. */
static struct slice with_her_name(struct step *s, struct slice words)
{
    if (!s->account.n || !s->person)
        return words;
    return words.n ? arena_printf(s->arena, "%.*s: %.*s", SLICE_ARG(s->person->name), SLICE_ARG(words))
                   : s->person->name;
}

/* Who did it: the speaker, the account that notes it for her, or the gateway by its clock or as the next step
 * of a refusal. */
void referral_event_row(struct step *s, const struct filed_report *r, const char *name, struct slice words)
{
    struct row row = { .kind = ROW_REFERRAL_EVENT };
    bool timer = s->seen->inbound->kind == INBOUND_TIMER;
    bool spoken = !timer && strcmp(name, "escalated") != 0;

    row.event = (struct event_row){
        .id = step_uuid(s),
        .of = r->id,
        .nomor = r->nomor,
        .event = slice_of(name),
        .at = step_rfc3339(s, timer ? s->now_ms : s->seen->inbound->received_ms),
        .who = !spoken        ? slice_make("", 0)
               : s->account.n ? step_account(s)
                              : s->msisdn,
        .role = !spoken        ? S("sistem")
                : s->account.n ? slice_of(role_name(ROLE_DINKES))
                : s->person    ? slice_of(role_name(s->person->role))
                               : S(""),
        .place = spoken && s->person ? s->person->place_code : r->referral.level,
        .words = spoken ? with_her_name(s, words) : words,
    };
    step_row(s, &row);
    referral_list(s, r);
}

void referral_clock(struct step *s, const struct filed_report *r, const char *what, int64_t in_ms)
{
    struct due d = { .what = slice_of(what), .nomor = r->nomor };

    d.act = arena_printf(s->arena, "%u", r->referral.climbs);
    step_timer(s, ARENA_JOIN(s->arena, S("referral:"), r->nomor), in_ms ? step_due(s, &d) : slice_make("", 0),
               in_ms ? s->now_ms + in_ms : 0);
}

bool referral_at_rest(const struct step *s, const struct filed_report *r)
{
    const struct place *at = directory_place(&s->rules->directory, r->referral.level);

    return r->referral.died.n && (!at || at->level != PLACE_PUSTU);
}

/* A danger of the day that nobody called a referral waits for the morning (SPEC 2.5). */
static bool can_wait(const struct referral *r)
{
    return !r->asked && !slice_is(r->urgency, "E1");
}

void referral_wait(struct step *s, const struct filed_report *r)
{
    int64_t due = s->now_ms, time = clock_by_urgency(s->rules, "referral", r->referral.urgency);
    int offset = s->rules->utc_offset_min;

    if (can_wait(&r->referral)) {
        due += clock_quiet_ms(due, offset) + time;
        due += clock_quiet_ms(due, offset);
    } else {
        due += time;
    }
    referral_clock(s, r, "referral", due - s->now_ms);
}

/* --- lists with commas --- */

static struct slice listed_with(struct step *s, struct slice list, struct slice one)
{
    return arena_printf(s->arena, "%.*s%s%.*s", SLICE_ARG(list), list.n ? "," : "", SLICE_ARG(one));
}

void referral_gives_up(struct step *s, struct filed_report *r)
{
    struct slice code = s->person && s->person->place ? s->person->place_code : slice_make("", 0);

    if (code.n && !referral_left_by(&r->referral, code))
        r->referral.left = listed_with(s, r->referral.left, code);
}

/* The duty numbers are the place above all places. */
enum referral_voice referral_voice(const struct step *s, const struct filed_report *r)
{
    bool duty = false;

    if (r->referral.by.n && slice_eq(r->referral.by, s->msisdn))
        return VOICE_TAKER;
    for (unsigned i = 0; i < s->rules->duty_n; i++)
        duty = duty || slice_eq(s->rules->duty[i], s->msisdn);
    if (r->referral.level.n ? s->person && slice_eq(s->person->place_code, r->referral.level) : duty)
        return VOICE_HERE;
    return s->person && referral_left_by(&r->referral, s->person->place_code) ? VOICE_LEFT : VOICE_ELSE;
}

/* --- who hears what --- */

void referral_told(struct referral *r, struct slice msisdn)
{
    if (!referral_has(r, msisdn) && r->told_n < STEP_PEOPLE)
        r->told[r->told_n++] = msisdn;
}

static struct slice reporter_place(struct step *s, const struct filed_report *r)
{
    return step_place_name(s, directory_place(&s->rules->directory, r->posting));
}

static struct slice village_name(const struct step *s, const struct filed_report *r)
{
    const struct place *p = directory_place(&s->rules->directory, r->place);

    return p ? p->name : slice_make("", 0);
}

/* Not yet heard of by them: they hear it in the morning (SPEC 2.5, 4). */
static bool is_held(const struct referral *r, struct slice msisdn)
{
    struct slice held = r->held;

    while (held.n)
        if (slice_eq(slice_cut(&held, ','), msisdn))
            return true;
    return false;
}

static void hold(struct step *s, struct filed_report *r, struct slice to, const char *key, int64_t quiet_ms)
{
    const struct due d = { .what = S("pagi"), .nomor = r->nomor };

    if (!is_held(&r->referral, to))
        r->referral.held = listed_with(s, r->referral.held, to);
    r->referral.held_key = slice_of(key);
    step_timer(s, ARENA_JOIN(s->arena, S("pagi:"), r->nomor), step_due(s, &d), s->now_ms + quiet_ms);
}

static struct slice listed_without(struct step *s, struct slice list, struct slice out)
{
    struct slice left = slice_make("", 0), one;

    while ((one = slice_cut(&list, ',')).n)
        if (!slice_eq(one, out))
            left = listed_with(s, left, one);
    return left;
}

void referral_hand_to(struct step *s, struct filed_report *r, struct slice to, const char *key)
{
    int64_t quiet_ms = clock_quiet_ms(s->now_ms, s->rules->utc_offset_min);
    struct slice language = step_language_of(s, to);
    enum sms_class class = slice_is(r->referral.urgency, "E1") ? SMS_EMERGENCY
                           : can_wait(&r->referral)            ? SMS_ALERT
                                                               : SMS_REFERRAL;
    struct text_fill f[] = {
        { "nomor", r->nomor },
        { "siapa", r->referral.say },
        { "urgensi", r->referral.urgency },
        { "tempat", reporter_place(s, r) },
        { "desa", slice_eq(r->place, r->posting) ? slice_make("", 0) : village_name(s, r) },
        { "peran", r->role },
        { "hp", step_phone(s, r->referral.teller.n ? r->referral.teller : r->reporter) },
    };

    if (step_gone(s, to))
        return;
    if (quiet_ms && can_wait(&r->referral) && strcmp(key, "referral.remind") != 0) {
        hold(s, r, to, key, quiet_ms);
        return;
    }
    r->referral.held = listed_without(s, r->referral.held, to); /* told now: nothing of it waits */
    key = r->role.n > 0 || strcmp(key, "referral.remind") == 0 ? key
          : r->referral.incomplete                             ? "stranger.incomplete"
                                                               : "stranger.referral";
    step_sms(s, to, class, r->nomor,
             r->referral.say.n > ALARM_NAMED ? step_text_around(s, language, key, FILLS(f), 1)
                                             : step_text(s, language, key, FILLS(f)));
}

void referral_hand_over(struct step *s, struct filed_report *r, const struct place *place, const char *key)
{
    struct audience who;

    step_audience(s, place, &who);
    r->referral.level = who.place ? who.place->code : slice_make("", 0);
    r->referral.left = listed_without(s, r->referral.left, r->referral.level);
    for (unsigned i = 0; i < who.n; i++) {
        referral_hand_to(s, r, who.msisdn[i], key);
        referral_told(&r->referral, who.msisdn[i]);
    }
}

struct slice referral_name_of(struct step *s, struct slice msisdn)
{
    const struct person *p = directory_person(&s->rules->directory, msisdn);

    return p ? p->name : step_phone(s, msisdn);
}

struct slice referral_level_name(struct step *s, const struct filed_report *r)
{
    const struct place *level = directory_place(&s->rules->directory, r->referral.level);

    return level ? level->name : step_text(s, s->language, "referral.duty", NULL, 0);
}

/* Noted by the office: nobody reads as a clinician's own word what she has not said herself. */
static const char *noted(const struct step *s, const char *key)
{
    static const struct {
        const char *said, *noted;
    } texts[] = {
        { "referral.reporter_taken", "referral.office_taken" },
        { "referral.reporter_taken_today", "referral.office_taken_today" },
        { "referral.reporter_refused", "referral.office_refused" },
        { "referral.reporter_arrived", "referral.office_arrived" },
        { "referral.reporter_missed", "referral.office_missed" },
        { "referral.reporter_done", "referral.office_done" },
        { "referral.reporter_died", "referral.office_died" },
        { "referral.reporter_died_there", "referral.office_died_there" },
        { "referral.others_taken", "referral.office_others_taken" },
        { "referral.others_arrived", "referral.office_others_arrived" },
        { "referral.others_missed", "referral.office_others_missed" },
        { "referral.others_done", "referral.office_others_done" },
    };

    for (size_t i = 0; s->account.n && i < sizeof texts / sizeof *texts; i++)
        if (strcmp(key, texts[i].said) == 0)
            return texts[i].noted;
    return key;
}

static void tell_one(struct step *s, const struct filed_report *r, struct slice to, const char *key,
                     struct slice who, struct slice words)
{
    struct slice language = step_language_of(s, to);
    const struct person *p = directory_person(&s->rules->directory, who);
    struct slice hp = step_phone(s, who);
    struct audience now;
    struct text_fill f[] = { { "nomor", r->nomor },
                             { "siapa", r->referral.say },
                             { "tempat", p && p->place ? p->place->name
                                                       : step_text(s, language, "referral.duty", NULL, 0) },
                             { "nama", p ? p->name : slice_make("", 0) },
                             { "hp", hp },
                             { "ke", referral_level_name(s, r) },
                             { "jam", step_clock(s, s->now_ms) },
                             { "catatan", words } };

    if (!who.n) { /* nobody took it: whom to call */
        step_audience(s, directory_place(&s->rules->directory, r->referral.level), &now);
        f[4].value = now.n ? step_phone(s, now.msisdn[0]) : hp;
    }
    if (!step_gone(s, to) && (!slice_eq(to, s->msisdn) || s->seen->inbound->kind == INBOUND_TIMER))
        step_sms(s, to, SMS_REFERRAL, r->nomor, step_text(s, language, noted(s, key), FILLS(f)));
}

void referral_tell_reporter(struct step *s, const struct filed_report *r, const char *key, struct slice who,
                            struct slice words)
{
    tell_one(s, r, r->reporter, key, who, words);
    for (unsigned i = 0; i < r->referral.also_n; i++)
        tell_one(s, r, r->referral.also[i], key, who, words);
}

void referral_tell_others(struct step *s, const struct filed_report *r, const char *key, struct slice nama,
                          struct slice isi)
{
    for (unsigned i = 0; i < r->referral.told_n; i++) {
        struct slice to = r->referral.told[i], language = step_language_of(s, to);
        const struct text_fill f[] = {
            { "nomor", r->nomor }, { "siapa", r->referral.say }, { "nama", nama }, { "isi", isi }
        };

        if (!slice_eq(to, s->msisdn) && !report_of(r, to) && !is_held(&r->referral, to))
            step_sms(s, to, can_wait(&r->referral) ? SMS_ALERT : SMS_REFERRAL, r->nomor,
                     step_text(s, language, noted(s, key), FILLS(f)));
    }
}

void referral_tell_holder(struct step *s, const struct filed_report *r, struct slice had, const char *key,
                          struct slice words)
{
    for (unsigned i = 0; i < r->referral.told_n; i++) {
        struct slice to = r->referral.told[i];

        if (had.n ? slice_eq(to, had) : !report_of(r, to) && !is_held(&r->referral, to))
            tell_one(s, r, to, key, s->msisdn, words);
    }
}

void referral_say(struct step *s, const struct filed_report *r, const char *key, struct slice nama)
{
    const struct text_fill f[] = { { "nomor", r->nomor },
                                   { "siapa", r->referral.say },
                                   { "nama", nama },
                                   { "hp", step_phone(s, r->reporter) } };

    if (s->account.n && strncmp(strchr(key, '.'), ".you_", 5) == 0)
        key = "referral.office_noted";
    step_answer(s, r->nomor, step_text(s, s->language, key, FILLS(f)));
}

void referral_tell_noted(struct step *s, const struct filed_report *r, const struct command *c)
{
    const struct text_fill f[] = { { "nomor", r->nomor },
                                   { "siapa", r->referral.say },
                                   { "akun", s->account },
                                   { "perintah", reply_command(c->kind, s->arena) },
                                   { "hp", step_phone(s, r->reporter) } };
    bool takes = c->kind == COMMAND_TERIMA && r->referral.state == REFERRAL_TAKEN;

    step_sms(s, s->msisdn, SMS_REFERRAL, r->nomor,
             step_text(s, s->language, takes ? "referral.office_you_took" : "referral.office_you", FILLS(f)));
}

enum {
    LISTED = STEP_PEOPLE + 12, /* who had it, and the reporter's posyandu */
};

struct listed {
    struct referral all;
    struct slice msisdn[LISTED];
    unsigned n;
};

static void list_one(void *arg, const struct person *p)
{
    struct listed *l = arg;

    if (l->n < LISTED && !referral_has(&l->all, p->msisdn))
        l->msisdn[l->n++] = p->msisdn;
}

void referral_list(struct step *s, const struct filed_report *r)
{
    struct due d = { .what = S("buka"), .nomor = r->nomor };
    struct listed l = { .all = r->referral };
    const struct place *posting = directory_place(&s->rules->directory, r->posting);

    for (unsigned i = 0; i < r->referral.told_n; i++)
        l.msisdn[l.n++] = r->referral.told[i];
    if (posting)
        directory_people_at(&s->rules->directory, posting, list_one, &l);
    for (unsigned i = 0; i < l.n; i++)
        d.to =
            arena_printf(s->arena, "%.*s%s%.*s", SLICE_ARG(d.to), d.to.n ? "," : "", SLICE_ARG(l.msisdn[i]));
    if (d.to.n)
        step_timer(s, ARENA_JOIN(s->arena, S("buka:"), r->nomor), step_due(s, &d), s->now_ms);
}

static void without(struct audience *at, struct slice msisdn)
{
    unsigned n = 0;

    for (unsigned i = 0; i < at->n; i++)
        if (!slice_eq(at->msisdn[i], msisdn))
            at->msisdn[n++] = at->msisdn[i];
    at->n = n;
}

void referral_nearest(struct step *s, const struct filed_report *r, struct audience *at)
{
    struct slice by = r->referral.by;

    if (by.n && !slice_eq(by, s->msisdn))
        *at = (struct audience){ .msisdn = { by }, .n = 1 };
    else if (by.n)
        step_audience(s, step_next_level(s, s->person ? s->person->place : NULL), at);
    else
        step_audience(s, directory_place(&s->rules->directory, r->referral.level), at);
    without(at, s->msisdn);
    for (unsigned i = 0; at->n == 0 && i < r->referral.told_n; i++) /* she is the last one: who had it */
        if (!slice_eq(r->referral.told[i], s->msisdn))
            at->msisdn[at->n++] = r->referral.told[i];
}
