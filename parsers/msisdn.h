/* msisdn.h - telephone numbers as people and telcos write them, made one: "+6281234567890" (DOMAIN 5.3).
 *
 * Pure.  Alphanumeric senders ("INFO") and short codes ("98120") are no MSISDN: they are kept, never
 * answered. */
#ifndef KENTONGAN_PARSERS_MSISDN_H
#define KENTONGAN_PARSERS_MSISDN_H

#include "gateway/base/slice.h"

enum {
    MSISDN_MAX = 16, /* "+" and 15 digits (E.164) */
};

struct msisdn {
    char text[MSISDN_MAX + 1]; /* NUL-terminated */
    unsigned n;
};

/* Blanks, dots, dashes and brackets are left out; 0062…, 62…, +620…, 0… and bare 8… become +62….  A number
 * with "+" or "00" and another country code is taken as it is (8 to 15 digits).  False: no MSISDN. */
bool msisdn_parse(struct slice s, struct msisdn *out);
struct slice msisdn_slice(const struct msisdn *);

#endif
