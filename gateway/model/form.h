/* form.h - a form as data (config/forms/): what the SMS grammar, the USSD dialogue, the checks, the replies,
 * the record and the views of the district database are all made from.
 *
 * Code knows field *types*; which fields a form has, their labels, bounds and words are data.  A loaded
 * form_set never changes; a reload makes another. */
#ifndef KENTONGAN_MODEL_FORM_H
#define KENTONGAN_MODEL_FORM_H

#include "gateway/base/err.h"
#include "gateway/model/value.h"

enum {
    FORM_FIELDS = 32, /* most fields of one form, companions included */
};

enum field_type {
    FIELD_NAME,     /* a person's name, title case */
    FIELD_SEX,      /* "L" or "P" */
    FIELD_AGE,      /* "14bl"; a birth date goes to its companion tgl_lahir */
    FIELD_NUMBER,   /* a measure or count with a unit, VALUE_NUMBER */
    FIELD_PRESSURE, /* "120/80" */
    FIELD_CHOICE,   /* one code of a word list */
    FIELD_CHOICES,  /* several codes of a word list */
    FIELD_DATE,     /* ISO date */
    FIELD_MONTH,    /* "YYYY-MM" */
    FIELD_TEXT,     /* free text, case as typed */
    FIELD_NOMOR,    /* digits with a Damm check digit */
    FIELD_NIK,      /* 16 digits */
    FIELD_COUNTS,   /* code+count pairs (W2) */
    FIELD_ANSWERS,  /* one letter or digit a question (skrining) */
};

enum unit {
    UNIT_NONE,
    UNIT_KG,
    UNIT_CM,
    UNIT_MGDL,
    UNIT_GDL,
    UNIT_CELSIUS,
    UNIT_WEEK,
    UNIT_DAY,
    UNIT_PERSON,
    UNIT_TABLET,
    UNIT_VISIT,
};

/* One code of a word list with all that people type for it. */
struct word {
    struct slice code;      /* "diare" */
    struct slice say;       /* for people: "diare" */
    struct slice *synonyms; /* lower case, several words allowed: "berak cair" */
    unsigned synonyms_n;
    struct slice letter; /* the SKDR letter where there is one */
};

struct word_list {
    struct slice name; /* "penyakit", "tanda", "vaksin", … : config/forms/lists/ */
    struct word *words;
    unsigned n;
    struct mark mark;
};

struct field {
    struct slice name; /* canonical: record, JSON and column name */
    enum field_type type;
    struct slice *labels; /* upper case; the canonical name is always one */
    unsigned labels_n;
    enum unit unit;
    int64_t min, max; /* milli, inclusive; FIELD_AGE: in the unit of unit_default, milli */
    int64_t plausible_min,
        plausible_max;            /* milli; 0,0 = none: outside asks back when unlabelled (RULINGS 25) */
    bool whole;                   /* no decimals */
    bool grams;                   /* 1000-35000 read as grams (SPEC 2.2 bb) */
    bool asks_decimal_mark;       /* a missing mark is asked back (RULINGS 23) */
    struct slice default_unit;    /* FIELD_AGE: "bl", "th" */
    const struct word_list *list; /* FIELD_CHOICE, FIELD_CHOICES, FIELD_COUNTS */
    int companion;                /* index of tanda_lain, tgl_lahir …, or -1 */
    bool hidden;                  /* a companion: never typed by position, only filled */
    struct slice say;             /* "BB {}kg": how the echo says it; empty = not echoed */
    struct slice ask;             /* the USSD page's question; empty = not asked by USSD */
    struct slice example;         /* "9,2": for error replies and the pocket card */
    unsigned budget;              /* longest fill in septets for texts; 0 = by type */
    struct mark mark;
};

/* One way to fill a form: timbang by name, or by number. */
struct variant {
    unsigned required[FORM_FIELDS]; /* field indexes, in the form's order */
    unsigned required_n;
    unsigned uses[FORM_FIELDS]; /* all fields that it may have, required and optional, in order */
    unsigned uses_n;
};

struct form {
    struct slice name;      /* "timbang" */
    struct slice klaster;   /* "2" or "3,4" */
    struct slice title;     /* for people: "Timbang balita" */
    struct slice *keywords; /* upper case; the first is canonical */
    unsigned keywords_n;
    struct field fields[FORM_FIELDS];
    unsigned fields_n;
    struct variant variants[4];
    unsigned variants_n;
    struct slice subject; /* whose report: "anak" makes and matches person records, "" none */
    struct slice judge;   /* growth plausibility and the like: name of a judge in flows/, "" none */
    int64_t age_min_months, age_max_months; /* group of the form, for implausible:umur; 0,0 = none */
    struct slice *examples;                 /* whole SMS bodies that must parse as accepted */
    unsigned examples_n;
    struct mark mark;
};

struct form_set {
    struct form *forms;
    unsigned n;
    struct word_list *lists;
    unsigned lists_n;
};

/* NULL when there is none. */
const struct form *form_by_name(const struct form_set *, struct slice name);
const struct word_list *list_by_name(const struct form_set *, struct slice name);
const struct word *word_by_code(const struct word_list *, struct slice code);
/* Index, or -1. */
int form_field(const struct form *, const char *name);

#endif
