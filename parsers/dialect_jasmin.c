/* dialect_jasmin.c - Jasmin: HTTP throwing in (answered ACK/Jasmin), /send out, delivery reports (PEERS 6.1).
 */
#include <stdio.h>

#include "parsers/dialect.h"
#include "parsers/gsm7.h"
#include "parsers/utf8.h"

extern const struct dialect dialect_jasmin;

static enum wire_rc decode_sms(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    struct params f;
    bool ucs2;

    if (dialect_params(r, a, &f) != WIRE_OK || !params_find(&f, PARAM_NAMES("content")))
        return WIRE_BAD_SHAPE;
    in->kind = INBOUND_SMS;
    in->provider_id = dialect_text(params_get(&f, PARAM_NAMES("id")), a, in);
    in->from = slice_trim(dialect_text(params_get(&f, PARAM_NAMES("from")), a, in));
    in->to = slice_trim(dialect_text(params_get(&f, PARAM_NAMES("to")), a, in));
    in->text_was_broken = false;
    ucs2 = slice_is(params_get(&f, PARAM_NAMES("coding")), "8");
    in->text =
        dialect_charset(params_get(&f, PARAM_NAMES("content")), ucs2 ? S("UTF-16BE") : S(""), S(""), a, in);
    return in->from.n ? WIRE_OK : WIRE_BAD_SHAPE;
}

static enum wire_rc decode_dlr(const struct wire_request *r, struct arena *a, struct wire_dlr *out)
{
    static const struct {
        const char *status, *state;
        bool final;
    } states[] = {
        { "DELIVRD", "delivered", true },  { "UNDELIV", "failed", true },    { "EXPIRED", "failed", true },
        { "DELETED", "failed", true },     { "REJECTD", "rejected", true },  { "ACCEPTD", "accepted", false },
        { "ESME_ROK", "accepted", false }, { "ENROUTE", "buffered", false },
    };
    struct slice status;
    struct params f;

    if (dialect_params(r, a, &f) != WIRE_OK)
        return WIRE_BAD_SHAPE;
    status = slice_trim(params_get(&f, PARAM_NAMES("message_status")));
    *out = (struct wire_dlr){ .uuid = utf8_clean(params_get(&f, PARAM_NAMES("uuid")), a, NULL),
                              .their_id = utf8_clean(params_get(&f, PARAM_NAMES("id")), a, NULL) };
    for (unsigned i = 0; i < sizeof states / sizeof states[0]; i++)
        if (slice_ieq(status, slice_of(states[i].status))) {
            out->state = states[i].state;
            out->final = states[i].final;
        }
    if (!out->uuid.n && !out->their_id.n)
        return WIRE_BAD_SHAPE;
    return out->state ? WIRE_OK : status.n ? WIRE_IGNORED : WIRE_BAD_SHAPE;
}

static void answer(enum reason reason, struct slice id, struct arena *a, struct wire_answer *out)
{
    (void)id;
    if (reason_http(reason) != 200) {
        dialect_refuse(reason, a, out);
        return;
    }
    *out = (struct wire_answer){ .status = 200, .content_type = "text/plain", .body = S("ACK/Jasmin") };
}

/* GSM-7 as it is; all else as UCS-2 in hex. */
static void add_text(struct buf *b, struct slice text, struct arena *a)
{
    static const char digits[] = "0123456789abcdef";
    struct slice ucs2;

    if (gsm7_count(text, NULL)) {
        query_pair(b, "coding", S("0"));
        query_pair(b, "content", text);
        return;
    }
    ucs2 = utf8_to_ucs2(text, a);
    query_pair(b, "coding", S("8"));
    query_pair(b, "hex-content", S(""));
    for (size_t i = 0; i < ucs2.n; i++) {
        buf_char(b, digits[(unsigned char)ucs2.p[i] >> 4]);
        buf_char(b, digits[(unsigned char)ucs2.p[i] & 15]);
    }
}

static enum wire_rc encode_send(const struct wire_sms *sms, struct arena *a, struct wire_send *out)
{
    struct buf b;

    buf_init(&b, 65536);
    query_pair(&b, "username", sms->username);
    query_pair(&b, "password", sms->password);
    if (sms->from.n)
        query_pair(&b, "from", sms->from);
    query_pair(&b, "to", sms->to);
    add_text(&b, sms->text, a);
    if (sms->dlr_url.n) {
        query_pair(&b, "dlr", S("yes"));
        query_pair(&b, "dlr-level", S("3"));
        query_pair(&b, "dlr-method", S("POST"));
        query_pair(&b, "dlr-url",
                   arena_printf(a, "%.*s?uuid=%.*s", SLICE_ARG(sms->dlr_url), SLICE_ARG(sms->uuid)));
    }
    *out = (struct wire_send){ .url = sms->url,
                               .content_type = S("application/x-www-form-urlencoded"),
                               .body = arena_copy(a, buf_slice(&b)) };
    buf_free(&b);
    return WIRE_OK;
}

/* Success "07033084-5cfd-4812-90a4-e4d24ffb6e3d" */
static void decode_send_answer(int status, struct slice body, struct arena *a, struct send_answer *out)
{
    struct slice rest = body;

    *out = (struct send_answer){ .result = SEND_UNKNOWN };
    snprintf(out->why, sizeof out->why, "http %d", status);
    if (status == 200 && slice_starts(body, "Success")) {
        out->result = SEND_ACCEPTED;
        slice_cut(&rest, '"');
        out->their_id = arena_copy(a, slice_cut(&rest, '"'));
    } else if (status == 429) {
        out->result = SEND_THROTTLED;
    } else if (status == 400 || status == 412) {
        out->result = SEND_REFUSED; /* a wrong parameter, no route */
    } else if (status == 403 || status >= 500) {
        out->result = SEND_LATER;
    }
}

const struct dialect dialect_jasmin = {
    .name = "jasmin",
    .decode_sms = decode_sms,
    .decode_dlr = decode_dlr,
    .answer = answer,
    .encode_send = encode_send,
    .decode_send_answer = decode_send_answer,
};
