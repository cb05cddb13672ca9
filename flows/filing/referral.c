/* referral.c - the life of a referral, by the table of referral_moves.h.  See referral.h. */
#include "flows/filing/referral.h"

#include "flows/filing/referral_moves.h"
#include "flows/filing/referral_tell.h"
#include "flows/rows/clocks.h"
#include "flows/step/reply.h"

const char *referral_state_key(enum referral_state st)
{
    static const char *const keys[] = {
        [REFERRAL_NONE] = "status.none",        [REFERRAL_SENT] = "status.sent",
        [REFERRAL_TAKEN] = "status.taken",      [REFERRAL_ARRIVED] = "status.arrived",
        [REFERRAL_MISSED] = "status.missed",    [REFERRAL_DONE] = "status.done",
        [REFERRAL_CANCELLED] = "status.cancel", [REFERRAL_EXPIRED] = "status.expired",
    };

    return (unsigned)st <= REFERRAL_EXPIRED ? keys[st] : keys[REFERRAL_NONE];
}

/* --- opening --- */

void referral_open(struct step *s, struct filed_report *r, const struct referral_opening *o)
{
    const struct place *posting = directory_place(&s->rules->directory, r->posting);
    struct referral before = r->referral;

    r->referral = (struct referral){ .state = REFERRAL_SENT,
                                     .urgency = o->urgency,
                                     .say = o->say,
                                     .climbs = before.climbs + (before.state != REFERRAL_NONE),
                                     .incomplete = o->incomplete,
                                     .doubtful = o->doubtful,
                                     .asked = o->asked };
    referral_hand_over(s, r, o->place ? o->place : step_next_level(s, posting),
                       o->doubtful     ? "referral.doubtful"
                       : o->incomplete ? "referral.incomplete"
                       : o->asked      ? "referral.new"
                                       : "referral.danger");
    for (unsigned i = 0; i < before.told_n; i++) /* opened again: whoever had it hears of it again */
        if (!referral_has(&r->referral, before.told[i])) {
            referral_hand_to(s, r, before.told[i], "referral.danger");
            referral_told(&r->referral, before.told[i]);
        }
    referral_event_row(s, r, "sent", o->say);
    referral_wait(s, r);
}

void referral_complete(struct step *s, struct filed_report *r, const struct referral_opening *o)
{
    bool other = o->urgency.n && !slice_eq(o->urgency, r->referral.urgency);

    r->referral.incomplete = false;
    r->referral.doubtful = false;
    r->referral.say = o->say;
    referral_list(s, r); /* by her name, which it did not have */
    r->referral.urgency = o->urgency.n ? o->urgency : r->referral.urgency;
    if (other && r->referral.state == REFERRAL_SENT) /* the clock of what it is now */
        referral_wait(s, r);
    for (unsigned i = 0; i < r->referral.told_n; i++)
        if (!slice_eq(r->referral.told[i], s->msisdn))
            referral_hand_to(s, r, r->referral.told[i],
                             r->referral.state == REFERRAL_SENT ? "referral.complete"
                                                                : "referral.complete_taken");
}

static struct slice role_word(struct step *s, const struct person *p)
{
    const char *key = !p                       ? "peran.siaga"
                      : p->role == ROLE_BIDAN  ? "peran.bidan"
                      : p->role == ROLE_DINKES ? "peran.dinkes"
                                               : "peran.petugas";

    return step_text(s, s->language, key, NULL, 0);
}

void referral_contact(struct step *s, const struct filed_report *r, struct slice *who, struct slice *hp)
{
    struct audience at;
    struct slice msisdn, word;
    const struct person *p;

    referral_nearest(s, r, &at);
    msisdn = at.n ? at.msisdn[0] : slice_make("", 0);
    p = directory_person(&s->rules->directory, msisdn);
    word = role_word(s, p);
    *hp = step_phone(s, msisdn);
    if (!p)
        *who = word;
    else if (slice_ieq(slice_take(p->name, word.n), word))
        *who = p->name;
    else
        *who = arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(word), SLICE_ARG(p->name));
}

/* --- steps --- */

/* Anyone at the addressed place or above, and whoever was told. */
static bool may_answer(const struct step *s, const struct filed_report *r)
{
    const struct place *level = directory_place(&s->rules->directory, r->referral.level);

    for (unsigned i = 0; i < r->referral.told_n; i++)
        if (slice_eq(r->referral.told[i], s->msisdn))
            return true;
    if (!s->person || s->person->role == ROLE_KADER || s->person->role == ROLE_KADES ||
        s->person->role == ROLE_CAMAT)
        return false;
    return !level || place_under(level, s->person->place) || s->person->role == ROLE_DINKES;
}

static struct slice speaker(struct step *s)
{
    return s->person ? s->person->name : step_phone(s, s->msisdn);
}

/* What a stranger told, or a cry for help, is a record from now on: staff have it (SPEC 2.2). */
static void settle(struct step *s, struct filed_report *r)
{
    if (r->draft && !r->role.n)
        report_settle(s, r);
}

/* That somebody died is told in the words of the staff, with no thanks.  here: the patient is with them; else
 * it may be another who died, and she must be brought all the same. */
static void tell(struct step *s, struct filed_report *r, const char *key, bool here, struct slice words)
{
    if (understand_says_death(s->rules, words, true, s->arena))
        key = here ? "referral.reporter_died" : "referral.reporter_died_there";
    referral_tell_reporter(s, r, key, s->msisdn, words);
}

static void answer(struct step *s, struct filed_report *r, const char *key, struct slice nama,
                   struct slice words)
{
    bool died = understand_says_death(s->rules, words, true, s->arena);

    referral_say(s, r, died ? "referral.you_noted" : key, nama);
}

static void has_it(struct step *s, struct filed_report *r)
{
    r->referral.by = s->msisdn;
    if (s->person && s->person->place) /* from here it goes on, if it must */
        r->referral.level = s->person->place_code;
    referral_told(&r->referral, s->msisdn);
}

static void take(struct step *s, struct filed_report *r, struct slice words)
{
    has_it(s, r);
    referral_event_row(s, r, "terima", words);
    referral_clock(s, r, "hadir", clock_by_urgency(s->rules, "hadir", r->referral.urgency));
    if (r->referral.died.n) /* nobody is told to bring the dead */
        referral_tell_reporter(s, r, "referral.reporter_died", s->msisdn,
                               words.n ? words : step_text(s, s->language, "status.taken", NULL, 0));
    else
        tell(s, r,
             slice_is(r->referral.urgency, "E1") ? "referral.reporter_taken"
                                                 : "referral.reporter_taken_today",
             false, words);
    referral_tell_others(s, r, "referral.others_taken", speaker(s), words);
    answer(s, r, r->referral.died.n ? "referral.you_took_dead" : "referral.you_took", speaker(s), words);
    settle(s, r);
}

/* To the next level above; the top is the duty numbers.  To the same one while nobody is left who had it
 * there. */
static void climb(struct step *s, struct filed_report *r)
{
    const struct place *level = directory_place(&s->rules->directory, r->referral.level);

    r->referral.by = slice_make("", 0);
    r->referral.climbs++;
    referral_hand_over(s, r, r->referral.lost ? level : level ? level->parent : NULL, "referral.climbed");
    referral_event_row(s, r, "escalated", slice_make("", 0));
    referral_wait(s, r);
}

/* A no that moves nothing: what it says is written down all the same. */
static void keep_words(struct step *s, struct filed_report *r, struct slice words)
{
    bool taken = r->referral.state == REFERRAL_TAKEN || r->referral.state == REFERRAL_ARRIVED;

    referral_event_row(s, r, "tolak", words);
    referral_say(s, r, taken ? "referral.words_taken" : "referral.words_kept",
                 taken ? referral_name_of(s, r->referral.by) : referral_level_name(s, r));
}

static void refuse(struct step *s, struct filed_report *r, struct slice words)
{
    if (!r->referral.level.n) { /* from the duty numbers there is nowhere to go; their clock runs on */
        keep_words(s, r, words);
        return;
    }
    referral_event_row(s, r, "tolak", words);
    referral_gives_up(s, r);
    climb(s, r);
    referral_tell_reporter(s, r, "referral.reporter_refused", slice_make("", 0), words);
    referral_say(s, r, "referral.you_refused", referral_level_name(s, r));
}

/* voice: of who says it, before.  Where the patient came, there the case is, and who had it hears of it. */
static void note(struct step *s, struct filed_report *r, enum referral_event e, enum referral_voice voice,
                 struct slice words)
{
    static const struct {
        const char *reporter, *speaker, *others;
    } texts[REFERRAL_EVENTS] = {
        [REFERRAL_ON_HADIR] = { "referral.reporter_arrived", "referral.you_arrived",
                                "referral.others_arrived" },
        [REFERRAL_ON_TIDAK_HADIR] = { "referral.reporter_missed", "referral.you_missed",
                                      "referral.others_missed" },
        [REFERRAL_ON_SELESAI] = { "referral.reporter_done", "referral.you_done", "referral.others_done" },
    };
    struct slice had = r->referral.by;

    if (!had.n || (voice & (VOICE_ELSE | VOICE_LEFT)))
        has_it(s, r);
    referral_event_row(s, r, referral_event_name(e), words);
    referral_clock(s, r, "referral", 0);
    tell(s, r, texts[e].reporter, e != REFERRAL_ON_TIDAK_HADIR, words);
    if (voice != VOICE_TAKER)
        referral_tell_holder(s, r, had, texts[e].others, words);
    answer(s, r, texts[e].speaker, speaker(s), words);
    settle(s, r);
}

static void say_taken(struct step *s, struct filed_report *r)
{
    bool hers = slice_eq(r->referral.by, s->msisdn);

    referral_say(s, r, hers ? "referral.taken_by_you" : "referral.taken_by",
                 referral_name_of(s, r->referral.by));
    step_reason(s, hers ? "command" : "command_refused");
}

static void say_held(struct step *s, const struct filed_report *r, const struct command *c,
                     enum referral_voice voice)
{
    bool hers = c->kind == COMMAND_SELESAI && voice == VOICE_ELSE; /* she may have the patient */
    struct slice who, hp;

    referral_contact(s, r, &who, &hp);
    {
        const struct text_fill f[] = { { "nomor", r->nomor },
                                       { "tempat", referral_level_name(s, r) },
                                       { "petugas", who },
                                       { "hp", hp },
                                       { "perintah", reply_command(c->kind, s->arena) } };

        step_answer(s, r->nomor,
                    step_text(s, s->language, hers ? "referral.held_or_yours" : "referral.held", FILLS(f)));
    }
    step_reason(s, "command_refused");
}

/* `TERIMA 48217 langsung rsud saja`: taken here, or not?  Then nobody is told to come (RULINGS 43). */
static bool sends_elsewhere(struct step *s, const struct command *c)
{
    const struct turned ask = {
        .why = TURNED_ASK, .command = COMMAND_TERIMA, .instead = COMMAND_TOLAK, .nomor = c->nomor
    };
    struct slice rest = understand_straight_to(s->rules, c->catatan, s->arena);
    struct slice whither = slice_cut(&rest, ' '); /* what it is: `rsud bawa sekarang` */

    if (!s->person || !referral_place(s->rules, s->person->place, whither, s->arena))
        return false;
    step_answer(s, c->nomor, reply_turned(s->rules, s->language, &ask, s->arena));
    return true;
}

/* `TOLAK 48217 pasien sudah meninggal`: nobody fetches the dead, and it may be another who died.  It is
 * asked, and its clock runs on. */
static bool refuses_the_dead(struct step *s, struct filed_report *r, struct slice words)
{
    if (!understand_says_death(s->rules, words, true, s->arena))
        return false;
    referral_event_row(s, r, "tolak", words);
    referral_say(s, r, "referral.refused_died", speaker(s));
    return true;
}

void referral_answer(struct step *s, const struct command *c, struct filed_report *r)
{
    enum referral_event e = referral_event_of(c->kind);
    enum referral_state was = r->referral.state;
    enum referral_voice voice = referral_voice(s, r);
    const struct referral_move *m = referral_move(was, e, voice);
    /* `ok bu` says nothing to whoever hears the words (RULINGS 44). */
    bool nothing = understand_only_addresses(s->rules, c->catatan, s->arena);
    struct slice words = nothing ? slice_make("", 0) : c->catatan;

    step_reason(s, "command_refused");
    if (!may_answer(s, r)) {
        referral_say(s, r, "referral.not_yours", speaker(s));
        return;
    }
    if (m->act == ACT_SAY_OVER) {
        referral_say(s, r, was == REFERRAL_DONE ? "referral.is_done" : "referral.is_cancelled", speaker(s));
        return;
    }
    if (m->act == ACT_SAY_HELD) {
        say_held(s, r, c, voice);
        return;
    }
    if ((m->act == ACT_TAKE && sends_elsewhere(s, c)) ||
        (m->act == ACT_CLIMB && refuses_the_dead(s, r, words)))
        return;
    step_reason(s, "command");
    r->referral.state = m->to;
    if (m->act == ACT_TAKE)
        take(s, r, words);
    else if (m->act == ACT_CLIMB)
        refuse(s, r, words);
    else if (m->act == ACT_KEEP_WORDS)
        keep_words(s, r, words);
    else if (m->act == ACT_NOTE)
        note(s, r, e, voice, words);
    else if (m->act == ACT_SAY_TAKEN)
        say_taken(s, r);
    else
        referral_say(s, r, "referral.already", speaker(s));
    if (s->account.n && (m->act == ACT_TAKE || m->act == ACT_CLIMB || m->act == ACT_NOTE))
        referral_tell_noted(s, r, c);
    report_save(s, r);
}

/* --- clocks --- */

void referral_due(struct step *s, const struct due *d)
{
    enum referral_event e = REFERRAL_ON_CLOCK;
    const struct referral_move *m;
    struct filed_report r;
    uint64_t climbs = 0;

    step_reason(s, "timer_idle");
    if (!report_load(s, d->nomor, &r) || !slice_to_u64(d->act, &climbs) || climbs != r.referral.climbs)
        return;
    if (slice_is(d->what, "hadir") && !r.referral.lost)
        e = REFERRAL_ON_REMIND;
    m = referral_move(r.referral.state, e, VOICE_ELSE);
    if (m->act == ACT_NOTHING)
        return;
    if (m->act != ACT_REMIND && referral_at_rest(s, &r))
        return;
    step_reason(s, "timer");
    if (m->act == ACT_REMIND) {
        referral_hand_to(s, &r, r.referral.by, "referral.remind");
        return;
    }
    if (r.referral.level.n) {
        climb(s, &r);
        if (!r.referral.died.n) /* she said so herself */
            referral_tell_reporter(s, &r, "referral.reporter_climbed", slice_make("", 0), slice_make("", 0));
    } else {
        r.referral.state = REFERRAL_EXPIRED;
        referral_event_row(s, &r, "expired", slice_make("", 0));
        referral_tell_reporter(s, &r, "referral.reporter_expired", slice_make("", 0), slice_make("", 0));
    }
    report_save(s, &r);
}

void referral_morning(struct step *s, const struct due *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct slice held, to;

    step_reason(s, "timer_idle");
    if (!r || !report_load(s, d->nomor, r) || !r->referral.held.n)
        return;
    step_reason(s, "timer");
    held = r->referral.held;
    r->referral.held = slice_make("", 0);
    while (r->referral.state == REFERRAL_SENT && (to = slice_cut(&held, ',')).n)
        referral_hand_to(s, r, to, arena_copy(s->arena, r->referral.held_key).p);
    report_save(s, r);
}
