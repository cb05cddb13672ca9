/* dialect.c - what dialects share.  See dialect.h. */
#include "parsers/dialect.h"

#include <nettle/base64.h>
#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>

#include "parsers/ussd_text.h"
#include "parsers/utf8.h"

void dialect_answer(const struct dialect *d, const struct wire_outcome *what, struct arena *a,
                    struct wire_answer *out)
{
    if (d && d->answer)
        d->answer(what, a, out);
    else if (d && reason_http(what->reason) == 200)
        *out = (struct wire_answer){ .status = 200,
                                     .content_type = d->taken_type,
                                     .body = slice_of(d->taken_body) };
    else
        dialect_refuse(what->reason, a, out);
}

void dialect_answer_ussd(const struct dialect *d, const struct wire_page *page, struct arena *a,
                         struct wire_answer *out)
{
    struct buf b;

    if (d && d->answer_ussd) {
        d->answer_ussd(page, a, out);
        return;
    }
    buf_init(&b, 4096);
    ussd_text_answer(&b, page->text, page->ends);
    *out = (struct wire_answer){ .status = 200,
                                 .content_type = "text/plain; charset=utf-8",
                                 .body = buf_into(&b, a) };
}

struct slice dialect_header(const struct wire_request *r, const char *name)
{
    for (unsigned i = 0; i < r->headers_n; i++)
        if (slice_ieq(r->headers[i].name, slice_of(name)))
            return r->headers[i].value;
    return slice_make("", 0);
}

enum wire_rc dialect_params(const struct wire_request *r, struct arena *a, struct params *f)
{
    struct slice body = slice_trim(r->body);
    struct slice type = r->content_type;
    struct slice kind = slice_trim(slice_cut(&type, ';'));
    unsigned n;

    f->n = 0;
    params_add_query(f, r->query, a);
    n = f->n;
    if (params_contradict(f, 0))
        return WIRE_BAD_SHAPE; /* as an object with a member twice is */
    if (!body.n)
        return WIRE_OK;
    if (slice_ieq(kind, S("application/json")) || (body.p[0] == '{' && body.p[body.n - 1] == '}'))
        return params_add_json(f, body, a, NULL) == 0 ? WIRE_OK : WIRE_BAD_SHAPE;
    params_add_query(f, r->body, a);
    return params_contradict(f, n) ? WIRE_BAD_SHAPE : WIRE_OK;
}

static struct slice raw_field(const struct params *f, const char *const *names)
{
    return names ? params_get(f, names) : slice_make("", 0);
}

struct slice dialect_field(const struct params *f, const char *const *names, struct arena *a)
{
    return slice_trim(utf8_clean(raw_field(f, names), a, NULL));
}

enum wire_rc dialect_sms(const struct params *f, const struct dialect_names *names, struct arena *a,
                         struct inbound *in)
{
    if (!params_find(f, names->text))
        return WIRE_BAD_SHAPE;
    in->kind = INBOUND_SMS;
    in->provider_id = utf8_clean(raw_field(f, names->id), a, NULL);
    in->from = dialect_field(f, names->from, a);
    in->to = dialect_field(f, names->to, a);
    in->text = dialect_text(params_get(f, names->text), a, in);
    return in->from.n ? WIRE_OK : WIRE_BAD_SHAPE;
}

const struct dialect_names dialect_plain_names = {
    .id = PARAM_NAMES("id"), .from = PARAM_NAMES("from"), .to = PARAM_NAMES("to"), .text = PARAM_NAMES("text")
};

enum wire_rc dialect_form_sms(const struct wire_request *r, const struct dialect_names *names,
                              struct arena *a, struct inbound *in)
{
    struct params f;

    return dialect_params(r, a, &f) == WIRE_OK ? dialect_sms(&f, names, a, in) : WIRE_BAD_SHAPE;
}

enum wire_rc dialect_plain_sms(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    return dialect_form_sms(r, &dialect_plain_names, a, in);
}

enum wire_rc dialect_dlr(struct slice word, const struct dialect_state *states, struct wire_dlr *out)
{
    if (!out->uuid.n && !out->their_id.n)
        return WIRE_BAD_SHAPE;
    for (; states->word; states++)
        if (slice_ieq(word, slice_of(states->word))) {
            out->state = states->state;
            out->final =
                !slice_is(slice_of(out->state), "accepted") && !slice_is(slice_of(out->state), "buffered");
            return WIRE_OK;
        }
    return word.n ? WIRE_IGNORED : WIRE_BAD_SHAPE;
}

enum wire_rc dialect_form_dlr(const struct wire_request *r, const struct dialect_report *d, struct arena *a,
                              struct wire_dlr *out)
{
    struct params f;

    if (dialect_params(r, a, &f) != WIRE_OK)
        return WIRE_BAD_SHAPE;
    *out =
        (struct wire_dlr){ .uuid = dialect_field(&f, d->uuid, a), .their_id = dialect_field(&f, d->id, a) };
    return dialect_dlr(dialect_field(&f, d->word, a), d->states, out);
}

enum wire_rc dialect_part(struct slice ref, struct slice total, struct slice seq, struct segment_part *out)
{
    uint64_t n, of, which;

    if (!slice_to_u64(total, &of) || !slice_to_u64(seq, &which) || !ref.n || of > SEGMENT_PARTS_MAX ||
        which < 1 || which > of)
        return WIRE_BAD_SHAPE;
    if (!slice_to_u64(ref, &n))
        n = slice_hash(ref);
    out->ref = (unsigned)(n & 0xFFFFFFF);
    out->total = (unsigned)of;
    out->seq = (unsigned)which;
    return WIRE_OK;
}

struct slice dialect_text(struct slice raw, struct arena *a, struct inbound *in)
{
    return utf8_clean(raw, a, &in->text_was_broken);
}

static bool is_ascii(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\0' || (unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

struct slice dialect_charset(struct slice raw, struct slice charset, struct slice coding, struct arena *a,
                             struct inbound *in)
{
    static const char *const ucs2[] = { "UTF-16BE", "UTF-16", "UCS-2", "UCS2", "UCS-2BE", "UCS-2-BE" };
    static const char *const latin1[] = { "ISO-8859-1", "LATIN1", "LATIN-1", "WINDOWS-1252", "CP1252" };

    if (is_ascii(raw))
        return dialect_text(raw, a, in); /* whatever its label: Latin letters in UTF-16 are full of NULs */
    for (unsigned i = 0; i < sizeof ucs2 / sizeof ucs2[0]; i++)
        if (slice_ieq(charset, slice_of(ucs2[i])))
            return utf8_from_ucs2(raw, a);
    /* Kannel calls Windows-1252 what it has long recoded: well-formed UTF-8 is believed. */
    for (unsigned i = 0; i < sizeof latin1 / sizeof latin1[0]; i++)
        if (slice_ieq(charset, slice_of(latin1[i])) && !utf8_valid(raw))
            return utf8_from_latin1(raw, a);
    /* Kannel's %b without a charset: raw UTF-16BE, which for Latin letters is full of NULs. */
    if (!charset.n && slice_is(coding, "2") && raw.n % 2 == 0 &&
        (!utf8_valid(raw) || (raw.n && memchr(raw.p, '\0', raw.n))))
        return utf8_from_ucs2(raw, a);
    return dialect_text(raw, a, in);
}

int64_t dialect_clock(struct slice s)
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

bool dialect_hex_is(struct slice given, const uint8_t *wanted, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    char text[128], low[128];

    if (n * 2 > sizeof text || given.n != n * 2)
        return false;
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[wanted[i] >> 4];
        text[2 * i + 1] = digits[wanted[i] & 15];
    }
    for (size_t i = 0; i < given.n; i++)
        low[i] = given.p[i] >= 'A' && given.p[i] <= 'F' ? (char)(given.p[i] + 32) : given.p[i];
    return memeql_sec(text, low, given.n) != 0;
}

struct slice dialect_basic(struct slice username, struct slice password, struct arena *a)
{
    struct slice pair = arena_printf(a, "%.*s:%.*s", SLICE_ARG(username), SLICE_ARG(password));
    char *out = arena_alloc(a, BASE64_ENCODE_RAW_LENGTH(pair.n) + 1);

    if (!out)
        return slice_make("", 0);
    base64_encode_raw(out, pair.n, (const uint8_t *)pair.p);
    return arena_printf(a, "Authorization: Basic %s", out);
}

struct slice dialect_digits(struct slice msisdn)
{
    return slice_starts(msisdn, "+") ? slice_skip(msisdn, 1) : msisdn;
}

void dialect_post_form(struct buf *form, struct slice url, struct arena *a, struct wire_send *out)
{
    *out = (struct wire_send){ .url = url,
                               .content_type = S("application/x-www-form-urlencoded"),
                               .body = arena_copy(a, buf_slice(form)) };
    a->failed |= form->failed;
    buf_free(form);
}

bool dialect_said_by_status(int status, struct send_answer *out)
{
    *out = (struct send_answer){ .result = SEND_UNKNOWN };
    snprintf(out->why, sizeof out->why, "http %d", status);
    if (status == 429)
        out->result = SEND_THROTTLED;
    else if (status == 400)
        out->result = SEND_REFUSED;
    else if (status >= 401)
        out->result = SEND_LATER;
    return status < 200 || status > 299;
}

void dialect_refuse(enum reason reason, struct arena *a, struct wire_answer *out)
{
    *out = (struct wire_answer){ .status = reason_http(reason),
                                 .content_type = "application/json",
                                 .body = arena_printf(a, "{\"error\":\"%s\"}", reason_name(reason)),
                                 .retry_after = reason_http(reason) == 503 };
}
