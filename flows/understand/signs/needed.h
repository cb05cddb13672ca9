/* needed.h - signs that say what is needed, as `gerakan janin` (RULINGS 40). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_SIGNS_NEEDED_H
#define KENTONGAN_FLOWS_UNDERSTAND_SIGNS_NEEDED_H

#include "gateway/base/arena.h"
#include "gateway/model/report.h"
#include "gateway/model/ruleset.h"

/* An answer to the doubt about what is needed, with that before it and the other signs behind: "gerak
 * berkurang"; any other text as it is.  f: the field that is asked, or -1. */
struct slice understand_of_sign(const struct ruleset *, const struct report *known, int f, struct slice text,
                                struct arena *);
/* The words of a sign that says what is needed (RULINGS 40), as `gerakan janin`; NULL: this code is none. */
const struct word *understand_needed(const struct word_list *signs, struct slice code);

#endif
