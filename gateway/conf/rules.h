/* rules.h - versioned rows of config/rules/: emergencies, findings, clocks, signals, the WHO cut-offs.
 *
 * Every row names its id, version, source and doubt (DOMAIN 0); a finding carries id and version into the
 * record.  Conditions are data, each `WHAT OP VALUE`:
 *
 *     td.sis >= 160        a number, the age in months (umur.bl), or a half of a blood pressure (td.sis,
 * td.dia) jk is P              a text tanda has darah      a code in a list, or among the signs heard
 * anywhere in the message alasan names sesak   the same for a text: the code was heard in it jawaban.17 is Y
 * one letter of answers
 *
 * `when:` needs all of its conditions, `any:` one.  A row with no value for a condition never holds.  Loading
 * checks fields and codes against the forms. */
#ifndef KENTONGAN_CONF_RULES_H
#define KENTONGAN_CONF_RULES_H

#include "gateway/base/arena.h"
#include "gateway/base/err.h"
#include "gateway/model/form.h"

struct rule_set;

/* Loads every *.yaml and the cut-offs (who-growth-cutoffs.csv) of a folder.  NULL when a fault was added. */
struct rule_set *rules_load(const char *folder, const struct form_set *, struct arena *, struct faults *);
unsigned rules_count(const struct rule_set *);

/* --- findings --- */

enum urgency {
    URGENCY_NONE,
    URGENCY_E3, /* within 7 days */
    URGENCY_E2, /* today */
    URGENCY_E1, /* now */
};

const char *urgency_name(enum urgency); /* "E1"; "" for none */

struct finding {
    struct slice id; /* "bumil.td_berat" */
    unsigned version;
    enum urgency class;
    struct slice say;   /* what it is, for people: "TD tinggi" */
    struct slice brief; /* the same for a list: "HT"; as say where the row has none */
    struct slice act;   /* what to do, for the kader; may be empty */
    struct slice value; /* the field whose value shows it: "td"; empty for a sign */
    bool nakes_only;    /* SRQ question 17: never in an SMS text */
};

/* The rows of a filled form that hold, most urgent first.  Where the age is known otherwise (a child by its
 * number, a birth date), put it as "14bl" into umur of a copy of the values.  Writes at most max; returns how
 * many.  Growth is not among them: see flows/rows/growth.h. */
unsigned rules_findings(const struct rule_set *, const struct form *, const struct value *values,
                        struct finding *out, unsigned max);
/* The rows `growth:` of classes that flows/rows/growth.c worked out ("bgm", "pendek", "2t"), most urgent
 * first. */
unsigned rules_growth_findings(const struct rule_set *, const struct slice *codes, unsigned codes_n,
                               struct finding *out, unsigned max);
/* True when what is certain makes it an E1 (SPEC 2.2): an E1 row holds, or an E1 sign was heard.  values may
 * be unfinished.  heard: codes of signs heard anywhere in the message and not negated.  *reason gets the
 * words for the staff ("perdarahan, kejang") in the arena. */
bool rules_emergency(const struct rule_set *, const struct form *, const struct value *values,
                     const struct slice *heard, unsigned heard_n, struct arena *, struct slice *reason);
/* The urgency of a sign alone: E1, or E2 for every other danger sign; URGENCY_NONE for no sign. */
enum urgency rules_sign(const struct rule_set *, struct slice code);

/* --- clocks and figures --- */

/* Milliseconds of a clock ("referral_e1", "draft"); -1 when there is no such row (a test finds it). */
int64_t rules_clock_ms(const struct rule_set *, const char *id);
/* A figure in thousandths ("signal_cases" is 5000); -1 when there is none. */
int64_t rules_figure(const struct rule_set *, const char *id);
/* Its version; 0 when there is none. */
unsigned rules_figure_version(const struct rule_set *, const char *id);
/* Every clock and figure with its place, for a check that somebody asks for it. */
void rules_named(const struct rule_set *, void (*f)(void *arg, const char *id, struct mark), void *arg);

/* --- signals --- */

/* When the heads of a village hear of a disease (SPEC 2.5). */
enum heads_hear {
    HEADS_COUNT,    /* when its cases say so, or staff said BENAR */
    HEADS_VERIFIED, /* when staff said BENAR, or nobody verified in time */
    HEADS_AT_ONCE,
    HEADS_NEVER,
};

struct disease_rule {
    struct slice slug;   /* of penyakit or kejadian */
    struct slice letter; /* SKDR; empty when there is none */
    unsigned version;
    bool by_name;    /* one case: the puskesmas at once, and verified before the village hears of it */
    unsigned single; /* cases that alert at once; 0: only by the counts of signal_* */
    enum heads_hear heads;
};

/* A slug without a row counts like a count disease.  Never NULL. */
const struct disease_rule *rules_disease(const struct rule_set *, struct slice slug);

/* --- immunisation --- */

struct dose_rule {
    struct slice code; /* of the list vaksin */
    unsigned version;
    int64_t months;       /* the age at which it is due */
    int64_t late_ms;      /* so much later it is overdue */
    int64_t until_months; /* the last age at which somebody is sent for it */
    struct slice after;   /* the dose before it, an earlier row; may be empty */
};

/* The schedule, in the order of its rows; NULL and 0 when there is none. */
const struct dose_rule *rules_doses(const struct rule_set *, unsigned *n);

/* --- WHO growth cut-offs: rows for flows/rows/growth.c --- */

enum growth_index {
    GROWTH_BB_U,  /* kg by month 0-60 */
    GROWTH_TB_U,  /* cm by month 0-60: lying below 24, standing from 24 */
    GROWTH_BB_PB, /* kg by lying length, 45-110 cm by 0.5 */
    GROWTH_BB_TB, /* kg by standing height, 65-120 cm by 0.5 */
    GROWTH_IMT_U,
    GROWTH_LK_U,
    GROWTH_LILA_U,
    GROWTH_INDEXES,
};

enum {
    GROWTH_MEDIAN = 3,
    GROWTH_SDS = 7, /* -3 -2 -1 0 +1 +2 +3 */
};

/* The seven cut-offs (milli) of the row for x (milli: months or cm; between two rows
 * they are interpolated and rounded to 0.1, as the printed tables are).  False outside the table, or for
 * another sex than "L" and "P". */
bool rules_cutoffs(const struct rule_set *, enum growth_index, struct slice sex, int64_t x,
                   int64_t out[GROWTH_SDS]) MUST_CHECK;

#endif
