/* clocks.h - how long things wait, by name, from the rows of config/rules with a default that is safe. */
#ifndef KENTONGAN_FLOWS_CLOCKS_H
#define KENTONGAN_FLOWS_CLOCKS_H

#include "gateway/model/ruleset.h"

/* "E1" "E2" "E3": until an unanswered referral climbs; "hadir"; "draft"; "signal": until heads hear of an
 * unverified signal; "head": until the camat hears what the kades did not confirm; "episode": quiet days
 * after which an episode is closed.  Milliseconds. */
int64_t clock_of(const struct ruleset *, struct slice name);

#endif
