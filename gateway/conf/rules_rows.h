/* rules_rows.h - private to rules*.c: the rows as loaded. */
#ifndef KENTONGAN_CONF_RULES_ROWS_H
#define KENTONGAN_CONF_RULES_ROWS_H

#include "gateway/conf/rules.h"
#include "gateway/conf/yaml.h"

enum {
    RULE_CONDITIONS = 6, /* of one list of one row */
    RULE_MONTHS = 61,
};

enum cond_part {
    PART_ALL, /* the value itself */
    PART_SIS, /* of "120/80" */
    PART_DIA,
    PART_MONTHS, /* umur.bl: completed months of an age */
    PART_COUNT,  /* skilas.n: codes in a list; jawaban.n: answers */
    PART_YES,    /* jawaban.ya: answers that say yes */
    PART_SUM,    /* jawaban.jumlah: sum of the answers' digits, yes counts 1 */
    PART_NTH,    /* jawaban.17 is Y */
};

enum cond_op {
    OP_LESS,
    OP_LESS_EQUAL,
    OP_MORE,
    OP_MORE_EQUAL,
    OP_IS,
    OP_HAS,
};

struct cond {
    struct slice field;
    enum cond_part part;
    unsigned nth; /* PART_NTH, from 1 */
    enum cond_op op;
    int64_t number;    /* milli */
    struct slice word; /* OP_IS, OP_HAS */
};

struct conds {
    struct cond c[RULE_CONDITIONS];
    unsigned n;
};

/* What every row has. */
struct row_head {
    struct slice id;
    unsigned version;
    struct mark mark;
};

struct finding_row {
    struct row_head head;
    enum urgency class;
    struct slice say, brief, act;
    struct slice value; /* field of the first condition that compares a measure */
    bool nakes_only;
    struct slice *forms; /* none: every form that has the fields */
    unsigned forms_n;
    struct conds when, any, unless;
};

struct sign_row {
    struct row_head head;
    struct slice code, say, act;
    enum urgency class;
    struct slice *forms; /* none: every form */
    unsigned forms_n;
    struct conds unless;
};

/* A class of growth: found by arithmetic, worded and graded here. */
struct growth_row {
    struct row_head head; /* id "growth.bgm" */
    struct slice code, say, brief, act, value;
    enum urgency class;
};

struct clock_row {
    struct row_head head;
    int64_t ms;
};

struct figure_row {
    struct row_head head;
    int64_t milli;
};

struct cutoff_table {
    int64_t min, max, step; /* of x, milli */
    int64_t (*rows)[GROWTH_SDS];
    unsigned n;
};

/* The rows that concern one form, found once. */
struct form_rows {
    const struct form *form;
    const struct finding_row **rows;
    unsigned n;
};

struct rule_set {
    struct finding_row *findings;
    struct sign_row *signs;
    struct growth_row *growth;
    struct clock_row *clocks;
    struct figure_row *figures;
    struct disease_rule *diseases;
    struct dose_rule *doses;
    unsigned findings_n, signs_n, growth_n, clocks_n, figures_n, diseases_n, doses_n;
    struct disease_rule other;                      /* of a slug without a row */
    struct cutoff_table cutoffs[GROWTH_INDEXES][2]; /* L, P */
    struct form_rows *forms;
    unsigned forms_n;
};

/* rules_ask.c: true when the list is empty or names the form. */
bool rules_names(const struct slice *forms, unsigned n, const struct form *);
/* rules_cutoffs.c */
int rules_cutoffs_load(const char *path, struct arena *, struct faults *, struct rule_set *) MUST_CHECK;
/* rules_cond.c: one condition from text; false with a fault. */
bool rules_cond_parse(const struct yaml *node, struct arena *, struct faults *, struct cond *out);
/* Checks a condition against a form; false with a fault at m (faults NULL: silently). */
bool rules_cond_fits(const struct cond *, const struct form *, struct mark m, struct faults *);
bool rules_cond_holds(const struct cond *, const struct form *, const struct value *values,
                      const struct slice *heard, unsigned heard_n);

#endif
