/* dialect_twilio.c - Twilio: signed forms in (answered with empty TwiML), Messages.json out (PEERS 4.14).
 *
 * X-Twilio-Signature is base64 of HMAC-SHA1 over the URL and, for a form, its parameters sorted by name; for
 * other bodies the URL's bodySHA256 is the hash of the body. */
#include <jansson.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/dialect.h"

extern const struct dialect dialect_twilio;

static int by_name(const void *a, const void *b)
{
    return slice_cmp(((const struct param *)a)->name, ((const struct param *)b)->name);
}

static void hash(struct hmac_sha1_ctx *ctx, struct slice s)
{
    hmac_sha1_update(ctx, s.n, (const uint8_t *)s.p);
}

/* A request without a body needs no hash of one; what names a hash must fit it, its body taken away or not.
 */
static bool body_hash_fits(const struct wire_request *r, struct arena *a)
{
    struct params q = { .n = 0 };
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx ctx;

    params_add_query(&q, r->query, a);
    if (!r->body.n && !params_find(&q, PARAM_NAMES("bodySHA256")))
        return true;
    sha256_init(&ctx);
    sha256_update(&ctx, r->body.n, (const uint8_t *)r->body.p);
    sha256_digest(&ctx, sizeof digest, digest);
    return dialect_hex_is(params_get(&q, PARAM_NAMES("bodySHA256")), digest, sizeof digest);
}

static enum wire_rc verify(const struct wire_request *r)
{
    struct slice given = dialect_header(r, "X-Twilio-Signature"), type = r->content_type;
    bool form = slice_ieq(slice_trim(slice_cut(&type, ';')), S("application/x-www-form-urlencoded"));
    char wanted[BASE64_ENCODE_RAW_LENGTH(SHA1_DIGEST_SIZE)];
    uint8_t digest[SHA1_DIGEST_SIZE];
    struct params f = { .n = 0 };
    struct hmac_sha1_ctx ctx;
    struct arena arena;
    bool right = true;

    arena_init(&arena, 1 << 20);
    hmac_sha1_set_key(&ctx, r->secret.n, (const uint8_t *)r->secret.p);
    hash(&ctx, r->url);
    if (form) {
        params_add_query(&f, r->body, &arena);
        qsort(f.item, f.n, sizeof f.item[0], by_name);
        for (unsigned i = 0; i < f.n; i++) {
            hash(&ctx, f.item[i].name);
            hash(&ctx, f.item[i].value);
        }
    } else {
        right = body_hash_fits(r, &arena);
    }
    hmac_sha1_digest(&ctx, sizeof digest, digest);
    base64_encode_raw(wanted, sizeof digest, digest);
    right = right && !arena.failed && given.n == sizeof wanted && memeql_sec(wanted, given.p, sizeof wanted);
    arena_free(&arena);
    return right ? WIRE_OK : WIRE_BAD_SIGNATURE;
}

static enum wire_rc decode_sms(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    const struct dialect_names names = { .id = PARAM_NAMES("MessageSid", "SmsSid"),
                                         .from = PARAM_NAMES("From"),
                                         .to = PARAM_NAMES("To"),
                                         .text = PARAM_NAMES("Body") };

    return dialect_form_sms(r, &names, a, in);
}

static const struct dialect_state states[] = {
    { "delivered", "delivered" },
    { "undelivered", "failed" },
    { "failed", "rejected" },
    { "sent", "accepted" },
    { "queued", "buffered" },
    { "sending", "buffered" },
    { NULL, NULL },
};

static enum wire_rc decode_dlr(const struct wire_request *r, struct arena *a, struct wire_dlr *out)
{
    const struct dialect_report names = { .uuid = PARAM_NAMES("uuid"),
                                          .id = PARAM_NAMES("MessageSid"),
                                          .word = PARAM_NAMES("MessageStatus", "SmsStatus"),
                                          .states = states };

    return dialect_form_dlr(r, &names, a, out);
}

static enum wire_rc encode_send(const struct wire_sms *sms, struct arena *a, struct wire_send *out)
{
    struct buf b;

    buf_init(&b, 65536);
    query_pair(&b, "To", sms->to);
    if (sms->from.n)
        query_pair(&b, "From", sms->from);
    query_pair(&b, "Body", sms->text);
    if (sms->dlr_url.n)
        query_pair(&b, "StatusCallback",
                   arena_printf(a, "%.*s?uuid=%.*s", SLICE_ARG(sms->dlr_url), SLICE_ARG(sms->uuid)));
    *out = (struct wire_send){ .url = sms->url,
                               .content_type = S("application/x-www-form-urlencoded"),
                               .body = buf_into(&b, a) };
    out->headers[out->headers_n++] = dialect_basic(sms->username, sms->password, a);
    return WIRE_OK;
}

static void decode_send_answer(const struct wire_said *said, struct arena *a, struct send_answer *out)
{
    struct params f = { .n = 0 };

    if (dialect_said_by_status(said->status, out) || said->status > 201)
        return;
    out->result = SEND_ACCEPTED;
    if (params_add_json(&f, said->body, a, NULL) == 0)
        out->their_id = params_get(&f, PARAM_NAMES("sid"));
}

const struct dialect dialect_twilio = {
    .name = "twilio",
    .taken_type = "text/xml",
    .taken_body = "<Response/>",
    .signs = true,
    .verify = verify,
    .decode_sms = decode_sms,
    .decode_dlr = decode_dlr,
    .encode_send = encode_send,
    .decode_send_answer = decode_send_answer,
};
