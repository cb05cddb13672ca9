/* deaths.h - what words say of somebody's death (RULINGS 49). */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_REPORT_DEATHS_H
#define KENTONGAN_FLOWS_UNDERSTAND_REPORT_DEATHS_H

#include "gateway/base/arena.h"
#include "gateway/model/report.h"
#include "gateway/model/ruleset.h"

/* The words say that somebody died; not `tidak meninggal`.  staff: they are of staff, behind a command, and
 * `MD` is no name in them. */
bool understand_says_death(const struct ruleset *, struct slice text, bool staff, struct arena *);
/* `wafat Ani P 27th masih kritis`: the words say that she lives; not of somebody named beside her.  dead:
 * "anak", "ibu" for any grown person; empty: not known, and whoever is named is somebody else. */
bool understand_lives(const struct ruleset *, struct slice text, struct slice dead, struct arena *);
/* Of a report that lacks nothing and is not sure whether somebody died (report->unsure): that is asked. */
void understand_unsure(struct report *);

#endif
