/* dialect_generic.c - a provider that is told by configuration alone (docs/new-provider.md): which fields
 * hold what, what it hears, how an SMS is handed over and how its answers are read.
 *
 * Every decision stands in a struct shape, which the configuration has checked.  Signatures: lower or upper
 * hex of HMAC-SHA256 over the text of the time header followed by the raw body (or the raw query), "sha256="
 * in front allowed; the time is seconds or milliseconds since 1970.  What is not signed is not read. */
#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/dialect.h"
#include "parsers/fields.h"
#include "parsers/gsm7.h"
#include "parsers/json.h"
#include "parsers/pattern.h"
#include "parsers/template.h"
#include "parsers/ussd_text.h"
#include "parsers/utf8.h"

extern const struct dialect dialect_generic;

enum {
    TEXT_MAX = 65536,
    DIGITS_OF_MS = 12, /* a time of so many digits is one of milliseconds */
};

/* --- signatures --- */

static bool over_query(const struct shape *s)
{
    return slice_is(s->signature.over, "query");
}

static bool in_window(const struct wire_request *r, struct slice time)
{
    int64_t at;

    if (!slice_all_digits(time) || !slice_to_i64(time, &at) || at > 4102444800000)
        return false;
    if (time.n < DIGITS_OF_MS)
        at *= 1000;
    return llabs(r->now_ms - at) <= (long long)r->shape->signature.window_ms;
}

static enum wire_rc verify(const struct wire_request *r)
{
    const struct shape *s = r->shape;
    struct slice what, given, time;
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct hmac_sha256_ctx ctx;

    if (!s)
        return WIRE_BAD_SIGNATURE;
    what = over_query(s) ? r->query : r->body;
    given = slice_trim(dialect_header(r, s->signature.header.p));
    time = dialect_header(r, s->signature.time_header.p);
    if (!in_window(r, time))
        return WIRE_BAD_SIGNATURE;
    if (slice_starts(given, "sha256="))
        given = slice_skip(given, strlen("sha256="));
    hmac_sha256_set_key(&ctx, r->secret.n, (const uint8_t *)r->secret.p);
    hmac_sha256_update(&ctx, time.n, (const uint8_t *)time.p);
    hmac_sha256_update(&ctx, what.n, (const uint8_t *)what.p);
    hmac_sha256_digest(&ctx, sizeof digest, digest);
    return dialect_hex_is(given, digest, sizeof digest) ? WIRE_OK : WIRE_BAD_SIGNATURE;
}

/* --- in --- */

/* Opens the fields of one door: false when the door is shut, the method is another, or the body is no such
 * thing. fields_free() is due when it is true. */
static bool open_door(const struct wire_request *r, const struct shape_door *d, struct arena *a,
                      struct fields *f)
{
    bool secret = r->secret.n > 0;
    struct slice query = r->query, body = r->body;

    if (!d->from.n && !d->state.n)
        return false;
    if (!slice_is(d->method, "any") && !slice_eq(d->method, r->method))
        return false;
    if (secret && over_query(r->shape))
        body = slice_make("", 0);
    else if (secret)
        query = slice_make("", 0);
    if (fields_read(f, fields_format_of(d->format, body), query, body, a) == 0 && (!d->list.n || r->in_list))
        return true;
    fields_free(f);
    return false;
}

static struct slice field(const struct fields *f, struct slice name)
{
    struct slice raw;

    (void)fields_get(f, name, &raw);
    return slice_trim(utf8_clean(raw, f->arena, NULL));
}

static int items(const struct wire_request *r, struct arena *a, struct slice **each)
{
    const struct shape *s = r->shape;
    const struct shape_door *d = !s ? NULL : r->is_dlr ? &s->dlr : &s->sms;

    return d && d->list.n ? json_items(r->body, d->list, a, each) : -1;
}

/* One part of several must never be taken for the whole. */
static bool is_part(struct slice parts)
{
    uint64_t n;

    return slice_to_u64(parts, &n) ? n > 1 : parts.n > 0 && !slice_ieq(parts, S("false"));
}

static enum wire_rc part(const struct wire_request *r, struct arena *a, struct segment_part *out)
{
    const struct shape_door *d = r->shape ? &r->shape->sms : NULL;
    enum wire_rc rc = WIRE_IGNORED;
    struct slice parts;
    struct fields f;

    if (!d || !d->parts.n)
        return WIRE_IGNORED;
    if (!open_door(r, d, a, &f))
        return WIRE_BAD_SHAPE;
    parts = field(&f, d->parts);
    if (is_part(parts))
        rc = dialect_part(field(&f, d->ref), parts, field(&f, d->part), out);
    fields_free(&f);
    return rc;
}

static enum wire_rc decode_sms(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    const struct shape_door *d = r->shape ? &r->shape->sms : NULL;
    struct slice text;
    struct fields f;
    bool ok;

    if (!d || !open_door(r, d, a, &f))
        return WIRE_BAD_SHAPE;
    in->kind = INBOUND_SMS;
    in->provider_id = field(&f, d->id);
    in->from = field(&f, d->from);
    in->to = field(&f, d->to);
    in->provider_ms = dialect_clock(field(&f, d->time));
    ok = fields_get(&f, d->text, &text) && in->from.n;
    in->text_was_broken = f.broken;
    in->text = dialect_text(text, a, in);
    fields_free(&f);
    return ok ? WIRE_OK : WIRE_BAD_SHAPE;
}

/* One of the words between blanks? */
static bool among(struct slice words, struct slice word)
{
    while (words.n) {
        struct slice one = slice_cut(&words, ' ');

        if (one.n && slice_ieq(one, word))
            return true;
    }
    return false;
}

static enum wire_rc decode_ussd(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    const struct shape_door *d = r->shape ? &r->shape->ussd : NULL;
    struct slice text, event;
    struct fields f;
    bool said;

    if (!d || !open_door(r, d, a, &f))
        return WIRE_BAD_SHAPE;
    in->kind = INBOUND_USSD;
    in->session = field(&f, d->session);
    in->from = field(&f, d->from);
    in->service_code = field(&f, d->code);
    said = fields_get(&f, d->text, &text);
    in->text_was_broken = f.broken;
    in->text = dialect_text(text, a, in);
    event = field(&f, d->event);
    fields_free(&f);
    in->op = in->text.n ? USSD_INPUT : USSD_BEGIN;
    if (among(d->ends, event))
        in->op = USSD_ENDED;
    else if (among(d->begins, event))
        in->op = USSD_BEGIN;
    else if (d->begins.n)
        in->op = USSD_INPUT;
    /* A begin whose text is no dialled code says nothing yet. */
    if (in->op == USSD_BEGIN && !slice_starts(in->text, "*"))
        in->text = slice_make("", 0);
    if (in->op == USSD_INPUT && !said)
        return WIRE_BAD_SHAPE;
    if (slice_is(d->text_is, "whole"))
        in->step = ussd_text_step(in->text);
    return in->from.n && in->session.n ? WIRE_OK : WIRE_BAD_SHAPE;
}

static const char *state_of(const struct shape_door *d, struct slice word)
{
    return among(d->delivered, word)  ? "delivered"
           : among(d->failed, word)   ? "failed"
           : among(d->rejected, word) ? "rejected"
           : among(d->accepted, word) ? "accepted"
           : among(d->buffered, word) ? "buffered"
                                      : NULL;
}

static enum wire_rc decode_dlr(const struct wire_request *r, struct arena *a, struct wire_dlr *out)
{
    const struct shape_door *d = r->shape ? &r->shape->dlr : NULL;
    struct dialect_state rows[2] = { { NULL, NULL } };
    struct slice word;
    struct fields f;

    *out = (struct wire_dlr){ .state = NULL };
    if (!d || !open_door(r, d, a, &f))
        return WIRE_BAD_SHAPE;
    out->uuid = field(&f, d->our_id);
    out->their_id = field(&f, d->id);
    word = arena_copy(a, field(&f, d->state));
    fields_free(&f);
    rows[0] = (struct dialect_state){ .word = state_of(d, word) ? word.p : NULL, .state = state_of(d, word) };
    return dialect_dlr(word, rows, out);
}

/* --- answers --- */

static struct slice filled(struct slice text, struct slice type, const struct template_value *values,
                           struct arena *a)
{
    enum template_escape escape = TEMPLATE_PLAIN;
    struct slice out;
    struct buf b;

    (void)template_escape_of(type, &escape);
    buf_init(&b, TEXT_MAX);
    template_fill(&b, text, escape, values);
    a->failed |= b.failed;
    out = buf_into(&b, a);
    return out;
}

static void answer(const struct wire_outcome *what, struct arena *a, struct wire_answer *out)
{
    const struct shape_answer *s = what->shape ? &what->shape->answer : NULL;
    const struct template_value values[] = { { "id", what->id },
                                             { "reason", slice_of(reason_name(what->reason)) },
                                             { NULL, { 0 } } };
    int http = reason_http(what->reason);
    struct slice text;

    if (!s || !s->type.n) {
        dialect_refuse(what->reason, a, out);
        return;
    }
    text = http == 503 ? s->busy : http != 200 ? s->refused : s->taken;
    if ((what->reason == REASON_duplicate || what->reason == REASON_replayed) && s->duplicate.n)
        text = s->duplicate;
    if (http != 200 && !text.n)
        dialect_refuse(what->reason, a, out);
    else
        *out = (struct wire_answer){ .status = http,
                                     .content_type = s->type.p,
                                     .body = filled(text, s->type, values, a),
                                     .retry_after = http == 503 };
    if (http == 503 && s->busy_status)
        out->status = (int)s->busy_status;
    else if (http != 503 && http != 200 && s->refused_status)
        out->status = (int)s->refused_status;
}

static void answer_ussd(const struct wire_page *page, struct arena *a, struct wire_answer *out)
{
    const struct shape_door *d = page->shape ? &page->shape->ussd : NULL;
    const struct template_value values[] = {
        { "page", page->text }, { "session", page->session }, { "from", page->from }, { NULL, { 0 } }
    };

    if (!d || !d->page_ends.n) {
        dialect_answer_ussd(NULL, page, a, out);
        return;
    }
    *out = (struct wire_answer){ .status = 200,
                                 .content_type = d->page_type.p,
                                 .body = filled(page->ends ? d->page_ends : d->page_goes_on, d->page_type,
                                                values, a) };
}

/* --- out --- */

/* "+62812…", "62812…" or "0812…"; a number of another country keeps its code. */
static struct slice number_as(struct slice wanted, struct slice to, struct arena *a)
{
    if (slice_is(wanted, "62"))
        return dialect_digits(to);
    if (slice_is(wanted, "0") && slice_starts(to, "+62"))
        return arena_printf(a, "0%.*s", SLICE_ARG(slice_skip(to, 3)));
    return to;
}

static enum wire_rc encode_send(const struct wire_sms *sms, struct arena *a, struct wire_send *out)
{
    const struct shape_send *s = sms->shape ? &sms->shape->send : NULL;
    struct template_value values[] = { { "to", number_as(s ? s->number : sms->to, sms->to, a) },
                                       { "text", sms->text },
                                       { "from", sms->from },
                                       { "id", sms->uuid },
                                       { "dlr_url", sms->dlr_url },
                                       { "username", sms->username },
                                       { "password", sms->password },
                                       { "coding", gsm7_count(sms->text, NULL) ? S("0") : S("8") },
                                       { NULL, { 0 } } };
    struct buf b;

    if (!s || s->headers_n > WIRE_HEADERS)
        return WIRE_BAD_SHAPE;
    *out = (struct wire_send){ .get = slice_is(s->method, "GET"), .content_type = s->type };
    buf_init(&b, TEXT_MAX);
    template_fill(&b, sms->url, TEMPLATE_URL, values);
    a->failed |= b.failed;
    out->url = arena_copy(a, buf_slice(&b));
    for (; out->headers_n < s->headers_n; out->headers_n++) {
        buf_clear(&b);
        template_fill(&b, s->headers[out->headers_n], TEMPLATE_LINE, values);
        out->headers[out->headers_n] = arena_copy(a, buf_slice(&b));
    }
    a->failed |= b.starved;
    buf_free(&b);
    if (!out->get)
        out->body = filled(s->body, s->type, values, a);
    return a->failed ? WIRE_BAD_SHAPE : WIRE_OK;
}

static struct slice their_id(struct slice where, struct slice body, struct arena *a)
{
    struct slice groups[PATTERN_GROUPS], raw = slice_make("", 0);
    struct fields f;

    if (!where.n)
        return raw;
    if (where.p[0] != '/') {
        if (pattern_find(where, body, groups))
            raw = groups[1].n ? groups[1] : groups[0];
        return utf8_clean(raw, a, NULL);
    }
    if (fields_read(&f, fields_format_of(slice_make("", 0), body), slice_make("", 0), body, a) == 0)
        raw = field(&f, where);
    fields_free(&f);
    return raw;
}

static void decode_send_answer(const struct wire_said *said, struct arena *a, struct send_answer *out)
{
    const struct shape_send *s = said->shape ? &said->shape->send : NULL;
    struct slice groups[PATTERN_GROUPS], all;
    bool is_error = dialect_said_by_status(said->status, out);

    if (!s)
        return;
    all = arena_printf(a, "%d %.*s", said->status, SLICE_ARG(said->body));
    if (s->throttled.n && pattern_find(s->throttled, all, groups))
        out->result = SEND_THROTTLED;
    else if (s->later.n && pattern_find(s->later, all, groups))
        out->result = SEND_LATER;
    else if (s->refused.n && pattern_find(s->refused, all, groups))
        out->result = SEND_REFUSED;
    else if (s->taken.n ? pattern_find(s->taken, all, groups) : !is_error)
        out->result = SEND_ACCEPTED;
    if (out->result == SEND_ACCEPTED)
        out->their_id = their_id(s->id, said->body, a);
}

const struct dialect dialect_generic = {
    .name = "generic",
    .signs = true,
    .verify = verify,
    .items = items,
    .decode_sms = decode_sms,
    .part = part,
    .decode_ussd = decode_ussd,
    .decode_dlr = decode_dlr,
    .answer = answer,
    .answer_ussd = answer_ussd,
    .encode_send = encode_send,
    .decode_send_answer = decode_send_answer,
};
