/* rules_rows.h - private to rules*.c: the rows as loaded. */
#ifndef KENTONGAN_CONF_RULES_ROWS_H
#define KENTONGAN_CONF_RULES_ROWS_H

#include "gateway/conf/rules.h"
#include "gateway/conf/rules_cond.h"

enum {
    RULE_MONTHS = 61,
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

#endif
