/* indicators.h - rows of config/rules/indicators.yaml: what a health office counts (SPEC 8, DISTRICT 2).
 *
 * A figure is n of d.  Each of n, less (taken off n) and d counts reports of one form:
 *
 *     {form: bumil, if: [k >= 4], once: year}          people, each once in the year in which she first fits
 *     {form: timbang, findings: [growth.bgm], once: month}   people, each once a month; one of the findings
 *     {form: timbang, findings: ["nt N"]}              a finding that says N
 *     {form: imunisasi, each: [vaksin has bcg, …]}     people for whom each was reported, whenever; one may
 * be several conditions: hari >= 3 and hari <= 7 {form: bumil, sum: ttd, reaches: 90}             people
 * whose sum has come so far {form: skdn, sum: d}                             the sum itself {form: lahir,
 * once: report}                      reports {form: "*", once: month, by: posyandu}           posyandu that
 * sent anything
 *
 * d may be people that a place should reach instead: {group: bumil, percent: 20, every: year | month}, or how
 * many posyandu it has: {places: posyandu}.  A row without d is a count.  Loading checks forms, fields,
 * codes. */
#ifndef KENTONGAN_CONF_INDICATORS_H
#define KENTONGAN_CONF_INDICATORS_H

#include "gateway/conf/rules_cond.h"

#define INDICATORS_FILE "indicators.yaml"

enum {
    INDICATORS_MOST = 100,
    INDICATOR_EACH = 20,
    INDICATOR_FINDINGS = 8,
};

enum once {
    ONCE_MONTH,
    ONCE_YEAR,
    ONCE_REPORT,
};

struct counting {
    const struct form *form; /* NULL: every form */
    struct conds when;
    struct slice findings[INDICATOR_FINDINGS]; /* "growth.bgm", "nt N"; none: no matter */
    unsigned findings_n;
    struct conds each[INDICATOR_EACH]; /* all of each must hold */
    unsigned each_n;
    struct slice sum; /* a field; empty: nothing is summed */
    int64_t reaches;  /* milli; 0: the sum is the figure */
    enum once once;
    bool by_posyandu; /* not by people */
};

enum denominator {
    DENOMINATOR_NONE,
    DENOMINATOR_COUNT,    /* from reports, of the same month */
    DENOMINATOR_GROUP,    /* people that the place should reach */
    DENOMINATOR_POSYANDU, /* its posyandu */
};

struct indicator {
    struct slice id, klaster, words, source;
    struct slice
        sms; /* "D/S": its name in PWS by SMS; rows of one name stand for each other.  Empty: not there */
    unsigned version;
    int64_t target; /* milli of a per cent; -1 = none */
    bool lower;     /* is better */
    char grade;     /* 'A' exact, 'B' as kader report */
    struct counting n, less, d;
    bool has_less;
    enum denominator denominator;
    struct slice group;
    int64_t percent; /* of the group; milli */
    bool monthly;    /* the group is to be reached every month, not once a year */
};

struct indicator_set {
    struct indicator *all;
    unsigned n;
};

/* NULL: there is none. */
const struct indicator *indicator_by_id(const struct indicator_set *, struct slice id);
/* FOLDER/indicators.yaml; a file that is not there has no rows.  NULL when a fault was added. */
struct indicator_set *indicators_load(const char *folder, const struct form_set *, struct arena *,
                                      struct faults *);

#endif
