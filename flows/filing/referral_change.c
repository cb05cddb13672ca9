/* referral_change.c - a referral follows its report: taken back, corrected, worse than it was told.  See
 * referral.h. */
#include "flows/filing/referral.h"

#include "flows/filing/referral_tell.h"
#include "flows/rows/clocks.h"
#include "gateway/conf/texts.h"

enum {
    SAID = 100, /* bytes of all the reasons that were told */
    WHOM = 34,  /* of her, where words about her are the news */
};

/* Who reported her too may know better. */
static void tell_also(struct step *s, const struct filed_report *r)
{
    const struct text_fill f[] = { { "nomor", r->nomor }, { "siapa", r->referral.say } };

    for (unsigned i = 0; i < r->referral.also_n; i++)
        if (!slice_eq(r->referral.also[i], s->msisdn))
            step_sms(
                s, r->referral.also[i], SMS_REFERRAL, r->nomor,
                step_text(s, step_language_of(s, r->referral.also[i]), "referral.also_cancelled", FILLS(f)));
}

void referral_cancel(struct step *s, struct filed_report *r)
{
    if (referral_move(r->referral.state, REFERRAL_ON_BATAL, VOICE_ELSE)->act != ACT_CANCEL)
        return;
    r->referral.state = REFERRAL_CANCELLED;
    referral_event_row(s, r, "batal", slice_make("", 0));
    referral_clock(s, r, "referral", 0);
    referral_tell_others(s, r, "referral.others_cancelled", slice_make("", 0), slice_make("", 0));
    tell_also(s, r);
}

/* Told as what it is now to everyone who has it; who has not answered yet has the time of the new urgency. */
static void warn(struct step *s, struct filed_report *r, const struct referral_opening *o)
{
    struct referral *now = &r->referral;
    bool worse = now->state == REFERRAL_TAKEN && slice_is(o->urgency, "E1") && !slice_is(now->urgency, "E1");
    bool waits = worse || now->state == REFERRAL_SENT;

    if (worse) { /* what was taken was for today: who takes this? */
        now->state = REFERRAL_SENT;
        now->by = slice_make("", 0);
        now->climbs++;
    }
    now->say = o->say;
    now->urgency = slice_is(now->urgency, "E1") ? now->urgency : o->urgency;
    now->incomplete = o->incomplete;
    now->doubtful = false;
    if (waits && o->place)
        referral_hand_over(s, r, o->place, now->asked ? "referral.new" : "referral.danger");
    else
        for (unsigned i = 0; i < now->told_n; i++)
            referral_hand_to(s, r, now->told[i],
                             !waits              ? "referral.worse"
                             : o->incomplete     ? "referral.incomplete"
                             : r->referral.asked ? "referral.new"
                                                 : "referral.danger");
    referral_event_row(s, r, "sent", o->say);
    if (waits)
        referral_wait(s, r);
    else if (now->state == REFERRAL_TAKEN)
        referral_clock(s, r, "hadir", clock_by_urgency(s->rules, "hadir", now->urgency));
}

static void news(struct step *s, struct filed_report *r, const struct referral_opening *o, struct slice isi)
{
    bool less = !slice_eq(r->referral.urgency, o->urgency);

    r->referral.say = o->say;
    referral_list(s, r); /* by her name as it is now */
    referral_tell_others(s, r, "referral.others_corrected", slice_make("", 0), isi);
    r->referral.urgency = o->urgency;
    if (r->referral.state != REFERRAL_SENT)
        return;
    if (o->place)
        referral_hand_over(s, r, o->place, "referral.new");
    if (o->place || less)
        referral_wait(s, r);
}

static void withdraw(struct step *s, struct filed_report *r, struct slice isi)
{
    const char *key = r->referral.doubtful ? "referral.others_unfounded" : "referral.others_calm";

    r->referral.doubtful = false;
    referral_event_row(s, r, "batal", slice_make("", 0));
    referral_clock(s, r, "referral", 0);
    referral_tell_others(s, r, key, slice_make("", 0), isi);
}

enum referral_act referral_changed(struct step *s, struct filed_report *r, enum referral_event e,
                                   const struct referral_opening *o, struct slice isi)
{
    const struct referral_move *m = referral_move(r->referral.state, e, VOICE_ELSE);

    r->referral.state = m->to;
    if (m->act == ACT_OPEN)
        referral_open(s, r, o);
    else if (m->act == ACT_WARN)
        warn(s, r, o);
    else if (m->act == ACT_NEWS)
        news(s, r, o, isi);
    else if (m->act == ACT_WITHDRAW)
        withdraw(s, r, isi);
    return m->act;
}

void referral_unfounded(struct step *s, struct filed_report *r, struct slice isi)
{
    if (!r->referral.doubtful)
        return;
    if (r->referral.state == REFERRAL_SENT) {
        r->referral.state = REFERRAL_CANCELLED;
        withdraw(s, r, isi);
    } else {
        r->referral.doubtful = false;
        referral_tell_others(s, r, "referral.others_unfounded", slice_make("", 0), isi);
    }
}

void referral_worsen(struct step *s, struct filed_report *r, const struct referral_opening *o)
{
    bool worse = slice_is(o->urgency, "E1") && !slice_is(r->referral.urgency, "E1");
    bool news_too = s->reading->said.emergency && !slice_eq(r->referral.say, o->say);

    if (!slice_is(o->urgency, "E1") || (!worse && !news_too && !r->referral.doubtful))
        return;
    r->referral.doubtful = false;
    r->referral.urgency = o->urgency;
    r->referral.say = o->say;
    for (unsigned i = 0; i < r->referral.told_n; i++)
        referral_hand_to(s, r, r->referral.told[i],
                         r->referral.state == REFERRAL_SENT ? "referral.incomplete"
                                                            : "referral.complete_taken");
    if (worse && r->referral.state == REFERRAL_SENT)
        referral_wait(s, r);
}

/* --- called a referral, again --- */

bool referral_may_join(const struct step *s, const struct filed_report *r)
{
    return referral_move(r->referral.state, REFERRAL_ON_RUJUK, referral_voice(s, r))->act != ACT_NOTHING;
}

/* Where a RUJUK goes that says no place: from staff to those above them, never back down from where it is. */
static const struct place *asked_place(const struct step *s, const struct filed_report *r,
                                       const struct referral_opening *o)
{
    const struct place *now = directory_place(&s->rules->directory, r->referral.level), *up = now;

    if (referral_has(&r->referral, s->msisdn) && s->person && s->person->place)
        up = step_next_level(s, s->person->place);
    return o->place ? o->place : now && up && place_under(up, now) ? now : up;
}

/* Who says it now hears what becomes of it too; staff who have it send it on. */
static void joins(struct step *s, struct filed_report *r)
{
    struct referral *now = &r->referral;

    if (referral_has(now, s->msisdn))
        return;
    now->teller = s->msisdn;
    if (!report_of(r, s->msisdn) && now->also_n < REFERRAL_ALSO)
        now->also[now->also_n++] = s->msisdn;
}

/* A lesser reason stands behind the worst one, unless it is among its words. */
static struct slice with_reason(struct step *s, struct slice say, struct slice why)
{
    for (size_t i = 0; i + why.n <= say.n; i++)
        if (slice_ieq(slice_make(say.p + i, why.n), why))
            return say;
    return text_cut(arena_printf(s->arena, "%.*s; %.*s", SLICE_ARG(say), SLICE_ARG(why)), SAID, s->arena);
}

void referral_asked(struct step *s, struct filed_report *r, const struct referral_opening *o)
{
    enum referral_voice voice = referral_voice(s, r);
    const struct referral_move *m = referral_move(r->referral.state, REFERRAL_ON_RUJUK, voice);
    struct referral_opening known = *o;
    bool moves;

    known.place = asked_place(s, r, o);
    moves = known.place && !slice_eq(known.place->code, r->referral.level);
    if (slice_is(r->referral.urgency, "E1") && !slice_is(o->urgency, "E1")) { /* the worst stays its reason */
        known.urgency = r->referral.urgency;
        known.say = with_reason(s, r->referral.say, o->why);
    }
    joins(s, r);
    r->referral.asked = true;
    if (moves && m->act == ACT_ASK && (voice & (VOICE_TAKER | VOICE_HERE)))
        referral_gives_up(s, r);
    if (m->act == ACT_WARN) {
        (void)referral_changed(s, r, REFERRAL_ON_WORSE, &known, slice_make("", 0));
        return;
    }
    r->referral.state = m->to;
    r->referral.by = slice_make("", 0);
    r->referral.climbs++;
    r->referral.urgency = known.urgency;
    r->referral.say = known.say;
    r->referral.incomplete = false;
    r->referral.doubtful = false;
    if (moves)
        referral_tell_others(s, r, "referral.others_onward", known.place->name, slice_make("", 0));
    referral_hand_over(s, r, known.place, "referral.new");
    referral_event_row(s, r, "sent", o->say);
    referral_wait(s, r);
    if (moves)
        referral_tell_reporter(s, r, "referral.reporter_onward", slice_make("", 0), slice_make("", 0));
}

/* --- words --- */

static void tell_words(struct step *s, const struct filed_report *r, struct slice words, enum sms_class class,
                       const char *key)
{
    struct text_fill f[] = {
        { "nomor", r->nomor },
        { "siapa", text_cut(r->referral.say, WHOM, s->arena) }, /* what is new is in the words */
        { "isi", words },
        { "nama", s->person ? s->person->name : step_text(s, s->rules->language, "stranger.name", NULL, 0) },
        { "hp", step_phone(s, s->msisdn) }
    };
    unsigned before = s->out->sms_n;
    struct audience who;

    if (r->referral.lost && r->referral.state == REFERRAL_SENT) /* nobody has her: it goes on now */
        referral_clock(s, r, "referral", 1);
    for (unsigned i = 0; i < r->referral.told_n; i++)
        if (!slice_eq(r->referral.told[i], s->msisdn))
            step_sms(s, r->referral.told[i], class, r->nomor,
                     step_text_around(s, step_language_of(s, r->referral.told[i]), key, FILLS(f), 2));
    if (class != SMS_EMERGENCY && s->out->sms_n > before)
        return;
    /* Of an emergency whoever is named to her hears it, whether they had the case or not. */
    referral_nearest(s, r, &who);
    for (unsigned i = 0; i < who.n; i++)
        if (!referral_has(&r->referral, who.msisdn[i]))
            step_sms(s, who.msisdn[i], class, r->nomor,
                     step_text_around(s, step_language_of(s, who.msisdn[i]), key, FILLS(f), 2));
}

void referral_words(struct step *s, struct filed_report *r, struct slice words)
{
    tell_words(s, r, words, SMS_EMERGENCY, "referral.words");
}

void referral_added(struct step *s, const struct filed_report *r, struct slice words)
{
    tell_words(s, r, words, SMS_REFERRAL, "referral.added");
}

void referral_back(struct step *s, const struct filed_report *r, struct slice words)
{
    referral_tell_reporter(s, r,
                           understand_says_death(s->rules, words, true, s->arena)
                               ? "referral.reporter_died_there"
                               : "referral.reporter_words",
                           s->msisdn, words);
}

void referral_alive(struct step *s, const struct due *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    const struct text_fill f[] = { { "nomor", d->of } };
    struct slice prefix = step_text(s, s->rules->language, "referral.dead", FILLS(f));
    bool rested;

    step_reason(s, "timer_idle");
    if (!r || !report_load(s, d->nomor, r) || !slice_eq(r->referral.died, d->of) ||
        !referral_is_open(&r->referral))
        return;
    step_reason(s, "timer");
    rested = referral_at_rest(s, r);
    r->referral.died = slice_make("", 0);
    prefix = slice_trim(prefix);
    if (slice_eq(slice_take(r->referral.say, prefix.n), prefix))
        r->referral.say = slice_trim(slice_skip(r->referral.say, prefix.n));
    referral_words(s, r, step_text(s, s->rules->language, "referral.not_dead", FILLS(f)));
    if (rested && r->referral.state == REFERRAL_SENT)
        referral_wait(s, r);
    report_save(s, r);
}
