/* latency.h - how long a provider usually takes to answer, and so how long an emergency waits for it.
 *
 * Smoothed time and deviation as TCP keeps them for its retransmission timer (RFC 6298): a provider that is
 * usually slow gets more patience, one that hangs gets no more.  Pure. */
#ifndef KENTONGAN_DELIVERY_LATENCY_H
#define KENTONGAN_DELIVERY_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LATENCY_LEAST_MS = 1200, /* patience with one that is quick, or not known yet */
    LATENCY_MOST_MS = 5000,
};

struct latency {
    bool known;
    int64_t smooth_ms, deviation_ms;
};

/* An SMS was taken after so long. */
void latency_took(struct latency *, int64_t ms);
/* After so long without an answer something is wrong, rather than slow. */
int64_t latency_patience_ms(const struct latency *);

#endif
