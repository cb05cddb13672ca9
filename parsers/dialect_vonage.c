/* dialect_vonage.c - Vonage: signed messages by GET, form or JSON in, /sms/json out (PEERS 4.14).
 *
 * sig is over `&name=value` of all other parameters sorted by name, `&` and `=` in values made `_`: MD5 of
 * that and the secret, or an HMAC whose length tells its hash.  The parts of a long message (concat=true)
 * come as requests of their own, each again for 24 hours until it is taken. */
#include <jansson.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <stdio.h>
#include <stdlib.h>

#include "parsers/dialect.h"

extern const struct dialect dialect_vonage;

enum {
    WINDOW_MS = 25 * 60 * 60 * 1000, /* it comes again for a day with the same signature */
};

static int by_name(const void *a, const void *b)
{
    return slice_cmp(((const struct param *)a)->name, ((const struct param *)b)->name);
}

static struct slice signed_text(struct params *f, struct arena *a)
{
    struct slice out;
    struct buf b;

    qsort(f->item, f->n, sizeof f->item[0], by_name);
    buf_init(&b, 1 << 18);
    for (unsigned i = 0; i < f->n; i++) {
        struct slice value = f->item[i].value;

        if (slice_is(f->item[i].name, "sig"))
            continue;
        buf_printf(&b, "&%.*s=", SLICE_ARG(f->item[i].name));
        for (size_t k = 0; k < value.n; k++)
            buf_char(&b, value.p[k] == '&' || value.p[k] == '=' ? '_' : value.p[k]);
    }
    out = b.failed ? slice_make("", 0) : buf_into(&b, a);
    buf_free(&b);
    return out;
}

static bool fits(struct slice sig, struct slice text, struct slice secret)
{
    const uint8_t *key = (const uint8_t *)secret.p, *data = (const uint8_t *)text.p;
    struct hmac_sha512_ctx sha512;
    struct hmac_sha256_ctx sha256;
    struct hmac_sha1_ctx sha1;
    struct md5_ctx md5;
    uint8_t digest[64];

    switch (sig.n) {
    case 2 * MD5_DIGEST_SIZE:
        md5_init(&md5);
        md5_update(&md5, text.n, data);
        md5_update(&md5, secret.n, key);
        md5_digest(&md5, MD5_DIGEST_SIZE, digest);
        break;
    case 2 * SHA1_DIGEST_SIZE:
        hmac_sha1_set_key(&sha1, secret.n, key);
        hmac_sha1_update(&sha1, text.n, data);
        hmac_sha1_digest(&sha1, SHA1_DIGEST_SIZE, digest);
        break;
    case 2 * SHA256_DIGEST_SIZE:
        hmac_sha256_set_key(&sha256, secret.n, key);
        hmac_sha256_update(&sha256, text.n, data);
        hmac_sha256_digest(&sha256, SHA256_DIGEST_SIZE, digest);
        break;
    case 2 * SHA512_DIGEST_SIZE:
        hmac_sha512_set_key(&sha512, secret.n, key);
        hmac_sha512_update(&sha512, text.n, data);
        hmac_sha512_digest(&sha512, SHA512_DIGEST_SIZE, digest);
        break;
    default:
        return false;
    }
    return dialect_hex_is(sig, digest, sig.n / 2);
}

static enum wire_rc verify(const struct wire_request *r)
{
    enum wire_rc rc = WIRE_BAD_SIGNATURE;
    struct arena arena;
    struct params f;
    int64_t at;

    arena_init(&arena, 1 << 20);
    if (dialect_params(r, &arena, &f) == WIRE_OK && f.n < PARAMS_MAX &&
        slice_to_i64(params_get(&f, PARAM_NAMES("timestamp")), &at) && at > 0 && at < 4102444800 &&
        llabs(r->now_ms - at * 1000) < WINDOW_MS) {
        struct slice sig = params_get(&f, PARAM_NAMES("sig"));
        struct slice text;

        sig = arena_copy(&arena, sig);
        text = signed_text(&f, &arena);
        if (text.n && !arena.failed && fits(sig, text, r->secret))
            rc = WIRE_OK;
    }
    arena_free(&arena);
    return rc;
}

static enum wire_rc decode_sms(const struct wire_request *r, struct arena *a, struct inbound *in)
{
    const struct dialect_names names = { .id = PARAM_NAMES("messageId"),
                                         .from = PARAM_NAMES("msisdn"),
                                         .to = PARAM_NAMES("to"),
                                         .text = PARAM_NAMES("text") };
    struct params f;

    if (dialect_params(r, a, &f) != WIRE_OK)
        return WIRE_BAD_SHAPE;
    return dialect_sms(&f, &names, a, in);
}

static enum wire_rc part(const struct wire_request *r, struct arena *a, struct segment_part *out)
{
    struct params f;

    if (dialect_params(r, a, &f) != WIRE_OK)
        return WIRE_BAD_SHAPE;
    if (!slice_ieq(params_get(&f, PARAM_NAMES("concat")), S("true")))
        return WIRE_IGNORED;
    return dialect_part(params_get(&f, PARAM_NAMES("concat-ref")),
                        params_get(&f, PARAM_NAMES("concat-total")),
                        params_get(&f, PARAM_NAMES("concat-part")), out);
}

static const struct dialect_state states[] = {
    { "delivered", "delivered" },
    { "failed", "failed" },
    { "expired", "failed" },
    { "rejected", "rejected" },
    { "accepted", "accepted" },
    { "buffered", "buffered" },
    { NULL, NULL },
};

static enum wire_rc decode_dlr(const struct wire_request *r, struct arena *a, struct wire_dlr *out)
{
    const struct dialect_report names = { .uuid = PARAM_NAMES("client-ref"),
                                          .id = PARAM_NAMES("messageId"),
                                          .word = PARAM_NAMES("status"),
                                          .states = states };

    enum wire_rc rc = dialect_form_dlr(r, &names, a, out);

    out->part = out->their_id.n > 0; /* each part has a report of its own, all with our client-ref */
    return rc;
}

static enum wire_rc encode_send(const struct wire_sms *sms, struct arena *a, struct wire_send *out)
{
    bool ascii = true;
    struct buf b;

    for (size_t i = 0; i < sms->text.n && ascii; i++)
        ascii = (unsigned char)sms->text.p[i] < 0x80;
    buf_init(&b, 65536);
    query_pair(&b, "api_key", sms->username);
    query_pair(&b, "api_secret", sms->password);
    query_pair(&b, "from", sms->from);
    query_pair(&b, "to", dialect_digits(sms->to));
    query_pair(&b, "text", sms->text);
    query_pair(&b, "type", ascii ? S("text") : S("unicode"));
    query_pair(&b, "client-ref", sms->uuid);
    if (sms->dlr_url.n) {
        query_pair(&b, "status-report-req", S("1"));
        query_pair(&b, "callback", sms->dlr_url);
    }
    dialect_post_form(&b, sms->url, a, out);
    return WIRE_OK;
}

/* 0 taken; 1 throttled; 5 theirs, 4 8 9 10 credit and keys: later; the rest never. */
static enum send_result result_of(uint64_t code)
{
    if (code == 0)
        return SEND_ACCEPTED;
    if (code == 1)
        return SEND_THROTTLED;
    return code == 4 || code == 5 || (code >= 8 && code <= 10) ? SEND_LATER : SEND_REFUSED;
}

/* A part that was taken beside one that was not is half an SMS on its way: nobody can say what arrives. */
static void add_part(struct send_answer *out, const struct params *f, uint64_t code)
{
    struct slice id = params_get(f, PARAM_NAMES("message-id"));

    if ((result_of(code) == SEND_ACCEPTED) != (out->result == SEND_ACCEPTED)) {
        snprintf(out->why, sizeof out->why, "a part has status %llu", (unsigned long long)code);
        out->result = SEND_UNKNOWN;
    }
    if (id.n)
        out->part_ids[out->part_ids_n++] = id;
}

/* One element of `messages` for each part of a long SMS. */
static void decode_send_answer(const struct wire_said *said, struct arena *a, struct send_answer *out)
{
    if (dialect_said_by_status(said->status, out) || said->status != 200)
        return;
    for (unsigned i = 0; i <= WIRE_PARTS; i++) {
        struct params f = { .n = 0 };
        uint64_t code = 0;

        if (params_add_json_item(&f, said->body, "messages", i, a) != 0 ||
            !slice_to_u64(params_get(&f, PARAM_NAMES("status")), &code))
            return;
        if (i > 0) {
            add_part(out, &f, code);
            continue;
        }
        snprintf(out->why, sizeof out->why, "status %llu", (unsigned long long)code);
        out->their_id = params_get(&f, PARAM_NAMES("message-id"));
        out->result = result_of(code);
    }
}

const struct dialect dialect_vonage = {
    .name = "vonage",
    .taken_type = "text/plain",
    .taken_body = "",
    .signs = true,
    .verify = verify,
    .decode_sms = decode_sms,
    .part = part,
    .decode_dlr = decode_dlr,
    .encode_send = encode_send,
    .decode_send_answer = decode_send_answer,
};
