/* desk.h - a desk carries out one kind of request of the staff (people, trace, parked, drafts); this is what
 * it is lent for it. */
#ifndef KENTONGAN_DESK_DESK_H
#define KENTONGAN_DESK_DESK_H

#include "gateway/console/ctl.h"
#include "gateway/district/msglog.h"
#include "gateway/district/sink.h"
#include "gateway/model/ruleset.h"
#include "gateway/pipeline/pipeline.h"

/* Valid during the call; the rooms outlive what a desk began. */
struct desk {
    const struct ruleset *rules;
    const struct config *config;
    struct loop *loop;
    struct store *store;
    struct pipeline *pipeline;
    struct msglog *log;
    struct sink *const *sinks;
    unsigned sinks_n;
    int utc_offset_min;
};

/* done is called exactly once, now or later. */
typedef void desk_fn(const struct desk *, struct slice words, ctl_done *done, void *ctx);

#endif
