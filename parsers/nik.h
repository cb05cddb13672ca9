/* nik.h - the 16-digit identity number (DOMAIN 5.1, RULINGS 29).
 *
 * Pure.  There is no check digit: only length, province, day and serial can be wrong. */
#ifndef KENTONGAN_PARSERS_NIK_H
#define KENTONGAN_PARSERS_NIK_H

#include "gateway/base/slice.h"
#include "gateway/base/err.h"

/* False: wrong length, unknown province, impossible day, serial 0000. */
bool nik_valid(struct slice digits, int64_t today) MUST_CHECK;
/* 'L' or 'P' of a valid one. */
char nik_sex(struct slice digits);
/* The two births that the two-digit year allows, latest first; the second may be too long ago (-1 when there
 * is none).  Days. */
void nik_births(struct slice digits, int64_t today, int64_t out[2]);

#endif
