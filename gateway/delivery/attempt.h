/* attempt.h - what becomes of an SMS after an attempt: a pure function of class, result, history and time.
 *
 * SPEC 6: E1 and referral steps are sent at least once; others are not repeated when the provider's answer
 * was lost.  Old news is not sent; an emergency is none before it was tried eight times, whatever the clock
 * says.  Nothing is dropped after N tries: it waits while it is news, then it is parked. */
#ifndef KENTONGAN_DELIVERY_ATTEMPT_H
#define KENTONGAN_DELIVERY_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/model/outcome.h"

enum attempt_result {
    ATTEMPT_NONE,     /* not tried yet: may it be? */
    ATTEMPT_ACCEPTED, /* the provider's now */
    ATTEMPT_REFUSED,  /* the provider will never take it */
    ATTEMPT_LATER,    /* the provider did not take it now, or was not reached at all */
    ATTEMPT_UNKNOWN,  /* the request went out, the answer was lost */
};

struct attempt {
    enum sms_class class;
    enum attempt_result result;
    unsigned attempts;      /* finished before this one */
    int64_t first_ms;       /* when it was committed */
    int64_t now_ms;         /* wall clock, as all here */
    int64_t expires_ms;     /* 0: none stated, a day from first_ms */
    int64_t retry_after_ms; /* what the provider asked for; 0 = nothing */
    uint32_t jitter;        /* 0 … 65535: chance, drawn by the caller for UNKNOWN and LATER */
    bool recovered;         /* it was in someone's hands when a gateway died */
};

enum attempt_next {
    ATTEMPT_SEND,  /* only after ATTEMPT_NONE */
    ATTEMPT_DONE,  /* out of the lane: sent, or old news */
    ATTEMPT_RETRY, /* at due_ms */
    ATTEMPT_PARK,  /* for people */
};

struct attempt_verdict {
    enum attempt_next next;
    int64_t due_ms;
    const char *reason; /* "sent", "expired", "refused", "unknown", "later", "due" */
};

struct attempt_verdict attempt_judge(const struct attempt *);
/* May an SMS of this class be sent twice rather than not at all? */
bool attempt_at_least_once(enum sms_class);

#endif
