/* sms.c - lanes of SMS; ids of SMS and of messages. */
#include <nettle/sha1.h>

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
