/* understanding.h - what a person said, before anything is decided: reports, a command, or a short answer.
 *
 * Pure and without history: the same function serves the daemon, `kentongan parse`, the pocket card's
 * examples and the fuzzer.  SPEC 2.1-2.3 and RULINGS are its contract. */
#ifndef KENTONGAN_FLOWS_UNDERSTAND_UNDERSTANDING_H
#define KENTONGAN_FLOWS_UNDERSTAND_UNDERSTANDING_H

/* What single words say, without a report: part of this header for the rooms above. */
#include "flows/understand/filling/heard.h"
#include "flows/understand/report/deaths.h"
#include "flows/understand/signs/denial.h"
#include "flows/understand/signs/needed.h"
#include "flows/understand/values/arrived.h"
#include "flows/understand/values/codes_said.h"
#include "flows/understand/values/unmeasured.h"
#include "gateway/base/arena.h"
#include "gateway/model/report.h"
#include "gateway/model/ruleset.h"

enum command_kind {
    COMMAND_NONE,
#define COMMAND(id, name, who, open, argument, does, run) COMMAND_##id,
#include "flows/understand/commands.def"
    COMMANDS,
};

/* "tidak_hadir": the name of SPEC 2.6 and RULINGS 8. */
const char *command_name(enum command_kind);
/* It changes something: a question mark behind it asks whether, and does nothing. */
bool command_acts(enum command_kind);

struct command {
    enum command_kind kind;
    enum report_status status; /* REPORT_ACCEPTED = well formed; REPORT_REJECTED = error below */
    enum report_error error;
    struct slice error_field;
    struct slice nomor;      /* digits, check digit right when status is accepted; may be empty */
    struct slice catatan;    /* rest of the line, case as typed */
    struct slice arg;        /* FORMAT: canonical form name; PWS: the place, lower case */
    struct slice nama, kode; /* DAFTAR */
    struct slice nik;        /* NIK nomor nik */
    struct slice correction; /* KOREKSI: the words behind the number, for understand_correction() */
    struct corrected {
        struct slice field; /* canonical name */
        struct value value; /* as any form would take it; the daemon asks understand_correction() */
    } * corrected;          /* KOREKSI: the corrected fields */
    unsigned corrected_n;
};

enum said_kind {
    SAID_NOTHING, /* no keyword: unknown_keyword, or a short answer to an open question */
    SAID_REPORTS,
    SAID_COMMAND,
    SAID_TURNED, /* a command or form that is not to be carried out as it stands: `turned` */
};

/* Why nothing was carried out (RULINGS 43, 44).  Of TURNED_ASK `parse` says confirm, ambiguous:nomor; of the
 * others rejected, unknown_keyword; the form is null. */
enum turned_why {
    TURNED_NOT,
    TURNED_FORM,  /* a negated form: nothing was stored */
    TURNED_HOLDS, /* a negated command: what was, still holds */
    TURNED_ASK,   /* is `command` meant (or `instead`, unless COMMAND_NONE)? */
    TURNED_WORDS, /* free words behind a command that takes none */
};

struct turned {
    enum turned_why why;
    const struct form *form; /* TURNED_FORM */
    bool asked;              /* TURNED_FORM: it is a question, `apakah kasus diare …` */
    enum command_kind command, instead;
    struct slice nomor; /* valid; empty for TURNED_FORM */
    /* TURNED_WORDS: nothing but a yes stands before the command, which begins here: `iya batal 48217`.  Where
     * it may be the answer to something it is carried out. */
    struct slice agreed;
};

enum {
    UNDERSTAND_REPORTS = 20,
    UNDERSTAND_PARTS = 8, /* of one SMS: commands and runs of reports */
};

/* All in the arena. */
struct said {
    struct said *next; /* a command on a line of its own behind this, or what stands behind a command */
    enum said_kind kind;
    struct report *reports; /* SAID_REPORTS: 1 … UNDERSTAND_REPORTS */
    unsigned reports_n;
    struct command command;
    struct turned turned; /* SAID_TURNED; or SAID_COMMAND with a number that would end a case in which an E1
                             sign is named now: TURNED_ASK, it is asked first (RULINGS 44) */
    struct slice body;    /* normalised text: what a repeat is compared by, and short answers are read from */
    /* Staff are told at once, whatever the kind (RULINGS 44): of reports see each one's own; of SAID_NOTHING
     * and SAID_TURNED the words; of SAID_COMMAND the words, to the staff of that number, and the command is
     * carried out.  A command without a number that names an E1 sign is SAID_NOTHING. */
    bool emergency;
    bool today;          /* SAID_NOTHING: a sign of class E2, or words of the day such as `mau melahirkan` */
    struct slice before; /* SAID_REPORTS: words before the keyword with an E1 sign in them; else empty */
    struct heard_signs heard; /* in the whole text, or in the first report (each has its own) */
};

/* One of its parts rings: "alert":"E1" (SPEC 2.6). */
static inline bool said_rings(const struct said *said)
{
    for (; said; said = said->next)
        if (said->emergency || said->before.n)
            return true;
    return false;
}

/* Reads one SMS body.  at_ms is the receipt; relative dates are read in the ruleset's time zone.  False only
 * when the arena is full. */
bool understand_sms(const struct ruleset *, struct slice text, int64_t at_ms, struct arena *,
                    struct said *out) MUST_CHECK;

/* Is anybody in danger in any part of it: an E1 word or value, or a referral? */
bool said_is_emergency(const struct said *);

/* A short answer (`BB 9,2`, `9,2`, `L`) to the one open question of a draft: fills or replaces fields of
 * `known` and judges the whole report again; a fault of `known` that judging cannot find again stays until
 * its field is answered.  `asked` is the field in question (empty when none).  False when nothing in the text
 * fits the form: then it was no answer. */
bool understand_answer(const struct ruleset *, const struct report *known, struct slice asked,
                       struct slice text, int64_t at_ms, struct arena *, struct report *out) MUST_CHECK;

/* KOREKSI's words against the report that they correct: the same, but only labelled fields. */
bool understand_correction(const struct ruleset *, const struct report *known, struct slice text,
                           int64_t at_ms, struct arena *, struct report *out) MUST_CHECK;

/* One value is said to be wrong and another right in its place: `bukan 9,2 tapi 9,4`, `9,2 salah, yang benar
 * 9,4`. */
struct instead_of {
    const struct report *known;
    struct slice asked; /* the field in question, or empty */
    int64_t at_ms;
};
enum instead {
    INSTEAD_NOT,     /* something else is said */
    INSTEAD_READ,    /* *out is `known` with the right value */
    INSTEAD_UNCLEAR, /* no field has the wrong value, or several do: nothing is guessed */
};
enum instead understand_instead(const struct ruleset *, const struct instead_of *, struct slice text,
                                struct arena *, struct report *out);

/* Words with an E1 sign that are no report: a referral that still lacks whom.  They are its reason as they
 * stand; no name is guessed out of them.  False when there is no form of referrals, or the arena is full. */
bool understand_cry(const struct ruleset *, struct slice words, int64_t at_ms, struct arena *,
                    struct report *out) MUST_CHECK;

/* Words of a danger of the day that are no report (said->today): the same referral, of which nobody is told
 * before it has been asked about (report->plea). */
bool understand_plea(const struct ruleset *, struct slice words, int64_t at_ms, struct arena *,
                     struct report *out) MUST_CHECK;
/* Who is addressed with a name in the words, `tensi bu Ratmi 210/120`; not who told it.  Empty: nobody. */
struct slice understand_addressed(const struct ruleset *, struct slice text, struct arena *);
/* A plea is hers, and needs no asking whether there is one. */
void understand_plea_of(const struct ruleset *, struct slice name, int64_t at_ms, struct arena *,
                        struct report *);
/* Somebody calls for help in them, or is about to give birth: `tolong`, `mau melahirkan`; more than a sign of
 * class E2, it does not wait for the morning. */
bool understand_calls_for_help(const struct ruleset *, struct slice words, struct arena *);

/* Of a cry or a plea: whom it is about, and how old she is, as it was filed before; umur: or empty. */
void understand_cry_of(const struct ruleset *, struct slice nama, struct slice umur, int64_t at_ms,
                       struct arena *, struct report *);

/* It asks to be fetched, and names nobody: `ban bocor, tolong jemput bu`. */
bool understand_asks_to_fetch(const struct ruleset *, struct slice text, struct arena *);

/* `masih pendarahan bu`: of somebody who was spoken of before, and names nobody. */
bool understand_goes_on(const struct ruleset *, struct slice text, struct arena *);

/* `bu`: to whom it is said, and no more. */
bool understand_only_addresses(const struct ruleset *, struct slice text, struct arena *);

/* No word of it may be a name: all of them are words of the language, or labels. */
bool understand_names_nobody(const struct ruleset *, struct slice text, struct arena *);
/* Somebody's relative or neighbour is spoken of: `tetangga saya meninggal`. */
bool understand_of_relative(const struct ruleset *, struct slice text, struct arena *);
/* So too, or somebody is there who has it: `dsn tengah ada yang pingsan`. */
bool understand_of_others(const struct ruleset *, struct slice text, struct arena *);
/* Many who are ill, without a keyword: the line that reports them, `KEJADIAN keracunan 15`.  Empty: none. */
struct slice understand_crowd(const struct ruleset *, struct slice text, int64_t at_ms, struct arena *);

/* Of a text longer than `room` bytes the words around its worst danger, with the first who is named before:
 * "bu ana: lemas dan tadi keluar darah banyak"; else the text. */
struct slice understand_heart(const struct ruleset *, struct slice text, unsigned room, struct arena *);

/* `langsung ke rsud saja`, `oleh puskesmas`: the words that begin with where she is to go instead; empty:
 * nowhere.  Points into the text. */
struct slice understand_straight_to(const struct ruleset *, struct slice text, struct arena *);
/* `bukan campak, cuma biang keringat`: it denies the disease that the report counts. */
bool understand_denies_counted(const struct ruleset *, const struct report *known, struct slice text,
                               struct arena *);

/* One field on its own, as a USSD page asks for it.  ERROR_NONE and *out, or the error; ambiguous leaves the
 * guess in *out (`92` for 9,2). */
enum report_error understand_field(const struct ruleset *, const struct form *, unsigned field,
                                   struct slice text, int64_t at_ms, struct arena *,
                                   struct value *out) MUST_CHECK;

/* Judges a filled form as a whole (required fields, groups, plausibility, contradictions, emergency): what
 * SMS, short answers and USSD all end with.  Fills status, error, error_field, emergency of *report.
 * Its faults go in too: see understand_answer(). */
void understand_judge(const struct ruleset *, int64_t at_ms, struct arena *, struct report *report);

#endif
