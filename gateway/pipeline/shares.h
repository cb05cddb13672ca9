/* shares.h - what each provider has under way, so that one that floods leaves room for the others.
 *
 * Who asks for more may have it while it holds less than SHARE_TIMES what is still free: alone it gets three
 * quarters of all places, two get three sevenths each, and whoever has nothing under way always finds some.
 * Knows no clock and no message. */
#ifndef KENTONGAN_PIPELINE_SHARES_H
#define KENTONGAN_PIPELINE_SHARES_H

#include "gateway/base/slice.h"

enum {
    SHARES = 128, /* providers and what comes from inside; past it they share the last one */
    SHARE_TIMES = 3,
};

struct share {
    uint64_t who; /* hash of the name; 0: free */
    unsigned n;
};

struct shares {
    struct share of[SHARES];
};

/* Of that name, for good. */
struct share *share_of(struct shares *, struct slice name);
/* free: places that nobody has. */
bool share_has_room(const struct share *, unsigned free);

#endif
