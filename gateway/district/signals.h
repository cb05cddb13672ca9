/* signals.h - the judge's ear (DESIGN 1f): one consumer of the stream "tally" that, for each (village,
 * disease, day) in which cases were counted, reads the counts of the village and of its puskesmas and sends
 * them in as an inbound of kind `signal`.  It decides nothing: thresholds are flows/'s. */
#ifndef KENTONGAN_DISTRICT_SIGNALS_H
#define KENTONGAN_DISTRICT_SIGNALS_H

#include "gateway/loop/loop.h"
#include "gateway/pipeline/pipeline.h"
#include "gateway/store/store.h"

struct signals;

/* pipeline_submit() in the gateway, a recorder in tests. */
typedef void signals_submit(void *to, const struct inbound *, answer_cb *, void *arg);

/* NULL when out of memory. */
struct signals *signals_open(struct loop *, struct store *, signals_submit *, void *to);
/* Signals under way are given back and judged again later; their answers are then ignored. */
void signals_close(struct signals *);

#endif
