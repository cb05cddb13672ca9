/* smpp_in.c - see smpp_in.h.
 *
 *   deliver_sm -> receipt? -> USSD? -> part of a long SMS? -> SMS -> rates -> pipeline ... -> deliver_sm_resp
 *
 * A part waits for the others in memory and on disk.  The last one submits the whole, and is acknowledged
 * like an SMS; should it be refused, the SMSC brings it again, and the sweep offers the whole again. */
#include "gateway/ingress/smpp_in.h"

#include <stdlib.h>
#include <string.h>

#include "flows/hear.h"
#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/base/stat.h"
#include "gateway/ingress/admission.h"
#include "gateway/ingress/resends.h"
#include "gateway/ingress/smpp_dlr.h"
#include "gateway/ingress/smpp_page.h"
#include "gateway/ingress/smpp_parts.h"
#include "parsers/msisdn.h"
#include "parsers/utf8.h"

enum {
    MESSAGE_MEMORY = 1 << 20,
    LONG_MAX = 2000, /* messages whose parts wait */
    SYNC_MAX = 256,  /* parts acknowledged by one sync */
    SWEEP_MS = 250,
    AGAIN_MS = 1000,
    HELD_MAGIC = 0x736d6868,
};

/* A message that the pipeline has. */
struct held {
    unsigned magic;
    struct smpp_in *in; /* NULL: closed meanwhile */
    struct held *next, **at;
    struct smpp_provider *provider;
    struct smpp_ticket ticket; /* link NULL: nobody waits */
    uint64_t whole;            /* of the parts' set; 0: no long message */
    uint64_t resend;           /* of resends; 0: none */
    bool ussd;
    struct smpp_caller caller;
};

struct smpp_in {
    struct loop *loop;
    struct smpp_hub *hub;
    const struct config *config;
    struct ingress_ops ops;
    struct rates *rates;
    struct resends *resends;
    struct held *held;
    struct smpp_pages *pages;
    struct smpp_dlrs *dlrs;
    struct segment_set *set;
    struct smpp_parts_log *log;
    struct smpp_ticket synced[SYNC_MAX]; /* wait for the sync of this turn */
    unsigned synced_n;
    struct loop_timer *sweep;
};

static uint32_t status_of(enum reason reason)
{
    if (reason_http(reason) == 200)
        return SMPP_ROK;
    return reason == REASON_draining ? SMPP_RX_T_APPN : SMPP_RMSGQFUL;
}

/* --- held messages --- */

static struct held *hold(struct smpp_in *in, struct smpp_provider *p, const struct smpp_ticket *t)
{
    struct held *h = calloc(1, sizeof *h);

    if (!h)
        return NULL;
    h->magic = HELD_MAGIC;
    h->in = in;
    h->provider = p;
    if (t)
        h->ticket = *t;
    h->next = in->held;
    if (h->next)
        h->next->at = &h->next;
    h->at = &in->held;
    in->held = h;
    return h;
}

/* The page goes out behind the response: SMSCs expect that order. */
static void answer_ussd(struct held *h, const struct answer *said)
{
    struct arena arena;
    bool spare = said->screen.n == 0;

    smpp_link_answer(&h->ticket, SMPP_ROK);
    if (h->caller.ussd.op == USSD_ENDED)
        return;
    arena_init(&arena, 65536);
    smpp_pages_send(h->in->pages, h->provider, h->ticket.link, &h->caller,
                    spare ? ingress_spare_page(h->in->ops.rules, said->reason, &arena) : said->screen,
                    spare || said->screen_ends);
    arena_free(&arena);
}

static void answer_whole(struct held *h, uint32_t status)
{
    struct smpp_in *in = h->in;
    int64_t now = clock_wall_ms();

    if (status == SMPP_ROK)
        segment_done(in->set, h->whole, now);
    else
        segment_later(in->set, h->whole, now + AGAIN_MS);
    smpp_parts_trim(in->log, segment_oldest_ms(in->set));
}

static void on_answer(void *arg, const struct answer *said)
{
    struct held *h = arg;

    if (h->magic != HELD_MAGIC)
        abort();
    if (h->in) {
        *h->at = h->next;
        if (h->next)
            h->next->at = h->at;
        if (h->whole)
            answer_whole(h, status_of(said->reason));
        resends_answered(h->in->resends, h->resend, reason_http(said->reason) == 200, clock_mono_ms());
        if (h->ussd)
            answer_ussd(h, said);
        else if (h->ticket.link)
            smpp_link_answer(&h->ticket, status_of(said->reason));
    }
    h->magic = 0;
    free(h);
}

/* --- SMS --- */

/* "62812…" is read as Indonesian whatever its TON says; a TON of 1 makes a "+" of what is not. */
static struct slice sender(const struct smpp_address *from, struct arena *a)
{
    struct msisdn m;

    if (from->ton == 1 && from->number.n && slice_all_digits(from->number) && !msisdn_parse(from->number, &m))
        return arena_printf(a, "+%.*s", SLICE_ARG(from->number));
    return from->number;
}

/* What SMPP says without stating an alphabet: addresses. */
static struct slice clean(struct slice s, struct arena *a)
{
    bool broken;

    return utf8_clean(s, a, &broken);
}

/* An emergency is told before any limit refuses it. */
static bool within_limits(struct smpp_in *in, const struct inbound *msg)
{
    return rates_take(in->rates, in->config, msg, clock_mono_ms()) ||
           (msg->kind == INBOUND_SMS && in->ops.rules &&
            hear_text(in->ops.rules, msg->text, msg->received_ms) == HEARD_EMERGENCY);
}

/* received_ms 0: now. */
static enum reason admit(struct smpp_in *in, struct held *h, struct inbound *msg, struct arena *a)
{
    const struct provider_conf *conf =
        config_provider(in->config, slice_of(smpp_provider_habits(h->provider)->name));
    const struct resend_way way = { .line = smpp_link_line(&h->ticket), .whole = h->whole };
    int64_t at_ms = msg->received_ms ? msg->received_ms : clock_wall_ms();

    if (!conf)
        return REASON_no_such_provider;
    admission_complete(msg, conf, at_ms, a);
    if (!within_limits(in, msg))
        return REASON_rate_limited;
    h->resend = resends_take(in->resends, msg, &way, clock_mono_ms(), a);
    return a->failed ? REASON_busy : REASON_accepted;
}

/* Hands it on, or answers by itself. */
static void submit(struct smpp_in *in, struct held *h, struct inbound *msg, struct arena *a)
{
    enum reason verdict = admit(in, h, msg, a);

    if (verdict == REASON_accepted) {
        in->ops.submit(in->ops.arg, msg, on_answer, h);
        return;
    }
    reason_count(verdict);
    on_answer(h, &(struct answer){ .reason = verdict == REASON_no_such_provider ? REASON_draining : verdict,
                                   .screen_ends = true });
}

/* lone: nobody can say what it is a part of. */
static struct inbound sms_of(const struct smpp_provider *p, const struct smpp_pdu *pdu, struct slice octets,
                             bool lone, struct arena *a)
{
    struct inbound msg = { .kind = INBOUND_SMS,
                           .from = clean(sender(&pdu->from, a), a),
                           .to = clean(pdu->to.number, a) };

    msg.text =
        smpp_text_decode(&smpp_provider_habits(p)->codings, pdu->coding, octets, a, &msg.text_was_broken);
    if (lone || pdu->half) {
        msg.text = lone ? segment_lone(msg.text, a) : segment_half(msg.text, a);
        msg.text_was_broken = true;
    }
    return msg;
}

static void take_sms(struct smpp_in *in, struct smpp_provider *p, const struct smpp_ticket *t,
                     const struct smpp_pdu *pdu, struct slice octets, bool lone, struct arena *a)
{
    struct inbound msg = sms_of(p, pdu, octets, lone, a);
    struct held *h = hold(in, p, t);

    if (h)
        submit(in, h, &msg, a);
    else
        smpp_link_answer(t, SMPP_RMSGQFUL);
}

/* --- long SMS --- */

static struct slice decode_part(void *arg, struct slice name, uint8_t coding, struct slice octets,
                                struct arena *a, bool *broken)
{
    struct smpp_in *in = arg;
    struct smpp_provider *p = smpp_hub_provider(in->hub, name);

    return p ? smpp_text_decode(&smpp_provider_habits(p)->codings, coding, octets, a, broken) : S("");
}

static void submit_whole(struct smpp_in *in, struct smpp_provider *p, const struct smpp_ticket *t,
                         const struct segment_whole *w, struct arena *a)
{
    struct inbound msg = { .kind = INBOUND_SMS,
                           .from = w->from,
                           .to = w->to,
                           .text = w->text,
                           .text_was_broken = w->broken,
                           .received_ms = w->since_ms };
    struct held *h = hold(in, p, t);

    if (!h) {
        segment_later(in->set, w->id, clock_wall_ms() + AGAIN_MS);
        if (t)
            smpp_link_answer(t, SMPP_RMSGQFUL);
        return;
    }
    h->whole = w->id;
    submit(in, h, &msg, a);
}

/* True when the PDU is a part: its numbers are in *part, *octets is without header.  *maimed: it may have
 * been one, but its header cannot be read. */
static bool read_part(const struct smpp_pdu *pdu, struct slice *octets, struct segment_part *part,
                      bool *maimed)
{
    uint32_t ref = smpp_tlv_number(pdu, SMPP_TAG_SAR_REF, UINT32_MAX);
    int udh;
    bool is_part;

    *octets = smpp_payload(pdu);
    udh = pdu->esm_class & SMPP_ESM_UDHI ? segment_udh(octets, part) : 0;
    *maimed = udh == 2;
    is_part = udh == 1;
    if (!is_part && ref != UINT32_MAX) {
        part->ref = segment_sar_ref(ref);
        part->total = smpp_tlv_number(pdu, SMPP_TAG_SAR_TOTAL, 0);
        part->seq = smpp_tlv_number(pdu, SMPP_TAG_SAR_SEQ, 0);
        is_part = true;
    }
    part->text = *octets;
    part->coding = pdu->coding;
    return is_part && part->total > 1;
}

static enum segment_rc add_part(struct smpp_in *in, struct smpp_provider *p, const struct smpp_pdu *pdu,
                                struct segment_part *part, int64_t at_ms, struct arena *a,
                                struct segment_whole *w)
{
    part->provider = slice_of(smpp_provider_habits(p)->name);
    part->from = clean(sender(&pdu->from, a), a);
    part->to = clean(pdu->to.number, a);
    return segment_add(in->set, part, at_ms, a, w);
}

/* Everything that was added in this turn is synced once; only then the SMSC hears of it. */
static void sync_parts(void *arg)
{
    struct smpp_in *in = arg;
    uint32_t status;

    if (!in->synced_n)
        return;
    status = smpp_parts_sync(in->log) ? SMPP_ROK : SMPP_RMSGQFUL;
    for (unsigned i = 0; i < in->synced_n; i++)
        smpp_link_answer(&in->synced[i], status);
    in->synced_n = 0;
}

static void take_part(struct smpp_in *in, struct smpp_provider *p, const struct smpp_ticket *t,
                      const struct smpp_pdu *pdu, struct segment_part *part, struct arena *a)
{
    int64_t now = clock_wall_ms();
    struct segment_whole w;

    switch (add_part(in, p, pdu, part, now, a, &w)) {
    case SEGMENT_WAITING:
        smpp_parts_add(in->log, part->provider, now, pdu->whole);
        loop_timer_set(in->sweep, SWEEP_MS);
        break;
    case SEGMENT_REPEATED:
        break;
    case SEGMENT_COMPLETE:
        submit_whole(in, p, t, &w, a);
        return;
    case SEGMENT_BAD:
        take_sms(in, p, t, pdu, part->text, true, a);
        return;
    case SEGMENT_FULL:
        smpp_link_answer(t, SMPP_RMSGQFUL);
        return;
    }
    if (in->synced_n == SYNC_MAX)
        sync_parts(in);
    in->synced[in->synced_n++] = *t;
}

/* Are its fields good?  What stands behind them may be cut. */
static bool is_whole(enum smpp_rc rc)
{
    return rc == SMPP_OK || rc == SMPP_BAD_END;
}

/* From the file of an earlier life; nobody waits for an answer. */
static void replay_part(void *arg, struct slice name, int64_t at_ms, struct slice whole)
{
    struct smpp_in *in = arg;
    struct smpp_provider *p = smpp_hub_provider(in->hub, name);
    struct segment_part part = { .ref = 0 };
    struct segment_whole w;
    struct slice octets;
    struct smpp_pdu pdu;
    struct arena a;
    bool maimed;

    if (!p || !is_whole(smpp_decode(whole, &pdu)) || !read_part(&pdu, &octets, &part, &maimed))
        return;
    arena_init(&a, MESSAGE_MEMORY);
    if (add_part(in, p, &pdu, &part, at_ms, &a, &w) == SEGMENT_COMPLETE)
        segment_later(in->set, w.id, at_ms);
    arena_free(&a);
}

/* Hands over what is overdue. */
static void on_sweep(void *arg)
{
    struct smpp_in *in = arg;
    int64_t now = clock_wall_ms();
    struct segment_whole w;
    struct arena a;

    arena_init(&a, MESSAGE_MEMORY);
    while (segment_overdue(in->set, now, &a, &w)) {
        struct smpp_provider *p = smpp_hub_provider(in->hub, w.provider);

        if (w.broken)
            stat_get(STAT_COUNTER, "smpp_incomplete_total", "Long SMS handed over with parts missing.", NULL,
                     NULL)
                ->value++;
        if (p)
            submit_whole(in, p, NULL, &w, &a);
        arena_reset(&a);
    }
    arena_free(&a);
    if (segment_waiting(in->set))
        loop_timer_set(in->sweep, SWEEP_MS);
    else
        smpp_parts_trim(in->log, INT64_MAX);
}

/* --- USSD --- */

/* What was dialled under our code stays (it may lead on, as *123*1#); another code is just a dial. */
static struct slice dialled(const struct smpp_in *in, struct slice text)
{
    struct slice stem = in->config->service_code;

    if (slice_ends(stem, "#"))
        stem.n--;
    if ((slice_starts(text, "*") || slice_starts(text, "#")) &&
        !(text.n > stem.n && slice_eq(slice_take(text, stem.n), stem)))
        return slice_make("", 0);
    return text;
}

static void take_ussd(struct smpp_in *in, struct smpp_provider *p, const struct smpp_ticket *t,
                      const struct smpp_pdu *pdu, const struct smpp_ussd *u, struct arena *a)
{
    struct inbound msg = { .kind = INBOUND_USSD,
                           .from = clean(sender(&pdu->from, a), a),
                           .to = clean(pdu->to.number, a),
                           .session = slice_of(u->session),
                           .service_code = in->config->service_code,
                           .op = u->op };
    struct held *h = hold(in, p, t);

    if (!h) {
        smpp_link_answer(t, SMPP_RMSGQFUL);
        return;
    }
    h->ussd = true;
    smpp_caller_take(&h->caller, u, pdu);
    msg.text = smpp_text_decode(&smpp_provider_habits(p)->codings, pdu->coding, smpp_payload(pdu), a,
                                &msg.text_was_broken);
    msg.text = slice_trim(msg.text);
    if (u->op == USSD_BEGIN)
        msg.text = dialled(in, msg.text);
    submit(in, h, &msg, a);
}

/* --- the door --- */

/* What does a text say whose flags say that it is something else?  Without rules nobody knows. */
static enum hearing heard_in(struct smpp_in *in, struct smpp_provider *p, const struct smpp_pdu *pdu,
                             struct arena *a)
{
    struct inbound msg = sms_of(p, pdu, smpp_payload(pdu), false, a);

    if (!slice_trim(msg.text).n)
        return HEARD_NOTHING;
    return in->ops.rules ? hear_text(in->ops.rules, msg.text, clock_wall_ms()) : HEARD_MESSAGE;
}

/* A dial says a code, and the end of a session nothing: a report or an emergency in its place is an SMS under
 * the wrong mark.  An input may say anything. */
static bool says_more(struct smpp_in *in, struct smpp_provider *p, const struct smpp_pdu *pdu,
                      const struct smpp_ussd *u, struct arena *a)
{
    struct slice text = slice_trim(smpp_payload(pdu));

    return u->op != USSD_INPUT && text.n && !slice_starts(text, "*") && !slice_starts(text, "#") &&
           heard_in(in, p, pdu, a) != HEARD_NOTHING;
}

static void take_message(struct smpp_in *in, struct smpp_provider *p, const struct smpp_ticket *t,
                         const struct smpp_pdu *pdu, struct arena *a)
{
    struct segment_part part = { .ref = 0 };
    struct slice octets;
    bool maimed;

    if (read_part(pdu, &octets, &part, &maimed) && !pdu->half)
        take_part(in, p, t, pdu, &part, a);
    else
        take_sms(in, p, t, pdu, octets, maimed, a);
}

/* It claimed to be a receipt, and is none of ours: somebody's text, or for people to look at.  Its sender is
 * not asked: it may be a telco that writes receipts in its own way. */
static void take_doubtful(void *arg, struct smpp_provider *p, const struct smpp_ticket *t,
                          const struct smpp_pdu *pdu)
{
    struct smpp_in *in = arg;
    struct inbound msg;
    struct arena a;
    struct held *h;

    arena_init(&a, MESSAGE_MEMORY);
    if (heard_in(in, p, pdu, &a) != HEARD_NOTHING || !in->ops.park) {
        take_message(in, p, t, pdu, &a);
    } else if ((h = hold(in, p, t))) {
        msg = sms_of(p, pdu, smpp_payload(pdu), false, &a);
        msg.provider = slice_of(smpp_provider_habits(p)->name);
        msg.received_ms = clock_wall_ms();
        in->ops.park(in->ops.arg, &msg, "marked as a delivery report, and is none", on_answer, h);
    } else {
        smpp_link_answer(t, SMPP_RMSGQFUL);
    }
    arena_free(&a);
}

static void on_request(void *arg, struct smpp_provider *p, const struct smpp_ticket *t,
                       const struct smpp_pdu *pdu)
{
    struct smpp_in *in = arg;
    struct smpp_receipt receipt;
    struct smpp_ussd ussd;
    struct arena a;

    arena_init(&a, MESSAGE_MEMORY);
    if (smpp_receipt_read(pdu, &receipt) && (receipt.sure || heard_in(in, p, pdu, &a) == HEARD_NOTHING))
        smpp_dlrs_take(in->dlrs, p, t, pdu, &receipt);
    else if (smpp_ussd_read(smpp_provider_habits(p)->ussd, pdu, &ussd) && !says_more(in, p, pdu, &ussd, &a))
        take_ussd(in, p, t, pdu, &ussd, &a);
    else
        take_message(in, p, t, pdu, &a);
    arena_free(&a);
}

/* --- life --- */

static bool open_parts(struct smpp_in *in, struct err *e)
{
    in->set = segment_new(LONG_MAX, in->config->parts_ms);
    in->sweep = loop_timer_new(in->loop, "smpp parts", on_sweep, in);
    if (!in->set || !in->sweep) {
        err_set(e, "smpp: out of memory");
        return false;
    }
    segment_decoder(in->set, decode_part, in);
    in->log = smpp_parts_open(in->config->state.p, replay_part, in, e);
    if (!in->log)
        return false;
    if (segment_waiting(in->set)) {
        log_text(LOG_INFO, "smpp_parts", "%u long SMS taken up where they were left",
                 segment_waiting(in->set));
        loop_timer_set(in->sweep, SWEEP_MS);
    }
    return true;
}

struct smpp_in *smpp_in_open(struct loop *loop, struct smpp_hub *hub, struct store *store,
                             const struct config *c, const struct ingress_ops *ops, struct err *e)
{
    struct smpp_in *in = calloc(1, sizeof *in);

    if (!in) {
        err_set(e, "smpp: out of memory");
        return NULL;
    }
    in->loop = loop;
    in->hub = hub;
    in->config = c;
    in->ops = *ops;
    in->rates = rates_new();
    in->resends = resends_new();
    in->pages = smpp_pages_new(loop);
    in->dlrs = smpp_dlrs_new(loop, store, ops);
    if (!in->rates || !in->resends || !in->pages || !in->dlrs || !open_parts(in, e)) {
        smpp_in_close(in);
        return NULL;
    }
    smpp_dlrs_otherwise(in->dlrs, take_doubtful, in);
    loop_at_turn_end(loop, sync_parts, in);
    smpp_hub_on_request(hub, on_request, in);
    return in;
}

void smpp_in_reload(struct smpp_in *in, const struct config *c, const struct ruleset *rules)
{
    in->config = c;
    in->ops.rules = rules;
    segment_wait(in->set, c->parts_ms);
}

static void free_in(void *arg)
{
    free(arg);
}

void smpp_in_close(struct smpp_in *in)
{
    smpp_hub_on_request(in->hub, NULL, NULL);
    loop_not_at_turn_end(in->loop, sync_parts, in);
    for (struct held *h = in->held; h; h = h->next)
        h->in = NULL;
    if (in->dlrs)
        smpp_dlrs_free(in->dlrs);
    if (in->pages)
        smpp_pages_free(in->pages);
    if (in->log)
        smpp_parts_close(in->log);
    segment_free(in->set);
    loop_timer_free(in->sweep);
    rates_free(in->rates);
    resends_free(in->resends);
    loop_reap(in->loop, free_in, in);
}
