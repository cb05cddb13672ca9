/* step.c - filling an outcome within its bounds.  See step.h. */
#include "flows/step/step.h"

#include <nettle/sha1.h>
#include <stdio.h>
#include <string.h>

#include "flows/step/blob.h"
#include "parsers/date.h"
#include "flows/rows/clocks.h"
#include "flows/step/drafts.h"
#include "flows/understand/understanding.h"
#include "gateway/base/uuid.h"
#include "gateway/conf/texts.h"
#include "parsers/damm.h"

static const int64_t hour_ms = INT64_C(60) * 60 * 1000;

static const struct person *registered(const struct person *p)
{
    return p && p->active && !p->pending && p->place ? p : NULL;
}

static bool is_duty(const struct step *s, struct slice msisdn)
{
    for (unsigned i = 0; i < s->rules->duty_n; i++)
        if (slice_eq(s->rules->duty[i], msisdn))
            return true;
    return false;
}

bool step_gone(const struct step *s, struct slice msisdn)
{
    const struct person *p = directory_person(&s->rules->directory, msisdn);

    return p && !p->active && !p->pending && !is_duty(s, msisdn);
}

/* A duty number is staff, whoever answers it (RULINGS 57): of the district, where nobody registered it. */
static const struct person *on_duty(struct step *s)
{
    struct person *p = is_duty(s, s->msisdn) ? ARENA_NEW(s->arena, struct person) : NULL;

    if (!p)
        return NULL;
    *p = (struct person){ .msisdn = s->msisdn,
                          .role = ROLE_DINKES,
                          .name = step_text(s, s->rules->language, "peran.siaga", NULL, 0),
                          .place = directory_place(&s->rules->directory, s->rules->district),
                          .place_code = s->rules->district,
                          .active = true };
    return p->place ? p : NULL;
}

bool step_begin(struct step *s, const struct ruleset *rules, const struct context *seen,
                const struct intent *intent, const struct lease *ids, int64_t now_ms, struct arena *a,
                struct outcome *out)
{
    *s = (struct step){ .rules = rules,
                        .seen = seen,
                        .reading = intent->reading,
                        .ids = ids,
                        .now_ms = now_ms,
                        .arena = a,
                        .out = out,
                        .msisdn = intent->reading->acting,
                        .staff = seen->inbound->kind == INBOUND_STAFF,
                        .account = seen->inbound->account };
    s->person = registered(slice_eq(s->msisdn, seen->sender->msisdn)
                               ? seen->sender->person
                               : directory_person(&rules->directory, s->msisdn));
    if (!s->person)
        s->person = on_duty(s);
    s->language = s->person && s->person->language.n ? s->person->language : rules->language;
    s->state = intent->reading->state
                   ? intent->reading->state
                   : drafts_decode(step_blob(s, SUBJECT_SENDER, s->msisdn), rules, now_ms, a);
    return s->state != NULL;
}

/* Who said BERHENTI is remembered; everybody else's state is of use for days only. */
static int64_t state_days(const struct sender_state *state)
{
    return state->stopped ? 400 : state->kept_n || state->sent_n ? DRAFTS_SENT_DAYS : 8;
}

void step_state_write(struct step *s, struct slice msisdn, const struct sender_state *state)
{
    step_write(s, SUBJECT_SENDER, msisdn, drafts_encode(state, s->arena), state_days(state) * 24 * hour_ms);
}

enum step_rc step_end(struct step *s)
{

    if (s->state->changed && s->msisdn.n)
        step_state_write(s, s->msisdn, s->state);
    if (s->arena->failed)
        return STEP_NO_MEMORY;
    return s->out->overflow ? STEP_OVERFLOW : STEP_OK;
}

const struct subject *step_subject(const struct step *s, enum subject_kind kind, struct slice id)
{
    for (unsigned i = 0; i < s->seen->subjects_n; i++)
        if (s->seen->subjects[i].ref.kind == kind && slice_eq(s->seen->subjects[i].ref.id, id))
            return &s->seen->subjects[i];
    if (kind == SUBJECT_SENDER && slice_eq(s->seen->sender->msisdn, id) &&
        s->seen->sender->state.ref.id.n > 0)
        return &s->seen->sender->state;
    return NULL;
}

static struct subject_write *write_of(const struct step *s, enum subject_kind kind, struct slice id)
{
    for (unsigned i = 0; i < s->out->writes_n; i++)
        if (s->out->writes[i].ref.kind == kind && slice_eq(s->out->writes[i].ref.id, id))
            return &s->out->writes[i];
    return NULL;
}

void step_write(struct step *s, enum subject_kind kind, struct slice id, struct slice blob, int64_t ttl_ms)
{
    struct subject_write *w = write_of(s, kind, id);
    const struct subject *seen = step_subject(s, kind, id);

    if (!w) {
        if (s->out->writes_n == OUTCOME_SUBJECTS) {
            s->out->overflow = true;
            return;
        }
        w = &s->out->writes[s->out->writes_n++];
    }
    *w = (struct subject_write){
        .ref = { .kind = kind, .id = id }, .seen_rev = seen ? seen->rev : 0, .blob = blob, .ttl_ms = ttl_ms
    };
}

struct slice step_blob(const struct step *s, enum subject_kind kind, struct slice id)
{
    const struct subject_write *w = write_of(s, kind, id);
    const struct subject *seen = w ? NULL : step_subject(s, kind, id);

    return w ? w->blob : seen ? seen->blob : slice_make("", 0);
}

void step_row(struct step *s, const struct row *row)
{
    if (s->out->rows_n == OUTCOME_ROWS)
        s->out->overflow = true;
    else
        s->out->rows[s->out->rows_n++] = *row;
}

void step_tally(struct step *s, const struct tally *t)
{
    struct tally *same = NULL;

    /* What a correction takes away and says anew is said once. */
    for (unsigned i = 0; t->whole && i < s->out->tallies_n && !same; i++)
        if (s->out->tallies[i].whole && slice_eq(s->out->tallies[i].village, t->village) &&
            slice_eq(s->out->tallies[i].disease, t->disease) && slice_eq(s->out->tallies[i].day, t->day) &&
            slice_eq(s->out->tallies[i].nomor, t->nomor))
            same = &s->out->tallies[i];
    if (!same && s->out->tallies_n == OUTCOME_TALLIES) {
        s->out->overflow = true;
        return;
    }
    if (!same)
        same = &s->out->tallies[s->out->tallies_n++];
    *same = *t;
}

void step_timer(struct step *s, struct slice id, struct slice text, int64_t due_ms)
{
    step_timer_if(s, id, text, due_ms, TIMER_SET);
}

void step_timer_if(struct step *s, struct slice id, struct slice text, int64_t due_ms, enum timer_how how)
{
    struct timer *t = NULL;

    for (unsigned i = 0; i < s->out->timers_n && !t; i++)
        if (slice_eq(s->out->timers[i].id, id))
            t = &s->out->timers[i];
    if (!t && s->out->timers_n == OUTCOME_TIMERS) {
        s->out->overflow = true;
        return;
    }
    if (!t)
        t = &s->out->timers[s->out->timers_n++];
    *t = (struct timer){ .id = id, .text = text, .due_ms = due_ms, .how = how };
}

#define DUE(key, m) MEMBER(struct due, key, m)
SHARED_CODEC(due_codec, struct due, DUE(t, what), DUE(nomor, nomor), DUE(from, from), DUE(do, act),
             DUE(of, of), DUE(form, form), DUE(village, village), DUE(disease, disease),
             MEMBER_SLICES(struct due, buckets, buckets, buckets_n), DUE(nik, nik), DUE(lahir, lahir),
             DUE(jk, jk), DUE(exact, exact), DUE(at, at_ms), DUE(bb, bb), DUE(tb, tb), DUE(doses, doses),
             DUE(undone, undone), DUE(posyandu, posyandu), DUE(nama, nama), DUE(taken_back, taken_back),
             DUE(to, to));

struct slice step_due(struct step *s, const struct due *d)
{
    struct node *o = blob_new(s->arena);
    struct due kept = *d;

    kept.buckets_n = MEMBER_PLACES(struct due, buckets);
    while (kept.buckets_n && !kept.buckets[kept.buckets_n - 1].n)
        kept.buckets_n--;
    codec_put(o, &due_codec, &kept);
    return blob_done(o, s->arena);
}

/* SPEC 6: old news is not sent late. */
static int64_t life_ms(const struct step *s, enum sms_class class)
{
    static const char *const rows[SMS_CLASSES] = {
        [SMS_ANSWER] = "answer_ttl",   [SMS_EMERGENCY] = "emergency_ttl", [SMS_REFERRAL] = "emergency_ttl",
        [SMS_ALERT] = "emergency_ttl", [SMS_NOTICE] = "notice_ttl",       [SMS_BULK] = "notice_ttl",
    };

    return clock_of(s->rules, rows[class]);
}

void step_sms(struct step *s, struct slice to, enum sms_class class, struct slice nomor, struct slice text)
{
    if (!slice_starts(to, "+") || !text.n)
        return;
    if (s->out->sms_n == OUTCOME_SMS) {
        s->out->overflow = true;
        return;
    }
    s->out->sms[s->out->sms_n++] = (struct sms){
        .to = to, .text = text, .class = class, .expires_ms = s->now_ms + life_ms(s, class), .nomor = nomor
    };
}

void step_answer(struct step *s, struct slice nomor, struct slice text)
{
    if (s->staff)
        s->out->screen = text;
    if (s->account.n)
        return; /* the office asked, and has it on its page */
    if (!s->seen->inbound->from_is_msisdn)
        return; /* a short code or a name: two robots must not talk to each other */
    for (unsigned i = s->answers_from; i < s->out->sms_n; i++) {
        struct sms *m = &s->out->sms[i];

        if (m->class == SMS_ANSWER && slice_eq(m->to, s->msisdn)) {
            m->text = text;
            m->nomor = nomor;
            return;
        }
    }
    step_sms(s, s->msisdn, SMS_ANSWER, nomor, text);
}

void step_reason(struct step *s, const char *reason)
{
    s->out->reason = reason;
}

struct slice step_number(struct step *s)
{
    uint64_t body;

    if (s->out->numbers_used == LEASE_NUMBERS) {
        s->out->overflow = true;
        return slice_make("", 0);
    }
    body = s->ids->bodies[s->out->numbers_used++];
    if (s->ids->printed.n)
        return s->ids->printed;
    return damm_number(body, s->arena);
}

struct slice step_id(struct step *s, unsigned index)
{
    if (!s->ids->uuids[index].n) /* what had none would be taken for another's */
        s->out->overflow = true;
    return s->ids->uuids[index];
}

struct slice step_uuid(struct step *s)
{
    struct slice from = step_id(s, 0);
    int64_t ms = s->seen->inbound->received_ms;
    struct sha1_ctx ctx;
    uint8_t d[16];
    char tail[24] = "/";
    size_t n = 1 + slice_decimal(tail + 1, s->derived++);

    sha1_init(&ctx);
    sha1_update(&ctx, from.n, (const uint8_t *)from.p);
    sha1_update(&ctx, n, (const uint8_t *)tail);
    sha1_digest(&ctx, sizeof d, d);
    return arena_str(s->arena, uuid8_text(ms - ms % 1000, d).text); /* a record keeps its time in seconds */
}

struct slice step_text(struct step *s, struct slice language, const char *key, const struct text_fill *fills,
                       unsigned n)
{
    return text_fill(s->rules->texts, language, key, fills, n, s->arena);
}

struct slice step_text_around(struct step *s, struct slice language, const char *key, struct text_fill *f,
                              unsigned n, unsigned slot)
{
    enum {
        MARKS = 2
    }; /* of an empty slot the blanks and marks are closed up */
    struct slice words = f[slot].value, said;
    size_t room;

    f[slot].value = S("");
    said = step_text(s, language, key, f, n);
    room = said.n + MARKS < TEXT_SMS ? TEXT_SMS - MARKS - said.n : 0;
    f[slot].value = understand_heart(s->rules, words, (unsigned)room, s->arena);
    said = step_text(s, language, key, f, n);
    f[slot].value = words;
    return said;
}

/* --- times --- */

struct slice step_clock(struct step *s, int64_t ms)
{
    struct civil c = date_civil(ms, s->rules->utc_offset_min);

    return arena_printf(s->arena, "%02d:%02d", c.hour, c.minute);
}

struct slice step_rfc3339(struct step *s, int64_t ms)
{
    return date_rfc3339(ms, s->rules->utc_offset_min, s->arena);
}

int64_t step_today(const struct step *s)
{
    return date_today(s->now_ms, s->rules->utc_offset_min);
}

struct slice step_day(struct step *s, int64_t ms)
{
    return date_iso(date_today(ms, s->rules->utc_offset_min), s->arena);
}

struct slice step_account(const struct step *s)
{
    return arena_printf(s->arena, INBOUND_BY_ACCOUNT "%.*s", SLICE_ARG(s->account));
}

struct slice step_phone(struct step *s, struct slice msisdn)
{
    if (slice_starts(msisdn, "+62"))
        return arena_printf(s->arena, "0%.*s", SLICE_ARG(slice_skip(msisdn, 3)));
    return msisdn;
}

/* --- people --- */

struct collecting {
    struct audience *to;
    struct slice but; /* never tell the sender of her own news */
};

static void collect(void *arg, const struct person *p)
{
    const struct collecting *c = arg;

    if (c->to->n < STEP_PEOPLE && !slice_eq(p->msisdn, c->but))
        c->to->msisdn[c->to->n++] = p->msisdn;
}

void step_audience(const struct step *s, const struct place *place, struct audience *out)
{
    struct collecting c = { .to = out, .but = s->msisdn };

    *out = (struct audience){ .place = place };
    while (out->place) {
        directory_people_at(&s->rules->directory, out->place, collect, &c);
        if (out->n)
            return;
        out->place = out->place->parent;
    }
    for (unsigned i = 0; i < s->rules->duty_n && out->n < STEP_PEOPLE; i++)
        out->msisdn[out->n++] = s->rules->duty[i];
}

const struct place *step_puskesmas(const struct step *s, const struct place *p)
{
    return directory_puskesmas(&s->rules->directory, p);
}

const struct place *step_next_level(const struct step *s, const struct place *p)
{
    const struct place *pustu;

    if (!p)
        return NULL;
    if (!place_administrative(p))
        return p->parent;
    pustu = directory_in(&s->rules->directory, p, PLACE_PUSTU);
    return pustu ? pustu : step_puskesmas(s, p);
}

void step_tell(struct step *s, const struct audience *who, enum sms_class class, struct slice nomor,
               const char *key, const struct text_fill *fills, unsigned n)
{
    for (unsigned i = 0; i < who->n; i++)
        step_sms(s, who->msisdn[i], class, nomor,
                 step_text(s, step_language_of(s, who->msisdn[i]), key, fills, n));
}

struct slice step_help_phone(struct step *s)
{
    struct audience who;

    step_audience(s, step_next_level(s, s->person ? s->person->place : NULL), &who);
    return who.n ? step_phone(s, who.msisdn[0]) : slice_make("", 0);
}

struct slice step_place_name(struct step *s, const struct place *p)
{
    struct slice name = p ? p->name : slice_make("", 0), first = slice_cut(&name, ' ');
    const struct text_fill f[] = { { "nama", name } };

    if (!p || p->level != PLACE_POSYANDU || !name.n || !slice_ieq(first, S("posyandu")))
        return p ? p->name : name;
    return step_text(s, s->language, "place.posyandu", FILLS(f));
}

struct slice step_role(const struct step *s)
{
    return s->person ? slice_of(role_name(s->person->role)) : slice_make("", 0);
}

struct slice step_language_of(const struct step *s, struct slice msisdn)
{
    const struct person *p = directory_person(&s->rules->directory, msisdn);

    return p && p->language.n ? p->language : s->rules->language;
}

bool step_stopped(const struct step *s, struct slice msisdn)
{
    return node_bool(blob_parse(step_blob(s, SUBJECT_SENDER, msisdn), s->arena), "stopped");
}
