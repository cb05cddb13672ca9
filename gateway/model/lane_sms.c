/* lane_sms.c - see lane_sms.h. */
#include "gateway/model/lane_sms.h"

#include <string.h>

#include "gateway/model/stream_names.h"
#include "gateway/model/stream_tree.h"

enum {
    SMS_VERSION = 1,
};

SHARED_CODEC(lane_sms_codec, struct lane_sms, MEMBER(struct lane_sms, v, version),
             MEMBER_SAID(struct lane_sms, class, class, sms_class_names),
             MEMBER(struct lane_sms, expires, expires_ms), MEMBER(struct lane_sms, uuid, uuid),
             MEMBER(struct lane_sms, to, to), MEMBER(struct lane_sms, text, text),
             MEMBER(struct lane_sms, nomor, nomor), MEMBER(struct lane_sms, asked_by, question_provider));

void sms_encode(struct buf *b, const struct lane_sms *sms)
{
    struct lane_sms kept = *sms;

    kept.version = SMS_VERSION;
    codec_pack(b, &lane_sms_codec, &kept);
}

int sms_decode(struct slice body, struct arena *arena, struct lane_sms *out, struct err *err)
{
    bool ours;

    memset(out, 0, sizeof *out);
    ours = stream_take(&body, &lane_sms_codec, arena, out);

    if (arena->failed)
        return err_set(err, "an SMS in the stream is larger than the memory set aside for one");
    if (!ours || out->version != SMS_VERSION || !out->to.n)
        return err_set(err, "an SMS in the stream is broken, or from a newer Kentongan");
    return 0;
}
