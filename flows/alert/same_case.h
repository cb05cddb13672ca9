/* same_case.h - two reporters may tell of one case: shown to staff, never merged (DISTRICT 4.4, DOMAIN 9).
 *
 * Pure.  An episode remembers the newest cases that were reported by name.  Two of them from different
 * reporters within signal_days, of the same name or one edit away, are probably one. */
#ifndef KENTONGAN_FLOWS_ALERT_SAME_CASE_H
#define KENTONGAN_FLOWS_ALERT_SAME_CASE_H

#include "gateway/base/codec.h"

enum {
    SAME_CASES = 16, /* the newest so many are remembered */
};

struct same_case {
    struct slice nomor, who, by; /* of the report; "siti aminah P"; who reported it */
    struct slice other;          /* number of the report that is probably about the same; empty: none */
    int64_t day;
    bool told; /* staff were */
};

struct same_cases {
    struct same_case all[SAME_CASES]; /* oldest first */
    unsigned n;
};

/* One of them in an episode's blob. */
extern const struct codec same_case_codec;
/* A signal (its nomor, who, by, delta) on that day: noted, or forgotten when it was taken back; those more
 * than `days` old go.  True when something changed. */
bool same_cases_note(struct same_cases *, const struct node *signal, int64_t day, int64_t days);
/* One that staff have not been told of, now marked as told; NULL when there is none. */
const struct same_case *same_cases_next(struct same_cases *);

#endif
