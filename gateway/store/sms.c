/* sms.c - one outgoing SMS as it stands in a lane's stream: versioned JSON text. */
#include <jansson.h>
#include <nettle/sha1.h>
#include <stdio.h>
#include <string.h>

#include "gateway/store/store_private.h"

unsigned sms_lane(enum sms_class class)
{
    switch (class) {
    case SMS_ANSWER:
    case SMS_EMERGENCY:
    case SMS_REFERRAL:
        return 0;
    case SMS_ALERT:
    case SMS_NOTICE:
        return 1;
    default:
        return 2;
    }
}

static void member(struct buf *b, const char *name, struct slice value)
{
    if (!value.n)
        return;
    buf_char(b, ',');
    buf_json(b, slice_of(name));
    buf_char(b, ':');
    buf_json(b, value);
}

void sms_encode(struct buf *b, const struct lane_sms *sms)
{
    buf_str(b, "{\"v\":1,\"class\":");
    buf_json(b, slice_of(sms_class_name(sms->class)));
    buf_printf(b, ",\"expires\":%lld", (long long)sms->expires_ms);
    member(b, "uuid", sms->uuid);
    member(b, "to", sms->to);
    member(b, "text", sms->text);
    member(b, "nomor", sms->nomor);
    member(b, "asked_by", sms->question_provider);
    buf_char(b, '}');
}

static struct slice text_of(const json_t *object, const char *name, struct arena *arena)
{
    const json_t *v = json_object_get(object, name);

    if (!json_is_string(v))
        return slice_make("", 0);
    return arena_copy(arena, slice_make(json_string_value(v), json_string_length(v)));
}

static bool class_by_name(const char *name, enum sms_class *out)
{
    for (unsigned i = 0; i < SMS_CLASSES; i++)
        if (name && strcmp(name, sms_class_name((enum sms_class)i)) == 0) {
            *out = (enum sms_class)i;
            return true;
        }
    return false;
}

int sms_decode(struct slice body, struct arena *arena, struct lane_sms *out, struct err *err)
{
    json_error_t why;
    json_t *o = json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, &why);
    int rc = 0;

    memset(out, 0, sizeof *out);
    if (!o)
        return err_set(err, "an SMS in the stream is no JSON (%s): park it", why.text);
    if (json_integer_value(json_object_get(o, "v")) != 1)
        rc = err_set(err, "an SMS in the stream has an unknown version: it is from a newer Kentongan");
    else if (!class_by_name(json_string_value(json_object_get(o, "class")), &out->class))
        rc = err_set(err, "an SMS in the stream has an unknown class: it is from a newer Kentongan");
    out->expires_ms = (int64_t)json_integer_value(json_object_get(o, "expires"));
    out->uuid = text_of(o, "uuid", arena);
    out->to = text_of(o, "to", arena);
    out->text = text_of(o, "text", arena);
    out->nomor = text_of(o, "nomor", arena);
    out->question_provider = text_of(o, "asked_by", arena);
    json_decref(o);
    if (rc == 0 && arena->failed)
        rc = err_set(err, "an SMS in the stream is larger than the memory set aside for one");
    return rc;
}

struct uuid_text sms_uuid(struct slice provider, struct slice id, unsigned index)
{
    struct sha1_ctx ctx;
    uint8_t d[SHA1_DIGEST_SIZE];
    char tail[32];
    struct uuid_text out;
    int n = snprintf(tail, sizeof tail, "%csms%c%u", 0, 0, index);

    sha1_init(&ctx);
    sha1_update(&ctx, 16, (const uint8_t *)"kentongan:uuid:5");
    sha1_update(&ctx, provider.n, (const uint8_t *)provider.p);
    sha1_update(&ctx, 1, (const uint8_t *)"");
    sha1_update(&ctx, id.n, (const uint8_t *)id.p);
    sha1_update(&ctx, (size_t)n, (const uint8_t *)tail);
    sha1_digest(&ctx, sizeof d, d);
    d[6] = (uint8_t)((d[6] & 0x0f) | 0x50);
    d[8] = (uint8_t)((d[8] & 0x3f) | 0x80);
    snprintf(out.text, sizeof out.text,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", d[0], d[1], d[2], d[3],
             d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14], d[15]);
    return out;
}
