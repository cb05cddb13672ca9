/* rebuild.h - `ctl rebuild`: a lost Redis is refilled from the first `sqlite` sink (SPEC 6).
 *
 * Each record and each step of a referral is said again as the SMS that leads to it, at its own time and with
 * its own numbers, and carried out by the same code (pipeline_rebuild): children with their weighings and
 * doses, open referrals with their clocks, cases by village, corrections come back so.  What does not lead to
 * the same row again is listed. */
#ifndef KENTONGAN_DESK_REBUILD_H
#define KENTONGAN_DESK_REBUILD_H

#include "gateway/desk/desk.h"

void rebuild_desk(const struct desk *, struct slice words, ctl_done *, void *ctx);

#endif
