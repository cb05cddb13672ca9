/* approval.c - see approval.h. */
#include "flows/talk/approval.h"

#include "flows/step/blob.h"
#include "flows/step/drafts.h"
#include "flows/step/roles.h"
#include "flows/filing/filing.h"

enum {
    REQUEST_DAYS = 30,
    /* By then every gateway has heard who she is: each looks every second. */
    KNOWN_EVERYWHERE_MS = 3000,
};

/* A DAFTAR as SUBJECT_NUMBER keeps it. */
struct request {
    struct slice msisdn, nama, place, by; /* by: who said yes or no */
    bool refused;
};

#define REQUEST(key, m) MEMBER(struct request, key, m)
CODEC(request_codec, struct request, REQUEST(msisdn, msisdn), REQUEST(nama, nama), REQUEST(place, place),
      REQUEST(by, by), REQUEST(refused, refused));

static bool request_load(struct step *s, struct slice nomor, struct request *r)
{
    const struct node *o = blob_parse(step_blob(s, SUBJECT_NUMBER, nomor), s->arena);

    (void)codec_get(o, &request_codec, r);
    return slice_is(node_text(o, "kind"), "request");
}

/* Who is asked may leave its number out (flows/step/open.h). */
static void list(struct step *s, struct slice nomor, const struct request *r)
{
    const struct place *p = directory_place(&s->rules->directory, r->place);
    struct due d = { .what = S("buka"), .nomor = nomor };
    struct audience who = { 0 };

    if (p)
        step_audience(s, p->parent, &who);
    for (unsigned i = 0; i < who.n; i++)
        d.to = arena_printf(s->arena, "%.*s%s%.*s", SLICE_ARG(d.to), d.to.n ? "," : "",
                            SLICE_ARG(who.msisdn[i]));
    if (r->by.n && !slice_is(r->by, "operator")) /* no audience of her own */
        d.to = arena_printf(s->arena, "%.*s%s%.*s", SLICE_ARG(d.to), d.to.n ? "," : "", SLICE_ARG(r->by));
    if (d.to.n)
        step_timer(s, arena_printf(s->arena, "buka:%.*s", SLICE_ARG(nomor)), step_due(s, &d), s->now_ms);
}

static void request_save(struct step *s, struct slice nomor, const struct request *r)
{
    struct node *o = blob_new(s->arena);

    node_put(o, "kind", S("request"));
    codec_put(o, &request_codec, r);
    step_write(s, SUBJECT_NUMBER, nomor, blob_done(o, s->arena), INT64_C(86400000) * REQUEST_DAYS);
    list(s, nomor, r);
}

bool approval_open(struct step *s, struct slice nomor, struct open_case *out)
{
    struct request r;

    if (!request_load(s, nomor, &r))
        return false;
    *out = (struct open_case){ .nomor = nomor,
                               .whom = arena_printf(s->arena, "DAFTAR %.*s", SLICE_ARG(r.nama)),
                               .what = r.by.n ? OPEN_NOTHING : OPEN_REQUEST };
    return true;
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

/* --- which posyandu: its code, or words of its name and its village --- */

enum {
    OFFERED = 12, /* most that are looked at for a list */
    LISTED = 66,  /* septets of it: config/texts daftar.which */
};

static bool has_word(struct slice key, struct slice word)
{
    while (key.n) {
        struct slice w = slice_cut(&key, ' ');

        if (slice_eq(w, word) || (word.n >= 5 && slice_one_edit(w, word)))
            return true;
    }
    return false;
}

/* Every word stands in the posyandu's name, or in that of its village or kecamatan; "posyandu" and "desa" say
 * nothing. */
static bool is_named(const struct place *p, struct slice words, struct arena *a)
{
    static const char *const empty[] = { "posyandu", "posy", "pos", "desa", "ds", "kelurahan", "kel", "kec" };
    const struct place *village = place_village(p), *kec = village ? village->parent : NULL;
    bool any = false;

    while (words.n) {
        struct slice w = slice_cut(&words, ' ');
        bool skip = w.n == 0;

        for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
            skip |= slice_is(w, empty[i]);
        if (skip)
            continue;
        if (!has_word(child_key(p->name, a), w) && !(village && has_word(child_key(village->name, a), w)) &&
            !(kec && has_word(child_key(kec->name, a), w)))
            return false;
        any = true;
    }
    return any;
}

/* Those that may be meant, at most OFFERED; how many there are. */
static unsigned posyandu_of(struct step *s, struct slice typed, const struct place *found[OFFERED])
{
    const struct directory *dir = &s->rules->directory;
    const struct place *exact = directory_place(dir, typed);
    struct slice words = child_key(typed, s->arena);
    unsigned n = 0;

    if (exact && exact->level == PLACE_POSYANDU) {
        found[0] = exact;
        return 1;
    }
    for (unsigned i = 0; i < dir->places_n; i++)
        if (dir->places[i].level == PLACE_POSYANDU && is_named(&dir->places[i], words, s->arena)) {
            if (n < OFFERED)
                found[n] = &dir->places[i];
            n++;
        }
    return n;
}

static struct slice bare_name(const struct place *p)
{
    struct slice name = p->name, first = slice_cut(&name, ' ');

    return slice_ieq(first, S("posyandu")) && name.n ? name : p->name;
}

/* "PSY001 Melati, PSY002 Mawar", or their villages where all have one name; empty when not all of them fit.
 */
static struct slice offer(struct step *s, const struct place *found[OFFERED], unsigned n)
{
    struct slice all = slice_make("", 0);
    bool one_name = true;

    for (unsigned i = 0; i < n && n <= OFFERED; i++)
        one_name &= slice_ieq(found[i]->name, found[0]->name);
    for (unsigned i = 0; i < n && n <= OFFERED; i++) {
        const struct place *village = place_village(found[i]);

        all = arena_printf(s->arena, "%.*s%s%.*s %.*s", SLICE_ARG(all), i ? ", " : "",
                           SLICE_ARG(found[i]->code),
                           SLICE_ARG(one_name && village ? village->name : bare_name(found[i])));
    }
    return all.n > LISTED ? slice_make("", 0) : all;
}

/* She sends it again with one of the codes, or with the village when there are too many. */
static void ask_which(struct step *s, const struct place *found[OFFERED], unsigned n, struct slice nama)
{
    struct slice list = offer(s, found, n);
    const struct place *village = place_village(found[0]);
    const struct text_fill f[] = {
        { "daftar", list },
        { "jumlah", arena_printf(s->arena, "%u", n) },
        { "nama", nama },
        { "kode", found[0]->code },
        { "tempat", arena_printf(s->arena, "%.*s %.*s", SLICE_ARG(bare_name(found[0])),
                                 SLICE_ARG(village ? village->name : slice_make("", 0))) },
    };

    step_reason(s, "command_refused");
    step_answer(s, slice_make("", 0),
                step_text(s, s->language, list.n ? "daftar.which" : "daftar.which_more", FILLS(f)));
}

/* Staff above the posyandu hear who wants to be its kader. */
static void ask_staff(struct step *s, struct slice nomor, const struct request *r, const struct place *p)
{
    struct audience who;

    step_audience(s, p->parent, &who);
    for (unsigned i = 0; i < who.n; i++) {
        const struct text_fill f[] = {
            { "nomor", nomor },
            { "nama", r->nama },
            { "tempat", p->name },
            { "desa", place_village(p) ? place_village(p)->name : slice_make("", 0) },
            { "hp", step_phone(s, s->msisdn) },
        };

        step_sms(s, who.msisdn[i], SMS_NOTICE, nomor,
                 step_text(s, step_language_of(s, who.msisdn[i]), "daftar.staff", FILLS(f)));
    }
}

void approval_ask(struct step *s, const struct command *c)
{
    const struct place *found[OFFERED] = { NULL };
    struct request r = { .msisdn = s->msisdn, .nama = c->nama };
    unsigned n = s->person ? 0 : posyandu_of(s, c->kode, found);

    if (s->person) {
        say(s, slice_make("", 0), "daftar.already", &r);
        return;
    }
    if (n == 0) {
        say(s, slice_make("", 0), "daftar.place", &r);
        return;
    }
    if (n > 1) {
        ask_which(s, found, n, c->nama);
        return;
    }
    r.place = found[0]->code;
    if (!s->state->request.n) { /* else the staff have been asked */
        s->state->request = step_number(s);
        s->state->changed = true;
        ask_staff(s, s->state->request, &r, found[0]);
        request_save(s, s->state->request, &r);
    }
    say(s, s->state->request, "daftar.done", &r);
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
    if ((r.by.n && !r.refused) || (known && known->active)) {
        say(s, c->nomor, "setuju.already", &r);
        return;
    }
    r.refused = false;
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

bool approval_refuse(struct step *s, const struct command *c)
{
    struct due d = { .what = S("setuju"), .act = S("tolak") };
    const struct person *known;
    struct request r;

    if (!request_load(s, c->nomor, &r))
        return false;
    known = directory_person(&s->rules->directory, r.msisdn);
    if (!s->staff && !roles_chain(s, s->person, r.place)) {
        step_reason(s, "command_refused");
        say(s, c->nomor, "number.not_yours", &r);
        return true;
    }
    if (r.by.n || (known && known->active)) {
        say(s, c->nomor, r.refused ? "daftar.already_refused" : "setuju.already", &r);
        return true;
    }
    r.by = s->staff ? S("operator") : s->msisdn;
    r.refused = true;
    request_save(s, c->nomor, &r);
    d.from = r.msisdn;
    step_timer(s, arena_printf(s->arena, "setuju:%.*s", SLICE_ARG(c->nomor)), step_due(s, &d), s->now_ms);
    {
        const struct place *p = directory_place(&s->rules->directory, r.place);
        struct audience near = { 0 };

        if (s->staff) /* the office's screen has no telephone: whom she would call is who looks after her
                         posyandu */
            step_audience(s, step_next_level(s, p), &near);

        const struct text_fill f[] = { { "nomor", c->nomor },
                                       { "tempat", p ? p->name : r.place },
                                       { "catatan", c->catatan },
                                       { "hp", step_phone(s, near.n ? near.msisdn[0] : s->msisdn) } };

        step_sms(s, r.msisdn, SMS_NOTICE, c->nomor,
                 step_text(s, s->rules->language, "daftar.refused", FILLS(f)));
    }
    say(s, c->nomor, "daftar.you_refused", &r);
    return true;
}

void approval_due(struct step *s, const struct due *d)
{
    struct sender_state *state = s->state;
    int64_t at = s->now_ms + KNOWN_EVERYWHERE_MS;
    struct said *said = ARENA_NEW(s->arena, struct said);

    step_reason(s, "timer");
    if (slice_is(d->act, "tolak")) { /* she may ask again; what she sent stays kept */
        state->request = slice_make("", 0);
        state->changed = true;
        return;
    }
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
