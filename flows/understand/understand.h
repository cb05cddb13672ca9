/* understand.h - the inner parts of understanding, one concern a file.  Private to flows/understand*.c.
 * Each calls only those below it here:
 *
 *   sms.c             the parts and the reports of a whole SMS, emergencies among commands  RULINGS 19, 44
 *   command.c         commands                                          RULINGS 8, 30, 52
 *   cry.c             an emergency without a keyword, as a report       SPEC 2.2
 *   keyword.c         which form or command a text is about, if any     RULINGS 11-13, 43, 44
 *   behind.c          what stands behind a command                      RULINGS 43
 *   instead.c         one value in the place of another                 RULINGS 43, 56
 *   answer.c          short answers, corrections, pages                 SPEC 2.2, RULINGS 56
 *   understanding.c   one report from its body                          SPEC 2.2
 *   groups.c          families and villages instead of people           RULINGS 50
 *   asked.c           questions                                         SPEC 2.2
 *   judge.c           the filled form as a whole                        RULINGS 2, 23, 28, 29, 35, 37, 42
 *   codes_said.c      its letters by their diseases                     RULINGS 38, 56
 *   w2.c              the weekly report                                 RULINGS 7, 38
 *   tail.c            optional words, dates and texts, signatures       RULINGS 18, 39
 *   numbers.c         optional numbers                                  RULINGS 25, 26
 *   leftover.c        a number that no field takes                      RULINGS 18, 26
 *   signs.c           lists of codes, whose they are, what was heard    RULINGS 32-35, 40, 47
 *   whose.c           whose a sign is                                   SPEC 2.2
 *   head.c            required fields by position                       RULINGS 15
 *   parts.c           words in the place of a number, or beside it      RULINGS 1, 10, 15, 25
 *   labels.c          labelled values, anywhere in the report           RULINGS 18, 20, 21
 *   arrived.c         she is there already                              SPEC 2.3
 *   destination.c     where a referral goes, and why                    RULINGS 36, 46, 52
 *   names.c           where a name begins and ends                      RULINGS 14, 22, 45
 *   name_ends.c       words beside a name                               RULINGS 41, 45, 54
 *   said_name.c       whose name it is, in the words of an answer       RULINGS 22, 54
 *   denial.c          words that only deny signs, or a value            RULINGS 40, 43
 *   unmeasured.c      why something is not measured                   SPEC 2.2
 *   another.c         somebody else behind the values                   RULINGS 19, 50
 *   amends.c          who corrects herself                              RULINGS 18, 50
 *   needed.c          answers that say how it is with what is asked   RULINGS 40
 *   around.c          words that turn the report                        RULINGS 43, 45
 *   deaths.c          somebody died                                     RULINGS 49
 *   before.c          what stands directly before a number              RULINGS 46, 50
 *   difference.c      how much more or less, behind a value           RULINGS 50
 *   counted.c         numbers that only count                         RULINGS 46
 *   astray.c          numbers behind what is not read                   RULINGS 20, 46
 *   bands.c           how old, and what is plausible at that age        RULINGS 23, 28
 *   read.c            one value of one field type                       SPEC 2.2
 *   times.c           days, ages and months                             RULINGS 4, 7, 31, 51
 *   slots.c           tokens as text, slots, labels of the form
 *   commands.c        the words of commands, and their numbers          RULINGS 30 */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_UNDERSTAND_H
#define KENTONGAN_FLOWS_UNDERSTAND_UNDERSTAND_H

#include "flows/understand/understanding.h"
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
    bool labelled;    /* by a label */
    bool unit;        /* an explicit unit decided */
    bool between;     /* between # * ; | : the slot decided */
    bool amends;      /* it stands in the place of what was said before it: understand/amends.c */
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
    struct said heard;             /* danger signs in the words of this report */
    struct said recalled;          /* those in a reason that was given earlier */
    struct mention
        *mentions; /* by token of a sign: who was mentioned before it; NULL: nobody in this report */
    /* Signs of somebody else, in the words that say whose, or empty: of class E1, and of E2. */
    struct slice others, others_today;
    struct slice recalled_others, recalled_today; /* those that were told earlier, in tanda_lain */
};

/* --- understand/slots.c, times.c, read.c --- */
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

/* Days, ages and months at token i: understand/times.c. */
struct got understand_read_date(struct filling *, const struct field *, unsigned i, bool labelled);
struct got understand_read_age(struct filling *, const struct field *, unsigned i);
struct got understand_read_month(struct filling *, const struct field *, unsigned i);
/* `tahun` to `UMUR 5th, benar? Sebab: bulan atau tahun`: that unit with the number that is known, where an
 * age is asked for (a field's position; -1: none) and nothing else is said; else the text. */
struct slice understand_unit_alone(const struct ruleset *, const struct report *known, int asked,
                                   struct slice text, struct arena *);

/* Reads the value of one field at token i.  labelled: a label stands before it. */
struct got understand_read(struct filling *, const struct field *, unsigned i, bool labelled);
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
/* A negator that may turn what follows begins at token i. */
bool understand_negator(const struct filling *, unsigned i);
/* A sign of class E1. */
bool understand_alarming(const struct filling *, struct slice code);
/* A sign begins at token i, one of class E1 with an edit too (RULINGS 33, 45). */
bool understand_sign_near(const struct filling *, unsigned i, unsigned *used);
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

/* --- understand/before.c, understand/around.c: what stands beside values --- */
/* Marks numbers that are no field's, or not certain (RULINGS 46, 50). */
void understand_before(struct filling *);
/* How many words at token i make the value before it doubtful, and belong to it: `bukan 92`, `lebih`. */
unsigned understand_doubt_behind(const struct filling *, unsigned i);
/* `timbang ulang …` (RULINGS 45). */
void understand_trailers(struct filling *);
/* A negator before or behind the one choice that the report is about (RULINGS 43). */
void understand_negated_value(struct filling *);
/* A negator as the last words of the report, or `batal` behind its numbers: all of it (RULINGS 43), and
 * nothing of it is read. */
bool understand_taken_back(struct filling *);
/* held.c: what was put off, or is to come, was not held (FORM_HELD): the report is taken back. */
bool understand_not_held(struct filling *);
/* The word at token i that says so, or NULL: `ditunda`, `besok`; one in doubt, `tunda`, may name what a
 * gathering is about. */
const struct word *understand_puts_off(const struct words *, const struct tokens *, unsigned i,
                                       unsigned *used);
/* `TIMBANG#NAMA#JK#UMUR#BB#TB`: the names of the fields, and nothing of anybody. */
bool understand_is_pattern(struct filling *);
/* Takes what is said to people behind the values, and who signs: `bb 9,4 ya bu`, `… bu Nur`, `… terima
 * kasih`.  Nothing when anything else stands there. */
void understand_courtesy(struct filling *);
/* Words at the end say what it is instead. */
void understand_overturned(struct filling *);
/* Those who were ill are well again: whether they are counted is asked. */
void understand_recovered(struct filling *);
/* `ga kejang bu`, whatever was asked: one of the signs that the report has is named. */
bool understand_denies_known(struct filling *, const struct report *known);
/* An answer that only denies signs takes them out of those that were known (RULINGS 40). */
void understand_take_out(struct filling *, const struct report *known);
/* --- understand/measured.c, measured_danger.c --- */
/* The number at token i is somebody else's, `suaminya td 180/110`, or a pressure where the form has none.
 * Where that begins; i: it is not. */
unsigned understand_measured(const struct filling *, unsigned i);
/* A label, of one word, of a measure of any form: `suhu`, `gula`. */
bool understand_measures(const struct form_set *, struct slice word);
/* Such words among those that the report keeps, when the measure alone is a danger of the day; or empty. */
struct slice understand_measured_today(struct filling *);

/* --- understand/needed.c --- */
/* An answer to the doubt about what is needed, with that before it and the other signs behind: "gerak
 * berkurang"; any other text as it is.  f: the field that is asked, or -1. */
struct slice understand_of_sign(const struct ruleset *, const struct report *known, int f, struct slice text,
                                struct arena *);

/* --- understand/amends.c --- */
/* Of two readings of one field with a word of correction between them the second takes the place of the
 * first, and is doubtful: `Rafa eh Rafi`.  Before all else is read. */
void understand_amends(struct filling *);
/* `9,8 77 harusnya 9,6`: another value is said to be right behind the values.  It is kept from the fields
 * first, and takes the place of the one that it is nearest to, doubtful, when all are read. */
void understand_mends(struct filling *);
void understand_mended(struct filling *);
/* --- understand/another.c --- */
/* Somebody else is reported behind the values: his words are kept from all fields, and named. */
void understand_another(struct filling *);
/* Two babies in one LAHIR, whose values nobody can tell apart: `kembar L P 20/11 2500 2400` (RULINGS 54).
 * Nothing of it is read. */
bool understand_twins(struct filling *);
/* --- understand/deaths.c --- */
/* A death in another form's report: heeded before tokens are taken, judged when all is read (RULINGS 49). */
void understand_heed_death(struct filling *);
/* `katanya meninggal ...`: words before the keyword of a WAFAT that make it doubtful whether there is one; it
 * is asked about. */
void understand_hearsay(const struct ruleset *, struct slice before, struct arena *, struct report *);
/* `hampir meninggal`: the word of death at token i is part of a cry for help; she lives. */
bool understand_dying(const struct words *, const struct tokens *, unsigned i);
void understand_death(struct filling *);
/* Of the days in a WAFAT only that of the death is read: `sakit sejak tgl 10, meninggal kemarin`. */
void understand_death_day(struct filling *);

/* --- the stages, in this order --- */
void understand_labels(struct filling *);
void understand_choose_variant(struct filling *);
void understand_head(struct filling *);
void understand_tail(struct filling *);
void understand_pressures(struct filling *, bool behind_head);
void understand_numbers(struct filling *, unsigned from);
/* A number that no field takes makes the one before it doubtful, or the last. */
void understand_leftover(struct filling *, unsigned i);
/* `130/80 kiri 140/90 kanan`: of two that differ neither is taken unasked (RULINGS 18). */
bool understand_second_pressure(struct filling *, unsigned i);
/* --- understand/parts.c: words between # in the place of a number --- */
enum part_kind {
    PART_EMPTY,  /* nothing */
    PART_OPEN,   /* no such words: a number or a label stands there, or the slot does not decide */
    PART_WORDS,  /* signs, a remark: the words use up the place of the number */
    PART_UNREAD, /* they can only be the number */
};
enum part_kind understand_words_there(const struct filling *, unsigned i);
/* The numeric field that stands by its label or unit in the part that begins at token i; NULL: none. */
const struct field *understand_named_there(const struct filling *, unsigned i);
/* The token behind the first of the last required field. */
unsigned understand_behind_required(const struct filling *);
/* The token behind the part that begins at token i. */
unsigned understand_part_end(const struct filling *, unsigned i);
/* The place behind the required fields, at token i, is that of a list: `KUNJ#Ali#tbc#baik#37`. */
bool understand_list_first(const struct filling *, unsigned i);
/* `#tidak cek#`, `#kosong#` say what `#-#` does (RULINGS 1); before all else is read. */
void understand_not_given(struct filling *);
/* `#10,5 (kemarin 10,2)#80`: a second number with words in a slot is of those words; when labels are read. */
void understand_beside_value(struct filling *);
/* A required field right behind the head has such words in its place: `KEGIATAN#penyuluhan#abc` (RULINGS 2).
 */
void understand_unread_part(struct filling *);
/* `18bl lahir 20/5/25#10,5`, `L laki laki#`: token i and what follows is left of a part whose value was read,
 * and in the next stands what is due.  It is passed over, and asked about where it says otherwise. */
bool understand_rest_of_part(struct filling *, const struct field *due, unsigned i);
/* --- understand/unmeasured.c --- */
/* The text says only that there is no value: `tidak`, `belum diukur`, `kosong`. */
bool understand_says_none(const struct ruleset *, struct slice text, struct arena *);

/* `2 puluh`, `5 lusin`: a number word at token i right behind a number, whose field is not understood then.
 */
bool understand_multiplied(struct filling *, unsigned i);
/* A word of a number begins at token i: `lima`, `puluh`, `lusin`; not `banyak`, nor `sehari` with its unit.
 */
bool understand_number_word(const struct filling *, unsigned i, unsigned *used);
/* Numbers whose explicit unit is certain, before lists take the words (RULINGS 20). */
void understand_units(struct filling *, unsigned from);
void understand_signs(struct filling *, unsigned from);
void understand_w2(struct filling *);
/* Letters that were answered, among those that were known: `X120` takes the place of the X alone.  NIHIL and
 * letters exclude each other. */
void understand_merge_counts(struct filling *, const struct value *known, struct value *answered);
/* `demam 38`: a number right behind a fever may be the fever's own. */
bool understand_fever(struct filling *, unsigned i);
/* The word at token i is a label of another field than f, and a certain value follows it. */
bool understand_labels_value(struct filling *, const struct field *f, unsigned i);
/* The same, a name counts too. */
bool understand_other_label(struct filling *, const struct field *f, unsigned i);
/* Text label (DS, RT …) of a text field at token i. */
bool understand_text_label(const struct filling *, unsigned i, const struct field *, bool *keep);

/* --- understand/destination.c --- */
/* A destination (RULINGS 36) begins at token i; *keep: the word itself belongs to it. */
bool understand_destination(const struct filling *, unsigned i, bool *keep);
/* The same, of one that the list has: it ends a name. */
bool understand_destination_named(const struct filling *, unsigned i);
/* Takes the place that begins there; signs and all behind them are why she goes.  The next token. */
unsigned understand_take_destination(struct filling *, unsigned from);
/* The same from a reason on: to the end of its part, the place that stands in it apart. */
unsigned understand_take_reason(struct filling *, const struct field *why, unsigned from);
/* Signs that are left behind the head: `rujuk 48217 kejang`, `… kejang umur 28th perdarahan`. */
void understand_reason_behind(struct filling *, unsigned from);
/* --- understand/name_ends.c --- */
/* Of the name in tokens *from..*to, with words up to `end`, only what is it; the rest is taken. */
void understand_trim_name(struct filling *, const struct field *next, unsigned end, unsigned *from,
                          unsigned *to);
/* --- understand/names.c --- */
/* Takes the name at token i, and the value of the field behind it where one run of words holds both; the next
 * token. */
unsigned understand_take_name(struct filling *, const struct field *name, const struct field *next,
                              unsigned i);
/* The name in tokens from..to; false when it is none (RULINGS 22). */
bool understand_name(struct filling *, unsigned from, unsigned to, struct slice *out);

/* --- understand/said_name.c --- */
/* Of the words that say a name, those that are it: `namanya salah harusnya Sri, istri pak Joko`.  False when
 * they say something else: `belum tahu`, `sebentar ya bu`. */
bool understand_said_name(const struct filling *, unsigned *from, unsigned *to);
/* The same of words without a label: one at least may be a name, no fewer than are ours, and none makes a
 * sentence of them.  `cepat bu`, `laki laki`, `lanjut lewat sms` say something else. */
bool understand_free_name(const struct filling *, unsigned *from, unsigned *to);
/* The word at token i is in no list, or people are called so. */
bool understand_may_name(const struct filling *, unsigned i);
/* There is such a word before token i. */
bool understand_named_before(const struct filling *, unsigned i);
/* The end of the name without an address or a particle behind it, which are taken: `nama Wulan bu`. */
unsigned understand_without_courtesy(const struct filling *, unsigned from, unsigned to);

/* --- understand/bands.c --- */
/* Completed months of the person, or -1. */
int64_t understand_months(const struct filling *);
/* An age as text agrees with what is known of her, if anything is. */
bool understand_age_agrees(const struct filling *, struct slice age);
/* `18bl lahir 20/5/25`: her age at token i, where a label has the day of her birth: both must agree. */
bool understand_born_behind(struct filling *, const struct field *age, unsigned i, unsigned *next);
bool understand_in_bands(const struct field *, int64_t age, int64_t milli);
bool understand_tenth_plausible(const struct filling *, const struct field *, int64_t age, int64_t milli);
/* The tenth that g guesses is not plausible for the age (RULINGS 23). */
bool understand_guess_idle(const struct filling *, const struct field *f, const struct got *g);

/* --- understand/groups.c --- */
/* Token i behind a number counts groups where people are to be counted: `1 keluarga`, `2 rt`. */
bool understand_of_groups(const struct filling *, unsigned i);

/* --- understand/asked.c --- */
/* A word that asks begins at token i: `apakah`, `gimana`. */
bool understand_asks(const struct words *, const struct tokens *, unsigned i, unsigned *used);
/* Of a question without a measure it is doubtful whether there is anything to report. */
void understand_asked(struct filling *);
/* `yang rujuk 48217 gimana kabarnya?`: the number asked about; or empty.  far: behind the second word. */
struct slice understand_asks_of(const struct ruleset *, struct slice text, bool far, const struct report *,
                                struct arena *);

/* `contoh sms rujuk bagaimana bu?`: the form whose format is asked for; NULL: none is. */
const struct form *understand_asks_example(const struct ruleset *, struct slice text, struct arena *);

/* --- understand/astray.c --- */
/* Of a value that cannot be read, the bare numbers behind it may be anybody's: none is kept for the draft. */
void understand_forget(struct filling *);
/* `#1041#Siti#10,5#80`: the number at token i is what was due in the place before, which held something else.
 */
bool understand_astray(struct filling *, unsigned i, struct got *);

/* --- understand/judge.c --- */
/* Adds what only the whole form shows, and puts the outcome into *out. */
void understand_settle(struct filling *, struct report *out);

/* --- understand/behind.c --- */
/* What stands behind a command. */
struct behind {
    struct slice nomor; /* valid */
    bool number;        /* one stands there, valid or not */
    bool words;         /* free words, on the same line */
    bool negated;       /* by a negator, somewhere in them */
    bool arg;           /* exactly one word, or thanks behind it */
    unsigned denials;   /* what they deny: bits of flows/understand/behind.c */
};

struct behind understand_behind(const struct words *, const struct tokens *, unsigned i, struct arena *);
/* The words behind the command say the opposite of it: which is asked. */
bool understand_refuses(const struct behind *, enum command_kind);
/* A greeting, thanks or an address at token i. */
bool understand_says_nothing(const struct words *, const struct tokens *, unsigned i, unsigned *used);
/* Thanks or an apology right before token `to`, whose `ya` is theirs: `makasih ya bu`. */
bool understand_thanks_before(const struct words *, const struct tokens *, unsigned to);

/* --- understand/keyword.c --- */
struct keyword {
    const struct form *form;
    enum command_kind command;
    size_t from, to; /* of the keyword in the text */
    bool found;
    bool unknown;         /* near two different keywords */
    bool far;             /* a form behind the second word: a report only if a field is read behind it */
    struct turned turned; /* neither form nor command is to be carried out */
};

/* The keyword of a whole text. */
void understand_keyword(const struct ruleset *, struct slice text, struct arena *, struct keyword *out);
/* A negator before the keyword that begins at this place of the text turns it (RULINGS 43). */
bool understand_turned(const struct ruleset *, struct slice text, size_t keyword, struct arena *);
/* A line that is a command: its word, and the number that belongs to it or nothing else; a turned one too. */
bool understand_begins_command(const struct ruleset *, struct slice line, struct arena *);
/* A line that is a report: its keyword, and a figure somewhere. */
bool understand_begins_report(const struct ruleset *, struct slice line);
/* A form by an exact keyword at p (a word's begin); *len its bytes. */
const struct form *understand_exact_form(const struct form_set *, struct slice word);

/* --- understand/signs.c --- */
/* Codes of the danger signs in the whole text that are not negated (SPEC 2.2, RULINGS 40). */
void understand_heard(const struct words *, const struct tokens *, struct arena *, struct said *);

/* The same for this report, anew: the words of its name and of its disease are no signs; what is recalled
 * stays. */
void understand_hear_again(struct filling *);

/* --- understand/whose.c --- */
struct sign; /* parsers/signs.h */
enum whose {
    WHOSE_OWN,
    WHOSE_DOUBT,
    WHOSE_OTHER,
};
/* Who was mentioned before the sign, with all words in their places. */
const struct mention *understand_mentioned(const struct filling *, const struct sign *);
/* Of the figures of a posyandu: it is what they talked of, `penyuluhan kejang`, and nobody has it. */
bool understand_of_nobody(const struct filling *, const struct sign *);
/* A sign that was is asked about in this report: not where she is sent for it, nor at a birth. */
bool understand_past_asks(const struct filling *);
/* The sign is none of movements of the child, or they are felt by then, as far as is known: doubt about it is
 * told when nobody answers (DOMAIN 3.6). */
bool understand_felt(const struct filling *, struct slice sign);
/* A word of doubt at token i, of *used tokens, and a danger sign behind it, whose it is: `110/70 sepertinya
 * kejang`. */
bool understand_doubts_sign(const struct filling *, unsigned i, unsigned *used);
/* Such a word stands before the sign. */
bool understand_doubted(const struct filling *, const struct sign *);
/* The sign is said to be there, where others are said not to be: an E1 sign, or `demam ya`, `nyeri dada ada`.
 */
bool understand_there(const struct filling *, const struct sign *);
/* A referral whose reason says no E1 sign for certain, and one that may be denied (`tidak kejang,
 * perdarahan`): the reason is doubtful, `typed` are the signs; once it is sure they are heard (RULINGS 42,
 * 47).
 */
void understand_reason(struct filling *);

/* What was denied of these signs, asked about later: "tidak ada kejang". */
struct slice understand_denied_words(const struct filling *, const struct value *signs);
/* It was there before it was not: `demam sudah tidak ada`. */
bool understand_was(const struct filling *, const struct sign *);
/* Whose sign it is: hers whom the report is about, or somebody's who is named before it. */
enum whose understand_whose(const struct filling *, const struct sign *);
/* The first token of the sign, and *to behind its last, with the person's whose it is. */
unsigned understand_with_person(const struct filling *, const struct sign *, unsigned *to);
/* `anak laki laki`, where the sex is asked: without the people that it begins with. */
struct slice understand_past_people(const struct ruleset *, const struct report *known, int asked,
                                    struct slice text, struct arena *);
/* Words that end before token `to` have a number of their own behind them, and no field's: `tfu 28`, `djj
 * 140`, `cair 5x`; or, from: before them, `300 cc`. Where that ends. */
unsigned understand_with_number(const struct tokens *, unsigned *from, unsigned to);

/* Puts a code into the list of signs. */
void understand_add_sign(struct filling *, const struct field *, struct slice code);
/* Words that an earlier version of the report keeps beside its signs: signs of somebody else in them. */
void understand_recall_others(struct filling *, struct slice words);
/* Who is mentioned before which sign, before tokens are taken. */
void understand_mentions(struct filling *);

/* The token behind the signs that begin at token i, negated ones too; i when none begins there, or the form
 * takes none.  durations: those of `demam 3 hari` as well. */
unsigned understand_signs_end(const struct filling *, unsigned i, unsigned to, bool durations);

/* --- understand/cry.c --- */

/* The same in a report, names left out: its words, or empty.  What may be a plan (`mau melahirkan`) is not
 * among them. */
void understand_help_in(struct filling *, struct slice *now, struct slice *today);
/* Words that cry for help and name no sign: `darurat bu rt 3`; `mau melahirkan` makes it one of the day. */
void understand_help(const struct words *, const struct tokens *, struct said *);
/* A line behind a report that calls for help for somebody by name: `tolong bu Sari pendarahan`.  It is no
 * sign of the one above. */
bool understand_cries_of_another(const struct ruleset *, struct slice line, struct arena *);

/* --- understand/command.c --- */
void understand_command(const struct ruleset *, const struct keyword *, struct slice text, int64_t today,
                        struct arena *, struct command *out);
/* `TERIMA 1007 dan 1010`: the same command as it is typed for the next number, and c without the words of
 * that; empty when one number is all. */
struct slice understand_next_number(const struct ruleset *, struct slice text, struct arena *,
                                    struct command *c);
bool understand_nomor(struct slice typed, struct slice *digits, enum report_error *error, struct arena *);

/* Only labelled values of text; false when there is none, or words are left over. */
bool understand_labelled_only(struct filling *, struct slice text);
/* With nothing in it yet; NULL when the arena is full. */
struct filling *understand_begin(const struct ruleset *, const struct form *, int64_t today, struct arena *);
/* The text as tokens, with what is known of them before any field is read.  False when the arena is full. */
bool understand_cut(struct filling *, struct slice text) MUST_CHECK;
/* All stages over the body of a report (behind the keyword), not yet settled; NULL when the arena is full. */
struct filling *understand_fill(const struct ruleset *, const struct form *, struct slice body, int64_t today,
                                struct arena *);
/* One report from its body (behind the keyword); out is zeroed. */
void understand_report(const struct ruleset *, const struct form *, struct slice body, int64_t today,
                       struct arena *, struct report *out);

/* --- split.c --- */
/* The reports of a part that begins with the keyword of a form, into out.  False: memory is out. */
bool understand_split(const struct ruleset *, struct slice text, const struct keyword *, int64_t today,
                      struct arena *, struct said *out);
/* Where the line ends that has `from` in it. */
size_t understand_line_end(struct slice text, size_t from);

#endif
