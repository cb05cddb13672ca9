/* filling.h - a report while its form is being filled: its tokens, what stands for each field so far, and
 * what is known of the words.  Every room of understanding works on it.
 *
 *   bands.c           how old, and what is plausible at that age            RULINGS 23, 28
 *   slots.c           tokens as text, slots, labels of the form */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_FILLING_FILLING_H
#define KENTONGAN_FLOWS_UNDERSTAND_FILLING_FILLING_H

#include "flows/understand/filling/heard.h"
#include "gateway/base/arena.h"
#include "gateway/model/report.h"
#include "gateway/model/ruleset.h"
#include "parsers/phrase.h"
#include "parsers/token.h"
#include "parsers/when.h"
#include "parsers/whose.h"

/* What stands for one field so far. */
struct slot {
    struct value value;
    enum report_error error;
    bool reject;      /* the error rejects; otherwise it asks back */
    bool denied;      /* REPORT_FAULT_DENIED */
    bool filled;      /* something was found, right or wrong */
    bool given;       /* "not given" was said: ##, - (RULINGS 1) */
    bool passed;      /* what stood in its place is the next field's (RULINGS 15) */
    bool labelled;    /* by a label */
    bool unit;        /* an explicit unit decided */
    bool between;     /* between # * ; | : the slot decided */
    bool amends;      /* it stands in the place of what was said before it: understand/report/amends.c */
    bool skipped_to;  /* a blank-separated number that went over another field */
    bool guessed;     /* a missing decimal mark was filled in (RULINGS 23) */
    int64_t as_typed; /* guessed: what the number said without the mark */
    unsigned at, to;  /* tokens; to excluded */
    struct slice typed;
    struct slice name; /* of the error, where it is not the field's: a letter of W2 */
};

struct filling {
    const struct ruleset *rs;
    const struct form *form;
    const struct variant *variant;
    const struct words *words;
    struct arena *arena;
    int64_t today;
    struct slice text; /* behind the keyword */
    struct tokens ts;
    struct slot *slots; /* by field */
    struct repair *repairs;
    unsigned repairs_n;
    unsigned head_end;  /* first token behind the required fields */
    unsigned head_uses; /* index in variant->uses of the first field that the head leaves alone */
    unsigned signs_at;  /* 1 + the first token of signs that stand among the required fields; 0 = none */
    unsigned lost_at;   /* 1 + the token at which the positions went astray; 0 = never */
    uint8_t held[FORM_FIELDS];     /* faults of the draft: struct report */
    unsigned unsure_at, unsure_to; /* tokens that say that a death is not certain; 0 = none do */
    unsigned death_at;             /* 1 + the token of a word of death; 0 = none */
    unsigned day_at;             /* token behind a day that may be another than that of the death; 0 = none */
    unsigned another_at;         /* token at which somebody else's words begin; 0 = nowhere */
    unsigned kind_at, kind_to;   /* tokens of a second disease, behind the values of the first; 0 = none */
    struct slice beside;         /* struct report */
    unsigned mends_at, mends_to; /* tokens of a value that is said to be right instead; 0 = none */
    unsigned unmended_at;        /* token that takes back what is before it, with nothing behind; 0: none */
    const struct field *amends_label, *amends_list; /* the label before it; the list that is mended */
    bool twins;                                     /* struct report */
    const struct field *refused;                    /* of a list, something is named that was not done */
    bool pattern;                                   /* struct report */
    bool withdrawn, nil;           /* the whole report is taken back; since there are no cases */
    unsigned death_of;             /* with `death`: the field that is doubted */
    bool death;                    /* somebody who was to be reported living has died */
    struct slice died, died_words; /* struct report */
    bool maybe;                    /* an E1 sign that may be negated: struct report */
    bool whole;                    /* a report as it came, and no answer */
    bool answers;                  /* a short answer or a correction, no report */
    bool labelled_only;            /* KOREKSI: no unlabelled name can stand here */
    bool denies;                   /* an answer that only says which signs are not there */
    struct value denied;           /* codes that are said not to be there */
    struct heard_signs heard;      /* danger signs in the words of this report */
    struct heard_signs recalled;   /* those in a reason that was given earlier */
    struct mention
        *mentions; /* by token of a sign: who was mentioned before it; NULL: nobody in this report */
    /* Signs of somebody else, in the words that say whose, or empty: of class E1, and of E2. */
    struct slice others, others_today;
    struct slice recalled_others, recalled_today; /* those that were told earlier, in tanda_lain */
};

enum fit {
    FIT_NO,    /* no value of this type */
    FIT_YES,   /* a value, certain */
    FIT_DOUBT, /* a value that was guessed: asks back */
    FIT_WRONG, /* of this type, but wrong */
    FIT_UNIT,  /* a number with another field's unit */
};

struct got {
    enum fit fit;
    enum report_error error; /* DOUBT, WRONG */
    struct value value;
    int companion; /* the value belongs to this field instead (tgl_lahir); -1 */
    unsigned used;
    bool unit, repaired, guessed;
    bool swallowed; /* the token holds the values of later fields too */
    int64_t as_typed;
};

static inline struct got understand_no(void)
{
    return (struct got){ .fit = FIT_NO, .companion = -1, .used = 1 };
}

static inline struct got understand_wrong(enum report_error error, unsigned used)
{
    return (struct got){ .fit = FIT_WRONG, .error = error, .companion = -1, .used = used };
}

/* A slot that needs nothing any more. */
static inline bool understand_done(const struct filling *x, const struct field *f)
{
    return x->slots[f->position].filled || x->slots[f->position].given;
}

/* A separator that ends names and phrases stands before token i. */
static inline bool understand_parted(const struct filling *x, unsigned i)
{
    return i < x->ts.n && (x->ts.t[i].sep & SEP_HARD) != 0;
}

static inline bool understand_is_words(const struct field *f)
{
    return f->type == FIELD_TEXT || f->type == FIELD_NAME;
}

/* The longest label of the form at token i. */
struct label_at {
    const struct field *field;
    struct slice name;
    unsigned used;
};

bool understand_label_at(const struct filling *, unsigned i, struct label_at *out);
/* Puts it into its slot and marks its tokens as taken. */
void understand_take(struct filling *, const struct field *, unsigned i, const struct got *, bool labelled);
/* What was typed and how it was read, for the sender to see (SPEC 2.2). */
void understand_repaired(struct filling *, const struct field *, struct slice typed, struct slice read);
/* A fault of a field without a value. */
void understand_fault(struct filling *, const struct field *, enum report_error, bool reject, unsigned at);
/* The same with the words from..to for the question; it rejects when it is invalid. */
void understand_fault_words(struct filling *, const struct field *, enum report_error, unsigned from,
                            unsigned to);
/* Text of tokens from..to (to excluded) as typed, blanks trimmed. */
struct slice understand_span(const struct filling *, unsigned from, unsigned to);

/* A word of class `code` (lists/kata.yaml) begins at token i. */
static inline bool understand_is(const struct filling *x, unsigned i, const char *code, unsigned *used)
{
    return phrase_is(&x->ts, i, x->words->kata, code, used);
}

/* Token i is a word of lists/fungsi.yaml under this code, as it is spelt. */
static inline bool understand_says(const struct filling *x, unsigned i, const char *code)
{
    return list_says(x->words->functions, x->ts.t[i].low, code);
}
/* A negator that may turn what follows begins at token i. */
bool understand_negator(const struct filling *, unsigned i);
/* A sign of class E1. */
bool understand_alarming(const struct filling *, struct slice code);
/* A filling word begins there: `dan`, `ada`, `dengan`. */
bool understand_filler(const struct filling *, unsigned i, unsigned *used);
/* Thanks that end the report begin at token i: no value is behind them (RULINGS 13). */
bool understand_signs_off(const struct filling *, unsigned i);
/* The last token behind `from` that the field's text reaches: up to #, a newline, ` - ` or thanks. */
unsigned understand_text_end(const struct filling *, unsigned from);
/* Another form's keyword with words behind it that completes no report: neither may be half understood
 * (RULINGS 19). */
void understand_stray_keyword(struct filling *, unsigned i);
/* The same, and what is left of a number beside a value. */
void understand_stray_word(struct filling *, unsigned i);
/* `2 puluh`, `5 lusin`: a number word at token i right behind a number, whose field is not understood then.
 */
bool understand_multiplied(struct filling *, unsigned i);
/* A word of a number begins at token i: `lima`, `puluh`, `lusin`; not `banyak`, nor `sehari` with its unit.
 */
bool understand_number_word(const struct filling *, unsigned i, unsigned *used);
/* Letters that were answered, among those that were known: `X120` takes the place of the X alone.  NIHIL and
 * letters exclude each other. */
void understand_merge_counts(struct filling *, const struct value *known, struct value *answered);
/* Text label (DS, RT …) of a text field at token i. */
bool understand_text_label(const struct filling *, unsigned i, const struct field *, bool *keep);
/* Completed months of the person, or -1. */
int64_t understand_months(const struct filling *);
/* An age as text agrees with what is known of her, if anything is. */
bool understand_age_agrees(const struct filling *, struct slice age);
bool understand_in_bands(const struct field *, int64_t age, int64_t milli);
bool understand_tenth_plausible(const struct filling *, const struct field *, int64_t age, int64_t milli);
/* The tenth that g guesses is not plausible for the age (RULINGS 23). */
bool understand_guess_idle(const struct filling *, const struct field *f, const struct got *g);
/* A form by an exact keyword at p (a word's begin); *len its bytes. */
const struct form *understand_exact_form(const struct form_set *, struct slice word);

#endif
