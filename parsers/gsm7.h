/* gsm7.h - the GSM 03.38 default alphabet and its extension table, both ways, one septet a byte (DOMAIN 8.1).
 *
 * Pure.  Packing into octets is the SMSC's business. */
#ifndef KENTONGAN_PARSERS_GSM7_H
#define KENTONGAN_PARSERS_GSM7_H

#include "gateway/base/arena.h"

/* How many septets the code point costs: 1, 2 (extension table), or 0 when GSM-7 does not have it. */
unsigned gsm7_cost(uint32_t cp);
/* False when a letter is not in the alphabet; *septets (may be NULL) is then what the others cost. */
bool gsm7_count(struct slice utf8, size_t *septets);
/* One septet a byte; false (and nothing) when a letter is not in the alphabet. */
bool gsm7_encode(struct slice utf8, struct arena *, struct slice *out);
/* Unknown escapes become the letter behind the escape, as handsets show them; the high bit is ignored. */
struct slice gsm7_decode(struct slice septets, struct arena *);

#endif
