/* clock.c - wall and monotonic time.  See clock.h. */
#include "gateway/base/clock.h"

#include <time.h>

enum {
    STEP_MS = 5000, /* less is a clock that is being slewed */
};

static int64_t read_us(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
    return read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_mono_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t clock_stepped(struct clock_watch *w)
{
    int64_t offset = clock_wall_ms() - clock_mono_ms(), by = w->offset_ms ? offset - w->offset_ms : 0;

    w->offset_ms = offset;
    return by > STEP_MS || by < -STEP_MS ? by : 0;
}
