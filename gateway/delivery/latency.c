/* latency.c - see latency.h. */
#include "gateway/delivery/latency.h"

void latency_took(struct latency *l, int64_t ms)
{
    int64_t off = ms > l->smooth_ms ? ms - l->smooth_ms : l->smooth_ms - ms;

    if (l->known) {
        l->deviation_ms += (off - l->deviation_ms) / 4;
        l->smooth_ms += (ms - l->smooth_ms) / 8;
        return;
    }
    *l = (struct latency){ .known = true, .smooth_ms = ms, .deviation_ms = ms / 2 };
}

int64_t latency_patience_ms(const struct latency *l)
{
    int64_t ms = l->smooth_ms + 4 * l->deviation_ms;

    if (ms < LATENCY_LEAST_MS)
        return LATENCY_LEAST_MS;
    return ms < LATENCY_MOST_MS ? ms : LATENCY_MOST_MS;
}
