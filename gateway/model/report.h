/* report.h - what was understood of one report in an SMS (or filled in by USSD): SPEC 2.2, 2.6. */
#ifndef KENTONGAN_MODEL_REPORT_H
#define KENTONGAN_MODEL_REPORT_H

#include "gateway/model/form.h"

enum report_status {
    REPORT_ACCEPTED, /* all required fields certain */
    REPORT_CONFIRM,  /* one reading is likely, but a value had to be guessed or is implausible */
    REPORT_REJECTED, /* a field is missing or wrong */
};

enum report_error {
    ERROR_NONE,
    ERROR_UNKNOWN_KEYWORD,
    ERROR_MISSING,
    ERROR_INVALID,
    ERROR_OUT_OF_RANGE,
    ERROR_AMBIGUOUS,
    ERROR_IMPLAUSIBLE,
    ERROR_CONTRADICTION,
    ERROR_CHECK_DIGIT,
};

/* "missing", "out_of_range" …: the names of SPEC 2.6. */
const char *report_error_name(enum report_error);
const char *report_status_name(enum report_status);

struct repair {
    struct slice field, typed, read; /* "tb", "6O", "60" */
};

enum {
    REPORT_FAULT_ERROR = 0x1f, /* enum report_error */
    REPORT_FAULT_DENIED =
        0x20, /* its E1 signs stand with a no behind them: YA says that they are not there */
    REPORT_FAULT_REJECTS = 0x40, /* it rejects; otherwise it asks back */
    REPORT_FAULT_SURE = 0x80,    /* YA was said: its doubt counts no more */
};

struct report {
    const struct form *form; /* NULL: unknown keyword */
    const struct variant *variant;
    enum report_status status;
    enum report_error error;
    struct slice error_field;         /* "bb", "A" (w2), "kode", "arg" */
    struct slice typed;               /* what stood there, for the question; may be empty */
    struct value values[FORM_FIELDS]; /* by field index; for confirm with the guessed value in place */
    uint8_t faults[FORM_FIELDS];      /* of every field, not only the first: REPORT_FAULT_*, 0 = none */
    struct repair *repairs;
    unsigned repairs_n;
    bool emergency; /* an E1 sign or value, or a RUJUK with an E1 reason: "alert":"E1" */
    bool plea;      /* a referral without keyword and without an E1 sign: asked about first */
    bool maybe;     /* `tidak demam, kejang`: an E1 sign that may be negated (RULINGS 47): it is asked
                       about at once, and staff are told, `belum pasti`, when nobody answers; not with
                       `emergency` */
    bool unsent;    /* all of it is known and nothing doubted, but the last page was not sent: shown whole */
    bool refused;   /* invalid: what error_field names was not done: `mr1 tidak datang` (RULINGS 43) */
    bool nil;       /* withdrawn: it says that there are no cases, which W2 … NIHIL reports (RULINGS 43) */
    bool twins;     /* with `withdrawn`: two babies in one report, to be told one by one */
    bool pattern;   /* withdrawn: the names of the fields were sent, and no values */
    bool withdrawn; /* it ends in `batal` or the like: nothing of it is to be stored (RULINGS 43) */
    bool death;     /* it says that the person died (RULINGS 49): asked whether WAFAT is to be filed */
    struct slice died, died_words; /* death, not of her whom it is about: "janin", "anak", "ibu", "lain" as
                                      seen from her; "ibunya sudah meninggal" */
    struct slice unsure; /* a death that may be none: "katanya"; asked about before any other doubt */
    struct slice emergency_reason; /* words for the staff: "perdarahan, kejang" */
    struct slice others;           /* of these, those about somebody else: "ibunya perdarahan" */
    struct slice others_today;     /* signs of class E2 of somebody else: "bayinya kuning" */
    struct slice *heard;           /* codes of danger signs in its words that are not negated */
    unsigned heard_n;
    struct slice beside; /* words in it of somebody else, that were not read: "Budi L 6 th" */
    struct slice body;   /* the part of the SMS that it came from */
};

/* By a form's values: the one of the field that means it; NULL when it is absent, or there is no such field.
 */
const struct value *value_as(const struct form *, const struct value *values, enum meaning);
/* Its number in thousandths, its text; 0 and empty when there is none. */
int64_t number_as(const struct form *, const struct value *values, enum meaning);
struct slice text_as(const struct form *, const struct value *values, enum meaning);

const struct value *report_value(const struct report *, const char *field); /* NULL when absent */

/* The same of a report. */
static inline const struct value *report_as(const struct report *r, enum meaning as)
{
    return r->form ? value_as(r->form, r->values, as) : NULL;
}

static inline int64_t report_number(const struct report *r, enum meaning as)
{
    return r->form ? number_as(r->form, r->values, as) : 0;
}

static inline struct slice report_text(const struct report *r, enum meaning as)
{
    return r->form ? text_as(r->form, r->values, as) : slice_make("", 0);
}
/* The fields as they are stored, in the form's order; VALUE_COUNTS spread as members (RULINGS 7).  NULL when
 * the arena is full. */
struct node *report_fields(const struct form *, const struct value *values, struct arena *);

/* The value of the field is asked about; of a report that is rejected in its turn, behind what rejects it. */
void report_doubt(struct report *, unsigned field);

#endif
