/* clock.h - the two clocks of the machine.  Only rooms with effects may call these; pure code is told the
 * time. */
#ifndef KENTONGAN_BASE_CLOCK_H
#define KENTONGAN_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void); /* Unix time: for records and people */
int64_t clock_mono_ms(void); /* never jumps: for deadlines and figures */
int64_t clock_mono_us(void);

/* Sees steps of the wall clock; zero it to begin. */
struct clock_watch {
    int64_t offset_ms; /* wall - mono at the last look */
};
/* By how much the wall clock was put forward (back: < 0) since the last look; 0 for less than a few seconds.
 */
int64_t clock_stepped(struct clock_watch *);

#endif
