/* outcome.c - names of the classes of SMS, as they stand in streams, logs and figures. */
#include "gateway/model/outcome.h"

#include <string.h>

const char *const sms_class_names[SMS_CLASSES] = {
    [SMS_ANSWER] = "answer", [SMS_EMERGENCY] = "emergency", [SMS_REFERRAL] = "referral",
    [SMS_ALERT] = "alert",   [SMS_NOTICE] = "notice",       [SMS_BULK] = "bulk",
};

const char *sms_class_name(enum sms_class class)
{
    return (unsigned)class < SMS_CLASSES ? sms_class_names[class] : "unknown";
}

struct outcome *outcome_new(struct arena *a)
{
    struct outcome *o = arena_raw(a, sizeof *o);

    return o ? memset(o, 0, offsetof(struct outcome, writes)) : NULL;
}

bool outcome_answers(const struct inbound *in, const struct sms *sms)
{
    return slice_eq(sms->to, in->from);
}

struct slice outcome_way(const struct inbound *in, const struct sms *sms)
{
    return outcome_answers(in, sms) ? in->provider : slice_make("", 0);
}
