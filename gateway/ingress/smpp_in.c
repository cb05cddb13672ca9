/* smpp_in.c - see smpp_in.h.
 *
 *   deliver_sm -> receipt? -> USSD? -> part of a long SMS? -> SMS -> rates -> pipeline ... -> deliver_sm_resp
 */
#include "gateway/ingress/smpp_in_private.h"

#include <stdlib.h>

#include "flows/hear.h"
#include "gateway/base/clock.h"

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
                           .from = smpp_clean(smpp_sender(&pdu->from, a), a),
                           .to = smpp_clean(pdu->to.number, a),
                           .session = slice_of(u->session),
                           .service_code = in->config->service_code,
                           .op = u->op };
    struct held *h = smpp_hold(in, p, t);

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
    smpp_submit(in, h, &msg, a);
}

/* --- the door --- */

/* What does a text say whose flags say that it is something else?  Without rules nobody knows. */
static enum hearing heard_in(struct smpp_in *in, struct smpp_provider *p, const struct smpp_pdu *pdu,
                             struct arena *a)
{
    struct inbound msg = smpp_sms_of(p, pdu, smpp_payload(pdu), false, a);

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

    if (smpp_part_read(pdu, &octets, &part, &maimed) && !pdu->half)
        smpp_part_take(in, p, t, pdu, &part, a);
    else
        smpp_take_sms(in, p, t, pdu, octets, maimed, a);
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

    arena_init(&a, SMPP_MESSAGE_MEMORY);
    if (heard_in(in, p, pdu, &a) != HEARD_NOTHING || !in->ops.park) {
        take_message(in, p, t, pdu, &a);
    } else if ((h = smpp_hold(in, p, t))) {
        msg = smpp_sms_of(p, pdu, smpp_payload(pdu), false, &a);
        msg.provider = slice_of(smpp_provider_habits(p)->name);
        msg.received_ms = clock_wall_ms();
        in->ops.park(in->ops.arg, &msg, "marked as a delivery report, and is none", smpp_on_answer, h);
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

    arena_init(&a, SMPP_MESSAGE_MEMORY);
    if (smpp_receipt_read(pdu, &receipt) && (receipt.sure || heard_in(in, p, pdu, &a) == HEARD_NOTHING))
        smpp_dlrs_take(in->dlrs, p, t, pdu, &receipt);
    else if (smpp_ussd_read(smpp_provider_habits(p)->ussd, pdu, &ussd) && !says_more(in, p, pdu, &ussd, &a))
        take_ussd(in, p, t, pdu, &ussd, &a);
    else
        take_message(in, p, t, pdu, &a);
    arena_free(&a);
}

/* --- life --- */

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
    if (!in->rates || !in->resends || !in->pages || !in->dlrs || !smpp_parts_begin(in, e)) {
        smpp_in_close(in);
        return NULL;
    }
    smpp_dlrs_otherwise(in->dlrs, take_doubtful, in);
    loop_at_turn_end(loop, smpp_parts_answer, in);
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
    loop_not_at_turn_end(in->loop, smpp_parts_answer, in);
    for (struct held *h = in->held; h; h = h->next)
        h->in = NULL;
    if (in->dlrs)
        smpp_dlrs_free(in->dlrs);
    if (in->pages)
        smpp_pages_free(in->pages);
    crew_free(in->crew, NULL);
    if (in->log)
        smpp_parts_close(in->log);
    segment_free(in->set);
    loop_timer_free(in->sweep);
    rates_free(in->rates);
    resends_free(in->resends);
    loop_reap(in->loop, free_in, in);
}
