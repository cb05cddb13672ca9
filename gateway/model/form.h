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
    FORM_FIELDS = 24, /* most fields of one form, companions included */
    FORM_ONCE = 3,    /* of `once_per` */
    FORM_NAMES = 128, /* buckets for their names */
    LABEL_BUCKETS = 128,
};

/* The lengths that the words of a set have, by first letter in any case: hardly any other word of a text
 * passes. */
struct word_shapes {
    uint32_t lengths[32]; /* bit n: such a word has n letters */
};

static inline void shapes_add(struct word_shapes *s, struct slice word)
{
    if (word.n > 0)
        s->lengths[word.p[0] & 31] |= UINT32_C(1) << (word.n & 31);
}

static inline bool shapes_may(const struct word_shapes *s, struct slice word)
{
    return word.n > 0 && (s->lengths[word.p[0] & 31] >> (word.n & 31) & 1) != 0;
}

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

/* Of what is measured, not of what is counted. */
static inline bool unit_measures(enum unit unit)
{
    return unit >= UNIT_KG && unit <= UNIT_CELSIUS;
}

/* Lists of a set, each by its bit. */
typedef uint64_t list_bits;

/* One code of a word list with all that people type for it. */
struct word {
    struct slice code;      /* "diare" */
    struct slice say;       /* for people: "diare" */
    struct slice *synonyms; /* lower case, several words allowed: "berak cair" */
    unsigned synonyms_n;
    struct slice letter; /* the SKDR letter where there is one */
    int64_t months_from; /* vaccines: the earliest age that the schedule allows (DOMAIN 1.4) */
    struct slice also;   /* a second code that the words mean: `darah bau` is darah and bau */
    bool doubt;          /* understood but never certain: `akses`, `gerakan janin` (RULINGS 40) */
    bool birth;          /* the doubt is that of after a birth: of a mother to be there is none */
    bool neutral;        /* known to be no sign: `menyusui` */
    bool needed;         /* that it is not there is the danger: `gerakan janin: tidak ada` */
    bool can_be_normal;  /* `baik`, `aktif` behind it say that all is well (RULINGS 40) */
    bool organ; /* says where: the words behind it may say that nothing is there, `dada tidak nyeri` */
    unsigned questions[2]; /* skrining: how many answers, and another count that will do; 0 = none */
    int64_t below_months;  /* a sign only below this age (`tidak mau makan`); 0 = at any */
    int64_t
        until_months; /* a code that is only certain below this age (`campak` without number); 0 = always */
};

/* Bounds that hold between two ages (RULINGS 28). */
struct age_band {
    int64_t from_months, to_months; /* inclusive */
    int64_t min, max;               /* milli */
};

struct word_list {
    struct slice name; /* "penyakit", "tanda", "vaksin", … : config/forms/lists/ */
    struct word *words;
    unsigned n;
    list_bits bit;              /* its own among the lists of the set: vocabulary.h */
    struct phrase_index *index; /* private to form.c: list_find() */
    struct mark mark;
};

/* What a field means to the code, whatever it is called; the words and types stand in meaning.def. */
enum meaning {
    AS_NOTHING,
#define MEANING(id, word, type) AS_##id,
#include "gateway/model/meaning.def"
#undef MEANING
    MEANINGS,
};

struct field {
    struct slice name; /* canonical: record, JSON and column name */
    enum field_type type;
    enum meaning as;
    struct slice *labels; /* upper case; the canonical name is always one */
    unsigned labels_n;
    enum unit unit;
    int64_t min, max; /* milli, inclusive; FIELD_AGE: in the unit of unit_default, milli */
    int64_t plausible_min,
        plausible_max;      /* milli; 0,0 = none: outside asks back when unlabelled (RULINGS 25) */
    bool whole;             /* no decimals */
    bool grams;             /* 1000-35000 read as grams (SPEC 2.2 bb) */
    bool asks_decimal_mark; /* a missing mark is asked back (RULINGS 23) */
    bool owns_wrong; /* a blank-separated number in its place is never a later field's (RULINGS 25: timbang
                        tb) */
    int64_t grams_doubt; /* grams without a unit below this are asked back (RULINGS 24); 0 = none */
    bool metres_doubt;   /* `1,60` is asked back as 160 (RULINGS 24) */
    int64_t guess_min,
        guess_max; /* milli; a guess, or a value that skips a field, must lie in here; 0,0 = range */
    struct age_band bands[4];
    unsigned bands_n;
    int64_t max_age_days;         /* FIELD_DATE: older is out_of_range (RULINGS 31); 0 = any age */
    bool unit_needed_below_18;    /* FIELD_AGE: a bare number under 18 is asked back (rujuk, wafat) */
    struct slice default_unit;    /* FIELD_AGE: "bl", "th" */
    const struct word_list *list; /* FIELD_CHOICE, FIELD_CHOICES, FIELD_COUNTS */
    int companion;                /* index of tanda_lain, tgl_lahir …, or -1 */
    bool hidden;                  /* a companion: never typed by position, only filled */
    struct slice say;             /* "BB {}kg": how the echo says it; empty = not echoed */
    struct slice ask;             /* the USSD page's question; empty = not asked by USSD */
    struct slice means;           /* what the pocket card explains it with; empty = `ask` will do */
    struct slice example;         /* "9,2": for error replies and the pocket card */
    unsigned budget;              /* longest fill in septets for texts; 0 = by type */
    unsigned position;            /* index in form.fields */
    struct mark mark;
};

/* A label of a field, in lower case. */
struct label {
    struct slice first, rest; /* one may be two words: `hari`, `ke` */
    struct slice name;        /* as in the form: upper case */
    const struct field *field;
    const struct label *next;
};

/* One way to fill a form: timbang by name, or by number. */
struct variant {
    unsigned required[FORM_FIELDS]; /* field indexes, in the form's order */
    unsigned required_n;
    unsigned uses[FORM_FIELDS]; /* all fields that it may have, required and optional, in order */
    unsigned uses_n;
};

/* Whom or what a report is about (`subject`). */
enum form_about {
    FORM_ABOUT_NOBODY, /* figures of a posyandu: skdn, w2 */
    FORM_ABOUT_CHILD,  /* anak: finds the child's record, or makes one */
    FORM_ABOUT_MOTHER, /* ibu */
    FORM_ABOUT_PERSON, /* orang */
    FORM_ABOUT_CASES,  /* kasus */
    FORM_ABOUT_EVENT,  /* kejadian: a rumour; also a stranger's is passed on to the duty numbers */
};

/* What is compared across fields (`judge`). */
enum form_judge {
    FORM_JUDGE_NONE,
    FORM_JUDGE_GROWTH,   /* measures against age and sex (RULINGS 28) */
    FORM_JUDGE_SCHEDULE, /* vaccines against the age */
    FORM_JUDGE_SKDN,     /* RULINGS 37 */
    FORM_JUDGE_W2,       /* RULINGS 38 */
};

/* Who may report it (`reporters`; SPEC 2.3). */
enum form_reporters {
    FORM_BY_HEALTH, /* kader and staff: when nothing is said */
    FORM_BY_STAFF,  /* staff alone */
    FORM_BY_ALL,    /* heads too */
};

/* What a report of it does beyond its own record (`is`): bits of form.is. */
enum form_is {
    FORM_WEIGHING = 1 << 0, /* its bb and tb go to the child's weighings: findings, trend, TUGAS */
    FORM_BIRTH = 1 << 1, /* name and NIK are the mother's, the child is new; KF and weighing are waited for */
    FORM_DEATH = 1 << 2, /* nobody is sent to look for the person; staff hear of it */
    FORM_VISIT = 1 << 3, /* closes tasks, is counted in the week's recap */
    FORM_REFERRAL = 1 << 4,  /* opens the clocks of a referral */
    FORM_PREGNANCY = 1 << 5, /* the next ANC is waited for */
    FORM_POSTNATAL = 1 << 6, /* the next KF is waited for */
    FORM_LETTERS = 1 << 7,   /* its labels are single letters: a KOREKSI is not guessed to be of this form */
    FORM_HELD = 1 << 8,      /* it counts who came: what was put off, or is to come, is none */
};

struct form {
    struct slice name;      /* "timbang" */
    struct slice klaster;   /* "2" or "3,4" */
    struct slice title;     /* for people: "Timbang balita" */
    struct slice *keywords; /* upper case; the first is canonical */
    unsigned keywords_n;
    struct field fields[FORM_FIELDS];
    unsigned fields_n;
    unsigned types;                              /* of its fields, as bits: form_has() */
    unsigned units;                              /* of its numbers, as bits: form_counts() */
    uint8_t named[FORM_NAMES];                   /* 1 + index of the field, by name_bucket(): form_field() */
    uint8_t meant[MEANINGS];                     /* 1 + index of the field that means it: form_as() */
    const struct label *labelled[LABEL_BUCKETS]; /* by name_bucket() of the first word: form_labels() */
    struct variant variants[2];                  /* docs/new-form.md */
    unsigned variants_n;
    enum form_about about;
    enum form_judge judge;
    enum form_reporters reporters;
    unsigned is;             /* bits of enum form_is */
    int counts;              /* index of the choice whose cases are counted by village and day, or -1 */
    uint8_t once[FORM_ONCE]; /* indexes of what it is sent for once (`once_per`): a week, a month, a person */
    unsigned once_n;
    bool code_counts;        /* has a FIELD_COUNTS: letters before digits are codes, no misspelt digits */
    struct slice person_sex; /* "P": the person is a woman (bumil, nifas, the mother in lahir): for the NIK */
    int64_t age_min_months, age_max_months; /* group of the form, for implausible:umur; 0,0 = none */
    struct slice *examples;                 /* whole SMS bodies that must parse as accepted */
    unsigned examples_n;
    struct mark mark;
};

enum {
    LISTS_MAX = 64,        /* list_bits */
    KEYED_FORMS = 255,     /* form_set.keyed */
    KEYWORD_BUCKETS = 256, /* of all forms together */
    KEYWORDS_MAX = 200,
};

/* The word lists that the code itself asks; NULL where there is none. */
struct words {
    const struct word_list *units, *months, *days, *week, *kata, *many, *signs, *sex, *numbers, *negators,
        *same, *ordinary, *greetings, *before, *people, *ways, *answers, *help, *titles, *births, *functions;
};

struct vocabulary;

struct form_set {
    struct form *forms;
    unsigned n;
    struct word_list *lists;
    unsigned lists_n;
    struct words words;
    const struct vocabulary *vocabulary;
    struct word_shapes shapes;      /* of the keywords */
    struct word_shapes measures;    /* of the labels of what is measured, of all forms */
    uint8_t keyed[KEYWORD_BUCKETS]; /* 1 + index of the form, by name_bucket() of a keyword */
    unsigned keywords_n;
};

/* It has a field of that type. */
static inline bool form_has(const struct form *form, enum field_type type)
{
    return (form->types >> type & 1) != 0;
}

/* It has a number of that unit. */
static inline bool form_counts(const struct form *form, enum unit unit)
{
    return (form->units >> unit & 1) != 0;
}

static inline bool form_is(const struct form *form, enum form_is what)
{
    return (form->is & (unsigned)what) != 0;
}

/* The word of a disease or event in one of the lists whose cases are counted; NULL when there is none. */
const struct word *form_counted_word(const struct form_set *, struct slice code);
/* NULL when there is none. */
const struct form *form_by_name(const struct form_set *, struct slice name);
const struct word_list *list_by_name(const struct form_set *, struct slice name);
const struct word *word_by_code(const struct word_list *, struct slice code);
/* A form by one of its keywords, upper case. */
const struct form *form_by_keyword(const struct form_set *, struct slice keyword);
/* Makes a keyword of one of the set's forms known to form_by_keyword(); false when there are too many. */
bool form_add_keyword(struct form_set *, const struct form *, struct slice keyword);
/* The word that is typed exactly so: lower case, blanks between words, letters and digits apart ("mr 1"). */
const struct word *list_find(const struct word_list *, struct slice phrase);
/* It is typed exactly so there, under this code. */
bool list_says(const struct word_list *, struct slice word, const char *code);
/* Builds the look-up; false when a phrase stands twice under different codes (its name in *doubled). */
bool list_index(struct word_list *, struct arena *, struct slice *doubled);
/* A field of the form has this label of one word, in any case. */
bool form_has_label(const struct form *, struct slice word);
bool variant_requires(const struct variant *, unsigned field);
/* Where a short name begins to be looked for in a table of so many buckets. */
static inline unsigned name_bucket(struct slice name, unsigned buckets)
{
    return (unsigned)(name.n * 37 + (unsigned char)name.p[0] * 5u + (unsigned char)name.p[name.n - 1]) %
           buckets;
}

/* Makes the last field of the form known by its name. */
void form_name_field(struct form *);
/* Makes the labels of all fields known to form_labels(). */
void form_index_labels(struct form *, struct arena *);
/* Finds the lists of `words`. */
void form_set_words(struct form_set *);

/* Index, or -1. */
static inline int form_field_named(const struct form *form, struct slice name)
{
    if (name.n == 0)
        return -1;
    for (unsigned b = name_bucket(name, FORM_NAMES); form->named[b]; b = (b + 1) % FORM_NAMES)
        if (slice_eq(form->fields[form->named[b] - 1].name, name))
            return form->named[b] - 1;
    return -1;
}

/* Index of the field that means it, or -1. */
static inline int form_as(const struct form *form, enum meaning as)
{
    return form->meant[as] - 1;
}

/* What the form calls that field; empty when it has none. */
static inline struct slice form_called(const struct form *form, enum meaning as)
{
    int i = form_as(form, as);

    return i >= 0 ? form->fields[i].name : slice_make("", 0);
}

/* The labels among which all are that begin with this lower case word, in the form's order, by `next`. */
static inline const struct label *form_labels(const struct form *form, struct slice low)
{
    return low.n ? form->labelled[name_bucket(low, LABEL_BUCKETS)] : NULL;
}

static inline int form_field(const struct form *form, const char *name)
{
    return form_field_named(form, slice_of(name));
}

/* Index of the field of codes and counts (W2), or -1. */
static inline int form_counts_field(const struct form *form)
{
    for (unsigned i = 0; form->code_counts && i < form->fields_n; i++)
        if (form->fields[i].type == FIELD_COUNTS)
            return (int)i;
    return -1;
}

#endif
