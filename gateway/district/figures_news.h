/* figures_news.h - what the indicators of a village say now, for PWS by SMS (flows/alert/pws.h): the rows
 * that are marked `sms:` in indicators.yaml, and the one that is furthest from its target.
 *
 * Blocking: for a thread that may wait. */
#ifndef KENTONGAN_DISTRICT_FIGURES_NEWS_H
#define KENTONGAN_DISTRICT_FIGURES_NEWS_H

#include "gateway/base/buf.h"
#include "gateway/district/figures_db.h"
#include "gateway/model/ruleset.h"

/* The month that is told on a day: this one from the day `pws_day` on, before it the last one; "2026-11". */
void figures_news_month(const struct ruleset *, int64_t now_ms, char out[16]);
/* Appends a line of JSON for each village of which something was counted since (RFC 3339 in UTC; "": ever):
 *     {"village":"19.06.01.2004","figures":{"month":"2026-11","rows":[["D/S",42,68]],"worst":["KF
 * lengkap",1,11]}} */
int figures_news(const struct figures_db *, const struct ruleset *, const char *month, const char *since,
                 struct buf *out, struct err *) MUST_CHECK;

#endif
