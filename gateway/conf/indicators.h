/* indicators.h - rows of config/rules/indicators.yaml: what a health office counts (SPEC 8, DISTRICT 2).
 *
 * A figure is n of d.  Each of n, less (taken off n) and d counts reports:
 *
 *     {form: bumil, if: [k >= 4], once: year}
 *         people, each once in the year in which she first fits
 *     {form: timbang, findings: [growth.bgm, "nt T"], once: month}
 *         people, each once a month; one of the findings, "nt T" is one that says T
 *     {form: imunisasi, each: [vaksin has bcg, …]}
 *         people for whom each was reported, whenever; one may be several conditions (hari >= 3 and hari <=
 * 7), and one that stands twice takes two reports.  `or: [k >= 4]`: this alone is enough {form: bumil, if:
 * […], also: [{form: kunjungan, if: […]}]} people of whom one or the other was reported {form: bumil, sum:
 * ttd, reaches: 90} people whose sum has come so far; without reaches the sum itself; `unsaid: 1` is what a
 * report counts as that does not say it {form: lahir, once: report} reports {form: "*", events: [hadir,
 * terima before escalated], once: report} reports whose referral came so far; one of the events {signals:
 * yes, events: [benar within 24h, bukan within 24h], once: report} signals of early warning instead of
 * reports {form: "*", once: month, by: posyandu} posyandu that sent anything.  `in_time: yes`: in the month
 * of the event; `received: [mon, tue]`: days of the week on which it came
 *
 * d may be what a place should reach instead: {group: bumil, percent: 20, every: year | month}, its posyandu
 * {places: posyandu}, or a report a week of each puskesmas in it {weeks: puskesmas}.  A row without d is a
 * count.  Loading checks forms, fields, codes, events. */
#ifndef KENTONGAN_CONF_INDICATORS_H
#define KENTONGAN_CONF_INDICATORS_H

#include "gateway/conf/rules_cond.h"

#define INDICATORS_FILE "indicators.yaml"

enum {
    INDICATORS_MOST = 100,
    INDICATOR_EACH = 20,
    INDICATOR_FINDINGS = 8,
    INDICATOR_EVENTS = 4,
    INDICATOR_SORTS = 3,
};

enum once {
    ONCE_MONTH,
    ONCE_YEAR,
    ONCE_REPORT,
};

/* Something that came of a referral or a signal. */
struct event_cond {
    struct slice event;
    struct slice before; /* before this one, if that came at all; empty: no matter */
    int64_t within_min;  /* of the first "sent"; 0: whenever */
};

/* Which reports are looked at. */
struct report_sort {
    const struct form *form; /* NULL: every form */
    bool signals;            /* none of a form: signals of early warning */
    struct conds when;
    struct slice findings[INDICATOR_FINDINGS]; /* "growth.bgm", "nt N"; none: no matter */
    struct event_cond events[INDICATOR_EVENTS];
    unsigned findings_n, events_n;
    unsigned weekdays; /* bits on which it was received, Sunday is 1; 0: no matter */
    bool in_time;      /* received in the month of the event */
};

struct counting {
    struct report_sort sorts[INDICATOR_SORTS]; /* one of them */
    unsigned sorts_n;
    struct conds *each;         /* of the first sort: all of each must hold */
    bool again[INDICATOR_EACH]; /* the same as the one before: by another report */
    unsigned each_n;
    struct conds enough; /* instead of each */
    struct slice sum;    /* a field; empty: nothing is summed */
    int64_t unsaid;      /* milli; what one counts as that does not say it */
    int64_t reaches;     /* milli; 0: the sum is the figure */
    enum once once;
    bool by_posyandu; /* not by people */
};

enum denominator {
    DENOMINATOR_NONE,
    DENOMINATOR_COUNT,    /* from reports, of the same month */
    DENOMINATOR_GROUP,    /* people that the place should reach */
    DENOMINATOR_POSYANDU, /* its posyandu */
    DENOMINATOR_WEEKS,    /* the weeks of each puskesmas in it; of a kecamatan alone */
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
