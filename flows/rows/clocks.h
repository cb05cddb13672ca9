/* clocks.h - how long things wait: rows of config/rules/clocks.yaml by id.  A row that is missing waits an
 * hour. */
#ifndef KENTONGAN_FLOWS_ROWS_CLOCKS_H
#define KENTONGAN_FLOWS_ROWS_CLOCKS_H

#include "gateway/model/ruleset.h"

/* Milliseconds of "draft", "episode_ok", … */
int64_t clock_of(const struct ruleset *, const char *id);
/* The same for the row of an urgency: "referral" and "E1" is referral_e1. */
int64_t clock_by_urgency(const struct ruleset *, const char *id, struct slice urgency);
/* Milliseconds until quiet hours (21:00 to 05:00 local, SPEC 4) are over; 0 when it is not quiet. */
int64_t clock_quiet_ms(int64_t now_ms, int utc_offset_min);

#endif
