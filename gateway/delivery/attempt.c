/* attempt.c - see attempt.h. */
#include "gateway/delivery/attempt.h"

enum {
    BASE_MS = 2000,
    CAP_MS = 10 * 60 * 1000,
    URGENT_CAP_MS =
        15000, /* an emergency that was not taken is there soon after its provider is well again */
    LEAST_MS = 500,
    URGENT_TRIES = 8, /* an emergency is no old news before: the clock may have jumped */
    DAY_MS = 24 * 60 * 60 * 1000,
};

bool attempt_at_least_once(enum sms_class class)
{
    return class == SMS_EMERGENCY || class == SMS_REFERRAL;
}

static int64_t expiry(const struct attempt *a)
{
    return a->expires_ms > 0 ? a->expires_ms : a->first_ms + DAY_MS;
}

static bool expired(const struct attempt *a)
{
    return a->now_ms >= expiry(a) && !(a->class == SMS_EMERGENCY && a->attempts < URGENT_TRIES);
}

/* With jitter, so that a thousand waiting SMS do not come back in one instant: an emergency after anything
 * between a half second and the doubled step, others after at least half of it. */
static int64_t back_off(const struct attempt *a)
{
    bool urgent = a->class == SMS_EMERGENCY && a->result == ATTEMPT_LATER; /* not one that perhaps arrived */
    int64_t step = BASE_MS, least, cap = urgent ? URGENT_CAP_MS : CAP_MS;
    unsigned n = a->attempts;

    while (n-- > 0 && step < cap)
        step *= 2;
    if (step > cap)
        step = cap;
    least = a->class == SMS_EMERGENCY ? LEAST_MS : step / 2;
    step = least + (step - least) * (a->jitter & 0xFFFF) / 0xFFFF;
    if (step < a->retry_after_ms)
        step = a->retry_after_ms;
    return urgent && step > cap ? cap : step;
}

static struct attempt_verdict again(const struct attempt *a)
{
    int64_t due = a->now_ms + back_off(a);

    /* One that is more urgent than the wait gets a last chance just before it is old. */
    if (due >= expiry(a) && a->now_ms + LEAST_MS < expiry(a))
        due = expiry(a) - LEAST_MS;
    return (struct attempt_verdict){ ATTEMPT_RETRY, due, "later" };
}

struct attempt_verdict attempt_judge(const struct attempt *a)
{
    switch (a->result) {
    case ATTEMPT_NONE:
        if (a->recovered && !attempt_at_least_once(a->class))
            return (struct attempt_verdict){ ATTEMPT_PARK, 0, "unknown" };
        if (expired(a))
            return (struct attempt_verdict){ ATTEMPT_DONE, 0, "expired" };
        return (struct attempt_verdict){ ATTEMPT_SEND, 0, "due" };
    case ATTEMPT_ACCEPTED:
        return (struct attempt_verdict){ ATTEMPT_DONE, 0, "sent" };
    case ATTEMPT_REFUSED:
        return (struct attempt_verdict){ ATTEMPT_PARK, 0, "refused" };
    case ATTEMPT_UNKNOWN:
        if (!attempt_at_least_once(a->class))
            return (struct attempt_verdict){ ATTEMPT_PARK, 0, "unknown" };
        break;
    case ATTEMPT_LATER:
        break;
    }
    if (expired(a))
        return (struct attempt_verdict){ ATTEMPT_DONE, 0, "expired" };
    return again(a);
}
