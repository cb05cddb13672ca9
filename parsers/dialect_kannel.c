/* dialect_kannel.c - Kannel and Kamex: get-url and post-url in, sendsms out, delivery reports by dlr-url
 * (PEERS 4.14, 6.1, 6.3).
 *
 * In: the names of RapidPro's post-url, of Kannel's guide and of its one-letter escapes; or post-url with the
 * text as the body and X-Kannel-* headers.  Out: a POST with X-Kannel headers, so that the password stands in
 * no log of URLs. */
#include <stdio.h>
#include <string.h>

#include "parsers/dialect.h"
#include "parsers/gsm7.h"
#include "parsers/utf8.h"

extern const struct dialect dialect_kannel;

enum {
    DLR_MASK = 31, /* delivered 1, undelivered 2, queued 4, accepted 8, rejected 16 */
};

/* post-url without parameters of its own: the text is the body, the rest stands in headers. */
static enum wire_rc decode_headers(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    struct slice type = r->content_type, charset = slice_make("", 0), rest;

    for (slice_cut(&type, ';'); type.n;) {
        rest = slice_trim(slice_cut(&type, ';'));
        if (slice_ieq(slice_take(rest, 8), S("charset=")))
            charset = slice_skip(rest, 8);
    }
    in->from = slice_trim(dialect_text(dialect_header(r, "X-Kannel-From"), a, in));
    in->to = dialect_text(dialect_header(r, "X-Kannel-To"), a, in);
    in->provider_id = dialect_text(dialect_header(r, "X-Kannel-ID"), a, in);
    in->provider_ms = dialect_clock(dialect_header(r, "X-Kannel-Time"));
    in->text_was_broken = false;
    in->text = dialect_charset(r->body, charset, dialect_header(r, "X-Kannel-Coding"), a, in);
    return in->from.n ? WIRE_OK : WIRE_BAD_SHAPE;
}

static enum wire_rc decode_sms(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    const struct dialect_names names = { .id = PARAM_NAMES("id", "I", "smsid", "msgid"),
                                         .from = PARAM_NAMES("from", "sender", "p", "q"),
                                         .to = PARAM_NAMES("to", "receiver", "P", "Q"),
                                         .text = PARAM_NAMES("text", "message", "b", "a") };
    struct slice charset, coding;
    enum wire_rc rc;
    struct params f;

    in->kind = INBOUND_SMS;
    if (dialect_header(r, "X-Kannel-From").n)
        return decode_headers(r, a, in);
    if (dialect_params(r, a, &f) != WIRE_OK)
        return WIRE_BAD_SHAPE;
    rc = dialect_sms(&f, &names, a, in);
    charset = params_get(&f, PARAM_NAMES("charset", "C"));
    coding = params_get(&f, PARAM_NAMES("coding", "c"));
    in->provider_ms = dialect_clock(params_get(&f, PARAM_NAMES("ts", "T", "time", "t")));
    in->text_was_broken = false;
    in->text = dialect_charset(params_get(&f, names.text), charset, coding, a, in);
    return rc;
}

static const struct dialect_state states[] = { { "1", "delivered" }, { "2", "failed" },
                                               { "4", "buffered" },  { "8", "accepted" },
                                               { "16", "rejected" }, { NULL, NULL } };

static enum wire_rc decode_dlr(const struct wire_request *r, struct arena *a, struct wire_dlr *out)
{
    const struct dialect_report names = { .uuid = PARAM_NAMES("uuid"),
                                          .id = PARAM_NAMES("id", "I", "F"),
                                          .word = PARAM_NAMES("type", "d", "status"),
                                          .states = states };

    return dialect_form_dlr(r, &names, a, out);
}

/* A header of its own for each value; nothing that could end the header early gets in. */
static bool add_header(struct wire_send *out, struct arena *a, const char *name, struct slice value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7F)
            return false;
    if (value.n && out->headers_n < WIRE_HEADERS)
        out->headers[out->headers_n++] = arena_printf(a, "X-Kannel-%s: %.*s", name, SLICE_ARG(value));
    return true;
}

/* Kannel fills in %d and %F when it calls; our uuid is all that names the SMS. */
static struct slice dlr_url(const struct wire_sms *sms, struct arena *a)
{
    struct slice out;
    struct buf b;

    if (!sms->dlr_url.n)
        return slice_make("", 0);
    buf_init(&b, 2048);
    buf_add(&b, sms->dlr_url);
    buf_str(&b, "?uuid=");
    query_escape(&b, sms->uuid);
    buf_str(&b, "&type=%d&id=%F");
    out = buf_into(&b, a);
    return out;
}

/* smsbox takes a POST only as text with X-Kannel headers: a form is "Invalid content-type" (seen with 1.4.5).
 */
static enum wire_rc encode_send(const struct wire_sms *sms, struct arena *a, struct wire_send *out)
{
    struct slice back = dlr_url(sms, a);

    *out = (struct wire_send){ .url = sms->url,
                               .content_type = S("text/plain; charset=UTF-8"),
                               .body = arena_copy(a, sms->text) };
    if (!add_header(out, a, "Username", sms->username) || !add_header(out, a, "Password", sms->password) ||
        !add_header(out, a, "From", sms->from) || !add_header(out, a, "To", sms->to) ||
        !add_header(out, a, "Coding", gsm7_count(sms->text, NULL) ? S("0") : S("2")))
        return WIRE_BAD_SHAPE;
    if (back.n && (!add_header(out, a, "DLR-Mask", arena_printf(a, "%d", DLR_MASK)) ||
                   !add_header(out, a, "DLR-Url", back)))
        return WIRE_BAD_SHAPE;
    return WIRE_OK;
}

static void decode_send_answer(const struct wire_said *said, struct arena *a, struct send_answer *out)
{
    int status = said->status;

    (void)a;
    *out = (struct send_answer){ .result = SEND_UNKNOWN };
    snprintf(out->why, sizeof out->why, "http %d", status);
    if (status == 202 || status == 200) {
        /* "0: Accepted for delivery", "3: Queued for later delivery", "Sent." of older ones */
        out->result = SEND_ACCEPTED;
    } else if (status == 503 || status == 500 || status == 502 || status == 504) {
        out->result = SEND_LATER;
    } else if (status == 429) {
        out->result = SEND_THROTTLED;
    } else if (status == 401 || status == 403) {
        /* A wrong password is the operator's to mend: the SMS waits for it, as long as it is news. */
        out->result = SEND_LATER;
    } else if (status >= 400 && status < 500) {
        out->result = SEND_REFUSED;
    }
}

const struct dialect dialect_kannel = {
    .name = "kannel",
    /* The body of an answer to a get-url would be sent to the user as an SMS: it is empty (SPEC 4). */
    .taken_type = "text/plain",
    .taken_body = "",
    .decode_sms = decode_sms,
    .decode_dlr = decode_dlr,
    .encode_send = encode_send,
    .decode_send_answer = decode_send_answer,
};
