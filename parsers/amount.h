/* amount.h - a number with its unit, as people type it: `9,2kg`, `8kg7ons`, `9 koma 2`, `8 .7`, `2750 gr`
 * (SPEC 2.2, RULINGS 17, 24, 26, 27, 41); and a blood pressure.
 *
 * Pure.  Knows units and marks, no fields. */
#ifndef KENTONGAN_PARSERS_AMOUNT_H
#define KENTONGAN_PARSERS_AMOUNT_H

#include "parsers/token.h"

struct amount {
    int64_t milli;
    struct slice unit; /* code of the list `satuan`; empty = none */
    unsigned used;     /* tokens */
    bool mark;         /* a decimal mark was typed */
    bool half;         /* `8 setengah` */
    bool two_marks;    /* `9,2,7`: no number */
    bool broken;       /* a minus, an exponent, junk glued to it, too many digits */
    bool repaired;     /* letters or blanks were read as digits and mark */
    bool comma;        /* the mark is a comma */
    int64_t behind;    /* the digits behind the mark as a whole number, milli; two digits or more */
    bool thousands;    /* exactly three digits behind the one mark */
};

/* Reads a number at token i.  want: a unit that may stand behind a blank although it is one letter.  False
 * when there is no number (a date or pressure is none). */
bool amount_read(const struct tokens *, unsigned i, const struct word_list *units,
                 struct amount *out) MUST_CHECK;

enum pressure_rc {
    PRESSURE_NONE,    /* nothing like it */
    PRESSURE_HALF,    /* one half alone */
    PRESSURE_INVALID, /* cannot be read, or systolic < diastolic + 10 */
    PRESSURE_RANGE,   /* outside 60-260 / 30-160 */
    PRESSURE_OK,
};

struct pressure {
    int sis, dia;
    unsigned used;
    bool marked;   /* typed with a mark: 120/80, 120-80, 120 per 80 */
    bool repaired; /* `12O/8O` */
};

/* `120/80` `120-80` `120 per 80` `12080` `120.80` `120 80`, with or without mmHg (RULINGS 2, 26). */
enum pressure_rc pressure_read(const struct tokens *, unsigned i, const struct word_list *units,
                               struct pressure *out) MUST_CHECK;

#endif
