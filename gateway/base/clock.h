/* clock.h - the two clocks of the machine.  Only rooms with effects may call these; pure code is told the
 * time. */
#ifndef KENTONGAN_BASE_CLOCK_H
#define KENTONGAN_BASE_CLOCK_H

#include <stdint.h>

int64_t clock_wall_ms(void); /* Unix time: for records and people */
int64_t clock_mono_ms(void); /* never jumps: for deadlines and figures */
int64_t clock_mono_us(void);

#endif
