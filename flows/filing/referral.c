/* referral.c - the life of a referral.  See referral.h. */
#include "flows/filing/referral.h"

#include <string.h>

#include "flows/rows/clocks.h"

#define FILLS(f) (f), (unsigned)(sizeof(f) / sizeof((f)[0]))

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

/* --- events, clocks --- */

/* Who did it: the speaker, or the gateway by its clock or as the next step of a refusal. */
static void event(struct step *s, const struct filed_report *r, const char *name, struct slice words)
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
        .who = spoken ? s->msisdn : slice_make("", 0),
        .role = !spoken     ? S("sistem")
                : s->person ? slice_of(role_name(s->person->role))
                            : S(""),
        .place = spoken && s->person ? s->person->place_code : r->referral.level,
        .words = words,
    };
    step_row(s, &row);
}

static void set_clock(struct step *s, const struct filed_report *r, const char *what, int64_t in_ms)
{
    struct due d = { .what = slice_of(what), .nomor = r->nomor };

    d.act = arena_printf(s->arena, "%u", r->referral.climbs);
    step_timer(s, arena_printf(s->arena, "referral:%.*s", SLICE_ARG(r->nomor)),
               in_ms ? step_due(s, &d) : slice_make("", 0), in_ms ? s->now_ms + in_ms : 0);
}

/* --- who hears what --- */

static void told(struct referral *r, struct slice msisdn)
{
    for (unsigned i = 0; i < r->told_n; i++)
        if (slice_eq(r->told[i], msisdn))
            return;
    if (r->told_n < STEP_PEOPLE)
        r->told[r->told_n++] = msisdn;
}

static struct slice reporter_place(const struct step *s, const struct filed_report *r)
{
    const struct place *p = directory_place(&s->rules->directory, r->posting);

    return p ? p->name : slice_make("", 0);
}

static struct slice village_name(const struct step *s, const struct filed_report *r)
{
    const struct place *p = directory_place(&s->rules->directory, r->place);

    return p ? p->name : slice_make("", 0);
}

/* The SMS that hands the referral to one person. */
static void hand_to(struct step *s, const struct filed_report *r, struct slice to, const char *key)
{
    struct slice language = step_language_of(s, to);
    const struct text_fill f[] = {
        { "nomor", r->nomor },
        { "urgensi", r->referral.urgency },
        { "siapa", r->referral.say },
        { "tempat", reporter_place(s, r) },
        { "desa", slice_eq(r->place, r->posting) ? slice_make("", 0) : village_name(s, r) },
        { "peran", r->role },
        { "hp", step_phone(s, r->reporter) },
    };

    step_sms(s, to, slice_is(r->referral.urgency, "E1") ? SMS_EMERGENCY : SMS_REFERRAL, r->nomor,
             step_text(s, language,
                       r->role.n > 0 || strcmp(key, "referral.remind") == 0 ? key
                       : r->referral.incomplete                             ? "stranger.incomplete"
                                                                            : "stranger.referral",
                       FILLS(f)));
}

static void hand_over(struct step *s, struct filed_report *r, const struct place *place, const char *key)
{
    struct audience who;

    step_audience(s, place, &who);
    r->referral.level = who.place ? who.place->code : slice_make("", 0);
    for (unsigned i = 0; i < who.n; i++) {
        hand_to(s, r, who.msisdn[i], key);
        told(&r->referral, who.msisdn[i]);
    }
}

/* News for the one who reported. */
static void tell_reporter(struct step *s, const struct filed_report *r, const char *key, struct slice who,
                          struct slice words)
{
    struct slice language = step_language_of(s, r->reporter);
    const struct text_fill f[] = { { "nomor", r->nomor },
                                   { "siapa", r->referral.say },
                                   { "nama", who },
                                   { "jam", step_clock(s, s->now_ms) },
                                   { "catatan", words } };

    if (!slice_eq(r->reporter, s->msisdn) || s->seen->inbound->kind == INBOUND_TIMER)
        step_sms(s, r->reporter, SMS_REFERRAL, r->nomor, step_text(s, language, key, FILLS(f)));
}

/* News for everyone else who had it. */
static void tell_others(struct step *s, const struct filed_report *r, const char *key, struct slice nama,
                        struct slice isi)
{
    for (unsigned i = 0; i < r->referral.told_n; i++) {
        struct slice to = r->referral.told[i], language = step_language_of(s, to);
        const struct text_fill f[] = {
            { "nomor", r->nomor }, { "siapa", r->referral.say }, { "nama", nama }, { "isi", isi }
        };

        if (!slice_eq(to, s->msisdn) && !slice_eq(to, r->reporter))
            step_sms(s, to, SMS_REFERRAL, r->nomor, step_text(s, language, key, FILLS(f)));
    }
}

static void answer(struct step *s, const struct filed_report *r, const char *key, struct slice nama)
{
    const struct text_fill f[] = { { "nomor", r->nomor },
                                   { "siapa", r->referral.say },
                                   { "nama", nama },
                                   { "hp", step_phone(s, r->reporter) } };

    step_answer(s, r->nomor, step_text(s, s->language, key, FILLS(f)));
}

/* --- opening --- */

void referral_open(struct step *s, struct filed_report *r, const struct referral_opening *o)
{
    const struct place *posting = directory_place(&s->rules->directory, r->posting), *to = o->place;

    r->referral = (struct referral){
        .state = REFERRAL_SENT, .urgency = o->urgency, .say = o->say, .incomplete = o->incomplete
    };
    if (!to)
        to = step_next_level(s, posting);
    hand_over(s, r, to,
              o->incomplete ? "referral.incomplete"
              : o->asked    ? "referral.new"
                            : "referral.danger");
    event(s, r, "sent", o->say);
    set_clock(s, r, "referral", clock_by_urgency(s->rules, "referral", o->urgency));
}

void referral_complete(struct step *s, struct filed_report *r, const struct referral_opening *o)
{
    r->referral.incomplete = false;
    r->referral.say = o->say;
    r->referral.urgency = o->urgency.n ? o->urgency : r->referral.urgency;
    for (unsigned i = 0; i < r->referral.told_n; i++)
        if (!slice_eq(r->referral.told[i], s->msisdn))
            hand_to(s, r, r->referral.told[i],
                    r->referral.state == REFERRAL_SENT ? "referral.complete" : "referral.complete_taken");
}

/* --- answers --- */

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

static struct slice name_of(struct step *s, struct slice msisdn)
{
    const struct person *p = directory_person(&s->rules->directory, msisdn);

    return p ? p->name : step_phone(s, msisdn);
}

static void on_terima(struct step *s, struct filed_report *r, struct slice words)
{
    if (r->referral.state == REFERRAL_TAKEN || r->referral.state == REFERRAL_ARRIVED) {
        answer(s, r, slice_eq(r->referral.by, s->msisdn) ? "referral.taken_by_you" : "referral.taken_by",
               name_of(s, r->referral.by));
        step_reason(s, slice_eq(r->referral.by, s->msisdn) ? "command" : "command_refused");
        return;
    }
    r->referral.state = REFERRAL_TAKEN;
    r->referral.by = s->msisdn;
    told(&r->referral, s->msisdn);
    event(s, r, "terima", words);
    set_clock(s, r, "hadir", clock_by_urgency(s->rules, "hadir", r->referral.urgency));
    tell_reporter(s, r, "referral.reporter_taken", speaker(s), words);
    tell_others(s, r, "referral.others_taken", speaker(s), words);
    answer(s, r, "referral.you_took", speaker(s));
}

/* To the next level above; the top is the duty numbers. */
static void climb(struct step *s, struct filed_report *r)
{
    const struct place *level = directory_place(&s->rules->directory, r->referral.level);

    r->referral.state = REFERRAL_SENT;
    r->referral.by = slice_make("", 0);
    r->referral.climbs++;
    hand_over(s, r, level ? level->parent : NULL, "referral.climbed");
    event(s, r, "escalated", slice_make("", 0));
    set_clock(s, r, "referral", clock_by_urgency(s->rules, "referral", r->referral.urgency));
}

static struct slice level_name(struct step *s, const struct filed_report *r)
{
    const struct place *level = directory_place(&s->rules->directory, r->referral.level);

    return level ? level->name : step_text(s, s->language, "referral.duty", NULL, 0);
}

static void on_tolak(struct step *s, struct filed_report *r, struct slice words)
{
    if (r->referral.state == REFERRAL_ARRIVED ||
        (r->referral.state == REFERRAL_TAKEN && !slice_eq(r->referral.by, s->msisdn))) {
        answer(s, r, "referral.taken_by", name_of(s, r->referral.by));
        step_reason(s, "command_refused");
        return;
    }
    event(s, r, "tolak", words);
    climb(s, r);
    tell_reporter(s, r, "referral.reporter_refused", level_name(s, r), words);
    answer(s, r, "referral.you_refused", level_name(s, r));
}

static void on_step(struct step *s, struct filed_report *r, const struct command *c)
{
    static const struct {
        enum command_kind kind;
        enum referral_state to;
        const char *event, *reporter, *speaker;
    } steps[] = {
        { COMMAND_HADIR, REFERRAL_ARRIVED, "hadir", "referral.reporter_arrived", "referral.you_arrived" },
        { COMMAND_TIDAK_HADIR, REFERRAL_MISSED, "tidak_hadir", "referral.reporter_missed",
          "referral.you_missed" },
        { COMMAND_SELESAI, REFERRAL_DONE, "selesai", "referral.reporter_done", "referral.you_done" },
    };

    for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (steps[i].kind != c->kind)
            continue;
        if (r->referral.state == steps[i].to) {
            answer(s, r, "referral.already", speaker(s));
            return;
        }
        r->referral.state = steps[i].to;
        r->referral.by = r->referral.by.n ? r->referral.by : s->msisdn;
        event(s, r, steps[i].event, c->catatan);
        set_clock(s, r, "referral", 0);
        tell_reporter(s, r, steps[i].reporter, speaker(s), c->catatan);
        answer(s, r, steps[i].speaker, speaker(s));
    }
}

void referral_answer(struct step *s, const struct command *c, struct filed_report *r)
{
    step_reason(s, "command_refused");
    if (!may_answer(s, r)) {
        answer(s, r, "referral.not_yours", speaker(s));
        return;
    }
    if (r->referral.state == REFERRAL_CANCELLED || r->referral.state == REFERRAL_DONE) {
        answer(s, r, r->referral.state == REFERRAL_DONE ? "referral.is_done" : "referral.is_cancelled",
               speaker(s));
        return;
    }
    step_reason(s, "command");
    if (c->kind == COMMAND_TERIMA)
        on_terima(s, r, c->catatan);
    else if (c->kind == COMMAND_TOLAK)
        on_tolak(s, r, c->catatan);
    else
        on_step(s, r, c);
    report_save(s, r);
}

/* --- clocks --- */

void referral_due(struct step *s, const struct due *d)
{
    struct filed_report r;
    uint64_t climbs = 0;

    step_reason(s, "timer_idle");
    if (!report_load(s, d->nomor, &r) || !slice_to_u64(d->act, &climbs) || climbs != r.referral.climbs)
        return;
    if (slice_is(d->what, "hadir") && r.referral.state == REFERRAL_TAKEN) {
        step_reason(s, "timer");
        hand_to(s, &r, r.referral.by, "referral.remind");
        return;
    }
    if (slice_is(d->what, "referral") && r.referral.state == REFERRAL_SENT) {
        step_reason(s, "timer");
        if (r.referral.level.n) {
            climb(s, &r);
            tell_reporter(s, &r, "referral.reporter_climbed", level_name(s, &r), slice_make("", 0));
        } else {
            r.referral.state = REFERRAL_EXPIRED;
            event(s, &r, "expired", slice_make("", 0));
            tell_reporter(s, &r, "referral.reporter_expired", slice_make("", 0), slice_make("", 0));
        }
        report_save(s, &r);
    }
}

/* --- changes by the reporter --- */

void referral_cancel(struct step *s, struct filed_report *r)
{
    if (r->referral.state == REFERRAL_NONE || r->referral.state == REFERRAL_CANCELLED)
        return;
    r->referral.state = REFERRAL_CANCELLED;
    event(s, r, "batal", slice_make("", 0));
    set_clock(s, r, "referral", 0);
    tell_others(s, r, "referral.others_cancelled", slice_make("", 0), slice_make("", 0));
}

void referral_corrected(struct step *s, struct filed_report *r, const struct referral_opening *o,
                        struct slice isi)
{
    bool open = r->referral.state == REFERRAL_SENT;
    bool worse = slice_is(o->urgency, "E1") && !slice_is(r->referral.urgency, "E1");

    if (r->referral.state == REFERRAL_NONE || r->referral.state == REFERRAL_CANCELLED)
        return;
    r->referral.say = o->say;
    r->referral.urgency = worse ? o->urgency : r->referral.urgency;
    tell_others(s, r, "referral.others_corrected", slice_make("", 0), isi);
    if (open && o->place) {
        hand_over(s, r, o->place, "referral.new");
    } else if (open && worse) {
        for (unsigned i = 0; i < r->referral.told_n; i++)
            hand_to(s, r, r->referral.told[i], o->asked ? "referral.new" : "referral.danger");
    }
    if (open && (worse || o->place))
        set_clock(s, r, "referral", clock_by_urgency(s->rules, "referral", r->referral.urgency));
}

/* --- tujuan --- */

static bool contains(struct slice text, struct slice word)
{
    for (size_t i = 0; word.n && i + word.n <= text.n; i++)
        if (slice_ieq(slice_make(text.p + i, word.n), word))
            return true;
    return false;
}

static bool last_word_is(struct slice text, struct slice word)
{
    size_t from = text.n;

    while (from > 0 && text.p[from - 1] != ' ')
        from--;
    return word.n && slice_ieq(slice_skip(text, from), word);
}

static bool level_word(struct slice w, enum place_level *level)
{
    static const struct {
        const char *word;
        enum place_level level;
    } words[] = {
        { "pustu", PLACE_PUSTU },         { "pkm", PLACE_PUSKESMAS }, { "puskesmas", PLACE_PUSKESMAS },
        { "puskesmes", PLACE_PUSKESMAS }, { "rs", PLACE_RS },         { "rsud", PLACE_RS }
    };

    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_ieq(w, slice_of(words[i].word))) {
            *level = words[i].level;
            return true;
        }
    return false;
}

const struct place *referral_place(const struct ruleset *rules, const struct place *from, struct slice tujuan,
                                   struct arena *a)
{
    const struct directory *dir = &rules->directory;
    const struct place *named = NULL;
    struct slice rest = slice_trim(tujuan);
    enum place_level level;
    unsigned hits = 0;

    (void)a;
    for (unsigned i = 0; i < dir->places_n; i++) /* a code of places.csv, alone or behind the word */
        if (dir->places[i].level >= PLACE_RS && last_word_is(rest, dir->places[i].code))
            return &dir->places[i];
    if (!level_word(slice_cut(&rest, ' '), &level))
        return NULL;
    rest = slice_trim(rest);
    for (unsigned i = 0; rest.n && i < dir->places_n; i++)
        if (dir->places[i].level == level && contains(dir->places[i].name, rest)) {
            named = &dir->places[i];
            hits++;
        }
    if (hits == 1)
        return named;
    for (const struct place *p = from ? from->parent : NULL; p; p = p->parent)
        if (p->level == level && (!rest.n || contains(p->name, rest)))
            return p;
    return NULL;
}
