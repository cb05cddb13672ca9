/* approval.c - see approval.h. */
#include "flows/talk/approval.h"

#include "flows/step/blob.h"
#include "flows/step/drafts.h"
#include "flows/step/roles.h"
#include "flows/filing/filing.h"

#define FILLS(f) (f), (unsigned)(sizeof(f) / sizeof((f)[0]))

enum {
    REQUEST_DAYS = 30,
    /* By then every gateway has heard who she is: each looks every second. */
    KNOWN_EVERYWHERE_MS = 3000,
};

/* A DAFTAR as SUBJECT_NUMBER keeps it. */
struct request {
    struct slice msisdn, nama, place, by; /* by: who said yes */
};

static bool request_load(struct step *s, struct slice nomor, struct request *r)
{
    const struct node *o = blob_parse(step_blob(s, SUBJECT_NUMBER, nomor), s->arena);

    *r = (struct request){ .msisdn = node_text(o, "msisdn"),
                           .nama = node_text(o, "nama"),
                           .place = node_text(o, "place"),
                           .by = node_text(o, "by") };
    return slice_is(node_text(o, "kind"), "request");
}

static void request_save(struct step *s, struct slice nomor, const struct request *r)
{
    struct node *o = blob_new(s->arena);

    node_put(o, "kind", S("request"));
    node_put(o, "msisdn", r->msisdn);
    node_put(o, "nama", r->nama);
    node_put(o, "place", r->place);
    node_put(o, "by", r->by);
    step_write(s, SUBJECT_NUMBER, nomor, blob_done(o, s->arena), INT64_C(86400000) * REQUEST_DAYS);
}

static void say(struct step *s, struct slice nomor, const char *key, const struct request *r)
{
    const struct place *p = directory_place(&s->rules->directory, r->place);
    const struct text_fill f[] = { { "nomor", nomor },
                                   { "nama", r->nama },
                                   { "tempat", p ? p->name : r->place },
                                   { "hp", step_phone(s, r->msisdn) } };

    step_answer(s, nomor, step_text(s, s->language, key, FILLS(f)));
}

void approval_ask(struct step *s, const struct command *c)
{
    const struct place *p = directory_place(&s->rules->directory, c->kode);
    struct request r = { .msisdn = s->msisdn, .nama = c->nama, .place = c->kode };
    struct audience who;
    struct slice nomor;

    if (s->person) {
        say(s, slice_make("", 0), "daftar.already", &r);
        return;
    }
    if (!p || p->level != PLACE_POSYANDU) {
        say(s, slice_make("", 0), "daftar.place", &r);
        return;
    }
    if (s->state->request.n) { /* the staff have been asked */
        say(s, s->state->request, "daftar.done", &r);
        return;
    }
    nomor = step_number(s);
    s->state->request = nomor;
    s->state->changed = true;
    step_audience(s, p->parent, &who);
    for (unsigned i = 0; i < who.n; i++) {
        const struct text_fill f[] = {
            { "nomor", nomor }, { "nama", c->nama }, { "tempat", p->name }, { "hp", step_phone(s, s->msisdn) }
        };

        step_sms(s, who.msisdn[i], SMS_NOTICE, nomor,
                 step_text(s, step_language_of(s, who.msisdn[i]), "daftar.staff", FILLS(f)));
    }
    request_save(s, nomor, &r);
    say(s, nomor, "daftar.done", &r);
}

/* She is told, known from now on, and what was kept of her is looked for. */
static void welcome(struct step *s, struct slice nomor, const struct request *r, const struct place *p)
{
    struct due d = { .what = S("setuju"), .from = r->msisdn, .act = r->place };
    const struct text_fill f[] = { { "tempat", p->name } };

    s->out->people[s->out->people_n++] = (struct person){ .msisdn = r->msisdn,
                                                          .role = ROLE_KADER,
                                                          .name = r->nama,
                                                          .place_code = r->place,
                                                          .language = slice_make("", 0),
                                                          .active = true };
    step_timer(s, arena_printf(s->arena, "setuju:%.*s", SLICE_ARG(nomor)), step_due(s, &d), s->now_ms);
    step_sms(s, r->msisdn, SMS_NOTICE, nomor, step_text(s, s->rules->language, "setuju.welcome", FILLS(f)));
}

void approval_grant(struct step *s, const struct command *c)
{
    const struct person *known;
    const struct place *p;
    struct request r;

    if (!request_load(s, c->nomor, &r)) {
        step_reason(s, "command_refused");
        say(s, c->nomor, "setuju.none", &r);
        return;
    }
    p = directory_place(&s->rules->directory, r.place);
    known = directory_person(&s->rules->directory, r.msisdn);
    if (!p || (!s->staff && !roles_chain(s, s->person, r.place))) {
        step_reason(s, "command_refused");
        say(s, c->nomor, "number.not_yours", &r);
        return;
    }
    if (r.by.n || (known && known->active)) {
        say(s, c->nomor, "setuju.already", &r);
        return;
    }
    r.by = s->staff ? S("operator") : s->msisdn;
    request_save(s, c->nomor, &r);
    welcome(s, c->nomor, &r, p);
    say(s, c->nomor, "setuju.done", &r);
}

/* It comes back as the SMS that it was. */
static void carry_out(struct step *s, const struct kept *k, unsigned i, int64_t at)
{
    struct node *o = blob_new(s->arena);

    node_put(o, "t", S("kept"));
    node_put(o, "from", s->msisdn);
    node_put(o, "text", k->text);
    node_put(o, "provider", k->provider);
    node_put(o, "message", k->message_id);
    node_put_int(o, "at", k->at_ms);
    step_timer(s, arena_printf(s->arena, "kept:%.*s:%u", SLICE_ARG(s->msisdn), i), blob_done(o, s->arena),
               at);
}

/* The staff have it in hand; from now on it is a record of hers. */
static void make_known(struct step *s, const struct kept *k, int64_t at)
{
    struct due d = { .what = S("terdaftar"), .from = s->msisdn, .nomor = k->nomor };

    step_timer(s, arena_printf(s->arena, "terdaftar:%.*s", SLICE_ARG(k->nomor)), step_due(s, &d), at);
}

void approval_due(struct step *s, const struct due *d)
{
    struct sender_state *state = s->state;
    int64_t at = s->now_ms + KNOWN_EVERYWHERE_MS;
    struct said *said = ARENA_NEW(s->arena, struct said);

    (void)d;
    step_reason(s, "timer");
    for (unsigned i = 0; said && i < state->kept_n; i++) {
        const struct kept *k = &state->kept[i];

        if (k->nomor.n)
            make_known(s, k, at + i);
        else if (!k->forwarded && understand_sms(s->rules, k->text, k->at_ms, s->arena, said) &&
                 said->kind == SAID_REPORTS) /* what was no report needs no answer now */
            carry_out(s, k, i, at + i);
    }
    state->kept_n = 0;
    state->request = slice_make("", 0);
    state->changed = true;
}

void approval_known(struct step *s, const struct due *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);

    step_reason(s, "timer_idle");
    if (!r || !report_load(s, d->nomor, r) || !r->draft)
        return;
    step_reason(s, "timer");
    report_settle(s, r);
    filing_tally(s, r);
    report_save(s, r);
}

bool approval_kept(struct slice timer_text, struct arena *a, struct inbound *out)
{
    const struct node *o = blob_parse(timer_text, a);

    if (!slice_is(node_text(o, "t"), "kept"))
        return false;
    *out = (struct inbound){ .kind = INBOUND_SMS,
                             .provider = node_text(o, "provider"),
                             .provider_id = node_text(o, "message"),
                             .from = node_text(o, "from"),
                             .from_is_msisdn = true,
                             .text = node_text(o, "text"),
                             .received_ms = node_int(o, "at") };
    return out->from.n > 0;
}
