/* dialect_infobip.c - Infobip: JSON lists of messages and reports in, /sms/3/messages out (PEERS 4.14, 6.3).
 */
#include <jansson.h>
#include <stdio.h>

#include "parsers/dialect.h"
#include "parsers/utf8.h"

extern const struct dialect dialect_infobip;

static unsigned items(const struct wire_request *r, struct arena *a)
{
    return params_json_items(r->body, "results", a);
}

static enum wire_rc decode_sms(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    struct params f = { .n = 0 };

    if (params_add_json_item(&f, r->body, "results", r->item, a) != 0 ||
        !params_find(&f, PARAM_NAMES("text")))
        return WIRE_BAD_SHAPE;
    in->kind = INBOUND_SMS;
    in->provider_id = dialect_text(params_get(&f, PARAM_NAMES("messageId")), a, in);
    in->from = slice_trim(dialect_text(params_get(&f, PARAM_NAMES("from", "sender")), a, in));
    in->to = slice_trim(dialect_text(params_get(&f, PARAM_NAMES("to", "destination")), a, in));
    in->text_was_broken = false;
    /* `cleanText` has lost what Infobip takes for a keyword. */
    in->text = dialect_text(params_get(&f, PARAM_NAMES("text")), a, in);
    return in->from.n ? WIRE_OK : WIRE_BAD_SHAPE;
}

static enum wire_rc decode_dlr(const struct wire_request *r, struct arena *a, struct wire_dlr *out)
{
    static const struct {
        const char *group, *state;
        bool final;
    } states[] = {
        { "DELIVERED", "delivered", true }, { "UNDELIVERABLE", "failed", true },
        { "EXPIRED", "failed", true },      { "REJECTED", "rejected", true },
        { "PENDING", "accepted", false },
    };
    struct params f = { .n = 0 };
    struct slice group;

    if (params_add_json_item(&f, r->body, "results", r->item, a) != 0)
        return WIRE_BAD_SHAPE;
    group = params_get(&f, PARAM_NAMES("status.groupName"));
    /* The id is ours: we gave it when we sent. */
    *out = (struct wire_dlr){ .uuid = utf8_clean(params_get(&f, PARAM_NAMES("messageId")), a, NULL) };
    for (unsigned i = 0; i < sizeof states / sizeof states[0]; i++)
        if (slice_is(group, states[i].group)) {
            out->state = states[i].state;
            out->final = states[i].final;
        }
    if (!out->uuid.n)
        return WIRE_BAD_SHAPE;
    return out->state ? WIRE_OK : group.n ? WIRE_IGNORED : WIRE_BAD_SHAPE;
}

static void answer(enum reason reason, struct slice id, struct arena *a, struct wire_answer *out)
{
    (void)id;
    if (reason_http(reason) != 200) {
        dialect_refuse(reason, a, out);
        return;
    }
    *out = (struct wire_answer){ .status = 200, .content_type = "application/json", .body = S("{}") };
}

static enum wire_rc encode_send(const struct wire_sms *sms, struct arena *a, struct wire_send *out)
{
    struct slice to = sms->to;
    struct buf b;

    if (to.n && to.p[0] == '+')
        to = slice_skip(to, 1);
    buf_init(&b, 65536);
    buf_str(&b, "{\"messages\":[{");
    if (sms->from.n) {
        buf_str(&b, "\"sender\":");
        buf_json(&b, sms->from);
        buf_str(&b, ",");
    }
    buf_str(&b, "\"destinations\":[{\"to\":");
    buf_json(&b, to);
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
    *out = (struct wire_send){ .url = sms->url,
                               .content_type = S("application/json"),
                               .body = arena_copy(a, buf_slice(&b)) };
    out->headers[out->headers_n++] = arena_printf(a, "Authorization: App %.*s", SLICE_ARG(sms->password));
    out->headers[out->headers_n++] = S("Accept: application/json");
    buf_free(&b);
    return WIRE_OK;
}

static void decode_send_answer(int status, struct slice body, struct arena *a, struct send_answer *out)
{
    struct params f = { .n = 0 };
    struct slice group;

    *out = (struct send_answer){ .result = SEND_UNKNOWN };
    snprintf(out->why, sizeof out->why, "http %d", status);
    if (status == 429) {
        out->result = SEND_THROTTLED;
        return;
    }
    if (status < 200 || status > 299) {
        out->result = status == 400 ? SEND_REFUSED : SEND_LATER;
        return;
    }
    if (params_add_json_item(&f, body, "messages", 0, a) != 0)
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
    .items = items,
    .decode_sms = decode_sms,
    .decode_dlr = decode_dlr,
    .answer = answer,
    .encode_send = encode_send,
    .decode_send_answer = decode_send_answer,
};
