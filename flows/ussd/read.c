/* read.c - which dialogue a request belongs to, and what its input does to it.  See ussd.h. */
#include "flows/step/blob.h"
#include "flows/step/drafts.h"
#include "flows/filing/filing.h"
#include "flows/understand/understanding.h"
#include "flows/ussd/ussd.h"
#include "flows/ussd/turn.h"

enum {
    SESSION_BYTES = 64
};

static unsigned parts_of(struct slice text)
{
    unsigned n = text.n ? 1 : 0;

    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '*';
    return n;
}

/* True when the provider repeats all inputs of the session in `text`. */
static bool accumulated(const struct inbound *in)
{
    return in->step > 1 && parts_of(in->text) == in->step - 1;
}

/* The inputs behind those that were answered already. */
static struct slice new_input(const struct inbound *in, const struct ussd_state *s)
{
    struct slice rest = in->text;

    if (!accumulated(in) || s->step == 0)
        return rest;
    for (unsigned i = 1; i < s->step; i++)
        slice_cut(&rest, '*');
    return rest;
}

/* What stands between the service code and the last '#'; false when `s` is not dialled under this code. */
static bool behind_code(struct slice code, struct slice s, struct slice *args)
{
    if (slice_ends(code, "#"))
        code.n--;
    if (code.n == 0 || s.n <= code.n || !slice_eq(slice_take(s, code.n), code) ||
        (s.p[code.n] != '*' && s.p[code.n] != '#'))
        return false;
    s = slice_skip(s, code.n + 1);
    if (slice_ends(s, "#"))
        s.n--;
    *args = s;
    return true;
}

void ussd_dialled(const struct ruleset *rs, struct inbound *in)
{
    struct slice args;

    if (behind_code(rs->service_code, in->service_code, &args)) {
        in->service_code = rs->service_code;
        if (slice_empty(in->text))
            in->text = args;
    }
    if (behind_code(rs->service_code, in->text, &args)) {
        in->text = args;
        in->op = USSD_BEGIN;
    }
}

/* The request that was answered last, or an earlier one of a session that goes on.  Once it ended, only the
 * same step repeats it: some telcos give the next dial the same id. */
static bool repeats(const struct inbound *in, const struct ussd_turn *t)
{
    const struct ussd_state *s = &t->state;

    if (in->step == 0 || s->step == 0 || t->session.n == 0 || !slice_eq(t->session, s->session))
        return false;
    return s->ended ? in->step == s->step : in->step <= s->step;
}

/* No phone sends more than a page; a telco that does is not followed.  Cut between characters. */
static struct slice at_most(struct slice s, size_t n)
{
    if (s.n <= n)
        return s;
    while (n > 0 && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return slice_take(s, n);
}

/* What a session is remembered by: its id, or a short name of a long one. */
static struct slice session_of(const struct inbound *in, struct arena *a)
{
    if (in->session.n <= SESSION_BYTES)
        return in->session;
    return arena_hex(a, slice_hash(in->session));
}

static bool has_letters(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] | 32) >= 'a' && (s.p[i] | 32) <= 'z')
            return true;
    return false;
}

/* Words of danger are no name, place or number, whatever the page asks (RULINGS 44). */
static bool is_cry(const struct ussd_turn *t, struct slice input)
{
    const struct ussd_context *c = &t->walk.c;
    struct said *said;

    if (!has_letters(input) || ussd_asks_why(c->rules, &t->state))
        return false;
    said = ARENA_NEW(c->arena, struct said);
    return said && understand_sms(c->rules, input, c->now_ms, c->arena, said) && said_is_emergency(said);
}

/* Danger goes as an SMS would say it; anything else is for the page. */
static void take_input(struct ussd_turn *t, struct slice input)
{
    if (!is_cry(t, input)) {
        ussd_walk_input(&t->walk, input);
        return;
    }
    t->cry = true;
    t->walk.said = input;
    t->walk.action = USSD_COMMAND;
}

static void read_input(const struct inbound *in, struct ussd_turn *t)
{
    struct ussd_state *s = &t->state;
    bool same = t->session.n > 0 && slice_eq(t->session, s->session) && !s->ended;

    if (same && in->op == USSD_INPUT)
        take_input(t, at_most(new_input(in, s), USSD_SEPTETS));
    else if (in->op == USSD_BEGIN || accumulated(in))
        ussd_walk_dial(&t->walk, at_most(in->text, USSD_SEPTETS));
    else
        ussd_walk_dial(&t->walk, S("")); /* an input to a page that nobody remembers: it means nothing */
}

/* Whoever may not or cannot use the menu; NULL when she may. */
static const char *refusal(const struct ruleset *rs, const struct sender *who, const struct inbound *in,
                           struct ussd_turn *t)
{
    t->reason = "unknown_sender";
    if (!in->from_is_msisdn || !who->person)
        return "ussd.belum_terdaftar";
    if (who->person->pending)
        return "ussd.menunggu";
    if (!who->person->active)
        return "ussd.belum_terdaftar";
    t->reason = "command_refused";
    t->walk.c.menu = menu_for(rs->menus, who->person->role, who->person->language);
    return t->walk.c.menu ? NULL : "ussd.tanpa_menu";
}

static enum read_rc say_command(const struct inbound *in, struct ussd_turn *t)
{
    t->sms = ARENA_NEW(t->walk.c.arena, struct inbound);
    if (!t->sms)
        return READ_NO_MEMORY;
    *t->sms = *in;
    t->sms->kind = INBOUND_SMS;
    t->sms->text = slice_trim(t->walk.said);
    return READ_OK;
}

static const struct ussd_turn *turn_of(const struct reading *page)
{
    return page->kind == READING_USSD ? page->ussd : NULL;
}

const struct inbound *ussd_said(const struct reading *page)
{
    return turn_of(page) ? turn_of(page)->sms : NULL;
}

void ussd_read_command(struct reading *page, struct reading *command)
{
    struct ussd_turn *t = page->ussd;

    t->command = command;
}

struct reading *ussd_command_of(const struct reading *page)
{
    return turn_of(page) ? turn_of(page)->command : NULL;
}

/* Does this step look at or change anything but the session? */
static bool touches(const struct ussd_turn *t)
{
    const struct ussd_walk *w = &t->walk;

    return w->report && (w->action == USSD_FILE || w->action == USSD_DRAFT || w->number_given ||
                         (!t->state.alarmed &&
                          (t->kind == USSD_TURN_INPUT ? w->report->emergency : filing_alarms(w->report))));
}

static enum read_rc name_subjects(const struct ruleset *rs, const struct sender *who, struct ussd_turn *t,
                                  struct intent *out)
{
    const struct ussd_state *s = &t->state;
    const struct form *f = s->form;

    if (!touches(t))
        return READ_OK;
    if (!filing_subjects(rs, who, t->walk.c.drafts ? &t->walk.c.drafts->open : NULL, t->walk.report,
                         t->walk.c.arena, out) ||
        !intent_add(out, SUBJECT_NUMBER, s->nomor))
        return READ_NO_MEMORY;
    for (unsigned i = 0; f && i < f->fields_n; i++)
        if (f->fields[i].type == FIELD_NOMOR && !intent_add(out, SUBJECT_NUMBER, s->values[i].text))
            return READ_NO_MEMORY;
    return READ_OK;
}

/* {"t":"ussd","from":"+62…","do":"*123#","nomor":…} */
static enum read_rc read_timer(const struct inbound *in, struct ussd_turn *t, struct intent *out)
{
    struct arena *a = t->walk.c.arena;
    const struct node *o = blob_parse(in->text, a);
    struct slice nomor = node_text(o, "nomor");

    t->kind = USSD_TURN_TIMER;
    t->msisdn = node_text(o, "from");
    t->session_id = arena_printf(a, "%.*s/%.*s", SLICE_ARG(t->msisdn), SLICE_ARG(node_text(o, "do")));
    return intent_add(out, SUBJECT_SESSION, t->session_id) && intent_add(out, SUBJECT_SENDER, t->msisdn) &&
                   intent_add(out, SUBJECT_NUMBER, nomor)
               ? READ_OK
               : READ_NO_MEMORY;
}

/* What an outage kept: the dialogue as it stood then, beside the one that is stored now. */
static void read_kept(const struct ruleset *rs, struct slice kept, struct ussd_turn *t)
{
    struct ussd_state stored = t->state;

    t->kind = USSD_TURN_KEPT;
    if (!ussd_state_decode(rs, kept, t->walk.c.arena, &t->state) || !t->state.form)
        return;
    t->overtaken = stored.at_ms != t->state.at_ms || !slice_eq(stored.session, t->state.session);
    ussd_move_judge(&t->walk);
}

static enum read_rc read_request(const struct ruleset *rs, const struct sender *who, const struct inbound *in,
                                 struct ussd_turn *t, struct intent *out)
{
    t->msisdn = who->msisdn;
    t->session_id = who->session.ref.id;
    t->session = session_of(in, t->walk.c.arena);
    t->refused = refusal(rs, who, in, t);
    if (t->refused) {
        t->kind = USSD_TURN_REFUSED;
        return READ_OK;
    }
    t->walk.c.person = who->person;
    t->walk.c.language = who->person->language;
    ussd_state_decode(rs, who->session.blob, t->walk.c.arena, &t->state);
    t->walk.c.drafts = drafts_decode(who->state.blob, rs, t->walk.c.now_ms, t->walk.c.arena);
    if (in->op == USSD_KEPT) {
        read_kept(rs, in->text, t);
        return name_subjects(rs, who, t, out);
    }
    if (in->op == USSD_ENDED) {
        t->kind = USSD_TURN_OVER;
        if (ussd_state_unfinished(&t->state) && t->state.form)
            ussd_move_judge(&t->walk);
        return name_subjects(rs, who, t, out);
    }
    if (repeats(in, t)) {
        t->kind = USSD_TURN_REPEAT;
        return READ_OK;
    }
    t->kind = USSD_TURN_INPUT;
    if (t->state.at_ms)
        t->walk.c.drawn_ms = t->state.at_ms;
    read_input(in, t);
    t->walk.c.drawn_ms = t->walk.c.now_ms;
    if (t->walk.action == USSD_COMMAND)
        return say_command(in, t);
    out->makes_nothing = !touches(t);
    return name_subjects(rs, who, t, out);
}

enum read_rc ussd_read(const struct ruleset *rs, const struct sender *who, const struct inbound *in,
                       int64_t now_ms, struct arena *arena, struct intent *out)
{
    struct reading *r = ARENA_NEW(arena, struct reading);
    struct ussd_turn *t = ARENA_NEW(arena, struct ussd_turn);
    enum read_rc rc;

    if (!r || !t)
        return READ_NO_MEMORY;
    t->state.field = -1;
    t->walk.s = &t->state;
    t->walk.c = (struct ussd_context){
        .rules = rs, .now_ms = now_ms, .drawn_ms = now_ms, .arena = arena, .language = rs->language
    };
    rc = in->kind == INBOUND_TIMER ? read_timer(in, t, out) : read_request(rs, who, in, t, out);
    r->kind = READING_USSD;
    r->ussd = t;
    r->acting = t->msisdn;
    out->reading = r;
    return arena->failed ? READ_NO_MEMORY : rc;
}
