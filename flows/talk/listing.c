/* listing.c - see listing.h. */
#include "flows/talk/listing.h"

#include "flows/alert/episode.h"
#include "flows/care/subject_report.h"
#include "flows/step/blob.h"
#include "flows/step/reply.h"
#include "flows/talk/approval.h"
#include "flows/understand/commands.h"

enum {
    CALLED = 20, /* letters of a case in a list */
    MORE = 4,    /* letters of " +12" */
    /* Of the lists themselves: config/texts, open.* */
    LIST_SHORT = 30,
    LIST = 54,
    LIST_LONG = 74,
    LIST_WHICH = 92,
};

/* --- leaving the number out --- */

void listing_read(struct listening *h)
{
    struct reading *r = h->r;
    struct command *c = &r->said.command;
    const struct open_case *first;
    unsigned n;

    if (c->nomor.n || !open_may_lack_number(c->kind) ||
        (c->status != REPORT_ACCEPTED && c->error != ERROR_MISSING))
        return;
    n = open_fitting(&h->state->open, &c->kind, &first);
    r->which = n > 1;
    if (n != 1)
        return;
    c->nomor = first->nomor;
    c->status = REPORT_ACCEPTED;
    c->error = ERROR_NONE;
}

/* What is said next to a case of this kind; COMMAND_NONE: nothing. */
static enum command_kind next_word(enum open_what what)
{
    switch (what) {
    case OPEN_SENT:
        return COMMAND_TERIMA;
    case OPEN_TAKEN:
    case OPEN_MISSED:
        return COMMAND_HADIR;
    case OPEN_ARRIVED:
        return COMMAND_SELESAI;
    case OPEN_ALERT:
        return COMMAND_OK;
    case OPEN_VERIFY:
        return COMMAND_BENAR;
    case OPEN_REQUEST:
        return COMMAND_SETUJU;
    default:
        return COMMAND_NONE;
    }
}

/* Its no, where it has one: nobody who says that it is not so is shown the yes alone. */
static enum command_kind other_word(enum open_what what)
{
    switch (what) {
    case OPEN_SENT:
    case OPEN_REQUEST:
        return COMMAND_TOLAK;
    case OPEN_TAKEN:
    case OPEN_MISSED:
        return COMMAND_TIDAK_HADIR;
    case OPEN_VERIFY:
        return COMMAND_BUKAN;
    default:
        return COMMAND_NONE;
    }
}

bool listing_unanswered(const struct step *s)
{
    for (unsigned i = 0; i < s->state->open.n; i++)
        if (s->state->open.all[i].what == OPEN_SENT)
            return true;
    return false;
}

/* The command that the words begin with, or were turned from: `benar bu, sudah saya cek`. */
static enum command_kind spoken(const struct step *s)
{
    const struct said *said = &s->reading->said;
    struct slice rest = said->body;
    const struct command_word *w;

    if (said->kind == SAID_COMMAND)
        return said->command.kind;
    if (said->turned.command != COMMAND_NONE)
        return said->turned.command;
    w = command_said(slice_cut(&rest, ' '), s->arena);
    return w ? w->kind : COMMAND_NONE;
}

/* Those that wait for an answer, as people are shown them: where some fit what is said, only those.  passed:
 * it was passed on to whoever sent a patient, so that no signal is meant. */
static void that_wait(const struct step *s, bool passed, struct open_cases *out)
{
    struct open_cases all;
    enum command_kind kind = spoken(s);
    const struct open_case *first;
    bool fit = open_fitting(&s->state->open, &kind, &first) > 0;

    open_listed(&s->state->open, &all);
    out->n = 0;
    for (unsigned i = 0; i < all.n; i++) {
        struct open_cases one = { .all = { all.all[i] }, .n = 1 };

        kind = spoken(s);
        if (!fit && all.all[i].what == OPEN_REQUEST) /* shown where it is meant */
            continue;
        if (passed && (all.all[i].what == OPEN_VERIFY || all.all[i].what == OPEN_ALERT))
            continue;
        if (next_word(all.all[i].what) != COMMAND_NONE && (!fit || open_fitting(&one, &kind, &first)))
            out->all[out->n++] = all.all[i];
    }
}

bool listing_of_signals(const struct step *s)
{
    enum command_kind kind = spoken(s);
    const struct open_case *first;

    return open_fitting(&s->state->open, &kind, &first) && first->what == OPEN_VERIFY;
}

/* "48217 Bu Ana 28th, 48225 Bu Ani +3": as many as fit whole. */
static struct slice as_list(struct step *s, const struct open_cases *cases, size_t room)
{
    struct slice list = slice_make("", 0);
    unsigned n = 0;

    for (; n < cases->n; n++) {
        const struct open_case *c = &cases->all[n];
        struct slice one = arena_printf(s->arena, "%s%.*s %.*s", n ? ", " : "", SLICE_ARG(c->nomor),
                                        SLICE_ARG(text_cut(c->whom, CALLED, s->arena)));

        if (n && list.n + one.n + (n + 1 < cases->n ? MORE : 0) > room)
            break;
        list = arena_printf(s->arena, "%.*s%.*s", SLICE_ARG(list), SLICE_ARG(one));
    }
    return n < cases->n ? arena_printf(s->arena, "%.*s +%u", SLICE_ARG(list), cases->n - n) : list;
}

static bool waiting(struct step *s, struct slice hp)
{
    struct open_cases cases;
    enum command_kind no;

    that_wait(s, hp.n > 0, &cases);
    if (!cases.n)
        return false;
    no = other_word(cases.all[0].what);
    {
        const struct text_fill f[] = { { "daftar", as_list(s, &cases,
                                                           hp.n && no   ? LIST_SHORT
                                                           : hp.n || no ? LIST
                                                                        : LIST_LONG) },
                                       { "perintah", reply_command(next_word(cases.all[0].what), s->arena) },
                                       { "atau", reply_command(no, s->arena) },
                                       { "hp", hp },
                                       { "nomor", cases.all[0].nomor } };

        step_answer(s, slice_make("", 0),
                    step_text(s, s->language,
                              hp.n ? (no ? "open.waiting_told_either" : "open.waiting_told")
                              : no ? "open.waiting_either"
                                   : "open.waiting",
                              FILLS(f)));
    }
    return true;
}

bool listing_waiting(struct step *s)
{
    return waiting(s, slice_make("", 0));
}

bool listing_waiting_told(struct step *s, struct slice hp)
{
    return waiting(s, hp);
}

void listing_which(struct step *s, const struct command *c)
{
    struct open_cases cases;

    that_wait(s, false, &cases);
    {
        const struct text_fill f[] = { { "daftar", as_list(s, &cases, LIST_WHICH) },
                                       { "perintah", reply_command(c->kind, s->arena) },
                                       { "nomor", cases.n ? cases.all[0].nomor : slice_make("", 0) } };

        step_reason(s, "command_refused");
        step_answer(s, slice_make("", 0), step_text(s, s->language, "open.which", FILLS(f)));
    }
}

/* --- keeping the lists --- */

bool listing_subjects(const struct ruleset *rules, const struct due *d, struct arena *a, struct intent *out)
{
    struct slice to = d->to;
    bool ok = true;

    (void)rules, (void)a;
    while (to.n)
        ok = intent_add(out, SUBJECT_SENDER, slice_cut(&to, ',')) && ok;
    return ok;
}

static enum open_what of_referral(const struct step *s, const struct filed_report *r, struct slice msisdn)
{
    const struct person *p = directory_person(&s->rules->directory, msisdn);
    bool hers = slice_eq(r->referral.by, msisdn);

    if (!referral_has(&r->referral, msisdn)) /* its reporter, or one of her posyandu */
        return referral_is_open(&r->referral) ? OPEN_OWN : OPEN_NOTHING;
    switch (r->referral.state) {
    case REFERRAL_SENT: /* who gave it up is not waited for, but may speak of it */
        return p && referral_left_by(&r->referral, p->place_code) ? OPEN_OWN : OPEN_SENT;
    case REFERRAL_EXPIRED:
        return OPEN_SENT;
    case REFERRAL_TAKEN:
        return hers ? OPEN_TAKEN : OPEN_NOTHING;
    case REFERRAL_ARRIVED:
        return hers ? OPEN_ARRIVED : OPEN_NOTHING;
    case REFERRAL_MISSED:
        return hers ? OPEN_MISSED : OPEN_NOTHING;
    default:
        return OPEN_NOTHING;
    }
}

static enum open_what of_episode(const struct step *s, const struct episode *e, struct slice msisdn)
{
    const struct person *p = directory_person(&s->rules->directory, msisdn);
    bool head = p && (p->role == ROLE_KADES || p->role == ROLE_CAMAT);

    if (slice_is(e->verdict, "bukan"))
        return OPEN_NOTHING;
    return head ? OPEN_ALERT : e->verdict.n ? OPEN_NOTHING : OPEN_VERIFY;
}

static void put(struct step *s, struct slice msisdn, const struct open_case *one)
{
    struct slice blob = step_blob(s, SUBJECT_SENDER, msisdn);
    struct sender_state *state =
        blob_is_foreign(blob, s->arena) ? NULL : drafts_decode(blob, s->rules, s->now_ms, s->arena);

    if (state && open_set(&state->open, one))
        step_state_write(s, msisdn, state);
}

/* Who it is about, by name; of a report by number the name that it was filed with. */
static struct slice patient(const struct filed_report *r)
{
    struct slice nama = text_as(r->form, r->values, AS_NAME);

    return nama.n ? nama : r->whom;
}

void listing_due(struct step *s, const struct due *d)
{
    struct filed_report *r = ARENA_NEW(s->arena, struct filed_report);
    struct open_case one = { .nomor = d->nomor };
    struct slice to = d->to, msisdn;
    struct episode e;
    bool referral = r && report_load(s, d->nomor, r);
    bool request = !referral && approval_open(s, d->nomor, &one);

    step_reason(s, "timer_idle");
    if (!referral && !request && !episode_number_load(s, d->nomor, &e))
        return;
    step_reason(s, "timer");
    if (!request)
        one.whom = referral ? r->referral.say : episode_disease(s, e.disease);
    if (referral) {
        one.of = form_is(r->form, FORM_REFERRAL) ? text_as(r->form, r->values, AS_NUMBER) : one.of;
        one.now = slice_is(r->referral.urgency, "E1");
        one.who = child_called(s->rules, patient(r), s->arena);
    }
    while ((msisdn = slice_cut(&to, ',')).n) {
        if (!request)
            one.what = referral ? of_referral(s, r, msisdn) : of_episode(s, &e, msisdn);
        put(s, msisdn, &one);
    }
}
