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

/* "1700000000", or "2026-11-21 08:30" and "2026-11-21 08:30:12" in UTC; 0 when it is neither. */
static int64_t their_clock(struct slice s)
{
    int y, mo, d, h, mi, sec = 0;
    int64_t epoch, days;
    char text[32];

    s = slice_trim(s);
    if (slice_to_i64(s, &epoch))
        return epoch < 4102444800 ? epoch * 1000 : 0;
    if (s.n >= sizeof text)
        return 0;
    snprintf(text, sizeof text, "%.*s", SLICE_ARG(s));
    if (sscanf(text, "%4d-%2d-%2d%*[ T]%2d:%2d:%2d", &y, &mo, &d, &h, &mi, &sec) < 5) // NOLINT(cert-err34-c)
        return 0;
    if (y < 1970 || y > 2099 || mo < 1 || mo > 12 || d < 1 || d > 31 || h > 23 || mi > 59 || sec > 60)
        return 0;
    /* Days since 1970-01-01 of the proleptic Gregorian calendar, years beginning in March. */
    y -= mo <= 2;
    days = (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + (153 * (mo + (mo > 2 ? -3 : 9)) + 2) / 5 + d - 1 -
           719468;
    return (((days * 24 + h) * 60 + mi) * 60 + sec) * 1000;
}

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
    in->provider_ms = their_clock(dialect_header(r, "X-Kannel-Time"));
    in->text_was_broken = false;
    in->text = dialect_charset(r->body, charset, dialect_header(r, "X-Kannel-Coding"), a, in);
    return in->from.n ? WIRE_OK : WIRE_BAD_SHAPE;
}

static enum wire_rc decode_sms(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    const char *const *texts = PARAM_NAMES("text", "message", "b", "a");
    struct slice charset, coding;
    struct params f;

    in->kind = INBOUND_SMS;
    if (dialect_header(r, "X-Kannel-From").n)
        return decode_headers(r, a, in);
    if (dialect_params(r, a, &f) != WIRE_OK || !params_find(&f, texts))
        return WIRE_BAD_SHAPE;
    charset = params_get(&f, PARAM_NAMES("charset", "C"));
    coding = params_get(&f, PARAM_NAMES("coding", "c"));
    in->from = slice_trim(dialect_text(params_get(&f, PARAM_NAMES("from", "sender", "p", "q")), a, in));
    in->to = slice_trim(dialect_text(params_get(&f, PARAM_NAMES("to", "receiver", "P", "Q")), a, in));
    in->provider_id = dialect_text(params_get(&f, PARAM_NAMES("id", "I", "smsid", "msgid")), a, in);
    in->provider_ms = their_clock(params_get(&f, PARAM_NAMES("ts", "T", "time", "t")));
    in->text_was_broken = false;
    in->text = dialect_charset(params_get(&f, texts), charset, coding, a, in);
    return in->from.n ? WIRE_OK : WIRE_BAD_SHAPE;
}

static enum wire_rc decode_dlr(const struct wire_request *r, struct arena *a, struct wire_dlr *out)
{
    static const struct {
        const char *bit, *state;
        bool final;
    } states[] = {
        { "1", "delivered", true }, { "2", "failed", true },    { "4", "buffered", false },
        { "8", "accepted", false }, { "16", "rejected", true },
    };
    struct slice type;
    struct params f;

    if (dialect_params(r, a, &f) != WIRE_OK)
        return WIRE_BAD_SHAPE;
    type = slice_trim(params_get(&f, PARAM_NAMES("type", "d", "status")));
    *out = (struct wire_dlr){ .uuid = utf8_clean(params_get(&f, PARAM_NAMES("uuid")), a, NULL),
                              .their_id = utf8_clean(params_get(&f, PARAM_NAMES("id", "I", "F")), a, NULL) };
    for (unsigned i = 0; i < sizeof states / sizeof states[0]; i++)
        if (slice_is(type, states[i].bit)) {
            out->state = states[i].state;
            out->final = states[i].final;
        }
    if (!out->uuid.n && !out->their_id.n)
        return WIRE_BAD_SHAPE;
    return out->state ? WIRE_OK : type.n ? WIRE_IGNORED : WIRE_BAD_SHAPE;
}

/* The body of an answer to a get-url would be sent to the user as an SMS: it is empty (SPEC 4). */
static void answer(enum reason reason, struct slice id, struct arena *a, struct wire_answer *out)
{
    (void)id;
    if (reason_http(reason) != 200) {
        dialect_refuse(reason, a, out);
        return;
    }
    *out = (struct wire_answer){ .status = 200, .content_type = "text/plain", .body = S("") };
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
    out = arena_copy(a, buf_slice(&b));
    buf_free(&b);
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

static void decode_send_answer(int status, struct slice body, struct arena *a, struct send_answer *out)
{
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
    (void)body;
}

const struct dialect dialect_kannel = {
    .name = "kannel",
    .decode_sms = decode_sms,
    .decode_dlr = decode_dlr,
    .answer = answer,
    .encode_send = encode_send,
    .decode_send_answer = decode_send_answer,
};
