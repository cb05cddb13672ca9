/* when.h - days, months and ages as people type them (SPEC 2.2 tgl and umur, RULINGS 4, 31).
 *
 * Pure: today is an argument.  Always day first, except for the ISO dates that the program itself writes. */
#ifndef KENTONGAN_PARSERS_WHEN_H
#define KENTONGAN_PARSERS_WHEN_H

#include "parsers/date.h"
#include "parsers/token.h"

/* The word lists that time needs. */
struct when_words {
    const struct word_list *months, *days, *week, *units;
};

enum when_rc {
    WHEN_NONE,      /* no date */
    WHEN_INVALID,   /* like a date, but there is no such day, or it is to come */
    WHEN_AMBIGUOUS, /* `tgl 25` with 25 still ahead: last month's */
    WHEN_OK,
};

struct when {
    int64_t days;
    unsigned used;
    bool bare;      /* six or eight digits without a mark: might be a number */
    bool relative;  /* `2 hr lalu` */
    bool night;     /* `semalam`: its hours behind midnight are of the day after */
    bool two_digit; /* the year had two digits: a birth may be a century earlier */
};

/* labelled: `tgl 14` is a day of this month.  future_ok: for birth dates the caller judges itself. */
enum when_rc when_read(const struct tokens *, unsigned i, const struct when_words *, int64_t today,
                       bool labelled, struct when *out) MUST_CHECK;

enum age_rc {
    AGE_NONE,
    AGE_INVALID, /* like an age but broken: -3, 14,5 without unit, 1e2 */
    AGE_OK,
    AGE_BORN, /* a date in the place of the age: born */
    AGE_BORN_INVALID,
};

struct age {
    struct slice text; /* "14bl" */
    int64_t months;    /* completed */
    int64_t born;      /* AGE_BORN: days */
    unsigned used;
    bool unit;     /* a unit was typed */
    bool repaired; /* letters read as digits */
    bool wrong_unit;
    bool two_marks; /* AGE_INVALID: 14,9,2 */
    bool two_digit; /* AGE_BORN: the year had two digits */
};

/* default_unit: "bl" or "th".  Text in the arena. */
enum age_rc age_read(const struct tokens *, unsigned i, const struct when_words *, int64_t today,
                     struct slice default_unit, struct arena *, struct age *out) MUST_CHECK;
/* Completed months of "14bl", "25th", "10hr", "3mg"; -1 when it is no canonical age. */
int64_t age_months(struct slice canonical);

#endif
