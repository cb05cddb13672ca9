/* sms.c - one outgoing SMS as it stands in a lane's stream: versioned JSON text. */
#include <nettle/sha1.h>
#include <string.h>

#include "gateway/base/node.h"
#include "gateway/store/commit/private.h"

unsigned sms_lane(enum sms_class class)
{
    switch (class) {
    case SMS_EMERGENCY:
        return 3;
    case SMS_ANSWER:
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
    buf_str(b, ",\"expires\":");
    buf_i64(b, sms->expires_ms);
    member(b, "uuid", sms->uuid);
    member(b, "to", sms->to);
    member(b, "text", sms->text);
    member(b, "nomor", sms->nomor);
    member(b, "asked_by", sms->question_provider);
    buf_char(b, '}');
}

static bool class_by_name(struct slice name, enum sms_class *out)
{
    for (unsigned i = 0; i < SMS_CLASSES; i++)
        if (slice_is(name, sms_class_name((enum sms_class)i))) {
            *out = (enum sms_class)i;
            return true;
        }
    return false;
}

int sms_decode(struct slice body, struct arena *arena, struct lane_sms *out, struct err *err)
{
    const struct node *o = node_read(arena_copy(arena, body), arena);

    memset(out, 0, sizeof *out);
    if (arena->failed)
        return err_set(err, "an SMS in the stream is larger than the memory set aside for one");
    if (!o)
        return err_set(err, "an SMS in the stream is no JSON: park it");
    if (node_int(o, "v") != 1)
        return err_set(err, "an SMS in the stream has an unknown version: it is from a newer Kentongan");
    if (!class_by_name(node_text(o, "class"), &out->class))
        return err_set(err, "an SMS in the stream has an unknown class: it is from a newer Kentongan");
    out->expires_ms = node_int(o, "expires");
    out->uuid = node_text(o, "uuid");
    out->to = node_text(o, "to");
    out->text = node_text(o, "text");
    out->nomor = node_text(o, "nomor");
    out->question_provider = node_text(o, "asked_by");
    return 0;
}

/* Of what came in, whatever became of it: the same each time.  Time first, because the message log has
 * indexes of them: at random places each message would touch pages of its own. */
static struct uuid_text uuid_of(const struct inbound *in, struct slice id, struct slice tail)
{
    struct sha1_ctx ctx;
    uint8_t d[SHA1_DIGEST_SIZE];

    sha1_init(&ctx);
    sha1_update(&ctx, 16, (const uint8_t *)"kentongan:uuid:5");
    sha1_update(&ctx, in->provider.n, (const uint8_t *)in->provider.p);
    sha1_update(&ctx, 1, (const uint8_t *)"");
    sha1_update(&ctx, id.n, (const uint8_t *)id.p);
    sha1_update(&ctx, tail.n, (const uint8_t *)tail.p);
    sha1_digest(&ctx, sizeof d, d);
    return uuid8_text(in->received_ms, d);
}

struct uuid_text sms_uuid(const struct inbound *in, struct slice id, unsigned index)
{
    char tail[32] = "\0sms\0";

    return uuid_of(in, id, slice_make(tail, 5 + slice_decimal(tail + 5, index)));
}

struct uuid_text message_uuid(const struct inbound *in, struct slice id)
{
    return uuid_of(in, id, slice_make("\0message", 8));
}

struct uuid_text store_message_uuid(const struct inbound *in)
{
    return message_uuid(in, in->provider_id);
}
