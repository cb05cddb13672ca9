/* smpp_held.c - a message on its way through the pipeline, and its answer.  See smpp_in_private.h. */
#include "gateway/ingress/smpp_in_private.h"

#include <stdlib.h>

#include "flows/hear.h"
#include "gateway/base/clock.h"
#include "parsers/msisdn.h"
#include "parsers/utf8.h"

enum {
    HELD_MAGIC = 0x736d6868,
};

static uint32_t status_of(enum reason reason)
{
    if (reason_http(reason) == 200)
        return SMPP_ROK;
    return reason == REASON_draining ? SMPP_RX_T_APPN : SMPP_RMSGQFUL;
}

struct held *smpp_hold(struct smpp_in *in, struct smpp_provider *p, const struct smpp_ticket *t)
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
        segment_later(in->set, h->whole, now + WHOLE_AGAIN_MS);
    smpp_parts_trim(in->log, segment_oldest_ms(in->set));
}

void smpp_on_answer(void *arg, const struct answer *said)
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

struct slice smpp_sender(const struct smpp_address *from, struct arena *a)
{
    struct msisdn m;

    if (from->ton == 1 && from->number.n && slice_all_digits(from->number) && !msisdn_parse(from->number, &m))
        return arena_printf(a, "+%.*s", SLICE_ARG(from->number));
    return from->number;
}

struct slice smpp_clean(struct slice s, struct arena *a)
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

void smpp_submit(struct smpp_in *in, struct held *h, struct inbound *msg, struct arena *a)
{
    enum reason verdict = admit(in, h, msg, a);

    if (verdict == REASON_accepted) {
        in->ops.submit(in->ops.arg, msg, smpp_on_answer, h);
        return;
    }
    reason_count(verdict);
    smpp_on_answer(h,
                   &(struct answer){ .reason = verdict == REASON_no_such_provider ? REASON_draining : verdict,
                                     .screen_ends = true });
}

struct inbound smpp_sms_of(const struct smpp_provider *p, const struct smpp_pdu *pdu, struct slice octets,
                           bool lone, struct arena *a)
{
    struct inbound msg = { .kind = INBOUND_SMS,
                           .from = smpp_clean(smpp_sender(&pdu->from, a), a),
                           .to = smpp_clean(pdu->to.number, a) };

    msg.text =
        smpp_text_decode(&smpp_provider_habits(p)->codings, pdu->coding, octets, a, &msg.text_was_broken);
    if (lone || pdu->half) {
        msg.text = lone ? segment_lone(msg.text, a) : segment_half(msg.text, a);
        msg.text_was_broken = true;
    }
    return msg;
}

void smpp_take_sms(struct smpp_in *in, struct smpp_provider *p, const struct smpp_ticket *t,
                   const struct smpp_pdu *pdu, struct slice octets, bool lone, struct arena *a)
{
    struct inbound msg = smpp_sms_of(p, pdu, octets, lone, a);
    struct held *h = smpp_hold(in, p, t);

    if (h)
        smpp_submit(in, h, &msg, a);
    else
        smpp_link_answer(t, SMPP_RMSGQFUL);
}
