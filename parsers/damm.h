/* damm.h - numbers (`nomor`) with a check digit that finds every single wrong digit and every swap of
 * neighbours (SPEC 2.4; H. Michael Damm's quasigroup, first row 0317598642).
 *
 * Pure. */
#ifndef KENTONGAN_PARSERS_DAMM_H
#define KENTONGAN_PARSERS_DAMM_H

#include "gateway/base/arena.h"

/* The check digit of a run of digits: 7 for "4821". */
unsigned damm_check(struct slice digits);
/* True when s is digits whose last one is the check digit of those before it. */
bool damm_valid(struct slice s);
/* "48217" from 4821, in the arena. */
struct slice damm_number(uint64_t body, struct arena *);

#endif
