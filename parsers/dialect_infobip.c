/* dialect_infobip.c - Infobip: JSON lists of messages and reports in, /sms/3/messages out (PEERS 4.14, 6.3);
 * USSD calls start, response and end (PEERS 6.2).
 *
 * Sourced for USSD: Infobip's "USSD Gateway to Third-party Application HTTP/REST/JSON" as vumi's transport
 * quotes and tests it.  The path ends in SESSION/start, /response (both POST) or /end (PUT); the body holds
 * msisdn, text, shortCode, exitCode, reason; the answer is JSON in every case: ussdMenu, shouldClose,
 * responseExitCode (200, or 400 and the like), responseMessage.  So this one door does not answer CON or END:
 * Infobip would show nothing. Doubtful, for nobody here has seen a live gateway: whether shortCode comes with
 * every call (ours is taken where it is missing); what stands in the text of a start (taken only where it is
 * what was dialled); whether an end ever names its msisdn (in the tests it does not: then it is answered and
 * nothing else, the dialogue becomes a draft by its own clock); whether anybody asks /status (refused: it
 * would need the session before the answer). */
#include <stdio.h>

#include "parsers/dialect.h"
#include "parsers/json.h"
#include "parsers/utf8.h"

extern const struct dialect dialect_infobip;

static int items(const struct wire_request *r, struct arena *a, struct slice **each)
{
    return json_items(r->body, S("/results"), a, each);
}

static enum wire_rc decode_sms(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    /* `cleanText` has lost what Infobip takes for a keyword. */
    const struct dialect_names names = { .id = PARAM_NAMES("messageId"),
                                         .from = PARAM_NAMES("from", "sender"),
                                         .to = PARAM_NAMES("to", "destination"),
                                         .text = PARAM_NAMES("text") };
    struct params f = { .n = 0 };

    if (!r->in_list || params_add_json(&f, r->body, a, NULL) != 0)
        return WIRE_BAD_SHAPE;
    return dialect_sms(&f, &names, a, in);
}

static enum wire_rc decode_ussd(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    bool starts = slice_is(r->call, "start"), ends = slice_is(r->call, "end");
    struct params f = { .n = 0 };

    if ((!starts && !ends && !slice_is(r->call, "response")) || !r->session.n ||
        params_add_json(&f, r->body, a, NULL) != 0)
        return WIRE_BAD_SHAPE;
    in->kind = INBOUND_USSD;
    in->op = starts ? USSD_BEGIN : ends ? USSD_ENDED : USSD_INPUT;
    in->session = utf8_clean(r->session, a, NULL);
    in->from = dialect_field(&f, PARAM_NAMES("msisdn"), a);
    in->service_code = dialect_field(&f, PARAM_NAMES("shortCode"), a);
    in->text = ends ? slice_make("", 0) : dialect_text(params_get(&f, PARAM_NAMES("text")), a, in);
    if (ends && !in->from.n)
        return WIRE_IGNORED;
    if (starts && !slice_starts(in->text, "*"))
        in->text = slice_make("", 0);
    if (!starts && !ends && !params_find(&f, PARAM_NAMES("text")))
        return WIRE_BAD_SHAPE;
    return in->from.n ? WIRE_OK : WIRE_BAD_SHAPE;
}

static void answer_ussd(const struct wire_page *page, struct arena *a, struct wire_answer *out)
{
    struct buf b;

    buf_init(&b, 8192);
    if (!page->over) {
        buf_str(&b, "{\"ussdMenu\":");
        buf_json(&b, page->text);
        buf_printf(&b, ",\"shouldClose\":%s,", page->ends ? "true" : "false");
    } else {
        buf_str(&b, "{");
    }
    buf_str(&b, "\"responseExitCode\":200,\"responseMessage\":\"\"}");
    *out = (struct wire_answer){ .status = 200, .content_type = "application/json", .body = buf_into(&b, a) };
}

static enum wire_rc decode_dlr(const struct wire_request *r, struct arena *a, struct wire_dlr *out)
{
    static const struct dialect_state states[] = {
        { "DELIVERED", "delivered" }, { "UNDELIVERABLE", "failed" }, { "EXPIRED", "failed" },
        { "REJECTED", "rejected" },   { "PENDING", "accepted" },     { NULL, NULL },
    };
    struct params f = { .n = 0 };

    if (!r->in_list || params_add_json(&f, r->body, a, NULL) != 0)
        return WIRE_BAD_SHAPE;
    /* The id is ours: we gave it when we sent. */
    *out = (struct wire_dlr){ .uuid = dialect_field(&f, PARAM_NAMES("messageId"), a) };
    return dialect_dlr(dialect_field(&f, PARAM_NAMES("status.groupName"), a), states, out);
}

static enum wire_rc encode_send(const struct wire_sms *sms, struct arena *a, struct wire_send *out)
{
    struct buf b;

    buf_init(&b, 65536);
    buf_str(&b, "{\"messages\":[{");
    if (sms->from.n) {
        buf_str(&b, "\"sender\":");
        buf_json(&b, sms->from);
        buf_str(&b, ",");
    }
    buf_str(&b, "\"destinations\":[{\"to\":");
    buf_json(&b, dialect_digits(sms->to));
    if (sms->uuid.n) {
        buf_str(&b, ",\"messageId\":");
        buf_json(&b, sms->uuid);
    }
    buf_str(&b, "}],\"content\":{\"text\":");
    buf_json(&b, sms->text);
    buf_str(&b, "}");
    if (sms->dlr_url.n) {
        buf_str(&b, ",\"webhooks\":{\"contentType\":\"application/json\",\"delivery\":{\"url\":");
        buf_json(&b, sms->dlr_url);
        buf_str(&b, "}}");
    }
    buf_str(&b, "}]}");
    *out =
        (struct wire_send){ .url = sms->url, .content_type = S("application/json"), .body = buf_into(&b, a) };
    out->headers[out->headers_n++] = arena_printf(a, "Authorization: App %.*s", SLICE_ARG(sms->password));
    out->headers[out->headers_n++] = S("Accept: application/json");
    return WIRE_OK;
}

static void decode_send_answer(const struct wire_said *said, struct arena *a, struct send_answer *out)
{
    struct params f = { .n = 0 };
    struct slice group;

    if (dialect_said_by_status(said->status, out))
        return;
    if (params_add_json_item(&f, said->body, "messages", 0, a) != 0)
        return;
    out->their_id = params_get(&f, PARAM_NAMES("messageId"));
    group = params_get(&f, PARAM_NAMES("status.groupName"));
    if (slice_is(group, "PENDING") || slice_is(group, "DELIVERED"))
        out->result = SEND_ACCEPTED;
    else if (slice_is(group, "REJECTED") || slice_is(group, "UNDELIVERABLE"))
        out->result = SEND_REFUSED;
    snprintf(out->why, sizeof out->why, "%.40s", group.n ? group.p : "no status");
}

const struct dialect dialect_infobip = {
    .name = "infobip",
    .taken_type = "application/json",
    .taken_body = "{}",
    .items = items,
    .calls_in_path = true,
    .decode_sms = decode_sms,
    .decode_ussd = decode_ussd,
    .decode_dlr = decode_dlr,
    .answer_ussd = answer_ussd,
    .encode_send = encode_send,
    .decode_send_answer = decode_send_answer,
};
