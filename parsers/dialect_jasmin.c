/* dialect_jasmin.c - Jasmin: HTTP throwing in (answered ACK/Jasmin), /send out, delivery reports (PEERS 6.1).
 */
#include <stdio.h>

#include "parsers/dialect.h"
#include "parsers/gsm7.h"
#include "parsers/utf8.h"

extern const struct dialect dialect_jasmin;

static enum wire_rc decode_sms(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    const struct dialect_names names = { .id = PARAM_NAMES("id"),
                                         .from = PARAM_NAMES("from"),
                                         .to = PARAM_NAMES("to"),
                                         .text = PARAM_NAMES("content") };
    struct params f;
    enum wire_rc rc;
    bool ucs2;

    if (dialect_params(r, a, &f) != WIRE_OK)
        return WIRE_BAD_SHAPE;
    rc = dialect_sms(&f, &names, a, in);
    ucs2 = slice_is(params_get(&f, PARAM_NAMES("coding")), "8");
    in->text_was_broken = false;
    in->text = dialect_charset(params_get(&f, names.text), ucs2 ? S("UTF-16BE") : S(""), S(""), a, in);
    return rc;
}

static const struct dialect_state states[] = {
    { "DELIVRD", "delivered" }, { "UNDELIV", "failed" },   { "EXPIRED", "failed" },
    { "DELETED", "failed" },    { "REJECTD", "rejected" }, { "ACCEPTD", "accepted" },
    { "ESME_ROK", "accepted" }, { "ENROUTE", "buffered" }, { NULL, NULL },
};

static enum wire_rc decode_dlr(const struct wire_request *r, struct arena *a, struct wire_dlr *out)
{
    const struct dialect_report names = { .uuid = PARAM_NAMES("uuid"),
                                          .id = PARAM_NAMES("id"),
                                          .word = PARAM_NAMES("message_status"),
                                          .states = states };

    return dialect_form_dlr(r, &names, a, out);
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
    dialect_post_form(&b, sms->url, a, out);
    return WIRE_OK;
}

/* Success "07033084-5cfd-4812-90a4-e4d24ffb6e3d" */
static void decode_send_answer(const struct wire_said *said, struct arena *a, struct send_answer *out)
{
    struct slice rest = said->body;

    if (dialect_said_by_status(said->status, out)) {
        if (said->status == 412) /* no route */
            out->result = SEND_REFUSED;
    } else if (slice_starts(rest, "Success")) {
        out->result = SEND_ACCEPTED;
        slice_cut(&rest, '"');
        if (slice_find(rest, '"') != (size_t)-1) /* half an id is worse than none */
            out->their_id = arena_copy(a, slice_cut(&rest, '"'));
    }
}

const struct dialect dialect_jasmin = {
    .name = "jasmin",
    .taken_type = "text/plain",
    .taken_body = "ACK/Jasmin",
    .decode_sms = decode_sms,
    .decode_dlr = decode_dlr,
    .encode_send = encode_send,
    .decode_send_answer = decode_send_answer,
};
