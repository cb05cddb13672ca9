/* growth.h - what a child's measures say: plausible or not, which class, rising or not (SPEC 2.5, RULINGS
 * 28).
 *
 * Pure arithmetic on the cut-offs and figures of config/rules/; kg and cm in thousandths, ages in completed
 * months.  Knows no form and stores nothing. */
#ifndef KENTONGAN_FLOWS_ROWS_GROWTH_H
#define KENTONGAN_FLOWS_ROWS_GROWTH_H

#include "gateway/conf/rules.h"

struct growth_measure {
    struct slice sex;   /* "L" or "P"; anything else: fits when it fits either sex */
    int64_t age_months; /* completed; -1 = not known */
    int64_t bb, tb;     /* milli; 0 = not given */
    int64_t lila, lk;   /* milli; 0 = not given */
    bool lying;         /* tb was measured lying; without a label: age_months < 24 */
};

enum growth_verdict {
    GROWTH_FINE,
    GROWTH_DOUBT_BB,
    GROWTH_DOUBT_TB,
    GROWTH_DOUBT_BOTH, /* each fits the age, not each other: name bb, show both */
};

/* Beyond what a living child of this age weighs and measures?  Below -6 or above +5 SD of weight for age, +-6
 * of length for age, +-5 of weight for length, beyond the outermost cut-off by its last step; above 60
 * months by the row of 60 with double that margin. */
enum growth_verdict growth_plausible_measure(const struct rule_set *, const struct growth_measure *);
/* The same, for bb and tb alone. */
enum growth_verdict growth_plausible(const struct rule_set *, struct slice sex, int64_t age_months,
                                     int64_t bb_milli, int64_t tb_milli, bool lying);
/* A weight, height, arm or head against the age alone.  True where no cut-off can tell. */
bool growth_value_plausible(const struct rule_set *, enum meaning, struct slice sex, int64_t age_months,
                            int64_t milli);

/* Standing and lying length differ by 0.7 cm: the length as the table of this age wants it. */
int64_t growth_length(const struct rule_set *, int64_t age_months, int64_t tb_milli, bool lying);

/* Was it measured lying?  As its label says (PB, PANJANG BADAN; TB, TINGGI BADAN; upper case), else by the
 * age: below 24 months.  The TB of a newborn is lying too. */
bool growth_lying(struct slice label, bool newborn, int64_t age_months);

/* Findings of a measure, most urgent first: BGM, above the orange line, stunted, wasted, head.  Strictly
 * below or above the cut; nothing from 61 months on.  Classes and words are rows (`growth:`). */
unsigned growth_findings(const struct rule_set *, const struct growth_measure *, struct finding *out,
                         unsigned max);

/* One earlier weighing; month = year * 12 + month - 1. */
struct growth_weight {
    int month;
    int64_t bb; /* milli */
};

struct growth_trend {
    char code;  /* 'B' first ever, 'O' not weighed last month, 'N' rising, 'T' not rising */
    bool twice; /* 2T: last month was a T too */
};

/* In the order B, O, N, T.  past in any order; weights of this month itself are an earlier try and not
 * compared.  N is a gain of at least the row kbm_<age> since last month. */
struct growth_trend growth_trend(const struct rule_set *, const struct growth_weight *past, unsigned n,
                                 int month, int64_t bb_milli, int64_t age_months);
/* The finding of T or 2T; 0 when there is none. */
unsigned growth_trend_finding(const struct rule_set *, struct growth_trend, struct finding *out);

/* False when the change since the last weighing asks for a question (SPEC 2.7): outside -10 … +25 % and more
 * than 1 kg away, within 60 days. */
bool growth_weight_step(const struct rule_set *, int64_t last_milli, int64_t now_milli, int64_t days);
/* False for a step in height that no child makes. */
bool growth_height_step(const struct rule_set *, int64_t last_milli, int64_t now_milli, int64_t days);

#endif
