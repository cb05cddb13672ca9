/* stat.h - counters, gauges and histograms with one label at most, printed in the Prometheus text format.
 *
 * A figure is made once and bumped by pointer.  Names are given without the prefix `kentongan_`.  Labels
 * carry kinds and reasons, never a number, a name or a village. */
#ifndef KENTONGAN_BASE_STAT_H
#define KENTONGAN_BASE_STAT_H

#include "gateway/base/buf.h"

enum stat_kind {
    STAT_COUNTER,
    STAT_GAUGE,
};

struct stat {
    uint64_t value;
};

struct stat_hist {
    uint64_t bucket[16]; /* upper bounds 1 ms · 2^i, the last is +Inf */
    uint64_t count, sum_us;
};

/* The same (name, label value) gives the same figure.  help may be NULL after the first call.  name,
 * help and label are literals, value is copied.  At most 512 figures; past that an overflow figure. */
struct stat *stat_get(enum stat_kind, const char *name, const char *help, const char *label,
                      const char *value);
struct stat_hist *stat_hist_get(const char *name, const char *help);
void stat_observe_us(struct stat_hist *, int64_t us);
/* The quantile q (0…1) in microseconds, as the upper bound of its bucket; 0 when empty. */
int64_t stat_quantile_us(const struct stat_hist *, double q);
void stat_print(struct buf *);
/* Calls each counter and gauge, in the order made (for `ctl show`). */
void stat_each(void (*f)(void *arg, const char *name, const char *label, const char *value, uint64_t n),
               void *arg);

#endif
