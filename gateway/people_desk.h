/* people_desk.h - what the operator asks and orders about people (`kentongan people`), carried out in the
 * gateway. */
#ifndef KENTONGAN_PEOPLE_DESK_H
#define KENTONGAN_PEOPLE_DESK_H

#include "gateway/console/ctl.h"
#include "gateway/model/ruleset.h"
#include "gateway/pipeline/pipeline.h"

/* words: "export", "approve NOMOR", "retire NUMBER", "put msisdn,role,name,place,language,active,leader".
 * done is called exactly once, now or when store or pipeline have answered. */
void people_desk(const struct ruleset *, struct store *, struct pipeline *, struct slice words,
                 ctl_done *done, void *ctx);

#endif
