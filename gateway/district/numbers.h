/* numbers.h - the highest number that the files of this state folder have seen (SPEC 2.4: never reused).
 *
 * Reads only; asked once, at start. */
#ifndef KENTONGAN_DISTRICT_NUMBERS_H
#define KENTONGAN_DISTRICT_NUMBERS_H

#include "gateway/conf/config.h"

/* The body of the highest number in the `sqlite` sinks and the newest months of the message log; 0 = none.  A
 * file that is not there or cannot be read counts for nothing. */
uint64_t numbers_seen(const struct config *);

#endif
