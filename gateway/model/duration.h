/* duration.h - spans of time as people write them in configuration: 500ms 4s 15m 24h 7d. */
#ifndef KENTONGAN_MODEL_DURATION_H
#define KENTONGAN_MODEL_DURATION_H

#include "gateway/base/slice.h"

/* Milliseconds; a bare 0 needs no unit.  False for anything else, and past 100 years. */
bool duration_parse(struct slice s, int64_t *ms);

#endif
