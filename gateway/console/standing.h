/* standing.h - how a place stands on an indicator (DISTRICT 1): its cumulative coverage against the target of
 * the month, and which way the months go.
 *
 * Pure.  A row has bulan_ini, bulan_lalu, kumulatif, sasaran, _target (a year's, per cent), _jenis ("year":
 * it grows with the months), _arah ("lower": less is better). */
#ifndef KENTONGAN_CONSOLE_STANDING_H
#define KENTONGAN_CONSOLE_STANDING_H

#include "gateway/base/node.h"

struct standing {
    int64_t permille, target; /* thousandths */
    int64_t now, before;      /* of the months */
    bool counted;             /* it has a sasaran, so that it stands somehow */
    const char *status;       /* "baik" "cukup" "kurang" "jelek"; NULL: no target, or no sasaran */
};

/* month: 1 … 12. */
struct standing standing_of(const struct node *row, unsigned month);
/* Adds persen, arah (an arrow) and status to the row; what is not known is empty. */
void standing_put(struct node *row, const struct standing *);
/* 3 jelek, 2 kurang, 1 cukup, 0 else. */
unsigned standing_need(const struct standing *);

#endif
