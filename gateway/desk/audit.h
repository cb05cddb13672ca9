/* audit.h - `ctl audit [--json]`: from receipt to each sink's acknowledgement, what is open, where and why,
 * with counts that add up (store.h); in the district's language for people. */
#ifndef KENTONGAN_DESK_AUDIT_H
#define KENTONGAN_DESK_AUDIT_H

#include "gateway/desk/desk.h"

void audit_desk(const struct desk *, struct slice words, ctl_done *done, void *ctx);

#endif
