/* ingress_admit.c - one message out of a request: decoded, its parts joined, within the limits, made whole.
 * See ingress_private.h. */
#include "flows/hear.h"
#include "gateway/base/clock.h"
#include "gateway/ingress/ingress_private.h"

/* A part of which nobody can say where it belongs goes on by itself, without the figures at its ends: half of
 * one is a wrong value, and a message refused is a message lost. */
static enum reason lone_part(struct inbound *msg, struct arena *a)
{
    msg->text = segment_lone(msg->text, a);
    msg->text_was_broken = true;
    return REASON_accepted;
}

/* A part of a long SMS waits for the others; the last one makes *msg the whole. */
static enum reason join_parts(struct ingress *in, struct request *r, const struct wire_request *w,
                              struct arena *a, struct inbound *msg, int64_t *at_ms)
{
    struct segment_part part = {
        .provider = r->provider->name, .from = msg->from, .to = msg->to, .text = msg->text
    };
    enum wire_rc rc = r->dialect->part(w, a, &part);
    struct segment_whole whole;
    enum reason verdict;

    if (rc != WIRE_OK)
        return rc == WIRE_IGNORED ? REASON_accepted : lone_part(msg, a);
    verdict = http_parts_add(in->parts, &part, *at_ms, a, &whole);
    if (verdict == REASON_bad_shape)
        return lone_part(msg, a);
    if (verdict != REASON_accepted)
        return verdict;
    r->whole = whole.id;
    msg->text = whole.text;
    msg->provider_id = slice_make("", 0); /* of one part: the whole has none */
    *at_ms = whole.since_ms;
    return REASON_accepted;
}

/* An emergency is told before any limit refuses it. */
static bool within_limits(struct ingress *in, const struct inbound *msg)
{
    return rates_take(in->rates, in->config, msg, clock_mono_ms()) ||
           (msg->kind == INBOUND_SMS && in->ops.rules &&
            hear_text(in->ops.rules, msg->text, msg->received_ms) == HEARD_EMERGENCY);
}

enum reason ingress_admit(struct ingress *in, struct request *r, const struct wire_request *w,
                          struct arena *a, struct inbound *msg)
{
    int64_t at_ms = clock_wall_ms();
    enum reason verdict = REASON_accepted;

    *msg = (struct inbound){ .kind = INBOUND_SMS };
    switch (request_decode(r->dialect, r->door, w, a, msg)) {
    case WIRE_OK:
        break;
    case WIRE_BAD_SIGNATURE:
        return REASON_bad_signature;
    case WIRE_BAD_SHAPE:
        return REASON_bad_shape;
    case WIRE_IGNORED:
        return r->door == DOOR_DLR ? REASON_dlr : REASON_ussd_page;
    }
    if (msg->kind == INBOUND_USSD && !msg->service_code.n)
        msg->service_code = in->config->service_code;
    if (msg->kind == INBOUND_SMS && r->dialect->part)
        verdict = join_parts(in, r, w, a, msg, &at_ms);
    if (verdict != REASON_accepted)
        return verdict;
    admission_complete(msg, r->provider, at_ms, a);
    if (a->failed)
        return REASON_busy;
    if (!within_limits(in, msg))
        return REASON_rate_limited;
    r->resend = resends_take(in->resends, msg, &(struct resend_way){ .line = r->line, .whole = r->whole },
                             clock_mono_ms(), a);
    return a->failed ? REASON_busy : REASON_accepted;
}
