/* rules_cond.h - conditions of rows, parsed (rules.h says how they read): private to gateway/conf and to what
 * counts by rows (flows/rows). */
#ifndef KENTONGAN_CONF_RULES_COND_H
#define KENTONGAN_CONF_RULES_COND_H

#include "gateway/conf/yaml.h"
#include "gateway/model/form.h"

enum {
    RULE_CONDITIONS = 6, /* of one list of one row */
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

/* One condition from text; false with a fault. */
bool rules_cond_parse(const struct yaml *node, struct arena *, struct faults *, struct cond *out);
/* Checks a condition against a form; false with a fault at m (faults NULL: silently). */
bool rules_cond_fits(const struct cond *, const struct form *, struct mark m, struct faults *);
bool rules_cond_holds(const struct cond *, const struct form *, const struct value *values,
                      const struct slice *heard, unsigned heard_n);

#endif
