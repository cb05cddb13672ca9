/* arrived.h - she is there already (SPEC 2.3). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_VALUES_ARRIVED_H
#define KENTONGAN_FLOWS_UNDERSTAND_VALUES_ARRIVED_H

#include "gateway/base/arena.h"
#include "gateway/model/report.h"
#include "gateway/model/ruleset.h"

/* She is where she is cared for, or was brought there: `sudah di puskesmas bu`. */
bool understand_says_there(const struct ruleset *, struct slice text, struct arena *);

#endif
