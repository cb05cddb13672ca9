/* threshold.h - are there more cases than there should be?  The arithmetic of the two tiers (SPEC 2.5,
 * DISTRICT 4), every number of it a row of config/rules/signals.yaml.
 *
 * Pure.  A week in which the village reported no case of anything is silent, not a zero: it is in no mean. */
#ifndef KENTONGAN_FLOWS_ALERT_THRESHOLD_H
#define KENTONGAN_FLOWS_ALERT_THRESHOLD_H

#include "flows/step/step.h"
#include "gateway/base/node.h"
#include "gateway/conf/rules.h"

/* The mean of the reported ones among the last weeks. */
struct threshold_mean {
    int64_t sum;
    int weeks; /* reported */
};

struct threshold {
    int64_t cases;                      /* in the last signal_days */
    struct threshold_mean usual, long_; /* of the last signal_weeks, and head_weeks */
    bool staff, heads;                  /* should hear */
};

/* days: {"2026-11-21": 3} of one disease in a village. */
struct threshold threshold_village(const struct step *, struct slice village, const struct node *days,
                                   int64_t day);

struct threshold_rise {
    int week;              /* number of the epidemiological week */
    int64_t sunday;        /* on which it begins */
    int64_t cases, before; /* of the epidemiological week (Sunday to Saturday), and the one before */
    bool staff;
};

struct threshold_rise threshold_puskesmas(const struct step *, const struct node *days, int64_t day);

/* signal_days. */
int64_t threshold_days(const struct step *);
/* Cases in the last signal_days. */
int64_t threshold_cases(const struct step *, const struct node *days, int64_t day);
/* So many more than people last heard of that they hear again. */
bool threshold_again(const struct step *, int64_t cases, int64_t told);
/* What the figures were judged by, for the episode: "signal_cases/1 …". */
struct slice threshold_versions(const struct step *, const struct disease_rule *);

#endif
