/* lane_sms.h - one outgoing SMS as it stands in a lane's stream (gateway/model/stream_tree.h). */
#ifndef KENTONGAN_MODEL_LANE_SMS_H
#define KENTONGAN_MODEL_LANE_SMS_H

#include "gateway/base/codec.h"
#include "gateway/model/outcome.h"

struct lane_sms {
    struct slice to, text, nomor, uuid, question_provider;
    enum sms_class class;
    int64_t expires_ms;
    int version; /* sms_encode() sets it */
};

extern const struct codec lane_sms_codec;

void sms_encode(struct buf *, const struct lane_sms *);
/* Slices of *out live in the body or in the arena.  -1 and a fault text for broken bytes, or those of a newer
 * program. */
int sms_decode(struct slice body, struct arena *, struct lane_sms *out, struct err *) MUST_CHECK;

#endif
