/* dialect_africastalking.c - SMS and USSD forms of Africa's Talking, its send API and delivery reports (PEERS
 * 4.14, 6.2, 6.3). */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "parsers/dialect.h"
#include "parsers/ussd_text.h"

extern const struct dialect dialect_africastalking;

static enum wire_rc decode_ussd(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    struct params f;

    if (dialect_params(r, a, &f) != WIRE_OK)
        return WIRE_BAD_SHAPE;
    in->kind = INBOUND_USSD;
    in->session = dialect_field(&f, PARAM_NAMES("sessionId"), a);
    in->from = dialect_field(&f, PARAM_NAMES("phoneNumber"), a);
    in->service_code = dialect_field(&f, PARAM_NAMES("serviceCode"), a);
    in->text = dialect_text(params_get(&f, PARAM_NAMES("text", "input")), a, in);
    in->step = ussd_text_step(in->text);
    in->op = in->text.n ? USSD_INPUT : USSD_BEGIN;
    /* The notice of the end of a session: no answer is read.  `hopsCount`, `durationInMillis` and `status`
     * come with it alone. */
    if (params_find(&f, PARAM_NAMES("durationInMillis", "status", "errorMessage")) &&
        !params_find(&f, PARAM_NAMES("text")))
        in->op = USSD_ENDED;
    return in->from.n && in->session.n ? WIRE_OK : WIRE_BAD_SHAPE;
}

static const struct dialect_state states[] = {
    { "Success", "delivered" },       { "Failed", "failed" },  { "Rejected", "rejected" },
    { "Buffered", "buffered" },       { "Sent", "accepted" },  { "Submitted", "accepted" },
    { "AbsentSubscriber", "failed" }, { "Expired", "failed" }, { NULL, NULL },
};

static enum wire_rc decode_dlr(const struct wire_request *r, struct arena *a, struct wire_dlr *out)
{
    const struct dialect_report names = {
        .uuid = NULL, .id = PARAM_NAMES("id"), .word = PARAM_NAMES("status"), .states = states
    };

    return dialect_form_dlr(r, &names, a, out);
}

static enum wire_rc encode_send(const struct wire_sms *sms, struct arena *a, struct wire_send *out)
{
    struct buf b;

    buf_init(&b, 65536);
    query_pair(&b, "username", sms->username);
    query_pair(&b, "to", sms->to);
    query_pair(&b, "message", sms->text);
    if (sms->from.n)
        query_pair(&b, "from", sms->from);
    *out = (struct wire_send){ .url = sms->url,
                               .content_type = S("application/x-www-form-urlencoded"),
                               .body = buf_into(&b, a) };
    out->headers[out->headers_n++] = arena_printf(a, "apiKey: %.*s", SLICE_ARG(sms->password));
    out->headers[out->headers_n++] = S("Accept: application/json");
    return WIRE_OK;
}

/* 100-102 taken; 401 403 404 406 407 never; 402 405 500-502 and what we do not know later. */
static enum send_result of_code(json_int_t code)
{
    switch (code) {
    case 100:
    case 101:
    case 102:
        return SEND_ACCEPTED;
    case 401:
    case 403:
    case 404:
    case 406:
    case 407:
        return SEND_REFUSED;
    default:
        return SEND_LATER;
    }
}

static void decode_send_answer(const struct wire_said *said, struct arena *a, struct send_answer *out)
{
    json_t *root, *one, *id;

    if (dialect_said_by_status(said->status, out))
        return;
    root = json_loadb(said->body.n ? said->body.p : "", said->body.n, 0, NULL);
    one = json_array_get(json_object_get(json_object_get(root, "SMSMessageData"), "Recipients"), 0);
    if (json_is_integer(json_object_get(one, "statusCode"))) {
        json_int_t code = json_integer_value(json_object_get(one, "statusCode"));

        out->result = of_code(code);
        snprintf(out->why, sizeof out->why, "status %" JSON_INTEGER_FORMAT, code);
        id = json_object_get(one, "messageId");
        if (json_is_string(id))
            out->their_id = arena_str(a, json_string_value(id));
    } else if (json_is_object(json_object_get(root, "SMSMessageData"))) {
        out->result = SEND_LATER; /* "InvalidSenderId" and the like: no recipient was taken */
        snprintf(out->why, sizeof out->why, "no recipient taken");
    }
    json_decref(root);
}

const struct dialect dialect_africastalking = {
    .name = "africastalking",
    .taken_type = "text/plain",
    .taken_body = "",
    .decode_sms = dialect_plain_sms,
    .decode_ussd = decode_ussd,
    .decode_dlr = decode_dlr,
    .encode_send = encode_send,
    .decode_send_answer = decode_send_answer,
};
